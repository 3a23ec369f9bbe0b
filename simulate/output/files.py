"""Files that nothing is lost in: atomic writes, folders swapped whole, a manifest."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from simulate.interruption import uninterrupted
from simulate.scenario import ScenarioError

PREFIX = ".simulate-"
MANIFEST = "manifest.json"
# A table in parts stands in place of a file: a folder of files that begin so, and of no other.
PART = "part-"
# A file of the folder itself.
Name = Annotated[str, Field(pattern=r"^[^/\\]+$")]
RESULTS = Path("results")
SUMMARY = "summary.json"
LARGEST_SUMMARY = 20_000_000


try:
    import fcntl
except ImportError:  # Windows has no such locks.
    fcntl = None


@contextmanager
def whole_file(file: Path, force: bool = False) -> Iterator[Path]:
    """Give a name to write to, and move what is written into place at the end.

    Parameters
    ----------
    file
        Where it shall stand.
    force
        Replace what stands there.

    Raises
    ------
    ScenarioError
        If it can't be written, or something stands there.
    """
    with told(file), made(file.parent):
        with locked(file.parent):
            for stray in strays(file.parent):
                shutil.rmtree(stray, ignore_errors=True)
            partial = new_partial(file.parent, "")
        with kept_while_used(partial):
            yield partial / file.name
            sync(partial / file.name)
            with locked(file.parent), uninterrupted(f"{file} was written"):
                if os.path.lexists(file) and not force:
                    raise ScenarioError(f"{file}: exists; replace it with --force")
                (partial / file.name).replace(file)
                sync(file.parent)


@contextmanager
def told(place: Path, so: str = "") -> Iterator[None]:
    """Tell of a place that can't be written to, why, and what became of the rest."""
    try:
        yield
    except OSError as error:
        # What Parquet is written with words a full disk in its own way.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ScenarioError(f"{place}: can't be written: {reason}{so}") from None


def try_to_write(within: Path) -> None:
    """Raise an OSError if nothing can be written into a folder, or the nearest that there is."""
    nearest = within if within.exists() else nearest_around(within)
    tempfile.TemporaryDirectory(prefix=PREFIX, dir=nearest).cleanup()


def nearest_around(path: Path) -> Path:
    """Return the nearest of what a path is to lie in that exists, a folder unless it is wrong."""
    return next(around for around in path.absolute().parents if around.exists())


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make a folder and what it lies in, and take away what is empty at the end."""
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with suppress(OSError):
            for place in new:
                place.rmdir()


def new_partial(within: Path, purpose: str) -> Path:
    """Return a new temporary folder; lock ``within`` before, so that it isn't taken for a stray."""
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-", dir=within))


@contextmanager
def kept_while_used(partial: Path, complete: str = "") -> Iterator[None]:
    """Lock a temporary folder, and take it away at the end, unless it holds a file ``complete``."""
    try:
        with locked(partial):
            yield
    finally:
        if not complete or not (partial / complete).exists():
            shutil.rmtree(partial, ignore_errors=True)


def strays(within: Path) -> list[Path]:
    """Return the temporary folders that processes left which are no more."""
    return [partial for partial in _partials(within) if _is_locked(partial) is False]


def is_being_written(within: Path, purpose: str) -> bool:
    """Tell whether a process that lives writes for the same purpose."""
    return any(
        partial.name.startswith(f"{PREFIX}{purpose}-") and _is_locked(partial) is True
        for partial in _partials(within)
    )


def _partials(within: Path) -> list[Path]:
    return [path for path in within.glob(f"{PREFIX}*") if path.is_dir() and not path.is_symlink()]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which the end of the process gives back, however it ends."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some file systems of networks know no locks.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_locked(folder: Path) -> bool | None:
    """Tell whether another process holds a folder's lock; None where that can't be known."""
    if fcntl is None:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False


def sync(path: Path) -> None:
    """See that a file's content, or a folder's names, are on the disk."""
    # Some systems can't, for folders.
    with suppress(OSError) if path.is_dir() else nullcontext():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Entry(BaseModel, frozen=True):
    """A file: the command that wrote it, and the SHA-256 of its content."""

    command: str
    sha256: str


