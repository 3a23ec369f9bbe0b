"""Axes of time, of shares and of money."""

from typing import cast

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from simulate.number_format import money_unit
from simulate.scenario.quarters import QUARTERS_A_YEAR

from .style import SMALL, Theme, dress, width_of

STEPS = (1, 2, 5, 10, 25)
# Points that a year takes.
YEAR = 36.0
# Axes that a legend of several columns goes over, in points.
WIDE = 400.0


def year_step(years: int, most: int) -> int:
    """Return every which year is shown, so that there are not too many."""
    return next((step for step in STEPS if years <= step * most), STEPS[-1])


def label_years(axes: Axes, first_year: int, years: int, theme: Theme, most: int = 10) -> None:
    """Mark the fiscal years on an axis that counts quarters from the first year's start.

    Parameters
    ----------
    axes
        Whose x axis.
    first_year, years
        Of the horizon.
    theme
        The colours.
    most
        Labels, fewer where the axes are narrow.
    """
    step = year_step(years, max(1, min(most, int(width_of(axes) / YEAR))))
    shown = range(-first_year % step, years, step)
    middle = QUARTERS_A_YEAR / 2
    axes.set_xticks(
        [QUARTERS_A_YEAR * year + middle for year in shown], [str(first_year + y) for y in shown]
    )
    axes.tick_params(axis="x", length=0)
    if step == 1:
        for year in range(1, years):
            axes.axvline(QUARTERS_A_YEAR * year, color=theme.pale, linewidth=0.6, zorder=0)


def legend_columns(axes: Axes, most: int) -> int:
    """Return in how many columns a legend stands above axes."""
    return most if width_of(axes) >= WIDE else 1


def in_percent(axis: Axis) -> None:
    """Label an axis of shares in percent, with as many digits as its ticks need."""

    def label(value: float, _: float) -> str:
        low, high = axis.get_view_interval()
        digits = 0 if high - low > 0.04 else 1 if high - low > 0.004 else 2
        return f"{value:.{digits}%}"

    axis.set_major_formatter(label)


def add_bar_of_shares(axes: Axes, shaded: ScalarMappable, label: str, theme: Theme) -> None:
    """Explain the shades of a map of shares in a bar at its right."""
    bar = cast(Figure, axes.figure.figure).colorbar(shaded, ax=axes, fraction=0.045, pad=0.02)
    dress(bar.ax, theme)
    bar.ax.set_ylim(bottom=0.0)
    in_percent(bar.ax.yaxis)
    bar.set_label(label, fontsize=SMALL)


def in_money(axis: Axis) -> str:
    """Label an axis of billions of dollars in a unit that goes with its limits; return the unit."""
    factor, unit = money_unit(max(abs(limit) for limit in axis.get_view_interval()))
    axis.set_major_formatter(lambda value, _: f"{value / factor:,.6g}")
    return unit
