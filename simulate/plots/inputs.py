"""The inputs: each with its density and source, and the strongest correlated pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from simulate.scenario import Scenario
from simulate.scenario.correlations import correlated_pairs, used_correlations
from simulate.scenario.distributions import Uncertain
from simulate.scenario.inputs import NO_SOURCE, Input, list_inputs
from simulate.text.numbers import SHARE, unit_of
from simulate.text.sentences import capitalized

from .density import Density, Joint, density_of, join
from .frame import bare_figure, made_by, wrap
from .style import LIGHT, Theme

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
# In inches; three columns print at the width of a page of A4.
COLUMNS, PANEL_WIDTH, MARGIN, GAP = 3, 2.2, 0.42, 0.42
PANEL_HEAD, DETAIL_HEIGHT, SECTION_HEIGHT = 0.6, 0.2, 0.5
TITLE_SIZE, SECTION_SIZE, DETAIL_SIZE, FOOT_SIZE = 13.0, 10.0, 8.0, 7.5
TITLE_LINES = 4
MOST_PAIRS = 24


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
        Text(capitalized(quantity.title), theme.ink, LARGE, "bold", lines=2),
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
        (text,) = unit_of(unit).readable([distribution.quantile(0.5)])
    else:
        values = unit_of(unit).readable([distribution.quantile(level) for level in LEVELS.values()])
        text = ", ".join(f"{name} {value}" for name, value in zip(LEVELS, values, strict=True))
    return unit_of(unit).named(text)


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
            axes.text(
                value, 1.02, SHARE.rounded(mass, 0), ha="center", fontsize=SMALL, color=theme.orange
            )


def _name_tails(axes: Axes, density: Density, theme: Theme) -> None:
    """Say what share of draws lies beyond the shown range, where it counts."""
    for share, side, text in ((density.below, 0.0, "‹ {}"), (density.above, 1.0, "{} ›")):
        if share > LEAST_NAMED_TAIL:
            axes.text(
                side,
                0.5,
                text.format(f"{SHARE.rounded(share, 0)} beyond"),
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
        labels = unit_of(unit).readable(ticks)
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


class Room(NamedTuple):
    """The height of a panel and of what stands below it, in inches."""

    panel: float
    foot: float

    @property
    def row(self) -> float:
        """Height of a row of panels with their heads and feet."""
        return PANEL_HEAD + self.panel + self.foot

    def rows(self, panels: int) -> float:
        """Return the height of all rows of so many panels."""
        return -(-panels // COLUMNS) * self.row


INPUT, BARE_INPUT, PAIR = Room(0.72, 0.6), Room(0.72, 0.25), Room(1.15, 0.3)


class Pair(NamedTuple):
    """Two inputs, the correlation of their scores, and that as it was given."""

    first: Input
    second: Input
    correlation: float
    stated: str


def plot_inputs(scenario: Scenario, *, theme: Theme = LIGHT) -> Figure:
    """Draw each uncertain input with its source, and the strongest correlated pairs."""
    inputs, pairs = uncertain_inputs(scenario), uncertain_pairs(scenario)
    shown = _strongest(pairs)
    width = _width_of_columns(COLUMNS)
    finding = f"{scenario.name}: {_counted(len(inputs), 'uncertain input')}"
    room = (width - 2.0 * MARGIN) * POINTS_AN_INCH
    title = wrap(finding, room, TITLE_SIZE, "bold", TITLE_LINES)
    title_height = (title.count("\n") + 1) * 1.3 * TITLE_SIZE / POINTS_AN_INCH
    first_row = MARGIN / 2.0 + title_height + DETAIL_HEIGHT
    section = first_row + INPUT.rows(len(inputs))
    first_pair = section + (SECTION_HEIGHT if shown else 0.0)
    with bare_figure((width, first_pair + PAIR.rows(len(shown)) + MARGIN), theme) as figure:
        figure.set_label(finding)
        _write(figure, title, MARGIN / 2.0, TITLE_SIZE, theme, bold=True)
        _write(figure, _detail(inputs), first_row - DETAIL_HEIGHT, DETAIL_SIZE, theme)
        for place, member in enumerate(inputs):
            axes = _panel(figure, first_row, INPUT, place)
            draw_input(axes, member, theme)
            write_source(axes, member.distribution.source, theme)
        if shown:
            _write(
                figure, _pairs_title(shown, pairs), section + 0.05, SECTION_SIZE, theme, bold=True
            )
            _write(figure, _pairs_detail(scenario), section + 0.25, DETAIL_SIZE, theme)
        _draw_pairs(figure, first_pair, scenario, shown, theme)
        _sign(figure, f"simulate show, seed {scenario.sampling.seed}", theme)
    return figure


def plot_some_inputs(inputs: Sequence[Input]) -> Figure:
    """Draw a row of inputs alone, for a page that says the rest."""
    with bare_figure((_width_of_columns(len(inputs)), BARE_INPUT.row)) as figure:
        for place, member in enumerate(inputs):
            draw_input(_panel(figure, 0.0, BARE_INPUT, place), member, LIGHT)
    return figure


def plot_some_pairs(scenario: Scenario, pairs: Sequence[Pair]) -> Figure:
    """Draw a row of correlated pairs alone, for a page that says the rest."""
    with bare_figure((_width_of_columns(len(pairs)), PAIR.row)) as figure:
        _draw_pairs(figure, 0.0, scenario, pairs, LIGHT)
    return figure


def uncertain_inputs(scenario: Scenario) -> list[Input]:
    """Return the inputs of a scenario that are no certain numbers."""
    return [i for i in list_inputs(scenario) if not i.distribution.is_certain]


def uncertain_pairs(scenario: Scenario) -> list[Pair]:
    """Return the correlated pairs of uncertain inputs, in the order of the schema."""
    named = {member.key: member for member in uncertain_inputs(scenario)}
    places = {key: place for place, key in enumerate(named)}
    of_scores, pairs = correlated_pairs(scenario), []
    for given, value in used_correlations(scenario).items():
        keys = frozenset((given.first, given.second))
        if keys <= named.keys() and value != 0.0:
            first, second = sorted(keys, key=places.__getitem__)
            stated = f"{given.kind or 'correlation'} {value:.4g}".capitalize()
            pairs.append(Pair(named[first], named[second], of_scores[keys], stated))
    return sorted(pairs, key=lambda pair: (places[pair.first.key], places[pair.second.key]))


def _strongest(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the strongest pairs, in the order given."""
    by_strength = sorted(range(len(pairs)), key=lambda i: -abs(pairs[i].correlation))
    return [pairs[i] for i in sorted(by_strength[:MOST_PAIRS])]


