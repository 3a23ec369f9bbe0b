"""The density of a distribution, out of its quantile function, as far as a picture shows it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulate.scenario.distributions import Uncertain

Array = NDArray[np.float64]

OUTERMOST = 5.0
SCORES = np.linspace(-OUTERMOST, OUTERMOST, 10_001)
STEP = SCORES[1] - SCORES[0]
# Probability of the values that a score of the grid stands for.
WEIGHTS = np.diff(special.ndtr(np.append(SCORES - STEP / 2.0, OUTERMOST + STEP / 2.0)))
INNER, LEAST_SHOWN = 2.576, 1.881  # 99% and 94% of all draws lie within these scores
LONGEST_TAIL, NEAR = 1.5, 0.4  # parts of the spread from P10 to P90
PAD = 0.04
CURVE_BINS = 500
LEAST_MASS, MOST_STEPS = 0.002, 25


@dataclass(frozen=True)
class Density:
    """What a picture shows of a distribution.

    Attributes
    ----------
    edges
        Of bins that cover the shown range, in the unit of the value, shape (n + 1,).
    height
        Density in each bin of what has one, per unit of the value, shape (n,).
    values, masses
        Single values that are drawn with a probability of their own, and that, shape (k,).
    below, above
        Probability of a draw outside the shown range.
    is_histogram
        Whether it is of too many single values to show each: then ``height`` holds them.
    """

    edges: Array
    height: Array
    values: Array
    masses: Array
    below: float
    above: float
    is_histogram: bool


def density_of(distribution: Uncertain) -> Density:
    """Return the density of a distribution over the range that a picture shows.

    The range ends where 99% of draws do. A long tail is cut shorter, and what lies beyond is told
    in ``below`` and ``above``; a limit that is near is shown.
    """
    drawn = distribution.quantile_at_score(SCORES)
    value, first, count = np.unique(drawn, return_index=True, return_counts=True)
    weight = np.add.reduceat(WEIGHTS, first)
    single = (count > 1) & (weight >= LEAST_MASS)
    is_histogram = int(single.sum()) > MOST_STEPS
    if is_histogram:
        bins = int(np.clip(np.sqrt(single.sum()), 10, 40))
        single = np.zeros_like(single)
    else:
        bins = CURVE_BINS
    low, high = _shown_range(drawn, value[single])
    edges = np.linspace(low, high, bins + 1)
    height = _binned(value, np.where(single, 0.0, weight), edges) / np.diff(edges)
    return Density(
        edges,
        height,
        value[single],
        weight[single],
        below=float(weight[value < low].sum()),
        above=float(weight[value > high].sum()),
        is_histogram=is_histogram,
    )


def _shown_range(drawn: Array, single: Array) -> tuple[float, float]:
    """Return the ends of the shown range, single values inside."""
    outer = drawn[0], drawn[-1]
    inner = _at(drawn, -INNER), _at(drawn, INNER)
    least = _at(drawn, -LEAST_SHOWN), _at(drawn, LEAST_SHOWN)
    p10, p90 = _at(drawn, special.ndtri(0.1)), _at(drawn, special.ndtri(0.9))
    spread = p90 - p10 or inner[1] - inner[0]
    low = max(inner[0], min(p10 - LONGEST_TAIL * spread, least[0]))
    high = min(inner[1], max(p90 + LONGEST_TAIL * spread, least[1]))
    low = outer[0] if low - outer[0] <= NEAR * spread else low
    high = outer[1] if outer[1] - high <= NEAR * spread else high
    if single.size:
        low, high = min(low, single[0]), max(high, single[-1])
    pad = PAD * (high - low) or 0.5 * abs(low) or 1.0
    return low - pad, high + pad


def _at(drawn: Array, score: float) -> float:
    return float(np.interp(score, SCORES, drawn))


def _binned(value: Array, weight: Array, edges: Array) -> Array:
    """Return the probability in each bin, with weights spread between neighbouring values."""
    cumulative = np.cumsum(weight) - weight / 2.0
    return np.diff(np.interp(edges, value, cumulative))
