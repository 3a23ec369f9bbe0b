"""Measured values and the distributions fitted to them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import stats

from simulate.analysis.fit import Fit
from simulate.text.fit import finding

from .frame import frame
from .style import LIGHT, Theme

Array = NDArray[np.float64]

SIZE = (11.0, 5.6)
LINES = (("-", 2.4), ("--", 1.8), (":", 1.8))
MOST_BINS, MOST_POINTS = 60, 500


def plot_fit(
    fits: Sequence[Fit],
    values: Sequence[float] | Array,
    label: str = "",
    unit: str = "",
    *,
    axes: Axes | None = None,
    theme: Theme = LIGHT,
) -> Figure:
    """Draw the values with the best fits' densities, and the best fit's quantiles against them.

    Parameters
    ----------
    fits
        Of ``fit``, the best first.
    values
        Those that were fitted, shape (n,).
    label
        What they are, such as ``prices.csv: price``.
    unit
        Theirs.
    axes, theme
        As of every picture.
    """
    sample = np.sort(np.asarray(values, float))
    with frame(axes, theme, SIZE, columns=2) as picture:
        ((left, right),) = picture.panels
        _plot_densities(left, fits[: len(LINES)], sample, theme)
        _plot_quantiles(right, fits[0], sample, theme)
        left.set_xlabel(unit or "value")
        about = f"{label}: " if label else ""
        return picture.tell(
            finding(fits),
            f"{about}{sample.size:,} values and the densities fitted to them",
            "Fitted by maximum likelihood, ranked by Akaike's criterion (AIC).",
        )


def _plot_densities(axes: Axes, fits: Sequence[Fit], sample: Array, theme: Theme) -> None:
    # The fullest 99%: a few far values would leave the rest a bin or two.
    low, high = np.quantile(sample, [0.005, 0.995]) if sample.size >= 400 else sample[[0, -1]]
    margin = 0.05 * (high - low)
    edges = np.histogram_bin_edges(sample[(sample >= low) & (sample <= high)], "fd")
    bins = min(max(edges.size - 1, 8), MOST_BINS)
    heights, edges = np.histogram(sample, bins, (float(low), float(high)))
    density = heights / (sample.size * np.diff(edges))
    axes.stairs(density, edges, fill=True, color=theme.pale, label="values")
    place = np.linspace(low - margin, high + margin, 600)
    colors = (theme.blue, theme.orange, theme.muted)
    for fit, color, (style, width) in zip(fits, colors, LINES, strict=False):
        height = fit.distribution.pdf(place)
        label = f"{fit.title}, AIC {_difference(fit, fits[0])}"
        axes.plot(place, height, style, color=color, linewidth=width, label=label)
    axes.set_xlim(low - margin, high + margin)
    # A density may have no bound at its end.
    axes.set_ylim(0.0, 1.35 * density.max())
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.legend()


def _difference(fit: Fit, best: Fit) -> str:
    return f"{fit.aic:.1f}" if fit is best else f"+{fit.aic - best.aic:.1f}"


def _plot_quantiles(axes: Axes, fit: Fit, sample: Array, theme: Theme) -> None:
    count = sample.size
    rank = np.unique(np.round(_ranks(count)).astype(int))
    expected = fit.distribution.ppf((rank - 0.5) / count)
    # The i-th smallest of n levels is beta-distributed, with i and n + 1 - i.
    reach = [
        fit.distribution.ppf(stats.beta.ppf(p, rank, count + 1 - rank)) for p in (0.025, 0.975)
    ]
    axes.fill_between(
        expected,
        *reach,
        color=theme.light_blue,
        linewidth=0,
        label="where each lies in 95% of samples",
    )
    ends = [expected[0], expected[-1]]
    axes.plot(ends, ends, color=theme.ink, linewidth=0.8)
    axes.plot(expected, sample[rank - 1], ".", color=theme.blue, markersize=4, label="values")
    axes.set_xlabel(f"quantiles of the {fit.title}")
    axes.set_ylabel("the values, sorted")
    low, high = sample[0], sample[-1]
    margin = 0.06 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    axes.legend(loc="upper left")


def _ranks(count: int) -> Array:
    """Return some ranks from 1 to the count, all of them in the tails and fewer in between."""
    if count <= MOST_POINTS:
        return np.arange(1.0, count + 1.0)
    middle = np.linspace(1.0, count, MOST_POINTS - 100)
    return np.concatenate([np.arange(1.0, 51.0), middle, np.arange(count - 49.0, count + 1.0)])
