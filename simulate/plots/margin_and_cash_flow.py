"""The date of the margin against the date of free cash flow: a map with never as row and column."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.estimate import Estimate, probability
from simulate.kernels.rows import Hit
from simulate.number_format import exact_percent, percent, share
from simulate.result import NEVER, Result, projected_time
from simulate.scenario.quarters import QUARTERS_A_YEAR

from .frame import frame, made_of
from .style import LIGHT, SMALL, Theme, mix, width_of
from .ticks import year_step

MOST_PERIODS = 10
# Points that the share in a cell takes.
CELL = 40.0
DARKEST_BACKGROUND = 0.55
LEAST_SHOWN = 0.005
# Between the last period and never, in cells.
GAP = 0.15


def plot_margin_and_cash_flow(
    result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw the share of paths by the year of the margin and that of the cash flow."""
    targets = result.scenario.targets
    with frame(axes, theme) as picture:
        _draw_map(picture.axes, result, theme)
        target = exact_percent(targets.gross_margin)
        picture.axes.set_xlabel(f"gross margin first at {target}, {targets.projected_margin}")
        picture.axes.set_ylabel("free cash flow positive,\nfour quarters in a row")
        margin, cash = (chance.value for chance in _chances(result)[2:])
        detail = (
            f"{result.scenario.name}: share of paths by the two dates; "
            f"margin alone {share(margin)}, cash flow alone {share(cash)}"
        )
        return picture.tell(margin_and_cash_flow_finding(result), detail, made_of(result))


def margin_and_cash_flow_finding(result: Result) -> str:
    """Say how probable both and neither are within the horizon."""
    both, neither, _, _ = (percent(chance) for chance in _chances(result))
    last = result.years[-1]
    return f"Margin and cash flow both by {last}: {both}; neither: {neither}"


def _chances(result: Result) -> list[Estimate]:
    """Return the probabilities of both within the horizon, neither, margin and cash flow alone."""
    joint = joint_counts(result)
    parts = (joint[:, :-1, :-1], joint[:, -1:, -1:], joint[:, :-1, -1:], joint[:, -1:, :-1])
    return [probability(part.sum(axis=(1, 2)), result.replicate_paths) for part in parts]


def joint_counts(result: Result) -> NDArray[np.int64]:
    """Return paths by replicate, quarter of the projected margin, and quarter of the cash flow.

    Shape (replicates, quarters + 1, quarters + 1); the last of a row or column is never.
    """
    definition = 0 if projected_time(result.scenario) is Hit.MARGIN_PAYING else 1
    return result.tally.joint[:, definition].astype(np.int64)


def _by_period(counts: NDArray[np.int64], quarters: int) -> NDArray[np.int64]:
    """Add up so many quarters along the last two axes, and keep never apart."""
    starts = [*range(0, counts.shape[-1] - 1, quarters), counts.shape[-1] - 1]
    return np.add.reduceat(np.add.reduceat(counts, starts, axis=-1), starts, axis=-2)


def _draw_map(axes: Axes, result: Result, theme: Theme) -> None:
    most = max(1, min(MOST_PERIODS, int(width_of(axes) / CELL)))
    step = year_step(len(result.years), most)
    shares = _by_period(joint_counts(result).sum(axis=0), step * QUARTERS_A_YEAR) / result.paths
    colors = LinearSegmentedColormap.from_list(
        "shares", [mix(theme.paper, theme.blue, 0.04), theme.blue]
    )
    periods = len(shares) - 1
    edges = np.append(np.arange(periods + 1.0), [periods + GAP, periods + GAP + 1.0])
    # Between the periods and never stands a row and column of nothing.
    cells = np.insert(np.insert(shares.T, periods, np.nan, axis=0), periods, np.nan, axis=1)
    top = float(shares.max())
    axes.pcolormesh(
        edges, edges, cells, cmap=colors, vmin=0.0, vmax=top, edgecolors=theme.paper, linewidth=1.0
    )
    middle = np.append(np.arange(periods) + 0.5, periods + GAP + 0.5)
    for i, j in np.ndindex(*shares.shape):
        if shares[i, j] > 0.0:
            axes.text(
                float(middle[i]),
                float(middle[j]),
                share(float(shares[i, j])),
                ha="center",
                va="center",
                fontsize=SMALL,
                color=_ink(float(shares[i, j]), top, theme),
            )
    names = [_period(first, step, result.years[-1]) for first in result.years[::step]]
    axes.set_xticks(middle, [name.replace("-", "-\n") for name in [*names, NEVER]])
    axes.set_yticks(middle, [*names, NEVER])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def _period(first: int, years: int, last: int) -> str:
    end = min(first + years - 1, last)
    return str(first) if end == first else f"{first}-{end}"


def _ink(part: float, largest: float, theme: Theme) -> str:
    if part > DARKEST_BACKGROUND * largest:
        return theme.paper
    return theme.ink if part >= LEAST_SHOWN else theme.muted
