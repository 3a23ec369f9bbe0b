"""Pictures, one file a picture.

Every picture is a function ``plot_x(result, *, axes=None, theme=LIGHT) -> Figure``; those of two
results, or of an analysis, take that instead.

- Without ``axes`` it makes a figure of its own: above the picture the finding, below it what made
  it. The figure's label is the finding, for an alternative text (``figure.get_label()``).
- With ``axes``, of ``subplots()`` or the like, it draws there, under a smaller title and without a
  footer, and returns their figure; a picture of several panels replaces them by a sub-figure.
- The gallery of a scenario's inputs alone is a page of its own, and takes no axes.
- ``theme`` is ``LIGHT`` or ``DARK`` of ``plots.style``.
- The same result gives the same figure; saved by ``plots.style.save_picture``, the same bytes.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulate.engine.result import Result
    from simulate.scenario import Scenario
    from simulate.scenario.figures import Figures

    from .style import Theme


class Plot(Protocol):
    """Draws a picture of a result."""

    def __call__(
        self, result: "Result", *, axes: "Axes | None" = ..., theme: "Theme" = ...
    ) -> "Figure":
        """Draw it."""
        ...


def plot_of(module: str, name: str) -> "Callable[..., Figure]":
    """Return a function of a module here that is imported when it is called, matplotlib with it."""
    return partial(_plot, module, name)


def _plot(module: str, name: str, *shown: Any, **how: Any) -> "Figure":
    return getattr(import_module(f"{__name__}.{module}"), name)(*shown, **how)


# By the name of its file, in the order in which they tell the story.
PICTURES: dict[str, Plot] = {
    "margin_date": plot_of("dates", "plot_margin_date"),
    "cash_flow_date": plot_of("dates", "plot_cash_flow_date"),
    "margin_by_year": plot_of("years", "plot_margin_by_year"),
    "margins": plot_of("reported", "plot_margins"),
    "margin_and_cash_flow": plot_of("dates", "plot_margin_and_cash_flow"),
    "revenue": plot_of("reported", "plot_revenue"),
    "fans": plot_of("years", "plot_fans"),
    "funding_need": plot_of("cash", "plot_funding_need"),
    "cash_bridge": plot_of("cash", "plot_cash_bridge"),
}

# Those of what a scenario adds to the model, where it adds something.
OWN_PICTURES: dict[str, Plot] = {
    "own_outcomes": plot_of("own", "plot_own_outcomes"),
    "own_metrics": plot_of("own", "plot_own_metrics"),
}

# Those of a scenario with [[commitments]].
COMPUTE_PICTURES: dict[str, Plot] = {
    "compute": plot_of("compute", "plot_compute"),
}

# Those of a scenario with [raising].
RAISING_PICTURES: dict[str, Plot] = {
    "sources_and_uses": plot_of("capital", "plot_sources_and_uses"),
    "runway": plot_of("capital", "plot_runway"),
    "incidence": plot_of("capital", "plot_incidence"),
}

# Those that mark reported figures.
MARKED = {"margins", "revenue", "fans"}


def picture_of(name: str, result: "Result", figures: "Figures" = None) -> "Callable[..., Figure]":
    """Return a result's picture, to be drawn with axes and theme.

    Parameters
    ----------
    name
        Of ``PICTURES``, or what ``own_pictures`` returns.
    figures
        Reported figures to mark, where it marks any; see ``plot_revenue``.
    """
    more: dict[str, Any] = {"figures": figures} if name in MARKED else {}
    every = PICTURES | OWN_PICTURES | COMPUTE_PICTURES | RAISING_PICTURES
    return partial(every[name], result, **more)


def own_pictures(scenario: "Scenario") -> list[str]:
    """Return the names of the pictures of what a scenario has beside what all have."""
    added = {"own_outcomes": scenario.outcomes, "own_metrics": scenario.metrics}
    own = [name for name in OWN_PICTURES if added[name]]
    capital = [] if scenario.raising is None else list(RAISING_PICTURES)
    return [*capital, *(COMPUTE_PICTURES if scenario.commitments else ()), *own]
