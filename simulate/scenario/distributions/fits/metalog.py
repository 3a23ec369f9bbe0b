"""The metalog: a distribution through any quantiles, as far as there is one.

Keelin, T. W. (2016), "The Metalog Distributions", Decision Analysis 13(4), 243-277.

Its quantile function is a sum of n terms, alternately powers of the centred level p - 1/2 and such
powers times the logit log(p / (1 - p)). Bounds are kept by taking the sum as the logarithm of the
distance from one bound, or as the logit of the place between two.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .metalog_nearest import nearest_feasible, too_close
from .metalog_terms import GRID, from_sum, interpolate, slope, terms, to_sum
from .points import Points, check_points, name_points

Array = NDArray[np.float64]


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
    if not np.allclose(metalog.quantile_at_score(special.ndtri(p)), q, 0.0, 1e-9 * np.ptp(q)):
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
    tail = 100.0 * float(special.ndtr(-abs(score)))
    decimals = max(0, 1 - math.floor(math.log10(tail)))
    if score <= 0.0:
        return f"{tail:.{decimals}f}%"
    return f"{100.0 - tail:.{decimals}f}%"
