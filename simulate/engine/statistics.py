"""Means and quantiles of counted paths: of all together, and of each replicate for their errors."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import index
from simulate.model.catalogue import AnyMetric
from simulate.model.outcomes import MARGIN_METRICS, bounds_of, is_never_negative
from simulate.model.rows import Metric
from simulate.model.statistics import LEVEL_NAMES, LEVELS, MEAN
from simulate.model.tally import (
    FIXED_POINT,
    MONEY_METRICS,
    MONEY_SIDE,
    Tally,
    margin_edges,
    money_edges,
    money_place,
)

from .estimate import Estimate, centred, histogram_quantiles, within

Array = NDArray[np.float64]
Counts = NDArray[np.uint32]


class Replicated(NamedTuple):
    """A statistic of all paths together, and of each replicate, shape (replicates,).

    It can't be below ``low`` or above ``high``.
    """

    pooled: float
    each: Array
    low: float = -math.inf
    high: float = math.inf

    @property
    def step(self) -> float:
        """It moves by as little as may be."""
        return 0.0

    @property
    def numbers(self) -> Array:
        """That of all paths, and of each replicate behind it, shape (1 + replicates,)."""
        return np.array([self.pooled, *self.each])

    def at(self, numbers: Array) -> "Replicated":
        """Return the statistic with other numbers, in the order of ``numbers``."""
        return self._replace(pooled=float(numbers[0]), each=numbers[1:])

    @property
    def estimate(self) -> Estimate:
        """The statistic with the error that its replicates show."""
        return within(centred(self.pooled, self.each), self.low, self.high)

    def change_from(self, before: "Replicated") -> Estimate:
        """Return the change from another run on common random numbers, with a paired error."""
        return centred(self.pooled - before.pooled, self.each - before.each)


def histogram(tally: Tally, metric: AnyMetric) -> tuple[Counts, Array]:
    """Return a metric's counts, shape (replicates, quarters, bins), and the edges of its bins."""
    if metric in MARGIN_METRICS:
        return tally.margin[:, index(metric) - MONEY_METRICS], margin_edges()
    counts = tally.money[:, money_place(metric)]
    return _from_zero(counts) if is_never_negative(metric) else (counts, money_edges())


def metric_statistics(
    tally: Tally, replicate_paths: int, metric: AnyMetric, quarter: int
) -> dict[str, Replicated]:
    """Return the mean and the quantiles of a metric in a quarter, by name."""
    paths = replicate_paths - _without_value(tally, metric, quarter)
    with np.errstate(invalid="ignore"):
        means = tally.sums[:, index(metric), quarter] / (FIXED_POINT * paths)
    counts, edges = histogram(tally, metric)
    pooled, each = _pooled_and_each(counts[:, quarter], edges)
    # Where no path has a value, no quantile has one.
    each[paths == 0] = math.nan
    if not paths.any():
        pooled[:] = math.nan
    found = _statistics_of(means, pooled, each, bounds_of(metric))
    if len(set(paths.tolist())) > 1:
        # Replicates count by how many of their paths have a value.
        total = tally.sums[:, index(metric), quarter].sum() / (FIXED_POINT * paths.sum())
        found[MEAN] = found[MEAN]._replace(pooled=float(total))
    return found


def pooled_quantiles(tally: Tally, metric: AnyMetric, quarters: Sequence[int]) -> Array:
    """Return a metric's quantiles in some quarters, of all paths together and without errors.

    Returns
    -------
    ndarray, shape (quarters, levels)
        NaN in a quarter in which no path has a value.
    """
    counts, edges = histogram(tally, metric)
    pooled = counts[:, list(quarters)].sum(axis=0, dtype=np.int64)
    quantiles = histogram_quantiles(pooled, edges, np.array(LEVELS))
    quantiles[~pooled.any(axis=-1)] = math.nan
    return quantiles


def _without_value(tally: Tally, metric: AnyMetric, quarter: int) -> Counts:
    """Return in how many paths a metric has no value, shape (replicates,)."""
    if isinstance(metric, Metric):
        return np.zeros(len(tally.sums), np.uint32)
    return tally.no_value[:, index(metric) - len(Metric), quarter]


def funding_statistics(tally: Tally, replicate_paths: int) -> dict[str, Replicated]:
    """Return the mean and the quantiles of the peak funding need, by name."""
    pooled, each = _pooled_and_each(*_from_zero(tally.funding_need))
    means = tally.funding_need_sum[:, 0] / (FIXED_POINT * replicate_paths)
    return _statistics_of(means, pooled, each, (0.0, math.inf))


def _from_zero(counts: Counts) -> tuple[Counts, Array]:
    """Return the histogram of an amount that is never negative, shape (..., bins), from 0 on."""
    edges = money_edges()[MONEY_SIDE:]
    return counts[..., MONEY_SIDE:], np.maximum(edges, 0.0)


def _statistics_of(
    means: Array, pooled: Array, each: Array, ends: tuple[float, float]
) -> dict[str, Replicated]:
    """Return mean and quantiles by name."""
    return {MEAN: Replicated(float(means.mean()), means, *ends)} | {
        name: Replicated(float(pooled[i]), each[:, i], *ends) for i, name in enumerate(LEVEL_NAMES)
    }


def _pooled_and_each(counts: Counts, edges: Array) -> tuple[Array, Array]:
    """Return the quantiles of all replicates' histograms together, and of each."""
    levels = np.array(LEVELS)
    pooled = histogram_quantiles(counts.sum(axis=0, dtype=np.int64), edges, levels)
    return pooled, histogram_quantiles(counts, edges, levels)
