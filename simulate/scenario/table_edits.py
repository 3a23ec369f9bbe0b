"""Edits of whole tables of a TOML file, such as of a value that ought to be a table."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from .edits import Edit, NoEditError, Splice, dotted, header_as, newline_of, toml_value
from .mistakes import Mend, expected_values, respell, rewrite
from .positions import KeyPath, Span

WHOLE = re.compile(r"[+-]?\d{1,18}")
TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
LONGEST_NAME = 40


@dataclass(frozen=True)
class ToList(Edit):
    """``[x]`` as ``[[x]]``, ``x = {…}`` as ``x = [{…}]``: a list of one table."""

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:
        """Return the splices that add brackets."""
        for span in found:
            if span.path == self.at and span.kind in ("header", "value"):
                yield Splice(span.start, span.end, f"[{text[span.start : span.end]}]")


@dataclass(frozen=True)
class ToTable(Edit):
    """``[[x]]`` as ``[x]``, ``x = [{…}]`` as ``x = {…}``: the only table of a list."""

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:
        """Return the splices that take brackets away."""
        member = (*self.at, 0)
        whole = [s for s in found if s.kind == "value" and s.path == self.at]
        for span in found:
            if span.path == member and span.kind == "header":
                yield Splice(span.start, span.end, text[span.start + 1 : span.end - 1])
            elif span.path == member and span.kind == "value" and whole:
                yield Splice(whole[0].start, whole[0].end, text[span.start : span.end])


@dataclass(frozen=True)
class ToMembers(Edit):
    """``[x.a]`` as ``[[x]]`` with ``name = "a"``, and what stands below it likewise.

    Parameters
    ----------
    named
        The members that give their names themselves.
    """

    named: frozenset[str] = frozenset()

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:
        """Return the splices of every header, and of every pair where ``[x]`` is a header."""
        depth, header = len(self.at), ()
        begun: list[str] = []
        for span in _outermost(found):
            if span.kind == "header":
                header = span.path
            is_below = span.path[:depth] == self.at
            if not is_below or (span.kind == "pair" and len(header) > depth):
                continue
            if span.path == self.at:
                yield Splice(span.start, span.end, "")
                continue
            if header[:depth] != self.at:
                raise NoEditError  # a dotted key of a table around
            name, opening = str(span.path[depth]), ""
            if name not in begun:
                begun.append(name)
                opening = self._opening(text, name)
            elif name != begun[-1]:
                raise NoEditError  # the tables of a member stand apart
            if span.kind == "header":
                written = header_as(text, span, (*self.at, *span.path[depth + 1 :]))
                own = len(span.path) > depth + 1
            else:
                written = newline_of(text).join(_pairs(text, found, span, (*self.at, name)))
                own = True
            between = newline_of(text) if opening and own else ""
            yield Splice(span.start, span.end, opening + between + (written if own else ""))

    def _opening(self, text: str, name: str) -> str:
        lines = [f"[[{dotted(self.at)}]]"]
        if name not in self.named:
            lines.append(f"name = {toml_value(name)}")
        return newline_of(text).join(lines)


@dataclass(frozen=True)
class ToNamedTables(Edit):
    """``[[x]]`` with ``name = "a"`` as ``[x.a]``, and what stands below it likewise.

    Parameters
    ----------
    names
        Of the members.
    """

    names: tuple[str, ...]

    def splices(self, text: str, found: Sequence[Span]) -> Iterator[Splice]:
        """Return the splices of every header, and of the lines of the names."""
        depth = len(self.at)
        for span in found:
            if len(span.path) <= depth or span.path[:depth] != self.at:
                continue
            place = span.path[depth]
            if not isinstance(place, int):
                continue
            below = span.path[depth + 1 :]
            if span.kind == "header":
                path = (*self.at, self.names[place], *below)
                yield Splice(span.start, span.end, f"[{dotted(path)}]")
            elif span.kind == "pair" and below == ("name",):
                start = text.rfind("\n", 0, span.start)
                yield Splice(start, span.end, "")


def _outermost(found: Sequence[Span]) -> Iterator[Span]:
    """Return headers, and pairs that lie in no other pair, in the order of the text."""
    end = 0
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if span.kind in ("header", "pair") and span.start >= end:
            end = span.end
            yield span


def _pairs(text: str, found: Sequence[Span], pair: Span, member: KeyPath) -> Iterator[str]:
    """Return what a pair says of a member: itself without the name, or what its braces hold."""
    inside = [s for s in found if pair.start <= s.start and s.end <= pair.end]
    if pair.path == member:
        if text[pair.end - 1] != "}":
            raise NoEditError
        inner = [s for s in inside if s != pair]
        yield from (text[s.start : s.end] for s in _outermost(inner))
    else:
        name = next(s for s in inside if s.kind == "name" and s.path == member)
        yield text[name.end : pair.end].lstrip(" \t").removeprefix(".").lstrip(" \t")


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
        return respell(given, expected_values(item))
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
