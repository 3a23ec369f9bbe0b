"""How a page is put together: its parts, its pictures, its template."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulate.engine.result import DISCLAIMER
from simulate.plots.theme import DARK, LIGHT, Theme
from simulate.text.tables import Table

from .workers import Workers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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

    def __call__(self, *, axes: "Axes | None" = ..., theme: Theme) -> "Figure":
        """Draw it."""
        ...


@dataclass(frozen=True)
class Picture:
    """A picture that is to be drawn: a key that no other one of the page has, and what draws it."""

    key: str
    plot: Plot


@dataclass(frozen=True)
class Drawn:
    """A picture as a page shows it.

    Attributes
    ----------
    svg
        Of the whole picture, in the colours of either theme, labelled with its finding for those
        who can't see it.
    narrow
        The same for a phone.
    """

    svg: Markup
    narrow: Markup


@dataclass(frozen=True)
class Card:
    """A headline figure: what it is, its value with its error, and more about it."""

    name: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Section:
    """A question of the page, with what answers it.

    Attributes
    ----------
    key
        Of links to it.
    title
        The question, or the subject.
    sentences, pictures, tables, within, remarks, points
        Paragraphs, smaller sections, paragraphs again, items of a list, and so on, in the order in
        which they are shown.
    """

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    within: tuple["Section", ...] = ()
    remarks: tuple[str, ...] = ()
    points: tuple[str, ...] = ()

    @property
    def all_pictures(self) -> tuple[Picture, ...]:
        """Its pictures, and those of the sections within."""
        return sum((section.all_pictures for section in self.within), self.pictures)


@dataclass(frozen=True)
class Origin:
    """What made a page, so that it can be made again.

    Attributes
    ----------
    command
        That makes the same page.
    horizon
        The simulated quarters.
    paths, replicates, sampler, seed, version
        Of the run, or of each run.
    """

    command: str
    horizon: str
    paths: int
    replicates: int
    sampler: str
    seed: int
    version: str


class Page(Protocol):
    """What every page has."""

    @property
    def title(self) -> str:
        """Of the page."""
        ...

    @property
    def sections(self) -> tuple[Section, ...]:
        """With its pictures."""
        ...


def draw(picture: Picture) -> Drawn:
    """Draw a picture for a page.

    Raises
    ------
    ValueError
        If the themes differ in more than colours.
    """
    key, plot = picture.key, picture.plot
    wide = {theme: plot(theme=theme) for theme in (LIGHT, DARK)}
    narrow = {theme: _narrow(plot, theme, figure.get_label()) for theme, figure in wide.items()}
    return Drawn(
        _drawn(wide[LIGHT], wide[DARK], key, "page"),
        _drawn(narrow[LIGHT], narrow[DARK], f"{key}-narrow", "phone"),
    )


def _narrow(plot: Plot, theme: Theme, finding: object) -> "Figure":
    """Return the picture as a phone shows it, labelled with its finding."""
    from simulate.plots.frame import narrow_axes

    with narrow_axes(theme) as axes:
        figure = plot(axes=axes, theme=theme)
    figure.set_label(finding)
    return figure


def _drawn(light: "Figure", dark: "Figure", key: str, where: str) -> Markup:
    """Return an SVG in the colours of both themes, labelled with its finding."""
    from simulate.plots.style import lay_out_as

    in_light = _small_svg(light, key)
    lay_out_as(dark, light)
    both = _in_both_themes(in_light, _small_svg(dark, key))
    opening = Markup('<svg class="{}" role="img" aria-label="{}"').format(where, light.get_label())
    return opening + Markup(both.removeprefix("<svg"))


def color_variables(svgs: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return each style variable that pictures use, with its colours, light and dark."""
    found = {match.groups() for svg in svgs for match in VARIABLE.finditer(svg)}
    return [(name, f"#{light}", f"#{dark}") for name, light, dark in sorted(found)]


def _small_svg(figure: "Figure", key: str) -> str:
    """Return a figure as SVG without what only a file needs, numbers to a tenth of a point."""
    from simulate.plots.style import printed

    svg = OUTSIDE.sub("", printed(figure, ".svg").decode())
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


def _keep_errors_beside_numbers(shown: object) -> object:
    """Return what is shown with no line break about a ±."""
    if isinstance(shown, Markup) or not isinstance(shown, str):
        return shown
    return shown.replace(" ± ", "\u00a0±\u00a0")


TEMPLATES = Environment(
    loader=PackageLoader("simulate.output"),
    autoescape=True,
    finalize=_keep_errors_beside_numbers,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(
    template: str, view: Page, workers: Workers | None = None, *, with_pictures: bool = True
) -> str:
    """Return a page.

    Parameters
    ----------
    template
        The name of its file.
    view
        What it shows.
    workers
        Who draw its pictures; by default nobody else.
    with_pictures
        Whether any are drawn.
    """
    colors = [
        (f"--{name.replace('_', '-')}", light, asdict(DARK)[name])
        for name, light in asdict(LIGHT).items()
    ]
    pictures = [picture for section in view.sections for picture in section.all_pictures]
    jobs = {picture.key: partial(draw, picture) for picture in pictures if with_pictures}
    begun = (workers or Workers(1)).begin(jobs)
    drawn = {key: done.result() for key, done in begun.results().items()}
    svgs = (svg for picture in drawn.values() for svg in (picture.svg, picture.narrow))
    return TEMPLATES.get_template(template).render(
        view=view,
        drawn=drawn,
        colors=[*colors, *color_variables(svgs)],
        disclaimer=DISCLAIMER,
    )
