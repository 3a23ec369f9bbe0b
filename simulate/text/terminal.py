"""The console that answers are printed on."""

import os
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from simulate.scenario.mistakes import printable

# Columns.
PIPED, NARROWEST = 80, 20


class PlainConsole(Console):
    """A console that prints texts as they stand, and no character that steers a terminal."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Return the segments of what is printed, each of them printable."""
        for text, style, control in super().render(renderable, options):
            if control or text == "\n":
                yield Segment(text, style, control)
            else:
                lines = text.split("\n")
                yield Segment("\n".join(map(printable, lines)), style)


def console(stderr: bool = False) -> Console:
    """Return a console as wide as the terminal or as COLUMNS says, or of 80 columns when piped."""
    found = PlainConsole(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not (found.is_terminal or os.environ.get("COLUMNS", "").isdigit()):
        found.width = PIPED
    found.width = max(found.width, NARROWEST)
    return found


def tell(words: str) -> None:
    """Print what is to be known beside the answer."""
    console(stderr=True).print(words, soft_wrap=True)
