"""Estimates from paths that count unequally, with errors from replicates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate.estimate import LEVEL, Estimate, centred, share_with_interval

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WeightedPaths:
    """What each path counts, and which replicate it belongs to.

    Attributes
    ----------
    weight
        At least 0, not all 0, shape (paths,). A path that isn't meant counts 0.
    replicate
        From 0 on, shape (paths,).

    Notes
    -----
    An estimate is a ratio of sums over all paths. Its error is that of the ratio's linear
    approximation, from the spread over replicates (Cochran, *Sampling Techniques*, ch. 6).
    """

    weight: Array
    replicate: NDArray[np.integer]

    @property
    def effective(self) -> float:
        """Number of equal paths that would be worth as much: (sum w)^2 / sum w^2 (Kong, 1992)."""
        return float(np.sum(self.weight) ** 2 / np.sum(self.weight**2))

    def mean(self, values: ArrayLike) -> Estimate:
        """Return the weighted mean of a number a path, shape (paths,)."""
        sums = self._by_replicate(self.weight * np.asarray(values, float))
        totals = self._by_replicate(self.weight)
        mean = sums.sum() / totals.sum()
        return centred(mean, mean + (sums - mean * totals) / totals.mean())

    def probability(self, happens: ArrayLike) -> Estimate:
        """Return the weighted share of paths in which something happens, shape (paths,).

        Notes
        -----
        Where it happens in every path that counts, or in none, replicates know nothing of their
        error; the bound is that of as many independent paths as the weights are worth.
        """
        found = self.mean(happens)
        if 0.0 < found.value < 1.0:
            replicates = int(self.replicate.max()) + 1
            return share_with_interval(found.value, found.standard_error, replicates)
        reach = float(1.0 - ((1.0 - LEVEL) / 2.0) ** (1.0 / self.effective))
        low, high = max(0.0, found.value - reach), min(1.0, found.value + reach)
        return Estimate(found.value, math.nan, low, high)

    def quantiles(self, values: ArrayLike, levels: Sequence[float]) -> list[Estimate]:
        """Return weighted quantiles of a number a path, shape (paths,).

        Notes
        -----
        The interval of a quantile is where the weighted distribution function reaches the ends of
        the interval of its value there (Woodruff, 1952, "Confidence intervals for medians and
        other position measures", Journal of the American Statistical Association 47).
        """
        sample = np.asarray(values, float)
        counts = self.weight > 0.0
        order = np.argsort(sample[counts])
        ordered = sample[counts][order]
        reached = np.cumsum(self.weight[counts][order])

        def at(level: float) -> float:
            place = np.searchsorted(reached, level * reached[-1], side="left")
            return float(ordered[min(place, len(ordered) - 1)])

        found = []
        for level in levels:
            value = at(level)
            share = self.mean(sample <= value)
            low, high = (at(level + reach - share.value) for reach in (share.low, share.high))
            errors = (share.high - share.low) / share.standard_error if high > low else 1.0
            found.append(Estimate(value, (high - low) / errors, low, high))
        return found

    def _by_replicate(self, values: Array) -> Array:
        return np.bincount(self.replicate, weights=values).astype(float)
