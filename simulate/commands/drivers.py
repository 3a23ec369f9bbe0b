"""``simulate drivers``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulate.engine.result import DISCLAIMER
from simulate.output.files import RESULTS
from simulate.text.numbers import figure
from simulate.text.terminal import console, printed

from .session import (
    AsJson,
    Data,
    File,
    Force,
    Quiet,
    Seed,
    Set,
    Stress,
    Tables,
    Threads,
    Variant,
    compile_kernels,
    progress_bar,
    read_scenario,
    scenario_name,
    tell,
)

if TYPE_CHECKING:
    from simulate.analysis.drivers import Drivers, Explanation


def drivers(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            help='What is to be explained, as "P(gross margin by 2027)", "revenue 2027" or "peak '
            'funding need".',
            show_default="the headline ones",
        ),
    ] = None,
    paths: Annotated[
        int, typer.Option(min=1, help="Paths of each run; two to three runs a driver.")
    ] = 1 << 15,
    seed: Seed = None,
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write to.", show_default="results/<scenario>-drivers"),
    ] = None,
    force: Force = False,
    tables: Tables = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say which inputs and shocks drive the outcomes, and write tables and pictures."""
    from simulate.analysis.drivers import drivers as find_drivers
    from simulate.analysis.drivers import parse_explained, summary
    from simulate.engine.sampling import with_sampling
    from simulate.model.outcomes import headline_outcomes
    from simulate.output.drivers import drivers_folder, write_drivers
    from simulate.output.workbook import parse_kinds

    kinds = parse_kinds(tables)
    chosen = read_scenario(file, variant=variant, stress=stress, settings=settings, data=data)
    scenario = with_sampling(chosen, paths, seed)
    asked = [parse_explained(text, scenario) for text in outcome or ()] or headline_outcomes(
        scenario
    )
    folder = out or RESULTS / f"{scenario_name(file, variant, stress)}-drivers"
    silent = quiet or as_json
    with drivers_folder(folder, force, tell) as partial:
        compile_kernels(silent)
        with progress_bar(silent) as progress:
            found = find_drivers(scenario, asked, paths=paths, threads=threads, progress=progress)
        write_drivers(found, partial, tell, kinds)
    if as_json:
        typer.echo(json.dumps(summary(found), indent=2, ensure_ascii=False))
    elif not quiet:
        print_drivers(found, console())
        console().print(f"Tables and pictures: {folder}", soft_wrap=True)


def print_drivers(drivers: "Drivers", out: Console) -> None:
    """Print what drives each outcome."""
    from simulate.text.drivers import LEGEND, correlation_notes, group_letters

    out.print(Text(drivers.scenario.name, style="bold"))
    out.print(
        Text(
            f"{drivers.runs} runs of {drivers.paths:,} paths and one of {drivers.kept_paths:,}, "
            f"seed {drivers.scenario.sampling.seed}, {drivers.seconds:.1f} s",
            style="dim",
        )
    )
    for explanation in drivers.explanations:
        out.print()
        print_explanation(explanation, group_letters(drivers.found), out)
    out.print(Text(LEGEND))
    for note in correlation_notes(drivers.found):
        out.print(Text(note))
    out.print(Text(f"\n{DISCLAIMER}", style="dim"))


def print_explanation(explanation: "Explanation", letters: dict[str, str], out: Console) -> None:
    """Print one outcome's drivers: in words, and the largest as a table."""
    from simulate.text.drivers import driver_table, how_far_it_goes, what_moves

    outcome, value = explanation.outcome, explanation.value
    written = figure(value, outcome.unit)
    if not outcome.is_probability:
        written = f"median {written} {outcome.unit.removeprefix('share')}".rstrip()
    out.print(Text(f"{outcome.asked}: {written}", style="bold"))
    out.print(Text(f"{what_moves(explanation, 'it')}."))
    if not explanation.indices:
        return
    for sentence in how_far_it_goes(explanation):
        out.print(Text(f"{sentence}."))
    out.print(printed(driver_table(explanation, letters, "")))
