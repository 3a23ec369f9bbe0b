"""Blank pictures, for tests of commands that are about something else."""

from functools import cache
from io import BytesIO

import pytest
from matplotlib.figure import Figure

from simulate.plots import COMPUTE_PICTURES, OWN_PICTURES, PICTURES, RAISING_PICTURES


def leave_pictures_blank(patch: pytest.MonkeyPatch) -> None:
    """Print a blank file of its kind for every picture, and make no figure."""
    for pictures in (PICTURES, OWN_PICTURES, COMPUTE_PICTURES, RAISING_PICTURES):
        for name in pictures:
            patch.setitem(pictures, name, _blank_figure)
    patch.setattr("simulate.plots._plot", _blank_figure)
    patch.setattr("simulate.plots.style.printed", lambda _figure, kind, *_: _blank_file(kind[1:]))


def _blank_figure(*_: object, **__: object) -> Figure:
    figure = Figure((1, 1))
    figure.set_label("blank")
    return figure


@cache
def _blank_file(kind: str) -> bytes:
    file = BytesIO()
    _blank_figure().savefig(file, format=kind)
    return file.getvalue()
