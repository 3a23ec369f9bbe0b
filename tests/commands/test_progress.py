"""The line that shows how far a long command is."""

import io
import math
import re
from typing import Any

import pytest
from rich.console import Console

from simulate.commands import progress
from simulate.commands.progress import progress_line, progress_words
from simulate.engine.units import Doers, ThreadUnits

DASHBOARD = "http://127.0.0.1:8787/status"


class ThreeWorkers(ThreadUnits):
    """Threads that say they are a cluster."""

    def doers(self) -> Doers:
        return Doers(3, "worker", DASHBOARD)


def shown(by: Any, width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what stands on a terminal of some width when a quarter is done."""
    screen = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    monkeypatch.setattr(progress, "console", lambda **_: screen)
    with progress_line(by, silent=False) as report:
        assert report is not None
        report(1 << 28, 1 << 30, 0.00123)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


@pytest.mark.parametrize(
    ("doers", "speed", "error", "words"),
    [
        (Doers(1, "thread"), None, math.nan, "65,536 paths by 1 thread"),
        (Doers(2, "thread"), 971_234.5, math.nan, "65,536 paths by 2 threads, 970,000/s"),
        (Doers(1000, "worker"), 4.26e8, 0.00123, "by 1,000 workers, 430,000,000/s, error 0.0012"),
    ],
)
def test_paths_doers_and_speed_are_shown(
    doers: Doers, speed: float | None, error: float, words: str
) -> None:
    assert progress_words(1 << 16, doers, speed, error).endswith(words)


def test_one_line_has_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    line = shown(2, 80, monkeypatch)
    assert re.search(r"25% 268,435,456 paths by 2 threads.*, error 0\.0012 +\S+ left", line)


@pytest.mark.parametrize(("width", "has_room"), [(80, False), (140, True)])
def test_the_dashboard_is_shown_where_there_is_room(
    width: int, has_room: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = shown(ThreeWorkers(1), width, monkeypatch)
    assert "by 3 workers" in line
    assert (DASHBOARD in line) is has_room


def test_nothing_is_shown_when_piped() -> None:
    with progress_line(1, silent=False) as report:
        assert report is None
