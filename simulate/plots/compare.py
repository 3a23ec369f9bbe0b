"""Two scenarios laid over each other: the date of the margin, and the margin of one year."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.compare import compared_year
from simulate.engine.result import Result
from simulate.model.outcomes import projected_metric, projected_time
from simulate.model.rows import Hit, Metric
from simulate.scenario.frame import Horizon
from simulate.text.compare import finding
from simulate.text.numbers import share

from .frame import POINTS_AN_INCH, SIZE, frame, in_percent, label_years, made_of, wrap
from .style import LIGHT, SMALL, Theme

# Points that a scenario's name may take in the legend.
NAME_WIDTH = 0.9 * POINTS_AN_INCH * SIZE[0] - 100.0
BINS_TOGETHER = 5
ROOM = 0.1


def plot_comparison(
    before: Result, after: Result, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw when two scenarios' margins reach their targets, and their margins of one year.

    Parameters
    ----------
    before, after
        Results whose horizons have a year in common; the definition of the margin and the year
        are those of the first one's projection.
    axes, theme
        As of every picture.

    Raises
    ------
    ValueError
        If the horizons have no year in common.
    """
    year = compared_year(before, after)
    time, metric = projected_time(before.scenario), projected_metric(before.scenario)
    both = ((before, theme.blue), (after, theme.orange))
    with frame(axes, theme, heights=(6, 5)) as picture:
        (top,), (bottom,) = picture.panels
        for result, color in both:
            _draw_dates(top, result, time, year, before.scenario.horizon, color)
            _draw_margins(bottom, result, metric, year, color)
        _finish_dates(top, before, year, theme)
        _finish_margins(bottom, before, after, metric, year, theme)
        detail = f"{metric.title}: when it is first at the target, and where it is in {year}"
        return picture.tell(finding(before, after), detail, _footer(before, after))


def _draw_dates(
    axes: Axes, result: Result, time: Hit, year: int, shown: Horizon, color: str
) -> None:
    horizon = result.scenario.horizon
    quarters = range(horizon.quarters)
    reached = [0.0, *(result.probability_by(time, quarter).value for quarter in quarters)]
    place = horizon.first_quarter - shown.first_quarter + np.arange(len(reached))
    name = wrap(result.scenario.name, NAME_WIDTH, SMALL, most=1)
    by_year = result.probability_by_year(time, year).value
    axes.plot(place, reached, color=color, linewidth=2.2, label=f"{name}: {share(by_year)}")
    axes.plot(place[result.last_quarter(year) + 1], by_year, "o", color=color, markersize=7)


def _finish_dates(axes: Axes, before: Result, year: int, theme: Theme) -> None:
    end = before.last_quarter(year) + 1
    axes.axvline(end, color=theme.ink, linestyle="--", linewidth=1.0)
    axes.set_xlim(0.0, before.scenario.horizon.quarters)
    label_years(axes, before.scenario.horizon, theme)
    axes.set_ylim(-0.02, 1.06)
    axes.set_ylabel("at the target")
    in_percent(axes.yaxis)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2)


def _draw_margins(axes: Axes, result: Result, metric: Metric, year: int, color: str) -> None:
    counts, edges = result.histogram(metric)
    pooled = counts[:, result.last_quarter(year)].sum(axis=0, dtype=np.int64)
    shares = pooled.reshape(-1, BINS_TOGETHER).sum(axis=1) / result.paths
    axes.stairs(shares, edges[::BINS_TOGETHER], color=color, linewidth=1.8)


def _finish_margins(
    axes: Axes, before: Result, after: Result, metric: Metric, year: int, theme: Theme
) -> None:
    lowest = min(result.in_year(metric, year)["p05"].value for result in (before, after))
    targets = {result.scenario.targets.gross_margin for result in (before, after)}
    for target in sorted(targets):
        axes.axvline(target, color=theme.ink, linestyle="--", linewidth=1.0)
    axes.set_xlim(min(lowest, *targets) - ROOM, 1.0)
    axes.set_ylim(0.0, None)
    in_percent(axes.xaxis)
    in_percent(axes.yaxis)
    axes.set_xlabel(f"gross margin of {year}, dashed: the target")
    axes.set_ylabel("paths, by 1%")


def _footer(before: Result, after: Result) -> str:
    made = made_of(before, projection=True)
    if (before.paths, before.scenario.sampling.seed) == (after.paths, after.scenario.sampling.seed):
        return made
    return f"The second: {after.paths:,} paths, seed {after.scenario.sampling.seed}. {made}"
