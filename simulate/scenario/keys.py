"""From a text to the place in a scenario that it names: of an input, a value, or a correlation."""

import tomllib
from collections.abc import Iterable
from typing import Any

from .inputs import declared_inputs
from .layers import DEEPEST, Key, Layers, Origin, Table
from .mistakes import ScenarioError
from .schema import Scenario

CORRELATIONS = "correlations"
NOWHERE = Origin(None, ())
# What a correlation's key has and no other: the comma of a pair, the star of a group.
OF_CORRELATIONS = {",", "*"}
# Which every scenario has.
CASH, OVERRUN, DRIFT = "cash.opening", "inference.overrun", "training.drift"


def place_of(text: str, table: Table, where: str) -> Key:
    """Return the steps to the place that a text names.

    Parameters
    ----------
    text
        A key of TOML, as ``cash.opening`` or ``correlations."inference.overrun, training.drift"``;
        the quotes, and ``correlations.``, may be left out, and the two inputs stand in either
        order. An input's key may be quoted whole.
    table
        The scenario's, valid or not.
    where
        What holds the text, for the messages.

    Raises
    ------
    ScenarioError
        If it is no key, or one that lacks the part of the scenario in which it stands.
    """
    steps = _steps(text)
    if not steps:
        key, _ = example_of(table)
        form = f'"{key}", "{CASH}" or "{OVERRUN}, {DRIFT}"'
        raise ScenarioError(f"{where}: is no key; write it as {form}")
    part, *within = steps
    if within and part == CORRELATIONS:
        return part, _as_given(within[0], table), *within[1:]
    if part not in Scenario.model_fields and (meant := _within_a_part(steps, table)):
        raise ScenarioError(f"{where}: did you mean {meant}?")
    return steps


def example_of(table: Table) -> tuple[str, float]:
    """Return a key that a scenario has, of a number within a segment if there is one, and that.

    Parameters
    ----------
    table
        The scenario's, valid or not.
    """
    layers = Layers.of(table, NOWHERE)
    for name in declared_inputs(table):
        if not name.startswith("segments."):
            continue
        try:
            given = layers.get(tuple(name.split(".")), NOWHERE)
        except ScenarioError:
            continue
        numbers = given if isinstance(given, dict) and "distribution" in given else {}
        for key, number in numbers.items():
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                return f"{name}.{key}", number
    return OVERRUN, 0.1


def parse_key(text: str) -> Key:
    """Return the steps of a key of TOML; none if the text is no such key."""
    try:
        found: Any = tomllib.loads(f"{text} = {{}}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    key: list[str] = []
    while len(found) == 1:
        step, found = next(iter(found.items()))
        key.append(step)
    return tuple(key) if len(key) <= DEEPEST else ()


def _steps(text: str) -> Key:
    steps = parse_key(text)
    if not steps:
        name = text.strip().removeprefix(f"{CORRELATIONS}.").strip()
        is_quoted = '"' in name or "'" in name
        return (CORRELATIONS, name) if set(name) & OF_CORRELATIONS and not is_quoted else ()
    first, *others = steps
    if set(first) & OF_CORRELATIONS:
        return (CORRELATIONS, *steps)
    return (*first.split("."), *others)


def _as_given(key: str, table: Table) -> str:
    """Return a correlation's key as the scenario has it, where that names the same inputs."""
    given = table.get(CORRELATIONS)
    known: Iterable[str] = given if isinstance(given, dict) else ()
    same = (other for other in known if _named(other) == _named(key))
    return next(same, ", ".join(name.strip() for name in key.split(",")))


def _named(key: str) -> list[str]:
    return sorted(name.strip() for name in key.split(","))


def _within_a_part(steps: Key, table: Table) -> str:
    """Return the whole key where only the part of the scenario is missing, or nothing."""
    key = ".".join(steps)
    for known in declared_inputs(table):
        part, _, within = known.partition(".")
        if f"{key}.".startswith(f"{within}."):
            return f"{part}.{key}"
    return ""
