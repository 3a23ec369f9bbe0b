"""Distributions of two parameters through two quantiles, or near more of them.

Two quantiles are met exactly. More are met by least squares in units of the value, and refused if
the worst is missed by more than 1% of the spread between the outermost.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from .points import Points, check_fit, check_points

Array = NDArray[np.float64]
Quantile = Callable[[Array, Array], Array]

# Of logarithms of shape parameters.
LEAST_LOG, MOST_LOG = -14.0, 28.0
SMALLEST_LOG = math.log(1e-300)


def fit_gamma(levels: Points, values: Points) -> Any:
    """Return the gamma distribution, from 0 up, with the given quantiles.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), n >= 2, strictly rising within (0, 1).
    values
        Quantiles at them, shape (n,), above 0 and strictly rising.

    Returns
    -------
    scipy.stats.gamma
        Frozen, with shape ``a`` and ``scale``.

    Raises
    ------
    ValueError
        If no gamma distribution has these quantiles.
    """
    p, q = check_points(levels, values, least=2, low=0.0)
    logs = _gamma_through_two(p[[0, -1]], q[[0, -1]])
    if p.size > 2:
        logs = _nearest(_gamma_quantile, logs, p, q)
    fitted = stats.gamma(math.exp(logs[0]), scale=math.exp(logs[1]))
    check_fit("gamma", 2, p, q, fitted.ppf(p))
    return fitted


def fit_beta(levels: Points, values: Points, low: float = 0.0, high: float = 1.0) -> Any:
    """Return the beta distribution between two limits with the given quantiles.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), n >= 2, strictly rising within (0, 1).
    values
        Quantiles at them, shape (n,), strictly rising within (low, high).
    low, high
        Limits, in units of the value.

    Returns
    -------
    scipy.stats.beta
        Frozen, with shapes ``a`` and ``b``, ``loc = low`` and ``scale = high - low``.

    Raises
    ------
    ValueError
        If no beta distribution has these quantiles.
    """
    p, q = check_points(levels, values, least=2, low=low, high=high)
    width = high - low
    logs = _beta_through_two(p[[0, -1]], (q - low)[[0, -1]] / width, (high - q)[[0, -1]] / width)
    if p.size > 2:
        logs = _nearest(_beta_quantile, logs, p, (q - low) / width)
    fitted = stats.beta(*np.exp(logs), loc=low, scale=width)
    check_fit("beta", 2, p, q, fitted.ppf(p))
    return fitted


def _gamma_through_two(levels: Array, values: Array) -> Array:
    """Return the logarithms of shape and scale; the ratio of quantiles falls as the shape rises."""
    wanted = math.log(values[1] / values[0])

    def excess(log_shape: float) -> float:
        low, high = special.gammaincinv(math.exp(log_shape), levels)
        return math.log(high / low) - wanted

    # At the least shape the lower quantile, about p^(1/a), is still a number.
    least = max(LEAST_LOG, math.log(math.log(levels[0]) / SMALLEST_LOG))
    log_shape = _root(excess, least, MOST_LOG)
    low = float(special.gammaincinv(math.exp(log_shape), levels[0]))
    return np.array([log_shape, math.log(values[0] / low)])


def _beta_through_two(levels: Array, values: Array, rests: Array) -> Array:
    """Return the logarithms of both shapes; ``rests`` are 1 - values, without cancellation.

    With the first quantile held, more of the distribution lies below the second as both shapes
    rise: there is one solution (Shih, 2015, "The quantiles of the beta distribution", two of which
    fix it), found by a root within a root.
    """
    if values[0] > rests[1]:
        # The upper half's mirror image, in which the values are the small numbers.
        a, b = _beta_through_two(1.0 - levels[::-1], rests[::-1], values[::-1])
        return np.array([b, a])

    def log_b(log_a: float) -> float:
        a = math.exp(log_a)

        def below(log_b: float) -> float:
            return float(special.betainc(a, math.exp(log_b), values[0])) - levels[0]

        return _root(below, 2.0 * LEAST_LOG, 2.0 * MOST_LOG)

    def excess(log_a: float) -> float:
        b = math.exp(log_b(log_a))
        return float(special.betainc(math.exp(log_a), b, values[1])) - levels[1]

    log_a = _root(excess, LEAST_LOG, MOST_LOG)
    return np.array([log_a, log_b(log_a)])


def _root(excess: Callable[[float], float], least: float, most: float) -> float:
    """Return the root, or not-a-number where there is none, which no quantile will then match."""
    if not excess(least) * excess(most) < 0.0:
        return math.nan
    return float(optimize.brentq(excess, least, most, xtol=1e-14))


def _gamma_quantile(logs: Array, levels: Array) -> Array:
    return np.asarray(special.gammaincinv(math.exp(logs[0]), levels) * math.exp(logs[1]), float)


def _beta_quantile(logs: Array, levels: Array) -> Array:
    return special.betaincinv(math.exp(logs[0]), math.exp(logs[1]), levels)


def _nearest(quantile: Quantile, start: Array, levels: Array, values: Array) -> Array:
    """Return the parameters whose quantiles are nearest to the values, by least squares."""
    if not np.all(np.isfinite(start)):
        return start
    spread = values[-1] - values[0]
    found = optimize.least_squares(
        lambda parameters: (quantile(parameters, levels) - values) / spread,
        start,
        bounds=(start - 5.0, start + 5.0),
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
    )
    return found.x
