"""``simulate run``."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from simulate.output.files import RESULTS
from simulate.scenario import ScenarioError, load_scenario
from simulate.text.terminal import console, print_answer

from .session import (
    AsJson,
    Data,
    File,
    Force,
    PathsOfRun,
    Quiet,
    Seed,
    Set,
    Stress,
    Tables,
    Threads,
    Variant,
    compile_kernels,
    progress_bar,
    scenario_name,
    tell,
    tell_notes,
)

LARGEST_KEPT = 1 << 22


def run(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: PathsOfRun = None,
    seed: Seed = None,
    threads: Threads = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to.", show_default="results/<scenario>")
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
    outcomes: Annotated[
        bool | None,
        typer.Option(
            "--outcomes/--no-outcomes",
            help="Write every path's outcomes.",
            show_default="up to 4,194,304 paths",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help='Add paths until an error is met, as "P(gross margin by 2027) ± 0.0005"; '
            "--paths is then the limit."
        ),
    ] = None,
    inputs: Annotated[
        bool, typer.Option("--inputs", help="Write every path's inputs beside its outcomes.")
    ] = False,
    tables: Tables = None,
) -> None:
    """Simulate a scenario, print the answer, and write tables and pictures."""
    from simulate.engine.run import run as run_scenario
    from simulate.engine.sampling import as_asked
    from simulate.output.results import OutcomeWriter, output_folder, write_result
    from simulate.output.workbook import parse_kinds

    if inputs and outcomes is False:
        raise ScenarioError("--inputs go beside outcomes: leave out --no-outcomes")
    kinds = parse_kinds(tables)
    chosen = load_scenario(
        file, variant=variant, stress=stress, settings=settings or (), data=data or ()
    )
    scenario, _ = as_asked(chosen, paths, seed, until)
    folder = out or RESULTS / scenario_name(file, variant, stress)
    keep = inputs or (outcomes if outcomes is not None else scenario.sampling.paths <= LARGEST_KEPT)
    silent = quiet or as_json
    if silent:
        tell_notes(chosen)
    with output_folder(folder, force, tell) as partial:
        compile_kernels(silent)
        with (
            progress_bar(silent) as progress,
            OutcomeWriter(partial, scenario) if keep else nullcontext() as sink,
        ):
            result = run_scenario(
                scenario,
                paths=scenario.sampling.paths,
                threads=threads,
                keep_inputs=inputs,
                until=until,
                progress=progress,
                sink=sink,
            )
        write_result(result, partial, tell, kinds)
    if as_json:
        typer.echo(result.to_json())
    elif not quiet:
        print_answer(result, console())
        console().print(f"Tables and pictures: {folder}", soft_wrap=True)
