"""An outcome by each input, and the correlation ratio."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate.engine.estimate import (
    Estimate,
    conditional_probability,
    mean_of_replicates,
    probability,
    ratio_of_means,
    within,
)
from simulate.model.outcomes import Outcome
from simulate.scenario.inputs import ALTERNATIVE, Input

from .variance import Variables

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
MOST_BINS = 256
# Of a replicate's paths, on average.
LEAST_IN_BIN = 32
# As a part of the input's variance within a bin: less is rounding.
NO_SPREAD = 1e-12
Window = tuple[float, float]
TENTHS = 10
DECILES: tuple[Window, ...] = tuple((k / TENTHS, (k + 1) / TENTHS) for k in range(TENTHS))
# A tenth of the paths about the input's P10, and about its P90.
AT_P10: Window = (0.05, 0.15)
AT_P90: Window = (0.85, 0.95)


def equal_groups(values: ArrayLike, most: int) -> NDArray[np.intp]:
    """Return the group of each value, counted from 0 in the order of the values.

    Parameters
    ----------
    values
        Of any shape.
    most
        How many groups there are, if no value takes more than one group's place; equal values are
        never parted.
    """
    given = np.asarray(values)
    _, place, counts = np.unique(given, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    _, group = np.unique((middle * most / given.size).astype(int), return_inverse=True)
    return np.asarray(group[place].reshape(given.shape))


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


class _Bins:
    """An input of given paths in bins, in which lines of any outcome over it are fitted.

    Parameters
    ----------
    inputs
        Shape (replicates, paths).
    """

    def __init__(self, inputs: Array) -> None:
        replicates, paths = inputs.shape
        place = equal_groups(inputs, int(np.clip(paths // LEAST_IN_BIN, 1, MOST_BINS)))
        self._shape = replicates, int(place.max()) + 1
        self._cell = (place + self._shape[1] * np.arange(replicates)[:, None]).ravel()
        self._count = self._sums(np.ones_like(inputs))
        self._each = np.maximum(self._count, 1.0)
        middle = self._sums(inputs).sum(axis=0) / self._count.sum(axis=0)
        self._apart = inputs - middle[place]
        squared = self._apart**2
        self._first, self._second = (self._sums(v) / self._each for v in (self._apart, squared))
        self._spread = self._second - self._first**2
        self._has_spread = self._spread > NO_SPREAD * np.mean(squared)

    def lines(self, outcomes: Array) -> _Lines:
        """Return the lines of an outcome of the same paths."""
        mean = self._sums(outcomes) / self._each
        together = self._sums(self._apart * outcomes) / self._each - self._first * mean
        slope = np.zeros_like(self._spread)
        np.divide(together, self._spread, out=slope, where=self._has_spread)
        height = mean - slope * self._first
        return _Lines(self._count, self._first, self._second, height, slope)

    def _sums(self, values: Array) -> Array:
        replicates, bins = self._shape
        by_cell = np.bincount(self._cell, values.ravel(), replicates * bins)
        return by_cell.astype(float).reshape(replicates, bins)


def correlation_ratios(inputs: Array, outcomes: Iterable[Array]) -> list[Estimate]:
    """Return the part of each outcome's variance that goes when an input becomes known.

    Parameters
    ----------
    inputs
        Of given paths, shape (replicates, paths), at least two replicates.
    outcomes
        Of the same paths, one or several, of the same shape.

    Notes
    -----
    Pearson's correlation ratio, Var(E[Y|X]) / Var(Y), however X depends on other inputs. E[Y|X] is
    taken as a line in each of many bins of X, fitted in each replicate. Its variance is the
    covariance between the lines of two replicates: the variance of one's would hold their chance as
    well, which is smaller on evenly spread points than any formula for independent ones says. What
    E[Y|X] bends within a bin is missed, and a part of what it jumps.
    """
    bins = _Bins(inputs)
    pairs = len(inputs) // 2
    one, other = slice(pairs), slice(-pairs, None)

    def ratio(values: Array) -> Estimate:
        lines = bins.lines(values)
        explained = _covariance(lines.of(one), lines.of(other))
        variance = np.concatenate([values[one], values[other]], axis=1).var(axis=1)
        return ratio_of_means(explained, variance)

    return [ratio(values) for values in outcomes]


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


@dataclass(frozen=True)
class Effect:
    """An outcome by the value of an input; whatever is correlated with the input moves with it.

    Attributes
    ----------
    key, unit
        Of the input.
    p10, p90
        Its quantiles.
    at_p10, at_p90
        The outcome in the tenth of the paths about them: a probability, or the median of an amount.
    change
        From the one to the other.
    deciles
        The outcome in each tenth of the paths, from those with the lowest input on.
    first_order
        The part of the outcome's variance that the input explains by itself.
    ends
        Of an input whose values have no order, what is so where the outcome is least and where it
        is greatest: these stand in the place of its P10 and P90, and it has no tenths.
    """

    key: str
    unit: str
    p10: float
    p90: float
    at_p10: Estimate
    at_p90: Estimate
    change: Estimate
    deciles: tuple[Estimate, ...]
    first_order: Estimate
    ends: tuple[str, str] | None = None


class Conditional(NamedTuple):
    """A probability or a median, with the value of each replicate."""

    estimate: Estimate
    each: Array


def by_replicate(paths: "pd.DataFrame", values: Array) -> Array:
    """Return a number of each kept path, shape (paths,), as shape (replicates, paths)."""
    order = np.argsort(paths["replicate"].to_numpy(), kind="stable")
    return values[order].reshape(paths["replicate"].nunique(), -1)


def estimate_of(outcome: Outcome, values: Array) -> Conditional:
    """Return the probability, or the median, of values of shape (replicates, paths)."""
    if outcome.is_probability:
        counts, paths = values.sum(axis=1), values.shape[1]
        return Conditional(probability(counts, paths), counts / paths)
    medians = np.median(values, axis=1)
    return Conditional(within(mean_of_replicates(medians), *outcome.bounds), medians)


def effects_of_inputs(
    paths: "pd.DataFrame",
    inputs: Sequence[Input],
    outcomes: Sequence[Outcome],
    alternatives: Sequence[str] = (),
    threads: int = 1,
) -> list[list[Effect]]:
    """Return every outcome by the value of every input.

    Parameters
    ----------
    paths
        ``Result.outcomes`` of a run with ``keep_inputs``, which measured the outcomes.
    inputs
        Those that its paths drew.
    outcomes
        What is asked about.
    alternatives
        What is so in each that a path may live in.
    threads
        Inputs at a time.

    Returns
    -------
    list of list of Effect
        By outcome and input.
    """
    values = [by_replicate(paths, outcome.of_paths(paths)) for outcome in outcomes]
    measured = np.moveaxis(Variables(outcomes, values).of_values(values), -1, 0)

    def of_input(member: Input) -> list[Effect]:
        drawn = by_replicate(paths, paths[member.key].to_numpy(float))
        of_outcomes = zip(outcomes, values, correlation_ratios(drawn, measured), strict=True)
        if member.key == ALTERNATIVE:
            return [
                _effect_of_alternative(outcome, each, drawn, first_order, alternatives)
                for outcome, each, first_order in of_outcomes
            ]
        order = np.argsort(drawn, axis=1, kind="stable")
        return [
            _effect(member, outcome, np.take_along_axis(each, order, axis=1), first_order)
            for outcome, each, first_order in of_outcomes
        ]

    with ThreadPoolExecutor(threads) as pool:
        by_input = list(pool.map(of_input, inputs))
    return [[effects[place] for effects in by_input] for place in range(len(outcomes))]


def _effect_of_alternative(
    outcome: Outcome,
    values: Array,
    drawn: Array,
    first_order: Estimate,
    alternatives: Sequence[str],
) -> Effect:
    """Return the effect of the alternative that a path lives in, from arrays of all paths."""
    under = [_where(outcome, values, drawn == place) for place in range(len(alternatives))]
    least, most = (int(end([u.estimate.value for u in under])) for end in (np.argmin, np.argmax))
    return Effect(
        key=ALTERNATIVE,
        unit="",
        p10=float(least),
        p90=float(most),
        at_p10=under[least].estimate,
        at_p90=under[most].estimate,
        change=mean_of_replicates(under[most].each - under[least].each),
        deciles=(),
        first_order=first_order,
        ends=(alternatives[least], alternatives[most]),
    )


def _where(outcome: Outcome, values: Array, chosen: NDArray[np.bool_]) -> Conditional:
    """Return the probability, or the median, where paths are chosen, shape (replicates, paths)."""
    if outcome.is_probability:
        counts, totals = (values * chosen).sum(axis=1), chosen.sum(axis=1)
        return Conditional(conditional_probability(counts, totals), counts / totals)
    medians = np.array([np.median(row[own]) for row, own in zip(values, chosen, strict=True)])
    return Conditional(within(mean_of_replicates(medians), *outcome.bounds), medians)


def _effect(member: Input, outcome: Outcome, ranked: Array, first_order: Estimate) -> Effect:
    """Return an input's effect, from paths in its order, shape (replicates, paths)."""
    low, high = (estimate_of(outcome, _inside(ranked, window)) for window in (AT_P10, AT_P90))
    return Effect(
        key=member.key,
        unit=member.quantity.unit,
        p10=member.distribution.quantile(0.1),
        p90=member.distribution.quantile(0.9),
        at_p10=low.estimate,
        at_p90=high.estimate,
        change=mean_of_replicates(high.each - low.each),
        deciles=tuple(estimate_of(outcome, _inside(ranked, w)).estimate for w in DECILES),
        first_order=first_order,
    )


def _inside(ranked: Array, window: Window) -> Array:
    first, last = (round(level * ranked.shape[1]) for level in window)
    return ranked[:, first:last]
