"""A folder of results: written whole or not at all, and never over something else."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulate.scenario import ScenarioError
from simulate.scenario.regular_file import read_regular

SUMMARY = "summary.json"
LARGEST_SUMMARY = 20_000_000


@contextmanager
def whole_folder(
    folder: Path, own_files: Set[str], made_from: Mapping[str, Any], force: bool
) -> Iterator[Path]:
    """Give a temporary folder to write to, and move its files into place at the end.

    Parameters
    ----------
    folder
        Where the files shall stand.
    own_files
        All that may be written, ``summary.json`` among them.
    made_from
        What the summary says, under these keys, of what the results come from; a folder whose
        summary says the same may be written again.
    force
        Replace the files of other results. Files that are not among ``own_files`` are never
        touched.

    Raises
    ------
    ScenarioError
        If the folder holds something else, or can't be written.
    """
    try:
        _refuse_other_content(folder, own_files, made_from, force)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=nearest_around(folder)))
    except OSError as error:
        raise ScenarioError(f"{folder}: can't be written: {error.strerror}") from None
    try:
        yield partial
        folder.mkdir(parents=True, exist_ok=True)
        for name in own_files - {file.name for file in partial.iterdir()}:
            (folder / name).unlink(missing_ok=True)
        for file in sorted(partial.iterdir()):
            file.replace(folder / file.name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ScenarioError(f"{folder}: can't be written: {reason}; nothing was kept") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def nearest_around(path: Path) -> Path:
    """Return the nearest of what a path is to lie in that exists, a folder unless it is wrong."""
    return next(around for around in path.absolute().parents if around.exists())


def _refuse_other_content(
    folder: Path, own_files: Set[str], made_from: Mapping[str, Any], force: bool
) -> None:
    """Raise unless the folder is new, empty, holds the same, or may be written over."""
    if folder.exists() and not folder.is_dir():
        raise ScenarioError(f"{folder}: is a file; --out must name a folder")
    for name in sorted(own_files):
        if (folder / name).is_dir():
            raise ScenarioError(f"{folder / name}: is a folder, where a run writes a file")
    if force or not folder.exists() or not any(folder.iterdir()):
        return
    if not _holds_the_same(folder, own_files, made_from):
        raise ScenarioError(
            f"{folder}: exists and holds something else than this run;",
            "choose another folder with --out, or replace its files with --force",
        )


def _holds_the_same(folder: Path, own_files: Set[str], made_from: Mapping[str, Any]) -> bool:
    if {path.name for path in folder.iterdir()} - own_files:
        return False
    try:
        summary = json.loads(read_regular(folder / SUMMARY, LARGEST_SUMMARY, "a run's summary"))
    except (OSError, ValueError, ScenarioError):
        return False
    return isinstance(summary, dict) and all(
        summary.get(key) == value for key, value in made_from.items()
    )
