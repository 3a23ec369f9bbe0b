"""Something a path reaches by a date, such as ``gross margin 70% by 2027``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from simulate.kernels.rows import Hit
from simulate.result import HITTING_TIMES, projected_time
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter, parse_quarter
from simulate.scenario.scale import scale_hint
from simulate.scenario.units import number_in_unit, states_unit

# "The latter part of the decade" (B1).
CASH_YEAR = 2030

DATE = r"\d{4}(?:Q[1-4])?"
LEVEL = r"[-+]?\d[\d.,]*\s*%?"
PATTERN = re.compile(rf"(?P<name>.+?)(?:\s+(?P<level>{LEVEL}))?\s+by\s+(?P<date>{DATE})")
FORM = '"gross margin 70% by 2027" or "out of cash by 2028Q2"'

IN_WORDS = {
    Hit.MARGIN_PAYING: "gross margin (paying users) reaches {level}",
    Hit.MARGIN_PAYING_HELD: "gross margin (paying users) has been held at {level}",
    Hit.MARGIN_ALL: "gross margin (with free users) reaches {level}",
    Hit.MARGIN_ALL_HELD: "gross margin (with free users) has been held at {level}",
    Hit.CASH_FLOW_POSITIVE: "free cash flow turns positive",
    Hit.CASH_FLOW_HELD: "free cash flow has been positive for four quarters in a row",
    Hit.PAYBACK: "cumulative free cash flow is paid back",
    Hit.OUT_OF_CASH: "cash runs out",
}
IN_SHORT = {
    Hit.MARGIN_PAYING: "margin {level}",
    Hit.MARGIN_PAYING_HELD: "margin {level} held",
    Hit.MARGIN_ALL: "margin {level}",
    Hit.MARGIN_ALL_HELD: "margin {level} held",
    Hit.CASH_FLOW_POSITIVE: "cash flow > 0",
    Hit.CASH_FLOW_HELD: "4 quarters of cash flow > 0",
    Hit.PAYBACK: "payback",
    Hit.OUT_OF_CASH: "out of cash",
}


@dataclass(frozen=True)
class Event:
    """A hitting time that comes by the end of a quarter.

    Attributes
    ----------
    time
        Which hitting time.
    quarter
        Counted from the first of the horizon.
    date
        As it was written: a year, or a quarter.
    level
        The gross margin that is to be reached, None where it isn't named.
    """

    time: Hit
    quarter: int
    date: str
    level: float | None = None

    @property
    def name(self) -> str:
        """Return the outcome and its date."""
        return f"{HITTING_TIMES[self.time]} by {self.date}"

    def in_words(self, scenario: Scenario, *others: Scenario) -> str:
        """Return a clause, such as ``cash runs out by the end of 2028``.

        Other scenarios' targets are named after the first's where they are different.
        """
        clause = IN_WORDS[self.time].format(level=_targets(scenario, *others))
        return f"{clause} by the end of {self.date}"

    def in_short(self, scenario: Scenario, *others: Scenario) -> str:
        """Return the head of a column, such as ``margin 70% by 2027``; see ``in_words``."""
        level = _targets(scenario, *others)
        return f"{IN_SHORT[self.time].format(level=level)} by {self.date}"


def parse_event(text: str, scenario: Scenario, where: str, form: str = FORM) -> Event:
    """Return the event that a text states.

    Parameters
    ----------
    text
        An outcome, the gross margin to be reached if it isn't the scenario's, a year or a quarter:
        ``gross margin 70% by 2027``. ``gross margin`` alone is the definition that the company
        projects.
    scenario
        Whose horizon holds the date.
    where
        What holds the text, for the messages.
    form
        What would be right, for the messages.

    Returns
    -------
    Event

    Raises
    ------
    ScenarioError
        If the text is no event of the scenario.
    """
    match = PATTERN.fullmatch(_bare(text))
    if match is None:
        raise ScenarioError(f"{where}: not an outcome and a date; write it as {form}")
    times = {known: time for time, known in HITTING_TIMES.items()}
    times["gross margin"] = projected_time(scenario)
    time = times[known_name(match["name"], times, where, "outcome")]
    level = None if match["level"] is None else _level(match["level"], time, where)
    return Event(time, quarter_in_horizon(match["date"], scenario, where), match["date"], level)


def _bare(text: str) -> str:
    """Return what stands within ``P(…)``, or a text without it."""
    text = text.strip()
    return text[2:-1].strip() if text.startswith("P(") and text.endswith(")") else text


def event_by_year(time: Hit, year: int, scenario: Scenario) -> Event:
    """Return a hitting time by the end of a year, or of the horizon's nearest."""
    horizon = scenario.horizon
    year = min(max(year, horizon.first_year), horizon.last_year)
    return Event(time, QUARTERS_A_YEAR * (year - horizon.first_year + 1) - 1, str(year))


