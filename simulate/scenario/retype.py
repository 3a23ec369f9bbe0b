"""The mend of a value of a wrong type that can only mean one of the right type."""

import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from .edits import Edit
from .mends import Mend, respell, rewrite
from .table_edits import ToList, ToMembers, ToNamedTables, ToTable

WHOLE = re.compile(r"[+-]?\d{1,18}")
TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
EXPECTED = re.compile("'([^']*)'")
LONGEST_NAME = 40


def retyped(item: Any, section: type[BaseModel] | None) -> Mend | None:
    """Return the mend of an error of pydantic's about a type, if there is one.

    Parameters
    ----------
    item
        The error.
    section
        The model that belongs at its place, if any does.
    """
    kind, given = item["type"], item["input"]
    if kind == "literal_error" and isinstance(given, str):
        return respell(given, EXPECTED.findall(item["ctx"]["expected"]))
    if kind == "tuple_type" and isinstance(given, dict) and section is not None:
        return _to_list(given, section)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return (named_tables(given) if kind == "dict_type" else None) or only_table(given)
    if kind == "string_pattern_mismatch":
        return _slug(given)
    return _rewritten(TO[kind](given)) if kind in TO else None


def _rewritten(value: Any) -> Mend | None:
    return None if value is None else rewrite(value)


def _whole(given: Any) -> int | None:
    """Return the whole number that a text or a number with a point is."""
    if isinstance(given, float):
        return int(given) if given.is_integer() and abs(given) < 1e18 else None
    if not isinstance(given, str):
        return None
    plain = re.sub("[_, ]", "", given).removesuffix(".0")
    return int(plain) if WHOLE.fullmatch(plain) else None


def _number(given: Any) -> float | int | None:
    if not isinstance(given, str):
        return None
    try:
        number = float(given)
    except ValueError:
        return None
    return int(number) if WHOLE.fullmatch(given.strip()) else number


def _truth(given: Any) -> bool | None:
    return TRUTH.get(given.strip().casefold()) if isinstance(given, str) else None


def _text(given: Any) -> str | None:
    return str(given) if isinstance(given, (int, float)) and not isinstance(given, bool) else None


TO: dict[str, Callable[[Any], Any]] = {
    "int_type": _whole,
    "int_from_float": _whole,
    "float_type": _number,
    "bool_type": _truth,
    "string_type": _text,
}


def _slug(given: Any) -> Mend | None:
    """Return the mend of a member's name of other letters than it may have."""
    name = re.sub("[^a-z0-9]+", "_", str(given).casefold()).strip("_")
    if not name[:1].isalpha() or len(name) > LONGEST_NAME:
        return None
    return rewrite(name, assumes=f'"{given}" and "{name}" are the same name')


def _to_list(given: dict[str, Any], section: type[BaseModel]) -> Mend | None:
    """Return the mend of a table where a list of tables belongs."""
    if given and all(key in section.model_fields for key in given):
        return _tables(ToList(()))
    takes_names = "name" in section.model_fields
    if takes_names and given and all(isinstance(member, dict) for member in given.values()):
        named = frozenset(name for name, member in given.items() if "name" in member)
        return _tables(ToMembers((), named))
    return None


def only_table(given: Any) -> Mend | None:
    """Return the mend of a list of one table where a table belongs."""
    is_one = isinstance(given, list) and len(given) == 1 and isinstance(given[0], dict)
    return Mend("take one pair of brackets away", (ToTable(()),)) if is_one else None


def named_tables(given: Any) -> Mend | None:
    """Return the mend of a list of tables with names where tables by name belong."""
    if not isinstance(given, list) or not all(isinstance(member, dict) for member in given):
        return None
    names = [member.get("name") for member in given]
    if not all(isinstance(name, str) for name in names):
        return None
    return Mend("name each in its header", (ToNamedTables((), tuple(map(str, names))),))


def _tables(edit: Edit) -> Mend:
    """Return a mend of brackets, which what is wrong says already."""
    return Mend("", (edit,))
