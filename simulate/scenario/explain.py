"""What pydantic refused, told as people would, with what mends it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from simulate.scenario.distributions.quantiles import QUANTILE_KEY

from .chain import BASE_QUARTERS, BASE_YEAR
from .changes import CHANGES
from .dependence import MATRIX, PAIR, RANKS
from .distributions import FAMILY, PREFIX, Fixed, called_in_scipy
from .edits import Edit, Insert, Rename, Write
from .hints import (
    EXTENDS,
    MISSING,
    is_missing,
    likely_parent,
    misnamed_members,
    only_family,
    rename_quantile,
)
from .input_mends import FOR_INPUTS
from .inputs import MEMBER, homes_of, section_in
from .layers import Key, Layers, Origin, Table, named_members
from .mistakes import (
    Fix,
    Mend,
    Mistake,
    Told,
    did_you_mean,
    in_words,
    move,
    one_of,
    rename,
    respell,
)
from .packaged import shown_path
from .quantity import Section
from .schema import Scenario
from .table_edits import retyped
from .targets import as_written

# The step after a key that is itself at fault.
OF_A_KEY = "[key]"
# Steps of an error's location that the file does not have.
INTERNAL = {*FAMILY, "quantiles", "parameters", MATRIX, PAIR, RANKS, OF_A_KEY}
# How a file writes what the models keep together.
WRITTEN_AS = {"quantiles": "p10 or any other level, interval", "parameters": "those of scipy"}
LONGEST_SHOWN = 60
MOST_LINES = 100
# So many missing keys are those of a scenario that it was meant to extend.
MANY = 2
MOST_NAMES = 12
BARE_KEY = re.compile("[A-Za-z0-9_-]{1,60}")
LINE_AND_COLUMN = re.compile(r":(\d+):(\d+)$")
FOR_LISTS = 'must be a list; begin each member with [[{0}]], and name = "…" on the next line'
# What a table may say beside what its model holds.
BESIDE: dict[type[BaseModel], tuple[str, ...]] = {
    Fixed: ("distribution",),
    Scenario: (EXTENDS, *CHANGES),
}


def fix_of(mistake: Mistake, layers: Layers, path: Path) -> Fix | None:
    """Return a mistake's mend where its keys are written, if all stand in one file.

    Parameters
    ----------
    mistake
        With its key from the scenario's root.
    layers
        That know where each key was set.
    path
        The file whose root is meant where a mistake has no key.
    """
    if mistake.mend is None:
        return None
    around = mistake.key[:-1] if mistake.mend.of_table else mistake.key
    placed = [_placed(edit, around, layers, path) for edit in mistake.mend.edits]
    files, edits = {file for file, _ in placed}, [edit for _, edit in placed]
    file = files.pop()
    if files or file is None:
        return None
    return Fix(file, tuple(edits), mistake.mend.assumes)


def _placed(edit: Edit, around: Key, layers: Layers, path: Path) -> tuple[Path | None, Edit]:
    """Return the file that an edit is of, and the edit at its place there."""
    key = (*around, *(str(step) for step in edit.at))
    if not key and isinstance(edit, Insert):
        return path, edit
    origin = layers.origins.get(key)
    if origin is None:
        return _placed_in_dotted(edit, key, layers)
    if isinstance(edit, Rename) and key[-1] != origin.written:
        edit = _last_renamed(edit, origin, 0)
    return origin.file, replace(edit, at=origin.place)


def _placed_in_dotted(edit: Edit, key: Key, layers: Layers) -> tuple[Path | None, Edit]:
    """Return an edit of a step in the midst of a dotted key, as those of variants are."""
    below = [(where, o) for where, o in layers.origins.items() if where[: len(key)] == key]
    if not below or not isinstance(edit, Rename):
        return None, edit
    where, origin = min(below, key=lambda found: len(found[0]))
    return origin.file, replace(_last_renamed(edit, origin, len(where) - len(key)), at=origin.place)


def _last_renamed(edit: Rename, origin: Origin, from_last: int) -> Rename:
    """Return the renaming of a step of a key that is written as one, such as ``"cash.opening"``."""
    steps = origin.written.split(".")
    if len(steps) <= max(from_last, 1):
        return edit
    steps[-1 - from_last] = edit.name
    return replace(edit, name=".".join(steps))


def mistakes_of(error: ValidationError, table: Table) -> list[Mistake]:
    """Return what an error of pydantic's says, by the keys that the user wrote."""
    items: Any = error.errors(include_url=False)
    # A list whose members are all wrong is also too short.
    items = [item for item in items if item["type"] != "too_short"] or items
    return [mistake for item in items for mistake in _mistakes(item, table)]


