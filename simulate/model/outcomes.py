"""A number of a path, named and dated, and the texts that name it.

What happens by a date, an amount of a year or a quarter, or the peak funding need: a question that
asks for one takes the text that ``parse_outcome`` reads, and says what it can't answer.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import reduce
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.frame import Horizon, MarginDefinition
from simulate.scenario.own import LONGEST_SAID, joined_name
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter, parse_quarter
from simulate.scenario.units import number_in_unit, scale_hint

from .catalogue import (
    FUNDING_NEED,
    AnyMetric,
    HittingTime,
    OwnHit,
    OwnMetric,
    hitting_times_of,
    metrics_of,
    own_hit,
    own_times,
    traced_metric,
)
from .conditions import condition_of, is_condition
from .rows import Flow, Hit, Metric, traced
from .said_dates import with_plain_date

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Column = NDArray[np.float64 | np.float32 | np.uint8]
# From metrics by path and quarter, shape (paths, metrics, quarters), to a number a path.
Measure = Callable[[Array], Array]
Unit = Literal["probability", "share", "bn USD", "times", "months"]
IN_PERCENT: tuple[Unit, ...] = ("probability", "share")
# Units that stand behind each number, and so in no head of a column.
BEHIND_NUMBERS: tuple[Unit, ...] = (*IN_PERCENT, "times")
OPERATING_RESULT = "operating result"
NEVER_NEGATIVE = (Metric.REVENUE, Metric.TRAINING, Metric.INFERENCE)
# The quarter's own flow behind the sum of trailing four quarters.
FLOWS = {
    Metric.REVENUE: Flow.REVENUE,
    Metric.EBITDA: Flow.EBITDA,
    Metric.FREE_CASH_FLOW: Flow.FREE_CASH_FLOW,
    Metric.TRAINING: Flow.TRAINING,
    Metric.INFERENCE: Flow.INFERENCE,
}
# "The latter part of the decade", before which lenders expect no free cash flow (B1 of
# docs/facts.md): its last year, the same for every lab, so that answers can be compared.
CASH_YEAR = 2030
DATE = r"(?P<date>\d{4}(?:Q[1-4])?)"
LEVEL = r"[-+]?\d[\d.,]*\s*%?"
LEVEL_SAID = rf"(?: (?P<level>{LEVEL}))?"
EVENT = re.compile(rf"(?P<what>.+?) by (?:the end of )?{DATE}", re.IGNORECASE)
AMOUNT = re.compile(
    r"(?P<quarterly>quarterly )?(?P<name>.+?) "
    rf"(?:(?P<trailing>(?:twelve|12)[ -]months to )|of |in )?{DATE}",
    re.IGNORECASE,
)
TRAILING = "twelve months to "
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


class Margin(NamedTuple):
    """A definition of gross margin.

    Attributes
    ----------
    metric
        Of the trailing four quarters.
    costs
        The flows that it takes off revenue.
    reached, held
        When it is at the target, and has been for as many quarters as are to be.
    """

    metric: Metric
    costs: tuple[Flow, ...]
    reached: Hit
    held: Hit


MARGINS: dict[MarginDefinition, Margin] = {
    "inference only": Margin(
        Metric.MARGIN_INFERENCE,
        (Flow.PAYING_BILL,),
        Hit.MARGIN_INFERENCE,
        Hit.MARGIN_INFERENCE_HELD,
    ),
    "paying users": Margin(
        Metric.MARGIN_PAYING, (Flow.PAYING_COST,), Hit.MARGIN_PAYING, Hit.MARGIN_PAYING_HELD
    ),
    "with partners' shares": Margin(
        Metric.MARGIN_PARTNERS,
        (Flow.PAYING_COST, Flow.PARTNER_SHARE),
        Hit.MARGIN_PARTNERS,
        Hit.MARGIN_PARTNERS_HELD,
    ),
    "with free users": Margin(
        Metric.MARGIN_ALL, (Flow.PAYING_COST, Flow.FREE_COST), Hit.MARGIN_ALL, Hit.MARGIN_ALL_HELD
    ),
}
MARGIN_METRICS = {margin.metric: margin for margin in MARGINS.values()}


@dataclass(frozen=True)
class Outcome(ABC):
    """A number of a path."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What it is and of which date, as ``parse_outcome`` reads it."""

    @property
    @abstractmethod
    def unit(self) -> Unit:
        """Of its mean or median over paths."""

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """The least and the most that it can be."""

    @property
    def asked(self) -> str:
        """What a question is about: the probability of an event, or an amount."""
        return self.name

    @property
    def is_probability(self) -> bool:
        """Whether its mean is a probability."""
        return self.unit == "probability"

    @property
    def column(self) -> str:
        """Where a run's kept paths hold it, or what it is made of."""
        return self.name

    def of_column(self, values: Column) -> Array:
        """Return it of each path from what ``column`` holds, of any shape."""
        return values.astype(float)

    def of_paths(self, kept: "pd.DataFrame") -> Array:
        """Return it of each of a run's kept paths, which have measured it; shape (paths,)."""
        return self.of_column(kept[self.column].to_numpy())

    def of_block(self, rows: Mapping[str, NDArray[np.float32]], traces: Array) -> Array:
        """Return it of each path as the kernel writes paths.

        Parameters
        ----------
        rows
            By name of ``outcome_columns``, shape (paths,) each.
        traces
            Shape (paths, metrics, quarters); only an ``Amount`` reads them.
        """
        _ = traces
        return self.of_column(rows[self.column])

    def written(self, value: float) -> str:
        """Return a path's value with its unit."""
        if self.unit == "share":
            return f"{value:.1%}"
        behind = {"times": "x", "months": " months"}.get(self.unit, " bn")
        return f"{value:,.3g}{behind}"


