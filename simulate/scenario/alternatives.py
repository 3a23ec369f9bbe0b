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
        A scenario that was judged; what one of its alternatives changes is not read again where the
        layers say the same of it.
    """
    if not scenario.alternatives:
        return {}, []
    found: dict[str, Mapping[str, Uncertain]] = {}
    told: list[Told] = []
    base = {member.key: member for member in own_inputs(scenario)}
    own = {key: member.distribution for key, member in base.items()}
    for table in layers.table[ALTERNATIVES]:
        if known is not None and (same := _known_changes(known, layers.table, table)) is not None:
            found[table["name"]] = own | same
            continue
        laid, wrong = _laid(scenario, layers, table, path)
        wrong = wrong or describe([*_refused(table, base)], layers, path)
        told += wrong
        if laid is not None and not wrong:
            found[table["name"]] = {i.key: i.distribution for i in own_inputs(laid)}
    if told:
        return {}, told
    possible = [found[each.name] for each in scenario.possible_alternatives]
    under = {key: tuple(inputs[key] for inputs in possible) for key in base}
    return {k: each for k, each in under.items() if any(_is_other(one, own[k]) for one in each)}, []


def _is_other(one: Uncertain, other: Uncertain) -> bool:
    # Most are the same object, which takes no comparing.
    return one is not other and one != other


def _known_changes(known: Known, whole: Table, table: Table) -> dict[str, Uncertain] | None:
    """Return the inputs of the parts that an alternative changes, if a judged scenario has them.

    None where that says something else of these parts or of the alternative, or draws it never.
    """
    before = next((m for m in known.table[ALTERNATIVES] if m["name"] == table["name"]), None)
    possible = [each.name for each in known.scenario.possible_alternatives]
    if before is None or table["name"] not in possible:
        return None
    changes = list(stated_changes(ALTERNATIVE, table))
    # The horizon says what is drawn once a path, and which quarters are valid.
    parts = {"horizon", *(key[0] for key, _, _ in changes)}
    if changes != list(stated_changes(ALTERNATIVE, before)) or not known.says_of(parts, whole):
        return None
    place = possible.index(table["name"])
    return {
        key: under[place]
        for key, under in known.scenario.overridden.items()
        if key.partition(".")[0] in parts
    }


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
