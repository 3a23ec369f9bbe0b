"""``simulate show``."""

from pathlib import Path
from typing import Annotated

import typer

from simulate.answer import console

from .files import new_picture, save_drawn
from .options import Data, File, Force, Set, Stress, Variant, scenario_name
from .sources import read_scenario


def show(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="Picture to write.", show_default="in results/<scenario>")
    ] = None,
    force: Force = False,
) -> None:
    """Draw every uncertain input with its source, and every correlated pair."""
    from simulate.plots.inputs import plot_inputs

    scenario = read_scenario(file, variant=variant, stress=stress, settings=settings, data=data)
    picture = new_picture(out, scenario_name(file, variant, stress), "inputs", force)
    save_drawn(picture, plot_inputs, scenario)
    console().print(f"Inputs drawn: {picture}", soft_wrap=True)
