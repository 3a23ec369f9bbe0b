"""``simulate converge``."""

from typing import Annotated

import typer

from simulate.plots import plot_of
from simulate.text.terminal import console

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    Checkpoint,
    Chosen,
    Cluster,
    Data,
    File,
    Force,
    Picture,
    Processes,
    Set,
    Stress,
    Threads,
    Variant,
    simulated,
)


def converge(
    file: File = None,
    of: Annotated[
        str | None,
        typer.Option(
            help='What is estimated, as "out of cash by 2030" or "revenue 2027".',
            show_default="the company's projection",
        ),
    ] = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: Annotated[int, typer.Option(min=4096, help="The most paths.")] = 1 << 20,
    threads: Threads = None,
    checkpoint: Checkpoint = None,
    cluster: Cluster = None,
    processes: Processes = None,
    out: Picture = None,
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    force: Force = False,
) -> None:
    """Draw estimate and error against the number of paths, for both samplers."""
    drawn = asked_pictures(pictures, no_pictures, opened, out)
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.converge import converge
    from simulate.text.converge import print_convergence

    picture = drawn.picture(chosen.name, "convergence", force)
    convergence = simulated(
        lambda executor, progress: converge(
            scenario, of, paths=paths, threads=executor, progress=progress
        ),
        threads,
        checkpoint,
        cluster,
        processes,
    )
    print_convergence(convergence, console())
    drawn.draw("Convergence", picture, plot_of("converge", "plot_convergence"), convergence)
