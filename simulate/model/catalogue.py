"""What is counted of a scenario's paths: the model's metrics and hitting times, and its own."""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from simulate.kernels.arrays import LANES, index
from simulate.scenario.added import MetricUnit
from simulate.scenario.own import OwnOutcome
from simulate.scenario.own_inputs import words_of_name
from simulate.scenario.schema import Scenario

from .rows import TRACED, Hit, Metric

FUNDING_NEED = "peak funding need"
# How a condition at a date is called, and what it says then.
AT_DATE = re.compile(r" in \d{4}(?:Q[1-4])?$")
IS_DATE = re.compile(r"\) and year == \d{4} and quarter == [1-4]$")


@dataclass(frozen=True)
class FormulaMetric:
    """A metric by a formula of the scenario, or of one of its parts.

    Attributes
    ----------
    title
        The name that columns have, and that people ask for.
    unit
        Of its values.
    value
        Its place among metrics, as a member of ``Metric`` has one.
    is_added
        Whether a part of the model adds it; such is never negative.
    """

    title: str
    unit: MetricUnit
    value: int = field(compare=False)
    is_added: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class OwnHit:
    """The time at which a condition of the scenario is first met, or has been for long enough.

    Attributes
    ----------
    title, clause, short
        As those of ``Hit``.
    value
        Its place among hitting times, as a member of ``Hit`` has one.
    stated
        As the scenario has it.
    """

    title: str
    clause: str
    short: str
    value: int = field(compare=False)
    stated: OwnOutcome = field(compare=False)

    @property
    def is_dated(self) -> bool:
        """Whether its title says at which date the condition is to be met."""
        called, when = AT_DATE.search(self.title), IS_DATE.search(self.stated.when)
        return called is not None and when is not None

    def clause_at(self, level: str) -> str:
        """Return the clause, which has no level."""
        _ = level
        return self.clause

    def short_at(self, level: str) -> str:
        """Return the head of a column, which has no level."""
        _ = level
        return self.short


AnyMetric: TypeAlias = Metric | FormulaMetric
HittingTime: TypeAlias = Hit | OwnHit


def metrics_of(scenario: Scenario) -> dict[AnyMetric, str]:
    """Return the metrics that a run of a scenario counts, in order, with their titles."""
    added: list[tuple[str, MetricUnit]] = [
        (title, metric.unit) for title, metric in scenario.added_metrics.items()
    ]
    stated: list[tuple[str, MetricUnit]] = [
        (words_of_name(name), metric.unit) for name, metric in scenario.metrics.items()
    ]
    own = [
        FormulaMetric(title, unit, place * LANES, title in scenario.added_metrics)
        for place, (title, unit) in enumerate([*added, *stated], len(Metric))
    ]
    return {metric: metric.title for metric in (*Metric, *own)}


def hitting_times_of(scenario: Scenario) -> dict[HittingTime, str]:
    """Return the hitting times that a run of a scenario counts, in order, with their titles."""
    added = [
        (title, OwnOutcome(title=title, words=each.words, when=each.when))
        for title, each in scenario.added_outcomes.items()
    ]
    stated = [(outcome.called(name), outcome) for name, outcome in scenario.outcomes.items()]
    own = [
        own_hit(title, outcome, place)
        for place, (title, outcome) in enumerate([*added, *stated], len(Hit))
    ]
    return {time: time.title for time in (*Hit, *own)}


def own_times(scenario: Scenario, *others: Scenario) -> tuple[OwnHit, ...]:
    """Return a scenario's own hitting times, those that the others have, too."""
    return tuple(
        time
        for time in hitting_times_of(scenario)
        if isinstance(time, OwnHit)
        and all(time.title in hitting_times_of(other).values() for other in others)
    )


def own_metrics(scenario: Scenario, *others: Scenario) -> tuple[FormulaMetric, ...]:
    """Return a scenario's own metrics, those that the others have, too."""
    return tuple(
        metric
        for metric in metrics_of(scenario)
        if isinstance(metric, FormulaMetric)
        and all(metric in metrics_of(other) for other in others)
    )


def stated_times(scenario: Scenario) -> tuple[OwnHit, ...]:
    """Return the hitting times of [outcomes], without those that parts of the model add."""
    return own_times(scenario)[len(scenario.added_outcomes) :]


def stated_metrics(scenario: Scenario) -> tuple[FormulaMetric, ...]:
    """Return the metrics of [metrics], without those that parts of the model add."""
    return own_metrics(scenario)[len(scenario.added_metrics) :]


def own_hit(title: str, stated: OwnOutcome, place: int) -> OwnHit:
    """Return the hitting time of an outcome of the scenario."""
    return OwnHit(title, stated.words or title, title, place * LANES, stated)


def outcome_columns(scenario: Scenario) -> tuple[str, ...]:
    """Return what kernels write of each path: its hitting times, and its peak funding need."""
    return (*hitting_times_of(scenario).values(), FUNDING_NEED)


def traced_lines(scenario: Scenario) -> dict[str, int]:
    """Return which row of a trace holds each own line, by its name."""
    first = TRACED + formula_metrics(scenario)
    return {line.name: first + place for place, line in enumerate(scenario.lines)}


def traces_of(scenario: Scenario) -> int:
    """Return how many rows a trace of a scenario's path has."""
    return TRACED + formula_metrics(scenario) + len(scenario.lines)


def formula_metrics(scenario: Scenario) -> int:
    """Return how many metrics follow those that every scenario has."""
    return len(scenario.added_metrics) + len(scenario.metrics)


def traced_metric(metric: AnyMetric) -> int:
    """Return which row of a trace holds a metric; those of formulas follow flows."""
    if isinstance(metric, Metric):
        return index(metric)
    return TRACED + index(metric) - len(Metric)
