"""The printed answer: what a person reads out loud, in the width that a terminal has."""

import os
import textwrap
from collections.abc import Iterator

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text

from simulate import answer_parts
from simulate.answer_parts import (
    cash_table,
    few_paths_sentences,
    fiscal_year_sentences,
    funding_sentences,
    headline,
    margin_table,
    provenance_sentences,
    quarter_table,
)
from simulate.assumption_parts import (
    correlation_table,
    fact_table,
    frame_table,
    moved_sentences,
    source_sentences,
)
from simulate.beyond_range import beyond_range_sentences
from simulate.flowing_table import FlowingTable
from simulate.number_format import NO_LIMIT
from simulate.result import DISCLAIMER, Result
from simulate.scenario import Scenario
from simulate.scenario.inputs import NO_SOURCE, list_inputs
from simulate.scenario.load import Names
from simulate.scenario.printable import printable

# Columns.
PIPED, NARROWEST = 80, 20


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
