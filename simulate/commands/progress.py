"""The line that shows how far a long command is: paths, who does them, their speed, time left."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulate.text.terminal import console

if TYPE_CHECKING:
    from rich.progress import Progress

    from simulate.engine.simulation import Progress as Progressing
    from simulate.engine.units import Doers, Threads

    # Of who does the work, and how fast.
    Words = Callable[[Doers, float | None], str]

# A cluster is asked no more often.
SECONDS_BETWEEN_LOOKS = 1.0
# Columns from which on a dashboard's address has room behind all else.
WIDE = 120


@contextmanager
def progress_line(by: "Threads", silent: bool) -> "Iterator[Line | None]":
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
    with Progress(*columns, console=terminal, transient=True) as bar:
        yield Line(bar, terminal.width >= WIDE, _Seen(by))


class Line:
    """What a run reports its progress to; see ``Progress`` of the engine.

    Parameters
    ----------
    bar
        That shows it.
    is_wide
        Whether a dashboard's address has room.
    seen
        Who does the work.
    """

    def __init__(self, bar: "Progress", is_wide: bool, seen: "_Seen") -> None:
        self._bar, self._is_wide, self._seen = bar, is_wide, seen
        self._what = "paths"
        begun = progress_words(0, seen.doers(), None, math.nan)
        self._task = bar.add_task(begun, total=None, behind="")

    def __call__(self, done: int, total: int, error: float) -> None:
        """Show how many paths are done."""
        self._show(
            "paths", done, total, lambda doers, speed: progress_words(done, doers, speed, error)
        )

    def of_cells(self, cells: int) -> "Progressing":
        """Return what shows the cells of a sweep beside paths; a baseline is run before them."""

        def report(done: int, total: int, error: float) -> None:
            reached = max(0, done * (cells + 1) // total - 1)
            self._show(
                "paths",
                done,
                total,
                lambda doers, speed: (
                    f"{reached:,} cells, {progress_words(done, doers, speed, error)}"
                ),
            )

        return report

    def judged(self, done: int, total: int) -> None:
        """Show how many cells of a sweep are judged."""
        self._show("cells", done, total, lambda doers, _: f"{done:,} cells judged by {doers.words}")

    def _show(self, what: str, done: int, total: int, words: "Words") -> None:
        bar, task = self._bar, self._task
        if what != self._what:
            # The speed is that of what is done now.
            bar.reset(task)
            self._what = what
        doers = self._seen.doers()
        bar.update(
            task,
            completed=done,
            total=total,
            description=words(doers, bar.tasks[task].speed),
            behind=f"left {doers.dashboard}" if self._is_wide else "left",
        )


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
