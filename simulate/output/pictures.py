"""The pictures of a folder of results: drawn beside other work, each file by itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .kinds import PICTURES
from .workers import Begun, Workers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The content of each picture's files, by their kind.
Drawing = Begun[dict[str, bytes]]


def picture_files(names: Iterable[str]) -> set[str]:
    """Return the names of all files that pictures may have."""
    return {f"{name}.{kind}" for name in names for kind in PICTURES}


def begin_drawing(
    plots: "Mapping[str, Callable[[], Figure]]", kinds: Sequence[str], workers: Workers
) -> Drawing:
    """Let workers begin to draw pictures.

    Parameters
    ----------
    plots
        By the name of the file.
    kinds
        Of files: ``png``, ``svg``, ``pdf``; without any, nothing is drawn.
    workers
        Who draw.
    """
    drawn = plots.items() if kinds else ()
    return workers.begin({name: partial(draw_files, plot, kinds) for name, plot in drawn})


def draw_files(plot: "Callable[[], Figure]", kinds: Sequence[str]) -> dict[str, bytes]:
    """Return a picture's files, each drawn anew: a layout would begin where the last one ended."""
    from simulate.plots.style import printed

    return {kind: printed(plot(), f".{kind}") for kind in kinds}


def write_pictures(drawing: Drawing, folder: Path, tell: Callable[[str], None]) -> None:
    """Write pictures into a folder; one that can't be drawn is told of, and costs nothing else.

    Parameters
    ----------
    drawing
        From ``begin_drawing``.
    folder
        That exists.
    tell
        Called with each picture that can't be drawn, and why.
    """
    for name, drawn in drawing.results().items():
        error = drawn.exception()
        if error is not None:
            from simulate.plots.style import failure_in_words

            tell(f"{name}: {failure_in_words(error)}")
            continue
        for kind, content in drawn.result().items():
            (folder / f"{name}.{kind}").write_bytes(content)
