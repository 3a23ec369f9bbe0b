"""``simulate decide``."""

from typing import Annotated

import typer

from simulate.plots import plot_of
from simulate.scenario import ScenarioError, find_scenario
from simulate.scenario.packaged import shown_path
from simulate.text.terminal import console

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    Checkpoint,
    Chosen,
    Cluster,
    Data,
    File,
    Force,
    Of,
    Picture,
    Processes,
    Seed,
    Set,
    Stress,
    Threads,
    Variant,
    named_changes,
    simulated,
)


def decide(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    of: Of = None,
    paths: Annotated[int, typer.Option(min=4096, help="Paths of each option.")] = 1 << 17,
    seed: Seed = None,
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
    """Weigh the options of the scenario's decision, and what knowing an input first is worth."""
    names = named_changes(file, data).options
    if not names:
        shown = shown_path(find_scenario(file))
        raise ScenarioError(f"{shown}: has no [decision]; see the one of anthropic-tpu.toml")
    scenario = Chosen(file, variant, data=data).read()
    drawn = asked_pictures(pictures, no_pictures, opened, out)
    chosen = Chosen(file, variant, stress, settings, data)
    options = {name: chosen.load(name) for name in names}
    from simulate.analysis.decide import decide
    from simulate.text.decide import print_decision

    picture = drawn.picture(chosen.name, "decision", force)
    weighed = simulated(
        lambda executor, progress: decide(
            scenario,
            options,
            of=of or (),
            paths=paths,
            seed=seed,
            threads=executor,
            progress=progress,
        ),
        threads,
        checkpoint,
        cluster,
        processes,
    )
    print_decision(weighed, scenario.name, console())
    drawn.draw("Decision", picture, plot_of("decide", "plot_decision"), weighed)
