"""Triangular and PERT distributions by quantiles instead of limits.

Both are a standard shape on [0, 1], with its mode at c, stretched to [low, high]. The place of a
middle quantile between two outer ones rises with c and so fixes it; the outer two then fix the
limits. A given mode, as a place relative to the outer quantiles, rises with c as well.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from .points import Points, check_fit, check_points, name_level, name_points, name_value

Array = NDArray[np.float64]
Shape = Callable[[float, Array], Array]

ROUNDING = 1e-9


class ThreePoint(NamedTuple):
    """Limits and mode, in units of the value."""

    low: float
    mode: float
    high: float


def fit_triangular(levels: Points, values: Points, mode: float | None = None) -> ThreePoint:
    """Return the triangular distribution with the given quantiles.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), strictly rising within (0, 1); n >= 3, or 2 with a mode.
    values
        Quantiles at them, shape (n,), strictly rising.
    mode
        The most likely value, with two quantiles.

    Raises
    ------
    ValueError
        If there is none.

    Notes
    -----
    Three quantiles as skewed as any triangle's belong to every triangle with its mode beyond the
    outer one; the limit is then the mode.
    """
    return _fit("triangular", triangular_shape, levels, values, mode)


def fit_pert(levels: Points, values: Points, mode: float | None = None) -> ThreePoint:
    """Return the PERT distribution with the given quantiles; as ``fit_triangular``.

    It is the beta distribution on [low, high] with a = 1 + 4 (mode - low) / (high - low) and
    b = 6 - a.
    """
    return _fit("PERT", pert_shape, levels, values, mode)


def triangular_shape(place: float, levels: Array) -> Array:
    """Return quantiles of the triangle on [0, 1] with its mode at a place, shape of levels."""
    rising = np.sqrt(levels * place)
    falling = 1.0 - np.sqrt((1.0 - levels) * (1.0 - place))
    return np.where(levels <= place, rising, falling)


def pert_shape(place: float, levels: Array) -> Array:
    """Return quantiles of the PERT on [0, 1] with its mode at a place, shape of levels."""
    return special.betaincinv(1.0 + 4.0 * place, 5.0 - 4.0 * place, levels)


def _fit(
    family: str,
    shape: Shape,
    levels: Points,
    values: Points,
    mode: float | None,
) -> ThreePoint:
    p, q = check_points(levels, values, least=3 if mode is None else 2)
    if mode is not None:
        if p.size > 2:
            raise ValueError(f"a {family} distribution takes a mode with two quantiles only")
        place = _place_of_mode(family, shape, p, q, mode)
    elif p.size == 3:
        place = _place_of_middle(family, shape, p, q)
    else:
        place = _nearest_place(shape, p, q)
    low, width = _limits(shape, place, p, q)
    found = ThreePoint(low, low + place * width if mode is None else mode, low + width)
    check_fit(family, 3 if mode is None else 2, p, q, low + width * shape(place, p))
    return found


def _place_of_middle(family: str, shape: Shape, levels: Array, values: Array) -> float:
    wanted = (values[1] - values[0]) / (values[2] - values[0])

    def middle(place: float) -> float:
        low, between, high = shape(place, levels)
        return float((between - low) / (high - low))

    least, most = middle(0.0), middle(1.0)
    if wanted < least - ROUNDING or wanted > most + ROUNDING:
        lowest, highest = _name_place(least, values), _name_place(most, values)
        raise ValueError(
            f"no {family} distribution has {name_points(levels, values)}: "
            f"{name_level(levels[1])} would have to lie between {lowest} and {highest}; "
            'use distribution = "metalog"'
        )
    if wanted <= least + ROUNDING:
        return 0.0
    if wanted >= most - ROUNDING:
        return 1.0
    return float(optimize.brentq(lambda c: middle(c) - wanted, 0.0, 1.0, xtol=1e-15))


def _place_of_mode(family: str, shape: Shape, levels: Array, values: Array, mode: float) -> float:
    wanted = (mode - values[0]) / (values[1] - values[0])

    def relative(place: float) -> float:
        low, high = shape(place, levels)
        return float((place - low) / (high - low))

    least, most = relative(0.0), relative(1.0)
    if not least - ROUNDING <= wanted <= most + ROUNDING:
        lowest, highest = _name_place(least, values), _name_place(most, values)
        raise ValueError(
            f"no {family} distribution has {name_points(levels, values)} and its mode at "
            f"{mode:.12g}; the mode would have to lie between {lowest} and {highest}"
        )
    if wanted <= least:
        return 0.0
    if wanted >= most:
        return 1.0
    return float(optimize.brentq(lambda c: relative(c) - wanted, 0.0, 1.0, xtol=1e-15))


def _name_place(place: float, values: Array) -> str:
    spread = values[-1] - values[0]
    return name_value(float(values[0] + place * spread), float(spread))


def _nearest_place(shape: Shape, levels: Array, values: Array) -> float:
    """Return the place of the mode with the least squares, the limits being the best to it."""

    def squares(place: float) -> float:
        low, width = _limits(shape, place, levels, values)
        return float(np.sum(((low + width * shape(place, levels) - values) / spread) ** 2))

    spread = values[-1] - values[0]
    coarse = np.linspace(0.0, 1.0, 21)
    best = coarse[np.argmin([squares(place) for place in coarse])]
    bounds = (max(best - 0.05, 0.0), min(best + 0.05, 1.0))
    found = optimize.minimize_scalar(
        squares, bounds=bounds, method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x)


def _limits(shape: Shape, place: float, levels: Array, values: Array) -> tuple[float, float]:
    """Return low and width through two or three fitting quantiles, or nearest to more."""
    standard = shape(place, levels)
    if levels.size <= 3:
        width = (values[-1] - values[0]) / (standard[-1] - standard[0])
        return float(values[0] - width * standard[0]), float(width)
    centred = standard - standard.mean()
    width = float(centred @ (values - values.mean()) / (centred @ centred))
    return float(values.mean() - width * standard.mean()), width
