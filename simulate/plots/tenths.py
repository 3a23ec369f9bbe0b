"""An outcome in each tenth of the paths, by an input from low to high."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.conditional import TENTHS
from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import between_tenths, telling

from .panels import Kind, label_outcome, named, plot_outcomes
from .style import LIGHT, SMALL, Theme
from .wrapping import wrap

MIDDLES = (np.arange(TENTHS) + 0.5) / TENTHS
MARKERS = ("o", "s", "^", "D")
# Points that an input's name may take.
NAME_WIDTH = 110.0


def plot_tenths(drivers: Drivers, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw each outcome by the quantile of its most telling inputs, a line an input."""
    return plot_outcomes(LINES, drivers, drivers.explanations, axes, theme)


def _finding(explanation: Explanation) -> str:
    outcome, widest = explanation.outcome, telling(explanation.effects, 1)
    found = between_tenths(outcome, widest[0]) if widest else "no input has an effect"
    return f"{outcome.name[0].upper()}{outcome.name[1:]}: {found}"


def _note(drivers: Drivers) -> str:
    return (
        f"{drivers.kept_paths:,} paths; 95% intervals. Inputs of one letter are correlated and "
        "move together."
    )


def _draw(axes: Axes, explanation: Explanation, letters: dict[str, str], theme: Theme) -> None:
    effects = telling(explanation.effects, len(MARKERS))
    colors = (theme.blue, theme.orange, theme.muted, theme.ink)
    axes.axhline(explanation.value.value, color=theme.muted, linewidth=1.0, linestyle="--")
    for effect, color, marker in zip(effects, colors, MARKERS, strict=False):
        value = np.array([at.value for at in effect.deciles])
        reach = np.abs([[at.low, at.high] for at in effect.deciles] - value[:, np.newaxis]).T
        name = wrap(named(effect.key, letters), NAME_WIDTH, SMALL)
        axes.errorbar(
            MIDDLES, value, reach, color=color, marker=marker, markersize=4, capsize=2, label=name
        )
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks(MIDDLES, [f"{place + 1}" for place in range(TENTHS)])
    axes.set_xlabel("tenth of the paths, by the input from low to high")
    axes.set_ylim(bottom=0.0)
    label_outcome(axes.yaxis, explanation)
    if effects:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)


LINES = Kind(
    _draw,
    finding=_finding,
    detail="by the tenth of the paths in which an input lies; dashed: all paths",
    note=_note,
)
