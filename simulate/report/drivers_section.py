"""What drives the answer, as a section of a page."""

from functools import partial

from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import (
    correlation_notes,
    group_letters,
    how_far_it_goes,
    telling,
    what_moves,
)
from simulate.driver_parts import LEGEND, driver_table
from simulate.plots.drivers import plot_drivers_of
from simulate.plots.tornado import plot_tornado_of

from .drawing import draw
from .parts import Section

KEY = "drivers"


def drivers_section(drivers: Drivers) -> Section:
    """Return what drives each outcome: in words, as pictures, and the largest drivers as tables."""
    explanations = drivers.explanations
    return Section(
        KEY,
        "What drives the answer?",
        sentences=tuple(map(_in_words, explanations)),
        within=tuple(
            _outcome(drivers, explanation, f"{KEY}-{place}")
            for place, explanation in enumerate(explanations, start=1)
            if explanation.indices
        ),
        remarks=(
            f"From {drivers.runs} runs of {drivers.paths:,} paths and one of "
            f"{drivers.kept_paths:,}, seed {drivers.scenario.sampling.seed}. In the tables, "
            f"{LEGEND}",
        ),
        points=tuple(correlation_notes(drivers.found)),
    )


def _in_words(explanation: Explanation) -> str:
    told = [what_moves(explanation, explanation.outcome.name), *how_far_it_goes(explanation)]
    return " ".join(f"{sentence}." for sentence in told)


def _outcome(drivers: Drivers, explanation: Explanation, key: str) -> Section:
    """Return pictures and table of an outcome that something moves."""
    name = explanation.outcome.name
    plots = {"shares": plot_drivers_of}
    if telling(explanation.effects, 1):
        plots["tornado"] = plot_tornado_of
    return Section(
        key,
        f"{name[0].upper()}{name[1:]}",
        pictures=tuple(
            draw(f"{key}-{kind}", partial(plot, drivers, explanation))
            for kind, plot in plots.items()
        ),
        tables=(driver_table(explanation, group_letters(drivers.found), f"Drivers of {name}"),),
    )
