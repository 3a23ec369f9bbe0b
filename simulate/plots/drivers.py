"""Which drivers explain how much of an outcome's variance."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.decomposition import Index
from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import (
    group_letters,
    largest,
    what_moves,
)
from simulate.estimate import Estimate

from .panels import head, list_names, named, panels, sign_drivers
from .style import BLUE, INK, MUTED, ORANGE, PALE

MOST_BARS = 9


def plot_drivers(drivers: Drivers) -> Figure:
    """Draw each outcome's drivers, the largest on top, and how much they explain."""
    letters = group_letters(drivers.found)
    with panels(len(drivers.explanations)) as (figure, places):
        for axes, explanation in zip(places, drivers.explanations, strict=True):
            _plot_indices(axes, explanation, letters)
            head(axes, _finding(explanation), drivers.scenario.name)
        sign_drivers(
            figure,
            drivers,
            _finding(drivers.explanations[0]),
            f"{drivers.runs} runs of {drivers.paths:,} paths; 95% intervals. Drivers of one letter "
            "are correlated: alone counts what one tells about the others.",
        )
    return figure


def _finding(explanation: Explanation) -> str:
    return what_moves(explanation, explanation.outcome.name)


def _plot_indices(axes: Axes, explanation: Explanation, letters: dict[str, str]) -> None:
    shown = largest(explanation.indices, MOST_BARS)
    for place, index in enumerate(shown):
        _plot_index(axes, place, index)
    list_names(axes, [named(index.name, letters) for index in shown])
    axes.set_xlim(left=0.0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel("part of the variance", fontsize=9, color=MUTED)
    if shown:
        axes.legend(loc="lower right", frameon=False, fontsize=8.5)


def _plot_index(axes: Axes, place: int, index: Index) -> None:
    """Draw a driver's share as a bar, and marks where its other indices lie."""
    label = place == 0
    if index.share is not None:
        axes.barh(
            place,
            index.share.value,
            height=0.62,
            color=BLUE,
            xerr=_reach(index.share),
            ecolor=INK,
            error_kw={"linewidth": 1.0, "capsize": 2.5},
            label="share (they sum to 100%)" if label else None,
        )
    for estimate, marker, color, name in (
        (index.alone, "|", INK, "alone"),
        (index.total, "d", ORANGE, "total"),
    ):
        if estimate is not None:
            axes.errorbar(
                max(estimate.value, 0.0),
                place,
                xerr=_reach(estimate),
                fmt=marker,
                color=color,
                markersize=11 if marker == "|" else 5,
                markeredgewidth=1.6,
                elinewidth=1.0,
                label=name if label else None,
            )
    if index.total is not None:
        axes.plot([0.0, index.total.value], [place, place], color=PALE, linewidth=1.0, zorder=0)


def _reach(estimate: Estimate) -> float:
    """Return how far the 95% interval reaches to either side."""
    return estimate.high - estimate.value
