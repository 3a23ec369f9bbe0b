"""What each stress test takes from the chances, and adds to the funding need."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.stress import Stresses

from .style import BLUE, INK, LIGHT_BLUE, MUTED, ORANGE, SIZE, picture, sign, tell

COLORS = (BLUE, LIGHT_BLUE, ORANGE)
THICKNESS = 0.2
ABOVE = 0.36


def plot_stresses(stresses: Stresses) -> Figure:
    """Draw each test's change of the probabilities with 95% intervals, and of the funding need."""
    rows = len(stresses.tests)
    with picture((SIZE[0], 2.3 + 0.95 * rows)) as figure:
        axes = figure.add_subplot()
        _draw_changes(axes, stresses)
        _write_funding_needs(axes, stresses)
        for row, test in enumerate(stresses.tests):
            axes.text(0.0, row - ABOVE, test.title, transform=axes.get_yaxis_transform())
        axes.axvline(0.0, color=MUTED, linewidth=0.8)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_ylim(rows - 0.1, -0.8)
        axes.set_xlabel("change of the probability, in points")
        axes.legend(
            loc="lower center",
            ncols=3,
            fontsize=9,
            frameon=True,
            edgecolor="none",
            facecolor="white",
            framealpha=1.0,
        )
        tell(axes, stresses.finding, f"{stresses.scenario.name}: under each stress test")
        sign(figure, stresses.luck.words)
    return figure


def _draw_changes(axes: Axes, stresses: Stresses) -> None:
    """Draw a bar a probability and test."""
    chances = [i for i, f in enumerate(stresses.figures) if f.unit == "probability"]
    rows = np.arange(len(stresses.tests))
    for place, (chance, color) in enumerate(zip(chances, COLORS, strict=True)):
        changes = [test.changes[chance] for test in stresses.tests]
        value = 100.0 * np.array([change.value for change in changes])
        reach = 100.0 * np.array([change.high - change.value for change in changes])
        axes.barh(
            rows + (place - 1) * THICKNESS,
            value,
            0.9 * THICKNESS,
            xerr=reach,
            color=color,
            error_kw={"ecolor": INK, "elinewidth": 0.9},
            label=f"{stresses.figures[chance].short} (now {stresses.base[chance].value:.0%})",
        )


def _write_funding_needs(axes: Axes, stresses: Stresses) -> None:
    """Write the change of the funding need beside each test."""
    (need,) = (i for i, f in enumerate(stresses.figures) if f.unit != "probability")
    beside = {"transform": axes.get_yaxis_transform(), "ha": "right"}
    now = f"median peak need, bn USD (now {stresses.base[need].value:.1f})"
    axes.text(1.0, -0.66, now, fontsize=8.5, color=MUTED, **beside)
    for row, test in enumerate(stresses.tests):
        axes.text(1.0, row - ABOVE, f"{test.changes[need].value:+.1f}", **beside)
