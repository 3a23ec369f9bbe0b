"""What separates the paths that get there: their share by the rule's inputs, and two examples."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from simulate.analysis.discover import Discovery, Limit
from simulate.analysis.typical_paths import Story
from simulate.kernels.arrays import index
from simulate.model.outcomes import projected_metric
from simulate.model.rows import Metric
from simulate.scenario import Scenario
from simulate.text.discover import finding, limit_in_words
from simulate.text.numbers import PROBABILITY

from .frame import add_bar, frame, in_money, in_percent, label_years, made_by, wrap
from .style import LIGHT, SMALL, Theme, shades

SIZE = (8.0, 8.0)
# Points that the name of an axis may take.
WIDE, HIGH = 400.0, 160.0
BINS = 28
LEAST_IN_A_BIN = 20
SHOWN = (0.005, 0.995)
# Below 0, so that a share of 0 is told from paper.
NEVER = -0.15
# Of the panel's height, and what each line of the rule takes of it.
RULE, RULE_LINE = 0.05, 0.06


def plot_discovery(
    discovery: Discovery,
    success: Story | None,
    failure: Story | None,
    *,
    axes: Axes | None = None,
    theme: Theme = LIGHT,
) -> Figure:
    """Draw the share of paths in which the event happens, the rule, and a typical path of each."""
    scenario = discovery.scenario
    with frame(axes, theme, SIZE, heights=(3, 2), columns=2, wide_top=True) as picture:
        (top,), examples = picture.panels
        match discovery.limits:
            case (x, y, *_):
                _draw_plane(top, discovery, x, y, theme)
            case (limit,):
                _draw_line(top, discovery, limit, theme)
            case _:
                top.set_axis_off()
        _draw_examples(examples, scenario, success, failure, theme)
        return picture.tell(
            finding(discovery),
            f"{scenario.name}: the rule, and below it a typical path of each kind",
            made_by(
                f"{len(discovery.outcomes):,} paths, half to find the rule and half to judge and "
                f"draw it, seed {scenario.sampling.seed}"
            ),
        )


def _edges(limit: Limit) -> NDArray[np.float64]:
    low, high = np.quantile(limit.feature.by_path, SHOWN)
    return np.linspace(low, high, BINS + 1)


def _shares(discovery: Discovery, *limits: Limit) -> NDArray[np.float64]:
    """Return the share of paths in which it happens by bins of one input or two."""
    place, edges = [limit.feature.by_path for limit in limits], [_edges(limit) for limit in limits]
    count, _ = np.histogramdd(place, edges)
    hits, _ = np.histogramdd(place, edges, weights=discovery.success.astype(float))
    return np.where(count >= LEAST_IN_A_BIN, hits / np.maximum(count, 1), np.nan)


def _draw_plane(axes: Axes, discovery: Discovery, x: Limit, y: Limit, theme: Theme) -> None:
    """Draw the share over two inputs, and the rule's part of the plane."""
    across, up = _edges(x), _edges(y)
    share = _shares(discovery, x, y)
    mesh = axes.pcolormesh(across, up, share.T, cmap=shades(theme), vmin=NEVER, vmax=1.0)
    mesh.set_rasterized(True)
    add_bar(axes, mesh, PROBABILITY, "share in which it happens", theme)
    (left, right), (bottom, top) = _within(x, across), _within(y, up)
    box = Rectangle((left, bottom), right - left, top - bottom, fill=False)
    box.set(edgecolor=theme.orange, linewidth=2.5)
    axes.add_patch(box)
    _name_axis(axes.xaxis, x, WIDE)
    _name_axis(axes.yaxis, y, HIGH)
    _write_rule(axes, discovery, theme)


def _draw_line(axes: Axes, discovery: Discovery, limit: Limit, theme: Theme) -> None:
    """Draw the share over one input, and the rule's part of it."""
    edges, overall = _edges(limit), discovery.overall.value
    axes.axvspan(*_within(limit, edges), color=theme.pale, linewidth=0)
    middles = (edges[:-1] + edges[1:]) / 2.0
    axes.plot(middles, _shares(discovery, limit), "o-", color=theme.blue, markersize=4)
    axes.axhline(overall, color=theme.muted, linewidth=1.0, linestyle="--")
    axes.text(edges[0], overall + 0.01, "all paths", fontsize=SMALL)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks(np.linspace(0.0, 1.0, 6))
    in_percent(axes.yaxis)
    axes.set_ylabel("share in which it happens")
    _name_axis(axes.xaxis, limit, WIDE)
    _write_rule(axes, discovery, theme)


def _within(limit: Limit, edges: NDArray[np.float64]) -> tuple[float, float]:
    """Return the part of an axis that a limit leaves."""
    return max(limit.low, edges[0]), min(limit.high, edges[-1])


def _name_axis(axis: Axis, limit: Limit, room: float) -> None:
    name = wrap(f"{limit.feature.title}, {limit.feature.unit}", room, SMALL)
    axis.set_label_text(name, fontsize=SMALL)
    if limit.feature.unit == "share":
        in_percent(axis)


def _write_rule(axes: Axes, discovery: Discovery, theme: Theme) -> None:
    """Write the rule into a strip that is left free above what is drawn."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + (RULE + RULE_LINE * len(discovery.limits)) * (high - low))
    axes.text(
        0.02,
        0.98,
        "\n".join(map(limit_in_words, discovery.limits)),
        transform=axes.transAxes,
        va="top",
        fontsize=SMALL,
        bbox={"facecolor": theme.paper, "edgecolor": theme.orange, "pad": 4},
    )


def _draw_examples(
    panels: list[Axes],
    scenario: Scenario,
    success: Story | None,
    failure: Story | None,
    theme: Theme,
) -> None:
    """Draw gross margin and cash of the two typical paths."""
    horizon, targets = scenario.horizon, scenario.targets
    ends = np.arange(horizon.quarters) + 1
    metrics = (projected_metric(scenario), Metric.CASH)
    kinds = ((success, theme.blue, "it happens"), (failure, theme.orange, "it doesn't"))
    for axes, metric, level in zip(panels, metrics, (targets.gross_margin, 0.0), strict=True):
        for story, color, name in kinds:
            if story is not None:
                by_quarter = story.metrics[index(metric)]
                axes.plot(ends, by_quarter, color=color, linewidth=2.0, label=name)
        axes.axhline(level, color=theme.ink, linewidth=1.0, linestyle="--")
        label_years(axes, horizon, theme, most=5)
    margin, cash = panels
    margin.legend(loc="best")
    in_percent(margin.yaxis)
    margin.set_title(f"gross margin, {targets.projected_margin}", loc="left", fontsize=SMALL)
    cash.set_title(f"cash, {in_money(cash.yaxis)}", loc="left", fontsize=SMALL)
