"""``simulate sweep``."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from simulate.interruption import uninterrupted
from simulate.plots import plot_of
from simulate.scenario import ScenarioError
from simulate.text.sentences import capitalized
from simulate.text.terminal import console

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    Checkpoint,
    Chosen,
    Cluster,
    Data,
    File,
    Force,
    PathsOfEachRun,
    Picture,
    Processes,
    Seed,
    Set,
    Stress,
    Threads,
    Variant,
    simulated,
)


def sweep(
    file: File = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUES",
            help="A key and its values, as 8,12 or 8:12:5, which are set; +1,+2 shifts, *0.5:*2:4 "
            "multiplies, =-1,0 sets below 0; once or more often. With a design also 8:12, whatever "
            "is between.",
        ),
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(
            metavar="sobol|lhs",
            help="Spread cells over the ranges, by a Sobol' sequence or a Latin hypercube.",
            show_default="every combination of values",
        ),
    ] = None,
    cells: Annotated[
        int | None, typer.Option(help="Cells of a design.", show_default="none")
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            help='One outcome, as "out of cash by 2030", "revenue 2027" or "P10(cash 2028)", not '
            "the headline figures."
        ),
    ] = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: PathsOfEachRun = 1 << 16,
    seed: Seed = None,
    threads: Threads = None,
    checkpoint: Checkpoint = None,
    cluster: Cluster = None,
    processes: Processes = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Table to write, .csv, .xlsx or .parquet, which takes any number of cells.",
            show_default="none",
        ),
    ] = None,
    picture: Picture = None,
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    force: Force = False,
) -> None:
    """Run a scenario over a grid of settings, or points of ranges, on common random numbers."""
    if not vary:
        raise ScenarioError("--vary: give it at least once, as --vary cash.tax_rate=0:0.05:6")
    drawn = asked_pictures(pictures, no_pictures, opened, picture, "--picture")
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.sweep import parse_swept, plan, sweep
    from simulate.model.outcomes import with_target
    from simulate.output.cells import is_streamed, streamed
    from simulate.output.new_file import new_table, save_drawn, save_table
    from simulate.text.sweep import print_sweep

    statistic = None
    if of is not None:
        statistic = parse_swept(of, scenario)
        scenario = with_target(scenario, statistic.outcome)
    planned = plan(scenario, vary, design, cells)
    drawing = drawn.picture(chosen.name, "sweep", force)
    table = None if out is None else new_table(out, force)
    streams = table is not None and is_streamed(table, planned)
    streaming = streamed(table, scenario) if table is not None and streams else nullcontext()
    with streaming as sink:
        found = simulated(
            lambda executor, line: sweep(
                scenario,
                planned.variations,
                statistic,
                design=design,
                cells=cells,
                paths=paths,
                seed=seed,
                threads=executor,
                progress=line and line.of_cells(planned.cells),
                judging=line and line.judged,
                sink=sink,
            ),
            threads,
            checkpoint,
            cluster,
            processes,
        )
    print_sweep(found, console())
    places = {"sweep drawn": drawing, "table": table}
    written = "; ".join(f"{what}: {place}" for what, place in places.items() if place)
    with uninterrupted(written):
        if table is not None and not streams:
            save_table(found.table, table, scenario)
        if drawing is not None:
            save_drawn(drawing, plot_of("sweep", "plot_sweep"), found)
    if written:
        console().print(capitalized(written), soft_wrap=True)
    drawn.open_single(drawing)
