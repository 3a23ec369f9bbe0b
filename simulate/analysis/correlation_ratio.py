"""How much of an outcome's variance an input explains, from given paths."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.estimate import Estimate, ratio_of_means

from .equal_groups import equal_groups

Array = NDArray[np.float64]

MOST_BINS = 256
# Of a replicate's paths, on average.
LEAST_IN_BIN = 32
# As a part of the input's variance within a bin: less is rounding.
NO_SPREAD = 1e-12


class _Lines(NamedTuple):
    """A line of the outcome over the input in each bin, shape (replicates, bins).

    The input is counted from the middle of the bin; ``first`` and ``second`` are the means of it
    and of its square.
    """

    paths: Array
    first: Array
    second: Array
    height: Array
    slope: Array

    def of(self, chosen: slice) -> "_Lines":
        return _Lines(*(part[chosen] for part in self))


def correlation_ratio(inputs: Array, outcomes: Array) -> Estimate:
    """Return the part of an outcome's variance that goes when an input becomes known.

    Parameters
    ----------
    inputs, outcomes
        Of given paths, shape (replicates, paths), at least two replicates.

    Notes
    -----
    Pearson's correlation ratio, Var(E[Y|X]) / Var(Y), however X depends on other inputs. E[Y|X] is
    taken as a line in each of many bins of X, fitted in each replicate. Its variance is the
    covariance between the lines of two replicates: the variance of one's would hold their chance as
    well, which is smaller on evenly spread points than any formula for independent ones says. What
    E[Y|X] bends within a bin is missed, and a part of what it jumps.
    """
    lines = _lines_in_bins(inputs, outcomes)
    pairs = len(outcomes) // 2
    one, other = slice(pairs), slice(-pairs, None)
    explained = _covariance(lines.of(one), lines.of(other))
    variance = np.concatenate([outcomes[one], outcomes[other]], axis=1).var(axis=1)
    return ratio_of_means(explained, variance)


def _lines_in_bins(inputs: Array, outcomes: Array) -> _Lines:
    replicates, paths = outcomes.shape
    place = equal_groups(inputs, int(np.clip(paths // LEAST_IN_BIN, 1, MOST_BINS)))
    bins = int(place.max()) + 1
    cell = (place + bins * np.arange(replicates)[:, None]).ravel()

    def sums(values: Array) -> Array:
        by_cell = np.bincount(cell, values.ravel(), replicates * bins)
        return by_cell.astype(float).reshape(replicates, bins)

    count = sums(np.ones_like(outcomes))
    middle = sums(inputs).sum(axis=0) / count.sum(axis=0)
    apart = inputs - middle[place]
    each = np.maximum(count, 1.0)
    first, second, mean = (sums(v) / each for v in (apart, apart**2, outcomes))
    spread = second - first**2
    has_spread = spread > NO_SPREAD * np.mean(apart**2)
    together = sums(apart * outcomes) / each - first * mean
    slope = np.divide(together, spread, out=np.zeros_like(spread), where=has_spread)
    return _Lines(count, first, second, mean - slope * first, slope)


def _covariance(one: _Lines, other: _Lines) -> Array:
    """Return the covariance of two replicates' lines over both's paths, shape (pairs,)."""
    both = np.where((one.paths > 0.0) & (other.paths > 0.0), one.paths + other.paths, 0.0)
    weight = both / both.sum(axis=1, keepdims=True)
    share = one.paths / np.maximum(one.paths + other.paths, 1.0)
    first = share * one.first + (1.0 - share) * other.first
    second = share * one.second + (1.0 - share) * other.second
    product = (
        one.height * other.height
        + (one.height * other.slope + other.height * one.slope) * first
        + one.slope * other.slope * second
    )
    means = [(weight * (of.height + of.slope * first)).sum(axis=1) for of in (one, other)]
    return np.asarray((weight * product).sum(axis=1) - means[0] * means[1])
