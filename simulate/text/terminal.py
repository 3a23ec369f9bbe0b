"""The console that answers are printed on."""

import os
import sys
from typing import TYPE_CHECKING

from simulate.scenario.mistakes import printable

if TYPE_CHECKING:
    from rich.console import Console

# Columns.
PIPED, NARROWEST = 80, 20


def console(stderr: bool = False) -> "Console":
    """Return a console as wide as the terminal or as COLUMNS says, or of 80 columns when piped."""
    from .plain_console import PlainConsole

    found = PlainConsole(stderr)
    if not (found.is_terminal or os.environ.get("COLUMNS", "").isdigit()):
        found.width = PIPED
    found.width = max(found.width, NARROWEST)
    return found


def tell_error(message: str) -> None:
    """Print what was wrong, in its own lines."""
    lines = map(printable, message.split("\n"))
    print("error: " + "\n".join(lines), file=sys.stderr, flush=True)


def tell(words: str) -> None:
    """Print what is to be known beside the answer."""
    console(stderr=True).print(words, soft_wrap=True)
