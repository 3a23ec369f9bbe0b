"""``simulate hindcast``."""

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
    Cluster,
    Data,
    Figures,
    Force,
    Of,
    Processes,
    Quiet,
    Seed,
    Tables,
    Threads,
    load_named,
    print_place,
    show_answer,
    simulated,
)


def hindcast(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Scenarios, each of which forecasts from its first quarter on; or FILE@NAME for a "
            "variant or stress test.",
            show_default="vintages made of the figures",
        ),
    ] = None,
    figures: Figures = None,
    lab: Annotated[
        list[str] | None,
        typer.Option(help="Score this lab alone; may be repeated.", show_default="every lab"),
    ] = None,
    data: Data = None,
    of: Of = None,
    sections: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="FILE",
            help="Sections (TOML) to lay over each of them, as [training] or [raising], and to "
            "score beside the same without; of a lab and a day on, where the file says lab and "
            "as_of. May be repeated.",
            show_default=False,
        ),
    ] = None,
    paths: Annotated[
        int, typer.Option(min=1000, help="At least this many joint paths of each vintage.")
    ] = 10_000,
    seed: Seed = None,
    threads: Threads = None,
    checkpoint: Checkpoint = None,
    cluster: Cluster = None,
    processes: Processes = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to.", show_default="results/hindcast")
    ] = None,
    force: Force = False,
    tables: Tables = None,
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Score what the model would have forecast by what is known now, beside simple forecasters.

    It is no track record: the model's structure was chosen with these figures known.
    """
    kinds, drawn = table_kinds(tables), asked_pictures(pictures, no_pictures, opened)
    scenarios = [load_named(source, data=data or ()) for source in sources or ()]
    from simulate.analysis.hindcast import hindcast, summary
    from simulate.engine.summary import in_json
    from simulate.output.files import RESULTS
    from simulate.output.hindcast import draw_hindcast, hindcast_folder, write_hindcast
    from simulate.text.hindcast import print_hindcast

    folder = out or RESULTS / "hindcast"
    with drawn.workers(threads) as workers, hindcast_folder(folder, force, tell) as unfinished:
        found = simulated(
            lambda executor, progress: hindcast(
                scenarios,
                figures=figures,
                labs=lab or (),
                of=of or (),
                sections=sections or (),
                paths=paths,
                seed=seed,
                threads=executor,
                progress=progress,
            ),
            threads,
            checkpoint,
            cluster,
            processes,
            silent=quiet or as_json,
        )
        show_answer(
            partial(print_hindcast, found),
            lambda: in_json(summary(found)),
            quiet=quiet,
            as_json=as_json,
        )
        drawing = draw_hindcast(found, drawn.kinds, workers)
        write_hindcast(found, unfinished, tell, kinds, drawing)
    if not (quiet or as_json):
        print_place(drawn.written, folder)
    drawn.open(folder, "forecasts")
