"""``simulate stress``."""

from dataclasses import replace

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
    PathsOfEachRun,
    Picture,
    Processes,
    Seed,
    Set,
    Threads,
    Variant,
    named_changes,
    simulated,
)


def stress(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    data: Data = None,
    of: Of = None,
    paths: PathsOfEachRun = 1 << 18,
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
    """Compare each of the scenario's stress tests with the scenario, on common random numbers."""
    titles = named_changes(file, data).stresses
    if not titles:
        raise ScenarioError(
            f"{shown_path(find_scenario(file))}: has no stress tests; name one as [stresses.dearer]"
        )
    drawn = asked_pictures(pictures, no_pictures, opened, out)
    chosen = Chosen(file, variant, None, settings, data)
    scenario = chosen.read()
    tests = {name: replace(chosen, stress=name).load() for name in titles}
    from simulate.analysis.stress import stress
    from simulate.text.stress import print_stresses

    picture = drawn.picture(chosen.name, "stress", force)
    found = simulated(
        lambda executor, progress: stress(
            scenario,
            tests,
            titles,
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
    print_stresses(found, console())
    drawn.draw("Stress tests", picture, plot_of("stress", "plot_stresses"), found)
