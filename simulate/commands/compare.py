"""``simulate compare``."""

import shlex
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Annotated

import typer

from simulate.scenario import ScenarioError
from simulate.scenario.packaged import PACKAGED
from simulate.text.terminal import console

from .pictures import NoPictures, Open, open_file
from .session import (
    Checkpoint,
    Cluster,
    Data,
    Force,
    Of,
    Processes,
    Seed,
    Threads,
    load_named,
    print_place,
    simulated,
)

if TYPE_CHECKING:
    from simulate.analysis.compare import Comparison

# Each is called by a letter.
MOST_SCENARIOS = len(ascii_uppercase)


def compare(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="A B…",
            help="Scenarios: FILE, FILE@NAME for its variant or stress test of that name, or both "
            "as FILE@NAME@NAME; or folders that simulate run wrote.",
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change one key of the last, such as cash.opening=20 or =+2.",
        ),
    ] = None,
    data: Data = None,
    of: Of = None,
    paths: Annotated[
        int | None,
        typer.Option(min=1, help="At least this many paths of each.", show_default="those of A"),
    ] = None,
    seed: Seed = None,
    threads: Threads = None,
    checkpoint: Checkpoint = None,
    cluster: Cluster = None,
    processes: Processes = None,
    out: Annotated[
        Path | None, typer.Option(help="Page to write.", show_default="in results/<A>")
    ] = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    force: Force = False,
) -> None:
    """Run scenarios on common random numbers; print and write them side by side.

    A change from the first has an error of its own, smaller than those of the two numbers that it
    lies between. For example: simulate compare anthropic.toml anthropic.toml@bull
    """
    if not 2 <= len(sources) <= MOST_SCENARIOS:
        raise ScenarioError(
            f"{len(sources)} to compare: name from 2 to {MOST_SCENARIOS}, such as "
            "anthropic.toml anthropic.toml@bull"
        )
    scenarios = [load_named(source, data=data or ()) for source in sources[:-1]]
    scenarios.append(load_named(sources[-1], settings or (), data or ()))
    from simulate.analysis.compare import compare
    from simulate.output.new_file import drawing, new_page, save_page
    from simulate.text.compare import print_comparison

    page = new_page(out, _name(sources[0]), "comparison", force)
    comparison = simulated(
        lambda executor, progress: compare(
            scenarios, of=of or (), paths=paths, seed=seed, threads=executor, progress=progress
        ),
        threads,
        checkpoint,
        cluster,
        processes,
    )
    print_comparison(comparison, console())
    command = _command(sources, settings or [], data or [], of or [], comparison, no_pictures)
    from simulate.output.compare import render_comparison

    with drawing(page):
        html = render_comparison(comparison, command=command, with_pictures=not no_pictures)
    save_page(html, page)
    print_place("Comparison", page)
    if opened:
        open_file(page.path)


def _name(first: str) -> str:
    """Return what the page is called by: the first scenario's file, or its run's folder."""
    path = Path(first.removeprefix(PACKAGED))
    return path.resolve().name if path.is_dir() else path.stem


def _command(
    sources: list[str],
    settings: list[str],
    data: list[Path],
    of: list[str],
    comparison: "Comparison",
    no_pictures: bool,
) -> str:
    """Return the command that makes the page again."""
    words = ["simulate", "compare", *sources]
    words += [word for setting in settings for word in ("--set", setting)]
    words += [word for folder in data for word in ("--data", str(folder))]
    words += [word for text in of for word in ("--of", text)]
    sampling = comparison.results[0].scenario.sampling
    words += ["--paths", str(sampling.paths), "--seed", str(sampling.seed)]
    return shlex.join([*words, "--no-pictures"] if no_pictures else words)
