"""What was predicted of each figure, and what came true."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.backtest import Backtest, Score
from simulate.text.backtest import finding
from simulate.text.numbers import SHARE, unit_of

from .frame import frame, in_percent, in_unit, made_by
from .style import LIGHT, SMALL, Theme

# In inches.
WIDTH, AROUND, ROW = 8.0, 1.6, 1.45
BINS = 80
SHOWN = (0.002, 0.998)
MARGIN = 0.04
# Of the height of the highest bin.
QUANTILES = -0.07


def plot_backtest(backtest: Backtest, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the distribution that was predicted of each figure, and what came true."""
    scores, scenario = backtest.scores, backtest.scenario
    size = (WIDTH, AROUND + ROW * len(scores))
    with frame(axes, theme, size, heights=(1,) * len(scores)) as picture:
        for (panel,), score in zip(picture.panels, scores, strict=True):
            (_draw_amount if score.is_amount else _draw_event)(panel, score, theme)
            panel.set_yticks([])
            panel.spines["left"].set_visible(False)
        return picture.tell(
            finding(backtest),
            f"{scenario.name}: share of paths; bars from P5 to P95 and P25 to P75",
            made_by(f"{backtest.paths:,} paths, seed {scenario.sampling.seed}"),
        )


def _draw_event(axes: Axes, score: Score, theme: Theme) -> None:
    """Draw the share of paths in which an event happens, and the rest."""
    seen, happens = score.observation.seen, float(score.by_path.mean())
    axes.barh([0.0], [happens], color=theme.light_blue, height=0.5)
    axes.barh([0.0], [1.0 - happens], left=[happens], color=theme.pale, height=0.5)
    for place, share, answer in ((0.0, happens, "yes"), (1.0, 1.0 - happens, "no")):
        came_true = seen.written(score.observation.value) == answer
        axes.text(
            place,
            0.35,
            f"{answer}: {SHARE.rounded(share, 1)}{', came true' if came_true else ''}",
            ha="right" if place else "left",
            fontsize=SMALL,
            fontweight="bold" if came_true else "normal",
        )
    axes.set_xlim(-MARGIN, 1.0 + MARGIN)
    axes.set_ylim(-0.4, 0.9)
    in_percent(axes.xaxis)
    axes.set_xlabel(seen.name, fontsize=SMALL)


def _draw_amount(axes: Axes, score: Score, theme: Theme) -> None:
    """Draw the distribution of a figure, and what came true."""
    seen, value = score.observation.seen, score.observation.value
    low, high = np.quantile(score.by_path, SHOWN)
    counts, edges = np.histogram(score.by_path, BINS, (low, max(high, low + 1e-9)))
    top = float(counts.max())
    axes.stairs(counts, edges, fill=True, color=theme.light_blue)
    p05, p25, p50, p75, p95 = (estimate.value for estimate in score.quantiles)
    for ends, width in (((p05, p95), 2.0), ((p25, p75), 5.0)):
        axes.hlines(QUANTILES * top, *ends, color=theme.blue, linewidth=width)
    axes.plot(p50, QUANTILES * top, "o", color=theme.paper, markersize=4, zorder=3)
    axes.axvline(value, color=theme.orange, linewidth=2.0)
    reach = min(low, value), max(high, value)
    room = MARGIN * (reach[1] - reach[0])
    axes.set_xlim(reach[0] - room, reach[1] + room)
    axes.set_ylim(-0.16 * top, 1.3 * top)
    right = value > sum(reach) / 2.0
    axes.annotate(
        f"came true: {seen.written(value)}",
        (value, 1.15 * top),
        (-5 if right else 5, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        fontsize=SMALL,
        fontweight="bold",
    )
    axes.set_xlabel(in_unit(axes.xaxis, unit_of(seen.unit), seen.name), fontsize=SMALL)
