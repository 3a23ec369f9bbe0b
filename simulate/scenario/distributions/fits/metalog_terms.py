"""The terms of a metalog's quantile function, and their coefficients through given quantiles."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

SCORE_LIMIT = 6.5
# So fine that a sum of so few smooth terms doesn't fall and rise again between neighbours.
GRID = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, 2601)
LARGEST_EXPONENT = 700.0


def terms(score: Array, count: int) -> Array:
    """Return the first terms of the sum at normal scores, shape (len(score), count)."""
    # log(p / (1 - p)) and p - 1/2 in forms that don't cancel, in the tails or at the centre.
    logit = special.log_ndtr(score) - special.log_ndtr(-score)
    centred = 0.5 * special.erf(score / math.sqrt(2.0))
    columns = [
        centred**power * logit if with_logit else centred**power
        for power, with_logit in _exponents(count)
    ]
    return np.stack(columns, axis=-1)


def slope(score: Array, count: int) -> Array:
    """Return the terms' derivatives by the logit at normal scores, shape (len(score), count)."""
    logit = special.log_ndtr(score) - special.log_ndtr(-score)
    centred = 0.5 * special.erf(score / math.sqrt(2.0))
    by_logit = special.ndtr(score) * special.ndtr(-score)
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
    return terms(special.ndtri(levels), places[-1] + 1)[:, places]


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
        near_low = low + width * special.expit(sums)
        return np.where(sums > 0.0, high - width * special.expit(-sums), near_low)
    if low is not None:
        return low + np.exp(np.minimum(sums, LARGEST_EXPONENT))
    return sums if high is None else high - np.exp(np.minimum(-sums, LARGEST_EXPONENT))
