"""Estimates with their errors, from independent replicates of paths that count equally or not."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error and 95% interval."""

    value: float
    standard_error: float
    low: float
    high: float

    @property
    def rounded(self) -> str:
        """The value to the first digit of its error."""
        error = self.standard_error
        if not error > 0.0:
            return f"{self.value:.6g}"
        return f"{self.value:.{min(max(0, math.ceil(-math.log10(error))), 8)}f}"

    def as_dict(self) -> dict[str, float | None]:
        """Return the four numbers by name, None for an unknown error."""
        return {name: None if math.isnan(x) else x for name, x in asdict(self).items()}


def mean_of_replicates(values: ArrayLike) -> Estimate:
    """Return the mean over replicates and the t interval of their spread.

    Parameters
    ----------
    values
        One estimate a replicate, shape (replicates,), of equal sizes.

    Notes
    -----
    Points within a Sobol' replicate depend on each other; replicates don't, so their spread is an
    honest error (Owen, *Monte Carlo Theory, Methods and Examples*, ch. 17).
    """
    return centred(float(np.mean(np.asarray(values, float))), values)


def centred(value: float, values: ArrayLike) -> Estimate:
    """Return a pooled value with the error that the replicates' own values show.

    Parameters
    ----------
    value
        Of all paths together.
    values
        Of each replicate, shape (replicates,).

    Returns
    -------
    Estimate
        Of a single value the error is NaN.
    """
    replicates = np.asarray(values, float)
    if len(replicates) < 2:
        return Estimate(float(value), math.nan, math.nan, math.nan)
    error = float(np.std(replicates, ddof=1) / np.sqrt(len(replicates)))
    reach = _t_quantile(len(replicates) - 1) * error
    return Estimate(float(value), error, float(value) - reach, float(value) + reach)


def widened(estimate: Estimate, step: float) -> Estimate:
    """Return an estimate with a rounding to steps added to its error.

    Parameters
    ----------
    estimate
        With the error that its replicates show, as from ``centred``.
    step
        Between the values that it could be rounded to: the rounding's variance is step^2/12.
    """
    error = math.hypot(estimate.standard_error, step / math.sqrt(12.0))
    spread = estimate.high - estimate.value
    reach = math.hypot(spread, LEVEL * step / 2.0)
    return Estimate(estimate.value, error, estimate.value - reach, estimate.value + reach)


def within(estimate: Estimate, low: float = -math.inf, high: float = math.inf) -> Estimate:
    """Return an estimate whose interval leaves out what the quantity can't be."""
    return replace(estimate, low=max(estimate.low, low), high=min(estimate.high, high))


def share_with_interval(value: float, error: float, replicates: int) -> Estimate:
    """Return a probability with the interval that its error allows between 0 and 1.

    Parameters
    ----------
    value
        Above 0 and below 1.
    error
        As replicates show it.
    replicates
        How many.

    Notes
    -----
    The interval of Clopper and Pearson (1934) for as many independent paths as the error is worth
    (Korn and Graubard, "Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data", *Survey Methodology* 24, 1998). Where many paths count, and
    many don't, it is the t interval; where few do, it is wider above than below.
    """
    if math.isnan(error):
        return Estimate(value, error, 0.0, 1.0)
    if error == 0.0:
        return Estimate(value, error, value, value)
    tail = (1.0 - LEVEL) / 2.0
    less_certain = -float(scipy.special.ndtri(tail)) / _t_quantile(replicates - 1)
    worth = value * (1.0 - value) * (less_certain / error) ** 2
    hits, others = value * worth, (1.0 - value) * worth
    low = float(scipy.special.betaincinv(hits, others + 1.0, tail))
    high = float(scipy.special.betaincinv(hits + 1.0, others, 1.0 - tail))
    return Estimate(value, error, low, high)


@cache
def _t_quantile(degrees: int) -> float:
    return float(scipy.special.stdtrit(degrees, 0.5 + LEVEL / 2))


def probability(counts: ArrayLike, paths: int) -> Estimate:
    """Return a probability from counts.

    Parameters
    ----------
    counts
        Of each replicate, shape (replicates,).
    paths
        Number of paths in each replicate.

    Returns
    -------
    Estimate

    Notes
    -----
    Where every path or none counts, the replicates agree and know nothing of their error, which
    is then NaN. The interval is that of Clopper and Pearson (1934), as for independent paths; see
    ``share_with_interval`` for all others.

    A count is a whole number: evenly spread points can give all replicates the same one by
    rounding. The variance of that rounding, 1/12 of a path in each, is added to their spread.
    """
    shares = np.asarray(counts, float) / paths
    total = paths * len(shares)
    hits = int(np.sum(counts))
    if hits in (0, total):
        reach = float(1.0 - ((1.0 - LEVEL) / 2.0) ** (1.0 / total))
        seen = hits / total
        return Estimate(seen, math.nan, max(0.0, seen - reach), min(1.0, seen + reach))
    spread = centred(hits / total, shares)
    rounding = 1.0 / (paths * math.sqrt(12.0 * len(shares)))
    error = math.hypot(spread.standard_error, rounding)
    return share_with_interval(spread.value, error, len(shares))


