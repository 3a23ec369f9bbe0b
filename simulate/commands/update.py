"""``simulate update``."""

from simulate.plots import plot_of
from simulate.text.terminal import console

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    Chosen,
    Data,
    File,
    Force,
    Observations,
    Observe,
    Of,
    Paths,
    Picture,
    Set,
    Stress,
    Threads,
    Variant,
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
    of: Of = None,
    paths: Paths = None,
    threads: Threads = None,
    out: Picture = None,
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    force: Force = False,
) -> None:
    """Weigh the paths by what has been seen, and say what to believe now.

    A quarter's date means the quarter's own figure, a year's the fiscal year's.
    """
    drawn = asked_pictures(pictures, no_pictures, opened, out)
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.update import update
    from simulate.model.observation import read_observations
    from simulate.text.update import print_update

    seen = read_observations(observe or (), observations, scenario)
    picture = drawn.picture(chosen.name, "update", force)
    found = simulated(
        lambda executor, progress: update(
            scenario, seen, of=of or (), paths=paths, threads=executor, progress=progress
        ),
        threads,
    )
    print_update(found, console())
    drawn.draw("Before and after", picture, plot_of("update", "plot_update"), found)
