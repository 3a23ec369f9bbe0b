"""Tables of texts, and how they flow in the width that a terminal has."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import rich.table
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column
from rich.text import Text

DOT = re.compile(r"(?<=\w)(?=\.[a-z])")
SPACE, SPACE_OR_DOT = re.compile(r"\s+"), re.compile(rf"\s+|{DOT.pattern}")
_Limits = list[tuple[int, int]]


class Row(NamedTuple):
    """A row of a table: its name, its cells, and what is to be said of it beside them."""

    name: str
    cells: tuple[str, ...]
    note: str = ""
    weight: Literal["", "bold", "dim"] = ""


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes
    ----------
    title
        What its cells are.
    columns
        Their heads, the first of which is that of the rows' names.
    rows
        As many cells each as there are further columns.
    is_dense
        Whether its columns stand close to each other.
    ends_in_words
        Whether the last column holds words, and not numbers.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_dense: bool = False
    ends_in_words: bool = False


def heading(name: str) -> str:
    """Return a figure's name in lines as narrow as a value with its error."""
    return textwrap.fill(name, len("-12.34 ± 0.05"))


def key_heading(key: str) -> str:
    """Return a key in lines that begin at its dots."""
    return key.replace(".", "\n.")


def printed(given: Table) -> "FlowingTable":
    """Return a table as the terminal shows it, with what is said of a row at its end."""
    has_notes = any(row.note for row in given.rows)
    found = FlowingTable(
        title=given.title,
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0) if given.is_dense else (0, 1),
        show_edge=not given.is_dense,
    )
    heads = (*given.columns, "") if has_notes else given.columns
    for place, column in enumerate(heads):
        found.add_column(column, justify="right" if place else "left")
    if has_notes or given.ends_in_words:
        found.columns[-1].justify = "left"
    for row in given.rows:
        notes = [f"<- {row.note}" if row.note else ""] if has_notes else []
        weight = row.weight or ("bold" if row.note else "")
        found.add_row(row.name, *row.cells, *notes, style=weight)
    return found


class FlowingTable(rich.table.Table):
    """A table of texts whose lines break between words, and which goes on below when too wide.

    Numbers, in columns justified to the right, are never broken; keys, before their dots, where
    that saves a part. Where the columns have no room beside each other, the table comes in parts
    below each other, each with the first column.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the table, in as many parts as the width needs."""
        if self.title:
            yield Text(str(self.title), style="bold")
        gap = self.padding[1] + self.padding[3] + 1
        room = options.max_width - 2 * self.show_edge + gap
        limits, parts = min(
            (_arranged(self.columns, breaks, room, gap) for breaks in (SPACE, SPACE_OR_DOT)),
            key=lambda found: _cost(*found, room),
        )
        for number, places in enumerate(parts):
            if number:
                yield Text()
            widths = _shared(room, [limits[place] for place in places])
            fitted = dict(zip(places, (width - gap for width in widths), strict=True))
            yield from self._part(fitted, console).__rich_console__(console, options)

    def _part(self, widths: dict[int, int], console: Console) -> rich.table.Table:
        """Return some columns, by their places, with the rows that say something there."""
        part = rich.table.Table(
            box=self.box, pad_edge=self.pad_edge, padding=self.padding, show_edge=self.show_edge
        )
        for place, width in widths.items():
            column = self.columns[place]
            part.add_column(_broken(str(column.header), width, console), justify=column.justify)
        rows = zip(*(column.cells for column in self.columns), strict=True)
        for row, cells in zip(self.rows, rows, strict=True):
            name, *shown = (_broken(str(cells[p]), width, console) for p, width in widths.items())
            if any(shown) or not any(cells[1:]):
                part.add_row(name, *shown, style=row.style)
        return part


def _arranged(
    columns: Sequence[Column], breaks: re.Pattern[str], room: int, gap: int
) -> tuple[_Limits, list[list[int]]]:
    """Return the columns' least and largest widths, and their places by part.

    A part holds the first column, and as many of the next as fit beside it.
    """
    limits = [_limits(column, breaks, gap) for column in columns]
    parts = [[0]]
    for place in range(1, len(columns)):
        needed = sum(limits[other][0] for other in (*parts[-1], place))
        if len(parts[-1]) > 1 and needed > room:
            parts.append([0])
        parts[-1].append(place)
    return limits, parts


def _limits(column: Column, breaks: re.Pattern[str], gap: int) -> tuple[int, int]:
    """Return how narrow a column can be and how wide it is, with the gap beside it."""
    head = str(column.header).splitlines()
    cells = [line for cell in column.cells for line in str(cell).splitlines()]
    words = [word for line in (*head, *cells) for word in breaks.split(line)]
    numbers = cells if column.justify == "right" else []
    return gap + _longest([*words, *numbers]), gap + _longest([*head, *cells])


def _longest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _cost(limits: _Limits, parts: list[list[int]], room: int) -> tuple[bool, int]:
    """Return whether a part is too wide all the same, and how many parts there are."""
    return any(sum(limits[place][0] for place in part) > room for part in parts), len(parts)


def _shared(room: int, limits: _Limits) -> list[int]:
    """Return widths between their limits that share a room, the widest cut to one level."""
    level = max(most for _, most in limits)
    widths = [most for _, most in limits]
    while sum(widths) > room and level > 0:
        level -= 1
        widths = [max(least, min(level, most)) for least, most in limits]
    return widths


def _broken(text: str, width: int, console: Console) -> str:
    """Return a text in lines of a width, keys that are longer broken before their dots."""
    words = (
        word if cell_len(word) <= width else DOT.sub("\n", word) for word in re.split(r"(\s)", text)
    )
    lines = Text("".join(words)).wrap(console, width, overflow="fold")
    return "\n".join(line.plain.rstrip() for line in lines)
