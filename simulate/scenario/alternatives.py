"""Which inputs each alternative changes, one of which a path draws."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from .changes import ALTERNATIVES, lay_alternative, leaves, stated_changes
from .distributions import Uncertain
from .explain import describe, mistakes_of
from .inputs import ALTERNATIVE, Input, own_inputs
from .layers import Layers, Origin, Table
from .mistakes import Mistake, ScenarioError, Told
from .schema import Scenario
from .unchanged import Known, table_of

UNREAD = "the scenario"
DRAWN_ONCE = "an alternative may only change inputs that are drawn once a path"
# Why another can't be changed.
DRAWN_OTHERWISE = {
    "year": "this one is drawn every year",
    "quarter": "this one is drawn every quarter",
    "event": "this one is drawn at every event",
}


def overridden_inputs(scenario: Scenario) -> Mapping[str, tuple[Uncertain, ...]]:
    """Return each input that an alternative changes; see ``Scenario.overridden``."""
    layers = Layers.of(table_of(scenario), Origin(None, (), UNREAD))
    overridden, mistakes = read_alternatives(scenario, layers, Path(UNREAD))
    if mistakes:
        raise ScenarioError(*mistakes)
    return overridden


def read_alternatives(
    scenario: Scenario, layers: Layers, path: Path, known: Known | None = None
) -> tuple[Mapping[str, tuple[Uncertain, ...]], list[Told]]:
    """Return each input that an alternative changes, and what is wrong, one line a mistake.

    Parameters
    ----------
    scenario, layers
        A valid scenario, and the layers that make it.
    path
        What to name where the layers don't know who set a key.
    known
        A scenario that was judged; what its alternatives change is not read again where the layers
        say the same of it.
    """
    if not scenario.alternatives:
        return {}, []
    if known is not None and known.says_of(_changed_parts(layers.table), layers.table):
        return known.scenario.overridden, []
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
    own = {key: member.distribution for key, member in base.items()}
    return {k: each for k, each in under.items() if any(one != own[k] for one in each)}, []


def _changed_parts(table: Table) -> set[str]:
    """Return the parts that decide what alternatives change: themselves, and what they do it to."""
    changes = (stated_changes(ALTERNATIVE, member) for member in table[ALTERNATIVES])
    # The horizon says what is drawn once a path, and which quarters are valid.
    return {"horizon", ALTERNATIVES, *(key[0] for each in changes for key, _, _ in each)}


def _laid(
    scenario: Scenario, layers: Layers, table: Table, path: Path
) -> tuple[Scenario | None, list[Told]]:
    """Return the scenario with one alternative laid over it for good, or what is wrong."""
    laid = layers.copy()
    if told := lay_alternative(laid, table):
        return None, told
    try:
        with np.errstate(all="ignore"):
            return Scenario.model_validate(Known(scenario, layers.table).within(laid.table)), []
    except ValidationError as error:
        return None, describe(mistakes_of(error, laid.table), laid, path)


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
