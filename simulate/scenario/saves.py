"""Saves of the files that a scenario is read from, seen by their content."""

import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TypeVar

from .chain import read_toml
from .mistakes import ScenarioError
from .packaged import find_beside, find_file
from .reach import data_files

Read = TypeVar("Read")
# What a file is known by: its content, or the state of one too large to be read again and again.
_Mark = bytes | tuple[int, int, int] | None
LARGEST_READ = 1 << 20
# An editor may be halfway through writing: a mistake is told once it has stood for so many looks.
LOOKS_OF_A_MISTAKE = 8


def files_behind(file: str | Path | None) -> set[Path]:
    """Return where a scenario is read from: its file, what that extends, and the data they name.

    As far as they can be read; one that is missing may come.
    """
    found: set[Path] = set()
    waiting = [find_file(file).path]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        with suppress(ScenarioError, OSError, ValueError):
            table = read_toml(path)
            found.update(path.parent / here[place[-1]] for place, here in data_files(table))
            if isinstance(parent := table.get("extends"), str):
                # One that comes beside the file goes before a packaged one.
                found.add(path.parent / parent)
                other = find_beside(parent, path.parent)
                waiting += [] if other is None else [other.path]
    return found


class Saves:
    """Saves of files, each told once the files stand still.

    Nothing is asked of the file system but content: editors rename, truncate, delete and create.

    Parameters
    ----------
    find
        Returns the files; it is asked anew at each save, which may name others.
    """

    def __init__(self, find: Callable[[], Iterable[Path]]) -> None:
        self._find = find
        self._settle()
        # So the first look tells of them.
        self._told = None

    def look(self) -> bool:
        """Look at the files, and tell whether they were saved and are as at the last look."""
        seen = self._marks()
        stands_still, self._seen = seen == self._seen, seen
        if not stands_still or seen == self._told:
            return False
        self._settle()
        return True

    @property
    def files(self) -> tuple[Path, ...]:
        """The files, as they were found at the last save."""
        return self._files

    def is_outdated(self) -> bool:
        """Tell whether the files are no more what was told last.

        What they become is a save then, even if it is the same again.
        """
        if self._told is not None and self._marks() != self._told:
            self._told = None
        return self._told is None

    def _settle(self) -> None:
        # Found before they are looked at: what changes afterwards is another save.
        self._files = tuple(self._find())
        self._seen = self._marks()
        self._told: dict[Path, _Mark] | None = self._seen

    def _marks(self) -> dict[Path, _Mark]:
        return {file: _mark(file) for file in self._files}


def _mark(file: Path) -> _Mark:
    """Return what a file is known by, None of one that can't be read."""
    with suppress(OSError, ValueError):
        state = file.stat()
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST_READ:
            return state.st_size, state.st_mtime_ns, state.st_ino
        return file.read_bytes()
    return None


def each_save(
    saves: Saves, read: Callable[[], Read], looks: Iterable[object]
) -> Iterator[Read | ScenarioError]:
    """Yield what is read of files, now and after each save, or the mistake that stands in them.

    Parameters
    ----------
    saves
        Of the files.
    read
        Reads them, or raises a ``ScenarioError``.
    looks
        Gives an item whenever it is time to look; its end ends the saves.
    """
    mistake, stood = None, 0
    for _ in chain((None,), looks):
        if saves.look():
            try:
                found = read()
            except ScenarioError as error:
                mistake, stood = error, 0
            else:
                mistake = None
                yield found
        elif mistake is not None:
            stood += 1
            if stood == LOOKS_OF_A_MISTAKE:
                yield mistake
