"""How the answer moves once figures are known: what ``simulate update`` says of a page's state."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulate.model.observation import overlap_sentences
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.inputs import words_of_key
from simulate.text.numbers import percent, unit_of
from simulate.text.sentences import capitalized

from .aside import Aside
from .controls import in_words
from .work import Message

if TYPE_CHECKING:
    from simulate.analysis.update import Update

PATHS = 1 << 16
MOST_OBSERVED, LONGEST_OBSERVED = 8, 200
MOST_INPUTS = 5
WIDER = "give a wider error, or leave one out"


def updates() -> Aside:
    """Return what works out how the answer moves."""
    failed = "it could not be worked out; simulate update says why"
    return Aside(failed, ["simulate.text.update"])


@dataclass(frozen=True)
class Known:
    """What tells how the answer moves, where it is called.

    Attributes
    ----------
    scenario
        That is run.
    observed
        What is known, as ``simulate update --observe`` takes it.
    """

    scenario: Scenario
    observed: tuple[str, ...]

    def __call__(self) -> Message:
        """Return how the answer moves, or why that can't be said."""
        # It brings pandas, which only the worker needs.
        from simulate.analysis.update import update

        try:
            return known_of(update(self.scenario, self.observed, paths=PATHS))
        except ScenarioError as error:
            return {"type": "mistake", "key": "", "text": refusal(error)}


def known_of(update: "Update") -> Message:
    """Return an update as a page is told it."""
    from simulate.text.update import finding

    effective, count = update.posterior.effective, len(update.hitting)
    return {
        "type": "known",
        "sentence": f"{finding(update)}.",
        "effective": f"{effective:,.0f} of {count:,} paths",
        "places": [*update.places, *overlap_sentences(update.observations)],
        "rows": [
            {"title": title, "before": before, "after": after}
            for title, before, after in _rows(update)
        ],
    }


def refusal(error: ScenarioError) -> str:
    """Return what is wrong in one line; a page has no ``--paths`` to ask for more."""
    first, *places = error.lines
    if len(places) > 1:
        return "; ".join([first, *(place.strip() for place in places[:-1]), WIDER])
    return first


def _rows(update: "Update") -> Iterator[tuple[str, str, str]]:
    """Yield headline probabilities, the alternatives' weights and the inputs most moved."""
    for belief in update.beliefs:
        name = capitalized(belief.event.in_words(update.scenario))
        yield name, percent(belief.before), percent(belief.after)
    for weight in update.alternatives:
        yield capitalized(f"if {weight.clause}"), percent(weight.before), percent(weight.after)
    for spread in update.inputs[:MOST_INPUTS]:
        unit = unit_of(spread.unit)
        written = in_words((each.value for each in (*spread.before, *spread.after)), unit)
        before, after = (unit.named(" · ".join(part)) for part in (written[:3], written[3:]))
        yield f"{capitalized(words_of_key(spread.name))}: P10, P50, P90", before, after
