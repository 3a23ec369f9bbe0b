"""A lab's reported figures beside what is simulated: which stand in a picture, and where."""

from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.engine.result import Result
from simulate.model.base import base_quarters
from simulate.model.outcomes import as_reported
from simulate.model.rows import Metric
from simulate.scenario import Scenario
from simulate.scenario.figures import UNITS, Figure, Figures, firmest, told_figures
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.scenario.scored import YEAR_OR_QUARTER, last_quarter

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Mark:
    """A reported figure of a metric.

    Attributes
    ----------
    id
        Of the figure.
    value
        In the metric's unit.
    quarter
        Its last, counted from the first of the horizon; negative before it.
    quarters
        Over how many it is: those of a year, or one.
    is_plan
        Whether the company planned it, and nothing is reported of it yet.
    """

    id: str
    value: float
    quarter: int
    quarters: int
    is_plan: bool


def reported(scenario: Scenario, metric: Metric, figures: Figures = None) -> list[Mark]:
    """Return what is reported of a metric of the scenario's lab, by period.

    Of several accounts of a period the firmest counts, of several plans the newest; a plan only
    where there is no account.
    """
    quantity, definition = as_reported(metric)
    of_it = [
        figure
        for figure in told_figures(figures)
        if (figure.lab, figure.quantity, figure.definition) == (scenario.lab, quantity, definition)
        and figure.kind in ("level", "plan")
        and figure.unit in UNITS
        and YEAR_OR_QUARTER.fullmatch(figure.period)
    ]
    by_period = groupby(sorted(of_it, key=lambda f: f.period), key=lambda f: f.period)
    marks = (_mark(list(each), scenario.horizon.first_quarter) for _, each in by_period)
    return sorted(marks, key=lambda mark: (mark.quarter, mark.quarters))


def _mark(accounts: list[Figure], first_quarter: int) -> Mark:
    levels = [figure for figure in accounts if figure.kind == "level"]
    told = firmest(levels) if levels else max(accounts, key=lambda figure: figure.known_on)
    return Mark(
        id=told.id,
        value=told.value,
        quarter=last_quarter(told.period) - first_quarter,
        quarters=1 if "Q" in told.period else QUARTERS_A_YEAR,
        is_plan=not levels,
    )


def base_revenue(scenario: Scenario) -> Array:
    """Return the median revenue of each of the four quarters before the horizon."""
    return np.array([quarter.revenue.quantile(0.5) for quarter in base_quarters(scenario)])


class Ends(NamedTuple):
    """The alternatives under which a metric's median is lowest and highest: names, and medians.

    Of traced paths; an array has a median a quarter.
    """

    lowest: str
    highest: str
    low: Array
    high: Array


def median_ends(result: Result, by_path: Array, quarter: int) -> Ends | None:
    """Return between which medians alternatives are; None where a path may not draw one.

    Parameters
    ----------
    by_path
        Of the traced paths, shape (paths, quarters).
    quarter
        In which the names are those of the lowest and the highest.
    """
    lives_in, clauses = result.traced_alternatives, _clauses(result.scenario)
    found = {
        clause: np.median(by_path[lives_in == place], axis=0)
        for place, clause in enumerate(clauses)
        if np.any(lives_in == place)
    }
    if len(found) < 2:
        return None
    lowest, highest = (end(found, key=lambda name: found[name][quarter]) for end in (min, max))
    medians = np.array(list(found.values()))
    return Ends(lowest, highest, medians.min(axis=0), medians.max(axis=0))


def _clauses(scenario: Scenario) -> list[str]:
    return [alternative.clause for alternative in scenario.possible_alternatives]
