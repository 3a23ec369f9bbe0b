"""``simulate converge``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulate.text.numbers import percent
from simulate.text.terminal import console, table

from .session import (
    Data,
    File,
    Force,
    Set,
    Stress,
    Threads,
    Variant,
    compile_kernels,
    new_picture,
    read_scenario,
    save_drawn,
    scenario_name,
)

if TYPE_CHECKING:
    from simulate.analysis.converge import Convergence


def converge(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: Annotated[int, typer.Option(min=4096, help="The most paths.")] = 1 << 20,
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Picture to write.", show_default="in results/<scenario>"),
    ] = None,
    force: Force = False,
) -> None:
    """Draw estimate and error against the number of paths, for both samplers."""
    from simulate.analysis.converge import converge as run_both
    from simulate.plots.converge import plot_convergence

    scenario = read_scenario(file, variant=variant, stress=stress, settings=settings, data=data)
    picture = new_picture(out, scenario_name(file, variant, stress), "convergence", force)
    compile_kernels(silent=False)
    convergence = run_both(scenario, paths=paths, threads=threads)
    print_convergence(convergence, console())
    save_drawn(picture, plot_convergence, convergence)
    console().print(f"Convergence drawn: {picture}", soft_wrap=True)


def print_convergence(convergence: "Convergence", out: Console) -> None:
    """Print estimates and errors at each number of paths."""
    out.print(Text(convergence.scenario.name, style="bold"))
    out.print(Text(f"{convergence.finding}.\n"))
    shown = table(
        convergence.question,
        "paths",
        "Sobol'",
        "pseudo-random",
        "ratio of errors",
    )
    rows = zip(
        convergence.paths,
        convergence.estimates["sobol"],
        convergence.estimates["pseudo"],
        strict=True,
    )
    for paths, sobol, pseudo in rows:
        ratio = pseudo.standard_error / sobol.standard_error
        shown.add_row(f"{paths:,}", percent(sobol), percent(pseudo), f"{ratio:.1f}")
    out.print(shown)
