"""``simulate goal``."""

from collections.abc import Sequence
from typing import Annotated

import typer

from simulate.plots import plot_of
from simulate.scenario import ScenarioError
from simulate.text.terminal import console

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    Checkpoint,
    Chosen,
    Cluster,
    Data,
    File,
    Force,
    Picture,
    Processes,
    Seed,
    Set,
    Stress,
    Threads,
    Variant,
    simulated,
)


def goal(
    file: File = None,
    target: Annotated[
        str | None,
        typer.Option(
            help='What shall hold, as "P(gross margin 70% by 2027) >= 0.5", "P10(cash 2028) >= 5 '
            'bn" or "mean revenue 2027 >= 100 bn".'
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY",
            help="What may be set; KEY=+ shifts it, KEY=* multiplies it, and KEY=8:12, KEY=+0:+5 "
            "or KEY=*0.5:*2 say where to look; once or twice.",
        ),
    ] = None,
    low: Annotated[
        list[str] | None, typer.Option("--from", help="Lowest value to try, of each --vary.")
    ] = None,
    high: Annotated[
        list[str] | None, typer.Option("--to", help="Highest value to try, of each --vary.")
    ] = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: Annotated[
        int | None,
        typer.Option(min=1, help="Paths of each run.", show_default="65536; 16384 for two --vary"),
    ] = None,
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
    """Find the value of a setting at which a figure is as wanted; a map for two settings."""
    if target is None or not vary or len(vary) > 2:
        raise ScenarioError('goal: give --target "P(gross margin by 2027) >= 0.5" and --vary KEY')
    drawn = asked_pictures(pictures, no_pictures, opened, out)
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.goal import (
        PATHS_OF_A_CURVE,
        PATHS_OF_A_MAP,
        GoalMap,
        GoalSeek,
        map_goal,
        seek_goal,
    )
    from simulate.engine.simulation import Progress
    from simulate.engine.units import Threads as WhoWorks
    from simulate.model.goal import parse_target
    from simulate.scenario.setting import parse_search
    from simulate.text.goal import print_goal

    wanted = parse_target(target, scenario)
    searches = [
        parse_search(wanted.scenario, *asked)
        for asked in zip(vary, _ends("--from", low, vary), _ends("--to", high, vary), strict=True)
    ]
    found, ranges = [setting for setting, _ in searches], [ends for _, ends in searches]
    is_map = len(found) == 2
    picture = drawn.picture(chosen.name, "goal-map" if is_map else "goal", force)

    def find(threads: WhoWorks, progress: Progress | None) -> GoalSeek | GoalMap:
        of_each = paths or (PATHS_OF_A_MAP if is_map else PATHS_OF_A_CURVE)
        how = {"paths": of_each, "seed": seed, "threads": threads}
        if is_map:
            return map_goal(wanted, (found[0], found[1]), ranges, progress=progress, **how)
        return seek_goal(wanted, found[0], ranges[0], progress=progress, **how)

    answer = simulated(find, threads, checkpoint, cluster, processes)
    print_goal(answer, console())
    drawn.draw("Goal", picture, plot_of("goal", "plot_goal"), answer)


def _ends(
    name: str, given: Sequence[str] | None, vary: Sequence[str]
) -> Sequence[str] | list[None]:
    """Return an end of where to look for each, None where nothing was asked for."""
    if not given:
        return [None] * len(vary)
    if len(given) != len(vary):
        raise ScenarioError(f"{name}: give it once for each --vary, in the same order")
    return given
