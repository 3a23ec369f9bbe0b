"""The frame that all pictures share: title, axes, ticks, wrapped texts."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from matplotlib.ticker import Formatter, LogLocator, NullLocator

from simulate.engine.result import DISCLAIMER, Result
from simulate.scenario.frame import Horizon
from simulate.scenario.inputs import funding_assumption
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.text.numbers import SHARE, Unit, money_unit
from simulate.version import package_version

from .style import FOOT, LIGHT, POINTS_AN_INCH, SMALL, TITLE, Theme, dress, styled, width_of

FAMILY = "DejaVu Sans"
# A renderer rounds each letter's place to a pixel.
SAFETY = 0.95
NARROWER = 0.96
ELLIPSIS = "…"
# A number stays with its error.
BREAK = re.compile(r"(?<!±)\s+(?!±)")
STEPS = (1, 2, 5, 10, 25)
# Points that a year takes.
YEAR = 36.0
# Ticks of a logarithmic axis within a decade, ever finer, and how many there may be.
TICKS = (
    (1.0,),
    (1.0, 3.0),
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0),
)
MOST_TICKS = 7
# Axes that a legend of several columns goes over, in points.
WIDE = 400.0
SIZE = (8.0, 5.6)
# Of a figure for a phone, whose text is as large as that of a page.
NARROW = (5.2, 6.4)
# Points.
MARGIN = 8.0
LINE = 1.25
# Sizes of text in somebody else's figure, and what is left there of a place's width when the
# names and ticks of its neighbours have found room.
WITHIN, LEFT_BY_NEIGHBOURS = 0.8, 0.92


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of one line, in points."""
    return size * sum(_letter_width(letter, weight) for letter in text)


@cache
def _letter_width(letter: str, weight: str) -> float:
    """Return how far a letter of size 1 moves the next one; the font has no kerning to speak of."""
    font = FontProperties(family=FAMILY, size=100.0, weight=weight)
    return TextToPath().get_text_width_height_descent(letter, font, ismath=False)[0] / 100.0


def wrap(
    text: str,
    width: float,
    size: float,
    weight: str = "normal",
    most: int = 2,
    balanced: bool = False,
) -> str:
    """Return a text in lines of at most a width, the last of them cut if there are too many.

    Parameters
    ----------
    text
        Words; one that is wider than a line is cut in pieces.
    width
        In points.
    size, weight
        Of the font.
    most
        Lines.
    balanced
        Make the lines of about the same length, no more of them for it.
    """
    font = (size, weight)
    room = SAFETY * width
    words = [piece for word in BREAK.split(text.strip()) for piece in _pieces(word, room, font)]
    lines = _fill(words, room, font)
    if len(lines) > most:
        last = lines[most - 1]
        while last and text_width(last + ELLIPSIS, *font) > room:
            last = last[:-1]
        return "\n".join([*lines[: most - 1], last.rstrip() + ELLIPSIS])
    widest = max(text_width(word, *font) for word in words)
    while balanced and len(lines) > 1 and (room := NARROWER * room) > widest:
        narrower = _fill(words, room, font)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return "\n".join(lines)


def _fill(words: list[str], room: float, font: tuple[float, str]) -> list[str]:
    """Return words in lines, each as full as can be."""
    lines, filled = [""], 0.0
    space = text_width(" ", *font)
    for word in words:
        wide = text_width(word, *font)
        if lines[-1] and filled + space + wide > room:
            lines.append("")
        filled = filled + space + wide if lines[-1] else wide
        lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines


def _pieces(word: str, room: float, font: tuple[float, str]) -> list[str]:
    """Return a word in pieces that fit, as long as can be."""
    if text_width(word, *font) <= room:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, *font) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def year_step(years: int, most: int) -> int:
    """Return every which year is shown, so that there are not too many."""
    return next((step for step in STEPS if years <= step * most), STEPS[-1])


