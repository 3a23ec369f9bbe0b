"""In what two scenarios differ, key by key, as their files state it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.distributions import Uncertain
from simulate.scenario.inputs import list_inputs
from simulate.scenario.layers import Origin
from simulate.scenario.load import layers_of, validate
from simulate.scenario.reach import data_files
from simulate.scenario.table_text import is_input
from simulate.scenario.unchanged import table_of

# What is told of an assumption is none, and neither is what the file is called.
PROSE = {"source", "description", "title"}
OF_THE_FILE = {"name", "lab", "as_of"}
# What is counted beside all else, and what of it only says how it is told of.
COUNTED, OF_TELLING = {"outcomes", "metrics"}, {"by", "words"}
# Two readings of data whose sources differ are the same if so many quantiles are.
QUANTILES = 200
# What mistakes are told of where only some of two scenarios' differences are made.
DIFFERENCES = "some differences"


@dataclass(frozen=True)
class Difference:
    """A part that two scenarios state differently, or a data file's column that was read anew.

    Attributes
    ----------
    key
        Its steps; a member of a list goes by its name.
    before, after
        As stated, None where it isn't; of data, the file in both.
    """

    key: tuple[str, ...]
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """The key as one writes it."""
        return ".".join(self.key)

    @property
    def is_of_data(self) -> bool:
        """Whether the same is stated, and other data are in the file."""
        return self.before == self.after

    @property
    def moves_nothing(self) -> bool:
        """Whether something that is counted comes, goes, or is only told of otherwise."""
        what, *within = self.key
        comes_or_goes = len(within) <= 1 and None in (self.before, self.after)
        return what in COUNTED and (comes_or_goes or within[-1] in OF_TELLING)


def differences(before: Scenario, after: Scenario) -> tuple[Difference, ...]:
    """Return what the second scenario states otherwise; names and sources don't count."""
    if before == after:
        return ()
    old, new = (_bare(table_of(scenario)) for scenario in (before, after))
    for name in OF_THE_FILE:
        old.pop(name, None)
        new.pop(name, None)
    stated = tuple(_stated(old, new, ()))
    if not any(True for _ in data_files(new)):
        return stated
    return (*stated, *_of_data(before, after, {each.name for each in stated}))


def with_differences(scenario: Scenario, chosen: Iterable[Difference]) -> Scenario:
    """Return the first scenario with some of its differences from the second.

    Raises
    ------
    ScenarioError
        If they don't go together.
    """
    layers, known = layers_of(scenario, Origin(None, (), DIFFERENCES))
    for each in chosen:
        here: Any = layers.table
        for step in each.key[:-1]:
            here = _by_name(here)[step]
        here.pop(each.key[-1], None)
        if each.after is not None:
            here[each.key[-1]] = each.after
    found, mistakes = validate(layers, Path(DIFFERENCES), known)
    if found is None:
        raise ScenarioError(*mistakes)
    return found


def _bare(value: Any) -> Any:
    """Return a table without prose."""
    if isinstance(value, dict):
        return {key: _bare(within) for key, within in value.items() if key not in PROSE}
    return [_bare(within) for within in value] if isinstance(value, list) else value


def _stated(before: Any, after: Any, key: tuple[str, ...]) -> Iterator[Difference]:
    if before == after:
        return
    old, new = _by_name(before), _by_name(after)
    are_tables = isinstance(old, dict) and isinstance(new, dict)
    # Members that come, go or change places change their list.
    are_of_a_list = isinstance(before, list) or isinstance(after, list)
    is_stated = is_input(old) or is_input(new)
    if not are_tables or is_stated or (are_of_a_list and [*old] != [*new]):
        yield Difference(key, before, after)
        return
    for step in {**old, **new}:
        yield from _stated(old.get(step), new.get(step), (*key, step))


def _by_name(value: Any) -> Any:
    """Return a list of tables that have names as a table of them."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return value
    return {each.get("name"): each for each in value}


def _of_data(before: Scenario, after: Scenario, stated: set[str]) -> Iterator[Difference]:
    old = {member.key: member.distribution for member in list_inputs(before)}
    for member in list_inputs(after):
        given = member.distribution
        files = dict.fromkeys(
            here[place[-1]] for place, here in data_files(given.model_dump(mode="json"))
        )
        if files and member.key in {*old} - stated and _are_other(old[member.key], given):
            yield Difference(tuple(member.key.split(".")), ", ".join(files), ", ".join(files))


def _are_other(before: Uncertain, after: Uncertain) -> bool:
    """Tell whether what is stated alike draws other values, of a file that has changed."""
    if before == after:
        return False
    levels = [(place + 0.5) / QUANTILES for place in range(QUANTILES)]
    return before.model_dump() == after.model_dump() or any(
        before.quantile(level) != after.quantile(level) for level in levels
    )
