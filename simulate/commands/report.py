"""``simulate report``."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulate.scenario import ScenarioError

from .pictures import NoPictures, Open, open_file
from .session import (
    Chosen,
    Data,
    Figures,
    Force,
    Of,
    Page,
    PathsOfRun,
    Seed,
    Set,
    Stress,
    Threads,
    Variant,
    print_place,
    simulated,
)

if TYPE_CHECKING:
    from simulate.engine.result import Result
    from simulate.scenario import Scenario


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
    of: Of = None,
    paths: PathsOfRun = None,
    seed: Seed = None,
    drivers: Annotated[
        bool, typer.Option("--drivers", help="Say what drives the answer, too; takes more runs.")
    ] = False,
    figures: Figures = None,
    threads: Threads = None,
    out: Page = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    force: Force = False,
) -> None:
    """Write one HTML page: answer, pictures, assumptions and sources, errors.

    A result is simulated again, which gives the same numbers: the page of its folder is that of its
    scenario, seed and number of paths.
    """
    stored = None
    if source is not None and source.is_dir():
        if settings or variant or stress or paths is not None or seed is not None:
            raise ScenarioError(
                f"{source}: is a run, which has its own scenario, paths and seed; leave out "
                "--set, --variant, --stress, --paths and --seed"
            )
        from simulate.output.stored_run import read_run

        stored = read_run(source, data or ())
        scenario, name = stored.scenario, stored.folder.resolve().name
    else:
        chosen = Chosen(source, variant, stress, settings, data)
        scenario, name = chosen.read(), chosen.name
    from simulate.engine.run import run
    from simulate.engine.sampling import with_sampling
    from simulate.model.asked import asking, parse_asked
    from simulate.output.new_file import drawing, new_page, save_page
    from simulate.output.rests_on import headline_rests_on
    from simulate.output.workers import Workers
    from simulate.scenario.figures import read_figures

    if stored is None:
        scenario = with_sampling(scenario, paths, seed)
    asked = parse_asked(of or (), scenario)
    marked = figures and read_figures(figures)
    page = new_page(out, name, "report", force)
    with Workers(1 if no_pictures else threads) as workers:

        def found_of(asked_of: "Scenario") -> "Result":
            return simulated(
                lambda executor, progress: run(asked_of, threads=executor, progress=progress),
                threads,
            )

        result = found_of(asking(scenario, asked))
        found = None
        if drivers:
            from simulate.analysis.drivers import drivers as find_drivers

            found = simulated(
                lambda executor, progress: find_drivers(
                    scenario, threads=executor, progress=progress
                ),
                threads,
            )
        rests_on = headline_rests_on(scenario, threads, found)
        if stored is not None:
            # Of what is asked now the run knows nothing.
            stored.refuse_another(found_of(scenario) if asked else result)
            told = tuple(dict.fromkeys((*stored.asked, *asked)))
            result = replace(result, goal=stored.goal, asked=told)
            words = ["simulate", "report", str(source)]
        else:
            result = replace(result, asked=asked)
            words = _words(source, variant, stress, settings or [], scenario)
        words += [word for folder in data or [] for word in ("--data", str(folder))]
        words += [word for text in of or [] for word in ("--of", text)]
        words += ["--figures", str(figures)] if figures is not None else []
        words += ["--drivers"] if drivers else []
        words += ["--no-pictures"] if no_pictures else []
        from simulate.output.report import drivers_section, render_report

        with drawing(page):
            section = drivers_section(found) if found is not None else None
            html = render_report(
                result,
                command=shlex.join(words),
                drivers=section,
                figures=marked,
                rests_on=rests_on,
                workers=workers,
                with_pictures=not no_pictures,
            )
    save_page(html, page)
    print_place("Report", page)
    if opened:
        open_file(page.path)


def _words(
    file: Path | None,
    variant: str | None,
    stress: str | None,
    settings: list[str],
    scenario: "Scenario",
) -> list[str]:
    """Return the command that makes the page again, whatever the file says of paths and seed."""
    named = [("--variant", variant), ("--stress", stress)]
    named += [("--set", setting) for setting in settings]
    words = ["simulate", "report", *([str(file)] if file is not None else [])]
    for option, value in named:
        words += [option, value] if value is not None else []
    words += ["--paths", str(scenario.sampling.paths), "--seed", str(scenario.sampling.seed)]
    return words
