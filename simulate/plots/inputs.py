"""The distribution of every uncertain input of a scenario."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.scenario import Scenario
from simulate.scenario.inputs import Input, list_inputs

from .style import BLUE, INK, LIGHT_BLUE, MUTED, STYLE, picture

COLUMNS = 4
REACH = 2.6


def plot_inputs(scenario: Scenario) -> Figure:
    """Draw the density of each uncertain input, with P10, P50 and P90 marked."""
    inputs = [i for i in list_inputs(scenario) if not i.distribution.is_certain]
    rows = -(-len(inputs) // COLUMNS)
    with picture((11.0, 1.65 * rows + 0.8)) as figure:
        figure.suptitle(
            f"{scenario.name}: {len(inputs)} uncertain inputs",
            x=0.01,
            ha="left",
            fontsize=13,
            fontweight="bold",
        )
        figure.supxlabel("marks at P10, P50 and P90", x=0.01, ha="left", fontsize=9, color=MUTED)
        for place, member in enumerate(inputs):
            _plot_density(figure.add_subplot(rows, COLUMNS, place + 1), member)
    return figure


def _plot_density(axes: Axes, member: Input) -> None:
    score = np.linspace(-REACH, REACH, 401)
    value = member.distribution.quantile_at_score(score)
    slope = np.gradient(value, score)
    density = np.exp(-(score**2) / 2.0) / np.maximum(slope, 1e-300)
    axes.fill_between(value, density, color=LIGHT_BLUE, linewidth=0)
    axes.plot(value, density, color=BLUE, linewidth=1.2)
    for level in (0.1, 0.5, 0.9):
        axes.axvline(
            member.distribution.quantile(level),
            color=INK,
            linewidth=0.7,
            linestyle="-" if level == 0.5 else ":",
        )
    axes.set_ylim(0.0, None)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_title(_short(member.key), fontsize=8, loc="left", color=STYLE["text.color"])
    axes.tick_params(labelsize=7)
    axes.set_xlabel(member.quantity.unit, fontsize=7, color=MUTED, labelpad=1)


def _short(key: str) -> str:
    return key.removeprefix("segments.").removeprefix("hardware.")
