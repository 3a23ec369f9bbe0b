"""The distribution of an input in a line's height."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulate.plots.density import density_of
from simulate.scenario.distributions import Uncertain

Array = NDArray[np.float64]

WIDTH, HEIGHT = 120.0, 30.0
# Every so many bins of a density are a point of a curve so small.
EVERY = 5
LEVELS = np.array([0.1, 0.5, 0.9])


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
    quantiles = np.array([distribution.quantile(level) for level in LEVELS])
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
