"""How much funding it takes, and where cash comes from and goes."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.analysis.cash import NOTHING, exceedance
from simulate.analysis.typical_paths import Line, cash_flow_statements, median_path
from simulate.engine.estimate import histogram_quantiles
from simulate.engine.result import Result
from simulate.model.tally import money_edges
from simulate.text.cash import cash_bridge_finding, funding_need_finding, simulated_year
from simulate.text.numbers import dollars

from .frame import frame, in_money, in_percent, made_of, wrap
from .style import LIGHT, SMALL, Theme, width_of

Array = NDArray[np.float64]
MARKED = {"p50": 0.5, "p90": 0.1, "p95": 0.05}
FURTHEST = 0.98
# Points of the curve, as fine as the eye sees.
STEPS = 600
# In inches: of the lines that every statement has, and what each beside them adds.
SIZE, ROW, USUAL_LINES = (8.0, 8.4), 0.46, 14
MOST_YEARS = 5
# Points that a year takes, with its part of the names.
YEAR = 85.0
BAR = 0.36
# Points that the name of a line takes at most.
NAME = 150.0
# Of the scale, beyond its ends.
MARGIN = 0.04


def plot_funding_need(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the exceedance curve of the peak funding need, with P50, P90 and P95 marked."""
    with frame(axes, theme) as picture:
        furthest = _furthest(result)
        need, exceeded = _thinned(*exceedance(result), furthest / STEPS)
        picture.axes.fill_between(need, exceeded, color=theme.light_blue, linewidth=0)
        picture.axes.plot(need, exceeded, color=theme.blue, linewidth=2.4)
        picture.axes.set_xlim(0.0, furthest)
        picture.axes.set_ylim(0.0, 1.0)
        in_percent(picture.axes.yaxis)
        unit = in_money(picture.axes.xaxis)
        picture.axes.set_xlabel(f"peak funding need, {unit}")
        picture.axes.set_ylabel("paths that need more")
        _mark(picture.axes, result, theme)
        detail = (
            f"{result.scenario.name}: peak funding need, the deepest cumulative free cash flow "
            f"by {result.years[-1]}"
        )
        return picture.tell(funding_need_finding(result), detail, made_of(result, funding=True))


def _thinned(amounts: Array, exceeded: Array, step: float) -> tuple[Array, Array]:
    """Return a curve with one point a step of its amounts, and its last one."""
    _, first = np.unique((amounts / step).astype(np.int64), return_index=True)
    kept = np.append(first, len(amounts) - 1)
    return amounts[kept], exceeded[kept]


def _furthest(result: Result) -> float:
    counts = result.tally.funding_need.sum(axis=0, dtype=np.int64)
    furthest, last = histogram_quantiles(counts, money_edges(), np.array([FURTHEST, 1.0]))
    return max(float(furthest if furthest > NOTHING else last), NOTHING)


def _mark(axes: Axes, result: Result, theme: Theme) -> None:
    for level, exceeded in MARKED.items():
        need = result.funding_need[level].value
        if need < NOTHING:
            continue
        axes.plot(
            [0.0, need, need],
            [exceeded, exceeded, 0.0],
            color=theme.ink,
            linestyle=":",
            linewidth=1.0,
        )
        axes.plot([need], [exceeded], "o", color=theme.ink, markersize=6)
        axes.annotate(
            f"{level.upper()} {dollars(need)}",
            (need, exceeded),
            (5.0, 5.0),
            textcoords="offset points",
            fontweight="bold",
            fontsize=SMALL,
        )


def plot_cash_bridge(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw, for up to five fiscal years of the median path, what becomes of its revenue."""
    path = median_path(result)
    years = _shown_years(result, axes)
    statements = cash_flow_statements(result, path)
    added = len(statements[years[0]]) - USUAL_LINES
    size = (SIZE[0], SIZE[1] + ROW * added)
    with frame(axes, theme, size, columns=len(years)) as picture:
        (panels,) = picture.panels
        bars = {year: _bars(statements[year]) for year in years}
        ends = [end for shown in bars.values() for bar in shown for end in bar]
        for year, panel in zip(years, panels, strict=True):
            _draw_bridge(panel, statements[year], bars[year], (min(ends), max(ends)), theme)
            name = simulated_year(result.scenario.horizon, year)
            panel.set_title(name, fontsize=SMALL, fontweight="bold")
            panel.tick_params(labelleft=panel is panels[0])
        detail = (
            f"{result.scenario.name}: path {path + 1} of {len(result.traces):,}, nearest to the "
            "medians; all years to one scale"
        )
        return picture.tell(cash_bridge_finding(result, path), detail, made_of(result))


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
        is_level = _is_level(lines, place)
        colors = (theme.blue, theme.orange) if is_level else (theme.light_blue, theme.pale)
        color = colors[0] if line.value >= 0.0 else colors[1]
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
    names = [wrap(line.name, NAME, SMALL, most=3, balanced=True) for line in lines]
    axes.set_yticks(range(len(lines)), names)
    for place, label in enumerate(axes.get_yticklabels()):
        label.set_fontweight("bold" if _is_level(lines, place) else "normal")
    axes.set_ylim(len(lines) - 0.5, -0.8)
    margin = MARGIN * (highest - lowest)
    axes.set_xlim(lowest - margin, highest + margin)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def _is_level(lines: list[Line], place: int) -> bool:
    """Tell whether a line's bar starts at 0."""
    return place == 0 or lines[place].is_sum


def _bars(lines: list[Line]) -> list[tuple[float, float]]:
    """Return where each bar starts and ends."""
    bars: list[tuple[float, float]] = []
    for place, line in enumerate(lines):
        start = 0.0 if _is_level(lines, place) else bars[-1][1]
        bars.append((start, start + line.value))
    return bars
