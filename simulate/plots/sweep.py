"""A figure over settings: a line for one, a heat map for two, parallel axes for more."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from simulate.analysis.sweep import Sweep
from simulate.text.compare import common_sentence
from simulate.text.design import cells_in_words
from simulate.text.numbers import unit_of
from simulate.text.sweep import finding, span

from .design import NO_FIGURE, draw_parallel, say_instead
from .frame import frame, in_unit, legend_columns, made_by
from .style import LIGHT, SMALL, Theme, shades

# Of the way from paper to blue: darker shades bear no ink.
DARKEST = 0.6


def plot_sweep(sweep: Sweep, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the probabilities, or an amount, along one setting, or the first figure over more."""
    with frame(axes, theme) as picture:
        title = finding(sweep)
        if not sweep.design.is_shown_whole:
            detail = draw_parallel(picture.axes, sweep, theme)
        elif sweep.spans[0] is None:
            say_instead(picture.axes, NO_FIGURE)
            detail = cells_in_words(sweep.design)
        elif len(sweep.variations) == 1:
            _draw_lines(picture.axes, sweep, theme)
            detail = sweep.variations[0][0].meaning
        else:
            _draw_heat_map(picture.axes, sweep, theme)
            detail = "each pair of values"
            if _cell_of_baseline(sweep) is not None:
                # What stands in the frame is not said again.
                title, detail = span(sweep), f"{detail}; the frame marks the baseline"
        return picture.tell(
            title, f"{sweep.scenario.name}: {detail}", made_by(common_sentence(sweep.common))
        )


def _draw_lines(axes: Axes, sweep: Sweep, theme: Theme) -> None:
    """Draw a line with 95% intervals for each probability, or for an amount that is alone."""
    ((setting, values),) = sweep.variations
    are_numbers = not any(isinstance(value, str) for value in values)
    place = np.array(values, float) if are_numbers else np.arange(len(values))
    unit = sweep.figures[0].unit
    alike = [place for place, figure in enumerate(sweep.figures) if figure.unit == unit]
    colors = (theme.blue, theme.muted, theme.orange)
    for member, color in zip(alike, colors, strict=False):
        found = [cell.figures[member] for cell in sweep.cells]
        value = np.array([estimate.value for estimate in found])
        ends = np.array([(e.value - e.low, e.high - e.value) for e in found]).T
        label = sweep.figures[member].short
        axes.errorbar(place, value, ends, fmt="o-", color=color, capsize=3, label=label)
    if are_numbers and isinstance(setting.now, (int, float)):
        axes.axvline(setting.now, color=theme.muted, linestyle="--", linewidth=1.0)
        across = axes.get_xaxis_transform()
        axes.text(setting.now, 1.0, " baseline", fontsize=SMALL, transform=across, va="top")
    if not are_numbers:
        axes.set_xticks(place, [setting.shown(value) for value in values])
    if unit == "probability":
        axes.set_ylim(0.0, None)
    axes.set_xlabel(setting.label)
    axes.set_ylabel(in_unit(axes.yaxis, unit_of(unit), sweep.figures[0].kind))
    columns = legend_columns(axes, 2)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, borderaxespad=0.2)


def _cell_of_baseline(sweep: Sweep) -> tuple[int, int] | None:
    """Return the row and column whose values are the baseline's, if the grid has them."""
    own = tuple(setting.now for setting, _ in sweep.variations)
    places = np.ndindex(*(len(values) for _, values in sweep.variations))
    for (i, j), cell in zip(places, sweep.cells, strict=True):
        if cell.place == own:
            return i, j
    return None


def _draw_heat_map(axes: Axes, sweep: Sweep, theme: Theme) -> None:
    """Draw a shaded and numbered cell for each pair of values, and a frame about the baseline's."""
    (down, rows), (across, columns) = sweep.variations
    grid = sweep.grid(0)
    unit = unit_of(sweep.figures[0].unit)
    least, most = float(np.nanmin(grid)), float(np.nanmax(grid))
    axes.imshow(
        grid,
        cmap=shades(theme),
        vmin=least,
        vmax=least + (most - least) / DARKEST,
        aspect="auto",
        origin="lower",
    )
    for (i, j), value in np.ndenumerate(grid):
        axes.text(j, i, unit.rounded(value, 1), ha="center", va="center", color=theme.ink)
    if own := _cell_of_baseline(sweep):
        corner = own[1] - 0.5, own[0] - 0.5
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=theme.orange, linewidth=2.5))
    axes.set_xticks(range(len(columns)), [across.shown(value) for value in columns])
    axes.set_yticks(range(len(rows)), [down.shown(value) for value in rows])
    axes.tick_params(length=0)
    axes.set_xlabel(across.label)
    axes.set_ylabel(down.label)
