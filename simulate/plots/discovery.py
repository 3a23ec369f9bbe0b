"""What separates the paths that get there: their share by the rule's inputs, and two examples."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from simulate.analysis.discovery import Discovery, Limit
from simulate.analysis.example_paths import Story
from simulate.kernels.rows import Metric, index
from simulate.result import projected_metric
from simulate.scenario import Scenario

from .style import BLUE, INK, MUTED, ORANGE, PALE, picture, sign, tell
from .ticks import in_percent

BINS = 28
LEAST_IN_A_BIN = 20
SHOWN = (0.005, 0.995)
SHARES = LinearSegmentedColormap.from_list("shares", ["#f1f4f6", "#9cc5d3", BLUE, "#0c3544"])


def plot_discovery(discovery: Discovery, success: Story | None, failure: Story | None) -> Figure:
    """Draw the share of paths in which the event happens, the rule, and a typical path of each."""
    with picture((11.5, 6.2)) as figure:
        grid = figure.add_gridspec(2, 2, width_ratios=(6, 5))
        left = figure.add_subplot(grid[:, 0])
        if len(discovery.limits) > 1:
            _plot_plane(left, discovery, *discovery.limits[:2])
        elif discovery.limits:
            _plot_line(left, discovery, discovery.limits[0])
        else:
            left.set_axis_off()
        tell(left, _finding(discovery), _detail(discovery))
        # A long line below the title may run past its axes, which need not shrink for it.
        left.texts[-1].set_in_layout(False)
        top, bottom = (figure.add_subplot(grid[row, 1]) for row in (0, 1))
        _plot_examples(top, bottom, discovery.scenario, success, failure)
        sign(
            figure,
            f"{len(discovery.outcomes):,} paths, half to find the rule and half to judge and draw "
            f"it; seed {discovery.scenario.sampling.seed}.",
        )
    return figure


def _finding(discovery: Discovery) -> str:
    if not discovery.separates:
        return "No rule separates the paths"
    return (
        f"{discovery.density.value:.0%} inside the rule, {discovery.overall.value:.0%} of all paths"
    )


def _detail(discovery: Discovery) -> str:
    return f"{discovery.scenario.name}: {discovery.event.in_words(discovery.scenario)}"


def _shown(limit: Limit) -> tuple[float, float]:
    low, high = np.quantile(limit.feature.by_path, SHOWN)
    return float(low), float(high)


def _plot_plane(axes: Axes, discovery: Discovery, x: Limit, y: Limit) -> None:
    """Draw the share over two inputs, and the rule's part of the plane."""
    (left, right), (low, high) = _shown(x), _shown(y)
    edges = np.linspace(left, right, BINS + 1), np.linspace(low, high, BINS + 1)
    place = x.feature.by_path, y.feature.by_path
    count, *_ = np.histogram2d(*place, bins=edges)
    hits, *_ = np.histogram2d(*place, bins=edges, weights=discovery.success.astype(float))
    share = np.where(count >= LEAST_IN_A_BIN, hits / np.maximum(count, 1), np.nan)
    mesh = axes.pcolormesh(*edges, share.T, cmap=SHARES, vmin=0.0, vmax=1.0)
    bar = axes.figure.colorbar(mesh, ax=axes, fraction=0.045, pad=0.02)
    in_percent(bar.ax.yaxis)
    bar.set_label("share of paths in which it happens", color=INK)
    start, stop = max(x.low, left), min(x.high, right)
    bottom, top = max(y.low, low), min(y.high, high)
    size = stop - start, top - bottom
    axes.add_patch(Rectangle((start, bottom), *size, fill=False, color=ORANGE, linewidth=2.2))
    for limit, name in ((x, "x"), (y, "y")):
        axes.set(**{f"{name}label": f"{limit.feature.title}, {limit.feature.unit}"})
        if limit.feature.unit == "share":
            in_percent(getattr(axes, f"{name}axis"))
    _write_rule(axes, discovery)


def _plot_line(axes: Axes, discovery: Discovery, limit: Limit) -> None:
    """Draw the share over one input, and the rule's part of it."""
    left, right = _shown(limit)
    edges = np.linspace(left, right, BINS + 1)
    count, _ = np.histogram(limit.feature.by_path, edges)
    hits, _ = np.histogram(limit.feature.by_path, edges, weights=discovery.success.astype(float))
    share = np.where(count >= LEAST_IN_A_BIN, hits / np.maximum(count, 1), np.nan)
    axes.axvspan(max(limit.low, left), min(limit.high, right), color=PALE, alpha=0.6, linewidth=0)
    axes.plot((edges[:-1] + edges[1:]) / 2.0, share, "o-", color=BLUE, markersize=4)
    axes.axhline(discovery.overall.value, color=MUTED, linewidth=1.0, linestyle="--")
    axes.text(left, discovery.overall.value + 0.01, "all paths", color=MUTED, fontsize=9)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks(np.linspace(0.0, 1.0, 6))
    in_percent(axes.yaxis)
    axes.set_ylabel("share of paths in which it happens")
    axes.set_xlabel(f"{limit.feature.title}, {limit.feature.unit}")
    _write_rule(axes, discovery)


def _write_rule(axes: Axes, discovery: Discovery) -> None:
    """Write the rule into a strip that is left free above what is drawn."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + (0.06 + 0.04 * len(discovery.limits)) * (high - low))
    axes.text(
        0.02,
        0.98,
        "\n".join(str(limit) for limit in discovery.limits),
        transform=axes.transAxes,
        va="top",
        fontsize=8.5,
        bbox={"facecolor": "white", "edgecolor": ORANGE, "pad": 4},
    )


def _plot_examples(
    top: Axes, bottom: Axes, scenario: Scenario, success: Story | None, failure: Story | None
) -> None:
    """Draw gross margin and cash of the two typical paths."""
    margin = projected_metric(scenario)
    end = scenario.horizon.first_year + (np.arange(scenario.horizon.quarters) + 1) / 4.0
    for story, color, name in ((success, BLUE, "it happens"), (failure, ORANGE, "it doesn't")):
        if story is None:
            continue
        top.plot(end, story.metrics[index(margin)], color=color, linewidth=1.8, label=name)
        bottom.plot(end, story.metrics[index(Metric.CASH)], color=color, linewidth=1.8)
    top.axhline(scenario.targets.gross_margin, color=INK, linewidth=1.0, linestyle="--")
    bottom.axhline(0.0, color=INK, linewidth=1.0, linestyle="--")
    in_percent(top.yaxis)
    top.set_ylabel(f"gross margin, {scenario.targets.projected_margin}")
    bottom.set_ylabel("cash, billions of dollars")
    top.legend(frameon=False, fontsize=9, loc="lower right")
    tell(top, "A typical path of each kind", "medoids by rank of inputs and outcomes")