def label_years(
    axes: Axes, horizon: Horizon, theme: Theme, most: int = 10, history: int = 0
) -> None:
    """Mark the fiscal years on an axis that counts quarters.

    Parameters
    ----------
    axes
        Whose x axis.
    horizon
        A first year of which a single quarter is left has no room for its name.
    theme
        The colours.
    most
        Labels, fewer where the axes are narrow.
    history
        Quarters before the horizon with which the axis begins.
    """
    first, quarters = horizon.first_quarter - history, history + horizon.quarters
    years = np.arange(first // QUARTERS_A_YEAR, horizon.last_year + 1)
    begins = np.maximum(QUARTERS_A_YEAR * years - first, 0)
    ends = np.minimum(QUARTERS_A_YEAR * (years + 1) - first, quarters)
    step = year_step(len(years), max(1, min(most, int(width_of(axes) / YEAR))))
    is_shown = (years % step == 0) & (ends - begins > 1)
    axes.set_xticks((begins + ends)[is_shown] / 2, [str(year) for year in years[is_shown]])
    axes.tick_params(axis="x", length=0)
    if step == 1:
        for begin in begins[1:]:
            axes.axvline(begin, color=theme.pale, linewidth=0.6, zorder=0)


def legend_columns(axes: Axes, most: int) -> int:
    """Return in how many columns a legend stands above axes."""
    return most if width_of(axes) >= WIDE else 1


class _InUnit(Formatter):
    """Writes numbers with the sign of their unit, and the digits that their axis' ticks need.

    Parameters
    ----------
    unit
        Such as that of shares, which are written in percent.
    """

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the labels of an axis."""
        return [self._unit.tick(value, values) for value in values]

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Return the label of a place by itself."""
        return self._unit.tick(x, [x])


def in_percent(axis: Axis) -> None:
    """Label an axis of shares in percent, with as many digits as its ticks need."""
    axis.set_major_formatter(_InUnit(SHARE))


def in_unit(axis: Axis, unit: Unit, name: str) -> str:
    """Label an axis of a unit's numbers; return their name, with the unit where no tick has it."""
    if unit.sign:
        axis.set_major_formatter(_InUnit(unit))
    return unit.label(name)


def add_bar(axes: Axes, shaded: ScalarMappable, unit: Unit, name: str, theme: Theme) -> None:
    """Explain the shades of a map of a unit's numbers, which have a name, in a bar at its right."""
    bar = cast(Figure, axes.figure.figure).colorbar(shaded, ax=axes, fraction=0.045, pad=0.02)
    dress(bar.ax, theme)
    if unit.is_probability:
        bar.ax.set_ylim(bottom=0.0)
    bar.set_label(in_unit(bar.ax.yaxis, unit, name), fontsize=SMALL)


def in_money(axis: Axis) -> str:
    """Label an axis of billions of dollars in a unit that goes with its limits; return the unit."""
    factor, unit = money_unit(max(abs(limit) for limit in axis.get_view_interval()))
    axis.set_major_formatter(lambda value, _: f"{value / factor:,.6g}")
    return unit


def in_logarithms(axes: Axes) -> None:
    """Scale the height of axes by logarithms, within their limits, with as fine ticks as fit."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    locators = [LogLocator(subs=steps, numticks=100) for steps in TICKS]
    count = [sum(low <= tick <= high for tick in each.tick_values(low, high)) for each in locators]
    finest = max((place for place, ticks in enumerate(count) if ticks <= MOST_TICKS), default=0)
    axes.yaxis.set_major_locator(locators[finest])
    axes.yaxis.set_minor_locator(NullLocator())


@dataclass(frozen=True)
class Frame:
    """The place of a picture.

    Attributes
    ----------
    canvas
        What bears the title: a figure of the picture's own, or, in somebody else's, the axes that
        were given or a sub-figure in their place.
    panels
        Axes to draw in, by row and column.
    theme
        The colours.
    """

    canvas: Figure | SubFigure | Axes
    panels: list[list[Axes]]
    theme: Theme

    @property
    def axes(self) -> Axes:
        """The first panel."""
        return self.panels[0][0]

    def tell(self, finding: str, detail: str, footer: str) -> Figure:
        """Write what the picture shows above it, and what made it below, and return the figure.

        Parameters
        ----------
        finding
            The title; also the label of a figure of its own, for those who can't see it.
        detail
            What is drawn.
        footer
            From ``made_of``; left out in somebody else's figure.
        """
        if "±" in finding:
            footer = f"± is one standard error of the simulation. {footer}"
        if isinstance(self.canvas, Figure):
            _frame_figure(self.canvas, finding, detail, footer, self.theme)
        elif isinstance(self.canvas, SubFigure):
            _head_subfigure(self.canvas, finding, detail, self.theme)
        else:
            _head_axes(self.canvas, finding, detail, self.theme)
        return cast(Figure, self.axes.figure.figure)


@contextmanager
def frame(
    axes: Axes | None,
    theme: Theme,
    size: tuple[float, float] = SIZE,
    heights: Sequence[float] = (1,),
    columns: int = 1,
    wide_top: bool = False,
) -> Iterator[Frame]:
    """Give the place to draw a picture in: a new figure, or that of the axes that are given.

    Parameters
    ----------
    axes
        Of somebody else's figure. One panel is drawn in them, several in a sub-figure that
        replaces them.
    theme
        The colours.
    size
        Of a new figure, in inches.
    heights
        Of the rows of panels, in proportion.
    columns
        Of panels, all of the same width.
    wide_top
        Whether the first row is one panel over all columns.

    Raises
    ------
    ValueError
        If there are several panels, and the axes stand in no grid.
    """
    grid = partial(_grid, heights=heights, columns=columns, wide_top=wide_top, theme=theme)
    with styled(theme):
        if axes is None:
            figure = Figure(figsize=size, layout="constrained")
            yield Frame(figure, grid(figure), theme)
        elif len(heights) == columns == 1:
            dress(axes, theme)
            yield Frame(axes, [[axes]], theme)
        else:
            place = axes.get_subplotspec()
            if place is None:
                raise ValueError("axes: a picture of several panels needs axes made by subplots()")
            within = axes.figure.add_subfigure(place, facecolor=theme.paper)
            axes.remove()
            yield Frame(within, grid(within), theme)


@contextmanager
def bare_figure(size: tuple[float, float], theme: Theme = LIGHT) -> Iterator[Figure]:
    """Give a new figure with nothing around its panels, which are placed by hand."""
    with styled(theme):
        yield Figure(figsize=size)


@contextmanager
def narrow_axes(theme: Theme) -> Iterator[Axes]:
    """Give axes, alone in a figure for a phone, for a picture to be drawn in."""
    with styled(theme):
        yield Figure(figsize=NARROW, layout="constrained").subplots()


def _grid(
    canvas: Figure | SubFigure,
    heights: Sequence[float],
    columns: int,
    wide_top: bool,
    theme: Theme,
) -> list[list[Axes]]:
    places = canvas.add_gridspec(len(heights), columns, height_ratios=heights)
    panels = [
        [canvas.add_subplot(places[row, column]) for column in range(columns)]
        for row in range(wide_top, len(heights))
    ]
    if wide_top:
        panels.insert(0, [canvas.add_subplot(places[0, :])])
    for axes in chain.from_iterable(panels):
        dress(axes, theme)
    return panels


def _frame_figure(figure: Figure, finding: str, detail: str, footer: str, theme: Theme) -> None:
    """Write above and below the panels, and leave them the room between."""
    width, height = (POINTS_AN_INCH * side for side in figure.get_size_inches())
    inside = width - 2.0 * MARGIN
    figure.set_label(finding)
    title = wrap(finding, inside, TITLE, "bold", most=4, balanced=True)
    about = wrap(detail, inside, SMALL, balanced=True)
    made = wrap(footer, inside, FOOT, most=4)
    below_title = height - MARGIN - _height(title, TITLE) - 0.3 * SMALL
    top = below_title - _height(about, SMALL) - 0.3 * SMALL
    bottom = MARGIN + _height(made, FOOT)
    for place, text, size, color, weight, edge in (
        (height - MARGIN, title, TITLE, theme.ink, "bold", "top"),
        (below_title, about, SMALL, theme.muted, "normal", "top"),
        (MARGIN, made, FOOT, theme.muted, "normal", "bottom"),
    ):
        figure.text(
            MARGIN / width,
            place / height,
            text,
            fontsize=size,
            color=color,
            fontweight=weight,
            va=edge,
            linespacing=LINE,
        )
    layout = cast(Any, figure.get_layout_engine())
    layout.set(rect=(0.0, bottom / height, 1.0, (top - bottom) / height))


def _head_subfigure(figure: SubFigure, finding: str, detail: str, theme: Theme) -> None:
    whole = figure.bbox.width / figure.dpi * POINTS_AN_INCH
    width = LEFT_BY_NEIGHBOURS * whole - 2.0 * MARGIN
    size, small = WITHIN * TITLE, WITHIN * SMALL
    left = {"x": MARGIN / whole, "ha": "left"}
    title = wrap(finding, width, size, "bold", most=4, balanced=True)
    figure.suptitle(title, fontsize=size, fontweight="bold", color=theme.ink, **left)
    figure.supxlabel(wrap(detail, width, small), fontsize=small, color=theme.muted, **left)


def _head_axes(axes: Axes, finding: str, detail: str, theme: Theme) -> None:
    width = width_of(axes)
    size, small = WITHIN * TITLE, WITHIN * SMALL
    about = wrap(detail, width, small, balanced=True)
    below = legend_height(axes) + 0.5 * small
    axes.annotate(
        about,
        (0.0, 1.0),
        (0.0, below),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        fontsize=small,
        color=theme.muted,
        linespacing=LINE,
    )
    axes.set_title(
        wrap(finding, width, size, "bold", most=5, balanced=True),
        loc="left",
        fontsize=size,
        fontweight="bold",
        color=theme.ink,
        pad=below + _height(about, small) + 0.5 * small,
    )


def legend_height(axes: Axes) -> float:
    """Return how far the legend reaches above axes, in points."""
    legend = axes.get_legend()
    if legend is None:
        return 0.0
    reach = legend.get_window_extent().y1 - axes.get_window_extent().y1
    return max(0.0, reach / axes.figure.dpi * POINTS_AN_INCH)


def _height(text: str, size: float) -> float:
    """Return the height of lines, in points."""
    return LINE * size * (text.count("\n") + 1) if text else 0.0


def made_of(result: Result, projection: bool = False, funding: bool = False) -> str:
    """Return what made a result, for the footer.

    Parameters
    ----------
    result
        What is drawn.
    projection
        Whether the company's projection is shown, which has a source.
    funding
        Whether money is shown that runs short, which depends on what is assumed of rounds.
    """
    scenario = result.scenario
    source = scenario.targets.source if projection else ""
    projected = f"The company's projection: {source}. " if source else ""
    assumed = f"Assumed: {funding_assumption(scenario)}. " if funding else ""
    paths = f"{result.paths:,} paths, seed {scenario.sampling.seed}."
    return made_by(f"{projected}{assumed}{paths}")


def made_by(words: str) -> str:
    """Return a sentence on what made a picture, with the version, and the disclaimer."""
    return f"{words.removesuffix('.')}, version {package_version()}. {DISCLAIMER}"
