"""How far each input alone takes an outcome from its P10 to its P90."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.conditional import Effect
from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import group_letters, how_far, telling

from .panels import head, list_names, named, panels, sign_drivers
from .style import BLUE, INK, MUTED, ORANGE

MOST_BARS = 9


def plot_tornado(drivers: Drivers) -> Figure:
    """Draw each outcome where an input is at its P10 and at its P90, the widest on top."""
    letters = group_letters(drivers.found)
    with panels(len(drivers.explanations)) as (figure, places):
        for axes, explanation in zip(places, drivers.explanations, strict=True):
            shown = telling(explanation.effects, MOST_BARS)
            _plot_effects(axes, explanation, shown, letters)
            detail = f"{drivers.scenario.name}: {explanation.outcome.name}"
            head(axes, _finding(explanation), detail)
        first = drivers.explanations[0]
        sign_drivers(
            figure,
            drivers,
            f"{first.outcome.name}: {_finding(first)}",
            f"{drivers.kept_paths:,} paths, a tenth of them about each P10 and P90 (grey: their "
            "values); 95% intervals. Inputs of one letter are correlated and move together.",
        )
    return figure


def _finding(explanation: Explanation) -> str:
    widest = telling(explanation.effects, 1)
    return how_far(explanation.outcome, widest[0]) if widest else "No input has an effect"


def _plot_effects(
    axes: Axes, explanation: Explanation, shown: Sequence[Effect], letters: dict[str, str]
) -> None:
    middle = explanation.value.value
    for place, effect in enumerate(shown):
        _plot_effect(axes, place, effect, middle)
    axes.axvline(middle, color=INK, linewidth=1.0)
    list_names(axes, [named(effect.key, letters) for effect in shown])
    axes.margins(x=0.12)
    if explanation.outcome.is_probability:
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.set_xlabel("probability", fontsize=9, color=MUTED)
    else:
        axes.set_xlabel("median, bn USD", fontsize=9, color=MUTED)
    if shown:
        axes.legend(loc="lower right", frameon=False, fontsize=8.5)


def _plot_effect(axes: Axes, place: int, effect: Effect, middle: float) -> None:
    for at, value, color, name in (
        (effect.at_p10, effect.p10, ORANGE, "at the input's P10"),
        (effect.at_p90, effect.p90, BLUE, "at its P90"),
    ):
        axes.barh(
            place,
            at.value - middle,
            left=middle,
            height=0.62,
            color=color,
            xerr=[[at.value - at.low], [at.high - at.value]],
            ecolor=INK,
            error_kw={"linewidth": 1.0, "capsize": 2.5},
            label=name if place == 0 else None,
        )
        right = at.value >= middle
        axes.annotate(
            f"{value:.3g}",
            (at.high if right else at.low, place),
            xytext=(3 if right else -3, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=8,
            color=MUTED,
        )
