"""The gallery of a scenario: every uncertain input, and every correlated pair."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.scenario import Scenario
from simulate.scenario.correlations import correlated_pairs, used_correlations
from simulate.scenario.inputs import Input, list_inputs

from .frame import bare_figure, made_by
from .joint import join
from .panel import POINTS_AN_INCH, draw_input, draw_pair, write_source
from .style import LIGHT, Theme
from .wrapping import wrap

# In inches; three columns print at the width of a page of A4.
COLUMNS, PANEL_WIDTH, MARGIN, GAP = 3, 2.2, 0.42, 0.42
PANEL_HEAD, DETAIL_HEIGHT, SECTION_HEIGHT = 0.6, 0.2, 0.5
TITLE_SIZE, SECTION_SIZE, DETAIL_SIZE, FOOT_SIZE = 13.0, 10.0, 8.0, 7.5
TITLE_LINES = 4
MOST_PAIRS = 24


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
    width = _width(COLUMNS)
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
    with bare_figure((_width(len(inputs)), BARE_INPUT.row)) as figure:
        for place, member in enumerate(inputs):
            draw_input(_panel(figure, 0.0, BARE_INPUT, place), member, LIGHT)
    return figure


def plot_some_pairs(scenario: Scenario, pairs: Sequence[Pair]) -> Figure:
    """Draw a row of correlated pairs alone, for a page that says the rest."""
    with bare_figure((_width(len(pairs)), PAIR.row)) as figure:
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


def _width(columns: int) -> float:
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
