"""``simulate report``."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from simulate.scenario import Scenario, ScenarioError
from simulate.text.terminal import console

from .session import (
    Data,
    Force,
    PathsOfRun,
    Seed,
    Set,
    Stress,
    Threads,
    Variant,
    compile_kernels,
    drawing,
    new_page,
    progress_bar,
    read_scenario,
    save_page,
    scenario_name,
)


def report(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RESULT_OR_FILE]",
            help="A folder that simulate run wrote, a scenario (TOML), or a packaged one's name.",
        ),
    ] = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: PathsOfRun = None,
    seed: Seed = None,
    drivers: Annotated[
        bool, typer.Option("--drivers", help="Say what drives the answer, too; takes more runs.")
    ] = False,
    threads: Threads = None,
    out: Annotated[
        Path | None, typer.Option(help="Page to write.", show_default="in results/<scenario>")
    ] = None,
    force: Force = False,
) -> None:
    """Write one HTML page: answer, pictures, assumptions and sources, errors.

    A result is simulated again, which gives the same numbers: the page of its folder is that of its
    scenario, seed and number of paths.
    """
    from simulate.analysis.drivers import drivers as find_drivers
    from simulate.engine.run import run
    from simulate.engine.sampling import with_sampling
    from simulate.output.report import drivers_section, render_report
    from simulate.output.stored_run import read_run

    stored = None
    if source is not None and source.is_dir():
        if settings or variant or stress or paths is not None or seed is not None:
            raise ScenarioError(
                f"{source}: is a run, which has its own scenario, paths and seed; leave out "
                "--set, --variant, --stress, --paths and --seed"
            )
        stored = read_run(source, data or ())
        scenario, name = stored.scenario, stored.folder.resolve().name
    else:
        chosen = read_scenario(source, variant=variant, stress=stress, settings=settings, data=data)
        scenario, name = with_sampling(chosen, paths, seed), scenario_name(source, variant, stress)
    page = new_page(out, name, "report", force)
    compile_kernels(silent=False)
    with progress_bar(silent=False) as progress:
        result = run(scenario, threads=threads, progress=progress)
        found = find_drivers(scenario, threads=threads, progress=progress) if drivers else None
    if stored is not None:
        stored.refuse_another(result)
        result = replace(result, goal=stored.goal)
        words = ["simulate", "report", str(source)]
    else:
        words = _words(source, variant, stress, settings or [], scenario)
    words += [word for folder in data or [] for word in ("--data", str(folder))]
    command = shlex.join([*words, "--drivers"] if drivers else words)
    with drawing(page):
        section = drivers_section(found) if found is not None else None
        html = render_report(result, command=command, drivers=section)
    save_page(html, page)
    console().print(f"Report: {page}", soft_wrap=True)


def _words(
    file: Path | None,
    variant: str | None,
    stress: str | None,
    settings: list[str],
    scenario: Scenario,
) -> list[str]:
    """Return the command that makes the page again, whatever the file says of paths and seed."""
    named = [("--variant", variant), ("--stress", stress)]
    named += [("--set", setting) for setting in settings]
    words = ["simulate", "report", *([str(file)] if file is not None else [])]
    for option, value in named:
        words += [option, value] if value is not None else []
    words += ["--paths", str(scenario.sampling.paths), "--seed", str(scenario.sampling.seed)]
    return words