@dataclass(frozen=True)
class Event(Outcome):
    """Whether a hitting time comes by the end of a quarter: 1 of a path where it does, else 0.

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

    time: HittingTime
    quarter: int
    date: str = field(compare=False)
    level: float | None = None

    @property
    def name(self) -> str:
        """The hitting time and its date."""
        return self.column if self._is_dated else f"{self.column} by {self.date}"

    @property
    def asked(self) -> str:
        """Its probability."""
        return f"P({self.name})"

    @property
    def unit(self) -> Unit:
        """That of a probability."""
        return "probability"

    @property
    def bounds(self) -> tuple[float, float]:
        """No and yes."""
        return 0.0, 1.0

    @property
    def column(self) -> str:
        """That of the hitting time."""
        return self.time.title

    def of_column(self, values: Column) -> Array:
        """Return 1 where the hitting time comes by the end of the quarter, else 0."""
        return (values <= self.quarter).astype(float)

    def written(self, value: float) -> str:
        """Return yes or no."""
        return "yes" if value == 1.0 else "no"

    def in_words(self, scenario: Scenario, *others: Scenario) -> str:
        """Return a clause, such as ``cash runs out by the end of 2028``.

        Other scenarios' targets are named after the first's where they are different.
        """
        clause = self.time.clause_at(targets_in_words(scenario, *others))
        return clause if self._is_dated else f"{clause} by the end of {self.date}"

    def in_short(self, scenario: Scenario, *others: Scenario) -> str:
        """Return the head of a column, such as ``margin 70% by 2027``; see ``in_words``."""
        short = self.time.short_at(targets_in_words(scenario, *others))
        return short if self._is_dated else f"{short} by {self.date}"

    @property
    def _is_dated(self) -> bool:
        return isinstance(self.time, OwnHit) and self.time.is_dated


@dataclass(frozen=True)
class Amount(Outcome):
    """A metric of a fiscal year, of twelve months to a quarter, or of a quarter alone.

    Attributes
    ----------
    metric
        Which metric.
    quarter
        Its last, counted from the first of the horizon.
    date
        As a reader names it, such as ``2026Q1`` or ``twelve months to 2026Q1``.
    is_own
        Whether a quarter's own flow is meant, or its own margin.
    """

    metric: AnyMetric
    quarter: int
    date: str = field(compare=False)
    is_own: bool = False

    @property
    def name(self) -> str:
        """The metric and its date."""
        return f"{self.metric.title} {self.date}"

    @property
    def unit(self) -> Unit:
        """Margins are shares, all else of the model is money."""
        if isinstance(self.metric, OwnMetric):
            return self.metric.unit
        return "share" if self.metric in MARGIN_METRICS else "bn USD"

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that the metric can be."""
        return bounds_of(self.metric)

    @property
    def quarters(self) -> int:
        """Over how many quarters it is."""
        return 1 if self.is_own else QUARTERS_A_YEAR

    def shares_quarters_with(self, other: "Amount") -> bool:
        """Tell whether both hold a quarter's flow of one metric, such as a year and its quarter."""
        if self.metric != other.metric or self.metric == Metric.CASH:
            return False
        own, others = (amount.quarter - amount.quarters for amount in (self, other))
        return own < other.quarter and others < self.quarter

    def of_block(self, rows: Mapping[str, NDArray[np.float32]], traces: Array) -> Array:
        """Return it of each path, from metrics by quarter."""
        _ = rows
        return self.of_traces(traces)

    def of_traces(self, traces: Array) -> Array:
        """Return it of each path, shape (paths,), of traces, shape (paths, traces, quarters)."""
        if not self.is_own:
            return traces[:, traced_metric(self.metric), self.quarter]
        if isinstance(self.metric, OwnMetric):
            raise TypeError(f"{self.metric.title} is no flow of a quarter")
        if self.metric in FLOWS:
            return self._own_flow(traces, FLOWS[self.metric])
        costs = MARGIN_METRICS[self.metric].costs
        cost = sum(self._own_flow(traces, flow) for flow in costs)
        return 1.0 - cost / self._own_flow(traces, Flow.REVENUE)

    def _own_flow(self, traces: Array, flow: Flow) -> Array:
        return traces[:, traced(flow), self.quarter]


