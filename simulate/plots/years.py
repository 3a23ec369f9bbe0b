"""Margin and amounts by year: fans of quantiles."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.analysis.reported import Mark, median_ends, reported
from simulate.engine.estimate import histogram_quantiles
from simulate.engine.result import Result
from simulate.kernels.arrays import index
from simulate.model.outcomes import MARGIN_METRICS, projected_metric
from simulate.model.rows import Metric
from simulate.scenario.figures import Figures
from simulate.text.numbers import exact_percent, share
from simulate.text.years import fans_finding, margin_by_year_finding

from .fan import (
    LABELLED,
    LOWEST_MARGIN,
    amounts_on_log_scale,
    draw_fan,
    draw_marks,
    margin_limits,
    money_limits,
    quantiles_of,
    write_title,
)
from .frame import frame, in_money, in_percent, label_years, made_of, year_step
from .style import LIGHT, SMALL, Theme, width_of

Array = NDArray[np.float64]
MOST_YEARS = 12
# Of a year's paths: of any, and of those whose margins are below 0.
LEFT_OUT, MOST_LEFT_OUT = 0.025, 0.25
STEPS = 60
OVERLAP = 1.3
SHOWN_PATHS = 3


def plot_margin_by_year(
    result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw the distribution of each fiscal year's gross margin, at the target and below.

    The lowest margins lie outside the picture: up to 2.5% of a year's paths or, of those below 0,
    up to a quarter. Where there are alternatives, a line goes from the lowest to the highest of
    their medians.
    """
    targets = result.scenario.targets
    years = shown_years(result)
    with frame(axes, theme) as picture:
        left_out = _draw_ridge(picture.axes, result, years, theme)
        has_ends = _draw_ends(picture.axes, result, years, theme)
        _write_shares(picture.axes, result, years, theme)
        picture.axes.set_xlabel(f"gross margin of the fiscal year, {targets.projected_margin}")
        detail = f"{result.scenario.name}: paths by gross margin"
        if has_ends:
            detail += "; lines from the lowest to the highest median of an alternative"
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


def _draw_ends(axes: Axes, result: Result, years: list[int], theme: Theme) -> bool:
    """Draw between which medians alternatives are, if there are any, and tell whether."""
    quarters = [result.last_quarter(year) for year in years]
    by_path = result.traces[:, index(projected_metric(result.scenario)), quarters]
    ends = median_ends(result, by_path, -1)
    if ends is None:
        return False
    floors = range(len(years) - 1, -1, -1)
    axes.hlines(
        floors, ends.low, ends.high, color=theme.orange, linewidth=3.0, zorder=2 * len(years)
    )
    return True


def _histograms(result: Result, years: list[int]) -> tuple[Array, Array]:
    """Return the share of paths by year and margin, shape (years, steps), and the steps' edges.

    The bins of the tally are put together to steps of which none holds the target.
    """
    counts, edges = result.histogram(projected_metric(result.scenario))
    pooled = counts.sum(axis=0, dtype=np.int64)[[result.last_quarter(year) for year in years]]
    outer, inner = histogram_quantiles(pooled, edges, np.array([LEFT_OUT, MOST_LEFT_OUT])).min(
        axis=0
    )
    lowest = max(outer, min(LOWEST_MARGIN, inner))
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


def plot_fans(
    result: Result, *, figures: Figures = None, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw P5 to P95, P25 to P75 and the median of four metrics by quarter, and a few paths.

    Margin and flows are those of the trailing four quarters. The paths are the result's first;
    marks are reported figures of years, and hollow what the company plans. ``figures`` are those of
    ``plot_revenue``.
    """
    metrics = (projected_metric(result.scenario), Metric.REVENUE)
    metrics += (Metric.FREE_CASH_FLOW, Metric.CASH)
    with frame(axes, theme, heights=(1, 1), columns=2) as picture:
        panels = [panel for row in picture.panels for panel in row]
        for panel, metric in zip(panels, metrics, strict=True):
            _draw_panel(panel, result, metric, figures, theme)
        # Cash fans out from where it is today.
        columns = 2 if width_of(panels[3]) >= LABELLED else 1
        panels[3].legend(loc="lower left", borderaxespad=0.0, ncols=columns, columnspacing=1.0)
        for panel in panels[:2]:
            panel.tick_params(labelbottom=False)
        detail = (
            f"{result.scenario.name}: on trailing four quarters; dashed: the target, and zero; "
            "marks: reported; hollow: planned"
        )
        return picture.tell(fans_finding(result), detail, made_of(result, funding=True))


def _draw_panel(axes: Axes, result: Result, metric: Metric, figures: Figures, theme: Theme) -> None:
    quarters = result.scenario.horizon.quarters
    values = quantiles_of(result, metric)
    # A quarter's metric is known at its end.
    place = np.arange(1, quarters + 1)
    draw_fan(axes, place, values, theme)
    paths = result.traces[:SHOWN_PATHS, index(metric)]
    for number, path in enumerate(paths):
        label = f"{len(paths)} of the paths" if number == 0 else None
        axes.plot(place, path, color=theme.orange, linewidth=1.0, label=label)
    axes.set_xlim(0.0, quarters)
    label_years(axes, result.scenario.horizon, theme, most=5)
    _set_height(axes, result, metric, values, theme)
    write_title(axes, _title(axes, metric))
    draw_marks(axes, _of_years(result, metric, figures), lambda mark: mark.quarter + 1.0, theme)


def _of_years(result: Result, metric: Metric, figures: Figures) -> list[Mark]:
    """Return the reported figures that the trailing sums are to be compared with."""
    return [
        mark
        for mark in reported(result.scenario, metric, figures)
        if 0 <= mark.quarter < result.scenario.horizon.quarters
        and (mark.quarters > 1 or metric is Metric.CASH)
    ]


def _set_height(
    axes: Axes, result: Result, metric: Metric, values: Mapping[str, Array], theme: Theme
) -> None:
    """Show the bands, which a path may leave, and the target of the margin, or zero."""
    if metric is Metric.REVENUE:
        amounts_on_log_scale(axes, np.concatenate([values["p05"], values["p95"]]))
        return
    is_margin = metric in MARGIN_METRICS
    axes.set_ylim(margin_limits([values]) if is_margin else money_limits(values))
    level = result.scenario.targets.gross_margin if is_margin else 0.0
    axes.axhline(level, color=theme.ink, linestyle="--", linewidth=0.8, zorder=4)


def _title(axes: Axes, metric: Metric) -> str:
    if metric in MARGIN_METRICS:
        in_percent(axes.yaxis)
        return metric.title
    return f"{metric.title}, {in_money(axes.yaxis)}"
