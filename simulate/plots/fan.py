"""Gross margin, revenue, free cash flow and cash by quarter: bands of quantiles and some paths."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.kernels.rows import Metric, index
from simulate.number_format import dollars, share
from simulate.result import METRICS, Result, projected_metric

from .frame import frame, made_of
from .style import LIGHT, SMALL, Theme, mix, width_of
from .ticks import in_money, in_percent, label_years
from .wrapping import wrap

Array = NDArray[np.float64]

LEVELS = ("p05", "p25", "p50", "p75", "p95")
MARGINS = (Metric.MARGIN_PAYING, Metric.MARGIN_ALL)
SHOWN_PATHS = 3
ROOM = 0.06
FIFTH_YEAR = 4


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


def fans_finding(result: Result) -> str:
    """Say between which values P5 and P95 lie in the horizon's fifth year, or its last."""
    year = result.years[min(FIFTH_YEAR, len(result.years) - 1)]
    margin = result.in_year(projected_metric(result.scenario), year)
    flow = result.in_year(Metric.FREE_CASH_FLOW, year)
    return (
        f"{year}, P5 to P95: gross margin {share(margin['p05'].value)} to "
        f"{share(margin['p95'].value)}, free cash flow {dollars(flow['p05'].value)} to "
        f"{dollars(flow['p95'].value)}"
    )


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
    label_years(axes, result.years[0], len(result.years), theme, most=5)
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
