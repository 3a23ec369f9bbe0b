"""What drives an outcome: bars of shares, in panels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.variance import Index
from simulate.engine.estimate import Estimate
from simulate.scenario.inputs import words_of_key
from simulate.text.drivers import group_letters, largest, what_moves
from simulate.text.numbers import unit_of

from .frame import frame, in_percent, in_unit, legend_columns, made_by, wrap
from .style import LIGHT, SMALL, Theme

# In inches.
WIDTH, AROUND, PANEL = 8.0, 1.4, 3.0
# Points that a panel's title may take.
TITLE_WIDTH = 380.0
# Fewer bars than this don't get thicker.
LEAST_BARS = 6
MOST_BARS = 9


class Draw(Protocol):
    """Draws the drivers of an outcome, with a legend, or with labels for one."""

    def __call__(
        self, axes: Axes, explanation: Explanation, letters: dict[str, str], theme: Theme, /
    ) -> None:
        """Draw them; letters are those of correlated drivers."""
        ...


@dataclass(frozen=True)
class Kind:
    """A kind of picture of drivers.

    Attributes
    ----------
    draw
        Draws those of an outcome.
    finding
        What they show, with the outcome's name.
    detail
        What is drawn.
    note
        What made them.
    """

    draw: Draw
    finding: Callable[[Explanation], str]
    detail: str
    note: Callable[[Drivers], str]


def plot_outcomes(
    kind: Kind,
    drivers: Drivers,
    explanations: Sequence[Explanation],
    axes: Axes | None,
    theme: Theme,
) -> Figure:
    """Draw the drivers of outcomes, one a panel; axes and theme as of every picture.

    The first one's finding is the picture's, those of the others their panels' titles.
    """
    letters, scenario = group_letters(drivers.found), drivers.scenario
    count = len(explanations)
    with frame(axes, theme, (WIDTH, AROUND + PANEL * count), heights=(1,) * count) as picture:
        panels = [panel for (panel,) in picture.panels]
        for panel, explanation in zip(panels, explanations, strict=True):
            kind.draw(panel, explanation, letters, theme)
        for panel, explanation in zip(panels[1:], explanations[1:], strict=True):
            title = wrap(kind.finding(explanation), TITLE_WIDTH, SMALL, "bold", 4, balanced=True)
            panel.set_title(title, loc="left", fontsize=SMALL, fontweight="bold")
        _explain(panels)
        return picture.tell(
            kind.finding(explanations[0]),
            f"{scenario.name}; {kind.detail}",
            made_by(f"{kind.note(drivers)} Seed {scenario.sampling.seed}."),
        )


def _explain(panels: Sequence[Axes]) -> None:
    """Explain the first panel that has labels and no legend: above it, where there's no title."""
    for axes in panels:
        if axes.get_legend() or not axes.get_legend_handles_labels()[0]:
            continue
        if axes is panels[0]:
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(0.0, 1.0),
                ncols=legend_columns(axes, 3),
                borderaxespad=0.2,
            )
        else:
            axes.legend(loc="lower right")
        return


def label_outcome(axis: Axis, explanation: Explanation) -> None:
    """Say what an outcome is measured in."""
    outcome = explanation.outcome
    name = "probability" if outcome.is_probability else "median"
    axis.set_label_text(in_unit(axis, unit_of(outcome.unit), name))


def list_names(axes: Axes, names: Sequence[str]) -> None:
    """Name the horizontal bars of a panel, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), LEAST_BARS) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def named(name: str, letters: Mapping[str, str]) -> str:
    """Return a driver's plain name with the letter of its group."""
    return f"{words_of_key(name)} ({letters[name]})" if name in letters else words_of_key(name)


def plot_drivers(drivers: Drivers, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw each outcome's drivers, the largest on top, and how much they explain."""
    return plot_outcomes(BARS, drivers, drivers.explanations, axes, theme)


def plot_drivers_of(
    drivers: Drivers, explanation: Explanation, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw one outcome's drivers, the largest on top, and how much they explain."""
    return plot_outcomes(BARS, drivers, [explanation], axes, theme)


def _finding(explanation: Explanation) -> str:
    return what_moves(explanation, explanation.outcome.asked)


def _note(drivers: Drivers) -> str:
    return (
        f"{drivers.runs} runs of {drivers.paths:,} paths; 95% intervals. Drivers of one letter "
        "are correlated: first-order counts what one tells about the others."
    )


def _draw(axes: Axes, explanation: Explanation, letters: dict[str, str], theme: Theme) -> None:
    shown = largest(explanation.indices, MOST_BARS)
    for place, index in enumerate(shown):
        _draw_index(axes, place, index, theme)
    list_names(axes, [named(index.name, letters) for index in shown])
    axes.set_xlim(left=0.0)
    in_percent(axes.xaxis)
    axes.set_xlabel("part of the variance")


def _draw_index(axes: Axes, place: int, index: Index, theme: Theme) -> None:
    """Draw a driver's share as a bar, and marks where its other indices lie."""
    label = place == 0
    if index.share is not None:
        axes.barh(
            place,
            index.share.value,
            height=0.62,
            color=theme.blue,
            xerr=_reach(index.share),
            ecolor=theme.ink,
            error_kw={"linewidth": 1.0, "capsize": 2.5},
            label="share (sum: 100%)" if label else None,
        )
    for estimate, marker, color, name in (
        (index.first_order, "|", theme.ink, "first-order"),
        (index.total_order, "d", theme.orange, "total-order"),
    ):
        if estimate is not None:
            axes.errorbar(
                max(estimate.value, 0.0),
                place,
                xerr=_reach(estimate),
                fmt=marker,
                color=color,
                markersize=11 if marker == "|" else 5,
                markeredgewidth=1.6,
                elinewidth=1.0,
                label=name if label else None,
            )
    if index.total_order is not None:
        axes.plot(
            [0.0, index.total_order.value],
            [place, place],
            color=theme.pale,
            linewidth=1.0,
            zorder=0,
        )


def _reach(estimate: Estimate) -> float:
    """Return how far the 95% interval reaches to either side."""
    return estimate.high - estimate.value


BARS = Kind(
    _draw,
    finding=_finding,
    detail="first-order: explained by itself, total-order: left once all others are known",
    note=_note,
)
