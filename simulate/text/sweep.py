"""A sweep in words: how far a figure moves over a grid of settings, and all figures in tables."""

import math

from rich.console import Console
from rich.text import Text

from simulate.analysis.sweep import Sweep
from simulate.engine.result import DISCLAIMER
from simulate.model.rows import Hit

from .cash import out_of_cash_sentence
from .compare import common_sentence
from .design import OF_VARIANCE, cells_in_words, extremes_tables, span_of_design, varied
from .numbers import unit_of
from .sentences import capitalized
from .tables import Row, Table, heading, key_heading, printed


def finding(sweep: Sweep) -> str:
    """Return how far the first figure moves over the grid, and what it is in the baseline."""
    baseline = unit_of(sweep.figures[0].unit).estimate(sweep.base[0])
    return f"{span(sweep)}; {baseline} in the baseline"


def span(sweep: Sweep) -> str:
    """Return how far the first figure moves over the grid."""
    found = sweep.spans[0]
    if found is None or not sweep.design.is_shown_whole:
        return span_of_design(sweep)
    figure, least, most = sweep.figures[0], found.least, found.most
    low, high = (unit_of(figure.unit).estimate(cell.figures[0]) for cell in (least, most))
    name = capitalized(figure.short)
    if not found.is_moved(0):
        return f"{name}: {low} at every value"
    settings = [setting for setting, _ in sweep.variations]
    at_low, at_high = (
        [setting.written(value) for setting, value in zip(settings, cell.place, strict=True)]
        for cell in (least, most)
    )
    named = (f"{s.title} {value}" for s, value in zip(settings, at_low, strict=True))
    return f"{name}: from {low} ({', '.join(named)}) to {high} ({', '.join(at_high)})"


def gap(sweep: Sweep) -> str:
    """Return in which cells amounts couldn't be counted; empty if they could in all."""
    beyond = sweep.beyond
    if beyond is None:
        return ""
    settings = (setting for setting, _ in sweep.variations)
    first = (f"{s.title} {s.written(x)}" for s, x in zip(settings, beyond.first, strict=True))
    return (
        f"In {beyond.cells:,} of the {sweep.design.cells:,} cells amounts grow beyond counting, "
        f"first with {', '.join(first)}: there are no figures there."
    )


def value_table(sweep: Sweep) -> Table:
    """Return the figures at each value of the one setting."""
    ((setting, _),) = sweep.variations
    units = [unit_of(figure.unit) for figure in sweep.figures]
    everything = [("baseline", sweep.base, True)]
    everything += [(setting.shown(cell.place[0]), cell.figures, False) for cell in sweep.cells]
    rows = [
        Row(
            name,
            tuple(unit.estimate(value) for unit, value in zip(units, found, strict=True)),
            weight="bold" if is_baseline else "",
        )
        for name, found, is_baseline in everything
    ]
    heads = (heading(figure.short) for figure in sweep.figures)
    return Table("", (key_heading(setting.name), *heads), tuple(rows), is_dense=True)


def grid_title(sweep: Sweep, figure: int) -> str:
    """Return what a grid of a figure, by its place, shows, and how large its errors are."""
    unit = unit_of(sweep.figures[figure].unit)
    errors = [cell.figures[figure].standard_error for cell in sweep.cells]
    largest = max((error for error in errors if not math.isnan(error)), default=0.0)
    error = f"{100 * largest:.2f} points" if unit.is_percentage else f"{largest:.2g}{unit.sign}"
    return f"{sweep.figures[figure].name} (standard errors to {error})"


def grid_table(sweep: Sweep, figure: int) -> Table:
    """Return a figure, by its place, with the first setting down and the second across."""
    (down, values), (across, columns) = sweep.variations
    unit = unit_of(sweep.figures[figure].unit)
    rows = [
        Row(down.shown(value), tuple(unit.rounded(number, 1) for number in numbers))
        for value, numbers in zip(values, sweep.grid(figure), strict=True)
    ]
    return Table("", ("", *map(across.shown, columns)), tuple(rows), is_dense=True)


def print_sweep(sweep: Sweep, out: Console) -> None:
    """Print the grid: a row a value of one setting, or a grid a figure of two.

    Of other designs, the cells where each figure is lowest and highest.
    """
    out.print(Text(sweep.scenario.name, style="bold"))
    out.print(Text(f"{finding(sweep)}.\n"))
    if not sweep.design.is_shown_whole:
        _print_extremes(sweep, out)
    elif len(sweep.variations) == 1:
        out.print(printed(value_table(sweep)))
        out.print()
    else:
        _print_grids(sweep, out)
    if told := gap(sweep):
        out.print(Text(told))
    for variation in sweep.variations:
        out.print(Text(f"Varied: {varied(variation, sweep.design)}."))
    if any(Hit.OUT_OF_CASH.title in figure.short for figure in sweep.figures):
        out.print(Text(out_of_cash_sentence(sweep.scenario)))
    out.print(Text(f"\n{common_sentence(sweep.common)} {DISCLAIMER}", style="dim"))


def _print_grids(sweep: Sweep, out: Console) -> None:
    (down, _), (across, _) = sweep.variations
    out.print(Text(f"Down: {down.name}. Across: {across.name}.\n"))
    for place in range(len(sweep.figures)):
        out.print(Text(grid_title(sweep, place), style="bold"))
        out.print(printed(grid_table(sweep, place)))
        out.print()


def _print_extremes(sweep: Sweep, out: Console) -> None:
    out.print(Text(f"{cells_in_words(sweep.design)}.\n"))
    for table in extremes_tables(sweep):
        out.print(printed(table))
        out.print()
    out.print(Text(OF_VARIANCE))
