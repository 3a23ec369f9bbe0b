"""The probability of an outcome in each tenth of the paths, by an input from low to high."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from simulate.analysis.conditional import TENTHS, Effect
from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import between_tenths, group_letters, telling

from .panels import named, sign_drivers
from .style import BLUE, MUTED, PALE, picture
from .ticks import in_percent

COLUMNS = 5
PANEL = (2.5, 2.7)
MIDDLES = (np.arange(TENTHS) + 0.5) / TENTHS


def plot_tenths(drivers: Drivers) -> Figure:
    """Draw each outcome by the quantile of its most telling inputs, one row an outcome."""
    letters, rows = group_letters(drivers.found), len(drivers.explanations)
    with picture((PANEL[0] * COLUMNS, PANEL[1] * rows)) as figure:
        parts = figure.subfigures(rows, 1, squeeze=False)[:, 0]
        for part, explanation in zip(parts, drivers.explanations, strict=True):
            shown = telling(explanation.effects, COLUMNS)
            finding = _finding(explanation)
            part.suptitle(finding, x=0.01, ha="left", fontsize=11, fontweight="bold")
            _plot_row(part, explanation, shown, letters)
        sign_drivers(
            figure,
            drivers,
            _finding(drivers.explanations[0]),
            f"{drivers.scenario.name}: outcomes in each tenth of {drivers.kept_paths:,} paths by "
            "an input; 95% intervals; dashed: all paths. Inputs of one letter are correlated.",
        )
    return figure


def _finding(explanation: Explanation) -> str:
    outcome, widest = explanation.outcome, telling(explanation.effects, 1)
    found = between_tenths(outcome, widest[0]) if widest else "no input has an effect"
    return f"{outcome.name}: {found}"


def _plot_row(
    part: SubFigure, explanation: Explanation, shown: Sequence[Effect], letters: dict[str, str]
) -> None:
    first: Axes | None = None
    for column, effect in enumerate(shown):
        axes = part.add_subplot(1, COLUMNS, column + 1, sharey=first)
        _plot_curve(axes, effect, explanation.value.value)
        name = named(effect.key, letters)
        axes.set_title(name, loc="left", fontsize=9)
        axes.tick_params(labelsize=8.5)
        axes.tick_params(axis="y", left=first is None, labelleft=first is None)
        first = first or axes
    if first is None:
        return
    first.set_ylim(bottom=0.0)
    if explanation.outcome.is_probability:
        in_percent(first.yaxis)
    else:
        first.set_ylabel("median, bn USD", fontsize=8.5, color=MUTED)


def _plot_curve(axes: Axes, effect: Effect, middle: float) -> None:
    value = np.array([at.value for at in effect.deciles])
    below, above = (
        np.abs([at.low for at in effect.deciles] - value),
        np.abs([at.high for at in effect.deciles] - value),
    )
    axes.axhline(middle, color=PALE, linewidth=1.0, linestyle="--", zorder=0)
    axes.errorbar(MIDDLES, value, [below, above], fmt="o-", color=BLUE, markersize=3.5, capsize=2.0)
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.1, 0.5, 0.9], ["P10", "P50", "P90"])
