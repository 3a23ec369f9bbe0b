"""``simulate backtest``."""

import typer

from simulate.plots import plot_of
from simulate.text.terminal import console

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import (
    AsJson,
    Chosen,
    Data,
    Figures,
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


def backtest(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    of: Of = None,
    observe: Observe = None,
    observations: Observations = None,
    figures: Figures = None,
    paths: Paths = None,
    threads: Threads = None,
    out: Picture = None,
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Score an earlier scenario by what came true, which is taken as exact."""
    drawn = asked_pictures(pictures, no_pictures, opened, out)
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.read()
    from simulate.analysis.backtest import backtest, summary
    from simulate.engine.summary import in_json
    from simulate.model.observation import read_observations
    from simulate.text.backtest import print_backtest

    seen = read_observations(observe or (), observations, scenario)
    picture = drawn.picture(chosen.name, "backtest", force)
    found = simulated(
        lambda executor, progress: backtest(
            scenario,
            seen,
            of=of or (),
            figures=figures,
            paths=paths,
            threads=executor,
            progress=progress,
        ),
        threads,
        silent=as_json,
    )
    if as_json:
        typer.echo(in_json(summary(found)))
    else:
        print_backtest(found, console())
    about = "" if as_json else "Predictions and what came true"
    drawn.draw(about, picture, plot_of("backtest", "plot_backtest"), found)
