"""What each stress test takes from the chances, and adds to the funding need."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.stress import Stresses
from simulate.scenario.inputs import funding_assumption
from simulate.text.compare import common_sentence
from simulate.text.effects import amount_of
from simulate.text.numbers import MONEY, PROBABILITY
from simulate.text.stress import finding

from .frame import frame, made_by, wrap
from .style import LIGHT, POINTS_AN_INCH, SMALL, Theme

# In inches.
WIDTH, AROUND, ROW = 8.0, 2.6, 0.8
THICKNESS = 0.2
# Of a row, from the bars' middle up to its title.
ABOVE = 0.36
# Points.
TITLE_WIDTH = 0.8 * POINTS_AN_INCH * WIDTH


def plot_stresses(stresses: Stresses, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw each test's change of the probabilities with 95% intervals, and of the funding need."""
    rows, assumed = len(stresses.tests), funding_assumption(stresses.scenario)
    with frame(axes, theme, (WIDTH, AROUND + ROW * rows)) as picture:
        panel = picture.axes
        _draw_changes(panel, stresses, theme)
        _write_beside(panel, stresses, theme)
        panel.axvline(0.0, color=theme.muted, linewidth=0.8)
        panel.set_yticks([])
        panel.spines["left"].set_visible(False)
        panel.set_ylim(rows - 0.5, -0.6)
        panel.set_xlabel("change of the probability, in points")
        panel.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2)
        return picture.tell(
            finding(stresses),
            f"{stresses.scenario.name}: what each stress test changes, with 95% intervals",
            made_by(f"Assumed: {assumed}. {common_sentence(stresses.common)}"),
        )


def _draw_changes(axes: Axes, stresses: Stresses, theme: Theme) -> None:
    """Draw a bar a headline probability and test."""
    colors = (theme.blue, theme.light_blue, theme.orange)
    chances = [i for i, f in enumerate(stresses.figures) if f.unit == "probability"][: len(colors)]
    rows = np.arange(len(stresses.tests))
    for place, (chance, color) in enumerate(zip(chances, colors, strict=True)):
        now = PROBABILITY.rounded(stresses.base[chance].value, 0)
        changes = [test.changes[chance] for test in stresses.tests]
        value = 100.0 * np.array([change.value for change in changes])
        reach = 100.0 * np.array([change.high - change.value for change in changes])
        axes.barh(
            rows + (place - 1) * THICKNESS,
            value,
            0.9 * THICKNESS,
            xerr=reach,
            color=color,
            error_kw={"ecolor": theme.ink, "elinewidth": 0.9},
            label=f"{stresses.figures[chance].short} (now {now})",
        )


def _write_beside(axes: Axes, stresses: Stresses, theme: Theme) -> None:
    """Write each test's title above its bars, and its change of the funding need at the right."""
    # Of what isn't a probability the need stands first.
    need = next(i for i, f in enumerate(stresses.figures) if f.unit != "probability")
    across = axes.get_yaxis_transform()
    now = f"median peak need,\nbn USD (now {amount_of(MONEY, stresses.base[need].value)})"
    axes.annotate(
        now,
        (1.0, 1.0),
        (0.0, 4.0),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        fontsize=SMALL,
        color=theme.muted,
    )
    for row, test in enumerate(stresses.tests):
        title = wrap(test.title, TITLE_WIDTH, SMALL, most=1)
        axes.text(0.0, row - ABOVE, title, fontsize=SMALL, transform=across)
        change = MONEY.rounded_change(test.changes[need].value, 1)
        axes.text(1.0, row - ABOVE, change, ha="right", transform=across)
