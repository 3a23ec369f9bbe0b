"""Edits of what is written as a table and should be a list of tables, or the other way round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .edits import Edit, NoEditError, Splice, dotted, header_as, newline_of, toml_value
from .positions import KeyPath, Span


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
