"""What the pages of the documentation are made of: printed answers, and pictures that load fast."""

import contextlib
import io
import shlex
import sys
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from simulate import cli
from simulate.plots.style import save_picture
from simulate.text.tables import Table

COLOURS = 64


def run_command(command: str, folder: Path, *, is_refused: bool = False) -> str:
    """Return all that a ``simulate`` command prints, run in a folder.

    Parameters
    ----------
    command
        As it is typed.
    folder
        Where to run it.
    is_refused
        Whether it is to end in an error, which the page shows.

    Raises
    ------
    ValueError
        If it ends in an error and is not to, or the other way round.
    """
    printed, status = io.StringIO(), 0
    arguments, sys.argv = sys.argv, shlex.split(command)
    try:
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            cli.main()
    except SystemExit as end:
        status = end.code or 0
    finally:
        sys.argv = arguments
    if is_refused != (status != 0):
        raise ValueError(f"{command}: ended with status {status}\n{printed.getvalue()}")
    return printed.getvalue()


def markdown(table: Table) -> str:
    """Return a table as Markdown, its numbers to the right."""
    heads = [head.replace("\n", " ") for head in table.columns]
    rules = ["---", *["---:"] * (len(heads) - 1)]
    rows = [heads, rules, *([row.name, *row.cells] for row in table.rows)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"**{table.title}**", "", *lines])


def save_small(figure: Figure, file: Path) -> None:
    """Save a picture with as few colours as it needs."""
    save_picture(figure, file)
    copy_small(file, file)


def copy_small(picture: Path, file: Path) -> None:
    """Copy a picture with as few colours as it needs."""
    with Image.open(picture) as found:
        few = found.convert("RGB").quantize(COLOURS)
    few.save(file, optimize=True)
