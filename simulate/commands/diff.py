"""``simulate diff``."""

from pathlib import Path
from typing import Annotated

import typer

from simulate.scenario import load_scenario
from simulate.scenario.difference import describe_difference

from .options import Set, Stress, Variant


def diff(
    before: Annotated[Path, typer.Argument(help="A scenario.")],
    after: Annotated[Path, typer.Argument(help="Another, or the same with changes.")],
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
) -> None:
    """Say in words how the second scenario's assumptions differ from the first's.

    --set, --variant and --stress change the second.
    """
    first = load_scenario(before)
    second = load_scenario(after, variant=variant, stress=stress, settings=settings or ())
    typer.echo(f"From: {first.name}\nTo:   {second.name}\n")
    lines = describe_difference(first, second)
    for line in lines or ["The two assume the same."]:
        typer.echo(line)
    if lines:
        typer.echo("\nInputs are P10 / P50 / P90, or one certain number.")
