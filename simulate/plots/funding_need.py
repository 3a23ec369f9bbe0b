"""How much funding it takes: the probability that more is needed than an amount."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.estimate import histogram_quantiles, probability
from simulate.kernels.tally import money_edges
from simulate.number_format import dollars, dollars_with_error, percent
from simulate.result import Result

from .frame import frame, made_of
from .style import LIGHT, SMALL, Theme
from .ticks import in_money, in_percent

Array = NDArray[np.float64]

MARKED = {"p50": 0.5, "p90": 0.1, "p95": 0.05}
FURTHEST = 0.98
# Points of the curve, as fine as the eye sees.
STEPS = 600
# Billions: what an empty bin about zero may hold.
NOTHING = 2.0**-10


def plot_funding_need(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the exceedance curve of the peak funding need, with P50, P90 and P95 marked."""
    with frame(axes, theme) as picture:
        furthest = _furthest(result)
        need, exceeded = _thinned(*exceedance(result), furthest / STEPS)
        picture.axes.fill_between(need, exceeded, color=theme.light_blue, linewidth=0)
        picture.axes.plot(need, exceeded, color=theme.blue, linewidth=2.4)
        picture.axes.set_xlim(0.0, furthest)
        picture.axes.set_ylim(0.0, 1.0)
        in_percent(picture.axes.yaxis)
        unit = in_money(picture.axes.xaxis)
        picture.axes.set_xlabel(f"peak funding need, {unit}")
        picture.axes.set_ylabel("paths that need more")
        _mark(picture.axes, result, theme)
        detail = (
            f"{result.scenario.name}: peak funding need, the deepest cumulative free cash flow "
            f"by {result.years[-1]}"
        )
        return picture.tell(funding_need_finding(result), detail, made_of(result, funding=True))


def funding_need_finding(result: Result) -> str:
    """Say what half of the paths and one in ten need, or how many need nothing."""
    need = result.funding_need
    if need["p90"].value < NOTHING:
        counts = result.tally.funding_need[:, money_edges()[1:] <= NOTHING].sum(axis=1)
        return f"No funding needed: {percent(probability(counts, result.replicate_paths))}"
    return (
        f"Half of the paths need {dollars_with_error(need['p50'])} or more, "
        f"one in ten {dollars_with_error(need['p90'])}"
    )


def exceedance(result: Result) -> tuple[Array, Array]:
    """Return amounts in billions of dollars, and the share of paths that need more than each."""
    counts, edges = result.tally.funding_need.sum(axis=0, dtype=np.int64), money_edges()
    reached = np.cumsum(counts)[edges[1:] >= NOTHING]
    amounts = edges[1:][edges[1:] >= NOTHING]
    return np.insert(amounts, 0, 0.0), 1.0 - np.insert(reached, 0, reached[0]) / result.paths


def _thinned(amounts: Array, exceeded: Array, step: float) -> tuple[Array, Array]:
    """Return a curve with one point a step of its amounts, and its last one."""
    _, first = np.unique((amounts / step).astype(np.int64), return_index=True)
    kept = np.append(first, len(amounts) - 1)
    return amounts[kept], exceeded[kept]


def _furthest(result: Result) -> float:
    counts = result.tally.funding_need.sum(axis=0, dtype=np.int64)
    furthest, last = histogram_quantiles(counts, money_edges(), np.array([FURTHEST, 1.0]))
    return max(float(furthest if furthest > NOTHING else last), NOTHING)


def _mark(axes: Axes, result: Result, theme: Theme) -> None:
    for level, exceeded in MARKED.items():
        need = result.funding_need[level].value
        if need < NOTHING:
            continue
        axes.plot(
            [0.0, need, need],
            [exceeded, exceeded, 0.0],
            color=theme.ink,
            linestyle=":",
            linewidth=1.0,
        )
        axes.plot([need], [exceeded], "o", color=theme.ink, markersize=6)
        axes.annotate(
            f"{level.upper()} {dollars(need)}",
            (need, exceeded),
            (5.0, 5.0),
            textcoords="offset points",
            fontweight="bold",
            fontsize=SMALL,
        )
