"""The printed answer, in the width that a terminal has, and tables that flow."""

import os
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from simulate.engine.result import DISCLAIMER, Result
from simulate.scenario import Scenario
from simulate.scenario.inputs import NO_SOURCE, list_inputs
from simulate.scenario.load import Names
from simulate.scenario.mistakes import printable

from . import run as answer_parts
from .assumptions import (
    correlation_table,
    fact_table,
    frame_table,
    moved_sentences,
    source_sentences,
)
from .numbers import NO_LIMIT
from .run import (
    beyond_range_sentences,
    cash_table,
    few_paths_sentences,
    fiscal_year_sentences,
    funding_sentences,
    headline,
    margin_table,
    provenance_sentences,
    quarter_table,
)

DOT = re.compile(r"(?<=\w)(?=\.[a-z])")
SPACE, SPACE_OR_DOT = re.compile(r"\s+"), re.compile(rf"\s+|{DOT.pattern}")
_Limits = list[tuple[int, int]]
# Columns.
PIPED, NARROWEST = 80, 20


class FlowingTable(Table):
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

    def _part(self, widths: dict[int, int], console: Console) -> Table:
        """Return some columns, by their places, with the rows that say something there."""
        part = Table(
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


class PlainConsole(Console):
    """A console that prints texts as they stand, and no character that steers a terminal."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Return the segments of what is printed, each of them printable."""
        for text, style, control in super().render(renderable, options):
            if control or text == "\n":
                yield Segment(text, style, control)
            else:
                lines = text.split("\n")
                yield Segment("\n".join(map(printable, lines)), style)


def console(stderr: bool = False) -> Console:
    """Return a console as wide as the terminal or as COLUMNS says, or of 80 columns when piped."""
    found = PlainConsole(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not (found.is_terminal or os.environ.get("COLUMNS", "").isdigit()):
        found.width = PIPED
    found.width = max(found.width, NARROWEST)
    return found


def heading(name: str) -> str:
    """Return a figure's name in lines as narrow as a value with its error."""
    return textwrap.fill(name, len("-12.34 ± 0.05"))


def print_answer(result: Result, out: Console) -> None:
    """Print the answer."""
    out.print(
        Group(
            *_heading(result),
            "",
            printed(margin_table(result)),
            "",
            printed(cash_table(result)),
            "",
            printed(quarter_table(result)),
            "",
            *map(Text, (*funding_sentences(result), *fiscal_year_sentences(result))),
            *map(Text, beyond_range_sentences(result)),
            *map(Text, few_paths_sentences(result)),
            *map(Text, moved_sentences(result.scenario)),
            "",
            Text(DISCLAIMER, style="dim"),
        )
    )


def _heading(result: Result) -> list[Text]:
    options = result.scenario.sampling
    return [
        Text(result.scenario.name, style="bold"),
        Text(
            f"{result.paths:,} paths in {result.replicates} replicates, sampler {options.sampler}, "
            f"seed {options.seed}, {result.seconds:.1f} s",
            style="dim",
        ),
        *map(Text, provenance_sentences(result.scenario)),
        *([Text(result.goal)] if result.goal else []),
        Text(headline(result)),
    ]


def table(title: str, *columns: str, narrow: bool = False) -> FlowingTable:
    """Return an empty table in the common style: the first column names its row."""
    found = FlowingTable(
        title=title,
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0) if narrow else (0, 1),
        show_edge=not narrow,
    )
    for place, column in enumerate(columns):
        found.add_column(column, justify="right" if place else "left")
    return found


def printed(given: answer_parts.Table) -> FlowingTable:
    """Return a table as the terminal shows it, with what is said of a row at its end."""
    has_notes = any(row.note for row in given.rows)
    found = table(given.title, *given.columns, *([""] if has_notes else []))
    if has_notes:
        found.columns[-1].justify = "left"
    for row in given.rows:
        notes = [f"<- {row.note}" if row.note else ""] if has_notes else []
        found.add_row(row.name, *row.cells, *notes, style="bold" if row.note else "")
    return found


def print_inputs(scenario: Scenario, names: Names, out: Console) -> None:
    """Print every resolved input with its P10, P50, P90, unit and source, and named changes."""
    out.print(Text(scenario.name, style="bold"))
    for sentence in provenance_sentences(scenario):
        out.print(Text(sentence))
    for member in list_inputs(scenario):
        quantiles = [member.distribution.quantile(level) for level in (0.1, 0.5, 0.9)]
        certain = member.distribution.is_certain
        values = f"{_plain(quantiles[1])}" if certain else " / ".join(map(_plain, quantiles))
        line = Text(member.key, style="bold")
        line.append(f"  {values} ", style="cyan")
        line.append(member.quantity.unit)
        if member.quantity.drawn != "path":
            line.append(f", each {member.quantity.drawn}")
        out.print(line)
        out.print(_source(member.distribution.source))
    for row in frame_table(scenario).rows:
        _print_row(row.name, row, out)
    for row in correlation_table(scenario).rows:
        _print_row(f"correlation of {row.name}", row, out)
    if scenario.decision is not None:
        out.print(Text("decision", style="bold").append(f"  {scenario.decision.title}"))
        out.print(_source(scenario.decision.source))
    for kind, titles in (
        ("--variant", names.variants),
        ("--stress", names.stresses),
        ("option", names.options),
    ):
        for name, title in titles.items():
            out.print(Text(f"{kind} {name}", style="bold").append(f"  {title}", style="dim"))
    _print_source_notes(scenario, out)


def print_facts(scenario: Scenario, out: Console) -> None:
    """Print the reported figures that the scenario's sources cite, with their origin."""
    found = fact_table(scenario)
    out.print(Text(scenario.name, style="bold"))
    out.print(Text(f"{found.title}:" if found.rows else "No source cites a reported figure."))
    for row in found.rows:
        _print_row(row.name, row, out)
    _print_source_notes(scenario, out)


def _print_source_notes(scenario: Scenario, out: Console) -> None:
    for sentence in source_sentences(scenario):
        out.print(Text(f"note: {sentence}"))


def _print_row(name: str, row: answer_parts.Row, out: Console) -> None:
    value, source = row.cells
    line = Text(name, style="bold").append(f"  {value}", style="cyan")
    out.print(line.append(f" ({row.note})" if row.note else "", style="dim"))
    if source:
        out.print(_source(source))


def _source(source: str) -> Padding:
    return Padding(Text(source or NO_SOURCE, style="dim"), (0, 0, 0, 4), expand=False)


def _plain(value: float) -> str:
    return "no limit" if value >= NO_LIMIT else f"{round(value, 12):.4g}"
