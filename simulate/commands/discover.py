"""``simulate discover``."""

from typing import Annotated

import typer

from simulate.plots import plot_of
from simulate.text.terminal import console

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    Chosen,
    Data,
    File,
    Force,
    Paths,
    Picture,
    Set,
    Stress,
    Threads,
    Variant,
    simulated,
)


def discover(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            "--target",
            metavar="TEXT",
            help='What shall be reached, as "gross margin 70% by 2027" or "out of cash by 2028".',
            show_default="the company's projection",
        ),
    ] = None,
    paths: Paths = None,
    threads: Threads = None,
    out: Picture = None,
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    force: Force = False,
) -> None:
    """Say what separates the paths that get there, with a typical path of each kind."""
    drawn = asked_pictures(pictures, no_pictures, opened, out)
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.discover import discover
    from simulate.analysis.typical_paths import example_paths
    from simulate.model.outcome_texts import parse_event
    from simulate.model.outcomes import projected_event
    from simulate.text.discover import print_disclaimer, print_discovery
    from simulate.text.typical_paths import print_story

    event = projected_event(scenario)
    if of is not None:
        event = parse_event(of, scenario, f'--of "{of}"')
    picture = drawn.picture(chosen.name, "discovery", force)
    discovery = simulated(
        lambda executor, progress: discover(
            scenario, event, paths=paths, threads=executor, progress=progress
        ),
        threads,
    )
    success, failure = example_paths(discovery.outcomes, event, discovery.scenario)
    print_discovery(discovery, console())
    for story, kind in ((success, "it happens"), (failure, "it doesn't")):
        if story is not None:
            print_story(story, kind, console())
    print_disclaimer(console())
    plot = plot_of("discover", "plot_discovery")
    drawn.draw("Rule and examples", picture, plot, discovery, success, failure)
