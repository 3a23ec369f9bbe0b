"""What is done aside: one job at a time, and how its end is told."""

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


def failing() -> Message:
    raise ScenarioError("/a/path/of/this/machine")


@pytest.fixture
def told() -> Queue[Message]:
    return Queue()


@pytest.fixture
def aside() -> Iterator[Aside]:
    with closing(Aside("a report", "it failed", loads=[])) as aside:
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
    return {"type": "done"}


def test_one_job_is_done_at_a_time(aside: Aside, told: Queue[Message], tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    aside.begin(partial(once_there, gate), told.put)
    with pytest.raises(ScenarioError, match="a report is being made; ask again"):
        aside.begin(partial(once_there, gate), told.put)
    gate.touch()
    assert finished(told) == {"type": "done"}


def test_what_goes_wrong_is_told_without_a_path_and_another_can_be_done(
    aside: Aside, told: Queue[Message]
) -> None:
    for _ in range(2):
        aside.begin(failing, told.put)
        assert finished(told) == {"type": "mistake", "key": "", "text": "it failed"}
