"""``simulate sweep``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from simulate.engine.result import DISCLAIMER
from simulate.interruption import uninterrupted
from simulate.model.outcomes import HITTING_TIMES, IN_PERCENT
from simulate.model.rows import Hit
from simulate.scenario import ScenarioError
from simulate.scenario.setting import parse_variation
from simulate.text.numbers import figure
from simulate.text.run import out_of_cash_sentence
from simulate.text.terminal import console, heading, table

from .session import (
    Data,
    File,
    Force,
    Seed,
    Set,
    Stress,
    Threads,
    Variant,
    compile_kernels,
    new_picture,
    new_table,
    progress_bar,
    read_scenario,
    save_drawn,
    save_table,
    scenario_name,
)

if TYPE_CHECKING:
    from simulate.analysis.sweep import Sweep


def sweep(
    file: File = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUES",
            help="A key and its values, as 8,12 or 8:12:5, which are set; +1,+2 shifts, *0.5:*2:4 "
            "multiplies, =-1,0 sets below 0; once or twice.",
        ),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            help='One outcome, as "out of cash by 2030" or "revenue 2027", not the headline '
            "figures."
        ),
    ] = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: Annotated[int, typer.Option(min=1, help="Paths of each run.")] = 1 << 16,
    seed: Seed = None,
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Table to write, .csv, .xlsx or .parquet.", show_default="none"),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Picture to write.", show_default="in results/<scenario>")
    ] = None,
    force: Force = False,
) -> None:
    """Run a scenario over a grid of one or two settings, on common random numbers."""
    from simulate.analysis.sweep import parse_swept
    from simulate.analysis.sweep import sweep as run_grid
    from simulate.model.outcomes import with_target
    from simulate.plots.sweep import plot_sweep

    if not vary or len(vary) > 2:
        raise ScenarioError("--vary: give it once or twice, as --vary cash.tax_rate=0:0.05:6")
    scenario = read_scenario(file, variant=variant, stress=stress, settings=settings, data=data)
    outcome = None
    if of is not None:
        outcome = parse_swept(of, scenario)
        scenario = with_target(scenario, outcome)
    variations = [parse_variation(scenario, text) for text in vary]
    drawing = new_picture(
        picture, scenario_name(file, variant, stress), "sweep", force, "--picture"
    )
    written = None if out is None else new_table(out, force)
    compile_kernels(silent=False)
    with progress_bar(silent=False) as progress:
        found = run_grid(
            scenario,
            variations,
            outcome,
            paths=paths,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    print_sweep(found, console())
    names = str(drawing) if written is None else f"{drawing}; table: {written}"
    with uninterrupted(f"written: {names}"):
        if written is not None:
            save_table(found.table, written, scenario)
        save_drawn(drawing, plot_sweep, found)
    console().print(f"Sweep drawn: {names}", soft_wrap=True)


def print_sweep(sweep: "Sweep", out: Console) -> None:
    """Print the grid: a row a value of one setting, or a grid a figure of two."""
    out.print(Text(sweep.scenario.name, style="bold"))
    out.print(Text(f"{sweep.finding}.\n"))
    out.print(Group(_rows(sweep), "") if len(sweep.variations) == 1 else Group(*_grids(sweep)))
    for setting, _ in sweep.variations:
        out.print(Text(f"Varied: {setting.in_words}."))
    if any(HITTING_TIMES[Hit.OUT_OF_CASH] in member.short for member in sweep.figures):
        out.print(Text(out_of_cash_sentence(sweep.scenario)))
    out.print(Text(f"\n{sweep.common.words} {DISCLAIMER}", style="dim"))


def _rows(sweep: "Sweep") -> Table:
    ((setting, _),) = sweep.variations
    units = [member.unit for member in sweep.figures]
    found = table(
        "",
        setting.name.replace(".", "\n."),
        *(heading(member.short) for member in sweep.figures),
        narrow=True,
    )
    found.add_row("baseline", *map(figure, sweep.base, units), style="bold")
    for cell in sweep.cells:
        found.add_row(setting.shown(cell.place[0]), *map(figure, cell.figures, units))
    return found


def _grids(sweep: "Sweep") -> Iterator[Table | Text]:
    """Yield a grid a figure, with the settings down and across."""
    (down, rows), (across, columns) = sweep.variations
    yield Text(f"Down: {down.name}. Across: {across.name}.\n")
    for place, member in enumerate(sweep.figures):
        is_share = member.unit in IN_PERCENT
        errors = [cell.figures[place].standard_error for cell in sweep.cells]
        error = f"{100 * max(errors):.2f} points" if is_share else f"{max(errors):.2g}"
        yield Text(f"{member.name} (standard errors to {error})", style="bold")
        found = table("", "", *map(across.shown, columns), narrow=True)
        for value, numbers in zip(rows, sweep.grid(place), strict=True):
            shown = (f"{number:.1%}" if is_share else f"{number:,.1f}" for number in numbers)
            found.add_row(down.shown(value), *shown)
        yield found
        yield Text()
