"""What it is worth to know something before deciding, from paths and what each option pays."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate.estimate import Estimate, centred, mean_of_replicates, within

from .equal_groups import equal_groups

Array = NDArray[np.float64]

MOST_GROUPS = 32
# Fewer in a group, and its best option is chance.
LEAST_IN_GROUP = 256
# A rule with one limit is told where it earns this part of what the groups do.
NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Payoffs:
    """What each option pays on each path; options share a path's draws.

    Attributes
    ----------
    paid
        Shape (paths, options).
    replicate
        Of each path, from 0 on, shape (paths,); all of one size.
    """

    paid: Array
    replicate: NDArray[np.integer]

    @property
    def best(self) -> int:
        """The option that pays most on average."""
        return int(np.argmax(self.paid.mean(axis=0)))

    @property
    def gains(self) -> Array:
        """What each option pays above the best on the same path, shape (paths, options)."""
        return self.paid - self.paid[:, [self.best]]

    def expected(self, option: int) -> Estimate:
        """Return an option's expected payoff."""
        return self._mean(self.paid[:, option])

    def behind(self, option: int) -> Estimate:
        """Return how far an option's expected payoff is from the best, with its paired error."""
        return self._mean(self.gains[:, option])

    def perfect_information(self) -> Estimate:
        """Return what knowing the whole path is worth: E max_d payoff_d - max_d E payoff_d."""
        return within(self._mean(self.gains.max(axis=1)), low=0.0)

    def _mean(self, values: Array) -> Estimate:
        sums = np.bincount(self.replicate, values)
        return centred(float(values.mean()), sums / np.bincount(self.replicate))


class Turn(NamedTuple):
    """Where the best option changes: one below the limit, another above."""

    limit: float
    below: int
    above: int


@dataclass(frozen=True)
class Knowledge:
    """What knowing one quantity before deciding is worth.

    Attributes
    ----------
    worth
        The expected value of perfect information on it.
    limits
        Quantity at the upper end of each group of paths, half way to the next, rising, shape
        (groups,).
    gains
        Of each option, above the option that is best overall, shape (groups, options): what a group
        adds to the mean over all paths.
    """

    worth: Estimate
    limits: Array
    gains: Array

    def turn(self) -> Turn | None:
        """Return the limit that decides best, if it does nearly as well as the groups do."""
        if len(self.gains) < 2:
            return None
        below = np.cumsum(self.gains, axis=0)[:-1]
        above = below[-1] + self.gains[-1] - below
        earned = below[:, :, None] + above[:, None, :]
        place, first, last = np.unravel_index(np.argmax(earned), earned.shape)
        most = float(self.gains.max(axis=1).sum())
        if first == last or earned[place, first, last] < NEARLY_ALL * most:
            return None
        return Turn(float(self.limits[place]), int(first), int(last))


def value_of_knowing(payoffs: Payoffs, known: ArrayLike) -> Knowledge:
    """Return the expected value of perfect information on one quantity.

    Parameters
    ----------
    payoffs
        Of each path.
    known
        The quantity on each path, shape (paths,).

    Returns
    -------
    Knowledge

    Notes
    -----
    EVPPI = E_x max_d E[payoff_d | x] - max_d E[payoff_d], from the paths at hand (Strong, Oakley
    and Brennan, *Medical Decision Making* 34, 2014). The paths are put in groups of equal size by
    x, and E[payoff_d | x] is a group's mean, as in Strong and Oakley (2013). Taken from the same
    paths, the maximum of noisy means would be too high on average. So each replicate's paths are
    decided by the means of the other replicates: what such a rule earns is no more than knowing x
    is worth, and less only where the options hardly differ.
    """
    x = np.asarray(known, float)
    group = equal_groups(x, int(np.clip(x.size // LEAST_IN_GROUP, 2, MOST_GROUPS)))
    groups = int(group.max()) + 1
    gains = payoffs.gains
    replicates = int(payoffs.replicate.max()) + 1
    cell = payoffs.replicate * groups + group
    sums = np.stack(
        [np.bincount(cell, gain, replicates * groups) for gain in gains.T], axis=-1
    ).reshape(replicates, groups, -1)
    whole = sums.sum(axis=0)
    rule = np.argmax(whole - sums, axis=-1)
    earned = np.take_along_axis(sums, rule[..., None], axis=-1).sum(axis=(1, 2))
    return Knowledge(
        worth=mean_of_replicates(earned / np.bincount(payoffs.replicate)),
        limits=_limits(x, group, groups),
        gains=whole / x.size,
    )


def _limits(x: Array, group: NDArray[np.intp], groups: int) -> Array:
    """Return the middle between each group's last value and the next one's first, and the last."""
    least, most = np.full(groups, np.inf), np.full(groups, -np.inf)
    np.minimum.at(least, group, x)
    np.maximum.at(most, group, x)
    return np.append((most[:-1] + least[1:]) / 2.0, most[-1])
