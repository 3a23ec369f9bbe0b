"""The likeliest triangular distribution of values."""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Array = NDArray[np.float64]

# How far the limits lie beyond the values, in their range: where the search begins, and ends.
STARTS = (1e-3, 3e-2, 0.3)
NEAREST, FURTHEST = 1e-9, 1e3


def likeliest_triangle(sample: Array) -> tuple[float, float, float]:
    """Return low, mode and high of the greatest likelihood.

    Parameters
    ----------
    sample
        Shape (n,), not all alike.

    Notes
    -----
    Whatever the limits, the likeliest mode is one of the values: between two of them the likelihood
    is convex in the mode (Oliver, 1972, American Statistician 26). The limits are searched; one
    that is the mode as well is an outermost value.
    """
    values = np.sort(sample)
    span = float(values[-1] - values[0])

    def limits(place: Array) -> tuple[float, float]:
        below, above = span * np.exp(place)
        return float(values[0] - below), float(values[-1] + above)

    def loss(place: Array) -> float:
        return -_by_mode(values, *limits(place)).max() / values.size

    bounds = [(np.log(NEAREST), np.log(FURTHEST))] * 2
    starts = itertools.product(np.log(STARTS), repeat=2)
    found = [
        optimize.minimize(
            loss,
            start,
            method="Nelder-Mead",
            bounds=bounds,
            options={"xatol": 1e-7, "fatol": 1e-12, "maxiter": 1000},
        )
        for start in sorted(starts, key=lambda start: loss(np.array(start)))[:3]
    ]
    low, high = limits(min(found, key=lambda one: one.fun).x)
    ends = itertools.product((low, float(values[0])), (high, float(values[-1])))
    best = max(ends, key=lambda pair: _by_mode(values, *pair).max())
    return best[0], float(values[np.argmax(_by_mode(values, *best))]), best[1]


def _by_mode(values: Array, low: float, high: float) -> Array:
    """Return the log-likelihood of the triangles with a mode at each of the sorted values."""
    count = np.arange(values.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        rise, fall = np.log(values - low), np.log(high - values)
        left = np.concatenate([[0.0], np.cumsum(rise)[:-1]]) - count * rise
        right = np.concatenate([np.cumsum(fall[::-1])[-2::-1], [0.0]]) - count[::-1] * fall
    # No values lie beyond an outermost one.
    left[0] = right[-1] = 0.0
    whole = left + right + values.size * np.log(2.0 / (high - low))
    return np.where(np.isnan(whole), -np.inf, whole)
