"""Gross margin by fiscal year: one histogram a year, and the share of paths at the target."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.estimate import histogram_quantiles
from simulate.number_format import exact_percent, percent, share
from simulate.result import Result, projected_metric

from .frame import frame, made_of
from .style import LIGHT, SMALL, Theme
from .ticks import in_percent, year_step

Array = NDArray[np.float64]

MOST_YEARS = 12
LEFT_OUT = 0.025
STEPS = 100
OVERLAP = 1.3


def plot_margin_by_year(
    result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw the distribution of each fiscal year's gross margin, at the target and below.

    Up to 2.5% of a year's paths, those with the lowest margins, lie outside the picture.
    """
    targets = result.scenario.targets
    years = shown_years(result)
    with frame(axes, theme) as picture:
        left_out = _draw_ridge(picture.axes, result, years, theme)
        _write_shares(picture.axes, result, years, theme)
        picture.axes.set_xlabel(f"gross margin of the fiscal year, {targets.projected_margin}")
        detail = f"{result.scenario.name}: paths by gross margin"
        if left_out > 0.0:
            detail += f"; up to {share(left_out)} of a year's paths lie further left"
        return picture.tell(margin_by_year_finding(result), detail, made_of(result))


def margin_by_year_finding(result: Result) -> str:
    """Say how probable the target is in the projected year and in the last."""
    targets, metric = result.scenario.targets, projected_metric(result.scenario)
    named = sorted({y for y in (targets.projected_year, result.years[-1]) if y in result.years})
    odds = [result.probability_at_least(metric, year, targets.gross_margin) for year in named]
    return f"Gross margin of {exact_percent(targets.gross_margin)} or more: " + ", ".join(
        f"{percent(chance)} in {year}" for chance, year in zip(odds, named, strict=True)
    )


def shown_years(result: Result) -> list[int]:
    """Return the years that are drawn: all, or the last and every so many before it."""
    return result.years[:: -year_step(len(result.years), MOST_YEARS)][::-1]


def _draw_ridge(axes: Axes, result: Result, years: list[int], theme: Theme) -> float:
    """Draw a histogram a year, and return the largest share of a year's paths that has no room."""
    target = result.scenario.targets.gross_margin
    shares, edges = _histograms(result, years)
    heights = shares / shares.max() * OVERLAP
    below = int(np.count_nonzero(edges[:-1] < target - 1e-9))
    parts = ((theme.light_blue, slice(0, below)), (theme.blue, slice(below, len(edges) - 1)))
    for row, height in enumerate(heights):
        floor = len(years) - 1 - row
        # A later year stands before the earlier one.
        layer = 2 * row
        for color, part in parts:
            axes.stairs(
                height[part] + floor,
                edges[part.start : part.stop + 1],
                baseline=floor,
                fill=True,
                color=color,
                zorder=layer,
            )
        axes.stairs(height + floor, edges, baseline=None, color=theme.paper, zorder=layer + 1)
        axes.axhline(floor, color=theme.muted, linewidth=0.6, zorder=layer + 1)
    axes.axvline(target, color=theme.ink, linestyle="--", linewidth=1.0, zorder=2 * len(years))
    axes.set_xlim(edges[0], 1.0)
    axes.set_ylim(-0.2, len(years) - 1 + OVERLAP + 0.2)
    in_percent(axes.xaxis)
    return 1.0 - float(shares.sum(axis=1).min())


def _histograms(result: Result, years: list[int]) -> tuple[Array, Array]:
    """Return the share of paths by year and margin, shape (years, steps), and the steps' edges.

    The bins of the tally are put together to steps of which none holds the target.
    """
    counts, edges = result.histogram(projected_metric(result.scenario))
    pooled = counts.sum(axis=0, dtype=np.int64)[[result.last_quarter(year) for year in years]]
    lowest = histogram_quantiles(pooled, edges, np.array([LEFT_OUT])).min()
    target = int(np.searchsorted(edges, result.scenario.targets.gross_margin - 1e-9))
    start = min(int(np.searchsorted(edges, lowest)), target)
    together = -(-(len(edges) - 1 - start) // STEPS)
    steps = np.arange(target % together, len(edges) - 1, together)
    steps = steps[steps > start - together]
    sums = np.add.reduceat(pooled, steps, axis=1)
    ends = np.append(edges[steps], edges[steps[-1]] + together * (edges[-1] - edges[-2]))
    return sums / result.paths, ends


def _write_shares(axes: Axes, result: Result, years: list[int], theme: Theme) -> None:
    target = result.scenario.targets.gross_margin
    metric = projected_metric(result.scenario)
    chances = [result.probability_at_least(metric, year, target) for year in years]
    axes.set_yticks(range(len(years) - 1, -1, -1), [str(year) for year in years])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    right = axes.secondary_yaxis("right")
    right.spines["right"].set_visible(False)
    right.set_yticks(axes.get_yticks(), [share(chance.value) for chance in chances])
    right.tick_params(length=0, labelsize=SMALL, labelcolor=theme.ink)
    axes.annotate(
        f"at {exact_percent(target)}\nor more",
        (1.0, 1.0),
        (4.0, 0.0),
        xycoords="axes fraction",
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color=theme.muted,
    )
