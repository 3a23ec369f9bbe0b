"""``simulate check``."""

from typing import Annotated

import typer

from simulate.answer import console, print_facts, print_inputs
from simulate.scenario import load_scenario
from simulate.scenario.load import check_all, list_changes

from .options import Data, File, Set, Stress, Variant


def check(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    facts: Annotated[
        bool, typer.Option("--facts", help="Print the reported figures that its sources cite.")
    ] = False,
    data: Data = None,
) -> None:
    """Validate a scenario, its variants and stress tests, and print its inputs.

    Each with P10 / P50 / P90, unit and source; --facts tells what a source such as A7 is.
    """
    if not (settings or variant or stress):
        check_all(file, data or ())
    scenario = load_scenario(
        file, variant=variant, stress=stress, settings=settings or (), data=data or ()
    )
    if facts:
        print_facts(scenario, console())
    else:
        print_inputs(scenario, list_changes(file, data or ()), console())