def describe(mistakes: list[Mistake], layers: Layers, path: Path) -> list[Told]:
    """Return one line a mistake: file, line and column, key, value, and the mend.

    Parameters
    ----------
    mistakes
        With keys from the scenario's root.
    layers
        That know where each key was set.
    path
        The file to name where they don't.
    """
    told = []
    mistakes = _absent_of_year(mistakes, layers.table)
    mistakes = misnamed_members(_absent_together(mistakes, layers, path), layers.table)
    for found in mistakes[:MOST_LINES]:
        key, value, mistake = as_written(found, _value_at(found.key, layers.table), layers)
        where, inherited = layers.where_at_fault(mistake.key)
        named = _named(key) + _shown(value)
        # What is missing stands nowhere.
        if inherited and not is_missing(mistake):
            named += f", inherited from {inherited}"
        message = mistake.message
        if mistake.column and (within := layers.where_within(mistake.key, mistake.column)):
            where = within
        elif mistake.column:
            message = f"at column {mistake.column}: {message}"
        line = f"{where or shown_path(path)}: {named}{': ' if named else ''}{message}"
        told.append(Told(line, fix_of(mistake, layers, path)))
    if len(mistakes) > MOST_LINES:
        told.append(Told(f"{shown_path(path)}: and {len(mistakes) - MOST_LINES} more"))
    return list({each.line: each for each in told}.values())


def _absent_of_year(mistakes: list[Mistake], table: Table) -> list[Mistake]:
    """Return mistakes with all that a base year lacks as one, where quarters stand beside it."""
    absent = [m for m in mistakes if is_missing(m) and m.key[:-1] == (BASE_YEAR,)]
    if not absent or BASE_QUARTERS not in table:
        return mistakes
    *names, last = (mistake.key[-1] for mistake in absent)
    needed = " and ".join(filter(None, [", ".join(names), last]))
    wrong = (
        f"says a part of what {BASE_QUARTERS} say; change those, or let it take their place in a "
        f"file, with {needed} as well"
    )
    return [*(m for m in mistakes if m not in absent), Mistake((BASE_YEAR,), wrong)]


def _absent_together(mistakes: list[Mistake], layers: Layers, path: Path) -> list[Mistake]:
    """Return mistakes with all that is missing as one, of a file that extends none."""
    absent = [m for m in mistakes if is_missing(m)]
    extends = any(origin.file != path for origin in layers.origins.values())
    if extends or len(absent) < MANY:
        return mistakes
    names = [_named(mistake.key) for mistake in sorted(absent, key=lambda m: len(m.key))]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    wrong = f"{', '.join(names[:MOST_NAMES])}{more} are missing"
    missing = Mistake((), wrong, likely_parent(layers.table, path))
    return [*(m for m in mistakes if m not in absent), missing]


def in_order(told: list[Told]) -> list[Told]:
    """Sort lines by the files that they name and the places in them."""

    def place(each: Told) -> tuple[str, int, int]:
        where = each.line.split(": ")[0]
        found = LINE_AND_COLUMN.search(where)
        return (where[: found.start()], int(found[1]), int(found[2])) if found else (where, 0, 0)

    return sorted(told, key=place)


def _mistakes(item: Any, table: Table) -> Iterator[Mistake]:
    key = _key(item["loc"], table)
    if item["type"] == "mistakes":
        for mistake in item["ctx"]["mistakes"]:
            yield mistake._replace(key=(*key, *mistake.key))
    else:
        yield Mistake(key, *_wrong(item, key, table))


def _key(location: tuple[int | str, ...], table: Table) -> Key:
    """Return the key as the user wrote it: names for list places, and no union tags."""
    names: list[str] = []
    here: Any = table
    tagged: Any = None
    for place, step in enumerate(location):
        is_section = step == "value" and _is_section(location[: place + 1])
        if step == "value" and isinstance(here, dict) and location[place + 1 :] and not is_section:
            continue  # the tag of a certain number, whose table has that key, too
        if isinstance(step, int) and isinstance(here, list):
            here = here[step] if step < len(here) else None
            names.append(str(here.get("name", step)) if isinstance(here, dict) else str(step))
        elif isinstance(here, dict) and here is not tagged and step == here.get("distribution"):
            tagged = here  # by its kind, even where a key is called like it, as beta's beta is
        elif isinstance(here, dict) and step in here:
            here = here[step]
            names.append(str(step))
        elif step not in INTERNAL or is_section:
            names.append(str(step))
            here = None
    return tuple(names)


def _is_section(location: tuple[int | str, ...]) -> bool:
    """Tell whether the schema has a table of its own there, and no input."""
    section = _section_at(location)
    return section is not None and issubclass(section, Section)


def _named(key: Key) -> str:
    """Return a key as TOML writes it."""
    return ".".join(step if BARE_KEY.fullmatch(step) else _quoted(step) for step in key)


