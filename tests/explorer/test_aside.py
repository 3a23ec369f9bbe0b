"""What is done aside: one job at a time, and how its end is told."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from queue import Queue

import pytest

from simulate.explorer.aside import Aside
from simulate.explorer.work import Message
from simulate.scenario import ScenarioError
from tests.explorer.test_pages import PATIENCE


def ending() -> Message:
    """End the process, as the system does where memory is short."""
    os._exit(1)


def failing() -> Message:
    raise ScenarioError("/a/path/of/this/machine")


@pytest.fixture
def told() -> Queue[Message]:
    return Queue()


@pytest.fixture
def aside() -> Iterator[Aside]:
    with closing(Aside("it failed", loads=[])) as aside:
        yield aside


def finished(told: Queue[Message]) -> Message:
    """Return what is told last."""
    while (message := told.get(timeout=PATIENCE))["type"] == "at work":
        assert message["seconds"] >= 0
    return message


def once_there(file: Path) -> Message:
    """Return when a file is there, as a long job does at its end."""
    while not file.exists():
        time.sleep(0.01)
    return {"type": "done", "file": file.name}


def test_pages_take_turns_and_each_has_its_newest_job_done(
    aside: Aside, told: Queue[Message], tmp_path: Path
) -> None:
    gates, others = [tmp_path / name for name in "abc"], Queue[Message]()
    aside.begin(1, partial(once_there, gates[0]), told.put)
    while told.empty():
        time.sleep(0.01)
    for gate in gates[1:]:
        aside.begin(2, partial(once_there, gate), others.put)
    aside.begin(3, partial(once_there, gates[1]), others.put)
    aside.drop(3)
    gates[2].touch()
    assert others.get(timeout=PATIENCE)["type"] == "at work"
    gates[0].touch()
    assert finished(told)["file"] == "a"
    assert finished(others)["file"] == "c"


def test_what_goes_wrong_is_told_without_a_path_and_another_can_be_done(
    aside: Aside, told: Queue[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.output.workers.MOST_PROCESSES", 2)
    for job in (failing, ending):
        aside.begin(1, job, told.put)
        assert finished(told) == {"type": "mistake", "key": "", "text": "it failed"}
    aside.begin(1, partial(once_there, Path(__file__)), told.put)
    assert finished(told)["type"] == "done"
