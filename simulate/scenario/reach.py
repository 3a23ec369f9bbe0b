"""Which files a scenario may name: those in its own folder, and where its reader allows more."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .errors import ScenarioError
from .positions import KeyPath


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
