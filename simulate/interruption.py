"""Interruptions: of a command that is still being loaded, and of what must not be cut in two."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
# A terminal that is closed sends the last; Windows knows none.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
SIGNALS = tuple(signal.Signals[name] for name in NAMES if name in signal.Signals.__members__)


def is_command() -> bool:
    """Tell whether this process is ``simulate`` or ``python -m simulate``, from its first import.

    Python calls the program ``-m`` while it looks for the module, and then by its file.
    """
    program = Path(sys.argv[0]) if sys.argv else Path()
    return program.stem in ("simulate", "-m") or program.parts[-2:] == ("simulate", "__main__.py")


def end_while_loading() -> None:
    """End the process with a line where Python would show a traceback of its imports."""

    def end(_number: int, _frame: FrameType | None) -> None:
        # An exception could be swallowed by whatever is being imported.
        end_at_once()

    _handle(end)


def end_at_once(interruption: KeyboardInterrupt | None = None) -> NoReturn:
    """End the process with a line, and wait for no thread: where nothing is open."""
    tell_interrupted(interruption)
    sys.stdout.flush()
    os._exit(INTERRUPTED)


def interrupt_by_exception() -> None:
    """Let every signal that ends a command end it as Ctrl-C does, so that it clears up."""
    _handle(signal.default_int_handler)


def ignore_interruptions() -> None:
    """Let a command that is at its end come to it: Python would show a traceback of its own."""
    _handle(signal.SIG_IGN)


def tell_interrupted(interruption: KeyboardInterrupt | None = None) -> None:
    """Print that the command was interrupted, and what was written if anything was."""
    done = interruption.args[0] if interruption and interruption.args else "nothing was written"
    print(f"\ninterrupted: {done}", file=sys.stderr, flush=True)


@contextmanager
def uninterrupted(done: str) -> Iterator[None]:
    """Hold interruptions back until what stands within is done.

    Parameters
    ----------
    done
        What an interruption says then.

    Raises
    ------
    KeyboardInterrupt
        If one came meanwhile.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {number: signal.getsignal(number) for number in _heeded()}
    _handle(lambda number, _: held.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if held:
        try:
            signal.raise_signal(held[0])
        except KeyboardInterrupt:
            raise KeyboardInterrupt(done) from None


def _heeded() -> list[signal.Signals]:
    """Return the signals that are not ignored, as those of a shell's background jobs may be."""
    return [number for number in SIGNALS if signal.getsignal(number) not in (signal.SIG_IGN, None)]


def _handle(handler: "signal._HANDLER") -> None:
    for number in _heeded():
        signal.signal(number, handler)