def conditional_probability(counts: ArrayLike, totals: ArrayLike) -> Estimate:
    """Return a probability among the paths of which a condition holds, from counts.

    Parameters
    ----------
    counts
        In how many paths of each replicate both happen, shape (replicates,).
    totals
        In how many the condition holds; it may differ by replicate.

    Returns
    -------
    Estimate
        NaN where the condition never holds.

    Notes
    -----
    The ratio of two counts, with the error of its linear part over replicates; otherwise as
    ``probability``.
    """
    hits, total, replicates = int(np.sum(counts)), int(np.sum(totals)), len(np.asarray(counts))
    if hits in (0, total):
        # Of these all replicates agree, as many paths as there are.
        return probability([hits], total) if total else ratio_of_means(counts, totals)
    spread = ratio_of_means(counts, totals)
    rounding = math.sqrt(replicates / 12.0) / total
    error = math.hypot(spread.standard_error, rounding)
    return share_with_interval(spread.value, error, replicates)


def change_of_probability(before: ArrayLike, after: ArrayLike, paths: int) -> Estimate:
    """Return the change of a probability between two runs on common random numbers.

    Parameters
    ----------
    before, after
        Counts of each replicate, shape (replicates,); a replicate has the same points in both.
    paths
        Number of paths in each replicate.

    Returns
    -------
    Estimate

    Notes
    -----
    The error is that of the replicates' differences, from which what both share has gone. As in
    ``probability``, the rounding of two counts to whole paths is added to it, and where no
    replicate's count changed, the error is NaN and the interval that of no path in all, which is
    also the least of any.
    """
    moved = np.asarray(after, float) - np.asarray(before, float)
    replicates = len(moved)
    least = probability(np.zeros(replicates), paths).high
    if not moved.any():
        return Estimate(0.0, math.nan, -least, least)
    spread = mean_of_replicates(moved / paths)
    error = math.hypot(spread.standard_error, 1.0 / (paths * math.sqrt(6.0 * replicates)))
    reach = max(_t_quantile(replicates - 1) * error, least)
    changed = Estimate(spread.value, error, spread.value - reach, spread.value + reach)
    return within(changed, -1.0, 1.0)


def ratio_of_means(numerators: ArrayLike, denominators: ArrayLike) -> Estimate:
    """Return the ratio of two means over replicates.

    Parameters
    ----------
    numerators, denominators
        Of each replicate, shape (replicates,).

    Notes
    -----
    The error is that of the ratio's linear part (Cochran, *Sampling Techniques*, 1977, ch. 6). A
    ratio to nothing is NaN.
    """
    above, below = np.asarray(numerators, float), np.asarray(denominators, float)
    if not below.any():
        return Estimate(math.nan, math.nan, math.nan, math.nan)
    ratio = float(above.mean() / below.mean())
    return centred(ratio, (above - ratio * below) / below.mean())


def histogram_quantiles(counts: NDArray[np.integer], edges: Array, levels: Array) -> Array:
    """Return quantiles of histograms, linear within a bin.

    Parameters
    ----------
    counts
        Shape (..., bins).
    edges
        Shape (bins + 1,).
    levels
        Probabilities, shape (levels,).

    Returns
    -------
    ndarray, shape (..., levels)
        Off by less than the width of the bin that the quantile falls into; 0 in a first bin that
        begins there, which holds what is nothing.
    """
    flat = np.cumsum(counts.reshape(-1, counts.shape[-1]), axis=-1, dtype=np.int64)
    wanted = flat[:, -1:] * levels
    # One histogram after the other, each above all before it, so that one search finds all places.
    above = np.arange(len(flat))[:, None] * (flat[:, -1].max(initial=0) + 1)
    found = np.searchsorted((flat + above).ravel(), np.ceil(wanted).astype(np.int64) + above)
    place = found - np.arange(len(flat))[:, None] * flat.shape[-1]
    reached = np.take_along_axis(flat, place, axis=-1)
    before = np.where(place > 0, np.take_along_axis(flat, np.maximum(place - 1, 0), axis=-1), 0)
    inside = reached - before
    part = np.where(inside > 0, (wanted - before) / np.maximum(inside, 1), 0.0)
    part[(place == 0) & (edges[0] == 0.0)] = 0.0
    out = edges[place] + part * (edges[place + 1] - edges[place])
    return out.reshape(*counts.shape[:-1], len(levels))


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
