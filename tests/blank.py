"""Blank pictures, for tests of commands that are about something else."""

from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from simulate.plots import PICTURES

draw_and_save = Figure.savefig


def leave_pictures_blank(patch: pytest.MonkeyPatch) -> None:
    """Save a blank file of its kind for every picture, and make no figure for those of a run."""
    for name in PICTURES:
        patch.setitem(PICTURES, name, _blank_figure)
    patch.setattr(Figure, "savefig", _save_blank)


def _blank_figure(*_: object, **__: object) -> Figure:
    figure = Figure((1, 1))
    figure.set_label("blank")
    return figure


def _save_blank(_figure: Figure, file: Path, **_: object) -> None:
    file.write_bytes(_blank_file(file.suffix[1:]))


@cache
def _blank_file(kind: str) -> bytes:
    file = BytesIO()
    draw_and_save(_blank_figure(), file, format=kind)
    return file.getvalue()
