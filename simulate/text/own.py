"""What a scenario's own metrics, outcomes and lines come to, as tables and sentences."""

import numpy as np

from simulate.engine.result import Result
from simulate.model.catalogue import OwnHit, OwnMetric, hitting_times_of, metrics_of

from .alternatives import chance_by_year
from .numbers import dollars, share
from .tables import Row, Table, heading

# Of the horizon's years that a table of metrics has room for.
SHOWN_YEARS = 4


def own_tables(result: Result) -> list[Table]:
    """Return the tables of a scenario's own metrics and outcomes, if it has any."""
    times = [time for time in hitting_times_of(result.scenario) if isinstance(time, OwnHit)]
    metrics = [metric for metric in metrics_of(result.scenario) if isinstance(metric, OwnMetric)]
    return [
        *([_outcome_table(result, times)] if times else []),
        *([_metric_table(result, metrics)] if metrics else []),
    ]


def _outcome_table(result: Result, times: list[OwnHit]) -> Table:
    rows = [
        Row(str(year), tuple(chance_by_year(result, time, year).cell for time in times))
        for year in result.years
    ]
    heads = (heading(time.clause) for time in times)
    return Table("Probability by the end of", ("year", *heads), tuple(rows))


def _metric_table(result: Result, metrics: list[OwnMetric]) -> Table:
    places = np.linspace(0, len(result.years) - 1, min(SHOWN_YEARS, len(result.years)))
    years = [result.years[place] for place in places.round().astype(int)]
    rows = [
        Row(metric.title, tuple(_median_and_range(result, metric, year) for year in years))
        for metric in metrics
    ]
    return Table("Median (P10 to P90)", ("metric", *map(str, years)), tuple(rows))


def _median_and_range(result: Result, metric: OwnMetric, year: int) -> str:
    found = result.in_year(metric, year)
    written = share if metric.unit == "share" else dollars
    low, median, high = (found[level].value for level in ("p10", "p50", "p90"))
    if np.isnan(median):
        return "no value"
    return f"{written(median)} ({written(low)} to {written(high)})"


def no_value_sentences(result: Result) -> list[str]:
    """Say from when own formulas have a value, and in how many paths they have none after that."""
    found = []
    for name, shares in result.without_value.items():
        first = int(np.argmax(shares < 1.0)) if (shares < 1.0).any() else len(shares)
        if first == len(shares):
            found.append(f"{name} has no value in any quarter.")
            continue
        if first > 0:
            found.append(f"{name} has a value from {result.quarter_name(first)} on.")
        if (later := shares[first:]).any():
            worst = result.quarter_name(first + int(np.argmax(later)))
            found.append(f"{name} has no value in up to {share(later.max())} of paths ({worst}).")
    return found
