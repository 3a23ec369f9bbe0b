"""What a figure shows once it is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from typing import NamedTuple
from unittest.mock import patch

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# Pixels: a renderer rounds, and a box has some room below its letters.
LEEWAY = 2.0


@contextmanager
def _recorded() -> Iterator[dict[int, tuple[str, Bbox]]]:
    """Record every text that is drawn, with its place."""
    found: dict[int, tuple[str, Bbox]] = {}
    draw = Text.draw

    def record(self: Text, renderer: object, *rest: object, **more: object) -> None:
        draw(self, renderer, *rest, **more)  # type: ignore[arg-type]
        if self.get_visible() and self.get_text().strip():
            # An annotation's own box, without its arrow.
            found[id(self)] = self.get_text(), Text.get_window_extent(self)

    with patch.object(Text, "draw", record):
        yield found


def _measuring(figure: Figure) -> RendererAgg:
    """Return a renderer that measures as one of pixels does, and leaves the pixels out."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    for name in dir(renderer):
        if name.startswith("draw_"):
            setattr(renderer, name, lambda *_, **__: None)
    return renderer


class Shown(NamedTuple):
    """The texts of a figure, those that leave it, and the pairs of which one covers the other."""

    texts: list[str]
    outside: list[str]
    overlapping: list[tuple[str, str]]


def faults(figure: Figure) -> Shown:
    """Lay a figure out as it is drawn, and return its texts and what is wrong with their places."""
    with _recorded() as recorded:
        figure.draw(_measuring(figure))
    found = list(recorded.values())
    width, height = figure.bbox.size
    return Shown(
        texts=[text for text, _ in found],
        outside=[
            text
            for text, box in found
            if min(box.x0, box.y0) < -LEEWAY or box.x1 > width + LEEWAY or box.y1 > height + LEEWAY
        ],
        overlapping=[
            (one, other)
            for (one, a), (other, b) in combinations(found, 2)
            if min(a.x1, b.x1) - max(a.x0, b.x0) > LEEWAY
            and min(a.y1, b.y1) - max(a.y0, b.y0) > LEEWAY
        ],
    )
