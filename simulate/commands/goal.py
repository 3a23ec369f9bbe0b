"""``simulate goal``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulate.engine.estimate import Estimate
from simulate.engine.result import DISCLAIMER
from simulate.scenario import ScenarioError
from simulate.scenario.setting import parse_search
from simulate.text.numbers import number, percent
from simulate.text.terminal import console, table

from .session import (
    Data,
    File,
    Force,
    Seed,
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
    from simulate.analysis.goal import GoalMap, GoalSeek


def goal(
    file: File = None,
    target: Annotated[
        str | None,
        typer.Option(help='What shall hold, as "P(gross margin 70% by 2027) >= 0.5".'),
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
    out: Annotated[
        Path | None,
        typer.Option(help="Picture to write.", show_default="in results/<scenario>"),
    ] = None,
    force: Force = False,
) -> None:
    """Find the value of a setting at which a probability is as wanted; a map for two settings."""
    from simulate.analysis.goal import PATHS_OF_A_CURVE, PATHS_OF_A_MAP, map_goal, seek_goal
    from simulate.model.goal import parse_target
    from simulate.plots.goal import plot_goal

    if target is None or not vary or len(vary) > 2:
        raise ScenarioError('goal: give --target "P(gross margin by 2027) >= 0.5" and --vary KEY')
    scenario = read_scenario(file, variant=variant, stress=stress, settings=settings, data=data)
    wanted = parse_target(target, scenario)
    searches = [
        parse_search(wanted.scenario, *asked)
        for asked in zip(vary, _ends("--from", low, vary), _ends("--to", high, vary), strict=True)
    ]
    found, ranges = [setting for setting, _ in searches], [ends for _, ends in searches]
    kind = "goal" if len(found) == 1 else "goal-map"
    picture = new_picture(out, scenario_name(file, variant, stress), kind, force)
    compile_kernels(silent=False)
    with progress_bar(silent=False) as progress:
        if len(found) == 1:
            answer = seek_goal(
                wanted,
                found[0],
                ranges[0],
                paths=paths or PATHS_OF_A_CURVE,
                seed=seed,
                threads=threads,
                progress=progress,
            )
        else:
            answer = map_goal(
                wanted,
                (found[0], found[1]),
                ranges,
                paths=paths or PATHS_OF_A_MAP,
                seed=seed,
                threads=threads,
                progress=progress,
            )
    print_goal(answer, console())
    save_drawn(picture, plot_goal, answer)
    console().print(f"Goal drawn: {picture}", soft_wrap=True)


def _ends(
    name: str, given: Sequence[str] | None, vary: Sequence[str]
) -> Sequence[str] | list[None]:
    """Return an end of where to look for each, None where nothing was asked for."""
    if not given:
        return [None] * len(vary)
    if len(given) != len(vary):
        raise ScenarioError(f"{name}: give it once for each --vary, in the same order")
    return given


def print_goal(goal: "GoalSeek | GoalMap", out: Console) -> None:
    """Print where the target is met, and the probabilities that say so."""
    from simulate.analysis.goal import GoalSeek

    is_curve = isinstance(goal, GoalSeek)
    out.print(Text(goal.target.scenario.name, style="bold"))
    out.print(Text(f"Wanted: {goal.target.in_words}. Baseline: {percent(goal.now)}."))
    for setting in [goal.setting] if is_curve else goal.settings:
        out.print(Text(f"Varied: {setting.in_words}."))
    out.print(Text(f"{goal.finding}."))
    if is_curve and goal.gap:
        out.print(Text(goal.gap))
    out.print()
    out.print(_curve(goal) if is_curve else _needed(goal))
    out.print(Text(f"\n{goal.common.words} {DISCLAIMER}", style="dim"))


def _curve(goal: "GoalSeek") -> Table:
    """Return the probability at each value of the grid, with the crossings in between."""
    rows = {
        float(value): (goal.setting.shown(float(value)), percent(probability), "")
        for value, probability in zip(goal.values, goal.probabilities, strict=True)
    }
    rows |= {
        crossing.value.value: (
            goal.setting.marked(number(crossing.value)),
            "wanted",
            _interval(crossing.value),
        )
        for crossing in goal.crossings
    }
    name = goal.setting.name.replace(".", "\n.")
    found = table("", name, "probability", "95% interval", narrow=True)
    for _, row in sorted(rows.items()):
        found.add_row(*row, style="bold" if row[-1] else "")
    return found


def _needed(goal: "GoalMap") -> Table:
    """Return what the second setting has to be at each value of the first."""
    names = (setting.name.replace(".", "\n.") for setting in goal.settings)
    down, across = goal.settings
    found = table("", *names, "95% interval", "probability", narrow=True)
    for value, crossings, row in zip(goal.values[0], goal.needed, goal.probabilities, strict=True):
        met = [goal.target.is_met(probability) for probability in row]
        needed = "\n".join(
            f"{across.marked(number(c.value))} {c.side(goal.target.at_least)}" for c in crossings
        )
        needed = needed or ("any" if all(met) else "none")
        intervals = "\n".join(_interval(c.value) for c in crossings)
        found.add_row(down.shown(float(value)), needed, intervals, f"{row[0]:.1%} to {row[-1]:.1%}")
    return found


def _interval(value: Estimate) -> str:
    digits = len(value.rounded.partition(".")[2])
    return f"{value.low:.{digits}f} to {value.high:.{digits}f}"
