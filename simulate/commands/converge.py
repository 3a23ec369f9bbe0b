"""``simulate converge``."""

from typing import Annotated

import typer

from simulate.text.terminal import console

from .session import (
    Chosen,
    Data,
    File,
    Force,
    Picture,
    Set,
    Stress,
    Threads,
    Variant,
    draw,
    simulated,
)


def converge(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: Annotated[int, typer.Option(min=4096, help="The most paths.")] = 1 << 20,
    threads: Threads = None,
    out: Picture = None,
    force: Force = False,
) -> None:
    """Draw estimate and error against the number of paths, for both samplers."""
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.converge import converge
    from simulate.text.converge import print_convergence

    picture = chosen.new_picture(out, "convergence", force)
    convergence = simulated(lambda _: converge(scenario, paths=paths, threads=threads))
    print_convergence(convergence, console())
    from simulate.plots.converge import plot_convergence

    draw("Convergence", picture, plot_convergence, convergence)
