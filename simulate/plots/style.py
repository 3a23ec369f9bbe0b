"""How all pictures look, and how they are saved."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from simulate.result import DISCLAIMER

INK = "#1f2933"
MUTED = "#7b8794"
PALE = "#d5dbe1"
BLUE = "#1f6f8b"
LIGHT_BLUE = "#9cc5d3"
ORANGE = "#d9722b"
SHADES = LinearSegmentedColormap.from_list("shades", ["white", LIGHT_BLUE, BLUE])
SIZE = (9.0, 6.2)

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    # The same picture gives the same file.
    "svg.hashsalt": "ai-lab-risk",
    "svg.fonttype": "none",
}


@contextmanager
def picture(size: tuple[float, float] = SIZE) -> Iterator[Figure]:
    """Give a new figure in the common style."""
    with mpl.rc_context(cast(Any, STYLE)):
        yield Figure(figsize=size, layout="constrained")


def tell(axes: Axes, finding: str, detail: str) -> None:
    """Set the finding as the title, and what it is about in small below it."""
    axes.set_title(f"{finding}\n", loc="left", fontsize=13, fontweight="bold")
    axes.text(0.0, 1.015, detail, transform=axes.transAxes, fontsize=9, color=MUTED)


def sign(figure: Figure, text: str) -> None:
    """Write what made the picture at its foot."""
    figure.supxlabel(f"{text}  {DISCLAIMER}", fontsize=7.5, color=MUTED, x=0.01, ha="left")


def save_picture(figure: Figure, file: Path) -> None:
    """Save a figure in the format that the file's ending names; the same picture, the same file."""
    unwanted = {".png": "Software", ".svg": "Date", ".pdf": "CreationDate"}
    with mpl.rc_context(cast(Any, STYLE)):
        figure.savefig(file, dpi=150, metadata={unwanted[file.suffix]: None})
