"""What was predicted of each figure, and what came true."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.backtest import Backtest, Score

from .style import BLUE, INK, LIGHT_BLUE, MUTED, ORANGE, PALE, picture, sign, tell
from .ticks import in_percent

BINS = 80
SHOWN = (0.002, 0.998)
MARGIN = 0.04


def plot_backtest(backtest: Backtest) -> Figure:
    """Draw the distribution that was predicted of each figure, and what came true."""
    scores = backtest.scores
    with picture((9.0, 1.9 + 1.45 * len(scores))) as figure:
        rows = figure.subplots(len(scores), 1, squeeze=False)[:, 0]
        for axes, score in zip(rows, scores, strict=True):
            (_plot_amount if score.is_amount else _plot_event)(axes, score)
        tell(
            rows[0],
            backtest.in_words().removesuffix("."),
            f"{backtest.scenario.name}: share of paths; bars from P5 to P95 and P25 to P75",
        )
        sign(figure, f"{backtest.paths:,} paths, seed {backtest.scenario.sampling.seed}.")
    return figure


def _plot_event(axes: Axes, score: Score) -> None:
    """Draw the share of paths in which an event happens, and the rest."""
    seen, happens = score.observation.seen, float(score.by_path.mean())
    axes.barh([0.0], [happens], color=LIGHT_BLUE, height=0.5)
    axes.barh([0.0], [1.0 - happens], left=[happens], color=PALE, height=0.5)
    for place, share, answer in ((0.0, happens, "yes"), (1.0, 1.0 - happens, "no")):
        came_true = seen.written(score.observation.value) == answer
        axes.text(
            place,
            0.45,
            f"{answer}: {share:.1%}{', came true' if came_true else ''}",
            ha="left" if place == 0.0 else "right",
            fontsize=9,
            color=ORANGE if came_true else INK,
        )
    axes.set_xlim(-MARGIN, 1.0 + MARGIN)
    axes.set_ylim(-0.4, 0.8)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    in_percent(axes.xaxis)
    axes.set_xlabel(seen.name, fontsize=9, color=MUTED, labelpad=1)
    axes.tick_params(labelsize=8)


def _plot_amount(axes: Axes, score: Score) -> None:
    """Draw the distribution of a figure, and what came true."""
    value = score.observation.value
    low, high = np.quantile(score.by_path, SHOWN)
    edges = np.linspace(low, max(high, low + 1e-9), BINS + 1)
    counts, _ = np.histogram(score.by_path, edges)
    axes.stairs(counts, edges, fill=True, color=LIGHT_BLUE)
    top = float(counts.max())
    p05, p25, p50, p75, p95 = (estimate.value for estimate in score.quantiles)
    axes.plot([p05, p95], [-0.07 * top] * 2, color=BLUE, linewidth=2.0, solid_capstyle="butt")
    axes.plot([p25, p75], [-0.07 * top] * 2, color=BLUE, linewidth=5.0, solid_capstyle="butt")
    axes.plot([p50], [-0.07 * top], "o", color="white", markersize=4, zorder=3)
    axes.axvline(value, color=ORANGE, linewidth=2.0)
    reach = min(low, value), max(high, value)
    room = MARGIN * (reach[1] - reach[0])
    axes.set_xlim(reach[0] - room, reach[1] + room)
    axes.set_ylim(-0.16 * top, 1.15 * top)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    right = value > sum(reach) / 2.0
    axes.annotate(
        f"came true: {score.observation.seen.written(value)}",
        (value, 1.02 * top),
        xytext=(-5 if right else 5, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        fontsize=9,
        color=INK,
    )
    seen = score.observation.seen
    if seen.unit == "share":
        axes.set_xlabel(seen.name, fontsize=9, color=MUTED, labelpad=1)
        in_percent(axes.xaxis)
    else:
        axes.set_xlabel(f"{seen.name}, {seen.unit}", fontsize=9, color=MUTED, labelpad=1)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.tick_params(labelsize=8)
