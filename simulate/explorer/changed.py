"""A scenario that a page changes by hand: what it may set, and the scenario that makes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.dependence import MatrixOfCorrelations
from simulate.scenario.layers import Layers, Origin
from simulate.scenario.load import PROVENANCE, layers_of, validate, validated
from simulate.scenario.mistakes import printable
from simulate.scenario.quantity import ABSENT
from simulate.scenario.reach import data_files
from simulate.scenario.unchanged import Known
from simulate.scenario.units import number_in_unit

from .levels import with_level
from .places import (
    Place,
    cell_of,
    distribution_at,
    number_at,
    places_of,
    source_at,
    stated_in,
)
from .tables import CERTAIN, KIND, KINDS, kind_of, restated

Changes = dict[str, Any]
# What a page may send; a discrete distribution has up to 10,000 values with as many weights.
MOST_CHANGES, LONGEST_TEXT, DEEPEST, MOST_WITHIN, LARGEST = 200, 300, 8, 25_000, 1e300
# Another number than 0 or 1, which stand for what a lab does without.
LITTLE, LITTLE_OF = 10.0, {0.0: 0.01, 1.0: 1.01}
LONGEST_SOURCE, LONGEST_TOLD, LONGEST_KEY = 2000, 300, 80
EXPLORER = "the explorer"
BY_HAND = "set by hand in the explorer"
# What of a mistake a hand knows, or only a file's author can use.
SHOWN = re.compile("^ = .*?: ")
MENDS = re.compile("; (?:nearest = true|narrow the) .*", re.DOTALL)


class Refused(ScenarioError):
    """A change that can't be.

    Attributes
    ----------
    key
        Of the change at fault, empty where no single one is.
    text
        What is wrong, in one line.
    """

    def __init__(self, key: str, text: str) -> None:
        self.key = key
        self.text = printable(" ".join(text.split()))[:LONGEST_TOLD]
        super().__init__(f"{printable(key[:LONGEST_KEY])}: {self.text}" if key else self.text)


@dataclass(frozen=True, eq=False)
class Explored:
    """A scenario, and what of it a page may change.

    Attributes
    ----------
    scenario
        As it was opened.
    places
        What may be changed, by key.
    stated
        What stands there, as a page is told it: a table of an input, else a number.
    """

    scenario: Scenario
    places: Mapping[str, Place]
    stated: Mapping[str, Any]
    _layers: Layers
    _known: Known

    @classmethod
    def of(cls, scenario: Scenario) -> "Explored":
        """Return a scenario to be explored."""
        scenario = validated(scenario)
        layers, known = layers_of(scenario, Origin(None, (), EXPLORER))
        assert known is not None
        places = {place.key: place for place in places_of(scenario)}
        stated = {key: stated_at(scenario, place) for key, place in places.items()}
        whole = cls(scenario, places, stated, layers, known)
        fixed = {key for key in places if whole._is_left_out_for_good(places[key])}
        kept = {key: place for key, place in places.items() if key not in fixed}
        return replace(whole, places=kept)

    def _is_left_out_for_good(self, place: Place) -> bool:
        """Tell whether a scenario that does without an input can't have it, either."""
        if place.what != "input" or distribution_at(self.scenario, place) not in ABSENT:
            return False
        try:
            self.with_changes({place.key: LITTLE_OF.get(self.stated[place.key][CERTAIN], LITTLE)})
        except Refused:
            return True
        return False

    def with_changes(self, changes: Changes) -> Scenario:
        """Return the scenario with changes; an input is changed where it stands, and there only.

        What an alternative has of its own stays when the input is changed elsewhere, as it does
        under a file that extends the scenario's.

        Raises
        ------
        Refused
            If one names nothing that may be changed, or can't be.
        """
        effective = self.effective(changes)
        if not effective:
            return self.scenario
        layers, origins = self._layers.copy(), {}
        for key, value in effective.items():
            origins[key] = Origin(None, (), f"{key} {BY_HAND}")
            self._lay(layers, self.places[key], value, origins[key])
        found, told = validate(layers, Path(EXPLORER), self._known)
        if found is None:
            raise _refusal([each.line for each in told], origins, self.places)
        return found.model_copy(update={PROVENANCE: self.scenario.provenance})

    def effective(self, changes: Changes) -> Changes:
        """Return those changes that set something else than what stands there.

        Raises
        ------
        Refused
            If one names nothing that may be changed, or is of no kind that a page may send.
        """
        if not isinstance(changes, dict):
            raise Refused("", "changes must be a table of values by key")
        if len(changes) > MOST_CHANGES:
            raise Refused("", f"{len(changes)} changes are too many; the most is {MOST_CHANGES}")
        for key, value in changes.items():
            if key not in self.places:
                shown = f"{key!s:.{LONGEST_KEY}}"
                raise Refused("", f'"{shown}" is nothing that can be changed')
            self._refuse_other(self.places[key], value)
        return {k: value for k, value in changes.items() if value != self.stated[k]}

    def _refuse_other(self, place: Place, value: Any) -> None:
        """Raise unless a value is one that a page may send."""
        try:
            _count_plain(value, 0)
        except ValueError as error:
            raise Refused(place.key, str(error)) from None
        is_number = isinstance(value, (int, float, str)) and not isinstance(value, bool)
        if place.what != "input" and not is_number:
            raise Refused(place.key, "must be a number")
        if not isinstance(value, (dict, int, float, str)):
            raise Refused(place.key, "must be a number or a table of a distribution")
        own = self.stated[place.key]
        if not set(_files_in(value)) <= set(_files_in(own)):
            raise Refused(place.key, "names a file that the scenario does not read there")
        if others := set(_kinds_in(value)) - {*KINDS, *_kinds_in(own)}:
            raise Refused(place.key, f'can\'t be a "{min(others):.40}" here')

    def _lay(self, layers: Layers, place: Place, value: Any, origin: Origin) -> None:
        """Set what stands at a place."""
        steps = place.steps
        if place.what == "level":
            outcome = self.scenario.outcomes[steps[1]]
            for name, said in with_level(outcome, _number(place, value)).items():
                layers.set((*steps[:2], name), said, origin)
            return
        if place.what == "correlation" and len(steps) > 2:
            given = self.scenario.correlations[steps[1]]
            assert isinstance(given, MatrixOfCorrelations)
            steps = stated_in(place)
            value = _with_cell(layers.get(steps, origin), cell_of(given, place), value)
        elif place.what == "correlation":
            # Its kind stays.
            steps = (*steps, CERTAIN)
        elif place.what == "input" and not isinstance(value, str):
            value = _as_table(value) | {"source": self.source_of(place, value)}
        layers.set(steps, value, origin)

    def source_of(self, place: Place, value: Any, when: str = "") -> str:
        """Return the source of what was set by hand at a place.

        Parameters
        ----------
        value
            What was set.
        when
            On which day, in words.
        """
        kind, before = kind_of(_as_table(value)), source_at(self.scenario, place)
        as_kind = ""
        if place.what == "input" and kind != kind_of(self.stated[place.key]):
            as_kind = f", as {'certain' if kind == CERTAIN else kind.replace('_', ' ')}"
        said = f"assumption: {BY_HAND}{as_kind}{when and ' on '}{when}"
        return (f"{said}; was: {before}" if before else said)[:LONGEST_SOURCE]


