"""Scenarios with weights: of numbers, or of whole distributions."""

from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field
from scipy import special

from .base import OUTERMOST_SCORE, Array, Number, Truncatable

if TYPE_CHECKING:
    from . import AnyDistribution

Side = Literal["left", "right"]
MOST_PARTS = 20
CERTAIN_SCORE = 40.0
# Scores at which a part is looked at; between them its quantile function is taken as straight.
GRID = np.linspace(-OUTERMOST_SCORE, OUTERMOST_SCORE, 4_001)


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


class Discrete(Truncatable):
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

    @property
    def is_continuous(self) -> bool:
        """Tell that there is no density."""
        return False

    @cached_property
    def _steps(self) -> tuple[Array, Array]:
        """Return the values in order, and the probability of each or less."""
        order = np.argsort(self.values, kind="stable")
        weights = normalised(self.weights or (1.0,) * len(self.values))
        return np.array(self.values)[order], np.cumsum(weights[order])

    def _whole(self, score: Array) -> Array:
        values, cumulative = self._steps
        # What rounding leaves of 1 belongs to the last value that has a weight.
        last = int(np.searchsorted(cumulative, cumulative[-1]))
        place = np.searchsorted(cumulative * (1.0 + 1e-15), special.ndtr(score))
        return values[np.minimum(place, last)]


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
        if any(isinstance(part, Mixture) for part in self.parts):
            raise ValueError("a part can't be a mixture itself; list all parts in one")

    @property
    def is_continuous(self) -> bool:
        """Tell whether every part has a density."""
        return all(part.is_continuous for part in self.parts)

    @cached_property
    def _curve(self) -> tuple[Array, Array]:
        """Return scores and values of the quantile function, both rising."""
        curves = [_rising(part.quantile_at_score(GRID)) for part in self.parts]
        values = np.unique(np.concatenate(curves))
        weights = normalised(self.weights)
        # Just below and at every value, so that a step is seen from both sides.
        before = _mixed_score(values, curves, weights, "left")
        after = _mixed_score(values, curves, weights, "right")
        scores = np.clip(np.ravel([before, after], order="F"), -CERTAIN_SCORE, CERTAIN_SCORE)
        return scores, np.repeat(values, 2)

    def _whole(self, score: Array) -> Array:
        return np.interp(score, *self._curve)


def _rising(values: Array) -> Array:
    return np.maximum.accumulate(values)


def _mixed_score(values: Array, curves: list[Array], weights: Array, side: Side) -> Array:
    """Return the normal score of P(X <= value), or of P(X < value) from the left."""
    below, above = np.zeros(values.size), np.zeros(values.size)
    for curve, weight in zip(curves, weights, strict=True):
        score = _score_at(values, curve, side)
        below += weight * special.ndtr(score)
        above += weight * special.ndtr(-score)
    return np.where(below < above, special.ndtri(below), -special.ndtri(above))


def _score_at(values: Array, curve: Array, side: Side) -> Array:
    """Return the score at which a part's quantile function passes each value."""
    place = np.searchsorted(curve, values, side)
    inside = (place > 0) & (place < curve.size)
    left = np.clip(place - 1, 0, curve.size - 2)
    step = curve[left + 1] - curve[left]
    part = np.where(step > 0.0, (values - curve[left]) / np.where(step > 0.0, step, 1.0), 0.0)
    score = GRID[left] + np.clip(part, 0.0, 1.0) * (GRID[1] - GRID[0])
    return np.where(inside, score, np.where(place == 0, -np.inf, np.inf))
