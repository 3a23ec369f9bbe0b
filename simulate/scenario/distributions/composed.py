"""Distributions made of others: mixtures, and shifted ones."""

from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import scipy
from pydantic import Field

from .base import (
    NO_BREAKS,
    OUTERMOST_SCORE,
    Array,
    Number,
    Stepped,
    Steps,
    Truncatable,
    Uncertain,
    score_at,
    steps_of,
)

if TYPE_CHECKING:
    from . import AnyDistribution


Side = Literal["left", "right"]
MOST_PARTS = 20
CERTAIN_SCORE = 40.0
# Scores at which a part is looked at; between them its quantile function is taken as straight.
GRID = np.linspace(-OUTERMOST_SCORE, OUTERMOST_SCORE, 4_001)
# So near to a jump of a part, it is seen from one side.
BESIDE = 1e-9
# Less than what the grid leaves out at a part's ends counts for no weight of a value, and less
# than this part of the P1-P99 range between two values for no gap.
LEAST_WEIGHT, LEAST_GAP = 1e-9, 1e-6
CENTRAL_LEVELS = np.array([0.01, 0.99])


def normalised(weights: tuple[float, ...]) -> Array:
    """Return weights that sum to 1.

    Raises
    ------
    ValueError
        If one is below 0, or none above.
    """
    given = np.array(weights)
    if np.any(given < 0.0) or given.sum() <= 0.0:
        raise ValueError("weights must be at least 0, and one above 0")
    return given / given.sum()


class Discrete(Stepped):
    """Some values, each with a weight: for a few cases that exclude each other."""

    distribution: Literal["discrete"]
    values: tuple[Number, ...] = Field(
        min_length=1, max_length=10_000, description="what it can be, in any order"
    )
    weights: tuple[Number, ...] | None = Field(
        default=None, description="of the values, to any sum; the same if not given"
    )

    def _check(self) -> None:
        super()._check()
        if self.weights is not None:
            if len(self.weights) != len(self.values):
                raise ValueError(
                    f"{len(self.values)} values take as many weights, not {len(self.weights)}"
                )
            normalised(self.weights)

    @cached_property
    def _steps(self) -> Steps:
        return steps_of(self.values, normalised(self.weights or (1.0,) * len(self.values)))


class Mixture(Truncatable):
    """One of several distributions or numbers, by weight.

    For cases that differ in kind, such as a year within plan and a year of crisis, or a quantity
    that is often just 0.

    Notes
    -----
    Its quantile function comes from the parts' on a grid of scores: the distribution function at
    every quantile of every part, turned round. Numbers among the parts are steps.
    """

    distribution: Literal["mixture"]
    parts: tuple["AnyDistribution", ...] = Field(
        min_length=1, max_length=MOST_PARTS, description="numbers, intervals or tables"
    )
    weights: tuple[Number, ...] = Field(description="of the parts, to any sum")

    def _check(self) -> None:
        super()._check()
        if len(self.weights) != len(self.parts):
            raise ValueError(
                f"{len(self.parts)} parts take as many weights, not {len(self.weights)}"
            )
        normalised(self.weights)
        self._check_parts()

    def _check_parts(self) -> None:
        if any(isinstance(part, Mixture) for part in self.parts):
            raise ValueError("a part can't be a mixture itself; list all parts in one")

    @property
    def is_continuous(self) -> bool:
        """Tell whether every part has a density."""
        return all(part.is_continuous for part in self.parts)

    @cached_property
    def _curve(self) -> tuple[Array, Array]:
        """Return scores and values of the quantile function, both rising."""
        curves = [_curve_of(part) for part in self.parts]
        values = np.unique(np.concatenate([curve.values for curve in curves]))
        weights = normalised(self.weights)
        # Just below and at every value, so that a step is seen from both sides.
        before = _mixed_score(values, curves, weights, "left")
        after = _mixed_score(values, curves, weights, "right")
        scores = np.clip(np.ravel([before, after], order="F"), -CERTAIN_SCORE, CERTAIN_SCORE)
        return scores, np.repeat(values, 2)

    @property
    def _breaks(self) -> Array:
        """Return where a value with a weight begins and ends, and where no part has any value."""
        scores, values = self._curve
        before, after, values = scores[::2], scores[1::2], values[::2]
        has_weight = scipy.special.ndtr(after) - scipy.special.ndtr(before) > LEAST_WEIGHT
        central = self._whole(scipy.special.ndtri(CENTRAL_LEVELS))
        wide = np.diff(values) > LEAST_GAP * np.ptp(central)
        is_gap = (before[1:] <= after[:-1]) & wide
        return np.unique(
            np.concatenate([before[has_weight], after[has_weight], after[:-1][is_gap]])
        )

    def _whole(self, score: Array) -> Array:
        return np.interp(score, *self._curve)


