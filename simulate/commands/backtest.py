"""``simulate backtest``."""

import json

import typer

from simulate.text.terminal import console

from .session import (
    AsJson,
    Chosen,
    Data,
    Figures,
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


def backtest(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    observe: Observe = None,
    observations: Observations = None,
    figures: Figures = None,
    paths: Paths = None,
    threads: Threads = None,
    out: Picture = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Score an earlier scenario by what came true, which is taken as exact."""
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.backtest import backtest, summary
    from simulate.model.observation import read_observations
    from simulate.text.backtest import print_backtest

    seen = read_observations(observe or (), observations, scenario)
    picture = chosen.new_picture(out, "backtest", force)
    found = simulated(
        lambda progress: backtest(
            scenario, seen, figures=figures, paths=paths, threads=threads, progress=progress
        ),
        silent=as_json,
    )
    if as_json:
        typer.echo(json.dumps(summary(found), indent=2, ensure_ascii=False))
    else:
        print_backtest(found, console())
    from simulate.output.new_file import save_drawn
    from simulate.plots.backtest import plot_backtest

    if as_json:
        save_drawn(picture, plot_backtest, found)
    else:
        draw("Predictions and what came true", picture, plot_backtest, found)
