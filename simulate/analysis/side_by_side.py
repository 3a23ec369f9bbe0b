"""The figures of compared scenarios beside each other, and their changes from the first."""

import math
from dataclasses import dataclass
from functools import partial

from simulate.estimate import Estimate
from simulate.event import event_by_year
from simulate.kernels.rows import Hit, Metric
from simulate.result import Replicated, Result

from .comparison import Comparison
from .headlines import CASH_YEAR, Figure, chance_of, headlines


@dataclass(frozen=True)
class Beside:
    """A figure of every scenario.

    Attributes
    ----------
    figure
        Which.
    estimates
        One a scenario, in the order given.
    changes
        From the first, of each further one, with paired errors.
    """

    figure: Figure
    estimates: tuple[Estimate, ...]
    changes: tuple[Estimate, ...]

    @property
    def unpaired_errors(self) -> list[float]:
        """The errors that the changes would have between runs on random numbers of their own."""
        first, *others = (estimate.standard_error for estimate in self.estimates)
        return [math.hypot(first, other) for other in others]


def side_by_side(comparison: Comparison) -> tuple[Beside, ...]:
    """Return what leads a report on each scenario, in the definitions and years of the first."""
    scenario, *others = (result.scenario for result in comparison.results)
    cash_year = min(max(CASH_YEAR, scenario.horizon.first_year), scenario.horizon.last_year)
    figures = (
        *headlines(scenario, *others),
        Figure(
            "P90 of the peak funding need",
            "P90 of need, bn USD",
            "bn USD",
            False,
            lambda result: result.funding_need_by_replicate("p90"),
        ),
        _median_of_year(Metric.REVENUE, cash_year, "revenue"),
        _median_of_year(Metric.FREE_CASH_FLOW, cash_year, "cash flow"),
    )
    return tuple(_beside(figure, comparison) for figure in figures)


def odds_by_year(comparison: Comparison, time: Hit) -> dict[int, Beside]:
    """Return the probability of a hitting time by the end of each year."""
    scenario, *others = (result.scenario for result in comparison.results)
    return {
        year: _beside(chance_of(event_by_year(time, year, scenario), scenario, *others), comparison)
        for year in comparison.results[0].years
    }


def _median_of_year(metric: Metric, year: int, name: str) -> Figure:
    return Figure(
        f"median {name} of {year}",
        f"median {name} {year}, bn USD",
        "bn USD",
        True,
        partial(_median, metric=metric, year=year),
    )


def _median(result: Result, metric: Metric, year: int) -> Replicated:
    return result.by_replicate(metric, result.last_quarter(year), "p50")


def _beside(figure: Figure, comparison: Comparison) -> Beside:
    first, *others = (figure.read(result) for result in comparison.results)
    return Beside(
        figure,
        tuple(reading.estimate for reading in (first, *others)),
        tuple(other.change_from(first) for other in others),
    )
