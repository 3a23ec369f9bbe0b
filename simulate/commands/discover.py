"""``simulate discover``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulate.engine.result import DISCLAIMER
from simulate.text.numbers import percent
from simulate.text.terminal import console, table

from .session import (
    Data,
    File,
    Force,
    Paths,
    Set,
    Stress,
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
    from simulate.analysis.discover import Discovery
    from simulate.analysis.typical_paths import Story


def discover(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    target: Annotated[
        str | None,
        typer.Option(
            help='What shall be reached, as "gross margin 70% by 2027" or "out of cash by 2028".',
            show_default="the company's projection",
        ),
    ] = None,
    paths: Paths = None,
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Picture to write.", show_default="in results/<scenario>"),
    ] = None,
    force: Force = False,
) -> None:
    """Say what separates the paths that get there, with a typical path of each kind."""
    from simulate.analysis.discover import discover as find_rule
    from simulate.analysis.typical_paths import example_paths
    from simulate.model.outcomes import parse_event, projected_event
    from simulate.plots.discover import plot_discovery

    scenario = read_scenario(file, variant=variant, stress=stress, settings=settings, data=data)
    event = projected_event(scenario)
    if target is not None:
        event = parse_event(target, scenario, f'--target "{target}"')
    picture = new_picture(out, scenario_name(file, variant, stress), "discovery", force)
    compile_kernels(silent=False)
    with progress_bar(silent=False) as progress:
        discovery = find_rule(scenario, event, paths=paths, threads=threads, progress=progress)
    success, failure = example_paths(discovery.outcomes, event, discovery.scenario)
    print_discovery(discovery, console())
    for story, kind in ((success, "it happens"), (failure, "it doesn't")):
        if story is not None:
            print_story(story, kind, console())
    console().print(Text(DISCLAIMER, style="dim"))
    save_drawn(picture, plot_discovery, discovery, success, failure)
    console().print(f"Rule and examples drawn: {picture}", soft_wrap=True)


def print_discovery(discovery: "Discovery", out: Console) -> None:
    """Print the rule, and how it does on held-out paths."""
    out.print(Text(discovery.scenario.name, style="bold"))
    out.print(Text(f"{len(discovery.outcomes):,} paths; found on half of them\n", style="dim"))
    out.print(Text(discovery.in_words()))
    if not discovery.limits:
        out.print()
        return
    shown = table("\nOn the half that the rule was not found on", "", "share of paths")
    shown.add_row("in which it happens, of all", percent(discovery.overall))
    shown.add_row("in which it happens, of those inside (density)", percent(discovery.density))
    shown.add_row("  on the half that it was found on", f"{discovery.density_found:.1%}")
    if len(discovery.limits) > 1:
        for limit in discovery.limits:
            shown.add_row(f"  without {limit.feature.title}", percent(limit.density_without))
    shown.add_row("inside, of those in which it happens (coverage)", percent(discovery.coverage))
    shown.add_row("inside, of all (mass)", percent(discovery.mass))
    out.print(shown)


def print_story(story: "Story", kind: str, out: Console) -> None:
    """Print a path by year."""
    shown = table(
        f"A typical path in which {kind} (replicate 0, path {story.path})",
        "year",
        "revenue",
        "margin",
        "training",
        "cash\nflow",
        "cash",
        "what happens",
        narrow=True,
    )
    shown.columns[-1].justify = "left"
    for year in story.years:
        shown.add_row(
            str(year.year),
            f"{year.revenue:.1f}",
            f"{year.margin:.0%}",
            f"{year.training:.1f}",
            f"{year.cash_flow:.1f}",
            f"{year.cash:.1f}",
            "; ".join(year.events),
        )
    out.print(shown)
    out.print()
