"""A folder of finished units: what is found there is not done again, whatever ended the process."""

import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from warnings import warn

from simulate.kernels.cache import source_digest
from simulate.scenario import ScenarioError
from simulate.version import package_version

from .packed import pack, unpack
from .units import Counting, Doers, Done, Executor, Unit, Work, cut

# Of a run: each is a file of about a megabyte, and so much of the run is lost at most.
PIECES = 256
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"
# After which no process can be about to finish one.
SECONDS_TO_FINISH = 3600.0
SEAL = sha256().digest_size
NAME = 2 * SEAL


class Store:
    """Bytes by name in a folder, each file whole or not there, and known to be damaged if it is.

    Several processes may use one folder.

    Parameters
    ----------
    folder
        Made if there is none.

    Raises
    ------
    ScenarioError
        If it holds something else, or the work of another version.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with self._told():
            folder.mkdir(parents=True, exist_ok=True)
            found = list(folder.iterdir())
            strangers = [path.name for path in found if not _is_own(path)]
            if strangers:
                raise ScenarioError(
                    f"{folder}: holds {strangers[0]}, which is of no checkpoint; name another "
                    "folder"
                )
            _refuse_other_version(folder)
            for path in folder.rglob(f"{UNFINISHED}*"):
                if _age(path) > SECONDS_TO_FINISH:
                    path.unlink(missing_ok=True)
            manifest = json.dumps(_made_by(), indent=2) + "\n"
            _write_whole(folder, MANIFEST, manifest.encode())

    def get(self, name: str) -> bytes | None:
        """Return what was put under a name; None if nothing was, or it is damaged."""
        try:
            found = self._place(name).read_bytes()
        except OSError:
            # What the disk doesn't give is damaged, too.
            return None
        content = found[SEAL:]
        return content if found[:SEAL] == _seal(name, content) else None

    def put(self, name: str, content: bytes) -> None:
        """Keep bytes under a name."""
        place = self._place(name)
        with self._told():
            place.parent.mkdir(exist_ok=True)
            _write_whole(place.parent, place.name, _seal(name, content) + content)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say which folder it is that can't be written to."""
        try:
            yield
        except OSError as error:
            raise ScenarioError(
                f"--checkpoint {self._folder}: can't be written: {error.strerror}; what is there "
                "stays"
            ) from None

    def _place(self, name: str) -> Path:
        digest = sha256(name.encode()).hexdigest()
        return self._folder / digest[:2] / digest


class Checkpoint:
    """Has units done by another, and keeps each as soon as it is.

    Parameters
    ----------
    folder
        Where.
    executor
        That does what isn't there.
    """

    def __init__(self, folder: Path, executor: Executor) -> None:
        self._store, self._executor = Store(folder), executor

    @property
    def threads(self) -> int:
        """As many as beside the other."""
        return self._executor.threads

    @property
    def takes_parts(self) -> bool:
        """Never: what is kept of paths is kept with the rest, and returned again."""
        return False

    def doers(self) -> Doers:
        """Return who does what isn't there."""
        return self._executor.doers()

    def counted(self, work: Work, units: Sequence[Unit], done: Done) -> Counting:
        """Yield what is kept, and then the rest as it is done."""
        digest = work.digest
        if digest is None:
            warn("a function can't be told from others by its repr: nothing is kept", stacklevel=2)
            yield from self._executor.counted(work, units, done)
            return
        missing: list[Unit] = []
        kept = 0
        for unit in units if work.is_whole else _pieces(units):
            content = self._store.get(_name(digest, unit))
            if content is None:
                missing.append(unit)
            else:
                kept += unit.paths
                yield unpack(content)
        if kept:
            # At once, so that they count for no speed.
            done(kept)
        with closing(self._executor.counted(work, missing, done)) as doing:
            for counted in doing:
                self._store.put(_name(digest, counted.unit), pack(counted))
                yield counted


def _pieces(units: Sequence[Unit]) -> Iterator[Unit]:
    for unit in units:
        yield from cut(unit, PIECES)


def _name(digest: str, unit: Unit) -> str:
    return " ".join([digest, *map(str, unit)])


def _made_by() -> dict[str, str]:
    return {"version": package_version(), "kernels": source_digest()}


def _refuse_other_version(folder: Path) -> None:
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        # A damaged one says nothing; each unit's name says what made it.
        return
    if found != _made_by():
        version = found.get("version") if isinstance(found, dict) else None
        raise ScenarioError(
            f"{folder}: is a checkpoint of version {version} with other kernels than this "
            f"{package_version()}; name another folder"
        )


def _is_own(path: Path) -> bool:
    name = path.name
    is_shelf = len(name) == 2 and set(name) <= set("0123456789abcdef")
    return is_shelf or name == MANIFEST or name.startswith(UNFINISHED)


def _age(path: Path) -> float:
    with suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime
    return 0.0


def _seal(name: str, content: bytes) -> bytes:
    """Return a digest of bytes and of where they belong."""
    return sha256(name.encode() + content).digest()


def _write_whole(folder: Path, name: str, content: bytes) -> None:
    """Write a file that is there whole, and stays, or not at all."""
    handle, partial = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(folder / name)
    finally:
        Path(partial).unlink(missing_ok=True)
    _keep_names(folder)


def _keep_names(folder: Path) -> None:
    """Have a folder's new names survive a loss of power, where the system knows how."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
