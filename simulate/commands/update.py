"""``simulate update``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulate.engine.result import DISCLAIMER
from simulate.text.numbers import amount, percent
from simulate.text.terminal import FlowingTable, console, table

from .session import (
    Data,
    File,
    Force,
    Observations,
    Observe,
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
    from collections.abc import Sequence

    from simulate.analysis.update import Spread, Update


MOST_SHOWN = 6


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
    out: Annotated[
        Path | None,
        typer.Option(help="Picture to write.", show_default="in results/<scenario>"),
    ] = None,
    force: Force = False,
) -> None:
    """Weigh the paths by what has been seen, and say what to believe now.

    A quarter's date means the quarter's own figure, a year's the fiscal year's.
    """
    from simulate.analysis.update import update as weigh
    from simulate.model.observation import read_observations
    from simulate.plots.update import plot_update

    scenario = read_scenario(file, variant=variant, stress=stress, settings=settings, data=data)
    seen = read_observations(observe or (), observations, scenario)
    picture = new_picture(out, scenario_name(file, variant, stress), "update", force)
    compile_kernels(silent=False)
    with progress_bar(silent=False) as progress:
        found = weigh(scenario, seen, paths=paths, threads=threads, progress=progress)
    print_update(found, console())
    save_drawn(picture, plot_update, found)
    console().print(f"Before and after drawn: {picture}", soft_wrap=True)


def print_update(update: "Update", out: Console) -> None:
    """Print the headline probabilities and amounts before and after, and the inputs that moved."""
    count, effective = len(update.hitting), update.posterior.effective
    out.print(Text(update.scenario.name, style="bold"))
    out.print(
        Text(f"{count:,} paths, weighted: effective sample size {effective:,.0f}\n", style="dim")
    )
    out.print(Text(update.in_words()))
    for place in update.places:
        out.print(Text(place, style="dim"))
    for sentence in update.overlaps:
        out.print(Text(sentence))
    shown = table("\nProbability", "", "before", "now")
    for belief in update.beliefs:
        shown.add_row(belief.event.name, percent(belief.before), percent(belief.after))
    out.print(shown)
    out.print(_spread_table("Outcomes", update.outcomes))
    if update.inputs:
        moved = update.inputs[:MOST_SHOWN]
        title = f"\nInputs that moved, the most first ({len(moved)} of {len(update.inputs)})"
        out.print(_spread_table(title, moved))
    else:
        out.print(Text("\nNo input moved by more than chance."))
    out.print(Text(f"\n{DISCLAIMER}", style="dim"))


def _spread_table(title: str, spreads: "Sequence[Spread]") -> FlowingTable:
    """Return a table with a line that names each number, then its quantiles before and now."""
    shown = table(title, "", "P10", "P50", "P90", narrow=True)
    for spread in spreads:
        unit = "" if spread.unit == "share" else f", {spread.unit}"
        shown.add_row(f"{spread.name.removeprefix('segments.')}{unit}", "", "", "")
        for label, quantiles in (("before", spread.before), ("now", spread.after)):
            cells = (amount(quantile, spread.unit) for quantile in quantiles)
            shown.add_row(label, *cells, style="dim" if label == "before" else "")
    return shown
