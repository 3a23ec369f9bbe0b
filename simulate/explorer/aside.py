"""What is done aside: one job at a time, in a process that leaves this one its processor."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress

from simulate.output.workers import Workers
from simulate.scenario import ScenarioError

from .work import Message, Tell

# Between two words on how it goes.
SECONDS = 1.0


class Aside:
    """Does one job of a kind at a time.

    Parameters
    ----------
    name
        Of the kind, as in "a report".
    failed
        What is told where a job fails.
    loads
        The modules that its process loads.
    """

    def __init__(self, name: str, failed: str, loads: Sequence[str]) -> None:
        self._name, self._failed, self._loads = name, failed, loads
        self._workers: Workers | None = None
        self._busy = threading.Lock()

    def begin(self, job: Callable[[], Message], tell: Tell) -> None:
        """Begin with a job, and return at once.

        Parameters
        ----------
        job
            That can be pickled.
        tell
            Takes how long it has been at work, each second, and what it returns or that it failed;
            in another thread.

        Raises
        ------
        ScenarioError
            If another is at work.
        """
        if not self._busy.acquire(blocking=False):
            raise ScenarioError(f"{self._name} is being made; ask again when that is done")
        self._workers = self._workers or Workers(2, self._loads)
        done = self._workers.submit(job)
        threading.Thread(target=self._await, args=(done, tell), daemon=True).start()

    def close(self) -> None:
        """End what is at work."""
        if self._workers is not None:
            with self._workers:
                self._workers = None

    def _await(self, done: "Future[Message]", tell: Tell) -> None:
        started = time.monotonic()
        while not done.done():
            with suppress(NotYet, Exception):
                done.exception(SECONDS)
            if not done.done():
                tell({"type": "at work", "seconds": round(time.monotonic() - started)})
        self._busy.release()
        tell(self._told(done))

    def _told(self, done: "Future[Message]") -> Message:
        try:
            return done.result()
        except Exception:
            return {"type": "mistake", "key": "", "text": self._failed}
