"""``simulate stress``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulate.engine.result import DISCLAIMER
from simulate.scenario import Scenario, ScenarioError, find_scenario, load_scenario
from simulate.scenario.load import list_changes
from simulate.scenario.packaged import shown_path
from simulate.text.numbers import change, figure
from simulate.text.run import out_of_cash_sentence, with_full_stop
from simulate.text.terminal import console, heading, table

from .session import (
    Data,
    File,
    Force,
    Seed,
    Set,
    Threads,
    Variant,
    compile_kernels,
    new_picture,
    progress_bar,
    read_scenario,
    save_drawn,
    scenario_name,
)

if TYPE_CHECKING:
    from simulate.analysis.stress import Stresses


def stress(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    data: Data = None,
    paths: Annotated[int, typer.Option(min=1, help="Paths of each run.")] = 1 << 18,
    seed: Seed = None,
    threads: Threads = None,
    out: Annotated[
        Path | None, typer.Option(help="Picture to write.", show_default="in results/<scenario>")
    ] = None,
    force: Force = False,
) -> None:
    """Compare each of the scenario's stress tests with the scenario, on common random numbers."""
    from simulate.analysis.stress import stress as run_all
    from simulate.plots.stress import plot_stresses

    titles = list_changes(file, data or ()).stresses
    if not titles:
        raise ScenarioError(
            f"{shown_path(find_scenario(file))}: has no stress tests; name one as [stresses.dearer]"
        )

    def load(name: str) -> Scenario:
        return load_scenario(
            file, variant=variant, stress=name, settings=settings or (), data=data or ()
        )

    scenario = read_scenario(file, variant=variant, settings=settings, data=data)
    tests = {name: load(name) for name in titles}
    picture = new_picture(out, scenario_name(file, variant, None), "stress", force)
    compile_kernels(silent=False)
    with progress_bar(silent=False) as progress:
        found = run_all(
            scenario,
            tests,
            titles,
            paths=paths,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    print_stresses(found, console())
    save_drawn(picture, plot_stresses, found)
    console().print(f"Stress tests drawn: {picture}", soft_wrap=True)


def print_stresses(stresses: "Stresses", out: Console) -> None:
    """Print what each test changes, and which is worst for each figure."""
    figures = stresses.figures
    out.print(Text(stresses.scenario.name, style="bold"))
    out.print(Text(f"{with_full_stop(stresses.finding)}\n"))
    shown = table(
        "The baseline, and the change under each stress test (of probabilities, in points)",
        "",
        *(heading(f.short) for f in figures),
        narrow=True,
    )
    shown.add_row("baseline", *map(figure, stresses.base, (f.unit for f in figures)), style="bold")
    for test in stresses.tests:
        shown.add_row(test.name, *map(change, test.changes, (f.unit for f in figures)))
    out.print(shown)
    out.print()
    for test in stresses.tests:
        out.print(Text(f"{test.name}: {test.title}"))
    out.print()
    for sentence in stresses.apart:
        out.print(Text(sentence))
    out.print(Text("The worst test for"))
    for place, member in enumerate(figures):
        worst = stresses.worst(place)
        if worst is None:
            out.print(Text(f"- {member.name}: none of them."))
        else:
            tied = [test.name for test in stresses.ties(place)]
            more = f" (not told apart from {', '.join(tied)})" if tied else ""
            moved = stresses.from_to(place, worst)
            out.print(Text(f"- {member.name}: {worst.name}{more}, {moved}."))
    out.print(Text(out_of_cash_sentence(stresses.scenario)))
    out.print(
        Text(
            f"\n{stresses.common.words} The error of a change is that of paired differences. "
            f"{DISCLAIMER}",
            style="dim",
        )
    )
