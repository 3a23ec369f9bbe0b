"""The quantiles that a metalog goes through, nearest to some that none does."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from .metalog_terms import GRID, basis, from_sum, interpolate, interpolating_terms, slope, to_sum
from .points import check_points, name_points

Array = NDArray[np.float64]

COARSE_GRID = GRID[::13]
# Digits to which a neighbour is rounded, and the least slope that it is found with, as a part of
# the logistic distribution's: the first that is feasible once rounded is named.
ROUNDINGS = ((3, 1e-6), (3, 1e-3), (3, 4e-3), (4, 1e-3), (5, 1e-3), (6, 1e-2), (9, 0.1), (13, 0.7))


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
    logistic = 1.0 / np.ptp(special.logit(levels))
    norm = np.linalg.norm(slope_by_point, axis=1)
    matrix = slope_by_point / norm[:, None]
    least = (margin * logistic - slope_by_point @ wanted) / norm
    system = np.vstack([matrix.T, least])
    target = np.append(np.zeros(levels.size), 1.0)
    weights, _ = optimize.nnls(system, target, maxiter=20 * least.size)
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
