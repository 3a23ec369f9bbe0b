"""Revenue and gross margin, with what is reported of them: fans and marks."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.analysis.reported import (
    Ends,
    Mark,
    base_revenue,
    median_ends,
    reported,
)
from simulate.engine.result import Result
from simulate.kernels.arrays import BASE_QUARTERS, index
from simulate.model.outcomes import MARGIN_METRICS, as_reported, projected_event, projected_metric
from simulate.model.rows import Flow, Metric, traced
from simulate.scenario.figures import Figures
from simulate.scenario.frame import Horizon
from simulate.text.numbers import money_unit, share
from simulate.text.reported import margins_finding, revenue_finding

from .fan import (
    LEVELS,
    amounts_on_log_scale,
    draw_ends,
    draw_fan,
    draw_marks,
    explain_fan,
    margin_limits,
    quantiles_of,
    write_title,
)
from .frame import frame, in_money, in_percent, label_years, made_of
from .style import LIGHT, Theme

Array = NDArray[np.float64]
SIZE = (8.0, 7.6)
# Years after the first of which single quarters are shown.
NEAR_YEARS = 2
# Where in a quarter its own numbers stand, and those of the four that it ends.
MIDDLE, END = 0.5, 1.0
PERCENTILES = tuple(int(level[1:]) / 100.0 for level in LEVELS)


def plot_revenue(
    result: Result, *, figures: Figures = None, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw revenue of single quarters and of four, with what is reported and planned of it.

    Parameters
    ----------
    result
        With traces.
    figures
        Reported figures, or a CSV file of them; by default those that come with the package.
    axes, theme
        As of every picture.
    """
    scenario = result.scenario
    marks = _in_sight(reported(scenario, Metric.REVENUE, figures), scenario.horizon)
    by_path = result.traces[:, index(Metric.REVENUE)]
    ends = median_ends(result, by_path, projected_event(scenario).quarter)
    with frame(axes, theme, SIZE, heights=(1, 1)) as picture:
        (top,), (bottom,) = picture.panels
        _draw_quarters(top, result, marks, theme)
        _draw_years(bottom, result, marks, theme)
        parts = ("dots: the quarters before the start", *_about(marks))
        detail = f"{scenario.name}: {'; '.join(parts)}"
        return picture.tell(revenue_finding(result, ends), detail, made_of(result))


def _draw_quarters(axes: Axes, result: Result, marks: Sequence[Mark], theme: Theme) -> None:
    """Draw each quarter's own revenue: those before the start, a fan, and what is reported."""
    horizon, before = result.scenario.horizon, base_revenue(result.scenario)
    last = horizon.end_of(min(horizon.first_year + NEAR_YEARS, horizon.last_year))
    by_path = result.traces[:, traced(Flow.REVENUE), : last + 1]
    values = dict(zip(LEVELS, np.quantile(by_path, PERCENTILES, axis=0), strict=True))
    shown = [mark for mark in marks if mark.quarters == 1 and mark.quarter <= last]
    ends = median_ends(result, by_path, last)
    _label(axes, horizon.ending(horizon.first_quarter + last), theme)
    _draw_amounts(axes, MIDDLE, before, values, ends, shown, theme)
    explain_fan(axes, f"revenue of a quarter, {in_money(axes.yaxis)}")


def _draw_years(axes: Axes, result: Result, marks: Sequence[Mark], theme: Theme) -> None:
    """Draw the revenue of four quarters: a fan, and what is reported and planned of years."""
    before, values = base_revenue(result.scenario).sum(), quantiles_of(result, Metric.REVENUE)
    by_path = result.traces[:, index(Metric.REVENUE)]
    shown = [mark for mark in marks if mark.quarters > 1]
    ends = median_ends(result, by_path, -1)
    _label(axes, result.scenario.horizon, theme)
    _draw_amounts(axes, END, np.array([before]), values, ends, shown, theme)
    write_title(axes, f"revenue of four quarters, {in_money(axes.yaxis)}")


def _draw_amounts(
    axes: Axes,
    within: float,
    before: Array,
    values: Mapping[str, Array],
    ends: Ends | None,
    marks: Sequence[Mark],
    theme: Theme,
) -> None:
    """Draw amounts on a logarithmic axis: before the start, the fan after it, and marks.

    Each stands at a part of its quarter, from 0 to 1.
    """
    place = BASE_QUARTERS + within + np.arange(len(values["p50"]))
    known = BASE_QUARTERS + within - np.arange(len(before), 0.0, -1.0)
    heights = [before, values["p05"], values["p95"], [mark.value for mark in marks]]
    amounts_on_log_scale(axes, np.concatenate(heights))
    draw_fan(axes, place, values, theme)
    draw_ends(axes, place, ends, theme)
    axes.plot([*known, place[0]], [*before, values["p50"][0]], color=theme.ink, linewidth=2.0)
    axes.plot(known, before, "o", color=theme.ink, markersize=4.0)
    factor, _ = money_unit(axes.get_ylim()[1])
    draw_marks(
        axes,
        marks,
        lambda mark: BASE_QUARTERS + mark.quarter + within,
        theme,
        lambda value: f"{value / factor:,.3g}",
    )


