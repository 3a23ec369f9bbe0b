"""What was predicted of each figure, and what came true."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.backtest import Backtest, Score

from .style import BLUE, INK, LIGHT_BLUE, MUTED, ORANGE, picture, sign, tell

BINS = 80
SHOWN = (0.002, 0.998)
MARGIN = 0.04


def plot_backtest(backtest: Backtest) -> Figure:
    """Draw the distribution that was predicted of each figure, and what came true."""
    scores = backtest.scores
    with picture((9.0, 1.9 + 1.45 * len(scores))) as figure:
        rows = figure.subplots(len(scores), 1, squeeze=False)[:, 0]
        for axes, score in zip(rows, scores, strict=True):
            _plot_score(axes, score)
        tell(
            rows[0],
            backtest.in_words().removesuffix("."),
            f"{backtest.scenario.name}: share of paths; bars from P5 to P95 and P25 to P75",
        )
        sign(figure, f"{backtest.paths:,} paths, seed {backtest.scenario.sampling.seed}.")
    return figure


def _plot_score(axes: Axes, score: Score) -> None:
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
    axes.set_xlabel(f"{score.observation.seen.name}", fontsize=9, color=MUTED, labelpad=1)
    if score.observation.seen.unit == "share":
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    else:
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.tick_params(labelsize=8)
