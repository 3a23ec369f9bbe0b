"""How a command's words name a key, and say whether a value sets it, shifts it or multiplies it."""

import re
import tomllib
from collections.abc import Sequence
from typing import Any, Literal

from .layers import DEEPEST, Key
from .units import in_unit, number_in_unit, states_unit

Way = Literal["set", "by", "times"]
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


def parse_key(text: str) -> Key:
    """Return the steps of a key of TOML, as ``correlations."inference.overrun, training.drift"``.

    It is empty if the text is none.
    """
    try:
        found: Any = tomllib.loads(f"{text} = {{}}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    key: list[str] = []
    while len(found) == 1:
        step, found = next(iter(found.items()))
        key.append(step)
    return tuple(key) if len(key) <= DEEPEST else ()


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
