"""From revenue to free cash flow on the median path, by fiscal year."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.cash_flow_statement import Line, cash_flow_statements
from simulate.analysis.median_path import median_path
from simulate.kernels.rows import Metric, index
from simulate.number_format import dollars
from simulate.result import Result

from .frame import frame, made_of
from .style import LIGHT, SMALL, Theme, width_of

SIZE = (8.0, 8.4)
MOST_YEARS = 5
# Points that a year takes, with its part of the names.
YEAR = 85.0
BAR = 0.36
# Of the scale, beyond its ends.
MARGIN = 0.04


def plot_cash_bridge(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw, for up to five fiscal years of the median path, what becomes of its revenue."""
    path = median_path(result)
    years = _shown_years(result, axes)
    statements = cash_flow_statements(result, path)
    with frame(axes, theme, SIZE, columns=len(years)) as picture:
        (panels,) = picture.panels
        bars = {year: _bars(statements[year]) for year in years}
        ends = [end for shown in bars.values() for bar in shown for end in bar]
        for year, panel in zip(years, panels, strict=True):
            _draw_bridge(panel, statements[year], bars[year], (min(ends), max(ends)), theme)
            panel.set_title(str(year), fontsize=SMALL, fontweight="bold")
            panel.tick_params(labelleft=panel is panels[0])
        detail = (
            f"{result.scenario.name}: path {path + 1} of {len(result.traces):,}, nearest to the "
            "medians; all years to one scale"
        )
        return picture.tell(cash_bridge_finding(result, path), detail, made_of(result))


def cash_bridge_finding(result: Result, path: int) -> str:
    """Say in which fiscal year the path's free cash flow first is positive, and how it ends."""
    flows = {year: _metric(result, path, year, Metric.FREE_CASH_FLOW) for year in result.years}
    first, last = result.years[0], result.years[-1]
    positive = [year for year, flow in flows.items() if flow >= 0.0]
    ends = f"{dollars(flows[first])} in {first}"
    if last != first:
        ends += f", {dollars(flows[last])} in {last}"
    if not positive:
        return f"On the median path free cash flow is never positive by {last}: {ends}"
    return f"On the median path free cash flow is first positive in {positive[0]}: {ends}"


def _metric(result: Result, path: int, year: int, metric: Metric) -> float:
    return float(result.traces[path, index(metric), result.last_quarter(year)])


def _shown_years(result: Result, axes: Axes | None) -> list[int]:
    most = MOST_YEARS if axes is None else int(width_of(axes) / YEAR)
    count = max(1, min(len(result.years), MOST_YEARS, most))
    places = np.linspace(0, len(result.years) - 1, count).round().astype(int)
    return [result.years[place] for place in places]


def _draw_bridge(
    axes: Axes,
    lines: list[Line],
    bars: list[tuple[float, float]],
    scale: tuple[float, float],
    theme: Theme,
) -> None:
    lowest, highest = scale
    for place, (line, (start, end)) in enumerate(zip(lines, bars, strict=True)):
        strong = (theme.blue, theme.orange) if _is_level(line) else (theme.light_blue, theme.pale)
        color = strong[0] if line.value >= 0.0 else strong[1]
        axes.barh(place, end - start, BAR, left=start, color=color, linewidth=0)
        if place + 1 < len(lines):
            joint = [place - BAR / 2, place + 1 + BAR / 2]
            axes.plot([end, end], joint, color=theme.pale, linewidth=1.0)
        # The amount goes inwards from the nearer edge, so that it needs no room beyond it.
        is_right = highest - max(start, end) <= min(start, end) - lowest
        axes.annotate(
            dollars(line.value),
            (max(start, end) if is_right else min(start, end), place - BAR / 2),
            (0.0, 2.0),
            textcoords="offset points",
            ha="right" if is_right else "left",
            va="bottom",
            fontsize=SMALL,
            # Over the lines.
            bbox={"facecolor": theme.paper, "linewidth": 0, "pad": 1.0},
        )
    axes.axvline(0.0, color=theme.muted, linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(lines)), [line.name for line in lines])
    for label, line in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if _is_level(line) else "normal")
    axes.set_ylim(len(lines) - 0.5, -0.8)
    margin = MARGIN * (highest - lowest)
    axes.set_xlim(lowest - margin, highest + margin)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def _is_level(line: Line) -> bool:
    """Tell whether a line's bar starts at 0."""
    return line.is_sum or line.name == "revenue"


def _bars(lines: list[Line]) -> list[tuple[float, float]]:
    """Return where each bar starts and ends."""
    bars: list[tuple[float, float]] = []
    for line in lines:
        start = 0.0 if _is_level(line) else bars[-1][1]
        bars.append((start, start + line.value))
    return bars
