"""The steps of a distribution of whole numbers that ``scipy.stats`` has."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special, stats

from .base import OUTERMOST_SCORE, score_at
from .stepped import Steps

# One takes a list as its parameter, which no other does.
NOT_HERE = {"poisson_binom"}
DISCRETE = {
    name
    for name, member in vars(stats).items()
    if isinstance(member, stats.rv_discrete) and name not in NOT_HERE
}
MOST_VALUES = 100_000
# Beyond, whole numbers are not told apart; and how far scipy may sum up probabilities.
FURTHEST, FURTHEST_SUM = 2**52, 10**6
LEAST_PROBABILITY = float(special.ndtr(-OUTERMOST_SCORE))


def steps_of_named(name: str, shapes: dict[str, float], least: float, most: float) -> Steps:
    """Return the values that are drawn, and the scores at which they end.

    Parameters
    ----------
    name, shapes
        Of the distribution, without ``loc``.
    least, most
        Between which values are told apart; the next beyond stands for all beyond.

    Raises
    ------
    ValueError
        If it is none, or has too many values.
    """
    family: Any = getattr(stats, name)
    member = family(**shapes)
    start, end = member.support()
    if math.isnan(start):
        given = ", ".join(f"{key} = {value:g}" for key, value in shapes.items())
        raise ValueError(f"scipy.{name} is no distribution with {given}")
    sums = type(family)._cdf is stats.rv_discrete._cdf
    furthest = FURTHEST_SUM if sums else FURTHEST
    start = max(start, math.ceil(max(least, -furthest)) - 1)
    end = min(end, math.floor(min(most, furthest)) + 1)
    with np.errstate(all="ignore"):
        first = _first(lambda k: member.cdf(k) >= LEAST_PROBABILITY, start, end)
        last = _first(lambda k: member.sf(k) <= LEAST_PROBABILITY, first, end)
        if last - first >= MOST_VALUES:
            raise ValueError(
                f"scipy.{name} has more than {MOST_VALUES:,} values here; narrow it by "
                "truncate = [low, high], or use a continuous distribution"
            )
        values = np.arange(first, last + 1, dtype=float)
        ends = score_at(member.cdf(values[:-1]), member.sf(values[:-1]))
    return Steps(values, np.maximum.accumulate(ends))


def _first(passes: Callable[[float], bool], start: float, end: float) -> int:
    """Return the first whole number from ``start`` to ``end`` that passes, or the end."""
    below, step = int(start) - 1, 1
    while below + step < end and not passes(below + step):
        below, step = below + step, 2 * step
    above = int(min(below + step, end))
    while above - below > 1:
        middle = (below + above) // 2
        if passes(middle):
            above = middle
        else:
            below = middle
    return above
