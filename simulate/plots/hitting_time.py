"""When something is reached for the first time: a histogram over quarters, with never."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.kernels.rows import Hit
from simulate.result import HITTING_TIMES, NEVER, Result, projected_time

from .style import BLUE, INK, MUTED, ORANGE, PALE, picture, sign, tell

GAP = 1.5
NEVER_WIDTH = 3.0
LEAST_TOP = 0.01


def plot_margin_date(result: Result) -> Figure:
    """Draw the quarter in which gross margin first reaches its target, in both definitions."""
    targets = result.scenario.targets
    names = {Hit.MARGIN_PAYING: "paying users only", Hit.MARGIN_ALL: "with free users"}
    main = projected_time(result.scenario)
    (other,) = names.keys() - {main}
    year = targets.projected_year
    if year in result.years:
        share = result.probability_by_year(main, year).value
        finding = (
            f"Gross margin of {targets.gross_margin:.0%} by the end of {year}, as the company "
            f"projects: {share:.0%} of paths"
        )
    else:
        finding = _median_sentence(result, main, f"Gross margin reaches {targets.gross_margin:.0%}")
    return _plot(
        result,
        main,
        other,
        names[main],
        names[other],
        finding,
        "first quarter in which gross margin on trailing four quarters is at the target",
        year,
    )


def plot_cash_flow_date(result: Result) -> Figure:
    """Draw the quarter that completes a first year of positive free cash flow."""
    finding = _median_sentence(
        result, Hit.CASH_FLOW_HELD, "Free cash flow has been positive for a year"
    )
    return _plot(
        result,
        Hit.CASH_FLOW_HELD,
        Hit.CASH_FLOW_POSITIVE,
        "a held year (four quarters)",
        "first positive quarter",
        finding,
        "quarter that completes four positive quarters in a row",
        None,
    )


def _median_sentence(result: Result, time: Hit, what: str) -> str:
    quarter = result.hitting_quarter(time, 0.5).quarter
    never = result.probability_never(time).value
    if quarter == NEVER:
        return f"{what} by {result.years[-1]} in only {1.0 - never:.0%} of paths"
    return f"{what} by {quarter} in half of the paths; never by {result.years[-1]} in {never:.0%}"


def _plot(
    result: Result,
    main: Hit,
    other: Hit,
    main_name: str,
    other_name: str,
    finding: str,
    detail: str,
    projected_year: int | None,
) -> Figure:
    quarters = result.scenario.horizon.quarters
    place = np.arange(quarters) + 0.5
    with picture() as figure:
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(5, 3))
        share, other_share = _shares(result, main), _shares(result, other)
        top.bar(place, share[:-1], width=0.86, color=BLUE, label=main_name)
        top.stairs(
            other_share[:-1],
            np.arange(quarters + 1),
            baseline=None,
            color=ORANGE,
            linewidth=1.4,
            label=other_name,
        )
        top.set_ylabel("share of paths, by quarter")
        highest = max(share[:-1].max(), other_share[:-1].max(), LEAST_TOP)
        _draw_never(top, result, main, quarters, highest)
        top.yaxis.set_major_formatter(lambda value, _: f"{value:.1%}")
        top.legend(frameon=False, fontsize=9, loc="upper right", bbox_to_anchor=(0.88, 1.0))
        edges = np.arange(quarters + 1)
        for line, color in ((share, BLUE), (other_share, ORANGE)):
            bottom.plot(edges, np.insert(np.cumsum(line[:-1]), 0, 0.0), color=color, linewidth=2.0)
        bottom.set_ylabel("reached by then")
        bottom.set_ylim(0.0, 1.0)
        bottom.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        for axes in (top, bottom):
            _label_years(axes, result)
        if projected_year in result.years:
            _mark_projection(top, bottom, result, main, projected_year)
        tell(top, finding, f"{result.scenario.name}: {detail}")
        sign(figure, f"{result.paths:,} paths, seed {result.scenario.sampling.seed}.")
    return figure


def _mark_projection(top: Axes, bottom: Axes, result: Result, time: Hit, year: int) -> None:
    """Draw the company's year, and the share that has got there by its end."""
    end = 4 * (year - result.years[0]) + 4
    share = result.probability_by_year(time, year).value
    for axes in (top, bottom):
        axes.axvline(end, color=INK, linestyle="--", linewidth=1.0)
    top.text(
        end + 0.3,
        0.97,
        f"company: by {year}",
        va="top",
        fontsize=9,
        transform=top.get_xaxis_transform(),
    )
    bottom.plot([end], [share], "o", color=INK, markersize=5)
    bottom.text(end + 0.5, share - 0.03, f"{share:.0%}", va="top", fontsize=10, fontweight="bold")


def _shares(result: Result, time: Hit) -> np.ndarray:
    table = result.hitting_times
    return table.loc[table["outcome"] == HITTING_TIMES[time], "probability"].to_numpy()


def _draw_never(axes: Axes, result: Result, time: Hit, quarters: int, top: float) -> None:
    """Draw the share that never gets there as a bar of its own, broken where it is too high."""
    never = result.probability_never(time).value
    height = min(never, top)
    axes.bar(quarters + GAP + NEVER_WIDTH / 2, height, width=NEVER_WIDTH, color=PALE)
    label = f"{never:.0%}\nnever by\n{result.years[-1]}"
    if never > top:
        label += "\n(bar cut)"
    axes.text(
        quarters + GAP + NEVER_WIDTH / 2,
        height / 2,
        label,
        ha="center",
        va="center",
        fontsize=8.5,
        color=INK,
    )
    axes.set_xlim(0.0, quarters + GAP + NEVER_WIDTH + 0.5)
    axes.set_ylim(0.0, top * 1.22)


def _label_years(axes: Axes, result: Result) -> None:
    axes.set_xticks([4 * i + 2 for i in range(len(result.years))])
    axes.set_xticklabels([str(year) for year in result.years])
    axes.tick_params(axis="x", length=0)
    for i in range(1, len(result.years)):
        axes.axvline(4 * i, color=PALE, linewidth=0.6, zorder=0)
    axes.spines["bottom"].set_color(MUTED)
