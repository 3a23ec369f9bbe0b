"""What a picture shows of a distribution: a density, a joint density, a sparkline."""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulate.scenario.distributions import OUTERMOST_SCORE, Uncertain

Array = NDArray[np.float64]
OUTERMOST, FINE = 5.0, 10_001
INNER, LEAST_SHOWN = 2.576, 1.881  # 99% and 94% of all draws lie within these scores
LONGEST_TAIL, NEAR = 1.5, 0.4  # parts of the spread from P10 to P90
PAD = 0.04
CURVE_BINS = 500
LEAST_MASS, MOST_STEPS = 0.002, 25
DRAWS = 400
RING_SHARES = (0.5, 0.9)
RING_POINTS = 181
WIDTH, HEIGHT = 120.0, 30.0
# Every so many bins of a density are a point of a curve so small.
EVERY = 5
SPARKLINE_LEVELS = np.array([0.1, 0.5, 0.9])


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


class _Grid(NamedTuple):
    """Normal scores at even distances, and the probability of the values each stands for."""

    scores: Array
    weights: Array


@cache
def _grid_of(points: int) -> _Grid:
    scores = np.linspace(-OUTERMOST, OUTERMOST, points)
    half = OUTERMOST / (points - 1)
    weights = np.diff(special.ndtr(np.append(scores - half, OUTERMOST + half)))
    return _Grid(scores, weights)


def density_of(distribution: Uncertain, points: int = FINE, most_bins: int = CURVE_BINS) -> Density:
    """Return the density of a distribution over the range that a picture shows.

    Parameters
    ----------
    distribution
        Of an input.
    points
        How finely it is looked at: so many of its quantiles.
    most_bins
        Of a density; single values may have fewer.

    Notes
    -----
    The range ends where 99% of draws do. A long tail is cut shorter, and what lies beyond is told
    in ``below`` and ``above``; a limit that is near is shown.
    """
    grid = _grid_of(points)
    drawn = distribution.quantile_at_score(grid.scores)
    value, first, count = np.unique(drawn, return_index=True, return_counts=True)
    weight = np.add.reduceat(grid.weights, first)
    single = (count > 1) & (weight >= LEAST_MASS)
    is_histogram = int(single.sum()) > MOST_STEPS
    if is_histogram:
        bins = int(np.clip(np.sqrt(single.sum()), 10, 40))
        single = np.zeros_like(single)
    else:
        bins = most_bins
    low, high = _shown_range(grid.scores, drawn, value[single])
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


def _shown_range(scores: Array, drawn: Array, single: Array) -> tuple[float, float]:
    """Return the ends of the shown range, single values inside."""

    def at(score: float) -> float:
        return float(np.interp(score, scores, drawn))

    outer = drawn[0], drawn[-1]
    inner = at(-INNER), at(INNER)
    least = at(-LEAST_SHOWN), at(LEAST_SHOWN)
    p10, p90 = at(special.ndtri(0.1)), at(special.ndtri(0.9))
    spread = p90 - p10 or inner[1] - inner[0]
    low = max(inner[0], min(p10 - LONGEST_TAIL * spread, least[0]))
    high = min(inner[1], max(p90 + LONGEST_TAIL * spread, least[1]))
    low = outer[0] if low - outer[0] <= NEAR * spread else low
    high = outer[1] if outer[1] - high <= NEAR * spread else high
    if single.size:
        low, high = min(low, single[0]), max(high, single[-1])
    pad = PAD * (high - low) or 0.5 * abs(low) or 1.0
    return low - pad, high + pad


def _binned(value: Array, weight: Array, edges: Array) -> Array:
    """Return the probability in each bin, with weights spread between neighbouring values."""
    cumulative = np.cumsum(weight) - weight / 2.0
    return np.diff(np.interp(edges, value, cumulative))


