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
    changed = load_scenario(after, variant=variant, stress=stress, settings=settings or ())
    lines = describe_difference(load_scenario(before), changed)
    for line in lines or ["The two assume the same."]:
        typer.echo(line)