def plot_margins(
    result: Result, *, figures: Figures = None, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw the gross margin in each definition that differs, with what is reported of it.

    Margins are of the trailing four quarters, the company's own definition first; marks of single
    quarters stand in the middle of theirs. Parameters are those of ``plot_revenue``.
    """
    scenario = result.scenario
    fans = {metric: quantiles_of(result, metric) for metric in _different(result)}
    marks = {
        metric: _in_sight(reported(scenario, metric, figures), scenario.horizon) for metric in fans
    }
    by_path = result.traces[:, index(projected_metric(scenario))]
    ends = median_ends(result, by_path, projected_event(scenario).quarter)
    is_alone = len(fans) == 1
    with frame(
        axes,
        theme,
        SIZE,
        heights=(1,) if is_alone else (5, 3),
        columns=max(1, len(fans) - 1),
        wide_top=not is_alone,
    ) as picture:
        panels = [panel for row in picture.panels for panel in row]
        for panel, (metric, values) in zip(panels, fans.items(), strict=True):
            _draw_margin(panel, result, metric, values, marks[metric], theme)
            panel.set_ylim(margin_limits(fans.values()))
        explain_fan(panels[0], scenario.targets.projected_margin)
        every = [mark for metric in fans for mark in marks[metric]]
        parts = ("on trailing four quarters", "dashed: the target", *_about(every))
        detail = f"{scenario.name}: {'; '.join(parts)}"
        return picture.tell(margins_finding(result, ends), detail, made_of(result))


def _different(result: Result) -> list[Metric]:
    """Return the definitions of margin, the projected first, less those that are the same."""
    projected = projected_metric(result.scenario)
    found: list[Metric] = []
    for metric in sorted(MARGIN_METRICS, key=lambda each: each != projected):
        counts, _ = result.histogram(metric)
        if not any(np.array_equal(counts, result.histogram(other)[0]) for other in found):
            found.append(metric)
    return found


def _draw_margin(
    axes: Axes,
    result: Result,
    metric: Metric,
    values: Mapping[str, Array],
    marks: Sequence[Mark],
    theme: Theme,
) -> None:
    place = BASE_QUARTERS + END + np.arange(result.scenario.horizon.quarters)
    by_path = result.traces[:, index(metric)]
    _label(axes, result.scenario.horizon, theme)
    draw_fan(axes, place, values, theme)
    draw_ends(axes, place, median_ends(result, by_path, -1), theme)
    level = result.scenario.targets.gross_margin
    axes.axhline(level, color=theme.ink, linestyle="--", linewidth=0.8, zorder=4)
    in_percent(axes.yaxis)
    draw_marks(axes, marks, _place, theme, share)
    _, definition = as_reported(metric)
    write_title(axes, definition)


def _place(mark: Mark) -> float:
    """Return where a figure stands: at the end of its year, or in the middle of its quarter."""
    return BASE_QUARTERS + mark.quarter + (MIDDLE if mark.quarters == 1 else END)


def _in_sight(marks: Iterable[Mark], horizon: Horizon) -> list[Mark]:
    return [mark for mark in marks if -BASE_QUARTERS <= mark.quarter < horizon.quarters]


def _label(axes: Axes, horizon: Horizon, theme: Theme) -> None:
    """Mark the years on an axis that begins with the base quarters, and the start."""
    axes.set_xlim(0.0, BASE_QUARTERS + horizon.quarters)
    label_years(axes, horizon, theme, history=BASE_QUARTERS)
    axes.axvline(BASE_QUARTERS, color=theme.muted, linewidth=1.0, zorder=0)


def _about(marks: Sequence[Mark]) -> list[str]:
    """Say what the marks are that there are, with the ids of their figures."""
    parts = []
    for name, is_plan in (("filled: reported", False), ("hollow: planned by the company", True)):
        of_it = [mark for mark in marks if mark.is_plan is is_plan]
        ids = sorted({mark.id for mark in of_it if mark.id})
        if of_it:
            parts.append(f"{name} ({', '.join(ids)})" if ids else name)
    return parts
