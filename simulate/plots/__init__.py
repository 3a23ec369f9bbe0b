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

from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.engine.result import Result

from .cash import plot_cash_bridge, plot_funding_need
from .dates import plot_cash_flow_date, plot_margin_and_cash_flow, plot_margin_date
from .style import Theme
from .years import plot_fans, plot_margin_by_year


class Plot(Protocol):
    """Draws a picture of a result."""

    def __call__(self, result: Result, *, axes: Axes | None = ..., theme: Theme = ...) -> Figure:
        """Draw it."""
        ...


# By the name of its file, in the order in which they tell the story.
PICTURES: dict[str, Plot] = {
    "margin_date": plot_margin_date,
    "cash_flow_date": plot_cash_flow_date,
    "margin_by_year": plot_margin_by_year,
    "margin_and_cash_flow": plot_margin_and_cash_flow,
    "fans": plot_fans,
    "funding_need": plot_funding_need,
    "cash_bridge": plot_cash_bridge,
}
