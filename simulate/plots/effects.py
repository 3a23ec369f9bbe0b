"""An outcome by each input: in tenths, and as a tornado."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.effects import TENTHS, Effect
from simulate.text.effects import ordered, telling, tenths_finding, tornado_finding
from simulate.text.numbers import PLAIN

from .drivers import Kind, label_outcome, list_names, named, plot_outcomes
from .frame import wrap
from .style import LIGHT, SMALL, Theme

MIDDLES = (np.arange(TENTHS) + 0.5) / TENTHS
MARKERS = ("o", "s", "^", "D")
# Points that an input's name may take.
NAME_WIDTH = 110.0
MOST_BARS = 9


def plot_tenths(drivers: Drivers, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw each outcome by the quantile of its most telling inputs, a line an input."""
    return plot_outcomes(LINES, drivers, drivers.explanations, axes, theme)


def _note(drivers: Drivers) -> str:
    return (
        f"{drivers.kept_paths:,} paths; 95% intervals. Inputs of one letter are correlated and "
        "move together."
    )


def _draw(axes: Axes, explanation: Explanation, letters: dict[str, str], theme: Theme) -> None:
    effects = telling(ordered(explanation.effects), len(MARKERS))
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
    if explanation.outcome.bounds[0] == 0.0:
        axes.set_ylim(bottom=0.0)
    label_outcome(axes.yaxis, explanation)
    if effects:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)


LINES = Kind(
    _draw,
    finding=tenths_finding,
    detail="by the tenth of the paths in which an input lies; dashed: all paths",
    note=_note,
)


def plot_tornado(drivers: Drivers, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw each outcome where an input is at its P10 and at its P90, the widest on top."""
    return plot_outcomes(BARS, drivers, drivers.explanations, axes, theme)


def plot_tornado_of(
    drivers: Drivers, explanation: Explanation, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw one outcome where an input is at its P10 and at its P90, the widest on top."""
    return plot_outcomes(BARS, drivers, [explanation], axes, theme)


def _tornado_note(drivers: Drivers) -> str:
    return (
        f"{drivers.kept_paths:,} paths, a tenth of them about each P10 and P90 (grey: their "
        "values); 95% intervals. Inputs of one letter are correlated and move together."
    )


def _draw_tornado(
    axes: Axes, explanation: Explanation, letters: dict[str, str], theme: Theme
) -> None:
    middle, shown = explanation.value.value, telling(explanation.effects, MOST_BARS)
    for place, effect in enumerate(shown):
        _draw_effect(axes, place, effect, middle, theme)
    axes.axvline(middle, color=theme.ink, linewidth=1.0)
    list_names(axes, [named(effect.key, letters) for effect in shown])
    axes.margins(x=0.12)
    label_outcome(axes.xaxis, explanation)


def _draw_effect(axes: Axes, place: int, effect: Effect, middle: float, theme: Theme) -> None:
    values = (PLAIN.significant(value, 3) for value in (effect.p10, effect.p90))
    low, high = effect.ends or values
    for at, value, color, name in (
        (effect.at_p10, low, theme.orange, "at the input's P10"),
        (effect.at_p90, high, theme.blue, "at its P90"),
    ):
        axes.barh(
            place,
            at.value - middle,
            left=middle,
            height=0.62,
            color=color,
            xerr=[[at.value - at.low], [at.high - at.value]],
            ecolor=theme.ink,
            error_kw={"linewidth": 1.0, "capsize": 2.5},
            label=name if place == 0 else None,
        )
        right = at.value >= middle
        axes.annotate(
            value,
            (at.high if right else at.low, place),
            xytext=(3 if right else -3, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize="small",
            color=theme.muted,
        )


BARS = Kind(
    _draw_tornado,
    finding=tornado_finding,
    detail="where an input is at its P10 and at its P90",
    note=_tornado_note,
)
