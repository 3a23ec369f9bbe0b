"""A cache of compiled kernels that can't be stale.

Numba's own cache looks at one file's time stamp: it misses a changed helper in another file,
and a changed global. Here the key is a digest of every kernel source, of the package's version
and of numba's, so a change of any of them is a new, empty cache.

What the cache holds is executed: it is only read where nobody else can have written, and compiled
anew where it is damaged.
"""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numba
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    _CacheLocator,
)

from simulate.version import package_version

# The folders whose functions are compiled.
COMPILED = ("kernels", "model")
# Bytes of the digest at the end of a file.
SEAL = hashlib.sha256().digest_size


def source_digest(package: Path = Path(__file__).parents[1]) -> str:
    """Return a digest of all kernel sources and of the versions that shape machine code."""
    digest = hashlib.sha256()
    for part in (package_version(), numba.__version__, sys.version):
        digest.update(part.encode())
    for folder in COMPILED:
        for path in sorted((package / folder).glob("*.py")):
            digest.update(f"{folder}/{path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


@dataclass(frozen=True)
class Cache:
    """Where compiled kernels are kept: a folder, or the reason why there is none."""

    folder: Path | None
    reason: str = ""


def find_cache() -> Cache:
    """Return the folder for compiled kernels, which this user alone can write to.

    Notes
    -----
    ``SIMULATE_CACHE_DIR`` comes first, then ``XDG_CACHE_HOME``, then ``~/.cache``.
    """
    chosen = os.environ.get("SIMULATE_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    folder = (Path(chosen) if chosen else Path(home) / "simulate") / source_digest()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        others = [path for path in (folder, *folder.iterdir()) if not _is_own(path)]
    except OSError:
        return Cache(None, "no folder to keep them in is writable")
    if others:
        return Cache(None, f"somebody else could have written {others[0]}")
    return Cache(folder)


def _is_own(path: Path) -> bool:
    """Tell whether this user alone can have written a folder or file."""
    if os.name != "posix":
        return True
    found = path.lstat()
    writable = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return found.st_uid == os.getuid() and not stat.S_ISLNK(found.st_mode) and not writable


def is_compiled() -> bool:
    """Tell whether the cache already holds machine code of these sources."""
    folder = find_cache().folder
    return folder is not None and any(folder.glob("*.nbc"))


class _SourceKeyedLocator(_CacheLocator):
    """Say to numba where the machine code lies: in the folder of the sources' digest."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = function.__qualname__

    def get_cache_path(self) -> Any:
        return str(find_cache().folder)

    def get_source_stamp(self) -> Any:
        return source_digest()

    def get_disambiguator(self) -> Any:
        return self._name

    @classmethod
    def from_function(cls, py_func: Any, py_file: Any) -> Any:  # noqa: ARG003
        return cls(py_func)


class _SourceKeyedImpl(CompileResultCacheImpl):
    _locator_classes: ClassVar[list[type]] = [_SourceKeyedLocator]


class _SealedFile(IndexDataCacheFile):
    """Ends in a digest of its content; one that is damaged counts as missing."""

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[Any]:
        with super()._open_for_write(filepath) as file:
            # Whatever the user's new files are like.
            Path(file.name).chmod(0o600)
            yield file

    def _dump(self, obj: Any) -> bytes:
        content = super()._dump(obj)
        return content + _seal(content)

    def _load_index(self) -> Any:
        try:
            return super()._load_index()
        except Exception:
            return {}

    def _load_data(self, name: str) -> Any:
        content = Path(self._data_path(name)).read_bytes()
        if _seal(content[:-SEAL]) != content[-SEAL:]:
            raise OSError(f"{name} is damaged")
        return super()._load_data(name)


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


class SourceKeyedCache(FunctionCache):
    """Numba's cache of one function, in the folder of the sources' digest."""

    _impl_class = _SourceKeyedImpl

    def __init__(self, py_func: Callable[..., Any]) -> None:
        super().__init__(py_func)
        locator = self._impl.locator
        self._cache_file = _SealedFile(
            locator.get_cache_path(), self._impl.filename_base, locator.get_source_stamp()
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return machine code that is kept, or None.

        What numba compiles with takes longer to load than the code, and stays unloaded.
        """
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep machine code, if there is room."""
        # A full disk costs the next run its time, not this one its result.
        with suppress(OSError):
            super().save_overload(sig, data)
