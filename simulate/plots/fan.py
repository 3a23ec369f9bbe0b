"""Fans: quantiles by quarter, and reported figures on them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from simulate.analysis.reported import Ends, Mark
from simulate.engine.result import Result
from simulate.model.catalogue import AnyMetric

from .frame import WIDE, in_logarithms, legend_height, wrap
from .style import SMALL, Theme, mix, width_of

Array = NDArray[np.float64]
LEVELS: tuple[str, ...] = ("p05", "p25", "p50", "p75", "p95")
# Of their height, beyond the outer band.
ROOM = 0.06
# By how much a logarithmic axis goes beyond its amounts, how far it reaches, and where they are 0.
BEYOND, SPAN, LEAST_TOP = 1.25, 1e5, 1e-6
# Between a title and what it is above, in points.
TITLE_PAD = 6.0
# The size of a mark, in points.
MARK = 6.5
# Margins below are shown only as far as the inner band goes.
LOWEST_MARGIN = 0.0
# Points about a label in which no other one stands, and that axes with labels take.
APART, LABELLED = 24.0, 200.0


def quantiles_of(result: Result, metric: AnyMetric) -> dict[str, Array]:
    """Return a metric's quantiles by quarter, at each of ``LEVELS``."""
    quarters = range(result.scenario.horizon.quarters)
    estimates = [result.in_quarter(metric, quarter) for quarter in quarters]
    return {level: np.array([e[level].value for e in estimates]) for level in LEVELS}


def draw_fan(axes: Axes, place: ArrayLike, values: Mapping[str, Array], theme: Theme) -> None:
    """Draw P5 to P95, P25 to P75 and the median at places."""
    for low, high, color, name in (
        ("p05", "p95", theme.light_blue, "P5 to P95"),
        ("p25", "p75", mix(theme.light_blue, theme.blue, 0.4), "P25 to P75"),
    ):
        axes.fill_between(place, values[low], values[high], color=color, linewidth=0, label=name)
    axes.plot(place, values["p50"], color=theme.ink, linewidth=2.0, label="median")


def draw_ends(axes: Axes, place: ArrayLike, ends: Ends | None, theme: Theme) -> None:
    """Draw the lowest and the highest median of an alternative, if there are alternatives."""
    for medians, name in ((ends.low, "medians of alternatives"), (ends.high, None)) if ends else ():
        axes.plot(place, medians, color=theme.ink, linewidth=1.2, linestyle=":", label=name)


def draw_marks(
    axes: Axes,
    marks: Sequence[Mark],
    place: Callable[[Mark], float],
    theme: Theme,
    written: Callable[[float], str] | None = None,
) -> None:
    """Draw reported figures, filled, and what the company plans, hollow.

    Parameters
    ----------
    marks
        In order; of two that stand too near each other the later one is labelled.
    place
        Where a mark stands.
    written
        Their labels, if they have any, where axes are wide enough.
    """
    for mark in marks:
        hollow = {"markerfacecolor": theme.paper, "markeredgewidth": 1.6} if mark.is_plan else {}
        marker = "D" if mark.is_plan else "o"
        axes.plot(place(mark), mark.value, marker, ms=MARK, color=theme.orange, zorder=5, **hollow)
    if written is None or width_of(axes) < LABELLED:
        return
    apart = APART / width_of(axes) * np.ptp(axes.get_xlim())
    free = np.inf
    for mark in reversed(marks):
        if place(mark) <= free:
            free = place(mark) - apart
            axes.annotate(
                written(mark.value),
                (place(mark), mark.value),
                (0.0, MARK),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=SMALL,
                fontweight="bold",
                zorder=6,
            )


def explain_fan(axes: Axes, title: str) -> None:
    """Explain bands and lines above axes, and write a title above that."""
    columns = len(axes.get_legend_handles_labels()[1]) if width_of(axes) >= WIDE else 2
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        borderaxespad=0.2,
        columnspacing=1.2,
        handlelength=1.6,
    )
    write_title(axes, title, legend_height(axes))


def write_title(axes: Axes, title: str, above: float = 0.0) -> None:
    """Write the title of one of several panels, so many points above it."""
    wrapped = wrap(title, width_of(axes), SMALL, "bold", most=3)
    axes.set_title(wrapped, loc="left", fontsize=SMALL, fontweight="bold", pad=above + TITLE_PAD)


def margin_limits(fans: Iterable[Mapping[str, Array]]) -> tuple[float, float]:
    """Return from where to where margins are shown: all of the bands, unless they go far down."""
    fans = list(fans)
    outer, inner = (min(values[level].min() for values in fans) for level in ("p05", "p25"))
    lowest = max(outer, min(LOWEST_MARGIN, inner))
    return lowest - ROOM * (1.0 - lowest), 1.0


def money_limits(values: Mapping[str, Array]) -> tuple[float, float]:
    """Return from where to where amounts of either sign are shown."""
    bottom, top = values["p05"].min(), values["p95"].max()
    room = ROOM * max(top - bottom, 1e-3)
    return bottom - room, top + room


def amounts_on_log_scale(axes: Axes, amounts: Array) -> None:
    """Make room for amounts on a logarithmic axis, as far as they are above 0."""
    top = max(float(amounts.max()), LEAST_TOP)
    above = amounts[amounts > top / SPAN]
    axes.set_ylim((above.min() if above.size else top) / BEYOND, BEYOND * top)
    in_logarithms(axes)
