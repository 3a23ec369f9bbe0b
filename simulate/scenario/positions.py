"""Where each key of a TOML text stands, so that errors can say line and column.

``tomllib`` parses and judges; this only finds places. So it is lenient: what it lets pass that is
not TOML (a missing comma, say), ``tomllib`` has refused.
"""

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

KeyPath = tuple[str | int, ...]
Found = tuple[KeyPath, int]  # with its place, counted in characters

# A path takes time by its depth, so that only a bound makes the time linear in the text. Within
# this one is whatever tomllib follows before it runs out of stack, but for keys of 500 dots.
DEEPEST = 500

# None of these can match in two ways, so that none takes long over what it doesn't match.
SPACE = re.compile(r"[ \t]*")
BETWEEN = re.compile(r"[ \t\n,]*(?:#[^\n]*[ \t\n,]*)*")
ONE_LINE = r"'(?!'')[^'\n]*'" + r'|"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*)*"'
LINES = r"'''[^']*(?:'(?!'')[^']*)*'{3,5}" + r'|"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"{3,5}'
NAME = re.compile(rf"[A-Za-z0-9_-]+|{ONE_LINE}")
# Numbers, dates and words are taken together: a date may hold a space.
SCALAR = re.compile(rf"[A-Za-z0-9_+.: \t-]+|{ONE_LINE}|{LINES}")


class Position(NamedTuple):
    """A place in a text: line, and column in characters, both counted from 1."""

    line: int
    column: int


def locate(text: str) -> dict[KeyPath, Position]:
    """Return where each key and each array element of a TOML document stands.

    Parameters
    ----------
    text
        The document, without a byte-order mark. Of one that ``tomllib`` refuses, what stands
        before the fault is found, and perhaps more; nothing is raised.

    Returns
    -------
    dict
        By the path in the parsed document, of names and places in arrays: where the key is first
        named, at its own part of a dotted key or header, or where the element's value begins.
        An element made by ``[[x]]`` is at the ``x`` of its own header.
    """
    text = text.replace("\r\n", "\n")  # as tomllib does; no column lies beyond a line's end
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    positions: dict[KeyPath, Position] = {}
    with suppress(tomllib.TOMLDecodeError):  # a quoted name with a wrong escape
        for path, at in _walk(text):
            if path not in positions:
                line = bisect_right(starts, at)
                positions[path] = Position(line, at - starts[line - 1] + 1)
    return positions


def nearest(positions: Mapping[KeyPath, Position], key: KeyPath) -> Position | None:
    """Return the position of a key or, failing that, of the nearest thing around it."""
    for length in range(len(key), 0, -1):
        if position := positions.get(key[:length]):
            return position
    return None


@dataclass(slots=True)
class _Open:
    """A table or an array that the walk is inside of."""

    path: KeyPath
    length: int | None = None  # of an array, so far; a table has none


def _walk(text: str) -> Iterator[Found]:
    """Yield each path where it is named, some more than once; end at what can't be TOML."""
    inside = [_Open(())]  # the last header's table, then each open bracket and brace
    counts: Counter[KeyPath] = Counter()  # of each [[x]] so far
    at = 0
    while (at := _past(BETWEEN, text, at)) < len(text):
        here = inside[-1]
        if len(inside) == 1 and text[at] == "[":
            named, at = _header(text, at, counts)
            if not named:
                return
            yield from named
            inside = [_Open(named[-1][0])]
            continue
        if len(inside) > 1 and text[at] in "]}":
            inside.pop()
            at += 1
            continue

        if here.length is None:
            named, at = _dotted(text, at, here.path)
            if not named or not text.startswith("=", at):
                return
            at = _past(SPACE, text, at + 1)
        else:
            named = [((*here.path, here.length), at)]
            here.length += 1
        yield from named

        path = named[-1][0]
        if text.startswith(("[", "{"), at) and len(path) < DEEPEST:
            inside.append(_Open(path, length=0 if text[at] == "[" else None))
            at += 1
        elif (end := _past(SCALAR, text, at)) > at:
            at = end
        else:
            return


def _header(text: str, at: int, counts: Counter[KeyPath]) -> tuple[list[Found], int]:
    """Return what a header names, the table that it begins last, and its end; or nothing."""
    brackets = "]]" if text.startswith("[[", at) else "]"
    parts, at = _dotted(text, at + len(brackets), ())
    if not parts or not text.startswith(brackets, at):
        return [], at
    named: list[Found] = []
    path: KeyPath = ()
    for part, place in parts:
        path = (*path, part[-1])
        named.append((path, place))
        if len(part) == len(parts) and brackets == "]]":
            counts[path] += 1
        if path in counts:  # an array of tables: a header means its last
            path = (*path, counts[path] - 1)
            named.append((path, place))
    return named, at + len(brackets)


def _dotted(text: str, at: int, path: KeyPath) -> tuple[list[Found], int]:
    """Return what a dotted key names inside of a path, and what comes next; or nothing."""
    named: list[Found] = []
    while len(path) < DEEPEST:
        at = _past(SPACE, text, at)
        end = _past(NAME, text, at)
        if end == at:
            break
        path = (*path, _name(text[at:end]))
        named.append((path, at))
        at = _past(SPACE, text, end)
        if not text.startswith(".", at):
            return named, at
        at += 1
    return [], at


def _name(written: str) -> str:
    if written[0] == '"' and "\\" in written:
        return tomllib.loads(f"name = {written}")["name"]
    return written[1:-1] if written[0] in "\"'" else written


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return the end of what a pattern matches at a place, or the place itself."""
    match = pattern.match(text, at)
    return match.end() if match else at
