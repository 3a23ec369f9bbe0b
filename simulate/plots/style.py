"""How all pictures look, and how they are saved."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase, get_registered_canvas_class
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text

from .theme import DARK, LIGHT, Theme

DPI = 150
# What would make the same picture another file, by the file's ending.
UNWANTED = {".png": "Software", ".svg": "Date", ".pdf": "CreationDate"}
POINTS_AN_INCH = 72.0
# Points, on a picture 8 inches wide: shown at half of its width, the footer is still read.
TITLE, BASE, SMALL, FOOT = 15.0, 12.0, 10.5, 9.0


THEMES = {"light": LIGHT, "dark": DARK}


def style(theme: Theme) -> dict[str, Any]:
    """Return matplotlib's settings for a theme."""
    return {
        "font.family": "DejaVu Sans",
        "font.size": BASE,
        "text.parse_math": False,
        "text.color": theme.ink,
        "axes.labelcolor": theme.ink,
        "axes.labelsize": BASE,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.muted,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": theme.ink,
        "ytick.color": theme.ink,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "figure.facecolor": theme.paper,
        "savefig.facecolor": "auto",
        # The same picture gives the same file.
        "svg.hashsalt": "ai-lab-risk",
        "svg.fonttype": "none",
    }


@contextmanager
def styled(theme: Theme) -> Iterator[None]:
    """Draw within in a theme's style on matplotlib's defaults, whatever the user's settings are."""
    settings = matplotlib.style.context(["default", cast(Any, style(theme))])
    with settings, warnings.catch_warnings():
        # Of a script that the font doesn't know, a PNG shows boxes and an SVG the text.
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def dress(axes: Axes, theme: Theme) -> None:
    """Give axes the common style, whoever made them and whenever they are drawn."""
    axes.set_facecolor(theme.paper)
    axes.spines[["top", "right"]].set_visible(False)
    for spine in axes.spines.values():
        spine.set_color(theme.muted)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(color=theme.ink, fontsize=BASE)
    axes.tick_params(which="both", color=theme.muted, labelcolor=theme.ink, labelsize=SMALL)


def width_of(axes: Axes) -> float:
    """Return how wide axes are, in points, before what stands around them takes its room."""
    return axes.get_window_extent().width / axes.figure.dpi * POINTS_AN_INCH


def mix(one: str, other: str, part: float) -> str:
    """Return the colour that lies a part of the way from one to another."""
    red, green, blue = (
        (1.0 - part) * a + part * b for a, b in zip(to_rgb(one), to_rgb(other), strict=True)
    )
    return to_hex((red, green, blue))


def shades(theme: Theme) -> LinearSegmentedColormap:
    """Return the shades from paper to blue, for what is least to what is most."""
    return LinearSegmentedColormap.from_list("shades", [theme.paper, theme.light_blue, theme.blue])


def save_picture(figure: Figure, file: Path, dpi: float = DPI) -> None:
    """Save a figure in the format that the file's ending names; the same picture, the same file.

    Parameters
    ----------
    figure
        Its label, the finding, becomes the file's title.
    file
        Ending in ``.png``, ``.svg`` or ``.pdf``.
    dpi
        Points an inch of a PNG.
    """
    file.write_bytes(printed(figure, file.suffix, dpi))


def printed(figure: Figure, kind: str, dpi: float = DPI) -> bytes:
    """Return the content of a figure's file of a kind; see ``save_picture``."""
    metadata = {UNWANTED[kind]: None, "Title": str(figure.get_label())}
    content = BytesIO()
    with styled(LIGHT), _laid_out(figure, kind[1:], dpi) as canvas:
        getattr(canvas, f"print_{kind[1:]}")(content, metadata=metadata)
    return content.getvalue()


@contextmanager
def _laid_out(figure: Figure, kind: str, dpi: float) -> Iterator[FigureCanvasBase]:
    """Give a canvas to print a figure on, laid out for how that measures texts.

    ``Figure.savefig`` draws all of the figure once more to lay it out.
    """
    shown_on, shown_dpi, engine = figure.canvas, figure.dpi, figure.get_layout_engine()
    canvas = get_registered_canvas_class(kind)(figure)
    try:
        if engine is not None:
            figure.dpi = canvas.fixed_dpi or dpi
            engine.execute(figure)
            figure.set_layout_engine("none")
        figure.dpi = dpi
        yield canvas
    finally:
        if engine is not None:
            figure.set_layout_engine(engine)
        figure.dpi = shown_dpi
        figure.set_canvas(shown_on)


def lay_out_as(figure: Figure, printed: Figure) -> None:
    """Lay a figure out as one that is printed already, and differs from it in colours alone."""
    figure.set_layout_engine("none")
    for own, other in zip(_places(figure), _places(printed), strict=True):
        if isinstance(own, SubFigure) and isinstance(other, SubFigure):
            own.bbox_relative.set_points(other.bbox_relative.get_points())
        elif isinstance(own, Axes) and isinstance(other, Axes):
            own.set_position(other.get_position(original=True))
        elif isinstance(own, Text) and isinstance(other, Text):
            own.set_position(other.get_position())


def _places(figure: Figure | SubFigure) -> list[Artist]:
    """Return what a layout gives a place: sub-figures, panels, and texts beside them."""
    found: list[Artist] = []
    for part in figure.get_children():
        found += [part, *(_places(part) if isinstance(part, SubFigure) else [])]
    return found


def failure_in_words(error: BaseException) -> str:
    """Return in a line why a picture can't be drawn."""
    reason = str(error).strip().partition("\n")[0]
    return f"can't be drawn: {reason or type(error).__name__}"
