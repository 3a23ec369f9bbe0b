"""What a run's counts tell about an outcome, small enough to be kept of many runs."""

from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from simulate.model.outcomes import Amount, Event
from simulate.model.statistics import OutcomeStatistic

from .estimate import Estimate, change_of_probability, probability
from .result import Result


class Reading(Protocol):
    """A statistic of one run, small, and with what its change from another run is told from."""

    @property
    def estimate(self) -> Estimate:
        """The statistic, with its error."""
        ...

    def change_from(self, before: Self) -> Estimate:
        """Return the change from another run on common random numbers, with a paired error."""
        ...


class ByReplicate(Reading, Protocol):
    """A reading that knows the statistic of each replicate."""

    @property
    def each(self) -> NDArray[np.float64]:
        """The statistic of each replicate, shape (replicates,)."""
        ...

    @property
    def step(self) -> float:
        """The least by which that of a replicate moves."""
        ...

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The statistic of all paths, and of each replicate behind it, shape (1 + replicates,)."""
        ...

    def at(self, numbers: NDArray[np.float64]) -> Self:
        """Return the reading with other numbers, in the order of ``numbers``."""
        ...


class Counted(NamedTuple):
    """In how many paths of each replicate an event happens, shape (replicates,), of how many."""

    counts: NDArray[np.int64]
    paths: int

    @property
    def each(self) -> NDArray[np.float64]:
        """The probability in each replicate, shape (replicates,)."""
        return self.counts / self.paths

    @property
    def step(self) -> float:
        """A path more or less."""
        return 1.0 / self.paths

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The probability of all paths, and in each replicate, shape (1 + replicates,)."""
        return np.array([self.each.mean(), *self.each])

    def at(self, numbers: NDArray[np.float64]) -> "Counted":
        """Return the nearest counts to other numbers, in the order of ``numbers``."""
        return self._replace(counts=np.rint(self.paths * numbers[1:]).astype(np.int64))

    @property
    def estimate(self) -> Estimate:
        """The probability."""
        return probability(self.counts, self.paths)

    def change_from(self, before: "Counted") -> Estimate:
        """Return the change from another run on common random numbers, with a paired error."""
        return change_of_probability(before.counts, self.counts, self.paths)


def count(event: Event, result: Result) -> Counted:
    """Return in how many paths of a run an event happens."""
    return Counted(result.counts_by(event.time, event.quarter), result.replicate_paths)


def read(statistic: OutcomeStatistic, result: Result) -> ByReplicate:
    """Return a statistic of an outcome that a run counts."""
    outcome = statistic.outcome
    if isinstance(outcome, Event):
        return count(outcome, result)
    if isinstance(outcome, Amount):
        return result.by_replicate(outcome.metric, outcome.quarter, statistic.kind)
    return result.funding_need_by_replicate(statistic.kind)
