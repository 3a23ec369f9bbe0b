"""``simulate watch``."""

from pathlib import Path
from typing import Annotated

import typer

from .session import Data, Force, Of, PathsOfRun, Seed, Set, Stress, Threads, Variant


def watch(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help="Scenarios (TOML), or FILE@NAME for a variant or stress test; several are "
            "compared.",
        ),
    ],
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    of: Of = None,
    paths: PathsOfRun = None,
    seed: Seed = None,
    threads: Threads = None,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Show the dates as bars in the terminal.")
    ] = False,
    window: Annotated[
        bool,
        typer.Option(
            "--window",
            help="Show them in a window.",
            show_default="where there is a display, and none of these options",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Show them in this picture.",
            show_default="results/<scenario>/<scenario>-watch.png without a display",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Answer scenarios each time that one is saved, with what the save changed and why.

    A preview comes first, then the answer of all paths. What a file extends and the data it names
    are watched, too. Ctrl-C ends it.
    """
    from .session import Chosen
    from .watch_loop import Shown, keep_answering

    chosen = Chosen(None, variant, stress, settings, data)
    keep_answering(
        files, chosen, of or (), paths, seed, threads, Shown(terminal, window, out, force)
    )