class Manifest(BaseModel, frozen=True):
    """The files of a folder that the program wrote, by name."""

    files: Mapping[Name, Entry] = {}

    def of(self, command: str) -> set[str]:
        """Return the names of what a command wrote."""
        return {name for name, entry in self.files.items() if entry.command == command}

    def renewed(self, command: str, folder: Path) -> "Manifest":
        """Return the manifest with a command's files as they stand in another folder."""
        others = {name: entry for name, entry in self.files.items() if entry.command != command}
        new = {
            file.name: Entry(command=command, sha256=digest(file))
            for file in sorted(folder.iterdir())
        }
        return Manifest(files=others | new)


def read_manifest(folder: Path) -> Manifest:
    """Return a folder's manifest, which is empty where there is none, or none that can be read."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return Manifest()


def write_manifest(manifest: Manifest, partial: Path) -> None:
    """Write the manifest of a temporary folder, which is complete once that has one."""
    file = partial / f"{MANIFEST}.partial"
    file.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    sync(file)
    file.replace(partial / MANIFEST)


def altered(folder: Path, names: Iterable[str], command: str, *known: Manifest) -> list[str]:
    """Return which of the files of these names that exist are not as a command wrote them.

    Parameters
    ----------
    folder
        Where they are.
    names
        Of files that may be missing.
    command
        That should have written them.
    known
        Manifests, one of which must know a file's content.
    """
    present = [folder / name for name in sorted(names)]
    return [
        file.name
        for file in present
        if (file.exists() or file.is_symlink())
        and not any(_knows(manifest, file, command) for manifest in known)
    ]


def _knows(manifest: Manifest, file: Path, command: str) -> bool:
    entry = manifest.files.get(file.name)
    if entry is None or entry.command != command or file.is_symlink():
        return False
    return (file.is_file() or is_in_parts(file)) and entry.sha256 == digest(file)


def is_in_parts(place: Path) -> bool:
    """Tell whether a table in parts stands there."""
    return place.is_dir() and any(place.iterdir()) and not _no_parts(place)


def _no_parts(folder: Path) -> list[str]:
    """Return the names of what is no part of a table."""
    return sorted(
        path.name
        for path in folder.iterdir()
        if not (path.name.startswith(PART) and path.is_file())
    )


def digest(file: Path) -> str:
    """Return the SHA-256 of a file's content, or of its parts' names and digests."""
    if file.is_dir():
        parts = "".join(f"{part.name} {digest(part)}\n" for part in sorted(file.iterdir()))
        return hashlib.sha256(parts.encode()).hexdigest()
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


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
                before = read_manifest(folder)
                manifest = before.renewed(command, partial)
                write_manifest(manifest, partial)
                _move(partial, folder, own_files & before.of(command) - set(manifest.files))
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
                _put(file, folder / file.name)
        for name in outdated:
            _take_away(folder / name)
        (partial / MANIFEST).replace(folder / MANIFEST)
        sync(folder)
    except OSError as error:
        raise ScenarioError(
            f"{folder}: cut off while files were put in place: {error.strerror or error};",
            "it holds old and new ones, and the next run there finishes it",
        ) from None


def _put(new: Path, place: Path) -> None:
    """Move a file, or a table in parts, to where it shall stand."""
    if new.is_dir() or place.is_dir():
        # A folder takes no other's place by itself.
        _take_away(place)
    new.replace(place)


def _take_away(place: Path) -> None:
    """Remove a file, or a table in parts: all of them at once, whatever ends the process."""
    if not place.is_dir():
        place.unlink(missing_ok=True)
        return
    aside = new_partial(place.parent, "")
    place.replace(aside / place.name)
    shutil.rmtree(aside, ignore_errors=True)


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
    for place in (folder / name for name in sorted(own_files | {MANIFEST})):
        if place.is_dir() and not is_in_parts(place):
            holding = "".join(f" with {name} in it" for name in _no_parts(place)[:1])
            raise ScenarioError(f"{place}: is a folder{holding}, where simulate writes a file")


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
