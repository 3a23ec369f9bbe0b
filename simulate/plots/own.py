"""What a scenario adds to the model: the dates of its outcomes, and its metrics by quarter."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.engine.result import Result
from simulate.model.catalogue import FormulaMetric, OwnHit, stated_metrics, stated_times
from simulate.text.numbers import share, unit_of
from simulate.text.own import own_metrics_finding, own_outcomes_finding
from simulate.text.sentences import capitalized

from .dates import draw_range, reached_by, shares_of
from .fan import ROOM, Array, draw_fan, quantiles_of, write_title
from .frame import Frame, frame, in_money, in_percent, in_unit, label_years, made_of
from .style import LIGHT, SMALL, Theme

# Of what a scenario adds, in the order of its file.
MOST_PANELS = 6
WIDTH, AROUND, ROW = 8.0, 2.0, 2.6
# A band is shown as far as so many times its usual width beyond its usual ends.
FURTHEST = 2.0
MOST_YEARS = 5


def plot_own_outcomes(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw when each of the scenario's own outcomes comes: by quarter, and by the end of each."""
    times = stated_times(result.scenario)
    with _frame(len(times), axes, theme) as picture:
        panels = _panels(picture)
        for panel, time in zip(panels, times, strict=False):
            _draw_dates(panel, result, time, theme)
            if len(panels) > 1:
                write_title(panel, capitalized(time.clause))
        drawn = "bars: paths by quarter; line: those that have got there"
        band = "; band: in any alternative" if len(result.alternatives) > 1 else ""
        detail = f"{result.scenario.name}: {drawn}{band}{_first_of(times)}"
        return picture.tell(own_outcomes_finding(result), detail, made_of(result))


def plot_own_metrics(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw P5 to P95, P25 to P75 and the median of the scenario's own metrics by quarter."""
    metrics = stated_metrics(result.scenario)
    with _frame(len(metrics), axes, theme) as picture:
        panels = _panels(picture)
        cut = [
            _draw_metric(panel, result, metric, len(panels) > 1, theme)
            for panel, metric in zip(panels, metrics, strict=False)
        ]
        beyond = "; cut where they go far beyond most quarters" if any(cut) else ""
        drawn = "P5 to P95, P25 to P75 and the median of paths with a value"
        detail = f"{result.scenario.name}: {drawn}{beyond}{_first_of(metrics)}"
        return picture.tell(own_metrics_finding(result), detail, made_of(result))


def _frame(count: int, axes: Axes | None, theme: Theme) -> AbstractContextManager[Frame]:
    """Give panels for so many, two beside each other; the first of an odd number is wide."""
    shown = min(count, MOST_PANELS)
    rows = -(-shown // 2)
    size = (WIDTH, AROUND + ROW * max(rows, 1.4))
    is_odd = shown % 2 == 1
    return frame(axes, theme, size, (1,) * rows, 1 if shown == 1 else 2, is_odd and shown > 1)


def _panels(picture: Frame) -> list[Axes]:
    return [panel for row in picture.panels for panel in row]


def _first_of(added: Sequence[object]) -> str:
    return f"; the first {MOST_PANELS} of {len(added)}" if len(added) > MOST_PANELS else ""


def _draw_dates(axes: Axes, result: Result, time: OwnHit, theme: Theme) -> None:
    horizon = result.scenario.horizon
    shares, place = shares_of(result, time), np.arange(horizon.quarters + 1)
    reached = reached_by(shares)
    draw_range(axes, result, time, theme)
    axes.stairs(shares[:-1], place, fill=True, color=theme.light_blue)
    axes.plot(place, reached, color=theme.blue, linewidth=2.2)
    axes.annotate(
        share(reached[-1]),
        (horizon.quarters, reached[-1]),
        (4.0, 0.0),
        textcoords="offset points",
        color=theme.blue,
        fontweight="bold",
        fontsize=SMALL,
        va="center",
    )
    axes.set_xlim(0.0, horizon.quarters)
    axes.set_ylim(0.0, 1.04)
    in_percent(axes.yaxis)
    label_years(axes, horizon, theme, most=MOST_YEARS)


def _draw_metric(
    axes: Axes, result: Result, metric: FormulaMetric, is_titled: bool, theme: Theme
) -> bool:
    """Draw a metric's fan, and tell whether its outer band leaves the panel."""
    horizon, values = result.scenario.horizon, quantiles_of(result, metric)
    axes.set_xlim(0.0, horizon.quarters)
    label_years(axes, horizon, theme, most=MOST_YEARS)
    name, cut = metric.title, False
    if np.isfinite(values["p50"]).any():
        # A quarter's metric is known at its end.
        draw_fan(axes, np.arange(1, horizon.quarters + 1), values, theme)
        cut = _set_height(axes, values)
        axes.axhline(0.0, color=theme.ink, linestyle="--", linewidth=0.8)
        if metric.unit == "bn USD":
            name = f"{name}, {in_money(axes.yaxis)}"
        else:
            in_unit(axes.yaxis, unit_of(metric.unit), name)
    else:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no value in any quarter", transform=axes.transAxes, ha="center")
    if is_titled:
        write_title(axes, name)
    else:
        axes.set_ylabel(name)
    return cut


def _set_height(axes: Axes, values: Mapping[str, Array]) -> bool:
    """Show the outer band about as far as it goes in most quarters; tell whether it is cut."""
    low, high = np.nanmedian(values["p05"]), np.nanmedian(values["p95"])
    least, most = np.nanmin(values["p05"]), np.nanmax(values["p95"])
    reach = FURTHEST * (high - low)
    bottom, top = max(least, low - reach), min(most, high + reach)
    room = ROOM * max(top - bottom, 1e-3)
    axes.set_ylim(bottom - room, top + room)
    return bool(bottom > least or top < most)
