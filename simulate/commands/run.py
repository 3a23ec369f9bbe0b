"""``simulate run``."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from simulate.output.kinds import table_kinds
from simulate.scenario import ScenarioError
from simulate.text.terminal import console, tell

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    AsJson,
    Checkpoint,
    Chosen,
    Cluster,
    Data,
    Figures,
    File,
    Force,
    Of,
    PathsOfRun,
    Processes,
    Quiet,
    Seed,
    Set,
    Stress,
    Tables,
    Threads,
    Variant,
    print_place,
    show_answer,
    simulated,
    tell_notes,
)

LARGEST_KEPT = 1 << 22


def run(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    of: Of = None,
    paths: PathsOfRun = None,
    seed: Seed = None,
    threads: Threads = None,
    checkpoint: Checkpoint = None,
    cluster: Cluster = None,
    processes: Processes = None,
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
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    figures: Figures = None,
) -> None:
    """Simulate a scenario, print the answer, and write tables and pictures."""
    if inputs and outcomes is False:
        raise ScenarioError("--inputs go beside outcomes: leave out --no-outcomes")
    kinds, drawn = table_kinds(tables), asked_pictures(pictures, no_pictures, opened)
    chosen = Chosen(file, variant, stress, settings, data)
    stated = chosen.load()
    from simulate.engine.run import run
    from simulate.engine.sampling import as_asked
    from simulate.model.asked import asking, parse_asked
    from simulate.output.files import RESULTS
    from simulate.output.parquet import OutcomeWriter
    from simulate.output.results import OUTCOMES_TABLE, draw_result, output_folder, write_result
    from simulate.scenario.figures import read_figures
    from simulate.text.run import print_answer, print_ground

    marked = figures and read_figures(figures)
    asked = parse_asked(of or (), stated)
    scenario, _ = as_asked(asking(stated, asked), paths, seed, until)
    folder = out or RESULTS / chosen.name
    keep = inputs or (outcomes if outcomes is not None else scenario.sampling.paths <= LARGEST_KEPT)
    silent = quiet or as_json
    if silent:
        tell_notes(stated)
    with drawn.workers(threads) as workers, output_folder(folder, force, tell) as unfinished:
        written = unfinished / OUTCOMES_TABLE
        with OutcomeWriter(written, scenario) if keep else nullcontext() as sink:
            result = simulated(
                lambda executor, progress: run(
                    scenario,
                    paths=scenario.sampling.paths,
                    threads=executor,
                    keep_inputs=inputs,
                    until=until,
                    progress=progress,
                    sink=sink,
                ),
                threads,
                checkpoint,
                cluster,
                processes,
                silent=silent,
            )
            result = replace(result, asked=asked)
            show_answer(
                partial(print_answer, result, figures=marked),
                result.to_json,
                quiet=quiet,
                as_json=as_json,
            )
            drawing = draw_result(result, drawn.kinds, workers, marked)
        if not silent:
            from simulate.output.rests_on import headline_rests_on

            print_ground(headline_rests_on(result.scenario, threads), console())
        write_result(result, unfinished, tell, kinds, drawing)
    if not silent:
        print_place(drawn.written, folder)
    drawn.open(folder, "margin_date")
