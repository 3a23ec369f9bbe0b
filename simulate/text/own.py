"""What a scenario's own metrics, outcomes and lines come to, as tables and sentences."""

from collections.abc import Sequence

import numpy as np

from simulate.analysis.cash import NOTHING
from simulate.analysis.compare import statistic_of, under_alternatives
from simulate.engine.result import Result
from simulate.engine.summary import value_gaps
from simulate.model.catalogue import (
    FormulaMetric,
    OwnHit,
    own_metrics,
    stated_metrics,
    stated_times,
)
from simulate.scenario.quarters import format_quarter

from .alternatives import chance_by, chance_by_year, figure_cell
from .dates import median_finding
from .numbers import NO_VALUE, SHARE, TIMES, dollars, share, unit_of
from .sentences import capitalized, listed
from .tables import Row, Table, heading
from .years import told_year

MOST_TOLD = 2
# From which shares on percents have a decimal, beyond the bin about zero, and from which on none.
SMALLEST_TENTHS, SMALLEST_WHOLE = 2e-3, 0.1


def own_tables(result: Result) -> list[Table]:
    """Return the tables of a scenario's own metrics and outcomes, if it has any."""
    # The table of cash tells of failure.
    times, metrics = stated_times(result.scenario), own_metrics(result.scenario)
    targets = [(time, by) for time in times if (by := time.stated.by) is not None]
    return [
        *([_target_table(result, targets)] if targets else []),
        *([_outcome_table(result, times)] if times else []),
        *([_metric_table(result, metrics)] if metrics else []),
    ]


def asked_tables(result: Result) -> list[Table]:
    """Return the table of what was asked beside what every answer tells, if anything was."""
    rows = []
    for figure in (statistic_of(each, result.scenario) for each in result.asked):
        unit, reading = unit_of(figure.unit), figure.read(result)
        value = figure_cell(unit, reading.estimate, under_alternatives(reading))
        rows.append(Row(figure.short, (value,)))
    return [Table("Asked", ("", "answer"), tuple(rows))] if rows else []


def _target_table(result: Result, targets: Sequence[tuple[OwnHit, int]]) -> Table:
    first = result.scenario.horizon.first_quarter
    rows = [
        Row(time.title, (format_quarter(by), chance_by(result, time, by - first).cell))
        for time, by in targets
    ]
    return Table("Targets", ("target", "by", "probability"), tuple(rows))


def _outcome_table(result: Result, times: tuple[OwnHit, ...]) -> Table:
    rows = [
        Row(str(year), tuple(chance_by_year(result, time, year).cell for time in times))
        for year in result.years
    ]
    heads = (heading(time.short) for time in times)
    return Table("Probability by the end of", ("year", *heads), tuple(rows))


def _metric_table(result: Result, metrics: tuple[FormulaMetric, ...]) -> Table:
    rows = [
        Row(str(year), tuple(_median_and_range(result, metric, year) for metric in metrics))
        for year in result.years
    ]
    heads = (heading(metric.title) for metric in metrics)
    return Table("Median (P10 to P90)", ("year", *heads), tuple(rows))


def _median_and_range(result: Result, metric: FormulaMetric, year: int) -> str:
    found = result.in_year(metric, year)
    low, median, high = (_written(metric, found[level].value) for level in ("p10", "p50", "p90"))
    return median if median == NO_VALUE else f"{median} ({low} to {high})"


def _written(metric: FormulaMetric, value: float) -> str:
    if np.isnan(value):
        return NO_VALUE
    match metric.unit:
        case "bn USD":
            # What stands in the bin about zero is nothing.
            return dollars(0.0 if abs(value) < NOTHING else value)
        case "months":
            return f"{value:.0f} months"
        case "times":
            return TIMES.rounded(value, 2 if abs(value) < 0.995 else 1 if abs(value) < 9.95 else 0)
    is_small = SMALLEST_TENTHS <= abs(value) < SMALLEST_WHOLE
    return SHARE.rounded(value, 1 if is_small else 0)


def own_outcomes_finding(result: Result) -> str:
    """Say by when half of the paths have come to the first of a scenario's own outcomes."""
    time = stated_times(result.scenario)[0]
    return median_finding(result, time, capitalized(time.clause))


def own_metrics_finding(result: Result) -> str:
    """Say between which values P5 and P95 of the first own metrics lie in a year."""
    year = told_year(result)
    told = ", ".join(
        f"{metric.title} {_outer_range(result, metric, year)}"
        for metric in stated_metrics(result.scenario)[:MOST_TOLD]
    )
    return f"{year}, P5 to P95: {told}"


def _outer_range(result: Result, metric: FormulaMetric, year: int) -> str:
    found = result.in_year(metric, year)
    low, high = (_written(metric, found[level].value) for level in ("p05", "p95"))
    return low if low == NO_VALUE else f"{low} to {high}"


def no_value_sentences(result: Result) -> list[str]:
    """Say from when own formulas have a value, and in how many paths they have none after that."""
    alike: dict[tuple[str | None, str | None, float], list[str]] = {}
    for name, lacking in value_gaps(result).items():
        alike.setdefault(lacking, []).append(name)
    found = []
    for (first, worst, part), names in alike.items():
        told, have = listed(names), "has" if len(names) == 1 else "have"
        if first is None:
            found.append(f"{told} {have} no value in any quarter.")
            continue
        if first != result.quarter_name(0):
            found.append(f"{told} {have} a value from {first} on.")
        if worst is not None:
            found.append(f"{told} {have} no value in up to {share(part)} of paths ({worst}).")
    return found
