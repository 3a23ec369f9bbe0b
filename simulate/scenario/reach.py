"""Which files a scenario may read, and reading them only where they are regular."""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .mistakes import ScenarioError
from .positions import KeyPath


def read_regular(path: Path, most: int, wanted: str) -> bytes:
    """Return a file's content.

    Parameters
    ----------
    path
        The file, or a link to it.
    most
        How many bytes it may have.
    wanted
        What it should be, such as ``a scenario file``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ScenarioError
        If it is a folder, a pipe or a device, too long, or can't be read.
    """
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise ScenarioError(f"{path}: is a folder; name {wanted} in it")
        # A device may have no end, and a pipe that nobody writes to would be waited for.
        if not stat.S_ISREG(state.st_mode):
            raise ScenarioError(f"{path}: is no regular file; name {wanted}")
        content = b""
        if state.st_size <= most:
            with path.open("rb") as file:
                content = file.read(most + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no name of a file"
        raise ScenarioError(f"{path!s:.100}: can't be read: {reason}") from None
    if max(state.st_size, len(content)) > most:
        raise ScenarioError(f"{path}: too long for {wanted}, of at most {most / 1e6:g} MB")
    return content


class Reach(NamedTuple):
    """The folders that hold what a scenario may read, whole and without links."""

    folders: tuple[Path, ...]

    @classmethod
    def around(cls, *own: Path, data: Iterable[str | Path] = ()) -> "Reach":
        """Return the reach of a scenario's own folders, and of those that its reader names.

        Raises
        ------
        ScenarioError
            If one that the reader names is no folder.
        """
        named = [Path(folder) for folder in data]
        for folder in named:
            if not folder.is_dir():
                raise ScenarioError(f"--data {folder}: no such folder")
        return cls(tuple(folder.resolve() for folder in (*own, *named)))

    def refusal(self, file: Path) -> str:
        """Return why a file may not be read, or nothing."""
        try:
            whole = file.resolve()
        except (OSError, RuntimeError, ValueError):
            return "is no name of a file"
        if any(whole.is_relative_to(folder) for folder in self.folders):
            return ""
        return f"lies outside {self.folders[0]}; --data {whole.parent} allows it"


def data_files(here: Any, at: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Return where a table names data files, each with the table that the name stands in."""
    for key, value in here.items() if isinstance(here, dict) else enumerate(here):
        # Of a table that changes nothing else, and of a variant's dotted key, as well.
        if isinstance(value, str) and str(key).split(".")[-1] == "file":
            yield (*at, key), here
        elif isinstance(value, (dict, list)):
            yield from data_files(value, (*at, key))