@dataclass(frozen=True)
class Joint:
    """Draws of two normal scores that a copula joins.

    Attributes
    ----------
    correlation
        Of the copula.
    scores
        Draws of both, shape (2, n).
    rings
        Closed lines that 50% and 90% of draws lie within, shape (2, m) each.
    """

    correlation: float
    scores: Array
    rings: tuple[Array, ...]


def join(
    correlation: float, degrees: float | None, rng: np.random.Generator, draws: int = DRAWS
) -> Joint:
    """Draw from a Gaussian copula, or from Student's with its degrees of freedom.

    Notes
    -----
    With x = A z sqrt(nu/W), z normal, A A' the correlations and W chi-squared of nu degrees, the
    squared radius of A^-1 x exceeds r^2 with probability E exp(-r^2 W / 2 nu), which is
    (1 + r^2/nu)^(-nu/2); without W it is exp(-r^2/2). So a share p of draws lies within the ellipse
    of r^2 = nu ((1 - p)^(-2/nu) - 1), or of -2 log(1 - p).
    """
    root = np.asarray(np.linalg.cholesky([[1.0, correlation], [correlation, 1.0]]), float)
    drawn = root @ rng.standard_normal((2, draws))
    if degrees is not None:
        drawn *= np.sqrt(degrees / rng.chisquare(degrees, draws))
    angle = np.linspace(0.0, 2.0 * np.pi, RING_POINTS)
    circle = root @ np.array([np.cos(angle), np.sin(angle)])
    rings = tuple(_normal_score(_radius(p, degrees) * circle, degrees) for p in RING_SHARES)
    return Joint(correlation, _normal_score(drawn, degrees), rings)


def _radius(share: float, degrees: float | None) -> float:
    if degrees is None:
        return float(np.sqrt(-2.0 * np.log1p(-share)))
    return float(np.sqrt(degrees * ((1.0 - share) ** (-2.0 / degrees) - 1.0)))


def _normal_score(value: Array, degrees: float | None) -> Array:
    """Return the normal score of a draw of the copula."""
    if degrees is None:
        return value
    score = -np.sign(value) * special.ndtri(special.stdtr(degrees, -np.abs(value)))
    return np.asarray(np.clip(score, -OUTERMOST_SCORE, OUTERMOST_SCORE), np.float64)


@dataclass(frozen=True)
class Sparkline:
    """A density as SVG paths, and where P10, P50 and P90 are, in their units.

    Attributes
    ----------
    width, height
        Of the box that it fills.
    area
        The density, or a histogram of many single values; empty if there is none.
    stems
        Single values, as high as they are probable; empty if there are none.
    marks
        Distances of the quantiles from the left.
    """

    width: float
    height: float
    area: str
    stems: str
    marks: tuple[float, ...]


def sparkline(distribution: Uncertain) -> Sparkline:
    """Return the density of an uncertain input, over the range that the gallery shows."""
    density = density_of(distribution)
    low, width = density.edges[0], np.ptp(density.edges)

    def across(values: Array) -> Array:
        return WIDTH * (values - low) / width

    every = 1 if density.is_histogram else EVERY
    middles = across((density.edges[1:] + density.edges[:-1]) / 2.0)[::every]
    curve = " ".join(_points(middles, density.height[::every]))
    stems = (f"M{point}V{HEIGHT:g}" for point in _points(across(density.values), density.masses))
    quantiles = np.array([distribution.quantile(level) for level in SPARKLINE_LEVELS])
    return Sparkline(
        WIDTH,
        HEIGHT,
        area=f"M0 {HEIGHT:g}L{curve} {WIDTH:g} {HEIGHT:g}z" if density.height.any() else "",
        stems="".join(stems),
        marks=tuple(np.round(across(quantiles), 1).tolist()),
    )


def _points(across: Array, heights: Array) -> list[str]:
    """Return points whose heights are relative to the highest."""
    up = HEIGHT * (1.0 - heights / max(heights.max(initial=0.0), 1e-300))
    return [f"{x:.1f} {y:.1f}" for x, y in zip(across, up, strict=True)]