@dataclass(frozen=True)
class OperatingResult(Amount):
    """EBITDA, which is its metric, less depreciation; as accounts have it, stock pay is a cost."""

    @property
    def name(self) -> str:
        """What accounts call it, and its date."""
        return f"{OPERATING_RESULT} {self.date}"

    def of_traces(self, traces: Array) -> Array:
        """Return it of each path; nothing is written off before the horizon."""
        first = max(0, self.quarter + 1 - self.quarters)
        written_off = traces[:, traced(Flow.DEPRECIATION), first : self.quarter + 1]
        return super().of_traces(traces) - written_off.sum(axis=1)


@dataclass(frozen=True)
class PeakFundingNeed(Outcome):
    """The deepest that a path's cumulative free cash flow falls within the horizon."""

    @property
    def name(self) -> str:
        """The only one there is."""
        return FUNDING_NEED

    @property
    def unit(self) -> Unit:
        """That of money."""
        return "bn USD"

    @property
    def bounds(self) -> tuple[float, float]:
        """Never negative."""
        return 0.0, inf


def measures_of(outcomes: Iterable[Outcome]) -> dict[str, Measure]:
    """Return what a run has to measure so that outcomes can be read off its kept paths."""
    return {o.column: o.of_traces for o in outcomes if isinstance(o, Amount)}


def bounds_of(metric: AnyMetric) -> tuple[float, float]:
    """Return what a metric can't be less or more than."""
    if metric in MARGIN_METRICS:
        return -inf, 1.0
    return (0.0 if is_never_negative(metric) else -inf), inf


def is_never_negative(metric: AnyMetric) -> bool:
    """Tell whether a metric can't be below 0."""
    return metric in NEVER_NEGATIVE or (isinstance(metric, OwnMetric) and metric.is_added)


def as_reported(metric: AnyMetric) -> tuple[str, str]:
    """Return what a metric is and by which definition, as reported figures name both."""
    quantity, _, definition = metric.title.partition(", ")
    return quantity, definition


def projected_margin(scenario: Scenario) -> Margin:
    """Return the definition of gross margin that the company's projection is about."""
    return MARGINS[scenario.targets.projected_margin]


def projected_time(scenario: Scenario) -> Hit:
    """Return the hitting time that the company's projection is about."""
    return projected_margin(scenario).reached


def projected_metric(scenario: Scenario) -> Metric:
    """Return the margin that the company's projection is about."""
    return projected_margin(scenario).metric


def event_by_year(time: HittingTime, year: int, scenario: Scenario) -> Event:
    """Return a hitting time by the end of a year, or of the horizon's nearest."""
    horizon = scenario.horizon
    year = min(max(year, horizon.first_year), horizon.last_year)
    return Event(time, horizon.end_of(year), str(year))


def projected_event(scenario: Scenario) -> Event:
    """Return what the company projects, or that margin by the horizon's end."""
    year = scenario.targets.projected_year or scenario.horizon.last_year
    return event_by_year(projected_time(scenario), year, scenario)


def target_event(time: OwnHit, scenario: Scenario) -> Event | None:
    """Return a target by its own date, None of an outcome that has none."""
    if time.stated.by is None:
        return None
    year, of_year = divmod(time.stated.by, QUARTERS_A_YEAR)
    is_whole_year = of_year == QUARTERS_A_YEAR - 1
    date = str(year) if is_whole_year else format_quarter(time.stated.by)
    return Event(time, time.stated.by - scenario.horizon.first_quarter, date)


def counted_from(outcome: Outcome, start: Horizon, other: Horizon) -> Outcome:
    """Return an outcome whose quarter is counted from the first of another horizon.

    Raises
    ------
    ScenarioError
        If it lies before that.
    """
    if not isinstance(outcome, (Event, Amount)):
        return outcome
    quarter = outcome.quarter + start.first_quarter - other.first_quarter
    if quarter < 0:
        begin = format_quarter(other.first_quarter)
        raise ScenarioError(f"{outcome.name}: lies before a horizon that begins in {begin}")
    return replace(outcome, quarter=quarter)


