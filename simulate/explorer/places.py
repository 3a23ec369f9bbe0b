"""Which places of a scenario a hand may change, and what stands there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from simulate.scenario import Scenario
from simulate.scenario.changes import ALTERNATIVES, inputs_in, stated_changes
from simulate.scenario.dependence import CORRELATION, MatrixOfCorrelations
from simulate.scenario.distributions import Uncertain
from simulate.scenario.edits import dotted
from simulate.scenario.frame import Targets
from simulate.scenario.inputs import ALTERNATIVE, own_inputs, words_of_key, words_of_setting
from simulate.scenario.keys import CORRELATIONS
from simulate.scenario.lab import Funding
from simulate.scenario.layers import Key
from simulate.scenario.quantity import CertainShare, Quantity, Section
from simulate.scenario.schema import Alternative
from simulate.scenario.unchanged import table_of

from .levels import level_of, unit_of_level

What = Literal["input", "target", "level", "count", "weight", "correlation", "chance"]
# What is said of an input that some alternatives have of their own.
NOT_OWN = ", where no alternative has its own"
TARGET: Key = ("targets", "gross_margin")
HOLD: Key = ("targets", "hold_quarters")
HELD = Quantity("quarters in a row for which a margin is held", "quarters", 1.0, 40.0, certain=True)
# Inputs of a matrix of correlations that has a control for each pair.
MOST_OF_MATRIX = 12
OUTCOMES, FORMULA, MATRIX = "outcomes", "when", "matrix"


@dataclass(frozen=True)
class Place:
    """A place of a scenario that a hand may change.

    Attributes
    ----------
    key
        As ``Scenario.changed`` takes it.
    steps
        Of the key, in the scenario's table.
    what
        An input, or which plain number.
    title
        What stands there, in words.
    quantity
        Its declaration.
    section
        The part of the scenario that it is of.
    input
        The key of the input, empty of a plain number.
    alternative
        The name of the one that has this input, or this weight, of its own; else empty.
    """

    key: str
    steps: Key
    what: What
    title: str
    quantity: Quantity
    section: str
    input: str = ""
    alternative: str = ""

    @property
    def short_title(self) -> str:
        """The title as a sentence has it."""
        return self.title.removesuffix(NOT_OWN)


def places_of(scenario: Scenario) -> tuple[Place, ...]:
    """Return what of a scenario may be changed by hand, in the order of the schema."""
    return (
        _number(TARGET, "target", "target of gross margin", _share_of(Targets, "gross_margin")),
        _number(HOLD, "count", HELD.title, HELD),
        *_levels(scenario),
        *_inputs(scenario),
        *_correlations(scenario),
        *_weights(scenario),
    )


def _inputs(scenario: Scenario) -> Iterator[Place]:
    """Yield each input, those that alternatives have of their own after it, and rounds' chances."""
    owners = _owners(scenario)
    possible = scenario.possible_alternatives
    for each in own_inputs(scenario):
        steps, words = tuple(each.key.split(".")), words_of_key(each.key)
        own = [a for a in possible if each.key in owners[a.name]]
        if not own or len(own) < len(possible):
            title = f"{words}{NOT_OWN}" if own else words
            yield Place(each.key, steps, "input", title, each.quantity, steps[0], each.key)
        for alternative in own:
            at = (ALTERNATIVES, alternative.name, each.key)
            title = f"{words}, if {alternative.clause}"
            key, name = dotted(at), alternative.name
            yield Place(key, at, "input", title, each.quantity, steps[0], each.key, name)
        if steps[0] == "funding":
            at = (*steps[:-1], "chance")
            yield _number(at, "chance", words_of_key(dotted(at)), _share_of(Funding, "chance"))


def _levels(scenario: Scenario) -> Iterator[Place]:
    """Yield the level of each own outcome that compares with one, such as a target."""
    for name, outcome in scenario.outcomes.items():
        if level_of(outcome) is not None:
            title = f'level of "{outcome.called(name)}"'
            declared = Quantity(title, unit_of_level(scenario, outcome), certain=True)
            yield _number((OUTCOMES, name, FORMULA), "level", title, declared)