def _value_at(key: Key, table: Table) -> Any:
    """Return what a file says for a key, or None."""
    here: Any = table
    for step in key:
        if isinstance(here, list):
            here = dict(named_members(here)).get(step)
        else:
            here = here.get(step) if isinstance(here, dict) else None
    return here


def _shown(value: Any) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return f" = {str(value).lower()}"
    return f" = {_quoted(value) if isinstance(value, str) else _digits(value)}"


def _quoted(text: str) -> str:
    """Return a text as TOML writes it, without what would disturb a terminal."""
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return json.dumps(shown, ensure_ascii=False)


def _digits(value: Any) -> str:
    try:
        shown = str(value)
    except ValueError:  # an integer of more digits than Python writes
        return "a number of many digits"
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"


def _wrong(item: Any, key: Key, table: Table) -> tuple[str, Mend | None]:
    """Return what is wrong, and its mend if there is one."""
    kind, location = item["type"], item["loc"]
    if kind == "value_error":
        error = item["ctx"]["error"]
        mend: Mend | None = getattr(error, "mend", None)
        if mend is not None and location[-1] == OF_A_KEY:
            named = [Rename(edit.at, edit.value) for edit in mend.edits if isinstance(edit, Write)]
            mend = replace(mend, edits=tuple(named))
        return getattr(error, "wrong", str(error)), mend
    if kind == "extra_forbidden":
        return _unknown_key(location, key, _value_at(key[:-1], table))
    if kind == "union_tag_invalid":
        return _unknown_distribution(str(item["ctx"]["tag"]))
    return _message(item), retyped(item, _section_at(location))


def _message(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind in ("model_type", "model_attributes_type") and context.get("class_name") == "Fixed":
        return FOR_INPUTS
    if kind == "missing":
        choices = _choices_at(item["loc"])
        return f"{MISSING}; write {one_of(choices)}" if choices else MISSING
    if kind == "tuple_type":
        is_of_tables = _section_at(item["loc"]) is not None
        return FOR_LISTS.format(item["loc"][-1]) if is_of_tables else "must be a list"
    if kind == "string_pattern_mismatch":
        return "must be small letters, digits and _, a letter first"
    if kind == "too_short":
        return f"has {context['actual_length']} members; {context['min_length']} are the least"
    if kind == "too_long":
        length = context["actual_length"] or "too many"
        return f"has {length} members; {context['max_length']} are the most"
    return in_words(item)


def _written_fields(section: type[BaseModel]) -> list[str]:
    return [name for name, field in section.model_fields.items() if not field.exclude]


def _unknown_key(location: tuple[int | str, ...], key: Key, around: Any) -> tuple[str, Mend | None]:
    given, section = str(location[-1]), _section_at(location[:-1])
    if section is Fixed and (mend := only_family(around)):
        return "of which distribution?", mend
    fields = [*_written_fields(section), *BESIDE.get(section, ())] if section else []
    mend = rename(given, fields)
    if mend is None and "quantiles" in fields:
        mend = rename_quantile(given, around)
    if mend is None and section and issubclass(section, Section):
        mend = _moved_home(location, key)
    if mend is not None:
        return "unknown key", mend
    if section is Fixed and QUANTILE_KEY.fullmatch(given):
        return 'quantiles of what? Add distribution = "normal", or another', None
    known = ", ".join(WRITTEN_AS.get(name, name) for name in fields)
    return f"unknown key; {did_you_mean(given, fields) or f'known are: {known}'}", None


def _moved_home(location: tuple[int | str, ...], key: Key) -> Mend | None:
    """Return the mend of a key that belongs to one other table; a member's may be its own."""
    homes = homes_of(key[-1])
    if len(homes) != 1 or MEMBER in homes[0] or any(isinstance(step, int) for step in location):
        return None
    return move(key, homes[0])


def _unknown_distribution(given: str) -> tuple[str, Mend | None]:
    names = [name for name in FAMILY if name not in ("value", PREFIX)]
    mend = respell(given, names, "distribution") or respell(
        given, called_in_scipy(given), "distribution"
    )
    hint = did_you_mean(given, names) or f"known are: {', '.join(names)}, {PREFIX}NAME"
    unknown = f'unknown distribution "{given:.{LONGEST_SHOWN}}"'
    return unknown + ("" if mend else f"; {hint}"), mend


def _choices_at(location: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the values of which the schema has one at a location, if it lists them."""
    section = _section_at(location[:-1])
    field = section.model_fields.get(str(location[-1])) if section else None
    annotation = field.annotation if field else None
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _section_at(location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Return the model that the schema has at a location of an error."""
    here: Any = Scenario
    for step in location:
        model = section_in(here)
        if isinstance(step, str) and model is not None and step in model.model_fields:
            here = model.model_fields[step].annotation
        elif step in FAMILY:
            here = FAMILY[str(step)]
    return section_in(here)
