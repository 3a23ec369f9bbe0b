"""Files that are written whole or not at all.

They are written to a temporary folder inside the one where they shall stand, and renamed: it lies
on the same file system, whatever is mounted or linked; nobody else can write to it or guess its
name; and it is locked as long as its process lives, so that one left by a crash is known.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from simulate.interruption import uninterrupted
from simulate.scenario import ScenarioError

try:
    import fcntl
except ImportError:  # Windows has no such locks.
    fcntl = None

PREFIX = ".simulate-"


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
        reason = error.strerror or str(error)
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
