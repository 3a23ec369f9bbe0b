"""A console that neither colours nor obeys what it is given to print."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from simulate.scenario.mistakes import printable


class PlainConsole(Console):
    """A console that prints texts as they stand, and no character that steers a terminal."""

    def __init__(self, stderr: bool) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

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
