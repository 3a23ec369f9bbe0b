"""``simulate backtest``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulate.engine.result import DISCLAIMER
from simulate.text.numbers import amount, percent
from simulate.text.terminal import console, table

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
    from simulate.analysis.backtest import Backtest


ABOUT_SCORES = (
    "CRPS, the continuous ranked probability score, is in the figure's unit: below the error of "
    "the median, the distribution told more than its median alone. Of an event it is the Brier "
    "score, beside the share of paths that foresaw the answer."
)


def backtest(
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
    """Score an earlier scenario by what came true, which is taken as exact."""
    from simulate.analysis.backtest import backtest as score
    from simulate.model.observation import read_observations
    from simulate.plots.backtest import plot_backtest

    scenario = read_scenario(file, variant=variant, stress=stress, settings=settings, data=data)
    seen = read_observations(observe or (), observations, scenario)
    picture = new_picture(out, scenario_name(file, variant, stress), "backtest", force)
    compile_kernels(silent=False)
    with progress_bar(silent=False) as progress:
        found = score(scenario, seen, paths=paths, threads=threads, progress=progress)
    print_backtest(found, console())
    save_drawn(picture, plot_backtest, found)
    console().print(f"Predictions and what came true drawn: {picture}", soft_wrap=True)


def print_backtest(backtest: "Backtest", out: Console) -> None:
    """Print where each figure lies among what was predicted, and its score."""
    out.print(Text(backtest.scenario.name, style="bold"))
    out.print(Text(f"{backtest.paths:,} paths\n", style="dim"))
    out.print(Text(backtest.in_words()))
    for score in backtest.scores:
        out.print(Text(score.in_words()))
    shown = table(
        "\nScores", "", "came true", "paths at or\nbelow it", "CRPS", "error of\nthe median"
    )
    for score in backtest.scores:
        seen = score.observation.seen
        shown.add_row(
            seen.name.replace("gross margin", "margin"),
            seen.written(score.observation.value),
            f"{score.place.value:.0%}" if score.is_certain else percent(score.place),
            amount(score.crps, seen.unit),
            seen.written(score.median_error) if score.is_amount else "",
        )
    out.print(shown)
    out.print(Text(ABOUT_SCORES, style="dim"))
    out.print(Text(DISCLAIMER, style="dim"))
