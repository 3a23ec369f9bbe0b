"""Horizontal bars of a driver each: of one outcome, or of several, one a panel."""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import group_letters, plain_name
from simulate.result import DISCLAIMER
from simulate.version import package_version

from .frame import frame
from .style import LIGHT, Theme, picture, sign

COLUMNS = 2
PANEL = (6.8, 4.2)
# Of a picture of one outcome.
SIZE = (8.0, 4.4)
TITLE_LETTERS = 50
# Fewer bars than this don't get thicker.
LEAST_BARS = 6


class DrawBars(Protocol):
    """Draws the bars of an outcome's drivers, with labels for a legend."""

    def __call__(
        self, axes: Axes, explanation: Explanation, letters: dict[str, str], theme: Theme, /
    ) -> None:
        """Draw them; letters are those of correlated drivers."""
        ...


@dataclass(frozen=True)
class Bars:
    """A kind of picture of drivers.

    Attributes
    ----------
    draw
        Draws the bars of an outcome.
    finding, named_finding
        What they show, below the outcome's name and by itself.
    detail
        What is drawn.
    note
        What made them.
    """

    draw: DrawBars
    finding: Callable[[Explanation], str]
    named_finding: Callable[[Explanation], str]
    detail: str
    note: Callable[[Drivers], str]


def plot_outcomes(bars: Bars, drivers: Drivers, theme: Theme) -> Figure:
    """Draw the drivers of all outcomes, one a panel."""
    letters, name = group_letters(drivers.found), drivers.scenario.name
    with _panels(len(drivers.explanations), theme) as (figure, places):
        for axes, explanation in zip(places, drivers.explanations, strict=True):
            bars.draw(axes, explanation, letters, theme)
            _explain(axes, above=False)
            detail = f"{name}: {explanation.outcome.name}"
            _head(axes, bars.finding(explanation), detail, theme)
        finding = bars.named_finding(drivers.explanations[0])
        sign_drivers(figure, drivers, finding, bars.note(drivers), theme)
    return figure


def plot_outcome(
    bars: Bars, drivers: Drivers, explanation: Explanation, axes: Axes | None, theme: Theme
) -> Figure:
    """Draw the drivers of one outcome; axes and theme as of every picture."""
    scenario = drivers.scenario
    with frame(axes, theme, SIZE) as picture:
        bars.draw(picture.axes, explanation, group_letters(drivers.found), theme)
        _explain(picture.axes, above=axes is None)
        return picture.tell(
            bars.named_finding(explanation),
            f"{scenario.name}; {bars.detail}",
            f"{bars.note(drivers)} Seed {scenario.sampling.seed}, version {package_version()}. "
            f"{DISCLAIMER}",
        )


@contextmanager
def _panels(count: int, theme: Theme) -> Iterator[tuple[Figure, Sequence[Axes]]]:
    """Give a picture and so many axes, side by side where there are several."""
    columns = min(count, COLUMNS)
    rows = -(-count // columns)
    smaller = {
        "axes.labelsize": 9.0,
        "axes.labelcolor": theme.muted,
        "xtick.labelsize": 9.0,
        "ytick.labelsize": 9.0,
        "legend.fontsize": 8.5,
    }
    with (
        picture((PANEL[0] * columns, PANEL[1] * rows), theme) as figure,
        mpl.rc_context(cast(Any, smaller)),
    ):
        yield figure, [figure.add_subplot(rows, columns, place + 1) for place in range(count)]


def _head(axes: Axes, finding: str, detail: str, theme: Theme) -> None:
    """Set a panel's finding as its title, and below it in small what it is about."""
    axes.set_title(
        f"{textwrap.fill(finding, TITLE_LETTERS)}\n", loc="left", fontsize=11, fontweight="bold"
    )
    axes.text(0.0, 1.015, detail, transform=axes.transAxes, fontsize=8.5, color=theme.muted)


def _explain(axes: Axes, *, above: bool) -> None:
    """Explain the bars, if there are any: above them, or below them at the right."""
    if not axes.get_legend_handles_labels()[0]:
        return
    if above:
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.2)
    else:
        axes.legend(loc="lower right")


def list_names(axes: Axes, names: Sequence[str]) -> None:
    """Name the horizontal bars of a panel, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), LEAST_BARS) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def named(name: str, letters: Mapping[str, str]) -> str:
    """Return a driver's plain name with the letter of its group."""
    return f"{plain_name(name)} ({letters[name]})" if name in letters else plain_name(name)


def sign_drivers(
    figure: Figure, drivers: Drivers, finding: str, note: str, theme: Theme = LIGHT
) -> None:
    """Write what made a picture of several outcomes at its foot.

    The finding, of the first outcome, is for those who can't see the picture.
    """
    figure.set_label(finding)
    sign(figure, f"{note} Seed {drivers.scenario.sampling.seed}.", theme)
