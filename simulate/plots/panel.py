"""A small panel: the distribution of an input, or how two inputs move together."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from simulate.scenario.distributions import Uncertain
from simulate.scenario.inputs import NO_SOURCE, Input

from .density import Density, density_of
from .joint import Joint
from .labels import readable
from .style import Theme
from .wrapping import wrap

# In points: what a single line may take of the gap to the next panel.
SPARE = 22.0
LEVELS = {"P10": 0.1, "P50": 0.5, "P90": 0.9}
POINTS_AN_INCH = 72.0
LARGE, MIDDLE, SMALL = 8.0, 6.5, 6.0
SOURCE_LINES = 3
LEAST_NAMED_TAIL = 0.0075
# Single values this part of the panel apart have their probabilities written on them.
LEAST_GAP = 0.1
# A density without bound leaves the panel at so many times its mean.
HIGHEST = 10.0
TOP = 1.15
# Of the labels of an axis, together.
MOST_LETTERS = 30


@dataclass(frozen=True)
class Text:
    """What stands above a panel, in one line or broken into more."""

    text: str
    color: str
    size: float = MIDDLE
    weight: str = "normal"
    lines: int = 1


def draw_input(axes: Axes, member: Input, theme: Theme) -> None:
    """Draw an input: title, key, quantiles, density."""
    quantity, distribution = member.quantity, member.distribution
    often = "" if quantity.drawn == "path" else f", each {quantity.drawn}"
    _write_above(
        axes,
        Text(quantity.title[0].upper() + quantity.title[1:], theme.ink, LARGE, "bold", lines=2),
        Text(member.key + often, theme.muted),
        Text(_quantiles(distribution, quantity.unit), theme.ink),
    )
    _draw_distribution(axes, distribution, quantity.unit, theme)


def write_source(axes: Axes, source: str, theme: Theme) -> None:
    """Write where a panel's numbers are from, below its axis."""
    axes.annotate(
        wrap(source or NO_SOURCE, _width(axes), SMALL, most=SOURCE_LINES),
        (0.0, 0.0),
        xycoords="axes fraction",
        xytext=(0.0, -14.0),
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color=theme.muted,
    )


def draw_pair(
    axes: Axes, pair: tuple[Input, Input], stated: str, joint: Joint, theme: Theme
) -> None:
    """Draw two inputs' draws against each other, with the rings that hold 50% and 90% of them."""
    across, up = (member.distribution.quantile_at_score for member in pair)
    x, y = joint.scores
    axes.plot(across(x), up(y), ".", color=theme.blue, markersize=2.2, alpha=0.7, markeredgewidth=0)
    if all(member.distribution.is_continuous for member in pair):
        for x, y in joint.rings:
            axes.plot(across(x), up(y), color=theme.ink, linewidth=0.8)
    horizontal, vertical = (density_of(member.distribution).edges for member in pair)
    axes.set_xlim(horizontal[0], horizontal[-1])
    axes.set_ylim(vertical[0], vertical[-1])
    axes.set_xticks(*_few_ticks(horizontal, pair[0].quantity.unit))
    axes.set_yticks(*_few_ticks(vertical, pair[1].quantity.unit))
    _shrink_ticks(axes, theme)
    _write_above(
        axes,
        Text(stated.replace("-", "−"), theme.ink, LARGE, "bold"),
        *(
            Text(f"{arrow} {member.key}", theme.muted)
            for arrow, member in zip("→↑", pair, strict=True)
        ),
    )


def _quantiles(distribution: Uncertain, unit: str) -> str:
    if distribution.is_certain:
        (text,) = readable([distribution.quantile(0.5)], unit)
    else:
        values = readable([distribution.quantile(level) for level in LEVELS.values()], unit)
        text = ", ".join(f"{name} {value}" for name, value in zip(LEVELS, values, strict=True))
    return text if unit == "share" else f"{text} {unit}"


