"""Which inputs each alternative changes, one of which a path draws."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from .changes import ALTERNATIVES, lay_alternative, leaves, stated_changes
from .distributions import Uncertain
from .explain import describe, mistakes_of
from .inputs import ALTERNATIVE, Input, own_inputs
from .layers import Layers, Origin, Table
from .mistakes import Mistake, ScenarioError, Told
from .quantity import Section
from .schema import Scenario

UNREAD = "the scenario"
DRAWN_ONCE = "an alternative may only change inputs that are drawn once a path"
# Why another can't be changed.
DRAWN_OTHERWISE = {
    "year": "this one is drawn every year",
    "quarter": "this one is drawn every quarter",
    "event": "this one is drawn at every event",
}


def overridden_inputs(scenario: Scenario) -> dict[str, tuple[Uncertain, ...]]:
    """Return each input that an alternative changes; see ``Scenario.overridden``."""
    table = scenario.model_dump(mode="json", exclude_none=True)
    layers = Layers.of(table, Origin(None, (), UNREAD))
    overridden, mistakes = read_alternatives(scenario, layers, Path(UNREAD))
    if mistakes:
        raise ScenarioError(*mistakes)
    return overridden


def read_alternatives(
    scenario: Scenario, layers: Layers, path: Path
) -> tuple[dict[str, tuple[Uncertain, ...]], list[Told]]:
    """Return each input that an alternative changes, and what is wrong, one line a mistake.

    Parameters
    ----------
    scenario, layers
        A valid scenario, and the layers that make it.
    path
        What to name where the layers don't know who set a key.
    """
    if not scenario.alternatives:
        return {}, []
    found: dict[str, dict[str, Uncertain]] = {}
    told: list[Told] = []
    base = {member.key: member for member in own_inputs(scenario)}
    for table in layers.table[ALTERNATIVES]:
        laid, wrong = _laid(scenario, layers, table, path)
        wrong = wrong or describe([*_refused(table, base)], layers, path)
        told += wrong
        if laid is not None and not wrong:
            found[table["name"]] = {i.key: i.distribution for i in own_inputs(laid)}
    if told:
        return {}, told
    possible = [found[each.name] for each in scenario.possible_alternatives]
    under = {key: tuple(inputs[key] for inputs in possible) for key in base}
    return {k: each for k, each in under.items() if set(each) != {base[k].distribution}}, []


def _laid(
    scenario: Scenario, layers: Layers, table: Table, path: Path
) -> tuple[Scenario | None, list[Told]]:
    """Return the scenario with one alternative laid over it for good, or what is wrong."""
    laid = layers.copy()
    if told := lay_alternative(laid, table):
        return None, told
    try:
        with np.errstate(all="ignore"):
            return Scenario.model_validate(laid.table | _unchanged(scenario, layers, laid)), []
    except ValidationError as error:
        return None, describe(mistakes_of(error, laid.table), laid, path)


def _unchanged(scenario: Scenario, layers: Layers, laid: Layers) -> dict[str, Any]:
    """Return the parts of a valid scenario that stay as they are, which need no validation."""
    return {
        name: part
        for name, part in scenario
        if _is_of_sections(part) and laid.table.get(name) == layers.table.get(name)
    }


def _is_of_sections(part: Any) -> bool:
    members = part if isinstance(part, tuple) else (part,)
    return all(isinstance(member, Section) for member in members)


def _refused(table: Table, base: Mapping[str, Input]) -> Iterator[Mistake]:
    """Return which of an alternative's changes are of what is not drawn once a path."""
    for steps, value, written in stated_changes(ALTERNATIVE, table):
        for key in leaves(steps, value, base):
            if (why := _why_not(".".join(key), base)) is not None:
                at = (ALTERNATIVES, table["name"], *written, *key[len(steps) :])
                yield Mistake(at, "; ".join(filter(None, [DRAWN_ONCE, why])))


def _why_not(key: str, base: Mapping[str, Input]) -> str | None:
    """Return why an alternative may not change what stands at a key; None if it may."""
    named = next((i for k, i in base.items() if f"{key}.".startswith(f"{k}.")), None)
    if named is None:
        return ""
    if named.quantity.certain:
        return "this one is always certain"
    return None if named.quantity.drawn == "path" else DRAWN_OTHERWISE[named.quantity.drawn]
