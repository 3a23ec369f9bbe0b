"""A figure over a grid of settings: a line for one setting, a heat map for two."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from simulate.analysis.sweep import Sweep
from simulate.scenario.setting import shown_value

from .style import BLUE, INK, LIGHT_BLUE, MUTED, ORANGE, SHADES, picture, sign, tell
from .ticks import in_percent

COLORS = (BLUE, LIGHT_BLUE, ORANGE)
DARK = 0.65


def plot_sweep(sweep: Sweep) -> Figure:
    """Draw the probabilities along one setting, or the first figure over two."""
    with picture() as figure:
        axes = figure.add_subplot()
        if len(sweep.variations) == 1:
            _draw_lines(axes, sweep)
            detail = sweep.variations[0][0].meaning
        else:
            _draw_heat_map(axes, sweep)
            detail = "each pair of values; the frame marks the scenario as it is"
        tell(axes, sweep.finding, f"{sweep.scenario.name}: {detail}")
        sign(figure, sweep.luck.words)
    return figure


def _draw_lines(axes: Axes, sweep: Sweep) -> None:
    """Draw a line with 95% intervals for each probability."""
    ((setting, values),) = sweep.variations
    are_numbers = not any(isinstance(value, str) for value in values)
    place = np.array(values, float) if are_numbers else np.arange(len(values))
    chances = [i for i, f in enumerate(sweep.figures) if f.unit == "probability"]
    for chance, color in zip(chances, COLORS, strict=False):
        found = [cell.figures[chance] for cell in sweep.cells]
        value = np.array([estimate.value for estimate in found])
        ends = np.array([(e.value - e.low, e.high - e.value) for e in found]).T
        label = sweep.figures[chance].short
        axes.errorbar(place, value, ends, fmt="o-", color=color, capsize=3, label=label)
    if are_numbers and not isinstance(setting.now, str):
        axes.axvline(setting.now, color=MUTED, linestyle="--", linewidth=1.0)
        axes.text(setting.now, 1.0, " as it is", transform=axes.get_xaxis_transform(), va="top")
    else:
        axes.set_xticks(place, [shown_value(value) for value in values])
    axes.set_ylim(0.0, None)
    in_percent(axes.yaxis)
    axes.set_xlabel(setting.label)
    axes.set_ylabel("probability")
    axes.legend(frameon=False, fontsize=9)


def _draw_heat_map(axes: Axes, sweep: Sweep) -> None:
    """Draw a shaded and numbered cell for each pair of values; the scenario's own is framed."""
    (down, rows), (across, columns) = sweep.variations
    grid = sweep.grid(0)
    is_share = sweep.figures[0].unit == "probability"
    axes.imshow(grid, cmap=SHADES, aspect="auto", origin="lower")
    dark = grid.min() + DARK * (grid.max() - grid.min())
    for (i, j), value in np.ndenumerate(grid):
        color = "white" if value > dark else INK
        shown = f"{value:.1%}" if is_share else f"{value:,.1f}"
        axes.text(j, i, shown, ha="center", va="center", color=color)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if (row, column) == (down.now, across.now):
                axes.add_patch(
                    Rectangle((j - 0.5, i - 0.5), 1, 1, fill=False, edgecolor=ORANGE, linewidth=2.0)
                )
    axes.set_xticks(range(len(columns)), [shown_value(value) for value in columns])
    axes.set_yticks(range(len(rows)), [shown_value(value) for value in rows])
    axes.tick_params(length=0)
    axes.set_xlabel(across.label)
    axes.set_ylabel(down.label)
