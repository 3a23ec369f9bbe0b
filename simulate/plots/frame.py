"""What stands around a picture: the finding above, what made it below, and its panels within."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.result import DISCLAIMER, Result
from simulate.version import package_version

from .style import FOOT, SIZE, SMALL, TITLE, Theme, dress, picture, style
from .wrapping import wrap

POINTS_AN_INCH = 72.0
MARGIN = 8.0
LINE = 1.25
WITHIN = 0.8


@dataclass(frozen=True)
class Frame:
    """The place of a picture: a figure of its own, or axes of somebody else's.

    Attributes
    ----------
    axes
        To draw in.
    theme
        The colours.
    figure
        The whole figure that they stand in.
    whole
        Whether it is the picture's own.
    """

    axes: Axes
    theme: Theme
    figure: Figure
    whole: bool

    def panels(self, heights: Sequence[float] = (1,), columns: int = 1) -> list[list[Axes]]:
        """Return a grid of axes in the place of the frame's own.

        Parameters
        ----------
        heights
            Of the rows, in proportion.
        columns
            Number of them, of the same width.

        Raises
        ------
        ValueError
            If the frame's axes stand in no grid.
        """
        place = self.axes.get_subplotspec()
        if place is None:
            raise ValueError("axes: a picture of several panels needs axes made by subplots()")
        grid = place.subgridspec(len(heights), columns, height_ratios=heights)
        within = self.axes.figure
        if self.whole:
            self.axes.remove()
        else:
            # They still bear the title.
            self.axes.set_axis_off()
        found = [
            [within.add_subplot(grid[row, column]) for column in range(columns)]
            for row in range(len(heights))
        ]
        for axes in (axes for row in found for axes in row):
            dress(axes, self.theme)
        return found

    def tell(self, finding: str, detail: str, footer: str) -> Figure:
        """Write what the picture shows above it, and what made it below, and return the figure.

        Parameters
        ----------
        finding
            The title; also the label of a figure of its own, for those who can't see it.
        detail
            What is drawn.
        footer
            From ``made_of``; left out in axes of somebody else's.
        """
        if "±" in finding:
            footer = f"± is one standard error of the simulation. {footer}"
        if self.whole:
            self._frame_figure(finding, detail, footer)
        else:
            self._head_axes(finding, detail)
        return self.figure

    def _frame_figure(self, finding: str, detail: str, footer: str) -> None:
        figure = self.figure
        width, height = (POINTS_AN_INCH * side for side in figure.get_size_inches())
        left, inside = MARGIN / width, width - 2.0 * MARGIN
        figure.set_label(finding)
        top = height - MARGIN
        title = wrap(finding, inside, TITLE, "bold", most=3)
        about = wrap(detail, inside, SMALL)
        made = wrap(footer, inside, FOOT, most=4)
        spacing = {"linespacing": LINE, "ha": "left"}
        for text, size, weight, color in (
            (title, TITLE, "bold", self.theme.ink),
            (about, SMALL, "normal", self.theme.muted),
        ):
            figure.text(
                left,
                top / height,
                text,
                va="top",
                fontsize=size,
                fontweight=weight,
                color=color,
                **spacing,
            )
            top -= _height(text, size) + 0.3 * SMALL
        figure.text(
            left,
            MARGIN / height,
            made,
            va="bottom",
            fontsize=FOOT,
            color=self.theme.muted,
            **spacing,
        )
        bottom = (MARGIN + _height(made, FOOT)) / height
        layout = cast(Any, figure.get_layout_engine())
        layout.set(rect=(0.0, bottom, 1.0, top / height - bottom))

    def _head_axes(self, finding: str, detail: str) -> None:
        width = self.axes.get_window_extent().width / self.figure.dpi * POINTS_AN_INCH
        size, small = WITHIN * TITLE, WITHIN * SMALL
        about = wrap(detail, width, small)
        self.axes.annotate(
            about,
            (0.0, 1.0),
            (0.0, 0.5 * small),
            xycoords="axes fraction",
            textcoords="offset points",
            va="bottom",
            fontsize=small,
            color=self.theme.muted,
            linespacing=LINE,
        )
        self.axes.set_title(
            wrap(finding, width, size, "bold", most=4),
            loc="left",
            fontsize=size,
            fontweight="bold",
            color=self.theme.ink,
            pad=_height(about, small) + small,
        )


def _height(text: str, size: float) -> float:
    """Return the height of lines, in points."""
    return LINE * size * (text.count("\n") + 1) if text else 0.0


@contextmanager
def frame(axes: Axes | None, theme: Theme, size: tuple[float, float] = SIZE) -> Iterator[Frame]:
    """Give the place to draw a picture in: a new figure, or the axes that are given."""
    if axes is None:
        with picture(size, theme) as figure:
            own = figure.add_subplot()
            dress(own, theme)
            yield Frame(own, theme, figure, whole=True)
    else:
        with mpl.rc_context(cast(Any, style(theme))):
            dress(axes, theme)
            yield Frame(axes, theme, cast(Figure, axes.figure.figure), whole=False)


def made_of(result: Result, projection: bool = False) -> str:
    """Return what made a result, for the footer, with the source of a projection that is shown."""
    scenario = result.scenario
    source = scenario.targets.source if projection else ""
    return (
        (f"The company's projection: {source}. " if source else "")
        + f"{result.paths:,} paths, seed {scenario.sampling.seed}, version {package_version()}. "
        f"{DISCLAIMER}"
    )
