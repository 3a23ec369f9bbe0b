"""What a run's counts tell about an outcome, small enough to be kept of many runs."""

from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from simulate.model.outcomes import Amount, Event, Outcome

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


class Counted(NamedTuple):
    """In how many paths of each replicate an event happens, shape (replicates,), of how many."""

    counts: NDArray[np.int64]
    paths: int

    @property
    def shares(self) -> NDArray[np.float64]:
        """The probability in each replicate, shape (replicates,)."""
        return self.counts / self.paths

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


def read(outcome: Outcome, result: Result) -> Reading:
    """Return the probability of an event, or the median of an amount that is counted."""
    if isinstance(outcome, Event):
        return count(outcome, result)
    if isinstance(outcome, Amount):
        return result.by_replicate(outcome.metric, outcome.quarter, "p50")
    return result.funding_need_by_replicate("p50")
