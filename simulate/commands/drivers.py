"""``simulate drivers``."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from simulate.output.kinds import table_kinds
from simulate.text.terminal import tell

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    AsJson,
    Checkpoint,
    Chosen,
    Cluster,
    Data,
    File,
    Force,
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
)


def drivers(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    of: Annotated[
        list[str] | None,
        typer.Option(
            "--of",
            "--outcome",
            metavar="TEXT",
            help='What is to be explained, as "P(gross margin by 2027)", "revenue 2027" or "peak '
            'funding need"; may be repeated.',
            show_default="the headline ones",
        ),
    ] = None,
    paths: Annotated[
        int, typer.Option(min=1, help="Paths of each run; two to three runs a driver.")
    ] = 1 << 15,
    seed: Seed = None,
    threads: Threads = None,
    checkpoint: Checkpoint = None,
    cluster: Cluster = None,
    processes: Processes = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write to.", show_default="results/<scenario>-drivers"),
    ] = None,
    force: Force = False,
    tables: Tables = None,
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say which inputs and shocks drive the outcomes, and write tables and pictures."""
    kinds, drawn = table_kinds(tables), asked_pictures(pictures, no_pictures, opened)
    chosen = Chosen(file, variant, stress, settings, data)
    read = chosen.read()
    from simulate.analysis.drivers import drivers, parse_explained, summary
    from simulate.engine.sampling import with_sampling
    from simulate.engine.summary import in_json
    from simulate.output.drivers import draw_drivers, drivers_folder, write_drivers
    from simulate.output.files import RESULTS
    from simulate.text.drivers import print_drivers

    scenario = with_sampling(read, paths, seed)
    asked = [parse_explained(text, scenario) for text in of or ()] or None
    folder = out or RESULTS / f"{chosen.name}-drivers"
    with drawn.workers(threads) as workers, drivers_folder(folder, force, tell) as unfinished:
        found = simulated(
            lambda executor, progress: drivers(
                scenario, asked, paths=paths, threads=executor, progress=progress
            ),
            threads,
            checkpoint,
            cluster,
            processes,
            silent=quiet or as_json,
        )
        show_answer(
            partial(print_drivers, found),
            lambda: in_json(summary(found)),
            quiet=quiet,
            as_json=as_json,
        )
        drawing = draw_drivers(found, drawn.kinds, workers)
        write_drivers(found, unfinished, tell, kinds, drawing)
    if not (quiet or as_json):
        print_place(drawn.written, folder)
    drawn.open(folder, "drivers")