def _owners(scenario: Scenario) -> Mapping[str, set[str]]:
    """Return the inputs that each alternative states, by its name."""
    keys = [member.key for member in own_inputs(scenario)]
    return {
        table["name"]: inputs_in(((k, v) for k, v, _ in stated_changes(ALTERNATIVE, table)), keys)
        for table in table_of(scenario)[ALTERNATIVES]
    }


def _correlations(scenario: Scenario) -> Iterator[Place]:
    for pair, given in scenario.correlations.items():
        steps: list[Key] = [(CORRELATIONS, pair)]
        if isinstance(given, MatrixOfCorrelations):
            pairs = combinations(given.inputs, 2) if len(given.inputs) <= MOST_OF_MATRIX else ()
            steps = [(CORRELATIONS, pair, ", ".join(both)) for both in pairs]
        for each in steps:
            title = words_of_setting(f"{CORRELATIONS}.{each[-1]}", ())
            yield _number(each, "correlation", title, CORRELATION)


def _weights(scenario: Scenario) -> Iterator[Place]:
    declared = _share_of(Alternative, "weight")
    for each in scenario.alternatives:
        steps, title = (ALTERNATIVES, each.name, "weight"), f'weight of "{each.clause}"'
        yield _number(steps, "weight", title, declared, each.name)


def _number(steps: Key, what: What, title: str, declared: Quantity, alternative: str = "") -> Place:
    return Place(dotted(steps), steps, what, title, declared, steps[0], "", alternative)


def _share_of(section: type[Section], name: str) -> Quantity:
    """Return the declaration of a number that is no input."""
    marks = section.model_fields[name].metadata
    share = next(mark for mark in marks if isinstance(mark, CertainShare))
    unit = "" if name == "weight" else "share"
    return Quantity(share.title, unit, share.low, share.high, certain=True)


def distribution_at(scenario: Scenario, place: Place) -> Uncertain:
    """Return the distribution of an input, as the scenario or one alternative has it."""
    if place.alternative:
        possible = [each.name for each in scenario.possible_alternatives]
        if place.alternative not in possible:
            weighted = {dotted((ALTERNATIVES, place.alternative, "weight")): 1.0}
            return distribution_at(scenario.changed(weighted), place)
        if place.input in scenario.overridden:
            return scenario.overridden[place.input][possible.index(place.alternative)]
    return next(i.distribution for i in own_inputs(scenario) if i.key == place.input)


def number_at(scenario: Scenario, place: Place) -> float:
    """Return a plain number that stands in a scenario."""
    name = place.steps[-1]
    if place.section == "targets":
        return float(getattr(scenario.targets, name))
    if place.what == "level":
        return level_of(scenario.outcomes[place.steps[1]]) or 0.0
    if place.what == "correlation":
        given = scenario.correlations[place.steps[1]]
        if isinstance(given, MatrixOfCorrelations):
            row, column = cell_of(given, place)
            return given.matrix[row][column]
        return given.quantile(0.5)
    return float(getattr(_member_at(scenario, place), name))


def source_at(scenario: Scenario, place: Place) -> str:
    """Return the source of what stands at a place."""
    if place.what == "input":
        return distribution_at(scenario, place).source
    if place.section == "targets":
        return scenario.targets.source
    if place.what == "level":
        return scenario.outcomes[place.steps[1]].source
    if place.what == "correlation":
        return scenario.correlations[place.steps[1]].source
    return _member_at(scenario, place).source


def stated_in(place: Place) -> Key:
    """Return the steps to the value of which a place is, or is a part."""
    is_of_matrix = place.what == "correlation" and len(place.steps) > 2
    return (*place.steps[:2], MATRIX) if is_of_matrix else place.steps


def cell_of(given: MatrixOfCorrelations, place: Place) -> tuple[int, int]:
    """Return the row and the column of a pair's correlation above the diagonal of a matrix."""
    pairs = {", ".join(both): both for both in combinations(given.inputs, 2)}
    first, second = (given.inputs.index(name) for name in pairs[place.steps[-1]])
    return first, second


def _member_at(scenario: Scenario, place: Place) -> Alternative | Funding:
    members: tuple[Alternative | Funding, ...] = getattr(scenario, place.section)
    return next(member for member in members if member.name == place.steps[1])
