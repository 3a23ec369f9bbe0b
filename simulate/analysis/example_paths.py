"""A typical path of those that get there, and of those that don't, as stories by year."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from simulate.event import Event
from simulate.kernels.rows import Hit, Metric, index
from simulate.result import HITTING_TIMES, OUTCOME_COLUMNS, projected_metric, projected_time
from simulate.run import simulate_traces
from simulate.scenario import Scenario
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.simulation import DEVIATIONS

Array = NDArray[np.float64]

LAST_QUARTER = QUARTERS_A_YEAR - 1

# A deviation from plan that a year's story tells of.
LARGE_DEVIATION = 0.10
SMALLEST_ROUND = 0.005
# Typical paths are sought among so many, the first of the run's first replicate.
MOST_COMPARED = 1 << 14
DEVIATION_NAMES = dict(zip(DEVIATIONS, ("inference", "training"), strict=True))
TIMES_IN_WORDS = {
    Hit.MARGIN_PAYING: "margin reaches {target:.0%}",
    Hit.MARGIN_ALL: "margin reaches {target:.0%}",
    Hit.CASH_FLOW_POSITIVE: "first positive cash flow",
    Hit.CASH_FLOW_HELD: "four positive quarters in a row",
    Hit.PAYBACK: "all paid back",
    Hit.OUT_OF_CASH: "cash runs out",
}


@dataclass(frozen=True)
class Year:
    """A fiscal year of a path: money in billions of dollars, cash at its end."""

    year: int
    revenue: float
    margin: float
    training: float
    cash_flow: float
    cash: float
    events: list[str]


@dataclass(frozen=True)
class Story:
    """A path by year.

    Attributes
    ----------
    path
        Of replicate 0, as in ``Result.outcomes``.
    metrics
        By quarter, shape (metrics, quarters).
    """

    path: int
    metrics: Array
    years: list[Year]


def example_paths(
    outcomes: pd.DataFrame, event: Event, scenario: Scenario
) -> tuple[Story | None, Story | None]:
    """Return a typical path in which an event happens, and one in which it doesn't.

    Parameters
    ----------
    outcomes
        ``Result.outcomes`` with inputs and deviations.
    event
        What happens.
    scenario
        Of the run.

    Returns
    -------
    tuple of Story
        The medoid of its kind in the space of ranks of inputs, of outcomes and of metrics by year;
        None for a kind of which there is no path.
    """
    first = outcomes[outcomes["replicate"] == 0].iloc[:MOST_COMPARED]
    traces = simulate_traces(scenario, len(first))
    inputs = [key for key in first if key not in ("replicate", "path", *OUTCOME_COLUMNS)]
    happens = (first[HITTING_TIMES[event.time]] <= event.quarter).to_numpy()

    def typical(chosen: NDArray[np.bool_]) -> Story | None:
        if not chosen.any():
            return None
        members = first[chosen]
        by_year = traces[chosen][:, :, LAST_QUARTER::QUARTERS_A_YEAR]
        place = medoid(
            members[inputs], members[list(OUTCOME_COLUMNS)], by_year.reshape(len(members), -1)
        )
        return tell_story(members.iloc[place], traces[chosen][place], scenario)

    return typical(happens), typical(~happens)


def medoid(*groups: ArrayLike) -> int:
    """Return the row whose ranks are, summed up, the least distant from those of all rows.

    Parameters
    ----------
    *groups
        Columns that belong together, shape (rows, columns); each group counts alike.

    Notes
    -----
    The distance is the sum of the ranks' differences, a group's divided by its columns. A column's
    ranks are evenly spread, so that a row's distances to all others sum to a constant plus the
    square of its rank's distance from the middle: no pair need be compared.
    """
    total = 0.0
    for group in groups:
        columns = np.asarray(group)
        ranks = (rankdata(columns, axis=0) - 0.5) / len(columns)
        total = total + np.mean((ranks - 0.5) ** 2, axis=1)
    return int(np.argmin(total))


def tell_story(path: pd.Series, metrics: Array, scenario: Scenario) -> Story:
    """Return the years of a path.

    Parameters
    ----------
    path
        A row of ``Result.outcomes`` with inputs and deviations.
    metrics
        By quarter, shape (metrics, quarters).
    scenario
        Of the run.
    """
    margin = projected_metric(scenario)
    at_end = metrics[:, LAST_QUARTER::QUARTERS_A_YEAR]
    raised = _raised(at_end, path, scenario)
    years = [
        Year(
            scenario.horizon.first_year + y,
            float(at_end[index(Metric.REVENUE), y]),
            float(at_end[index(margin), y]),
            float(at_end[index(Metric.TRAINING), y]),
            float(at_end[index(Metric.FREE_CASH_FLOW), y]),
            float(at_end[index(Metric.CASH), y]),
            _events(y, path, scenario, float(raised[y])),
        )
        for y in range(scenario.horizon.years)
    ]
    return Story(int(path["path"]), metrics, years)


def _raised(at_end: Array, path: pd.Series, scenario: Scenario) -> Array:
    """Return what funding rounds brought by year: cash moved by more than free cash flow."""
    opening = scenario.cash.opening
    first = opening.quantile(0.5) if opening.is_certain else float(path["cash.opening"])
    cash = np.concatenate([[first], at_end[index(Metric.CASH)]])
    return np.diff(cash) - at_end[index(Metric.FREE_CASH_FLOW)]


def _events(y: int, path: pd.Series, scenario: Scenario, raised: float) -> list[str]:
    year = scenario.horizon.first_year + y
    found = _deviations(path, year)
    due = [f for f in scenario.funding if f.quarter // QUARTERS_A_YEAR == year]
    if raised > SMALLEST_ROUND:
        found.append(f"raises {raised:.1f}")
    elif due:
        found.append("no round comes")
    projected = projected_time(scenario)
    for time, words in TIMES_IN_WORDS.items():
        if time in (Hit.MARGIN_PAYING, Hit.MARGIN_ALL) and time != projected:
            continue
        quarter = int(path[HITTING_TIMES[time]])
        if quarter // QUARTERS_A_YEAR == y:
            name = words.format(target=scenario.targets.gross_margin)
            found.append(f"{name} (Q{quarter % QUARTERS_A_YEAR + 1})")
    return found


def _deviations(path: pd.Series, year: int) -> list[str]:
    """Return which costs were far from the year's plan, such as ``over plan: training 19%``."""
    found = []
    for side, sign in (("over", 1.0), ("under", -1.0)):
        far = [
            f"{name} {abs(path[f'{key} {year}']):.0%}"
            for key, name in DEVIATION_NAMES.items()
            if sign * path[f"{key} {year}"] >= LARGE_DEVIATION
        ]
        if far:
            found.append(f"{side} plan: {', '.join(far)}")
    return found