def headline_events(scenario: Scenario) -> tuple[Event, Event, Event]:
    """Return what a report on a scenario asks first.

    Parameters
    ----------
    scenario
        Its horizon and the company's projection say by which years.

    Returns
    -------
    tuple of Event
        The target margin by the projected year, four quarters in a row of positive cash flow and no
        cash by 2030, each year moved into the horizon.
    """
    return (
        projected_event(scenario),
        event_by_year(Hit.CASH_FLOW_HELD, CASH_YEAR, scenario),
        event_by_year(Hit.OUT_OF_CASH, CASH_YEAR, scenario),
    )


def asked_events(scenario: Scenario, *others: Scenario) -> tuple[Event, ...]:
    """Return what an answer asks of a scenario: the headline events, and what it adds to them."""
    return (*headline_events(scenario), *own_events(scenario, *others))


def own_events(scenario: Scenario, *others: Scenario) -> tuple[Event, ...]:
    """Return each own outcome that all scenarios have: a target by its date, others by 2030."""
    return tuple(
        target_event(time, scenario) or event_by_year(time, CASH_YEAR, scenario)
        for time in own_times(scenario, *others)
        # The headline asks when cash is out, which is when a lab fails.
        if time.title not in scenario.added_outcomes
    )


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
    found = parse_outcome(text, scenario, where, form)
    if not isinstance(found, Event):
        raise ScenarioError(
            f"{where}: {found.name} is an amount, and what happens by a date is asked for; "
            f"write it as {form}"
        )
    return found


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


def known_metric(given: AnyMetric | str, scenario: Scenario, where: str) -> AnyMetric:
    """Return the metric that a name means, without a date; see ``parse_outcome``.

    One of another scenario means the scenario's own of that title.

    Raises
    ------
    ScenarioError
        If there is no such metric.
    """
    if isinstance(given, Metric):
        return given
    name = given.title if isinstance(given, OwnMetric) else spaced(str(given))
    metric = _metrics(scenario).get(name.lower())
    if metric is None:
        raise _no_metric(name, scenario, where)
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


def asked_of(scenario: Scenario, outcomes: Iterable[Outcome]) -> Scenario:
    """Return the scenario that several outcomes are asked of; see ``with_target``."""
    return reduce(with_target, outcomes, scenario)


def with_target(scenario: Scenario, outcome: Outcome) -> Scenario:
    """Return the scenario that an outcome is asked of.

    The gross margin that it names is the target, and a condition is one of the scenario's outcomes.
    """
    if not isinstance(outcome, Event):
        return scenario
    if isinstance(outcome.time, OwnHit) and outcome.time not in hitting_times_of(scenario):
        key = next(key for n in count(1) if (key := f"asked_{n}") not in scenario.outcomes)
        outcomes = {**scenario.outcomes, key: outcome.time.stated}
        return scenario.model_copy(update={"outcomes": outcomes})
    if outcome.level is None:
        return scenario
    targets = scenario.targets.model_copy(update={"gross_margin": outcome.level})
    return scenario.model_copy(update={"targets": targets})


def refuse_other_target(outcome: Outcome, scenario: Scenario, where: str) -> None:
    """Raise if the outcome names another gross margin than the scenario's target."""
    target = scenario.targets.gross_margin
    if isinstance(outcome, Event) and outcome.level not in (None, target):
        raise ScenarioError(
            f"{where}: the scenario's target is {_percent(target)}; "
            f"change it with --set targets.gross_margin={outcome.level:g}"
        )


def refuse_uncounted(outcome: Outcome, where: str) -> None:
    """Raise if a run's counts don't tell about the outcome: those of flows are of four quarters."""
    if isinstance(outcome, Amount) and outcome.is_own:
        instead = f"{outcome.metric.title} {TRAILING}{outcome.date}"
        raise ScenarioError(
            f"{where}: flows are counted by fiscal year and by twelve months, not by quarter; "
            f'write "{instead}"'
        )


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
        raise ScenarioError(
            f"{where}: {wrong}; give it a title, in [outcomes.NAME] of the scenario"
        )
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
    is_of_date = metric == Metric.CASH or isinstance(metric, OwnMetric)
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


def _no_metric(name: str, scenario: Scenario, where: str) -> ScenarioError:
    known = [*metrics_of(scenario).values(), "gross margin"]
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


def targets_in_words(*scenarios: Scenario) -> str:
    """Return the scenarios' different targets of gross margin, such as ``70% / 60%``."""
    levels = (_percent(scenario.targets.gross_margin) for scenario in scenarios)
    return " / ".join(dict.fromkeys(levels))


def _percent(share: float) -> str:
    return f"{100.0 * share:.6g}%"
