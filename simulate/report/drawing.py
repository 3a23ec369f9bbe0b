"""Pictures in a page: one SVG in the colours of both themes, small, with ids of its own."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.plots.frame import narrow_axes
from simulate.plots.style import DARK, LIGHT, Theme, save_picture

from .parts import Picture

# What a file needs and a page does not; the style and the font are in the page's own style sheet.
OUTSIDE = re.compile(
    r"^.*?(?=<svg)|<title>.*?</title>|<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL
)
ATTRIBUTES = re.compile(r' (?:xmlns(?::xlink)?|version|width|height)="[^"]*"')
FONT = re.compile(r" font-family: [^;\"]*;?")
TAG = re.compile(r"<[^>]+>")
COLOR = re.compile(r"#([0-9a-f]{6})\b")
VARIABLE = re.compile(r"var\((--([0-9a-f]{6})-([0-9a-f]{6}))\)")
ID = re.compile(r' id="([^"]+)"')
REFERENCE = re.compile(r'(url\(#|href="#)([^")]+)')
LONG_FRACTION = re.compile(r"\d+\.\d{2,}")


class Plot(Protocol):
    """Draws a picture in a theme, of which only its colours may depend, or in axes."""

    def __call__(self, *, axes: Axes | None = ..., theme: Theme) -> Figure:
        """Draw it."""
        ...


def draw(key: str, plot: Plot) -> Picture:
    """Return a picture for a page.

    Parameters
    ----------
    key
        That no other picture of the page has.
    plot
        Draws it.

    Raises
    ------
    ValueError
        If the themes differ in more than colours.
    """
    wide = {theme: plot(theme=theme) for theme in (LIGHT, DARK)}
    narrow = {theme: _narrow(plot, theme, figure.get_label()) for theme, figure in wide.items()}
    return Picture(
        _drawn(wide[LIGHT], wide[DARK], key, "page"),
        _drawn(narrow[LIGHT], narrow[DARK], f"{key}-narrow", "phone"),
    )


def _narrow(plot: Plot, theme: Theme, finding: object) -> Figure:
    """Return the picture as a phone shows it, labelled with its finding."""
    with narrow_axes(theme) as axes:
        figure = plot(axes=axes, theme=theme)
    figure.set_label(finding)
    return figure


def _drawn(light: Figure, dark: Figure, key: str, where: str) -> Markup:
    """Return an SVG in the colours of both themes, labelled with its finding."""
    both = _in_both_themes(*(_small_svg(figure, key) for figure in (light, dark)))
    opening = Markup('<svg class="{}" role="img" aria-label="{}"').format(where, light.get_label())
    return opening + Markup(both.removeprefix("<svg"))


def color_variables(svgs: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return each style variable that pictures use, with its colours, light and dark."""
    found = {match.groups() for svg in svgs for match in VARIABLE.finditer(svg)}
    return [(name, f"#{light}", f"#{dark}") for name, light, dark in sorted(found)]


def _small_svg(figure: Figure, key: str) -> str:
    """Return a figure as SVG without what only a file needs, numbers to a tenth of a point."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "picture.svg"
        save_picture(figure, file)
        svg = OUTSIDE.sub("", file.read_text(encoding="utf-8"))
    opening, rest = svg.split(">", 1)
    svg = f"{ATTRIBUTES.sub('', opening)}>{rest}".replace("xlink:href", "href")
    names = [found[2] for tag in TAG.findall(svg) for found in REFERENCE.finditer(tag)]
    ids = {name: f"{key}-{place}" for place, name in enumerate(dict.fromkeys(names))}

    def smaller(tag: re.Match[str]) -> str:
        text = ID.sub(lambda i: f' id="{ids[i[1]]}"' if i[1] in ids else "", tag[0])
        text = REFERENCE.sub(lambda reference: reference[1] + ids[reference[2]], text)
        text = LONG_FRACTION.sub(lambda number: f"{float(number[0]):.1f}", text)
        return re.sub(r"\s+", " ", FONT.sub("", text))

    return re.sub(r">\s+<", ">\n<", TAG.sub(smaller, svg)).strip()


def _in_both_themes(light: str, dark: str) -> str:
    """Return an SVG whose colours are variables, named after the two colours that each stands for.

    Text is left alone.
    """
    if COLOR.sub("", light) != COLOR.sub("", dark):
        raise ValueError("the picture's themes differ in more than colours")
    others = iter([color for tag in TAG.findall(dark) for color in COLOR.findall(tag)])

    def both(tag: re.Match[str]) -> str:
        return COLOR.sub(lambda color: f"var(--{color[1]}-{next(others)})", tag[0])

    return TAG.sub(both, light)