def _draw_pairs(
    figure: Figure, top: float, scenario: Scenario, pairs: Sequence[Pair], theme: Theme
) -> None:
    rng = np.random.default_rng(scenario.sampling.seed)
    for place, pair in enumerate(pairs):
        joint = join(pair.correlation, scenario.copula.degrees_of_freedom, rng)
        axes = _panel(figure, top, PAIR, place)
        draw_pair(axes, (pair.first, pair.second), pair.stated, joint, theme)


def _width_of_columns(columns: int) -> float:
    """Return the width of a figure of so many columns, in inches."""
    return 2.0 * MARGIN + columns * PANEL_WIDTH + (columns - 1) * GAP


def _panel(figure: Figure, top: float, room: Room, place: int) -> Axes:
    """Add the panel at a place of a grid that begins so many inches below the figure's top."""
    row, column = divmod(place, COLUMNS)
    width, height = figure.get_size_inches()
    left = MARGIN + column * (PANEL_WIDTH + GAP)
    bottom = height - top - row * room.row - PANEL_HEAD - room.panel
    return figure.add_axes(
        (left / width, bottom / height, PANEL_WIDTH / width, room.panel / height)
    )


def _write(
    figure: Figure, text: str, top: float, size: float, theme: Theme, bold: bool = False
) -> None:
    width, height = figure.get_size_inches()
    figure.text(
        MARGIN / width,
        1.0 - top / height,
        text,
        va="top",
        fontsize=size,
        fontweight="bold" if bold else "normal",
        color=theme.ink if bold else theme.muted,
    )


def _sign(figure: Figure, words: str, theme: Theme) -> None:
    """Write what made the figure at its foot."""
    width = figure.get_figwidth()
    foot = wrap(made_by(words), (width - 2.0 * MARGIN) * POINTS_AN_INCH, FOOT_SIZE)
    figure.text(MARGIN / width, 0.01, foot, va="bottom", fontsize=FOOT_SIZE, color=theme.muted)


def _detail(inputs: Sequence[Input]) -> str:
    if not inputs:
        return "Every input is a certain number."
    text = "Density of the draws, with lines at P10, P50 and P90."
    if all(member.distribution.is_continuous for member in inputs):
        return text
    return f"{text} Orange bars are single values, with their probability."


def _pairs_title(shown: Sequence[Pair], pairs: Sequence[Pair]) -> str:
    if len(shown) < len(pairs):
        return f"The {len(shown)} strongest of {len(pairs)} correlated pairs"
    return _counted(len(pairs), "correlated pair")


def _pairs_detail(scenario: Scenario) -> str:
    degrees = scenario.copula.degrees_of_freedom
    copula = "" if degrees is None else f" Student-t copula of {degrees:g} degrees of freedom."
    return f"Dots are draws; half of all lie within the inner ring, 90% within the outer.{copula}"


def _counted(count: int, name: str) -> str:
    return f"{count or 'no'} {name}{'' if count == 1 else 's'}"
