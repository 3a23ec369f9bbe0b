"""The texts that name a number of a path: "gross margin 70% by 2027", "revenue 2027", conditions.

A question that asks for one takes the text that ``parse_outcome`` reads, and says what it can't
answer.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.own import LONGEST_SAID, joined_name
from simulate.scenario.quarters import QUARTERS_A_YEAR, parse_quarter
from simulate.scenario.units import number_in_unit, scale_hint

from .catalogue import (
    FUNDING_NEED,
    AnyMetric,
    FormulaMetric,
    HittingTime,
    OwnHit,
    hitting_times_of,
    metrics_of,
    own_hit,
    own_times,
)
from .conditions import condition_of, is_condition
from .outcomes import (
    FLOWS,
    TRAILING,
    Amount,
    Event,
    Outcome,
    PeakFundingNeed,
    projected_margin,
    projected_metric,
    projected_time,
    target_event,
)
from .rows import Hit, Metric
from .said_dates import with_plain_date

DATE = r"(?P<date>\d{4}(?:Q[1-4])?)"
LEVEL = r"[-+]?\d[\d.,]*\s*%?"
LEVEL_SAID = rf"(?: (?P<level>{LEVEL}))?"
EVENT = re.compile(rf"(?P<what>.+?) by (?:the end of )?{DATE}", re.IGNORECASE)
AMOUNT = re.compile(
    r"(?P<quarterly>quarterly )?(?P<name>.+?) "
    rf"(?:(?P<trailing>(?:twelve|12)[ -]months to )|of |in )?{DATE}",
    re.IGNORECASE,
)
CONDITION = re.compile(rf"(?P<what>.+?) (?P<when>by|in) (?:the end of )?{DATE}", re.IGNORECASE)
# An amount of a year that is compared: "revenue 2027 >= 30".
DATED = re.compile(r"(?P<name>.+?) (?:of |in )?(?P<year>\d{4}) ?(?P<compared>[<>=≥≤].*)")
PEAK = re.compile(r"peak (?:funding )?need", re.IGNORECASE)
# What is asked of an amount over all paths, and of which.
STATISTIC = re.compile(
    r"(?P<kind>mean|median|p\d+(?:\.\d+)?) ?"
    r"(?:\((?P<within>.+)\)|(?<= )(?:of )?(?:the )?(?P<of>.+))",
    re.IGNORECASE,
)
PROBABILITY = re.compile(r"P ?\( ?(.+?) ?\)(?: ((?:by|in|at|before) [^()]+))?", re.IGNORECASE)
LONGEST = 1000
EVENT_FORM = '"gross margin 70% by 2027" or "out of cash by 2028Q2"'
OUTCOME_FORM = f'"gross margin by 2027", "revenue 2027" or "{FUNDING_NEED}"'


def parse_outcome(text: str, scenario: Scenario, where: str, form: str = OUTCOME_FORM) -> Outcome:
    """Return the outcome that a text states.

    Parameters
    ----------
    text
        One of these, an event within ``P(…)`` or not, as a question asks for it or as an answer
        prints it:

        - ``gross margin 70% by 2027``, ``out of cash by 2028Q2``: a hitting time, the gross margin
          to be reached if it isn't the scenario's, and a year or a quarter;
        - ``revenue 2027``, ``revenue twelve months to 2026Q3``, ``cash 2027Q4``: a metric of a
          fiscal year, of twelve months, or at the end of a quarter;
        - ``revenue 2026Q3``, ``quarterly revenue 2026Q3``: a quarter's own flow;
        - ``peak funding need``;
        - ``revenue >= 30 by 2027``, ``run rate >= 50 bn in 2026Q4``: a condition on what formulas
          know, by a date or at it; ``revenue`` is then of twelve months. ``peak funding need < 50``
          is that of the whole horizon;
        - the title of a target, by its own date.

        ``gross margin`` alone is the definition that the company projects; ``median`` before an
        amount changes nothing.
    scenario
        Whose horizon holds the date.
    where
        What holds the text, for the messages.
    form
        What would be right, for the messages.

    Raises
    ------
    ScenarioError
        If the text is no outcome of the scenario.
    """
    if len(text) > LONGEST:
        raise ScenarioError(f"{where}: an outcome has at most {LONGEST:,} characters")
    kind, given = split_statistic(spaced(text), scenario)
    if kind and kind.lower() != "median":
        raise ScenarioError(
            f'{where}: {kind} is of all paths, and a number of each is asked for; write "{given}"'
        )
    said = with_plain_date(_without_p(given))
    if (target := _target(said, scenario)) is not None:
        return target
    event, amount = EVENT.fullmatch(said), AMOUNT.fullmatch(said)
    is_named = event is not None and _hitting_time(event["what"], scenario) is not None
    is_named |= amount is not None and amount["name"].lower() in _metrics(scenario)
    if is_condition(said) and not is_named:
        return _asked(said, scenario, where)
    if event is not None:
        return _event(event, scenario, where)
    if amount is None and not PEAK.fullmatch(said):
        hint = f'did you mean "{FUNDING_NEED}"?' if get_close_matches(said, [FUNDING_NEED]) else ""
        hint = hint or f"write it as {form}"
        raise ScenarioError(f"{where}: not an outcome and a date; {hint}")
    found = PeakFundingNeed() if amount is None else _amount(amount, scenario, where)
    if PROBABILITY.fullmatch(given):
        raise ScenarioError(
            f'{where}: an amount has no probability; write "{found.name}" without P( )'
        )
    return found


def split_statistic(text: str, scenario: Scenario) -> tuple[str, str]:
    """Return what a text asks over all paths, such as ``P10``, empty if nothing, and of what."""
    match = STATISTIC.fullmatch(text)
    names = (*_metrics(scenario), *map(str.lower, hitting_times_of(scenario).values()))
    if match is None or text.lower().startswith(tuple(f"{name} " for name in names)):
        return "", text
    return match["kind"], match["within"] or match["of"]


def _without_p(text: str) -> str:
    """Return what a probability is of; its date may stand behind the bracket."""
    match = PROBABILITY.fullmatch(text)
    return " ".join(filter(None, match.groups())) if match else text


def parse_event(text: str, scenario: Scenario, where: str, form: str = EVENT_FORM) -> Event:
    """Return the event that a text states; see ``parse_outcome``.

    Raises
    ------
    ScenarioError
        If the text is no event of the scenario.
    """
    kind, of = split_statistic(spaced(text), scenario)
    found = parse_outcome(of, scenario, where, form)
    refuse_statistic(kind, found, where)
    if not isinstance(found, Event):
        raise ScenarioError(
            f"{where}: {found.name} is an amount, and what happens by a date is asked for; "
            f'write it as a condition, "{as_condition(found)}"'
        )
    return found


def refuse_statistic(kind: str, outcome: Outcome, where: str) -> None:
    """Raise if a statistic such as a mean is asked of an event, which has a probability."""
    if kind and isinstance(outcome, Event):
        raise ScenarioError(
            f'{where}: what happens by a date has a probability, no {kind}; write "{outcome.asked}"'
        )


def as_condition(amount: Outcome) -> str:
    """Return a condition on an amount, as an example."""
    level = {"share": "50%", "times": "1.5x"}.get(amount.unit, "5 bn")
    if not isinstance(amount, Amount):
        return f"{amount.name} < {level}"
    date = amount.date.removeprefix(TRAILING)
    is_flow = amount.is_own and amount.metric in FLOWS
    return f"{'quarterly ' if is_flow else ''}{amount.metric.title} < {level} in {date}"


def known_time(given: HittingTime | str, scenario: Scenario, where: str) -> HittingTime:
    """Return the hitting time that a name means, without a date; see ``parse_outcome``.

    One of another scenario means the scenario's own of that title.

    Raises
    ------
    ScenarioError
        If there is no such hitting time.
    """
    if isinstance(given, Hit):
        return given
    name = given.title if isinstance(given, OwnHit) else spaced(str(given))
    match _hitting_time(name, scenario):
        case time, None:
            return time
    raise _no_hitting_time(name, scenario, where)


def known_metric(
    given: AnyMetric | str, scenario: Scenario, where: str, others: Sequence[str] = ()
) -> AnyMetric:
    """Return the metric that a name means, without a date; see ``parse_outcome``.

    One of another scenario means the scenario's own of that title.

    Raises
    ------
    ScenarioError
        If there is no such metric; ``others`` are what may have been meant instead.
    """
    if isinstance(given, Metric):
        return given
    name = given.title if isinstance(given, FormulaMetric) else spaced(str(given))
    metric = _metrics(scenario).get(name.lower())
    if metric is None:
        raise _no_metric(name, scenario, where, others)
    return metric


def parse_number(given: str, unit: str, where: str) -> float:
    """Return a number as people write it; see ``number_in_unit``.

    Raises
    ------
    ScenarioError
        If it is none of the unit.
    """
    try:
        return number_in_unit(given, unit)
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from None


def parse_value(given: str, outcome: Outcome, where: str) -> float:
    """Return a value of an outcome that is an amount, as people write it.

    Raises
    ------
    ScenarioError
        If it is none of the outcome's unit, or more than the outcome can be.
    """
    value = parse_number(given, outcome.unit, where)
    if value > outcome.bounds[1]:
        raise ScenarioError(
            f"{where}: a margin is at most 1{scale_hint(value, 'share', given=given)}"
        )
    return value


def _event(match: re.Match[str], scenario: Scenario, where: str) -> Event:
    what, date = match["what"], match["date"].upper()
    said = _hitting_time(what, scenario)
    if said is None:
        raise _no_event(what, date, scenario, where)
    time, given = said
    level = None if given is None else _level(given, time, where)
    return Event(time, _quarter_in_horizon(date, scenario, where), date, level)


def _target(said: str, scenario: Scenario) -> Event | None:
    """Return the event of a target that is named without a date."""
    time, _ = _hitting_time(said, scenario) or (None, None)
    return target_event(time, scenario) if isinstance(time, OwnHit) else None


def _asked(said: str, scenario: Scenario, where: str) -> Event:
    """Return the event of a condition that is written out, by a date or at it."""
    match = CONDITION.fullmatch(said)
    if match is None and re.search(r"\bneed\b", said, re.IGNORECASE):
        # The peak is that of the whole horizon.
        match = CONDITION.fullmatch(f"{said} in {scenario.horizon.last_year}")
    if match is None:
        wrong, year = "no date", "2027"
        if dated := DATED.fullmatch(said):
            wrong, year = "the date stands last", dated["year"]
            said = f"{dated['name']} {dated['compared']}"
        raise ScenarioError(f'{where}: {wrong}; write "{said} by {year}", or "{said} in {year}"')
    date, title = match["date"].upper(), match["what"]
    if len(said) > LONGEST_SAID:
        wrong = f"a condition has at most {LONGEST_SAID} characters"
        raise ScenarioError(f"{where}: {wrong}; give it a title, as [outcomes.NAME]")
    quarter = _quarter_in_horizon(date, scenario, where)
    stated = condition_of(title, scenario, where)
    if match["when"].lower() == "in":
        title = f"{title} in {date}"
        year, of_year = divmod(scenario.horizon.first_quarter + quarter, QUARTERS_A_YEAR)
        at_date = f"({stated.when}) and year == {year} and quarter == {of_year + 1}"
        words = stated.words and f"{stated.words} in {date}"
        stated = stated.model_copy(update={"when": at_date, "words": words})
    stated = stated.model_copy(update={"title": title})
    return Event(own_hit(title, stated, len(hitting_times_of(scenario))), quarter, date)


def _hitting_time(what: str, scenario: Scenario) -> tuple[HittingTime, str | None] | None:
    """Return the hitting time that is said, with the gross margin that it names; None if none."""
    what = spaced(what)
    called = {spaced(time.title): time for time in hitting_times_of(scenario)}
    if what in called:
        return called[what], None
    for pattern, time in _phrases(scenario).items():
        if match := pattern.fullmatch(what):
            return time, match.groupdict().get("level")
    return None


def _phrases(scenario: Scenario) -> dict[re.Pattern[str], HittingTime]:
    """Return every way to say a hitting time; what all margins are called is the projected one."""
    projected, held = projected_time(scenario), projected_margin(scenario).held
    found: dict[str, HittingTime] = {f"{hit.title} {{level}}": hit for hit in Hit}
    found |= {hit.clause: hit for hit in Hit}
    found |= {hit.short: hit for hit in Hit}
    found |= {
        "gross margin {level}": projected,
        projected.short: projected,
        held.short: held,
    }
    own = own_times(scenario)
    said = {_literal(phrase): time for time in own for phrase in (time.title, time.clause)}
    return said | {_pattern(phrase): time for phrase, time in found.items()}


def _pattern(phrase: str) -> re.Pattern[str]:
    parts = map(re.escape, phrase.split(" {level}"))
    return re.compile(LEVEL_SAID.join(parts), re.IGNORECASE)


def _literal(phrase: str) -> re.Pattern[str]:
    """Return a pattern of a text of a user's own, and of a level, which it doesn't take."""
    return re.compile(re.escape(spaced(phrase)) + LEVEL_SAID, re.IGNORECASE)


def _no_event(what: str, date: str, scenario: Scenario, where: str) -> ScenarioError:
    name = re.sub(rf" {LEVEL}$", "", what)
    if PEAK.fullmatch(name):
        return _of_horizon(where)
    if name.lower() in _metrics(scenario):
        return ScenarioError(
            f'{where}: "{name}" is an amount, which comes by no date; write "{name} {date}"'
        )
    return _no_hitting_time(name, scenario, where)


def _amount(match: re.Match[str], scenario: Scenario, where: str) -> Amount:
    name, date, is_trailing = match["name"], match["date"].upper(), match["trailing"] is not None
    metric = _metrics(scenario).get(name.lower())
    if metric is None:
        raise _no_amount(name, date, scenario, where)
    quarter, called = _quarter_in_horizon(date, scenario, where), metric.title
    if match["quarterly"] is not None and (is_trailing or "Q" not in date):
        raise ScenarioError(
            f'{where}: a quarter has a date such as 2027Q4; write "quarterly {called} {date[:4]}Q4"'
        )
    is_of_date = metric == Metric.CASH or isinstance(metric, FormulaMetric)
    if is_of_date and is_trailing:
        raise ScenarioError(
            f'{where}: {called} is what there is at a date; write "{called} {date}"'
        )
    is_own = "Q" in date and not is_trailing and not is_of_date
    return Amount(metric, quarter, f"{TRAILING if is_trailing else ''}{date}", is_own)


def _metrics(scenario: Scenario) -> dict[str, AnyMetric]:
    """Return every name of a metric, in small letters; a margin alone is the projected one."""
    projected = projected_metric(scenario)
    return {name.lower(): metric for metric, name in metrics_of(scenario).items()} | {
        "gross margin": projected,
        "margin": projected,
        "cash flow": Metric.FREE_CASH_FLOW,
    }


def _no_amount(name: str, date: str, scenario: Scenario, where: str) -> ScenarioError:
    if PEAK.fullmatch(name):
        return _of_horizon(where)
    if _hitting_time(name, scenario) is not None:
        return ScenarioError(
            f'{where}: "{name}" is an event, which comes by a date; write "{name} by {date}"'
        )
    return _no_metric(name, scenario, where)


def _of_horizon(where: str) -> ScenarioError:
    return ScenarioError(
        f'{where}: the {FUNDING_NEED} is that of the whole horizon; write "{FUNDING_NEED}"'
    )


def spaced(text: str) -> str:
    """Return a text with one space between words, which may be written with underscores."""
    return " ".join(text.replace("_", " ").split())


def _no_hitting_time(name: str, scenario: Scenario, where: str) -> ScenarioError:
    known = hitting_times_of(scenario).values()
    return _unknown(name, [*known, "gross margin"], where, "outcome")


def _no_metric(
    name: str, scenario: Scenario, where: str, others: Sequence[str] = ()
) -> ScenarioError:
    known = [*metrics_of(scenario).values(), "gross margin", *others]
    in_formulas = joined_name(name.lower())
    lines = [line.name for line in scenario.lines]
    if in_formulas in lines or (in_formulas in scenario.quantities and not _nearest(name, known)):
        hint = f'to count it, add [metrics.NAME] with formula = "{in_formulas}"'
        return ScenarioError(f'{where}: no metric "{name}"; {hint}')
    return _unknown(name, known, where, "metric")


def _unknown(given: str, known: Iterable[str], where: str, kind: str) -> ScenarioError:
    by_lower = {name.lower(): name for name in known}
    close = _nearest(given, by_lower)
    every = "; ".join(by_lower.values())
    hint = f'did you mean "{by_lower[close[0]]}"?' if close else f"known are: {every}"
    return ScenarioError(f'{where}: no {kind} "{given}"; {hint}')


def _nearest(given: str, known: Iterable[str]) -> list[str]:
    return get_close_matches(given.lower(), [name.lower() for name in known], n=1, cutoff=0.5)


def _quarter_in_horizon(date: str, scenario: Scenario, where: str) -> int:
    """Return a quarter, or a year's last, counted from the first of the horizon."""
    horizon = scenario.horizon
    quarter = parse_quarter(date if "Q" in date else f"{date}Q{QUARTERS_A_YEAR}")
    if not horizon.holds(quarter):
        raise ScenarioError(f"{where}: {date} lies outside the horizon, {horizon.span}")
    return quarter - horizon.first_quarter


def _level(given: str, time: HittingTime, where: str) -> float:
    if not isinstance(time, Hit) or not time.name.startswith("MARGIN"):
        raise ScenarioError(f'{where}: "{time.title}" takes no level; leave out {given}')
    level = parse_number(given, "share", where)
    if not 0.0 < level < 1.0:
        hint = scale_hint(level, "share", 0.0, 1.0, given)
        raise ScenarioError(f"{where}: a gross margin of {given} is not between 0 and 100%{hint}")
    return level