def projected_event(scenario: Scenario) -> Event:
    """Return what the company projects, or that margin by the horizon's end."""
    year = scenario.targets.projected_year or scenario.horizon.last_year
    return event_by_year(projected_time(scenario), year, scenario)


def with_target(scenario: Scenario, event: Event) -> Scenario:
    """Return the scenario with the event's gross margin as its target."""
    if event.level is None:
        return scenario
    targets = scenario.targets.model_copy(update={"gross_margin": event.level})
    return scenario.model_copy(update={"targets": targets})


def refuse_other_target(event: Event, scenario: Scenario, where: str) -> None:
    """Raise if the event names another gross margin than the scenario's target."""
    target = scenario.targets.gross_margin
    if event.level not in (None, target):
        raise ScenarioError(
            f"{where}: the scenario's target is {_percent(target)}; "
            f"change it with --set targets.gross_margin={event.level:g}"
        )


def known_name(given: str, known: Iterable[str], where: str, kind: str) -> str:
    """Return the known name that is meant, written with spaces or with underscores."""
    name = " ".join(given.replace("_", " ").split())
    by_lower = {one.lower(): one for one in known}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    every = "; ".join(by_lower.values())
    hint = f'did you mean "{by_lower[close[0]]}"?' if close else f"known are: {every}"
    raise ScenarioError(f'{where}: no {kind} "{name}"; {hint}')


def quarter_in_horizon(date: str, scenario: Scenario, where: str) -> int:
    """Return a quarter, or a year's last, counted from the first of the horizon."""
    horizon = scenario.horizon
    quarter = parse_quarter(date if "Q" in date else f"{date}Q{QUARTERS_A_YEAR}")
    if not horizon.first_quarter <= quarter <= horizon.last_quarter:
        first, last = format_quarter(horizon.first_quarter), format_quarter(horizon.last_quarter)
        raise ScenarioError(f"{where}: {date} lies outside the horizon, {first} to {last}")
    return quarter - horizon.first_quarter


def _level(given: str, time: Hit, where: str) -> float:
    if not HITTING_TIMES[time].startswith("gross margin"):
        raise ScenarioError(f'{where}: "{HITTING_TIMES[time]}" takes no level; leave out {given}')
    try:
        level = number_in_unit(given, "share")
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from None
    if not 0.0 < level < 1.0:
        hint = "" if states_unit(given) else scale_hint(level, "share", 0.0, 1.0)
        raise ScenarioError(f"{where}: a gross margin of {given} is not between 0 and 100%{hint}")
    return level


def _targets(*scenarios: Scenario) -> str:
    """Return the scenarios' different targets of gross margin, such as ``70% / 60%``."""
    levels = (_percent(scenario.targets.gross_margin) for scenario in scenarios)
    return " / ".join(dict.fromkeys(levels))


def _percent(share: float) -> str:
    return f"{100.0 * share:.4g}%"
