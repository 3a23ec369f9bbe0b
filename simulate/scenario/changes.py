"""What a command changes in a scenario: a variant, a stress test, an option, settings."""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .errors import ScenarioError, Told
from .inputs import declared_inputs
from .layers import DEEPEST, Key, Layers, Origin, Table
from .mends import rename
from .names import did_you_mean
from .retype import named_tables, only_table
from .schema import Option, Scenario

# What is changed by name, and the part of a file that holds it.
KINDS: dict[str, Key] = {
    "variant": ("variants",),
    "stress": ("stresses",),
    "option": ("decision", "options"),
}
# Ways to move an input, in the order in which they act: its value times the one, plus the other.
WAYS = ("times", "by")
# What such a table says of itself, beside what it changes.
OF_ITSELF = {"title", *WAYS}
# Names go into names of files.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class Changes(NamedTuple):
    """What a command asks to change."""

    variant: str | None = None
    stress: str | None = None
    option: str | None = None
    settings: Sequence[str] = ()


class Named(NamedTuple):
    """The variants, the stress tests and the options of a decision of a file, by name."""

    variants: dict[str, Table]
    stresses: dict[str, Table]
    options: dict[str, Table]


def list_named(layers: Layers) -> tuple[Named, list[Told]]:
    """Return a file's variants and stress tests, and one line for each that is none.

    Parameters
    ----------
    layers
        Of the file and those that it extends.
    """
    named, mistakes = Named({}, {}, {}), []
    for place, tables in zip(KINDS.values(), named, strict=True):
        given, part = layers.table, ".".join(place)
        for step in place:
            given = given.get(step, {}) if isinstance(given, dict) else {}
        if not isinstance(given, dict):
            wrong = f"{part}: must be tables such as [{part}.name]"
            mistakes.append(layers.told(_origin(layers, *place), wrong, named_tables(given)))
            continue
        for name, table in given.items():
            if isinstance(table, dict) and NAME.fullmatch(name):
                tables[name] = table
            else:
                mend = f"must be a table [{part}.name], its name of letters, digits, _ and -"
                origin = _origin(layers, *place, name)
                mistakes.append(
                    layers.told(origin, f"{part}.{name:.40}: {mend}", only_table(table))
                )
    return named, mistakes


def apply_changes(layers: Layers, path: Path, changes: Changes) -> list[Told]:
    """Lay a variant over a scenario, then a stress test, an option, and settings.

    Parameters
    ----------
    layers
        Of the file and those that it extends. The scenario's name will tell of the changes.
    path
        The file.
    changes
        What to change.

    Returns
    -------
    list of Told
        What is wrong with the file's variants and stress tests, and with the settings, one line a
        mistake.

    Raises
    ------
    ScenarioError
        If the file has no such variant or stress test, or a setting is none.
    """
    named, mistakes = list_named(layers)
    for part in ("variants", "stresses"):
        layers.table.pop(part, None)
    before, titles = layers.table.get("name"), []
    names = (changes.variant, changes.stress, changes.option)
    asked = zip(KINDS, named, names, strict=True)
    for kind, tables, name in asked:
        if name is None:
            continue
        if name not in tables:
            known = f"it has {', '.join(sorted(tables))}" if tables else "it has none"
            raise ScenarioError(f'{path}: there is no {kind} "{name}"; {known}')
        titles.append(str(tables[name].get("title", name)))
        mistakes += _lay_named(layers, kind, name, tables[name])
    for setting in changes.settings:
        key, value = parse_setting(setting)
        titles.append(setting)
        mistakes += _mistakes_of(layers.set, key, value, Origin(None, (), f"--set {setting}"))
    if titles and isinstance(before, str) and layers.table["name"] == before:
        layers.table["name"] = "; ".join([before, *titles])
    return mistakes


def parse_setting(text: str) -> tuple[Key, Any]:
    """Return key and value of a setting ``key=value``.

    The key is TOML's, as ``correlations."inference.overrun, training.drift"`` shows; the value is
    TOML, or a plain text.

    Raises
    ------
    ScenarioError
        If there is no key or no value.
    """
    written, equals, value = text.partition("=")
    value = value.strip()
    try:
        found: Any = tomllib.loads(f"{written} = {{}}")
    except (tomllib.TOMLDecodeError, RecursionError):
        found = {}
    key: list[str] = []
    while len(found) == 1:
        step, found = next(iter(found.items()))
        key.append(step)
    if not equals or not key or not value or len(key) > DEEPEST:
        raise ScenarioError(f'--set {text}: write it as "segments.api.growth.initial.p50=0.9"')
    try:
        return tuple(key), tomllib.loads(f"x = {value}")["x"]
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return tuple(key), value


def _lay_named(layers: Layers, kind: str, name: str, table: Table) -> Iterator[Told]:
    """Lay a variant or a stress test over the scenario; return what is wrong with it."""
    at = (*KINDS[kind], name)
    of_itself = OF_ITSELF | set(Option.model_fields) if kind == "option" else OF_ITSELF
    yield from _move_inputs(layers, f"{kind} {name}", table, at)
    for key, value in table.items():
        if key in of_itself:
            continue
        origin = _origin(layers, *at, key)
        if key not in Scenario.model_fields and (mend := rename(key, of_itself)):
            yield layers.told(origin, f"{key}: unknown key", mend)
        elif "." in key:
            yield from _mistakes_of(layers.set, tuple(key.split(".")), value, origin)
        else:
            layers.lay({key: value}, origin.around)


def _move_inputs(layers: Layers, change: str, table: Table, at: Key) -> Iterator[Told]:
    """Move inputs by amounts and by factors; return what is wrong with that."""
    moves: dict[str, Table] = {}
    for way in WAYS:
        amounts = table.get(way, {})
        if not isinstance(amounts, dict):
            mend = f'write it as {way} = {{ "inference.overrun" = 0.1 }}'
            yield layers.told(_origin(layers, *at, way), f"{way}: {mend}")
            continue
        for key, amount in amounts.items():
            moves.setdefault(key, {})[way] = amount
    inputs = declared_inputs(layers.table)
    for key, move in moves.items():
        origin = _origin(layers, *at, list(move)[-1], key)
        if key in inputs:
            yield from _mistakes_of(_move_input, layers, key, move, change, origin)
        else:
            mend = rename(key, inputs)
            hint = "" if mend else did_you_mean(key, inputs)
            yield layers.told(origin, f'"{key:.60}" is no input{hint and "; "}{hint}', mend)


def _move_input(layers: Layers, key: str, move: Table, change: str, origin: Origin) -> None:
    steps = tuple(key.split("."))
    given = layers.get(steps, origin)
    before = given.get("source", "") if isinstance(given, dict) else ""
    source = f"moved by {change}" + (f"; before: {before}" if before else "")
    layers.set(steps, {"distribution": "shifted", "of": given, "source": source} | move, origin)


def _mistakes_of(change: Callable[..., None], *arguments: Any) -> list[Told]:
    """Make a change, and return what is wrong with it."""
    try:
        change(*arguments)
    except ScenarioError as error:
        return list(error.told)
    return []


def _origin(layers: Layers, *key: str) -> Origin:
    origin = layers.origin_of(key)
    assert origin is not None
    return origin
