"""What was believed before, and what is now that something has been seen."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.analysis.update import Spread, Update
from simulate.engine.estimate import WeightedPaths
from simulate.text.numbers import unit_of
from simulate.text.update import finding, name_of

from .frame import frame, in_percent, in_unit, label_years, made_by, wrap
from .style import LIGHT, SMALL, Theme

SIZE = (8.0, 8.0)
BINS = 60
SHOWN = (0.005, 0.995)
# Points.
NAME_WIDTH = 230.0


def plot_update(update: Update, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the headline probability by quarter, and what moved, before and now."""
    scenario = update.scenario
    seen = "; ".join(observation.text for observation in update.observations)
    with frame(axes, theme, SIZE, heights=(5, 3, 3), columns=2, wide_top=True) as picture:
        (top,), *below = picture.panels
        _draw_hitting(top, update, theme)
        moved = (update.outcomes, update.inputs)
        for row, spreads in zip(below, moved, strict=True):
            for place, panel in enumerate(row):
                if place < len(spreads):
                    _draw_density(panel, spreads[place], update, theme)
                else:
                    panel.set_axis_off()
        weighted = f"weighted: effective sample size {update.posterior.effective:,.0f}"
        return picture.tell(
            finding(update),
            f"{scenario.name}, having seen {seen}",
            made_by(f"{len(update.hitting):,} paths, {weighted}, seed {scenario.sampling.seed}"),
        )


def _draw_hitting(axes: Axes, update: Update, theme: Theme) -> None:
    """Draw the share of paths that have got there by each quarter."""
    horizon, event = update.scenario.horizon, update.beliefs[0].event
    place = np.arange(horizon.quarters + 1)
    for paths, color, name in (
        (update.prior, theme.muted, "before"),
        (update.posterior, theme.blue, "now"),
    ):
        reached = _reached(paths, update.hitting, horizon.quarters)
        axes.plot(place, reached, color=color, linewidth=2.2, label=name)
    axes.axvline(event.quarter + 1, color=theme.ink, linestyle="--", linewidth=1.0)
    axes.set_xlim(0.0, horizon.quarters)
    axes.set_ylim(0.0, 1.0)
    label_years(axes, horizon, theme)
    in_percent(axes.yaxis)
    axes.set_ylabel("reached by then")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)


def _reached(
    paths: WeightedPaths, hitting: NDArray[np.integer], quarters: int
) -> NDArray[np.float64]:
    shares = np.bincount(hitting, weights=paths.weight, minlength=quarters + 1)
    return np.concatenate([[0.0], np.cumsum(shares[:quarters]) / paths.weight.sum()])


def _draw_density(axes: Axes, spread: Spread, update: Update, theme: Theme) -> None:
    """Draw a number's histogram before, filled, and now, as a line."""
    low, high = np.quantile(spread.by_path, SHOWN)
    edges = np.linspace(low, high, BINS + 1)
    before, now = (
        np.histogram(spread.by_path, edges, weights=paths.weight)[0] / paths.weight.sum()
        for paths in (update.prior, update.posterior)
    )
    axes.stairs(before, edges, fill=True, color=theme.pale)
    axes.stairs(now, edges, color=theme.blue, linewidth=1.8)
    for estimates, color in ((spread.before, theme.muted), (spread.after, theme.blue)):
        axes.axvline(estimates[1].value, color=color, linewidth=1.2, linestyle=":")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    name = in_unit(axes.xaxis, unit_of(spread.unit), name_of(spread))
    axes.set_title(wrap(name, NAME_WIDTH, SMALL), loc="left", fontsize=SMALL)
