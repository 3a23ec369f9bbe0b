"""Where money comes from, how long it lasts, and failure against success."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.capital import incidence, sources_and_uses
from simulate.engine.result import Result
from simulate.model.capital import LONGEST_RUNWAY
from simulate.model.rows import Hit
from simulate.text.capital import incidence_finding, runway_finding, runway_of, sources_finding
from simulate.text.numbers import share

from .fan import draw_fan, explain_fan, quantiles_of, write_title
from .frame import (
    frame,
    in_money,
    in_percent,
    label_years,
    legend_columns,
    legend_height,
    made_of,
)
from .style import LIGHT, Theme, mix

BAR = 0.7
# Of the lightest part of a stack, how much of its colour is left.
LIGHTEST = 0.35
ROOM = 1.04


def plot_sources_and_uses(
    result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw where cash comes from, above 0, and where it goes, below, by fiscal year."""
    found = sources_and_uses(result)
    place = np.arange(len(result.years))
    with frame(axes, theme) as picture:
        for parts, color, sign in (
            (found.sources, theme.blue, 1.0),
            (found.uses, theme.orange, -1.0),
        ):
            base, shades = np.zeros(len(place)), np.linspace(1.0, LIGHTEST, len(parts))
            for (name, amount), shade in zip(parts.items(), shades, strict=True):
                shown = mix(theme.paper, color, float(shade))
                picture.axes.bar(
                    place, sign * amount, BAR, bottom=base, color=shown, linewidth=0, label=name
                )
                base = base + sign * amount
        picture.axes.errorbar(
            place,
            found.change,
            found.error,
            fmt="o",
            markersize=5,
            color=theme.ink,
            label="change of cash",
        )
        picture.axes.axhline(0.0, color=theme.muted, linewidth=0.8)
        picture.axes.set_xticks(place, list(map(str, result.years)))
        unit = in_money(picture.axes.yaxis)
        columns = legend_columns(picture.axes, 3)
        picture.axes.legend(
            loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, borderaxespad=0.2
        )
        write_title(picture.axes, f"mean of paths, {unit}", legend_height(picture.axes))
        detail = (
            f"{result.scenario.name}: means of {len(result.traces):,} paths by fiscal year; what "
            "failed before counts 0; dots have their standard error"
        )
        return picture.tell(sources_finding(result, found), detail, made_of(result, funding=True))


def plot_runway(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw P5 to P95, P25 to P75 and the median of how many months cash lasts, by quarter."""
    horizon, raising = result.scenario.horizon, result.scenario.raising
    values = quantiles_of(result, runway_of(result))
    with frame(axes, theme) as picture:
        draw_fan(picture.axes, np.arange(1, horizon.quarters + 1), values, theme)
        if raising is not None:
            below = raising.below_months.quantile(0.5)
            picture.axes.axhline(
                below, color=theme.orange, linestyle="--", linewidth=1.2, label="money is sought"
            )
        picture.axes.set_xlim(0.0, horizon.quarters)
        picture.axes.set_ylim(0.0, LONGEST_RUNWAY * ROOM)
        label_years(picture.axes, horizon, theme)
        explain_fan(picture.axes, "runway at the quarter's burn, months")
        detail = (
            f"{result.scenario.name}: cash over the quarter's burn; {LONGEST_RUNWAY:.0f} months "
            "stand for more, or for no burn, and 0 for a failure"
        )
        return picture.tell(runway_finding(result), detail, made_of(result, funding=True))


def plot_incidence(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw by quarter which part of the paths earns its cash, which failed first, which neither."""
    found, horizon = incidence(result, Hit.CASH_FLOW_HELD), result.scenario.horizon
    place = np.arange(horizon.quarters + 1)
    reached, failed = (np.insert(part, 0, 0.0) for part in found)
    with frame(axes, theme) as picture:
        panel = picture.axes
        for low, high, color, name in (
            (0.0 * reached, reached, theme.blue, "four quarters of cash flow > 0"),
            (reached, 1.0 - failed, theme.pale, "neither"),
            (1.0 - failed, 0.0 * failed + 1.0, theme.orange, "failed first"),
        ):
            part = share(float((high - low)[-1]))
            panel.fill_between(place, low, high, color=color, linewidth=0, label=f"{name}: {part}")
        panel.set_xlim(0.0, horizon.quarters)
        panel.set_ylim(0.0, 1.0)
        in_percent(panel.yaxis)
        label_years(panel, horizon, theme)
        panel.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=legend_columns(panel, 3),
            borderaxespad=0.2,
        )
        detail = (
            f"{result.scenario.name}: paths by the end of each quarter, of which those that failed "
            "reach nothing any more"
        )
        return picture.tell(incidence_finding(result), detail, made_of(result, funding=True))
