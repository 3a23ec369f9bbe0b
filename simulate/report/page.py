"""From a view to HTML: templates that escape what is shown, and the colours of both themes."""

from dataclasses import asdict

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulate.plots.style import DARK, LIGHT
from simulate.result import DISCLAIMER

from .drawing import color_variables
from .parts import Page


def _keep_errors_beside_numbers(shown: object) -> object:
    """Return what is shown with no line break about a ±."""
    if isinstance(shown, Markup) or not isinstance(shown, str):
        return shown
    return shown.replace(" ± ", "\u00a0±\u00a0")


TEMPLATES = Environment(
    loader=PackageLoader("simulate.report"),
    autoescape=True,
    finalize=_keep_errors_beside_numbers,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, view: Page) -> str:
    """Return a page.

    Parameters
    ----------
    template
        The name of its file.
    view
        What it shows.
    """
    colors = [
        (f"--{name.replace('_', '-')}", light, asdict(DARK)[name])
        for name, light in asdict(LIGHT).items()
    ]
    pictures = [picture for section in view.sections for picture in section.all_pictures]
    svgs = (svg for picture in pictures for svg in (picture.svg, picture.narrow))
    return TEMPLATES.get_template(template).render(
        view=view, colors=[*colors, *color_variables(svgs)], disclaimer=DISCLAIMER
    )