def stated_at(scenario: Scenario, place: Place) -> Any:
    """Return what stands at a place, as a page is told it."""
    if place.what != "input":
        return number_at(scenario, place)
    return restated(distribution_at(scenario, place))


def _number(place: Place, value: Any) -> float:
    """Return a number that may be written in a place's unit."""
    try:
        return number_in_unit(value, place.quantity.unit) if isinstance(value, str) else value
    except ValueError as error:
        raise Refused(place.key, str(error)) from None


def _with_cell(rows: Sequence[Sequence[Any]], cell: tuple[int, int], value: Any) -> list[list[Any]]:
    """Return a symmetric matrix with a value at a cell, and at that across the diagonal."""
    found = [list(row) for row in rows]
    for i, j in (cell, cell[::-1]):
        found[i][j] = value
    return found


def _as_table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {CERTAIN: value}


def _files_in(value: Any) -> list[str]:
    """Return the files of data that a table names."""
    return [here[at[-1]] for at, here in data_files(_as_table(value))]


def _kinds_in(value: Any) -> Iterator[str]:
    """Yield the families that a table and those within it name."""
    if isinstance(value, dict):
        if KIND in value:
            yield str(value[KIND])
        yield from (kind for each in value.values() for kind in _kinds_in(each))
    elif isinstance(value, list):
        yield from (kind for each in value for kind in _kinds_in(each))


def _count_plain(value: Any, depth: int) -> int:
    """Return how many values are within one, if all are plain and of bearable size.

    Raises
    ------
    ValueError
        That says what is wrong.
    """
    if depth > DEEPEST:
        raise ValueError("is nested too deep")
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise ValueError(f"holds a text of more than {LONGEST_TEXT} characters")
        return 1
    if isinstance(value, (int, float)):
        # What is no number is not below it, either.
        if not abs(value) <= LARGEST:
            raise ValueError("holds a number that is not finite")
        return 1
    if value is None:
        return 1
    if not isinstance(value, (dict, list)):
        raise ValueError("must be a number or a table of a distribution")
    if len(value) > MOST_WITHIN:
        raise ValueError("holds too many values")
    members = [*value, *value.values()] if isinstance(value, dict) else value
    count = 1 + sum(_count_plain(member, depth + 1) for member in members)
    if count > MOST_WITHIN:
        raise ValueError("holds too many values")
    return count


def _refusal(
    lines: list[str], origins: Mapping[str, Origin], places: Mapping[str, Place]
) -> Refused:
    """Return the first mistake, by the change that made it."""
    line = MENDS.sub("", lines[0])
    settings = {key: f"{origin.setting}: " for key, origin in origins.items()}
    key = next((key for key, setting in settings.items() if line.startswith(setting)), "")
    text = line.removeprefix(settings.get(key, f"{EXPLORER}: "))
    if not key and len(origins) == 1:
        key = next(iter(origins))
    for name in (key, ".".join(places[key].steps)) if key else ():
        if text.startswith(name):
            text = SHOWN.sub("", text.removeprefix(name)).lstrip(":. ")
    return Refused(key, text)
