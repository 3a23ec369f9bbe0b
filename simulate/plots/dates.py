"""When margin and free cash flow get there: histograms of dates, and both together."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.analysis.dates import joint_chances, joint_counts
from simulate.engine.result import NEVER, Result
from simulate.model.catalogue import HittingTime
from simulate.model.outcomes import MARGINS
from simulate.model.rows import Hit
from simulate.scenario import Scenario
from simulate.scenario.frame import MarginDefinition
from simulate.text.dates import (
    cash_flow_date_finding,
    margin_and_cash_flow_finding,
    margin_date_finding,
)
from simulate.text.numbers import exact_percent, share
from simulate.text.run import told_margins

from .frame import frame, in_percent, label_years, legend_columns, made_of, year_step
from .style import LIGHT, SMALL, Theme, mix, width_of

LEAST_TOP = 0.01
HEADROOM = 1.22
# Of the horizon's length.
GAP, LABEL_ROOM = 0.03, 0.1
# The least and the most that never takes beside them.
NEVER_WIDTHS = 0.18, 0.4
MOST_BARS_APART = 80
MOST_PERIODS = 10
# Points that the share in a cell takes.
CELL = 40.0
DARKEST_BACKGROUND = 0.55
LEAST_SHOWN = 0.005
# How much of the colour a band has.
BAND = 0.22
# Between the last period and never, in cells.
GAP_TO_NEVER = 0.15


def plot_margin_date(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the quarter in which gross margin first reaches its target, in two definitions.

    In the projected one, and with free users, if there are any, or, where that is projected,
    without them.
    """
    drawn = _drawn_definitions(result.scenario)
    return _plot(
        result,
        [MARGINS[each].reached for each in drawn],
        [_in_legend(each) for each in drawn],
        margin_date_finding(result),
        "first quarter with gross margin at the target, on trailing four quarters",
        axes,
        theme,
        result.scenario.targets.projected_year,
    )


def _drawn_definitions(scenario: Scenario) -> list[MarginDefinition]:
    main = scenario.targets.projected_margin
    if main == "with free users":
        return [main, "paying users"]
    return [main, "with free users"] if "with free users" in told_margins(scenario) else [main]


def _in_legend(definition: MarginDefinition) -> str:
    return "paying users only" if definition == "paying users" else definition