def _draw_distribution(axes: Axes, distribution: Uncertain, unit: str, theme: Theme) -> None:
    """Draw density and single values, with lines at P10, P50 and P90."""
    density = density_of(distribution)
    _draw_density(axes, density, theme)
    _draw_single_values(axes, density, theme)
    if not distribution.is_certain:
        for name, level in LEVELS.items():
            place = distribution.quantile(level)
            style = "-" if name == "P50" else (0, (1.5, 1.5))
            axes.plot([place, place], [0.0, 1.0], color=theme.ink, linewidth=0.7, linestyle=style)
    _name_tails(axes, density, theme)
    axes.set_xlim(density.edges[0], density.edges[-1])
    axes.set_ylim(0.0, TOP)
    axes.set_xticks(*_few_ticks(density.edges, unit))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    _shrink_ticks(axes, theme)


def _draw_density(axes: Axes, density: Density, theme: Theme) -> None:
    top = min(float(density.height.max()), HIGHEST / np.ptp(density.edges))
    if top == 0.0:
        return
    height = density.height / top
    if density.is_histogram:
        axes.stairs(height, density.edges, fill=True, color=theme.light_blue)
        axes.stairs(height, density.edges, color=theme.blue, linewidth=0.9)
    else:
        middle = (density.edges[1:] + density.edges[:-1]) / 2.0
        axes.fill_between(middle, height, color=theme.light_blue, linewidth=0)
        axes.plot(middle, height, color=theme.blue, linewidth=1.1)


def _draw_single_values(axes: Axes, density: Density, theme: Theme) -> None:
    """Draw values that have a probability of their own as bars, with that written on them."""
    if not density.values.size:
        return
    gaps = np.diff(density.values) / np.ptp(density.edges)
    has_room = bool(np.all(gaps > LEAST_GAP))
    height = density.masses / density.masses.max()
    axes.vlines(density.values, 0.0, height, color=theme.orange, linewidth=4.0 if has_room else 2.0)
    if has_room:
        for value, mass in zip(density.values, density.masses, strict=True):
            axes.text(value, 1.02, f"{mass:.0%}", ha="center", fontsize=SMALL, color=theme.orange)


def _name_tails(axes: Axes, density: Density, theme: Theme) -> None:
    """Say what share of draws lies beyond the shown range, where it counts."""
    for share, side, text in ((density.below, 0.0, "‹ {}"), (density.above, 1.0, "{} ›")):
        if share > LEAST_NAMED_TAIL:
            axes.text(
                side,
                0.5,
                text.format(f"{share:.0%} beyond"),
                transform=axes.transAxes,
                ha="right" if side else "left",
                fontsize=SMALL,
                color=theme.muted,
            )


def _few_ticks(edges: NDArray[np.float64], unit: str) -> tuple[list[float], list[str]]:
    """Return ticks of an axis, as many as their labels have room for."""
    ticks: list[float] = []
    labels: list[str] = []
    for most in (5, 4, 3, 2, 1):
        locator = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10])
        places = np.asarray(locator.tick_values(edges[0], edges[-1]))
        ticks = places[(edges[0] <= places) & (places <= edges[-1])].tolist()
        labels = readable(ticks, unit)
        if sum(map(len, labels)) <= MOST_LETTERS:
            break
    return ticks, labels


def _shrink_ticks(axes: Axes, theme: Theme) -> None:
    axes.tick_params(labelsize=MIDDLE, length=2.0, pad=2.0, color=theme.muted)


def _write_above(axes: Axes, *texts: Text) -> None:
    """Write texts above a panel, the first on top."""
    height = 3.0
    for text in reversed(texts):
        room = _width(axes) + (SPARE if text.lines == 1 else 0.0)
        axes.annotate(
            wrap(text.text, room, text.size, text.weight, text.lines),
            (0.0, 1.0),
            xycoords="axes fraction",
            xytext=(0.0, height),
            textcoords="offset points",
            va="bottom",
            fontsize=text.size,
            fontweight=text.weight,
            color=text.color,
        )
        height += 1.35 * text.size


def _width(axes: Axes) -> float:
    """Return the width of a panel in points."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return float(axes.get_position().width * figure.get_figwidth() * POINTS_AN_INCH)
