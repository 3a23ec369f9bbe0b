"""Which drivers explain how much of an outcome's variance."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.decomposition import Index
from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import largest, what_moves
from simulate.estimate import Estimate

from .panels import Kind, list_names, named, plot_outcomes
from .style import LIGHT, Theme
from .ticks import in_percent

MOST_BARS = 9


def plot_drivers(drivers: Drivers, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw each outcome's drivers, the largest on top, and how much they explain."""
    return plot_outcomes(BARS, drivers, drivers.explanations, axes, theme)


def plot_drivers_of(
    drivers: Drivers, explanation: Explanation, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw one outcome's drivers, the largest on top, and how much they explain."""
    return plot_outcomes(BARS, drivers, [explanation], axes, theme)


def _finding(explanation: Explanation) -> str:
    return what_moves(explanation, explanation.outcome.name)


def _note(drivers: Drivers) -> str:
    return (
        f"{drivers.runs} runs of {drivers.paths:,} paths; 95% intervals. Drivers of one letter "
        "are correlated: first-order counts what one tells about the others."
    )


def _draw(axes: Axes, explanation: Explanation, letters: dict[str, str], theme: Theme) -> None:
    shown = largest(explanation.indices, MOST_BARS)
    for place, index in enumerate(shown):
        _draw_index(axes, place, index, theme)
    list_names(axes, [named(index.name, letters) for index in shown])
    axes.set_xlim(left=0.0)
    in_percent(axes.xaxis)
    axes.set_xlabel("part of the variance")


def _draw_index(axes: Axes, place: int, index: Index, theme: Theme) -> None:
    """Draw a driver's share as a bar, and marks where its other indices lie."""
    label = place == 0
    if index.share is not None:
        axes.barh(
            place,
            index.share.value,
            height=0.62,
            color=theme.blue,
            xerr=_reach(index.share),
            ecolor=theme.ink,
            error_kw={"linewidth": 1.0, "capsize": 2.5},
            label="share (sum: 100%)" if label else None,
        )
    for estimate, marker, color, name in (
        (index.first_order, "|", theme.ink, "first-order"),
        (index.total_order, "d", theme.orange, "total-order"),
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
    if index.total_order is not None:
        axes.plot(
            [0.0, index.total_order.value],
            [place, place],
            color=theme.pale,
            linewidth=1.0,
            zorder=0,
        )


def _reach(estimate: Estimate) -> float:
    """Return how far the 95% interval reaches to either side."""
    return estimate.high - estimate.value


BARS = Kind(
    _draw,
    finding=_finding,
    detail="first-order: explained by itself, total-order: left once all others are known",
    note=_note,
)
