"""Kernels compiled once, whichever of the processes that test comes to them first."""

from pathlib import Path
from typing import Any

import pytest
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher

from simulate.output.files import locked


def compile_one_at_a_time(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let a process that wants to compile wait for another's, and take what that has kept.

    Parameters
    ----------
    folder
        That the processes share, whose lock they hold in turn.
    """
    compile_: Any = Dispatcher.compile

    def in_turn(dispatcher: Any, signature: Any) -> Any:
        # Others are compiled within one that is kept, while this process holds the lock.
        if not isinstance(dispatcher._cache, FunctionCache):
            return compile_(dispatcher, signature)
        with locked(folder):
            return compile_(dispatcher, signature)

    patch.setattr(Dispatcher, "compile", in_turn)
