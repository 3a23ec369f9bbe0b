"""What drives the answer, as a section of a page."""

from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.findings import (
    correlation_notes,
    group_letters,
    how_far,
    telling,
    what_moves,
)
from simulate.driver_parts import LEGEND, driver_table

from .parts import Section


def drivers_section(drivers: Drivers) -> Section:
    """Return what drives each outcome: in words, and the largest drivers as tables."""
    letters = group_letters(drivers.found)
    return Section(
        "drivers",
        "What drives the answer?",
        sentences=(
            f"From {drivers.runs} runs of {drivers.paths:,} paths and one of "
            f"{drivers.kept_paths:,}, seed {drivers.scenario.sampling.seed}.",
            f"In the tables, {LEGEND}",
        ),
        points=(*map(_in_words, drivers.explanations), *correlation_notes(drivers.found)),
        tables=tuple(
            driver_table(explanation, letters, f"Drivers of {explanation.outcome.name}")
            for explanation in drivers.explanations
            if explanation.indices
        ),
    )


def _in_words(explanation: Explanation) -> str:
    outcome = explanation.outcome
    told = [f"{how_far(outcome, effect)}." for effect in telling(explanation.effects, 1)]
    return " ".join([f"{what_moves(explanation, outcome.name)}.", *told])
