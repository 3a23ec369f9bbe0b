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
from typing import Literal, NamedTuple

KeyPath = tuple[str | int, ...]

# A path takes time by its depth, so that only a bound makes the time linear in the text. Within
# this one is whatever tomllib follows before it runs out of stack, but for keys of 500 dots.
DEEPEST = 500

# None of these can match in two ways, so that none takes long over what it doesn't match.
SPACE = re.compile(r"[ \t]*")
BETWEEN = re.compile(r"[ \t\r\n,]*(?:#[^\n]*[ \t\r\n,]*)*")
ONE_LINE = r"'(?!'')[^'\n]*'" + r'|"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*)*"'
LINES = r"'''[^']*(?:'(?!'')[^']*)*'{3,5}" + r'|"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"{3,5}'
NAME = re.compile(rf"[A-Za-z0-9_-]+|{ONE_LINE}")
# Numbers, dates and words are taken together: a date may hold a space.
SCALAR = re.compile(rf"[A-Za-z0-9_+.: \t-]+|{ONE_LINE}|{LINES}")

# What opens a text; a line's end right after three quotes is no part of it.
OPENED = re.compile(r"""(?:\"{3}|'{3})\n?|["']""")


class Position(NamedTuple):
    """A place in a text: line, and column in characters, both counted from 1."""

    line: int
    column: int


class Span(NamedTuple):
    """A piece of a text, from a character to before another, and the path that it is about.

    A ``name`` is one part of a dotted key or of a header, a ``header`` all from its first bracket
    to its last, a ``pair`` a key with its value, an ``element`` the place where an array's begins.
    """

    kind: Literal["name", "header", "pair", "value", "element"]
    path: KeyPath
    start: int
    end: int


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
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    positions: dict[KeyPath, Position] = {}
    for kind, path, at, _ in spans(text):
        if kind in ("name", "element") and path not in positions:
            line = bisect_right(starts, at)
            positions[path] = Position(line, at - starts[line - 1] + 1)
    return positions


def nearest(positions: Mapping[KeyPath, Position], key: KeyPath) -> Position | None:
    """Return the position of a key or, failing that, of the nearest thing around it."""
    for length in range(len(key), 0, -1):
        if position := positions.get(key[:length]):
            return position
    return None


def locate_within(text: str, path: KeyPath, column: int) -> Position | None:
    """Return where a character of a text within a TOML document stands, if that is simple.

    Parameters
    ----------
    text
        The document.
    path
        Of the text in it.
    column
        Which of its characters, the first being 1, with those that part its lines.
    """
    found = next((span for span in spans(text) if span.kind == "value" and span.path == path), None)
    written = OPENED.match(text, found.start, found.end) if found else None
    # An escape, or a line's end of two characters, is one in the text.
    if found is None or written is None or {"\\", "\r"} & set(text[found.start : found.end]):
        return None
    before = text[: written.end() + column - 1]
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))


def spans(text: str) -> Iterator[Span]:
    """Yield the pieces of a TOML document, each once its end is found; end at what can't be TOML.

    A path that is named more than once has a span each time.
    """
    with suppress(tomllib.TOMLDecodeError):  # a quoted name with a wrong escape
        yield from _walk(text)


@dataclass(slots=True)
class _Open:
    """A table or an array that is being read."""

    path: KeyPath
    length: int | None = None  # of an array, so far; a table has none
    key_start: int | None = None  # of the key whose value it is, if any
    start: int = 0


def _walk(text: str) -> Iterator[Span]:
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
            inside = [_Open(named[-1].path)]
            continue
        if len(inside) > 1 and text[at] in "]}":
            at += 1
            yield from _value(inside.pop(), at)
            continue

        key_start = None
        if here.length is None:
            key_start = at
            named, at = _dotted(text, at, here.path)
            if not named or not text.startswith("=", at):
                return
            at = _past(SPACE, text, at + 1)
        else:
            named = [Span("element", (*here.path, here.length), at, at)]
            here.length += 1
        yield from named

        opened = _Open(named[-1].path, None, key_start, at)
        if text.startswith(("[", "{"), at) and len(opened.path) < DEEPEST:
            opened.length = 0 if text[at] == "[" else None
            inside.append(opened)
            at += 1
        elif (end := _past(SCALAR, text, at)) > at:
            at = end
            yield from _value(opened, at - _trailing(text[opened.start : at]))
        else:
            return


def _value(opened: _Open, end: int) -> Iterator[Span]:
    """Yield a value that has ended, and the pair of it and its key."""
    yield Span("value", opened.path, opened.start, end)
    if opened.key_start is not None:
        yield Span("pair", opened.path, opened.key_start, end)


def _trailing(scalar: str) -> int:
    """Return how many spaces a number, a date or a word has taken with it."""
    return len(scalar) - len(scalar.rstrip(" \t"))


def _header(text: str, at: int, counts: Counter[KeyPath]) -> tuple[list[Span], int]:
    """Return what a header names, the table that it begins last, and its end; or nothing."""
    start, brackets = at, "]]" if text.startswith("[[", at) else "]"
    parts, at = _dotted(text, at + len(brackets), ())
    if not parts or not text.startswith(brackets, at):
        return [], at
    named: list[Span] = []
    path: KeyPath = ()
    for part in parts:
        path = (*path, part.path[-1])
        named.append(part._replace(path=path))
        if len(part.path) == len(parts) and brackets == "]]":
            counts[path] += 1
        if path in counts:  # an array of tables: a header means its last
            path = (*path, counts[path] - 1)
            named.append(part._replace(path=path))
    at += len(brackets)
    return [*named, Span("header", path, start, at)], at


def _dotted(text: str, at: int, path: KeyPath) -> tuple[list[Span], int]:
    """Return what a dotted key names inside of a path, and what comes next; or nothing."""
    named: list[Span] = []
    while len(path) < DEEPEST:
        at = _past(SPACE, text, at)
        end = _past(NAME, text, at)
        if end == at:
            break
        path = (*path, _name(text[at:end]))
        named.append(Span("name", path, at, end))
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
