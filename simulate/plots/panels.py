"""Several outcomes in one picture, one a panel."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.drivers import Drivers
from simulate.analysis.findings import plain_name
from simulate.result import DISCLAIMER

from .style import MUTED, picture, sign

COLUMNS = 2
PANEL = (6.8, 4.2)
TITLE_LETTERS = 50
FOOT_LETTERS_AN_INCH = 18
# Fewer bars than this don't get thicker.
LEAST_BARS = 6


@contextmanager
def panels(count: int) -> Iterator[tuple[Figure, Sequence[Axes]]]:
    """Give a picture and so many axes, side by side where there are several."""
    columns = min(count, COLUMNS)
    rows = -(-count // columns)
    with picture((PANEL[0] * columns, PANEL[1] * rows)) as figure:
        yield figure, [figure.add_subplot(rows, columns, place + 1) for place in range(count)]


def head(axes: Axes, finding: str, detail: str) -> None:
    """Set a panel's finding as its title, and below it in small what it is about."""
    axes.set_title(
        f"{textwrap.fill(finding, TITLE_LETTERS)}\n", loc="left", fontsize=11, fontweight="bold"
    )
    axes.text(0.0, 1.015, detail, transform=axes.transAxes, fontsize=8.5, color=MUTED)


def list_names(axes: Axes, names: Sequence[str]) -> None:
    """Name the horizontal bars of a panel, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), LEAST_BARS) - 0.4, -0.6)
    axes.tick_params(labelsize=9)
    axes.tick_params(axis="y", length=0)


def named(name: str, letters: Mapping[str, str]) -> str:
    """Return a driver's plain_name name with the letter of its group."""
    return f"{plain_name(name)} ({letters[name]})" if name in letters else plain_name(name)


def sign_drivers(figure: Figure, drivers: Drivers, finding: str, note: str) -> None:
    """Write what made a picture of drivers at its foot, in as many lines as it takes.

    The finding, of the first outcome, is for those who can't see the picture.
    """
    figure.set_label(finding)
    letters = int(figure.get_figwidth() * FOOT_LETTERS_AN_INCH)
    text = textwrap.fill(f"{note} Seed {drivers.scenario.sampling.seed}.", letters)
    last = text.rsplit("\n", 1)[-1]
    sign(figure, text if len(last) + len(DISCLAIMER) < letters else f"{text}\n")
