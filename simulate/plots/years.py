"""Margin and amounts by year: fans of quantiles."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.engine.estimate import histogram_quantiles
from simulate.engine.result import Result
from simulate.kernels.arrays import index
from simulate.model.outcomes import METRICS, projected_metric
from simulate.model.rows import Metric
from simulate.text.numbers import exact_percent, share
from simulate.text.years import fans_finding, margin_by_year_finding

from .frame import frame, in_money, in_percent, label_years, made_of, wrap, year_step
from .style import LIGHT, SMALL, Theme, mix, width_of

Array = NDArray[np.float64]
MOST_YEARS = 12
LEFT_OUT = 0.025
STEPS = 100
OVERLAP = 1.3
LEVELS = ("p05", "p25", "p50", "p75", "p95")
MARGINS = (Metric.MARGIN_PAYING, Metric.MARGIN_ALL)
SHOWN_PATHS = 3
ROOM = 0.06


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


def plot_fans(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw P5 to P95, P25 to P75 and the median of four metrics by quarter, and a few paths.

    Margin and flows are those of the trailing four quarters. The paths are the result's first.
    """
    metrics = (projected_metric(result.scenario), Metric.REVENUE)
    metrics += (Metric.FREE_CASH_FLOW, Metric.CASH)
    with frame(axes, theme, heights=(1, 1), columns=2) as picture:
        panels = [panel for row in picture.panels for panel in row]
        for panel, metric in zip(panels, metrics, strict=True):
            _draw_fan(panel, result, metric, theme)
        panels[1].legend(loc="upper left", borderaxespad=0.0)
        for panel in panels[:2]:
            panel.tick_params(labelbottom=False)
        detail = f"{result.scenario.name}: on trailing four quarters; dashed: the target, and zero"
        return picture.tell(fans_finding(result), detail, made_of(result, funding=True))


def _draw_fan(axes: Axes, result: Result, metric: Metric, theme: Theme) -> None:
    quarters = result.scenario.horizon.quarters
    estimates = [result.in_quarter(metric, quarter) for quarter in range(quarters)]
    values = {level: np.array([e[level].value for e in estimates]) for level in LEVELS}
    # A quarter's metric is known at its end.
    place = np.arange(1, quarters + 1)
    for low, high, color, name in (
        ("p05", "p95", theme.light_blue, "P5 to P95"),
        ("p25", "p75", mix(theme.light_blue, theme.blue, 0.4), "P25 to P75"),
    ):
        axes.fill_between(place, values[low], values[high], color=color, linewidth=0, label=name)
    axes.plot(place, values["p50"], color=theme.ink, linewidth=2.0, label="median")
    paths = result.traces[:SHOWN_PATHS, index(metric)]
    for number, path in enumerate(paths):
        label = f"{len(paths)} of the paths" if number == 0 else None
        axes.plot(place, path, color=theme.orange, linewidth=1.0, label=label)
    _limit(axes, values["p05"], values["p95"])
    axes.set_xlim(0.0, quarters)
    label_years(axes, result.scenario.horizon, theme, most=5)
    title = wrap(_title(axes, metric), width_of(axes), SMALL, "bold")
    axes.set_title(title, loc="left", fontsize=SMALL, fontweight="bold")
    _draw_mark(axes, result, metric, theme)


def _limit(axes: Axes, low: Array, high: Array) -> None:
    """Show the bands; a path may leave them."""
    bottom, top = low.min(), high.max()
    room = ROOM * max(top - bottom, 1e-3)
    axes.set_ylim(bottom - room, top + room)


def _title(axes: Axes, metric: Metric) -> str:
    if metric in MARGINS:
        in_percent(axes.yaxis)
        return METRICS[metric]
    return f"{METRICS[metric]}, {in_money(axes.yaxis)}"


def _draw_mark(axes: Axes, result: Result, metric: Metric, theme: Theme) -> None:
    """Draw the target of the margin, or where money turns negative."""
    if metric is Metric.REVENUE:
        return
    level = result.scenario.targets.gross_margin if metric in MARGINS else 0.0
    axes.axhline(level, color=theme.ink, linestyle="--", linewidth=0.8, zorder=4)
