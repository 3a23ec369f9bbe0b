"""``simulate update``."""

from simulate.text.terminal import console

from .session import (
    Chosen,
    Data,
    File,
    Force,
    Observations,
    Observe,
    Paths,
    Picture,
    Set,
    Stress,
    Threads,
    Variant,
    draw,
    simulated,
)


def update(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    observe: Observe = None,
    observations: Observations = None,
    paths: Paths = None,
    threads: Threads = None,
    out: Picture = None,
    force: Force = False,
) -> None:
    """Weigh the paths by what has been seen, and say what to believe now.

    A quarter's date means the quarter's own figure, a year's the fiscal year's.
    """
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.update import update
    from simulate.model.observation import read_observations
    from simulate.text.update import print_update

    seen = read_observations(observe or (), observations, scenario)
    picture = chosen.new_picture(out, "update", force)
    found = simulated(
        lambda progress: update(scenario, seen, paths=paths, threads=threads, progress=progress)
    )
    print_update(found, console())
    from simulate.plots.update import plot_update

    draw("Before and after", picture, plot_update, found)
