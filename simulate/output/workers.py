"""Worker processes: they do jobs, such as drawing, while the command does something else."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from queue import SimpleQueue
from typing import Any, Generic, Self, TypeVar

from simulate.plots.settings import keep_own_settings

Done = TypeVar("Done")
# Of a command, itself included: more of them would be busy with imports.
MOST_PROCESSES = 4
# How far a worker stands back where a processor is wanted by both, as `nice` counts it.
WAITS = 10
# What draws the pictures of a result.
DRAWING = tuple(f"simulate.plots.{name}" for name in ("cash", "dates", "reported", "years"))
# A terminal's Ctrl-C is for the command alone, which then ends its workers.
APART: dict[str, Any] = {"process_group": 0}
if sys.platform == "win32":
    APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}


class Begun(Generic[Done]):
    """Jobs that workers have begun with, by name."""

    def __init__(
        self, jobs: Mapping[str, Callable[[], Done]], begun: Mapping[str, Future[Done]]
    ) -> None:
        self._jobs = jobs
        self._begun = begun

    def results(self) -> dict[str, Future[Done]]:
        """Return what has become of each job: its result, or what it raised.

        What no worker has begun with is done here, from the last on, and then what a worker
        couldn't do, so that the reason is told here.
        """
        names = reversed([*self._jobs])
        here = {name: _do(self._jobs[name]) for name in names if self._is_left(name)}
        return {name: here.get(name) or self._awaited(name) for name in self._jobs}

    def _is_left(self, name: str) -> bool:
        return name not in self._begun or self._begun[name].cancel()

    def _awaited(self, name: str) -> Future[Done]:
        begun = self._begun[name]
        return begun if begun.exception() is None else _do(self._jobs[name])


def _do(job: Callable[[], Done]) -> Future[Done]:
    """Return what becomes of a job."""
    done: Future[Done] = Future()
    try:
        done.set_result(job())
    except Exception as error:
        done.set_exception(error)
    return done


class Workers:
    """Processes that live until the end of a ``with``, and do what they are given meanwhile.

    Parameters
    ----------
    processes
        How many are at work, this one included; by default one a processor.
    loads
        The modules that they load before they are asked for anything.
    """

    def __init__(self, processes: int | None = None, loads: Sequence[str] = DRAWING) -> None:
        self._workers: list[_Worker] = []
        # Where no process can be started, all is done here.
        with suppress(OSError):
            for _ in range(min(processes or _processors(), MOST_PROCESSES) - 1):
                self._workers.append(_Worker(loads))
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        # A thread for each of them waits for it.
        self._threads = ThreadPoolExecutor(max(1, len(self._workers)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def begin(self, jobs: Mapping[str, Callable[[], Done]]) -> Begun[Done]:
        """Let workers begin with jobs, in their order, and return at once.

        Parameters
        ----------
        jobs
            By name. Where they can't be pickled, they are done here.
        """
        sent = b""
        if self._workers:
            with suppress(pickle.PicklingError, AttributeError, TypeError):
                sent = pickle.dumps(dict(jobs))
        asked = jobs if sent else ()
        return Begun(jobs, {name: self._threads.submit(self._ask, sent, name) for name in asked})

    def submit(self, job: Callable[[], Done]) -> Future[Done]:
        """Let a worker do one job, and return at once; without any, a thread of this process does.

        Parameters
        ----------
        job
            That can be pickled.
        """
        if not self._workers:
            return self._threads.submit(job)
        return self._threads.submit(self._ask, pickle.dumps({"": job}), "")

    def _ask(self, jobs: bytes, name: str) -> Any:
        worker = self._idle.get()
        try:
            return worker.ask(jobs, name)
        finally:
            self._idle.put(worker)


class _Worker:
    """A process that is told of jobs, and then asked for the result of one after the other."""

    def __init__(self, loads: Sequence[str]) -> None:
        path = os.pathsep.join(place or os.curdir for place in sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, *loads],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
            **APART,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._questions, self._answers = self._process.stdin, self._process.stdout
        self._told = b""

    def ask(self, jobs: bytes, name: str) -> Any:
        """Return the result of one of the pickled jobs; any error says that there is none."""
        if self._told is not jobs:
            self._questions.write(jobs)
            self._told = jobs
        pickle.dump(name, self._questions)
        self._questions.flush()
        (result,) = pickle.load(self._answers)
        return result

    def end(self) -> None:
        """End the process, whatever it is doing, and whoever waits for it."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Give back what leads to the process, when nobody waits for it."""
        for pipe in (self._questions, self._answers):
            # It may hold what the process has not read.
            with suppress(OSError):
                pipe.close()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve(loads: Sequence[str]) -> None:
    """Do what is asked for until the process that asks is no more.

    An answer is a tuple of the result, or an empty one where the job failed.

    Parameters
    ----------
    loads
        As for ``Workers``.
    """
    if hasattr(os, "nice"):
        # The command's paths and answer come first.
        os.nice(WAITS)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a job prints must not get among the answers.
    sys.stdout = sys.stderr
    keep_own_settings()
    for module in loads:
        import_module(module)
    jobs: dict[str, Callable[[], object]] = {}
    while True:
        try:
            asked = pickle.load(questions)
        except EOFError:
            return
        if isinstance(asked, dict):
            jobs = asked
            continue
        done = _do(jobs[asked])
        pickle.dump(() if done.exception() else (done.result(),), answers)
        answers.flush()


if __name__ == "__main__":
    serve(sys.argv[1:])
