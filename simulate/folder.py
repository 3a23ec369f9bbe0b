"""A folder of results: a command's files in it change all together, and no one else's are lost."""

import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from simulate.interruption import uninterrupted
from simulate.manifest import MANIFEST, altered, read_manifest, write_manifest
from simulate.partial import (
    PREFIX,
    is_being_written,
    kept_while_used,
    locked,
    made,
    new_partial,
    strays,
    sync,
    told,
)
from simulate.scenario import ScenarioError

RESULTS = Path("results")
SUMMARY = "summary.json"
LARGEST_SUMMARY = 20_000_000


@contextmanager
def whole_folder(
    folder: Path, own_files: Set[str], command: str, force: bool, tell: Callable[[str], None]
) -> Iterator[Path]:
    """Give a temporary folder to write to, and move its files into place at the end.

    What the same command wrote there before is replaced, unless it was changed since.

    Parameters
    ----------
    folder
        Where the files shall stand.
    own_files
        All that may be written.
    command
        That writes them.
    force
        Replace files of the same names, whoever wrote them. Other files are never touched.
    tell
        Called with what was replaced.

    Raises
    ------
    ScenarioError
        If other files are in the way, another process writes there, or nothing can be written.
    """
    _refuse_no_folder(folder, own_files)
    with told(folder, "; nothing was kept"), made(folder):
        with locked(folder):
            if is_being_written(folder, command):
                raise ScenarioError(
                    f"{folder}: another process is writing the same there; wait for it, or choose "
                    "another place with --out"
                )
            _finish_what_was_cut_off(folder, force)
            refuse_what_is_not_own(folder, own_files, command, force)
            partial = new_partial(folder, command)
        with kept_while_used(partial, complete=MANIFEST):
            yield partial
            for file in partial.iterdir():
                sync(file)
            with locked(folder), uninterrupted(f"{folder} was written"):
                refuse_what_is_not_own(folder, own_files, command, force)
                replaced = _replaced(folder, own_files)
                manifest = read_manifest(folder).renewed(command, partial)
                write_manifest(manifest, partial)
                _move(partial, folder, own_files - set(manifest.files))
    if replaced:
        tell(replaced)


def refuse_other_content(folder: Path, command: str, force: bool) -> None:
    """Raise if a folder is another's, so that a command's many files don't get among them.

    Raises
    ------
    ScenarioError
        If it holds what the program didn't write, and nothing of this command.
    """
    manifest = read_manifest(folder)
    if force or not folder.is_dir() or manifest.of(command):
        return
    seen = {path.name for path in folder.iterdir() if not path.name.startswith(PREFIX)}
    _refuse(folder, sorted(seen - {MANIFEST, *manifest.files}), force)


def _move(partial: Path, folder: Path, outdated: Set[str]) -> None:
    """Move a temporary folder's files to where they shall stand, the manifest last."""
    try:
        for file in sorted(partial.iterdir()):
            if file.name != MANIFEST:
                file.replace(folder / file.name)
        for name in outdated:
            (folder / name).unlink(missing_ok=True)
        (partial / MANIFEST).replace(folder / MANIFEST)
        sync(folder)
    except OSError as error:
        raise ScenarioError(
            f"{folder}: cut off while files were put in place: {error.strerror or error};",
            "it holds old and new ones, and the next run there finishes it",
        ) from None


def _finish_what_was_cut_off(folder: Path, force: bool) -> None:
    """Move what processes left that were killed while they moved; clear what they left before."""
    for stray in strays(folder):
        if (stray / MANIFEST).exists():
            before, after = read_manifest(folder), read_manifest(stray)
            for command in {entry.command for entry in after.files.values()}:
                names = before.of(command) | after.of(command)
                _refuse(folder, altered(folder, names, command, before, after), force)
            with uninterrupted(f"{folder} was written"):
                _move(stray, folder, set(before.files) - set(after.files))
        shutil.rmtree(stray, ignore_errors=True)


def _refuse_no_folder(folder: Path, own_files: Set[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise ScenarioError(f"{folder}: is a file; --out must name a folder")
    for name in sorted(own_files | {MANIFEST}):
        if (folder / name).is_dir():
            raise ScenarioError(f"{folder / name}: is a folder, where simulate writes a file")


def refuse_what_is_not_own(folder: Path, own_files: Set[str], command: str, force: bool) -> None:
    """Raise if a command would replace a file that it didn't write, or that was changed since."""
    manifest = read_manifest(folder)
    in_the_way = altered(folder, own_files, command, manifest)
    if (folder / MANIFEST).exists() and not manifest.files:
        in_the_way.append(MANIFEST)
    _refuse(folder, in_the_way, force)


def _refuse(folder: Path, foreign: list[str], force: bool) -> None:
    if foreign and not force:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise ScenarioError(
            f"{folder}: holds {foreign[0]}{more}, which this command did not write, or which was "
            "changed since;",
            "choose another place with --out, or --force to replace what is in the way",
        )


def _replaced(folder: Path, own_files: Set[str]) -> str:
    """Return what is about to be replaced, in words."""
    old = [folder / name for name in sorted(own_files) if (folder / name).exists()]
    if not old:
        return ""
    what = str(old[0]) if len(old) == 1 else f"{len(old)} files in {folder}"
    written = datetime.fromtimestamp(max(file.stat().st_mtime for file in old))
    return f"Replaced: {what}, written {written:%Y-%m-%d %H:%M}"
