"""Workers do what this process would do, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial

import pytest

from simulate.output.workers import Workers

posix = pytest.mark.skipif(os.name != "posix", reason="processes go by other rules")
# A child is no more, or waits to be asked how it ended.
GONE = ("", "Z")


@pytest.fixture(autouse=True)
def processes_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulate.output.workers.MOST_PROCESSES", 2)


@pytest.fixture
def worker_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    """Leave every job to a single worker."""
    monkeypatch.setattr(Future, "cancel", lambda _: False)
    with Workers(2, ()) as workers:
        yield workers


def done(workers: Workers, **jobs: Callable[[], object]) -> dict[str, object]:
    """Return the results of jobs."""
    return {name: job.result() for name, job in workers.begin(jobs).results().items()}


def test_a_worker_does_every_job_in_a_process_of_its_own(worker_alone: Workers) -> None:
    found = done(worker_alone, eight=partial(pow, 2, 3), where=os.getpid, nothing=list)
    assert (found["eight"], found["nothing"]) == (8, [])
    assert found["where"] != os.getpid()
    assert done(worker_alone, where=os.getpid)["where"] == found["where"]


def test_jobs_are_shared_out_and_come_back_by_name() -> None:
    jobs = {f"{n} squared": partial(pow, n, 2) for n in range(40)}
    with Workers(2, ()) as workers:
        assert done(workers, **jobs) == {f"{n} squared": n**2 for n in range(40)}


def test_without_workers_all_is_done_here() -> None:
    with Workers(1) as workers:
        assert done(workers, where=os.getpid) == {"where": os.getpid()}


def test_where_no_process_can_be_started_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with Workers(2, ()) as workers:
        assert done(workers, where=os.getpid) == {"where": os.getpid()}


def test_what_a_worker_cannot_do_says_why_here_and_costs_nothing_else(
    worker_alone: Workers,
) -> None:
    begun = worker_alone.begin({"wrong": partial(int, "seven"), "right": partial(int, "7")})
    wrong, right = begun.results().values()
    assert "invalid literal" in str(wrong.exception())
    assert right.result() == 7


def test_what_cannot_be_sent_is_done_here(worker_alone: Workers) -> None:
    assert done(worker_alone, seven=partial(int, "7"), here=lambda: os.getpid()) == {
        "seven": 7,
        "here": os.getpid(),
    }


@posix
def test_what_a_worker_prints_gets_in_nobodys_way(
    worker_alone: Workers, capfd: pytest.CaptureFixture[str]
) -> None:
    assert done(worker_alone, said=partial(print, "x" * 10_000), after=partial(pow, 2, 3)) == {
        "said": None,
        "after": 8,
    }
    assert capfd.readouterr() == ("", "")


@posix
def test_jobs_of_a_worker_that_was_killed_are_done_here(worker_alone: Workers) -> None:
    worker = done(worker_alone, where=os.getpid)["where"]
    assert isinstance(worker, int)
    os.kill(worker, signal.SIGKILL)
    assert done(worker_alone, where=os.getpid, eight=partial(pow, 2, 3)) == {
        "where": os.getpid(),
        "eight": 8,
    }


@posix
def test_an_interruption_leaves_no_worker_and_says_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Future, "cancel", lambda _: False)
    worker = 0
    with pytest.raises(KeyboardInterrupt), Workers(2, ()) as workers:
        found = done(workers, where=os.getpid, group=os.getpgrp)
        worker = found["where"]
        # The terminal sends its Ctrl-C to the command's group alone.
        assert found["group"] == worker != os.getpgrp()
        workers.begin({"long": partial(time.sleep, 600)})
        raise KeyboardInterrupt
    assert isinstance(worker, int) and state_of(worker) == ""
    assert capfd.readouterr() == ("", "")


KILLED = """
import os, time
from concurrent.futures import Future
from simulate.output.workers import Workers
Future.cancel = lambda _: False
with Workers(2, ()) as workers:
    (found,) = workers.begin({"where": os.getpid}).results().values()
    print(found.result(), flush=True)
    time.sleep(600)
"""


@posix
def test_a_worker_ends_with_a_command_that_is_killed() -> None:
    command = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True)
    with command:
        assert command.stdout is not None
        worker = int(command.stdout.readline())
        assert state_of(worker) not in GONE
        command.kill()
    while state_of(worker) not in GONE:
        time.sleep(0.01)


def state_of(process: int) -> str:
    """Return the letter of a process's state, nothing if there is none."""
    asked = ["ps", "-o", "state=", "-p", str(process)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()[:1]
