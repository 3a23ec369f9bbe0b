"""What was believed before, and what is now that something has been seen."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.update import Spread, Update
from simulate.estimate import Estimate
from simulate.weighted import WeightedPaths

from .style import BLUE, INK, MUTED, PALE, picture, sign, tell
from .ticks import in_percent

BINS = 60
SHOWN = (0.005, 0.995)


def plot_update(update: Update) -> Figure:
    """Draw the headline probability by quarter, and what moved, before and now."""
    with picture((12.5, 6.2)) as figure:
        grid = figure.add_gridspec(2, 4, width_ratios=(2, 2, 2, 2))
        left = figure.add_subplot(grid[:, :2])
        _plot_hitting(left, update)
        first = update.beliefs[0]
        tell(
            left,
            f"{_percent(first.before)} before, {_percent(first.after)} now",
            f"{update.scenario.name}: {first.event.in_words(update.scenario)}",
        )
        left.texts[-1].set_in_layout(False)
        drawn = [*update.outcomes[:2], *update.inputs[:2]]
        for place, spread in enumerate(drawn):
            axes = figure.add_subplot(grid[place // 2, 2 + place % 2])
            _plot_density(axes, spread, update)
        seen = "; ".join(observation.text for observation in update.observations)
        sign(
            figure,
            f"Seen: {seen}. {len(update.hitting):,} paths, worth "
            f"{update.posterior.effective:,.0f} after weighing; "
            f"seed {update.scenario.sampling.seed}.",
        )
    return figure


def _percent(estimate: Estimate) -> str:
    return f"{estimate.value:.0%}"


def _plot_hitting(axes: Axes, update: Update) -> None:
    """Draw the share of paths that have got there by each quarter."""
    quarters = update.scenario.horizon.quarters
    end = update.scenario.horizon.first_year + np.arange(quarters + 1) / 4.0
    for paths, color, name in (
        (update.prior, MUTED, "before"),
        (update.posterior, BLUE, "now"),
    ):
        axes.plot(end, _reached(paths, update.hitting, quarters), color=color, linewidth=2.2)
        axes.text(end[-1], _reached(paths, update.hitting, quarters)[-1], f" {name}", color=color)
    event = update.beliefs[0].event
    axes.axvline(end[event.quarter + 1], color=INK, linestyle="--", linewidth=1.0)
    axes.set_xlim(end[0], end[-1])
    axes.set_ylim(0.0, 1.0)
    in_percent(axes.yaxis)
    axes.set_ylabel("reached by then")


def _reached(paths: WeightedPaths, hitting: np.ndarray, quarters: int) -> np.ndarray:
    shares = np.bincount(hitting, weights=paths.weight, minlength=quarters + 1)
    return np.concatenate([[0.0], np.cumsum(shares[:quarters]) / paths.weight.sum()])


def _plot_density(axes: Axes, spread: Spread, update: Update) -> None:
    """Draw a number's histogram before, filled, and now, as a line."""
    low, high = np.quantile(spread.by_path, SHOWN)
    edges = np.linspace(low, high, BINS + 1)
    before, now = (
        np.histogram(spread.by_path, edges, weights=paths.weight)[0] / paths.weight.sum()
        for paths in (update.prior, update.posterior)
    )
    axes.stairs(before, edges, fill=True, color=PALE)
    axes.stairs(now, edges, color=BLUE, linewidth=1.8)
    for estimates, color in ((spread.before, MUTED), (spread.after, BLUE)):
        axes.axvline(estimates[1].value, color=color, linewidth=1.0, linestyle=":")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_title(spread.name.removeprefix("segments."), fontsize=9, loc="left")
    if spread.unit == "share":
        in_percent(axes.xaxis)
    else:
        axes.set_xlabel(spread.unit, fontsize=8, color=MUTED, labelpad=1)
    axes.tick_params(labelsize=8)
