"""``simulate diff``."""

from typing import Annotated

import typer
from rich.text import Text

from simulate.answer import console
from simulate.scenario.difference import describe_difference

from .options import Data, Set
from .sources import load_named


def diff(
    before: Annotated[str, typer.Argument(help="A scenario, as for simulate compare.")],
    after: Annotated[str, typer.Argument(help="Another, or the same with changes.")],
    settings: Set = None,
    data: Data = None,
) -> None:
    """Say in words how the second scenario's assumptions differ from the first's.

    --set changes the second. For example: simulate diff anthropic.toml anthropic.toml@bull
    """
    first = load_named(before, data=data or ())
    second = load_named(after, settings or (), data or ())
    lines = describe_difference(first, second)
    out = console()
    out.print(Text(f"From: {first.name}\nTo:   {second.name}\n"))
    for line in lines or ["The two assume the same."]:
        out.print(Text(line))
    if lines:
        out.print(Text("\nInputs are P10 / P50 / P90, or one certain number."))
