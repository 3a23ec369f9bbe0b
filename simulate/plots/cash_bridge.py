"""From revenue to free cash flow on the median path, by fiscal year."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.median_path import median_path
from simulate.kernels.rows import Metric, index
from simulate.number_format import dollars
from simulate.result import Result

from .frame import frame, made_of
from .style import LIGHT, SMALL, Theme

MOST_YEARS = 5
BAR = 0.36


class Step(NamedTuple):
    """A bar of the bridge, in billions of dollars: a level reached, or a change of the last one."""

    name: str
    value: float
    is_level: bool


def plot_cash_bridge(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw, for up to five fiscal years of the median path, what becomes of its revenue."""
    path = median_path(result)
    years = _shown_years(result)
    with frame(axes, theme, columns=len(years)) as picture:
        (panels,) = picture.panels
        for year, panel in zip(years, panels, strict=True):
            _draw_bridge(panel, bridge(result, path, year), theme)
            panel.set_title(str(year), fontsize=SMALL, fontweight="bold")
            panel.tick_params(labelleft=panel is panels[0])
        detail = (
            f"{result.scenario.name}: path {path + 1} of {len(result.traces):,}, nearest to the "
            "medians; each year to its own scale"
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


def bridge(result: Result, path: int, year: int) -> list[Step]:
    """Return the steps from revenue to free cash flow of a traced path's fiscal year.

    Parameters
    ----------
    result
        With traces.
    path
        Its place among them.
    year
        Within the horizon.
    """
    revenue, inference, training, ebitda, cash_flow = (
        _metric(result, path, year, metric)
        for metric in (
            Metric.REVENUE,
            Metric.INFERENCE,
            Metric.TRAINING,
            Metric.EBITDA,
            Metric.FREE_CASH_FLOW,
        )
    )
    return [
        Step("revenue", revenue, True),
        Step("inference", -inference, False),
        Step(
            "other cost of sales\nand operating cost",
            ebitda - revenue + inference + training,
            False,
        ),
        Step("training", -training, False),
        Step("EBITDA", ebitda, True),
        Step("capital, tax, working\ncapital, stock pay", cash_flow - ebitda, False),
        Step("free cash flow", cash_flow, True),
    ]


def _metric(result: Result, path: int, year: int, metric: Metric) -> float:
    return float(result.traces[path, index(metric), result.last_quarter(year)])


def _shown_years(result: Result) -> list[int]:
    count = min(len(result.years), MOST_YEARS)
    places = np.linspace(0, len(result.years) - 1, count).round().astype(int)
    return [result.years[place] for place in places]


def _draw_bridge(axes: Axes, steps: list[Step], theme: Theme) -> None:
    bars = _bars(steps)
    lowest, highest = min(map(min, bars)), max(map(max, bars))
    for place, (step, (start, end)) in enumerate(zip(steps, bars, strict=True)):
        strong = (theme.blue, theme.orange) if step.is_level else (theme.light_blue, theme.pale)
        color = strong[0] if step.value >= 0.0 else strong[1]
        axes.barh(place, end - start, BAR, left=start, color=color, linewidth=0)
        if place + 1 < len(steps):
            joint = [place - BAR / 2, place + 1 + BAR / 2]
            axes.plot([end, end], joint, color=theme.pale, linewidth=1.0)
        # The amount goes inwards from the nearer edge, so that it needs no room beyond it.
        is_right = highest - max(start, end) <= min(start, end) - lowest
        axes.annotate(
            dollars(step.value),
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
    axes.set_yticks(range(len(steps)), [step.name for step in steps])
    axes.set_ylim(len(steps) - 0.5, -0.8)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def _bars(steps: list[Step]) -> list[tuple[float, float]]:
    """Return where each bar starts and ends."""
    bars: list[tuple[float, float]] = []
    for step in steps:
        start = 0.0 if step.is_level else bars[-1][1]
        bars.append((start, start + step.value))
    return bars
