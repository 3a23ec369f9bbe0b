"""The metalog distribution: its terms, and its fit to quantiles."""

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
import scipy
from numpy.typing import NDArray
from pydantic import Field

from .base import Array, Number
from .quantiles import ByQuantiles, Points, check_points, name_points

SCORE_LIMIT = 6.5
# So fine that a sum of so few smooth terms doesn't fall and rise again between neighbours.
GRID = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, 2601)
LARGEST_EXPONENT = 700.0
COARSE_GRID = GRID[::13]
# Digits to which a neighbour is rounded, and the least slope that it is found with, as a part of
# the logistic distribution's: the first that is feasible once rounded is named.
ROUNDINGS = ((3, 1e-6), (3, 1e-3), (3, 4e-3), (4, 1e-3), (5, 1e-3), (6, 1e-2), (9, 0.1), (13, 0.7))
MOST_QUANTILES = 9


def terms(score: Array, count: int) -> Array:
    """Return the first terms of the sum at normal scores, shape (len(score), count)."""
    # log(p / (1 - p)) and p - 1/2 in forms that don't cancel, in the tails or at the centre.
    logit = scipy.special.log_ndtr(score) - scipy.special.log_ndtr(-score)
    centred = 0.5 * scipy.special.erf(score / math.sqrt(2.0))
    columns = [
        centred**power * logit if with_logit else centred**power
        for power, with_logit in _exponents(count)
    ]
    return np.stack(columns, axis=-1)


def slope(score: Array, count: int) -> Array:
    """Return the terms' derivatives by the logit at normal scores, shape (len(score), count)."""
    logit = scipy.special.log_ndtr(score) - scipy.special.log_ndtr(-score)
    centred = 0.5 * scipy.special.erf(score / math.sqrt(2.0))
    by_logit = scipy.special.ndtr(score) * scipy.special.ndtr(-score)
    columns = []
    for power, with_logit in _exponents(count):
        inner = power * centred ** max(power - 1, 0) * by_logit
        columns.append(centred**power + inner * logit if with_logit else inner)
    return np.stack(columns, axis=-1)


