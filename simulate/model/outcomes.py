"""A number of a path, named and dated.

What happens by a date, an amount of a year or a quarter, or the peak funding need; and those that
every answer is about. ``parse_outcome`` reads the texts that name one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.frame import Horizon, MarginDefinition
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter

from .catalogue import (
    FUNDING_NEED,
    AnyMetric,
    FormulaMetric,
    HittingTime,
    OwnHit,
    hitting_times_of,
    own_times,
    traced_metric,
)
from .rows import Flow, Hit, Metric, traced

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
TRAILING = "twelve months to "


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
        if isinstance(self.metric, FormulaMetric):
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
        if isinstance(self.metric, FormulaMetric):
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
    return metric in NEVER_NEGATIVE or (isinstance(metric, FormulaMetric) and metric.is_added)


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
        reached = (each for each in MARGINS.values() if each.reached is outcome.time)
        as_condition = "".join(
            f'ask "{each.metric.title} >= {_percent(outcome.level)} by {outcome.date}", or '
            for each in reached
        )
        raise ScenarioError(
            f"{where}: the scenario's target is {_percent(target)}; {as_condition}"
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


def targets_in_words(*scenarios: Scenario) -> str:
    """Return the scenarios' different targets of gross margin, such as ``70% / 60%``."""
    levels = (_percent(scenario.targets.gross_margin) for scenario in scenarios)
    return " / ".join(dict.fromkeys(levels))


def _percent(share: float) -> str:
    return f"{100.0 * share:.6g}%"
