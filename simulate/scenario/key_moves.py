"""The edit that moves a key to the table that it belongs to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .edits import Edit, NoEditError, Splice, dotted, header_as, newline_of, toml_key
from .positions import KeyPath, Span


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
