"""A statistic along a setting, or over two, and where it is as wanted."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import PchipInterpolator

from simulate.analysis.goal import GoalMap, GoalSeek
from simulate.text.compare import common_sentence
from simulate.text.goal import finding, gap, unit_of_goal, written

from .frame import add_bar, frame, in_unit, made_by
from .style import LIGHT, SMALL, Theme, shades

LINES = 10
# Part of the height below which there is no room for a name.
NEAR_AXIS = 0.05


def plot_goal(
    goal: GoalSeek | GoalMap, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw the statistic, with what is wanted of it and the baseline."""
    with frame(axes, theme) as picture:
        if isinstance(goal, GoalSeek):
            _draw_curve(picture.axes, goal, theme)
        else:
            _draw_map(picture.axes, goal, theme)
        not_searched = f"; {gap(goal)}".rstrip(".") if gap(goal) else ""
        return picture.tell(
            finding(goal),
            f"{goal.target.scenario.name}: {goal.target.in_words}{not_searched}",
            made_by(common_sentence(goal.common)),
        )


def _draw_curve(axes: Axes, goal: GoalSeek, theme: Theme) -> None:
    """Draw the curve with 95% intervals, and the crossings with theirs."""
    value = np.array([e.value for e in goal.estimates])
    reach = np.array([(e.value - e.low, e.high - e.value) for e in goal.estimates]).T
    wanted, unit = goal.target.level, unit_of_goal(goal)
    between = np.linspace(goal.values[0], goal.values[-1], 401)
    axes.plot(between, PchipInterpolator(goal.values, value)(between), color=theme.blue)
    axes.errorbar(goal.values, value, reach, fmt="o", color=theme.blue, markersize=4, capsize=3)
    axes.axhline(wanted, color=theme.orange, linestyle="--", linewidth=1.2)
    bound = "at least" if goal.target.at_least else "at most"
    level = unit.named(unit.significant(wanted, 4))
    axes.text(goal.values[0], wanted, f"wanted: {bound} {level}", va="bottom")
    for crossing in goal.crossings:
        middle = crossing.value.value
        axes.axvspan(crossing.value.low, crossing.value.high, color=theme.orange, alpha=0.4)
        axes.plot(middle, wanted, "o", color=theme.orange, markersize=7)
        axes.annotate(
            goal.setting.marked(crossing.value.rounded),
            (middle, wanted),
            (8, -14),
            textcoords="offset points",
            fontweight="bold",
        )
    if unit.is_probability:
        axes.set_ylim(0.0, min(1.0, max(1.15 * value.max(), 1.1 * wanted)))
    bottom, top = axes.get_ylim()
    below = goal.now.value > bottom + NEAR_AXIS * (top - bottom)
    if goal.setting.now is not None:
        _mark_now(axes, goal, (float(goal.setting.now), goal.now.value), below, theme)
    axes.set_xlabel(goal.setting.label)
    axes.set_ylabel(in_unit(axes.yaxis, unit, goal.target.statistic.kind_in_words))


def _draw_map(axes: Axes, goal: GoalMap, theme: Theme) -> None:
    """Draw the statistic as shades, with the line on which it is as wanted."""
    (down, across), (rows, columns), unit = goal.settings, goal.values, unit_of_goal(goal)
    places = (columns, rows, np.ma.masked_invalid(goal.estimates))
    filled = axes.contourf(*places, levels=LINES, cmap=shades(theme))
    level = goal.target.level
    if np.nanmin(goal.estimates) < level < np.nanmax(goal.estimates):
        line = axes.contour(*places, levels=[level], colors=theme.orange, linewidths=2.5)
        name = unit.named(unit.significant(level, 4))
        axes.clabel(line, fmt=lambda _: name, colors=theme.ink, fontsize=SMALL)
    if across.now is not None and down.now is not None:
        _mark_now(axes, goal, (float(across.now), float(down.now)), False, theme)
    axes.set_xlim(columns[0], columns[-1])
    axes.set_ylim(rows[0], rows[-1])
    axes.set_xlabel(across.label)
    axes.set_ylabel(down.label)
    add_bar(axes, filled, unit, goal.target.statistic.kind_in_words, theme)


def _mark_now(
    axes: Axes, goal: GoalSeek | GoalMap, place: tuple[float, float], below: bool, theme: Theme
) -> None:
    """Draw where the baseline is, and name it at the right."""
    axes.plot(*place, "D", color=theme.ink, markersize=6, zorder=3)
    axes.annotate(
        f"baseline: {written(goal, goal.now.value)}",
        place,
        (9, -10 if below else 5),
        textcoords="offset points",
    )
