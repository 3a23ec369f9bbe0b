"""A scenario file mended: each mistake with one clear mend, as its message says it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .edits import Insert, NoEditError, edited
from .load import check_all, load_scenario
from .mistakes import ScenarioError, Told

MOST_MENDS = 200
PLACE = re.compile(r":\d+:\d+(?=: )")
BYTE_ORDER_MARK = "\ufeff"


class Repair(NamedTuple):
    """What was mended in a file, in that order, and what is left to do."""

    made: list[Told]
    left: list[Told]


def mendable(told: Told, file: Path) -> bool:
    """Tell whether a mistake has a mend in a file itself."""
    return told.fix is not None and told.fix.file == file


def repair(file: Path, data: Sequence[Path] = ()) -> Repair:
    """Mend a scenario file in place, one mistake after the other, as long as one can be mended.

    What a mend leaves wrong, or makes unreadable, is taken back, and left to do.
    """
    made: list[Told] = []
    refused: set[str] = set()
    left = mistakes_in(file, data)
    while len(made) < MOST_MENDS:
        mistake = _next(left, file, refused)
        if mistake is None:
            break
        if (after := _mended(file, mistake, data)) is None:
            refused.add(_what(mistake))
        else:
            made.append(mistake)
            left = after
    return Repair(made, left)


def mistakes_in(file: Path, data: Sequence[Path] = ()) -> list[Told]:
    """Return what is wrong with a file and, if none of it has a mend, with its variants too."""
    try:
        load_scenario(file, data=data)
    except ScenarioError as error:
        if any(mendable(told, file) for told in error.told):
            return list(error.told)
    try:
        check_all(file, data)
    except ScenarioError as error:
        return list(error.told)
    return []


def _next(left: list[Told], file: Path, refused: set[str]) -> Told | None:
    """Return the mistake to mend next, or None; what a file extends comes last."""
    open_ones = [each for each in left if mendable(each, file) and _what(each) not in refused]
    return min(open_ones, key=_is_of_root, default=None)


def _is_of_root(told: Told) -> bool:
    return told.fix is not None and any(isinstance(e, Insert) and not e.at for e in told.fix.edits)


def _mended(file: Path, mistake: Told, data: Sequence[Path]) -> list[Told] | None:
    """Mend one mistake and return what is wrong then, or take the mend back and return None."""
    before = file.read_bytes()
    text = before.decode("utf-8")
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    assert mistake.fix is not None
    try:
        after = edited(text.removeprefix(mark), mistake.fix.edits)
    except NoEditError:
        return None
    file.write_bytes(f"{mark}{after}".encode())
    left = mistakes_in(file, data)
    if after == text.removeprefix(mark) or _what(mistake) in map(_what, left):
        file.write_bytes(before)
        return None
    return left


def _what(told: Told) -> str:
    """Return what is told without the place, which mends elsewhere move."""
    return PLACE.sub("", told.line)
