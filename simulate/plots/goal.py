"""A probability along a setting, or over two, and where it is as wanted."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import PchipInterpolator

from simulate.analysis.goal_map import GoalMap
from simulate.analysis.goal_seek import GoalSeek

from .style import BLUE, INK, ORANGE, SHADES, picture, sign, tell
from .ticks import in_percent

LINES = 10
# Part of the height below which there is no room for a name.
NEAR_AXIS = 0.05


def plot_goal(goal: GoalSeek | GoalMap) -> Figure:
    """Draw the probability, with what is wanted of it and the scenario as it is."""
    with picture() as figure:
        axes = figure.add_subplot()
        if isinstance(goal, GoalSeek):
            _draw_curve(axes, goal)
        else:
            _draw_map(axes, goal)
            bar = figure.colorbar(axes.collections[0], label="probability")
            in_percent(bar.ax.yaxis)
        tell(axes, goal.finding, f"{goal.target.scenario.name}: {goal.target.in_words}")
        sign(figure, goal.luck.words)
    return figure


def _draw_curve(axes: Axes, goal: GoalSeek) -> None:
    """Draw the curve with 95% intervals, and the crossings with theirs."""
    value = np.array([p.value for p in goal.probabilities])
    reach = np.array([(p.value - p.low, p.high - p.value) for p in goal.probabilities]).T
    between = np.linspace(goal.values[0], goal.values[-1], 401)
    axes.plot(between, PchipInterpolator(goal.values, value)(between), color=BLUE)
    axes.errorbar(goal.values, value, reach, fmt="o", color=BLUE, markersize=4, capsize=3)
    axes.axhline(goal.target.probability, color=ORANGE, linestyle="--", linewidth=1.2)
    wanted = f"wanted: {'at least' if goal.target.at_least else 'at most'}"
    axes.text(
        goal.values[0],
        goal.target.probability,
        f"{wanted} {100.0 * goal.target.probability:.4g}%",
        color=ORANGE,
        va="bottom",
    )
    for crossing in goal.crossings:
        axes.axvspan(crossing.value.low, crossing.value.high, color=ORANGE, alpha=0.4)
        axes.plot(crossing.value.value, goal.target.probability, "o", color=ORANGE, markersize=7)
        axes.annotate(
            crossing.value.rounded,
            (crossing.value.value, goal.target.probability),
            (8, -14),
            textcoords="offset points",
            fontweight="bold",
        )
    axes.plot(goal.setting.now, goal.now.value, "D", color=INK, markersize=6)
    top = min(1.0, max(1.15 * value.max(), 1.1 * goal.target.probability))
    axes.annotate(
        f"as it is: {goal.now.value:.1%}",
        (float(goal.setting.now), goal.now.value),
        (9, -10 if goal.now.value > NEAR_AXIS * top else 5),
        textcoords="offset points",
    )
    axes.set_ylim(0.0, top)
    in_percent(axes.yaxis)
    axes.set_xlabel(goal.setting.label)
    axes.set_ylabel("probability")


def _draw_map(axes: Axes, goal: GoalMap) -> None:
    """Draw the probability as shades, with the line on which it is as wanted."""
    (down, across), (rows, columns) = goal.settings, goal.values
    axes.contourf(columns, rows, goal.probabilities, levels=LINES, cmap=SHADES)
    level = goal.target.probability
    if goal.probabilities.min() < level < goal.probabilities.max():
        line = axes.contour(
            columns, rows, goal.probabilities, levels=[level], colors=ORANGE, linewidths=2.5
        )
        axes.clabel(line, fmt=lambda value: f"{value:.0%}", fontsize=10)
    axes.plot(across.now, down.now, "D", color=INK, markersize=7)
    axes.annotate(
        f"as it is: {goal.now.value:.1%}",
        (float(across.now), float(down.now)),
        (9, 6),
        textcoords="offset points",
    )
    axes.set_xlim(columns[0], columns[-1])
    axes.set_ylim(rows[0], rows[-1])
    axes.set_xlabel(across.label)
    axes.set_ylabel(down.label)
