"""Cells over many settings as lines, which cross an axis a setting and end at the figure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from simulate.analysis.design import spread_part
from simulate.analysis.sweep import Cell, Span, Sweep
from simulate.text.design import cells_in_words
from simulate.text.numbers import unit_of
from simulate.text.sentences import capitalized

from .frame import wrap
from .style import SMALL, Theme, mix, width_of

# More of them are a blot.
MOST_LINES = 400
# Of the room between two axes, what their names may take.
OF_ROOM = 0.9
# Of an upright, and what its upper end's number takes within the axes.
ENDS, TOP = (-0.02, 1.02), 1.12
UNMOVED, NO_FIGURE = "No setting moves it.", "It has no value in any cell."


class Upright(NamedTuple):
    """One of the axes: its name, what stands at its ends, and where each line crosses it."""

    name: str
    low: str
    high: str
    heights: NDArray[np.float64]


def draw_parallel(axes: Axes, sweep: Sweep, theme: Theme) -> str:
    """Draw each cell as a line over the settings to the first figure; return what is drawn.

    The setting that moves the figure most stands next to it.
    """
    cells, span = _some(sweep), sweep.spans[0]
    if span is None or not span.is_moved(0):
        # Lines that all end at one place would look as if something could be seen.
        say_instead(axes, NO_FIGURE if span is None else UNMOVED)
        return cells_in_words(sweep.design)
    order = np.argsort(span.shares, kind="stable").tolist()
    figure = _of_figure(sweep, span, cells)
    uprights = [*(_of_setting(sweep, place, cells) for place in order), figure]
    heights = np.stack([upright.heights for upright in uprights], axis=1)
    places = np.arange(len(uprights))
    upwards = np.argsort(figure.heights, kind="stable")
    lines = LineCollection(
        [np.column_stack([places, heights[row]]) for row in upwards],
        colors=[mix(theme.pale, theme.blue, float(figure.heights[row])) for row in upwards],
        linewidths=1.0,
    )
    axes.add_collection(lines)
    _name(axes, uprights, theme)
    whole = cells_in_words(sweep.design)
    some = "" if len(cells) == sweep.design.cells else f"{len(cells)} of "
    return f"a line each of {some}{whole}, darker where it ends higher"


def say_instead(axes: Axes, words: str) -> None:
    """Write what there is to say where there is nothing to draw."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, words, ha="center", va="center", transform=axes.transAxes)


def _name(axes: Axes, uprights: Sequence[Upright], theme: Theme) -> None:
    """Draw the axes, with their names below and the ends of their ranges."""
    room = OF_ROOM * width_of(axes) / len(uprights)
    for place, upright in enumerate(uprights):
        axes.plot([place, place], ENDS, color=theme.muted, linewidth=1.0, zorder=3)
        axes.text(place, 1.03, upright.high, fontsize=SMALL, ha="center", va="bottom")
    below = (f"{each.low}\n{wrap(each.name, room, SMALL, most=5)}" for each in uprights)
    axes.set_xticks(range(len(uprights)), list(below))
    axes.tick_params(axis="x", length=0)
    axes.set_yticks([])
    axes.set_xlim(-0.5, len(uprights) - 0.5)
    axes.set_ylim(ENDS[0], TOP)
    axes.spines[:].set_visible(False)


def _of_setting(sweep: Sweep, place: int, cells: Sequence[Cell]) -> Upright:
    setting, values = sweep.variations[place]
    held: list[Any] = [cell.place[place] for cell in cells]
    numbers = [value for value in values if not isinstance(value, str)]
    if numbers:
        low, high = min(numbers), max(numbers)
        heights = _scaled(held, low, high)
    else:
        low, high = values[0], values[-1]
        heights = _scaled([values.index(value) for value in held], 0, len(values) - 1)
    return Upright(setting.title, setting.written(low), setting.written(high), heights)


def _of_figure(sweep: Sweep, span: Span, cells: Sequence[Cell]) -> Upright:
    figure = sweep.figures[0]
    low, high = (cell.figures[0].value for cell in (span.least, span.most))
    heights = _scaled([cell.figures[0].value for cell in cells], low, high)
    unit = unit_of(figure.unit)
    name = capitalized(figure.short)
    return Upright(name, unit.significant(low, 3), unit.significant(high, 3), heights)


def _scaled(numbers: Sequence[float], low: float, high: float) -> NDArray[np.float64]:
    """Return how high numbers stand between two, in the middle where these are the same."""
    if low == high:
        return np.full(len(numbers), 0.5)
    return (np.array(numbers) - low) / (high - low)


def _some(sweep: Sweep) -> list[Cell]:
    """Return as many cells as can be told apart, from everywhere, that have the figure."""
    part = MOST_LINES / len(sweep.cells)
    chosen = (cell for number, cell in enumerate(sweep.cells) if spread_part(number, part))
    return [cell for cell in chosen if not np.isnan(cell.figures[0].value)]
