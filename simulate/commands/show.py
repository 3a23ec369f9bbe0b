"""``simulate show``."""

from pathlib import Path
from typing import Annotated

import typer

from simulate.answer import console
from simulate.scenario import load_scenario

from .files import new_picture, save_whole
from .options import Data, File, Force, Set, Stress, Variant, scenario_name


def show(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="Picture to write.", show_default="<scenario>-inputs.png")
    ] = None,
    force: Force = False,
) -> None:
    """Draw every uncertain input with its source, and every correlated pair."""
    from simulate.plots.inputs import plot_inputs

    scenario = load_scenario(
        file, variant=variant, stress=stress, settings=settings or (), data=data or ()
    )
    picture = new_picture(out, f"{scenario_name(file, variant, stress)}-inputs.png", force)
    save_whole(plot_inputs(scenario), picture)
    console().print(f"Inputs drawn: {picture}", soft_wrap=True)
