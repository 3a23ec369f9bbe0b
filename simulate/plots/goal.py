"""A probability along a setting, or over two, and where it is as wanted."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import PchipInterpolator

from simulate.analysis.goal import GoalMap, GoalSeek
from simulate.text.compare import common_sentence
from simulate.text.goal import finding, gap
from simulate.text.numbers import PROBABILITY

from .frame import add_bar_of_shares, frame, in_percent, made_by
from .style import LIGHT, SMALL, Theme, shades

LINES = 10
# Part of the height below which there is no room for a name.
NEAR_AXIS = 0.05


def plot_goal(
    goal: GoalSeek | GoalMap, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw the probability, with what is wanted of it and the baseline."""
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
    value = np.array([p.value for p in goal.probabilities])
    reach = np.array([(p.value - p.low, p.high - p.value) for p in goal.probabilities]).T
    wanted = goal.target.probability
    between = np.linspace(goal.values[0], goal.values[-1], 401)
    axes.plot(between, PchipInterpolator(goal.values, value)(between), color=theme.blue)
    axes.errorbar(goal.values, value, reach, fmt="o", color=theme.blue, markersize=4, capsize=3)
    axes.axhline(wanted, color=theme.orange, linestyle="--", linewidth=1.2)
    bound = "at least" if goal.target.at_least else "at most"
    axes.text(
        goal.values[0], wanted, f"wanted: {bound} {PROBABILITY.significant(wanted, 4)}", va="bottom"
    )
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
    top = min(1.0, max(1.15 * value.max(), 1.1 * wanted))
    below = goal.now.value > NEAR_AXIS * top
    if goal.setting.now is not None:
        _mark_now(axes, goal, (float(goal.setting.now), goal.now.value), below, theme)
    axes.set_ylim(0.0, top)
    in_percent(axes.yaxis)
    axes.set_xlabel(goal.setting.label)
    axes.set_ylabel("probability")


def _draw_map(axes: Axes, goal: GoalMap, theme: Theme) -> None:
    """Draw the probability as shades, with the line on which it is as wanted."""
    (down, across), (rows, columns) = goal.settings, goal.values
    places = (columns, rows, np.ma.masked_invalid(goal.probabilities))
    filled = axes.contourf(*places, levels=LINES, cmap=shades(theme))
    level = goal.target.probability
    if np.nanmin(goal.probabilities) < level < np.nanmax(goal.probabilities):
        line = axes.contour(*places, levels=[level], colors=theme.orange, linewidths=2.5)
        axes.clabel(
            line, fmt=lambda value: PROBABILITY.rounded(value, 0), colors=theme.ink, fontsize=SMALL
        )
    if across.now is not None and down.now is not None:
        _mark_now(axes, goal, (float(across.now), float(down.now)), False, theme)
    axes.set_xlim(columns[0], columns[-1])
    axes.set_ylim(rows[0], rows[-1])
    axes.set_xlabel(across.label)
    axes.set_ylabel(down.label)
    add_bar_of_shares(axes, filled, "probability", theme)


def _mark_now(
    axes: Axes, goal: GoalSeek | GoalMap, place: tuple[float, float], below: bool, theme: Theme
) -> None:
    """Draw where the baseline is, and name it at the right."""
    axes.plot(*place, "D", color=theme.ink, markersize=6, zorder=3)
    axes.annotate(
        f"baseline: {PROBABILITY.rounded(goal.now.value, 1)}",
        place,
        (9, -10 if below else 5),
        textcoords="offset points",
    )
