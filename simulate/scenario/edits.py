"""Edits of a TOML file's text that leave the rest as it stands: of values, and of keys."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .positions import KeyPath, Span, spans

BARE = re.compile("[A-Za-z0-9_-]+")
# Without its end; and one that editors read, which must stay the first.
LINE = re.compile(r"^[^\n]*?(?=\r?$)", re.MULTILINE)
DIRECTIVE = re.compile("#:[^\n]*\n")


class Splice(NamedTuple):
    """A piece of a text, from a character to before another, and what to write instead."""

    start: int
    end: int
    text: str


class NoEditError(ValueError):
    """An edit can't be made, since the text is written in some other way."""


@dataclass(frozen=True)
class Edit(ABC):
    """A change of what a file says.

    Parameters
    ----------
    at
        The key, as a path in the file.
    """

    at: KeyPath

    @abstractmethod
    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:
        """Return what to write where, given the spans of the text."""


def edited(text: str, edits: Sequence[Edit]) -> str:
    """Return a TOML text with edits made.

    Raises
    ------
    NoEditError
        If one finds nothing to change, or two would change the same.
    """
    found = list(spans(text))
    splices = [set(edit.splices(text, found)) for edit in edits]
    if not all(splices):
        raise NoEditError
    end = len(text)
    for splice in sorted(set[Splice]().union(*splices), reverse=True):
        if splice.end > end:
            raise NoEditError
        text = text[: splice.start] + splice.text + text[splice.end :]
        end = splice.start
    return text


@dataclass(frozen=True)
class Rename(Edit):
    """Another last step of a key, wherever the file names it."""

    name: str

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:  # noqa: ARG002
        """Return the splices of every mention."""
        for span in found:
            if span.kind == "name" and span.path == self.at:
                yield Splice(span.start, span.end, toml_key(self.name))


@dataclass(frozen=True)
class Write(Edit):
    """Another value."""

    value: Any

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:  # noqa: ARG002
        """Return the splice of the value."""
        for span in found:
            if span.kind == "value" and span.path == self.at:
                yield Splice(span.start, span.end, toml_value(self.value))


@dataclass(frozen=True)
class Insert(Edit):
    """A key that a table lacks, first in it."""

    name: str
    value: Any

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:
        """Return the splice after a header, after a brace, or on the first line."""
        pair, newline = f"{toml_key(self.name)} = {toml_value(self.value)}", newline_of(text)
        if not self.at:
            directive = DIRECTIVE.match(text)
            first = directive.end() if directive else 0
            yield Splice(first, first, pair + newline)
        for span in found:
            if span.path != self.at:
                continue
            if span.kind == "header":
                yield Splice(span.end, span.end, newline + pair)
            elif span.kind == "value" and text[span.start] == "{":
                is_empty = not text[span.start + 1 : span.end - 1].strip()
                start = span.start + 1
                yield Splice(start, start, f" {pair}" + ("" if is_empty else ","))


@dataclass(frozen=True)
class ReplaceLines(Edit):
    """Other lines in a text that is no TOML, where keys can't be told.

    Parameters
    ----------
    first, last
        Their numbers, from 1.
    line
        What stands in their place, in one.
    """

    first: int
    last: int
    line: str

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:  # noqa: ARG002
        """Return the splice of the lines."""
        lines = list(LINE.finditer(text))
        if 0 < self.first <= self.last <= len(lines):
            start, end = lines[self.first - 1].start(), lines[self.last - 1].end()
            yield Splice(start, end, self.line)


def toml_key(name: str) -> str:
    """Return a step of a key as TOML writes it."""
    return name if BARE.fullmatch(name) else _quoted(name)


def dotted(path: KeyPath) -> str:
    """Return a path as a header writes it; a list's place means the last of it, unsaid."""
    return ".".join(toml_key(step) for step in path if isinstance(step, str))


def header_as(text: str, span: Span, path: KeyPath) -> str:
    """Return a header of a path, in as many brackets as the one of a span."""
    brackets = ("[[", "]]") if text.startswith("[[", span.start) else ("[", "]")
    return dotted(path).join(brackets)


def toml_value(value: Any) -> str:
    """Return a number, a text, a day or a list as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def newline_of(text: str) -> str:
    """Return how a text ends its lines."""
    return "\r\n" if "\r\n" in text else "\n"


@dataclass(frozen=True)
class Move(Edit):
    """Another key for what a file says, written where keys of its table stand.

    Parameters
    ----------
    steps
        The key as it is, from the scenario's root or that of a variant.
    to
        The right key, from there.
    """

    steps: tuple[str, ...]
    to: tuple[str, ...]

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:
        """Return the splices of a header, of a dotted key, or of a line that goes elsewhere."""
        root = self._root()
        target = (*root, *self.to)
        if any(span.path == target for span in found):
            raise NoEditError  # it is said there, too
        header: KeyPath = ()
        for span in sorted(found, key=lambda span: span.start):
            if span.kind == "header":
                header = span.path
            if span.path != self.at:
                continue
            if span.kind == "header":
                yield Splice(span.start, span.end, header_as(text, span, target))
            elif span.kind == "pair":
                yield from self._moved_pair(text, found, span, header, target)

    def _root(self) -> KeyPath:
        """Return what stands before the key, which a variant may write in one step."""
        if self.at[-1] == ".".join(self.steps):
            return self.at[:-1]
        if self.at[-len(self.steps) :] != self.steps:
            raise NoEditError
        return self.at[: -len(self.steps)]

    def _moved_pair(
        self, text: str, found: Sequence[Span], pair: Span, header: KeyPath, target: KeyPath
    ) -> Iterator[Splice]:
        if any(s.kind == "pair" and s.start < pair.start and pair.end < s.end for s in found):
            raise NoEditError  # within braces
        key_end = max(s.end for s in found if s.kind == "name" and _is_key_of(s, pair, self.at))
        table = target[:-1]
        begins = next((s for s in found if s.kind == "header" and s.path == table), None)
        if len(self.at) == len(header) + 1 and "." in str(self.at[-1]):
            yield Splice(pair.start, key_end, toml_key(".".join(self.to)))
        elif begins is None and table[: len(header)] == header:
            yield Splice(pair.start, key_end, dotted(target[len(header) :]))
        else:
            start = text.rfind("\n", 0, pair.start) + 1
            newline, end = newline_of(text), text.find("\n", pair.end) + 1 or len(text)
            line = toml_key(self.to[-1]) + text[key_end:end].rstrip()
            yield Splice(start, end, "")
            if begins is not None:
                yield Splice(begins.end, begins.end, newline + line)
            else:
                gap = newline if text.endswith("\n") else 2 * newline
                yield Splice(
                    len(text), len(text), f"{gap}[{dotted(table)}]{newline}{line}{newline}"
                )


def _is_key_of(name: Span, pair: Span, key: KeyPath) -> bool:
    return name.path == key and pair.start <= name.start < pair.end
