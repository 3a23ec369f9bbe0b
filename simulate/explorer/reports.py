"""Reports of what a page shows, each made in a process that leaves this one its processor."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from simulate.engine.run import run
from simulate.engine.sampling import with_sampling
from simulate.output.workers import DRAWING, Workers
from simulate.scenario import Scenario, ScenarioError

from .work import Message, Tell

# Between two words on how it goes.
SECONDS = 1.0
BUSY = "a report is being made; ask again when that is done"
FAILED = "the report could not be made; simulate report says why"


class Asked(NamedTuple):
    """What a report is made of.

    Attributes
    ----------
    scenario, paths
        That is run.
    command
        That makes the same page.
    name
        Of its file.
    """

    scenario: Scenario
    paths: int
    command: str
    name: str


def report_of(asked: Asked) -> str:
    """Return the page that ``simulate report`` makes of a scenario."""
    # What draws takes a second to import, which only the worker has to.
    from simulate.output.report import render_report
    from simulate.output.rests_on import headline_rests_on

    scenario = with_sampling(asked.scenario, asked.paths, None)
    result = run(scenario)
    rests_on = headline_rests_on(scenario, None)
    return render_report(result, command=asked.command, rests_on=rests_on)


class Reports:
    """Makes one report at a time."""

    def __init__(self, make: Callable[[Asked], str] = report_of) -> None:
        self._make = make
        self._workers: Workers | None = None
        self._busy = threading.Lock()

    def begin(self, asked: Asked, tell: Tell) -> None:
        """Begin with a report, and return at once.

        Parameters
        ----------
        asked
            What it is of.
        tell
            Takes how long it has been made, each second, and the report or why there is none; in
            another thread.

        Raises
        ------
        ScenarioError
            If another is being made.
        """
        if not self._busy.acquire(blocking=False):
            raise ScenarioError(BUSY)
        self._workers = self._workers or Workers(2, DRAWING)
        done = self._workers.submit(partial(self._make, asked))
        threading.Thread(target=self._await, args=(done, asked.name, tell), daemon=True).start()

    def close(self) -> None:
        """End what is being made."""
        if self._workers is not None:
            with self._workers:
                self._workers = None

    def _await(self, done: "Future[str]", name: str, tell: Tell) -> None:
        started = time.monotonic()
        while not done.done():
            with suppress(NotYet, Exception):
                done.exception(SECONDS)
            if not done.done():
                tell({"type": "reporting", "seconds": round(time.monotonic() - started)})
        self._busy.release()
        tell(_told(done, name))


def _told(done: "Future[str]", name: str) -> Message:
    try:
        return {"type": "report", "name": name, "text": done.result()}
    except Exception:
        return {
            "type": "mistake",
            "key": "",
            "text": FAILED,
        }