def _exponents(count: int) -> list[tuple[int, bool]]:
    """Return each term's power of p - 1/2, and whether it is times the logit (Keelin, eq. 6)."""
    first = [(0, False), (0, True), (1, True), (1, False)]
    rest = [((k - 1) // 2, k % 2 == 0) for k in range(5, count + 1)]
    return (first + rest)[:count]


def interpolating_terms(levels: Array) -> list[int]:
    """Return which terms to interpolate with: the first n, but for one case.

    At levels that lie symmetrically about 1/2, 7 (or 11, ...) first terms are linearly dependent,
    as they have one odd function too many; the next term, an even one, takes the last one's
    place.
    """
    count = levels.size
    symmetric = np.allclose(levels + levels[::-1], 1.0, rtol=0.0, atol=1e-6)
    if count >= 7 and count % 4 == 3 and symmetric:
        return [*range(count - 1), count]
    return list(range(count))


def basis(levels: Array) -> Array:
    """Return the interpolating terms at the levels, shape (n, n)."""
    places = interpolating_terms(levels)
    return terms(scipy.special.ndtri(levels), places[-1] + 1)[:, places]


def interpolate(levels: Array, sums: Array) -> Array:
    """Return the coefficients of the sum through the given points."""
    matrix = basis(levels)
    # About the middle and in units of the spread, so that rounding is in proportion to the spread.
    middle, spread = sums[sums.size // 2], sums[-1] - sums[0]
    wanted = (sums - middle) / spread
    places = interpolating_terms(levels)
    coefficients = np.zeros(places[-1] + 1)
    try:
        solution = np.linalg.solve(matrix, wanted)
        solution += np.linalg.solve(matrix, wanted - matrix @ solution)
    except np.linalg.LinAlgError:
        return np.full_like(coefficients, np.nan)
    coefficients[places] = spread * solution
    coefficients[0] += middle
    return coefficients


def to_sum(values: Array, low: float | None, high: float | None) -> Array:
    """Return the sums that stand for values between bounds."""
    if low is not None and high is not None:
        return np.log((values - low) / (high - values))
    if low is not None:
        return np.log(values - low)
    return values if high is None else -np.log(high - values)


def from_sum(sums: Array, low: float | None, high: float | None) -> Array:
    """Return the values between bounds that sums stand for."""
    if low is not None and high is not None:
        width = high - low
        near_low = low + width * scipy.special.expit(sums)
        return np.where(sums > 0.0, high - width * scipy.special.expit(-sums), near_low)
    if low is not None:
        return low + np.exp(np.minimum(sums, LARGEST_EXPONENT))
    return sums if high is None else high - np.exp(np.minimum(-sums, LARGEST_EXPONENT))


def nearest_feasible(levels: Array, values: Array, low: float | None, high: float | None) -> Array:
    """Return rounded quantiles, near those given, that a metalog goes through."""
    sums = to_sum(values, low, high)
    for digits, margin in ROUNDINGS:
        quantiles = from_sum(_nearest_rising(levels, sums, margin), low, high)
        rounded = _round_by_gap(quantiles, digits, low, high)
        try:
            check_points(levels, rounded, least=2, low=low, high=high)
        except ValueError:
            continue
        coefficients = interpolate(levels, to_sum(rounded, low, high))
        if np.all(slope(GRID, coefficients.size) @ coefficients > 0.0):
            return rounded
    raise too_close(levels, values)


def _nearest_rising(levels: Array, sums: Array, margin: float) -> Array:
    """Return the points nearest to the given, by squares, with a sum that rises everywhere.

    The move u is the shortest with G u >= h, where each row of G gives the slope at one level of
    the grid; solved as the least-distance problem of Lawson and Hanson (1974), chapter 23, by
    non-negative least squares.
    """
    places = interpolating_terms(levels)
    grid = slope(COARSE_GRID, places[-1] + 1)[:, places]
    spread = sums[-1] - sums[0]
    wanted = (sums - sums[0]) / spread
    slope_by_point = np.linalg.solve(basis(levels).T, grid.T).T
    logistic = 1.0 / np.ptp(scipy.special.logit(levels))
    norm = np.linalg.norm(slope_by_point, axis=1)
    matrix = slope_by_point / norm[:, None]
    least = (margin * logistic - slope_by_point @ wanted) / norm
    system = np.vstack([matrix.T, least])
    target = np.append(np.zeros(levels.size), 1.0)
    weights, _ = scipy.optimize.nnls(system, target, maxiter=20 * least.size)
    residual = system @ weights - target
    return sums - spread * residual[:-1] / residual[-1]


def _round_by_gap(values: Array, digits: int, low: float | None, high: float | None) -> Array:
    """Round each value to significant digits of its distance from the nearest other or bound."""
    fence = [low if low is not None else -np.inf, *values, high if high is not None else np.inf]
    gap = np.minimum(np.diff(fence)[:-1], np.diff(fence)[1:])
    return np.array(
        [
            round(value, digits - 1 - math.floor(math.log10(g)))
            for value, g in zip(values.tolist(), np.maximum(gap, 1e-300).tolist(), strict=True)
        ]
    )


def too_close(levels: Array, values: Array) -> ValueError:
    """Return the error of quantiles whose metalog rounding spoils."""
    return ValueError(
        f"{name_points(levels, values)}: too close together, or too many, for a metalog; "
        "leave some out"
    )


class InfeasibleMetalog(ValueError):
    """No density has these quantiles as a metalog.

    Attributes
    ----------
    levels
        The probabilities asked for.
    nearest
        Quantiles at the same levels that a metalog does go through, near those asked for.
    """

    def __init__(self, message: str, levels: tuple[float, ...], nearest: tuple[float, ...]) -> None:
        super().__init__(message)
        self.levels = levels
        self.nearest = nearest


@dataclass(frozen=True)
class Metalog:
    """A metalog distribution.

    Attributes
    ----------
    coefficients
        Keelin's a_1 to a_n, in units of the value, or of the transformed value where bounded.
    low, high
        Bounds, in units of the value; None where there is none.
    """

    coefficients: tuple[float, ...]
    low: float | None = None
    high: float | None = None

    def quantile_at_score(self, score: Array) -> Array:
        """Return the quantile function at standard normal scores z, that is Q(Phi(z)).

        Parameters
        ----------
        score
            Shape (n,), from -6.5 to 6.5; beyond, the function need not rise.

        Returns
        -------
        Array
            Shape (n,), in units of the value.
        """
        sums = terms(score, len(self.coefficients)) @ np.array(self.coefficients)
        return from_sum(sums, self.low, self.high)


def fit_metalog(
    levels: Points,
    values: Points,
    low: float | None = None,
    high: float | None = None,
) -> Metalog:
    """Return the metalog of n terms that goes through n quantiles exactly.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), n >= 2, strictly rising within (0, 1).
    values
        Quantiles at them, shape (n,), strictly rising within the bounds.
    low, high
        Bounds of the value, where there are any.

    Raises
    ------
    InfeasibleMetalog
        If its quantile function would not rise everywhere from Phi(-6.5) to Phi(6.5).
    ValueError
        If levels or values are out of order or bounds, or too close to tell apart.
    """
    p, q = check_points(levels, values, least=2, low=low, high=high)
    coefficients = interpolate(p, to_sum(q, low, high))
    metalog = Metalog(tuple(coefficients.tolist()), low, high)
    if not np.allclose(metalog.quantile_at_score(scipy.special.ndtri(p)), q, 0.0, 1e-9 * np.ptp(q)):
        raise too_close(p, q)
    falls = slope(GRID, coefficients.size) @ coefficients <= 0.0
    if falls.any():
        raise _infeasible(p, q, low, high, _describe(falls))
    return metalog


def _infeasible(
    levels: Array, values: Array, low: float | None, high: float | None, where: str
) -> InfeasibleMetalog:
    nearest = nearest_feasible(levels, values, low, high)
    bounded = "; with low = 0 one does" if _fits_above_zero(levels, values, low, high) else ""
    return InfeasibleMetalog(
        f"no metalog goes through {name_points(levels, values)}: its density would be negative "
        f"{where}{bounded}; the nearest that one goes through are {name_points(levels, nearest)}",
        tuple(levels.tolist()),
        tuple(nearest.tolist()),
    )


def _fits_above_zero(levels: Array, values: Array, low: float | None, high: float | None) -> bool:
    if low is not None or values[0] <= 0.0:
        return False
    coefficients = interpolate(levels, to_sum(values, 0.0, high))
    return bool(np.all(slope(GRID, coefficients.size) @ coefficients > 0.0))


def _describe(falls: NDArray[np.bool_]) -> str:
    """Say at which probabilities the quantile function would fall."""
    bounds = [0, *(np.flatnonzero(np.diff(falls)) + 1).tolist(), falls.size]
    parts = []
    for first, after in itertools.pairwise(bounds):
        if not falls[first]:
            continue
        if first == 0 and after == falls.size:
            return "everywhere"
        if first == 0:
            parts.append(f"below {_percent(GRID[after])}")
        elif after == falls.size:
            parts.append(f"above {_percent(GRID[first - 1])}")
        else:
            parts.append(f"between {_percent(GRID[first - 1])} and {_percent(GRID[after])}")
    return " and ".join(parts)


def _percent(score: float) -> str:
    """Name the probability at a normal score, to two digits of the tail beyond."""
    tail = 100.0 * float(scipy.special.ndtr(-abs(score)))
    decimals = max(0, 1 - math.floor(math.log10(tail)))
    if score <= 0.0:
        return f"{tail:.{decimals}f}%"
    return f"{100.0 - tail:.{decimals}f}%"


class MetalogDistribution(ByQuantiles):
    """Through all given quantiles, two to nine, with a lower and an upper bound or without.

    For what an expert states by quantiles and none of the named families has, such as two humps or
    one short tail. Where no density goes through the quantiles, the message names the nearest that
    one does.
    """

    kind: ClassVar = "metalog"
    distribution: Literal["metalog"]
    low: Number | None = Field(default=None, description="lower bound")
    high: Number | None = Field(default=None, description="upper bound")

    def _check(self) -> None:
        super()._check()
        if not 2 <= len(self.quantiles) <= MOST_QUANTILES:
            raise ValueError(f"a metalog takes two to {MOST_QUANTILES} quantiles")
        low, high = self.low, self.high
        if low is not None and high is not None and low >= high:
            raise ValueError(f"low = {low:g} must be below high = {high:g}")
        if low is not None and self.values[0] <= low:
            raise ValueError(f"{self.shown()} must lie above low = {low:g}")
        if high is not None and self.values[-1] >= high:
            raise ValueError(f"{self.shown()} must lie below high = {high:g}")
        _ = self._fitted  # now, so that a fit that fails is named

    @cached_property
    def _fitted(self) -> Metalog:
        return fit_metalog(self.levels, self.values, self.low, self.high)

    def _whole(self, score: Array) -> Array:
        return self._fitted.quantile_at_score(score)
