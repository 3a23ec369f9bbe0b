"""Something seen of a lab, such as a quarter's revenue, and what it says of paths."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.event import Event
from simulate.kernels.rows import Metric, index
from simulate.result import HITTING_TIMES
from simulate.scenario import ScenarioError
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.simulation import Measure

Array = NDArray[np.float64]

YES, NO = 1.0, 0.0


@dataclass(frozen=True)
class Figure:
    """A metric of a fiscal year, of twelve months to a quarter, or of a quarter alone.

    Attributes
    ----------
    name
        As a reader names it, such as ``revenue 2026Q1``.
    metric
        Which metric.
    quarter
        Its last, counted from the first of the horizon.
    base
        The flow of the base year's quarters where a quarter's own flow is meant, shape (4,).
    """

    name: str
    metric: Metric
    quarter: int
    base: tuple[float, ...] | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a margin, and not money."""
        return self.metric in (Metric.MARGIN_PAYING, Metric.MARGIN_ALL)

    @property
    def unit(self) -> str:
        """Its unit."""
        return "share" if self.is_share else "bn USD"

    @property
    def quarters(self) -> int:
        """Over how many quarters it is."""
        return QUARTERS_A_YEAR if self.base is None else 1

    @property
    def identity(self) -> tuple[object, ...]:
        """What is alike of figures that are the same number, however their dates are written."""
        return self.metric, self.quarter, self.base

    def shares_quarters_with(self, other: "Figure") -> bool:
        """Tell whether both hold a quarter's flow of one metric, such as a year and its quarter."""
        if self.metric != other.metric or self.metric == Metric.CASH:
            return False
        own, others = (figure.quarter - figure.quarters for figure in (self, other))
        return own < other.quarter and others < self.quarter

    def of_traces(self, traces: Array) -> Array:
        """Return it of each path, shape (paths,), of metrics, shape (paths, metrics, quarters)."""
        trailing = traces[:, index(self.metric)]
        if self.base is None:
            return trailing[:, self.quarter]
        return quarter_flow(trailing, self.base, self.quarter)

    def of_paths(self, outcomes: pd.DataFrame) -> Array:
        """Return it of each path of a run that measured it."""
        return outcomes[self.name].to_numpy(float)

    def written(self, value: float) -> str:
        """Return a value with its unit."""
        return f"{value:.1%}" if self.is_share else f"{value:,.3g} bn"


@dataclass(frozen=True)
class Happening:
    """Whether an event has happened: 1 for yes, 0 for no."""

    event: Event

    @property
    def name(self) -> str:
        """The event and its date."""
        return self.event.name

    @property
    def unit(self) -> str:
        """Its unit: none."""
        return ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What is alike of the same events, however their dates are written."""
        return self.event.time, self.event.quarter

    def of_paths(self, outcomes: pd.DataFrame) -> Array:
        """Return it of each path of a run."""
        hitting = outcomes[HITTING_TIMES[self.event.time]].to_numpy()
        return (hitting <= self.event.quarter).astype(float)

    def written(self, value: float) -> str:
        """Return yes or no."""
        return "yes" if value == YES else "no"


@dataclass(frozen=True)
class Observation:
    """A value that has been seen.

    Attributes
    ----------
    text
        As it was given.
    seen
        Of what.
    value
        In billions of dollars, as a share, or 1 for what has happened and 0 for what hasn't.
    error
        One standard deviation of the measurement: of the value, or of its logarithm; None where
        none is given.
    of_logarithm
        Which of the two.
    source
        Where it is from.
    where
        What holds the text, for messages.
    """

    text: str
    seen: Figure | Happening
    value: float
    error: float | None = None
    of_logarithm: bool = False
    source: str = ""
    where: str = ""

    def contradicts(self, other: "Observation") -> bool:
        """Tell whether this has happened, and the other says that it hasn't by then or later."""
        return (
            isinstance(self.seen, Happening)
            and isinstance(other.seen, Happening)
            and self.seen.event.time is other.seen.event.time
            and self.seen.event.quarter <= other.seen.event.quarter
            and (self.value, other.value) == (YES, NO)
        )

    def log_likelihood(self, paths: Array) -> Array:
        """Return the log density of what was seen if it is truly so, up to a constant.

        Parameters
        ----------
        paths
            What is true in each path, shape (paths,).

        Returns
        -------
        ndarray, shape (paths,)
            Minus infinity where the path rules out what was seen.
        """
        if self.error is None:
            return np.where(paths == self.value, 0.0, -math.inf)
        if not self.of_logarithm:
            return -0.5 * ((self.value - paths) / self.error) ** 2
        positive = paths > 0.0
        distance = math.log(self.value) - np.log(np.where(positive, paths, 1.0))
        return np.where(positive, -0.5 * (distance / self.error) ** 2, -math.inf)


def refuse_repeated(observations: Sequence[Observation]) -> None:
    """Raise if two observations are of one thing, and so would count twice, or contradict.

    Raises
    ------
    ScenarioError
        That names both.
    """
    for one, other in itertools.combinations(observations, 2):
        both = f"{one.where} and {other.where}"
        if one.contradicts(other) or other.contradicts(one):
            raise ScenarioError(f"{both}: what has happened can't be yet to come; leave one out")
        if one.seen.identity == other.seen.identity:
            raise ScenarioError(
                f"{both}: the same {one.seen.name} would count twice; leave one out"
            )


def overlap_sentences(observations: Sequence[Observation]) -> list[str]:
    """Say which figures hold the same quarters, as a year and one of its own does."""
    return [
        f"{one.seen.name} and {other.seen.name} share quarters, and their errors count as "
        "independent; leave one out if it was worked out from the other."
        for one, other in itertools.combinations(observations, 2)
        if isinstance(one.seen, Figure)
        and isinstance(other.seen, Figure)
        and one.seen.shares_quarters_with(other.seen)
    ]


def measures_of(figures: Iterable[Figure]) -> dict[str, Measure]:
    """Return what a run has to measure so that figures can be read off its paths."""
    return {figure.name: figure.of_traces for figure in figures}


def quarter_flow(trailing: Array, base: tuple[float, ...], quarter: int) -> Array:
    """Return a quarter's own flow from sums over trailing four quarters.

    Parameters
    ----------
    trailing
        Shape (paths, quarters).
    base
        The flow of the four quarters before the first, shape (4,).
    quarter
        Counted from the first.

    Notes
    -----
    Two sums in a row differ by the quarter that comes in and the one of a year before that leaves.
    """
    flow = np.full(len(trailing), base[quarter % QUARTERS_A_YEAR])
    for place in range(quarter % QUARTERS_A_YEAR, quarter + 1, QUARTERS_A_YEAR):
        flow += trailing[:, place] - (trailing[:, place - 1] if place > 0 else sum(base))
    return flow
