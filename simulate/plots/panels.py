"""The drivers of one outcome or of several, one a panel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import group_letters
from simulate.scenario.key_words import words_of_key

from .frame import frame, made_by
from .style import SMALL, Theme
from .ticks import in_percent, legend_columns
from .wrapping import wrap

# In inches.
WIDTH, AROUND, PANEL = 8.0, 1.4, 3.0
# Points that a panel's title may take.
TITLE_WIDTH = 380.0
# Fewer bars than this don't get thicker.
LEAST_BARS = 6


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
    if explanation.outcome.is_probability:
        in_percent(axis)
    axis.set_label_text("probability" if explanation.outcome.is_probability else "median, bn USD")


def list_names(axes: Axes, names: Sequence[str]) -> None:
    """Name the horizontal bars of a panel, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), LEAST_BARS) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def named(name: str, letters: Mapping[str, str]) -> str:
    """Return a driver's plain name with the letter of its group."""
    return f"{words_of_key(name)} ({letters[name]})" if name in letters else words_of_key(name)
