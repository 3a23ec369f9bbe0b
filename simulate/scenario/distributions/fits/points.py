"""Quantiles that a user gives: checked, and named in messages."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Points = Sequence[float] | Array

# The largest miss of a fit, as a part of the spread between the outermost quantiles.
EXACTLY, NEARLY = 1e-9, 0.01


def check_points(
    levels: Points,
    values: Points,
    least: int,
    low: float | None = None,
    high: float | None = None,
) -> tuple[Array, Array]:
    """Return levels and values as arrays, once they are fit to be quantiles.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), strictly rising within (0, 1).
    values
        Quantiles at them, shape (n,), strictly rising and strictly within the bounds.
    least
        How many are needed.
    low, high
        Bounds of the value, where there are any.

    Raises
    ------
    ValueError
        In a sentence for the person who gave them.
    """
    p, q = np.asarray(levels, float), np.asarray(values, float)
    if p.ndim != 1 or p.shape != q.shape:
        raise ValueError(f"{p.size} levels and {q.size} values; there must be one value a level")
    if p.size < least:
        raise ValueError(f"{p.size} quantiles are given; {least} are needed")
    if not (np.all(p > 0.0) and np.all(p < 1.0)):
        raise ValueError("the levels of quantiles must lie between 0 and 1")
    if not np.all(np.isfinite(q)):
        raise ValueError("quantiles must be finite numbers")
    if np.any(np.diff(p) <= 0.0) or np.any(np.diff(q) <= 0.0):
        raise ValueError(f"{name_points(p, q)}: quantiles must rise")
    if low is not None and high is not None and low >= high:
        raise ValueError(f"low = {low:g} must be below high = {high:g}")
    if low is not None and q[0] <= low:
        raise ValueError(f"{name_points(p[:1], q[:1])} must lie above {low:g}")
    if high is not None and q[-1] >= high:
        raise ValueError(f"{name_points(p[-1:], q[-1:])} must lie below {high:g}")
    return p, q


def name_points(levels: Array, values: Array) -> str:
    """Return quantiles as a user writes them, such as ``p10 = 1, p50 = 2``."""
    pairs = zip(levels.tolist(), values.tolist(), strict=True)
    return ", ".join(f"{name_level(level)} = {value:.12g}" for level, value in pairs)


def name_value(value: float, spread: float) -> str:
    """Return a value rounded to a ten-thousandth of the spread that it is about."""
    return f"{round(value, 4 - math.floor(math.log10(spread))):.12g}"


def name_level(level: float) -> str:
    """Return the name of a level's quantile, such as ``p10``, or ``p2_5``."""
    return f"p{100.0 * level:.8g}".replace(".", "_")


def check_fit(family: str, parameters: int, levels: Array, values: Array, found: Array) -> None:
    """Raise an error unless a fitted family's quantiles are those asked for.

    Parameters
    ----------
    family
        Its name, as in ``no gamma distribution``.
    parameters
        How many are free; as many quantiles are met exactly, more of them nearly.
    levels, values
        The quantiles asked for, shape (n,).
    found
        The fit's quantiles at the same levels, shape (n,).

    Raises
    ------
    ValueError
        If the worst miss exceeds 1e-9 of the spread, or 1% with more quantiles than parameters.
    """
    miss = np.abs(found - values) / (values[-1] - values[0])
    worst = int(np.argmax(np.where(np.isfinite(miss), miss, np.inf)))
    if levels.size > parameters:
        if not miss[worst] <= NEARLY:
            raise ValueError(
                f"no {family} distribution comes near {name_points(levels, values)}: the best "
                f"has {name_level(levels[worst])} = {name_value(found[worst], np.ptp(values))}; "
                'give fewer quantiles, or use distribution = "metalog"'
            )
    elif not miss[worst] <= EXACTLY:
        raise ValueError(
            f"{name_points(levels, values)}: no {family} distribution has these, which lie too "
            'close together, or too far apart; use distribution = "metalog"'
        )
