"""How kernels are compiled, and a cache that can't be stale.

Numba's own cache looks at one file's time stamp: it misses a changed helper in another file,
and a changed global. Here the key is a digest of every kernel source, of the package's version
and of numba's, so a change of any of them is a new, empty cache.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator

from simulate.version import package_version

# `reassoc` is left out: it folds away the rounding trick of `vector_math.exp`. With `contract` or
# `arcp` the digits would depend on the processor (docs/decisions/0011-the-same-digits.md).
FAST_MATH = {"nsz", "nnan", "ninf"}

Function = TypeVar("Function", bound=Callable[..., Any])


def source_digest(folder: Path = Path(__file__).parent) -> str:
    """Return a digest of all kernel sources and of the versions that shape machine code."""
    digest = hashlib.sha256()
    for part in (package_version(), numba.__version__, sys.version):
        digest.update(part.encode())
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def cache_folder() -> Path | None:
    """Return the writable folder for compiled kernels, or None when there is none.

    Notes
    -----
    ``SIMULATE_CACHE_DIR`` comes first, then ``XDG_CACHE_HOME``, then ``~/.cache``.
    """
    chosen = os.environ.get("SIMULATE_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    folder = (Path(chosen) if chosen else Path(home) / "simulate") / source_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def is_compiled() -> bool:
    """Tell whether the cache already holds machine code of these sources."""
    folder = cache_folder()
    return folder is not None and any(folder.glob("*.nbc"))


def kernel(function: Function) -> Function:
    """Compile a function into the kernels that call it.

    A call passes every array of its arguments as seven numbers on the stack, some hundred of them
    for a quarter's groups of arrays; LLVM alone would keep many of these calls.
    """
    return _for_kernels(_compiled(function, forceinline=True, no_cpython_wrapper=True))


def shared_kernel(function: Function) -> Function:
    """Compile a function that many places call, which would be compiled anew in each of them."""
    return _for_kernels(_compiled(function, no_cpython_wrapper=True))


def callable_kernel(function: Function) -> Function:
    """Compile a function that Python calls: unpacking its arguments takes long to compile."""
    return _compiled(function)


def _for_kernels(function: Function) -> Function:
    """Refuse calls from Python, which would jump to a wrapper that isn't there."""
    dispatcher: Any = function

    def refuse(*_: object, **__: object) -> None:
        raise TypeError(f"{dispatcher.py_func.__name__} is a kernel that only kernels call")

    # Without overloads that Python knows of, a call from Python wants to compile one.
    dispatcher._insert = lambda *_, **__: None
    dispatcher._compile_for_args = refuse
    return function


def _compiled(function: Function, **options: bool) -> Function:
    # Kernels allocate nothing, so they need no reference counts (`_nrt`), which cost a third.
    compile_: Any = numba.njit(  # pyright: ignore[reportCallIssue]
        _nrt=False,
        nogil=True,
        error_model="numpy",
        fastmath=FAST_MATH,
        no_cfunc_wrapper=True,
        **options,
    )
    return cast(Function, compile_(function))


def entry_kernel(function: Function) -> Function:
    """Compile a function that Python calls, and keep its machine code between processes."""
    dispatcher: Any = callable_kernel(function)
    if cache_folder() is not None:
        dispatcher._cache = _SourceKeyedCache(dispatcher.py_func)
    return cast(Function, dispatcher)


class _SourceKeyedLocator(_CacheLocator):
    """Say to numba where the machine code lies: in the folder of the sources' digest."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = function.__qualname__

    def get_cache_path(self) -> Any:
        return str(cache_folder())

    def get_source_stamp(self) -> Any:
        return source_digest()

    def get_disambiguator(self) -> Any:
        return self._name

    @classmethod
    def from_function(cls, py_func: Any, py_file: Any) -> Any:  # noqa: ARG003
        return cls(py_func)


class _SourceKeyedImpl(CompileResultCacheImpl):
    _locator_classes: ClassVar[list[type]] = [_SourceKeyedLocator]


class _SourceKeyedCache(FunctionCache):
    _impl_class = _SourceKeyedImpl
