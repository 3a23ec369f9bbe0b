"""Gross margin by fiscal year: one histogram a year, and the share at the target."""

import numpy as np
from matplotlib.figure import Figure

from simulate.kernels.rows import Metric
from simulate.result import Result

from .style import BLUE, INK, LIGHT_BLUE, MUTED, picture, sign, tell

LOWEST, HIGHEST = -0.2, 1.0
BINS_TOGETHER = 5
OVERLAP = 1.5


def plot_margin_by_year(result: Result) -> Figure:
    """Draw the distribution of each fiscal year's gross margin, at the target and below."""
    targets = result.scenario.targets
    free = targets.projected_margin == "with free users"
    metric = Metric.MARGIN_ALL if free else Metric.MARGIN_PAYING
    years = result.years
    counts, edges = result.histogram(metric)
    pooled = counts.sum(axis=0, dtype=np.int64)[3::4] / result.paths
    at_target = [
        pooled[i, edges[:-1] >= targets.gross_margin - 1e-9].sum() for i in range(len(years))
    ]
    middle = years[-1] if len(years) < 5 else years[4]
    finding = (
        f"In {middle}, gross margin is at {targets.gross_margin:.0%} or more in "
        f"{at_target[years.index(middle)]:.0%} of paths"
    )
    with picture() as figure:
        axes = figure.add_subplot()
        inside = (edges[:-1] >= LOWEST - 1e-9) & (edges[:-1] < HIGHEST - 1e-9)
        density = pooled[:, inside].reshape(len(years), -1, BINS_TOGETHER).sum(axis=2)
        steps = np.linspace(LOWEST, HIGHEST, density.shape[1] + 1)
        reached = steps[:-1] >= targets.gross_margin - 1e-9
        height = density / density.max() * OVERLAP
        for i, year in enumerate(years):
            floor = len(years) - 1 - i
            for color, chosen in ((LIGHT_BLUE, ~reached), (BLUE, reached)):
                axes.stairs(
                    np.where(chosen, height[i], 0.0) + floor,
                    steps,
                    baseline=floor,
                    fill=True,
                    color=color,
                    zorder=2 * i,
                )
            axes.stairs(height[i] + floor, steps, baseline=None, color="white", zorder=2 * i + 1)
            axes.plot(
                [LOWEST, HIGHEST], [floor, floor], color=MUTED, linewidth=0.6, zorder=2 * i + 1
            )
            axes.text(LOWEST - 0.01, floor, str(year), ha="right", va="bottom", fontsize=10)
            axes.text(HIGHEST + 0.01, floor, f"{at_target[i]:.0%}", va="bottom", fontsize=10)
        axes.axvline(targets.gross_margin, color=INK, linestyle="--", linewidth=1.0, zorder=99)
        axes.text(
            HIGHEST + 0.01,
            len(years) - 0.15,
            f"at {targets.gross_margin:.0%}\nor more",
            fontsize=8.5,
            color=MUTED,
            va="bottom",
        )
        axes.set_xlim(LOWEST, HIGHEST)
        axes.set_ylim(-0.05, len(years) + 0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.set_xlabel(f"gross margin of the fiscal year, {targets.projected_margin}")
        tell(axes, finding, f"{result.scenario.name}: share of paths by gross margin")
        sign(figure, f"{result.paths:,} paths, seed {result.scenario.sampling.seed}.")
    return figure
