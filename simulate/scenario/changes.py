"""Named and single changes of a scenario, as they are written."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from .defaults import default_at
from .edits import toml_key
from .inputs import ALTERNATIVE, declared_inputs
from .keys import example_of, place_of
from .layers import Key, Layers, Origin, Table
from .mistakes import ScenarioError, Told, did_you_mean, rename, steering_text
from .packaged import shown_path
from .schema import Alternative, Option, Scenario
from .table_edits import named_tables, only_table
from .units import in_unit, number_in_unit, states_unit

Way = Literal["set", "by", "times"]
# From here on a number stands for what limits nothing.
ENDLESS = 1e9
DONE = {"set": "set", "by": "shifted", "times": "multiplied"}
# A bare value sets; what is below 0 is set by "=-0.3", since "-0.3" shifts.
SIGNS: dict[str, Way] = {
    "=": "set",
    "+": "by",
    "-": "by",
    "\u2212": "by",
    "*": "times",
    "×": "times",
}
# "1,200", "0,9" and "8,5 bn" may be one number of a list, or two.
ONE_OR_TWO = re.compile(
    r"(?<![\w.])(?:\d{1,3},\d{3}(?!\d)|0,\d+(?![\d.])|\d+,\d+(?=\s*[^\W\d]|\s*%))"
)
# What is changed by name, and the part of a file that holds it.
KINDS: dict[str, Key] = {
    "variant": ("variants",),
    "stress": ("stresses",),
    "option": ("decision", "options"),
}
# The part that holds what is laid over a scenario by its paths.
ALTERNATIVES = "alternatives"
# Those parts that belong to no scenario.
CHANGES = ("variants", "stresses")
# Ways to move an input, in the order in which they act: its value times the one, plus the other.
WAYS = ("times", "by")
# What such a table says of itself, beside what it changes.
OF_ITSELF = {"title", *WAYS}
MOST_OF_A_KIND = 100
# Names go into names of files.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def parse_change(text: str) -> tuple[Way, str]:
    """Return what a value does, and the value without the sign that says so.

    ``8 bn`` and ``=-0.3`` set, ``+8 bn`` and ``-8 bn`` shift, ``*1.2`` multiplies. An amount to
    shift by keeps its minus.
    """
    text = text.strip()
    way = SIGNS.get(text[:1], "set")
    keeps_sign = text[:1] not in ("=", "+", "*", "×")
    return way, text if keeps_sign else text[1:].strip()


def read_changes(texts: Sequence[str], unit: str) -> tuple[Way, list[float | str]]:
    """Return what all of some values do, and the values.

    Parameters
    ----------
    texts
        Such as ``+8 bn``, ``+12 bn``.
    unit
        Of the quantity.

    Raises
    ------
    ValueError
        If they do different things, or some have a unit and others none.
    """
    ways, written = zip(*map(parse_change, texts), strict=True)
    if len(set(ways)) > 1:
        raise ValueError("all values must set (8), shift (+8, -8) or multiply (*1.2) alike")
    stated = [states_unit(text) for text in written if text.strip("0.+- ")]
    if any(stated) and not all(stated):
        raise ValueError("give each value its unit, as 8 bn, 12 bn")
    way: Way = ways[0]
    if way == "set":
        return way, [in_unit(text, unit) for text in written]
    return way, [number_in_unit(text, "share" if way == "times" else unit) for text in written]


def split_list(text: str) -> list[str]:
    """Return the values of a list with commas.

    Raises
    ------
    ValueError
        If a comma may as well part thousands, or nothing stands before or after one.
    """
    if found := ONE_OR_TWO.search(text):
        raise ValueError(
            f'"{found[0]}" may be one number or two; write a space after each comma that parts '
            "values, and no other commas"
        )
    parts = [part.strip() for part in text.split(",")]
    if "" in parts:
        raise ValueError("has an empty place; write key=a,b,c")
    return parts


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
    for (kind, place), tables in zip(KINDS.items(), named, strict=True):
        given, part = layers.table, ".".join(place)
        for step in place:
            given = given.get(step, {}) if isinstance(given, dict) else {}
        if not isinstance(given, dict):
            wrong = f"{part}: must be tables such as [{part}.name]"
            mistakes.append(layers.told(_origin(layers, *place), wrong, named_tables(given)))
            continue
        if len(given) > MOST_OF_A_KIND:
            most = f"{part}: {len(given)} are too many; the most is {MOST_OF_A_KIND}"
            mistakes.append(layers.told(_origin(layers, *place), most))
            continue
        for name, table in given.items():
            origin, wrong = _origin(layers, *place, name), f"{part}.{name:.40}"
            if nameless := _nameless(kind, name, table):
                below = f"the name is missing; write [{part}.NAME], and {nameless} below it"
                mistakes.append(layers.told(origin, f"{wrong}: {below}"))
            elif isinstance(table, dict) and NAME.fullmatch(name):
                tables[name] = table
            else:
                mend = f"must be a table [{part}.name], its name of letters, digits, _ and -"
                mistakes.append(layers.told(origin, f"{wrong}: {mend}", only_table(table)))
    return named, mistakes


def _nameless(kind: str, name: str, table: Any) -> str:
    """Return the key that stands where a name belongs, or nothing; a name may be one of a part."""
    if name in _of_itself(kind):
        return name
    if name.partition(".")[0] not in Scenario.model_fields:
        return ""
    if not isinstance(table, dict):
        return "" if name in Scenario.model_fields else name
    # A pair of inputs, or a group, begins with a part's name and is no key from the root.
    keys = [key.partition(".")[0] for key in table if not set(key) & {",", "*"}]
    is_part = table and {*Scenario.model_fields, *_of_itself(kind)}.isdisjoint(keys)
    return f"{name}.{next(iter(table)):.40}" if is_part else ""


def _of_itself(kind: str) -> set[str]:
    """Return the keys that say something of a change rather than of the scenario."""
    section = {"option": Option, ALTERNATIVE: Alternative}.get(kind)
    return OF_ITSELF | set(section.model_fields) if section else OF_ITSELF


def leave_changes(layers: Layers) -> None:
    """Take variants and stress tests out of a file, so that the rest is a scenario."""
    for part in CHANGES:
        layers.table.pop(part, None)


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
    leave_changes(layers)
    before, titles = layers.table.get("name"), []
    names = (changes.variant, changes.stress, changes.option)
    asked = zip(KINDS, named, names, strict=True)
    for kind, tables, name in asked:
        if name is None:
            continue
        if name not in tables:
            known = f"it has {', '.join(sorted(tables))}" if tables else "it has none"
            where = shown_path(path)
            raise ScenarioError(f'{where}: there is no {kind} "{name}"; {known}')
        titles.append(str(tables[name].get("title", name)))
        mistakes += _lay_named(layers, kind, name, tables[name])
    for setting in changes.settings:
        key, way, value = parse_setting(setting, layers.table)
        titles.append(setting)
        origin = Origin(None, (), f"--set {setting}")
        mistakes += _mistakes_of(change_key, layers, key, way, value, origin)
    if titles and isinstance(before, str) and layers.table["name"] == before:
        layers.table["name"] = "; ".join([before, *titles])
    return mistakes


def parse_setting(text: str, table: Table) -> tuple[Key, Way, Any]:
    """Return the place of a setting ``key=value``, what the value does, and the value.

    Parameters
    ----------
    text
        The key as ``place_of`` reads it; the value is TOML, or a plain text, of the notation of
        ``parse_change``.
    table
        The scenario's.

    Raises
    ------
    ScenarioError
        If there is no key or no value.
    """
    if steers := steering_text(text):
        raise ScenarioError(f"--set {steers}: holds a control character; leave it out")
    written, equals, given = text.partition("=")
    way, value = parse_change(given)
    if not equals or not value:
        key, number = example_of(table)
        raise ScenarioError(f'--set {text}: write it as "{key}={number:g}"')
    key = place_of(written, table, f"--set {text}")
    try:
        return key, way, tomllib.loads(f"x = {value}")["x"]
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return key, way, value


def change_key(layers: Layers, key: Key, way: Way, value: Any, origin: Origin) -> None:
    """Set what stands at a key, or shift or multiply it: a number, or every draw of an input.

    An input is changed under each alternative that has its own.

    Raises
    ------
    ScenarioError
        If nothing stands there that the value can change.
    """
    change = partial(_change_key, key=key, way=way, value=value, origin=origin)
    _change_alternatives(layers, [(key, value)], change, origin)
    change(layers)


def _change_key(layers: Layers, key: Key, way: Way, value: Any, origin: Origin) -> None:
    if way == "set":
        layers.set(key, value, origin)
        return
    name, inputs = ".".join(key), declared_inputs(layers.table)
    try:
        if name in inputs or key[0] == "correlations":
            _move_input(layers, key, {way: value}, origin.setting, origin)
            return
        around = inputs.get(".".join(key[:-1]))
        now = _given_or_default(layers, key, way, origin)
        unit = around.unit if around else "bn USD" if _is_money(key) else "share"
        moved = _moved(now, way, value, unit)
    except (ScenarioError, ValueError) as error:
        where = "" if isinstance(error, ScenarioError) else f"{layers.where(origin)}: {name}: "
        mend = f'; to set it, write "=={value}"' if way == "by" else ""
        raise ScenarioError(f"{where}{error}{mend}") from None
    layers.set(key, moved, origin)


def _given_or_default(layers: Layers, key: Key, way: str, origin: Origin) -> Any:
    """Return what is to be moved; a note tells of a default.

    Raises
    ------
    ScenarioError
        If nothing stands there.
    """
    try:
        return layers.get(key, origin)
    except ScenarioError as unknown:
        try:
            default = default_at(key, layers.table)
        except LookupError:
            raise unknown from None
    name, where = ".".join(key), layers.where(origin)
    if default is None:
        wrong = f"{name} is not given, and has no default to be {DONE[way]}"
        raise ScenarioError(f"{where}: {wrong}")
    number = default.get("value") if isinstance(default, dict) else default
    if not isinstance(number, (int, float)):
        return default
    told = f"the default, {number:.12g}" if number < ENDLESS else "the default, no limit"
    note = f"{where}: {name} is not given; {told}, is {DONE[way]}"
    if note not in layers.notes:
        layers.notes.append(note)
    return default | {"source": told} if isinstance(default, dict) else default


def _is_money(key: Key) -> bool:
    """Tell whether a key that is no input is an amount: what an option or the last dollar costs."""
    return key[0] == "decision" and key[-1] in ("cost", "out_of_cash_cost")


def _moved(now: Any, way: Way, value: Any, unit: str) -> float:
    """Return a stated number, shifted or multiplied."""
    number = in_unit(now, unit)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ValueError("is no single number" if isinstance(now, (dict, list)) else "is no number")
    if way == "by":
        moved = number + number_in_unit(str(value), unit)
    else:
        moved = number * number_in_unit(str(value), "share")
    is_whole = isinstance(number, int) and moved.is_integer()
    return int(moved) if is_whole else round(moved, 12)


def _change_alternatives(
    layers: Layers,
    changes: Iterable[tuple[Key, Any]],
    change: Callable[[Layers], object],
    origin: Origin,
) -> None:
    """Make a change in each alternative that has inputs of its own among those that it changes.

    Parameters
    ----------
    layers
        Whose alternatives are changed, and nothing else.
    changes
        Keys of what is changed, and what stands there then.
    change
        Changes the layers of a scenario.
    origin
        Of the change.
    """
    alternatives, inputs = layers.table.get(ALTERNATIVES, []), declared_inputs(layers.table)
    if not isinstance(alternatives, list):
        return
    changed = inputs_in(changes, inputs)
    for member in alternatives:
        if not isinstance(member, dict) or not isinstance(member.get("name"), str):
            continue
        stated = {
            written: inputs_in([(key, value)], inputs) & changed
            for key, value, written in stated_changes(ALTERNATIVE, member)
        }
        if not any(stated.values()):
            continue
        laid = layers.copy()
        del laid.table[ALTERNATIVES]
        # What is wrong with an alternative is told when the scenario is validated.
        if lay_alternative(laid, member):
            continue
        change(laid)
        for key in set().union(*stated.values()):
            found = laid.get(tuple(key.split(".")), origin)
            layers.set((ALTERNATIVES, member["name"], key), found, origin)


def inputs_in(changes: Iterable[tuple[Key, Any]], inputs: Collection[str]) -> set[str]:
    """Return the inputs that values at some keys change."""
    return {
        name
        for key, value in changes
        for leaf in leaves(key, value, inputs)
        for length in range(1, len(leaf) + 1)
        if (name := ".".join(leaf[:length])) in inputs
    }


def leaves(key: Key, value: Any, inputs: Collection[str]) -> Iterator[Key]:
    """Return the keys of inputs within a value of nested tables, or of what else stands there."""
    if isinstance(value, dict) and value and ".".join(key) not in inputs:
        for step, inner in value.items():
            yield from leaves((*key, step), inner, inputs)
    else:
        yield key


def lay_alternative(layers: Layers, table: Table) -> list[Told]:
    """Lay an alternative over its scenario, as a variant is; return what is wrong with it."""
    return list(_lay_over(layers, ALTERNATIVE, (ALTERNATIVES, table["name"]), table))


def stated_changes(kind: str, table: Table) -> Iterator[tuple[Key, Any, Key]]:
    """Return what a variant or the like sets, shifts or multiplies.

    Yields
    ------
    tuple
        The key in the scenario, the value, and the key in the table.
    """
    of_itself = _of_itself(kind)
    for key, value in table.items():
        if key in WAYS and isinstance(value, dict):
            yield from ((steps, amount, (key, *steps)) for steps, amount in _amounts(value))
        elif key not in of_itself:
            yield tuple(key.split(".")), value, (key,)


def _lay_named(layers: Layers, kind: str, name: str, table: Table) -> list[Told]:
    """Lay a variant, a stress test or an option over the scenario and each of its alternatives."""
    at = (*KINDS[kind], name)
    changes = ((key, value) for key, value, _ in stated_changes(kind, table))

    def lay(over: Layers) -> list[Told]:
        return list(_lay_over(over, kind, at, table))

    _change_alternatives(layers, changes, lay, _origin(layers, *at))
    return lay(layers)


def _lay_over(layers: Layers, kind: str, at: Key, table: Table) -> Iterator[Told]:
    """Lay a table of changes, which stands there, over the scenario; return what is wrong."""
    of_itself = _of_itself(kind)
    yield from _move_inputs(layers, f"{kind} {at[-1]}", table, at)
    for key, value in table.items():
        if key in of_itself:
            continue
        origin = _origin(layers, *at, key)
        is_of_scenario = key.partition(".")[0] in Scenario.model_fields
        if not is_of_scenario and (mend := rename(key, of_itself)):
            yield layers.told(origin, f"{key}: unknown key", mend)
        elif "." in key:
            yield from _mistakes_of(_set_at, layers, key, value, origin)
        else:
            layers.lay({key: value}, origin.around)


def _set_at(layers: Layers, key: str, value: Any, origin: Origin) -> None:
    layers.set(place_of(toml_key(key), layers.table, layers.where(origin)), value, origin)


def _move_inputs(layers: Layers, change: str, table: Table, at: Key) -> Iterator[Told]:
    """Move inputs by amounts and by factors; return what is wrong with that."""
    moves: dict[str, tuple[Table, Key]] = {}
    for way in WAYS:
        amounts = table.get(way, {})
        if not isinstance(amounts, dict):
            mend = f'write it as {way} = {{ "inference.overrun" = 0.1 }}'
            yield layers.told(_origin(layers, *at, way), f"{way}: {mend}")
            continue
        for steps, amount in _amounts(amounts):
            written = moves.setdefault(".".join(steps), ({}, (*at, way, *steps)))
            written[0][way] = amount
    # To list them takes time, and most tables move none.
    inputs = declared_inputs(layers.table) if moves else {}
    for key, (move, written) in moves.items():
        origin = _origin(layers, *written)
        if key in inputs:
            steps = tuple(key.split("."))
            yield from _mistakes_of(_move_input, layers, steps, move, f"by {change}", origin)
        else:
            mend = rename(key, inputs) if written[-1] == key else None
            hint = "" if mend else did_you_mean(key, inputs)
            yield layers.told(origin, f'"{key:.60}" is no input{hint and "; "}{hint}', mend)


def _amounts(table: Table, at: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Return each amount with its key, in one step as a text or in several as a dotted key."""
    for key, amount in table.items():
        if isinstance(amount, dict):
            yield from _amounts(amount, (*at, key))
        else:
            yield (*at, key), amount


def _move_input(layers: Layers, key: Key, move: Table, change: str, origin: Origin) -> None:
    given = _given_or_default(layers, key, next(iter(move)), origin)
    before = given.get("source", "") if isinstance(given, dict) else ""
    source = f"moved {change}" + (f"; before: {before}" if before else "")
    layers.set(key, {"distribution": "shifted", "of": given, "source": source} | move, origin)


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
