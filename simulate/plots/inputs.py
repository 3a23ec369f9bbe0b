"""The inputs' densities and pairs, large, small and as a sparkline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from scipy import special, stats

from simulate.scenario import Scenario
from simulate.scenario.correlations import correlated_pairs, used_correlations
from simulate.scenario.distributions import OUTERMOST_SCORE, Uncertain
from simulate.scenario.inputs import NO_SOURCE, Input, list_inputs
from simulate.text.numbers import SHARE, unit_of
from simulate.text.sentences import capitalized

from .frame import bare_figure, made_by, wrap
from .style import LIGHT, Theme

Array = NDArray[np.float64]
OUTERMOST = 5.0
SCORES = np.linspace(-OUTERMOST, OUTERMOST, 10_001)
STEP = SCORES[1] - SCORES[0]
# Probability of the values that a score of the grid stands for.
WEIGHTS = np.diff(special.ndtr(np.append(SCORES - STEP / 2.0, OUTERMOST + STEP / 2.0)))
INNER, LEAST_SHOWN = 2.576, 1.881  # 99% and 94% of all draws lie within these scores
LONGEST_TAIL, NEAR = 1.5, 0.4  # parts of the spread from P10 to P90
PAD = 0.04
CURVE_BINS = 500
LEAST_MASS, MOST_STEPS = 0.002, 25
DRAWS = 400
RING_SHARES = (0.5, 0.9)
RING_POINTS = 181
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
WIDTH, HEIGHT = 120.0, 30.0
# Every so many bins of a density are a point of a curve so small.
EVERY = 5
SPARKLINE_LEVELS = np.array([0.1, 0.5, 0.9])


@dataclass(frozen=True)
class Density:
    """What a picture shows of a distribution.

    Attributes
    ----------
    edges
        Of bins that cover the shown range, in the unit of the value, shape (n + 1,).
    height
        Density in each bin of what has one, per unit of the value, shape (n,).
    values, masses
        Single values that are drawn with a probability of their own, and that, shape (k,).
    below, above
        Probability of a draw outside the shown range.
    is_histogram
        Whether it is of too many single values to show each: then ``height`` holds them.
    """

    edges: Array
    height: Array
    values: Array
    masses: Array
    below: float
    above: float
    is_histogram: bool


def density_of(distribution: Uncertain) -> Density:
    """Return the density of a distribution over the range that a picture shows.

    The range ends where 99% of draws do. A long tail is cut shorter, and what lies beyond is told
    in ``below`` and ``above``; a limit that is near is shown.
    """
    drawn = distribution.quantile_at_score(SCORES)
    value, first, count = np.unique(drawn, return_index=True, return_counts=True)
    weight = np.add.reduceat(WEIGHTS, first)
    single = (count > 1) & (weight >= LEAST_MASS)
    is_histogram = int(single.sum()) > MOST_STEPS
    if is_histogram:
        bins = int(np.clip(np.sqrt(single.sum()), 10, 40))
        single = np.zeros_like(single)
    else:
        bins = CURVE_BINS
    low, high = _shown_range(drawn, value[single])
    edges = np.linspace(low, high, bins + 1)
    height = _binned(value, np.where(single, 0.0, weight), edges) / np.diff(edges)
    return Density(
        edges,
        height,
        value[single],
        weight[single],
        below=float(weight[value < low].sum()),
        above=float(weight[value > high].sum()),
        is_histogram=is_histogram,
    )


def _shown_range(drawn: Array, single: Array) -> tuple[float, float]:
    """Return the ends of the shown range, single values inside."""
    outer = drawn[0], drawn[-1]
    inner = _at(drawn, -INNER), _at(drawn, INNER)
    least = _at(drawn, -LEAST_SHOWN), _at(drawn, LEAST_SHOWN)
    p10, p90 = _at(drawn, special.ndtri(0.1)), _at(drawn, special.ndtri(0.9))
    spread = p90 - p10 or inner[1] - inner[0]
    low = max(inner[0], min(p10 - LONGEST_TAIL * spread, least[0]))
    high = min(inner[1], max(p90 + LONGEST_TAIL * spread, least[1]))
    low = outer[0] if low - outer[0] <= NEAR * spread else low
    high = outer[1] if outer[1] - high <= NEAR * spread else high
    if single.size:
        low, high = min(low, single[0]), max(high, single[-1])
    pad = PAD * (high - low) or 0.5 * abs(low) or 1.0
    return low - pad, high + pad


def _at(drawn: Array, score: float) -> float:
    return float(np.interp(score, SCORES, drawn))


def _binned(value: Array, weight: Array, edges: Array) -> Array:
    """Return the probability in each bin, with weights spread between neighbouring values."""
    cumulative = np.cumsum(weight) - weight / 2.0
    return np.diff(np.interp(edges, value, cumulative))


@dataclass(frozen=True)
class Joint:
    """Draws of two normal scores that a copula joins.

    Attributes
    ----------
    correlation
        Of the copula.
    scores
        Draws of both, shape (2, n).
    rings
        Closed lines that 50% and 90% of draws lie within, shape (2, m) each.
    """

    correlation: float
    scores: Array
    rings: tuple[Array, ...]


def join(
    correlation: float, degrees: float | None, rng: np.random.Generator, draws: int = DRAWS
) -> Joint:
    """Draw from a Gaussian copula, or from Student's with its degrees of freedom.

    Notes
    -----
    With x = A z sqrt(nu/W), z normal, A A' the correlations and W chi-squared of nu degrees, the
    squared radius of A^-1 x exceeds r^2 with probability E exp(-r^2 W / 2 nu), which is
    (1 + r^2/nu)^(-nu/2); without W it is exp(-r^2/2). So a share p of draws lies within the ellipse
    of r^2 = nu ((1 - p)^(-2/nu) - 1), or of -2 log(1 - p).
    """
    root = np.asarray(np.linalg.cholesky([[1.0, correlation], [correlation, 1.0]]), float)
    drawn = root @ rng.standard_normal((2, draws))
    if degrees is not None:
        drawn *= np.sqrt(degrees / rng.chisquare(degrees, draws))
    angle = np.linspace(0.0, 2.0 * np.pi, RING_POINTS)
    circle = root @ np.array([np.cos(angle), np.sin(angle)])
    rings = tuple(_normal_score(_radius(p, degrees) * circle, degrees) for p in RING_SHARES)
    return Joint(correlation, _normal_score(drawn, degrees), rings)


def _radius(share: float, degrees: float | None) -> float:
    if degrees is None:
        return float(np.sqrt(-2.0 * np.log1p(-share)))
    return float(np.sqrt(degrees * ((1.0 - share) ** (-2.0 / degrees) - 1.0)))


def _normal_score(value: Array, degrees: float | None) -> Array:
    """Return the normal score of a draw of the copula."""
    if degrees is None:
        return value
    score = -np.sign(value) * special.ndtri(stats.t(degrees).cdf(-np.abs(value)))
    return np.clip(score, -OUTERMOST_SCORE, OUTERMOST_SCORE)


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


@dataclass(frozen=True)
class Sparkline:
    """A density as SVG paths, and where P10, P50 and P90 are, in their units.

    Attributes
    ----------
    width, height
        Of the box that it fills.
    area
        The density, or a histogram of many single values; empty if there is none.
    stems
        Single values, as high as they are probable; empty if there are none.
    marks
        Distances of the quantiles from the left.
    """

    width: float
    height: float
    area: str
    stems: str
    marks: tuple[float, ...]


def sparkline(distribution: Uncertain) -> Sparkline:
    """Return the density of an uncertain input, over the range that the gallery shows."""
    density = density_of(distribution)
    low, width = density.edges[0], np.ptp(density.edges)

    def across(values: Array) -> Array:
        return WIDTH * (values - low) / width

    every = 1 if density.is_histogram else EVERY
    middles = across((density.edges[1:] + density.edges[:-1]) / 2.0)[::every]
    curve = " ".join(_points(middles, density.height[::every]))
    stems = (f"M{point}V{HEIGHT:g}" for point in _points(across(density.values), density.masses))
    quantiles = np.array([distribution.quantile(level) for level in SPARKLINE_LEVELS])
    return Sparkline(
        WIDTH,
        HEIGHT,
        area=f"M0 {HEIGHT:g}L{curve} {WIDTH:g} {HEIGHT:g}z" if density.height.any() else "",
        stems="".join(stems),
        marks=tuple(np.round(across(quantiles), 1).tolist()),
    )


def _points(across: Array, heights: Array) -> list[str]:
    """Return points whose heights are relative to the highest."""
    up = HEIGHT * (1.0 - heights / max(heights.max(initial=0.0), 1e-300))
    return [f"{x:.1f} {y:.1f}" for x, y in zip(across, up, strict=True)]