def plot_cash_flow_date(
    result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw the quarter that completes four quarters of positive free cash flow in a row."""
    return _plot(
        result,
        [Hit.CASH_FLOW_HELD, Hit.CASH_FLOW_POSITIVE],
        ["four quarters in a row", "first positive quarter"],
        cash_flow_date_finding(result),
        "quarter that completes four quarters of positive free cash flow in a row",
        axes,
        theme,
    )


def _plot(
    result: Result,
    times: list[Hit],
    names: list[str],
    finding: str,
    detail: str,
    axes: Axes | None,
    theme: Theme,
    projected_year: int | None = None,
) -> Figure:
    with frame(axes, theme, heights=(5, 3)) as picture:
        (top,), (bottom,) = picture.panels
        top.sharex(bottom)
        shares = [shares_of(result, time) for time in times]
        _draw_histogram(top, shares, names, theme)
        _draw_never(top, result, times[0], theme)
        band = draw_range(bottom, result, times[0], theme)
        _draw_cumulative(bottom, shares, theme)
        for panel in (top, bottom):
            label_years(panel, result.scenario.horizon, theme)
        top.tick_params(labelbottom=False)
        if projected_year in result.years:
            _mark_projection(top, bottom, result, times[0], projected_year, theme)
        footer = made_of(result, projection=projected_year in result.years)
        about = f"{result.scenario.name}: {detail}"
        return picture.tell(
            finding, about, f"Equal areas are equal shares of paths.{band} {footer}"
        )


def shares_of(result: Result, time: HittingTime, given: str | None = None) -> NDArray[np.float64]:
    """Return the share of paths by quarter, and never, of those that live in an alternative."""
    hits = result.hits(time, given).sum(axis=0)
    return hits / hits.sum()


def draw_range(axes: Axes, result: Result, time: HittingTime, theme: Theme) -> str:
    """Draw the range between alternatives as a band, and return what it is."""
    if len(result.alternatives) < 2:
        return ""
    reached = [reached_by(shares_of(result, time, name)) for name in result.alternatives]
    place, color = np.arange(reached[0].size), mix(theme.paper, theme.blue, BAND)
    axes.fill_between(
        place, np.min(reached, axis=0), np.max(reached, axis=0), color=color, linewidth=0
    )
    return " Band: from the least to the most in any alternative."


def _draw_histogram(
    axes: Axes, shares: list[NDArray[np.float64]], names: list[str], theme: Theme
) -> None:
    """Draw bars, and a line of steps over them for what is compared with them."""
    main, *others = shares
    quarters = main.size - 1
    place = np.arange(quarters + 1)
    width = _bar_width(quarters)
    bars = axes.bar(place[:-1] + 0.5, main[:-1], width=width, color=theme.blue, linewidth=0)
    steps = [
        axes.stairs(other[:-1], place, baseline=None, color=theme.orange, linewidth=1.6)
        for other in others
    ]
    axes.set_ylabel("paths, by quarter")
    axes.set_ylim(0.0, HEADROOM * max(*(each[:-1].max() for each in shares), LEAST_TOP))
    in_percent(axes.yaxis)
    axes.legend(
        [bars, *steps],
        names,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=legend_columns(axes, 2),
        borderaxespad=0.2,
    )


def _bar_width(quarters: int) -> float:
    return 0.86 if quarters <= MOST_BARS_APART else 1.0


def _draw_never(axes: Axes, result: Result, time: Hit, theme: Theme) -> None:
    """Draw the share that never gets there, with the same area for a path as the quarters' bars."""
    quarters = result.scenario.horizon.quarters
    never = result.probability_never(time).value
    tallest = axes.get_ylim()[1] / HEADROOM
    least, most = (share_of_axis * quarters for share_of_axis in NEVER_WIDTHS)
    spread = min(max(never / tallest, least), most)
    height, width = never / spread, _bar_width(quarters) * spread
    low = quarters * (1.0 + GAP)
    middle = low + width / 2
    top = HEADROOM * max(tallest, height)
    axes.set_ylim(0.0, top)
    axes.bar(middle, height, width=width, color=theme.pale, linewidth=0)
    label = f"{share(never)}\nnever by\n{result.years[-1]}"
    # Above the bar, unless it is high enough to hold it.
    inside = height > 0.4 * top
    axes.text(
        middle,
        0.5 * height if inside else height + 0.03 * top,
        label,
        ha="center",
        va="center" if inside else "bottom",
        fontsize=SMALL,
    )
    axes.set_xlim(0.0, low + width + GAP * quarters)


def _draw_cumulative(axes: Axes, shares: list[NDArray[np.float64]], theme: Theme) -> None:
    main = shares[0]
    quarters = main.size - 1
    for each, color, order in zip(shares, (theme.blue, theme.orange), (3, 2), strict=False):
        reached = reached_by(each)
        axes.plot(np.arange(quarters + 1), reached, color=color, linewidth=2.2, zorder=order)
    axes.text(
        quarters * (1.0 + GAP / 2),
        main[:-1].sum(),
        share(main[:-1].sum()),
        color=theme.blue,
        fontweight="bold",
        va="center",
    )
    axes.set_ylabel("reached")
    axes.set_ylim(-0.02, 1.06)
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    in_percent(axes.yaxis)


def reached_by(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share that has got there before each quarter, and by the end of the last."""
    return np.insert(np.cumsum(shares[:-1]), 0, 0.0)


def _mark_projection(
    top: Axes, bottom: Axes, result: Result, time: Hit, year: int, theme: Theme
) -> None:
    """Draw the company's year, and the share that has got there by its end."""
    end = result.last_quarter(year) + 1
    reached = result.probability_by_year(time, year).value
    for axes in (top, bottom):
        axes.axvline(end, color=theme.ink, linestyle="--", linewidth=1.0)
    early = end <= result.scenario.horizon.quarters / 2
    top.annotate(
        f"company: by {year}",
        (end, 0.98),
        (4.0 if early else -4.0, 0.0),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="left" if early else "right",
        va="top",
        fontsize=SMALL,
    )
    bottom.plot([end], [reached], "o", color=theme.ink, markersize=6, zorder=4)
    # The curve rises to the right.
    left = reached < 0.5 and end > LABEL_ROOM * result.scenario.horizon.quarters
    bottom.annotate(
        share(reached),
        (end, reached),
        (-6.0, 4.0) if left else (7.0, -4.0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="bottom" if left else "center" if reached < 0.5 else "top",
        fontweight="bold",
    )


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
        chances = joint_chances(result)
        margin, cash = chances.margin_alone.value, chances.cash_flow_alone.value
        detail = (
            f"{result.scenario.name}: share of paths by the two dates; "
            f"margin alone {share(margin)}, cash flow alone {share(cash)}"
        )
        return picture.tell(margin_and_cash_flow_finding(result), detail, made_of(result))


def _by_period(counts: NDArray[np.int64], begins: list[int]) -> NDArray[np.int64]:
    """Add up the quarters of periods along the last two axes, and keep never apart."""
    starts = [*begins, counts.shape[-1] - 1]
    return np.add.reduceat(np.add.reduceat(counts, starts, axis=-1), starts, axis=-2)


def _draw_map(axes: Axes, result: Result, theme: Theme) -> None:
    most = max(1, min(MOST_PERIODS, int(width_of(axes) / CELL)))
    step = year_step(len(result.years), most)
    begins = result.scenario.horizon.year_begins[::step]
    shares = _by_period(joint_counts(result).sum(axis=0), begins) / result.paths
    colors = LinearSegmentedColormap.from_list(
        "shares", [mix(theme.paper, theme.blue, 0.04), theme.blue]
    )
    periods = len(shares) - 1
    edges = np.append(
        np.arange(periods + 1.0), [periods + GAP_TO_NEVER, periods + GAP_TO_NEVER + 1.0]
    )
    # Between the periods and never stands a row and column of nothing.
    cells = np.insert(np.insert(shares.T, periods, np.nan, axis=0), periods, np.nan, axis=1)
    top = float(shares.max())
    axes.pcolormesh(
        edges, edges, cells, cmap=colors, vmin=0.0, vmax=top, edgecolors=theme.paper, linewidth=1.0
    )
    middle = np.append(np.arange(periods) + 0.5, periods + GAP_TO_NEVER + 0.5)
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
