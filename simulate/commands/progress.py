"""The line that shows how far a long command is: paths, who does them, their speed, time left."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from simulate.text.terminal import console

if TYPE_CHECKING:
    from simulate.engine.units import Doers, Threads

# A cluster is asked no more often.
SECONDS_BETWEEN_LOOKS = 1.0
# Columns from which on a dashboard's address has room behind all else.
WIDE = 120


@contextmanager
def progress_line(by: "Threads", silent: bool) -> Iterator[Any]:
    """Show a line on a terminal, and give what a run reports its progress to, or None.

    Parameters
    ----------
    by
        Who does the work.
    silent
        Whether to show nothing.
    """
    terminal = console(stderr=True)
    if silent or not terminal.is_terminal:
        yield None
        return
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.description}", markup=False),
        # The bar alone gives way on a narrow terminal.
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[behind]}", markup=False),
    )
    seen = _Seen(by)
    with Progress(*columns, console=terminal, transient=True) as bar:
        begun = progress_words(0, seen.doers(), None, math.nan)
        task = bar.add_task(begun, total=None, behind="")

        def update(done: int, total: int, error: float) -> None:
            doers = seen.doers()
            bar.update(
                task,
                completed=done,
                total=total,
                description=progress_words(done, doers, bar.tasks[task].speed, error),
                behind=f"left {doers.dashboard}" if terminal.width >= WIDE else "left",
            )

        yield update


def progress_words(done: int, doers: "Doers", speed: float | None, error: float) -> str:
    """Return how far it is, such as ``65,536 paths by 2 threads, 970,000/s``.

    Parameters
    ----------
    done
        Paths.
    doers
        Who does them.
    speed
        Paths a second, None before it is known.
    error
        Of a run's goal, NaN without one.
    """
    shown = f"{done:,} paths by {doers.words}"
    if speed:
        shown += f", {float(f'{speed:.2g}'):,.0f}/s"
    return shown if math.isnan(error) else f"{shown}, error {error:.2g}"


class _Seen:
    """Who does the work, looked at from time to time."""

    def __init__(self, by: "Threads") -> None:
        self._by = by
        self._next_look = -math.inf

    def doers(self) -> "Doers":
        from simulate.engine.units import doers_of

        now = time.monotonic()
        if now >= self._next_look:
            self._doers, self._next_look = doers_of(self._by), now + SECONDS_BETWEEN_LOOKS
        return self._doers
