"""What goes around a run: compilation, progress, interruption."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from simulate.answer import console
from simulate.interruption import INTERRUPTED, interrupt_by_exception, tell_interrupted
from simulate.kernels.jit import find_cache, is_compiled
from simulate.scenario import load_scenario


def compile_kernels(silent: bool) -> None:
    """Compile the kernels, unless they are, apart from the run whose time is told."""
    from simulate.run import run as run_scenario

    if is_compiled():
        return
    cache = find_cache()
    often = f"each time: {cache.reason}" if cache.reason else "once after installing"
    if not silent:
        console(stderr=True).print(f"Compiling the kernels, some 15 s ({often}) …")
    run_scenario(load_scenario(), paths=1, threads=1, keep_outcomes=True, keep_deviations=True)


@contextmanager
def interruptible() -> Iterator[None]:
    """End an interrupted command with a line instead of a traceback."""
    interrupt_by_exception()
    try:
        yield
    except KeyboardInterrupt as interruption:
        tell_interrupted(interruption)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def progress_bar(silent: bool) -> Iterator[Any]:
    """Show a bar on a terminal, and give what a run reports its progress to, or None."""
    terminal = console(stderr=True)
    if silent or not terminal.is_terminal:
        yield None
        return
    columns = (
        TextColumn("simulating"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:,.0f} paths{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(done: int, total: int, error: float) -> None:
            shown = "" if math.isnan(error) else f", error {error:.2g}"
            bar.update(task, completed=done, total=total, description=shown)

        yield update