class AnyMixture(Mixture):
    """A mixture that no file states, whose parts may be mixtures themselves."""

    def _check_parts(self) -> None:
        pass


class _Curve(NamedTuple):
    """A part's quantile function: scores, and values that rise with them."""

    scores: Array
    values: Array


def _curve_of(part: Uncertain) -> _Curve:
    """Return a part's quantile function on the grid, and on both sides of its jumps."""
    breaks = part.breaks
    scores = np.concatenate([GRID, breaks, breaks])
    side = np.repeat([0.0, -1.0, 1.0], [GRID.size, breaks.size, breaks.size])
    order = np.argsort(scores, kind="stable")
    values = part.quantile_at_score((scores + BESIDE * side)[order])
    return _Curve(scores[order], np.maximum.accumulate(values))


def _mixed_score(values: Array, curves: list[_Curve], weights: Array, side: Side) -> Array:
    """Return the normal score of P(X <= value), or of P(X < value) from the left."""
    below, above = np.zeros(values.size), np.zeros(values.size)
    for curve, weight in zip(curves, weights, strict=True):
        score = _score_at(values, curve, side)
        below += weight * scipy.special.ndtr(score)
        above += weight * scipy.special.ndtr(-score)
    return score_at(below, above)


def _score_at(values: Array, curve: _Curve, side: Side) -> Array:
    """Return the score at which a part's quantile function passes each value."""
    place = np.searchsorted(curve.values, values, side)
    inside = (place > 0) & (place < curve.values.size)
    left = np.clip(place - 1, 0, curve.values.size - 2)
    step = curve.values[left + 1] - curve.values[left]
    part = np.where(
        step > 0.0, (values - curve.values[left]) / np.where(step > 0.0, step, 1.0), 0.0
    )
    width = curve.scores[left + 1] - curve.scores[left]
    score = curve.scores[left] + np.clip(part, 0.0, 1.0) * width
    return np.where(inside, score, np.where(place == 0, -np.inf, np.inf))


class Shifted(Truncatable):
    """Another distribution, times a factor, plus an amount.

    For the same doubt somewhere else. The ``by`` and ``times`` of a stress test write it for you.
    """

    distribution: Literal["shifted"]
    of: "AnyDistribution" = Field(description="a number, an interval or a table")
    by: Number = Field(default=0.0, description="what is added, last")
    times: Number = Field(default=1.0, description="the factor; a negative one turns it round")

    def _whole(self, score: Array) -> Array:
        # A negative factor turns the quantile function round.
        turned = score if self.times >= 0.0 else -score
        return self.of.quantile_at_score(turned) * self.times + self.by

    @property
    def _breaks(self) -> Array:
        if self.is_certain:
            return NO_BREAKS
        return self.of.breaks if self.times > 0.0 else -self.of.breaks[::-1]

    @property
    def is_certain(self) -> bool:
        """Tell whether there is only one value."""
        return self.of.is_certain or self.times == 0.0

    @property
    def is_continuous(self) -> bool:
        """Tell whether it has a density."""
        return self.of.is_continuous and not self.is_certain
