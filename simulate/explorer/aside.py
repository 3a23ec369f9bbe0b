"""What is done aside: one job at a time, in a process that leaves this one its processor."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, wait

from simulate.output.workers import Workers

from .work import Message, Tell

# Between two words on how it goes.
SECONDS = 1.0


class Aside:
    """Does jobs of a kind, one at a time and each page's newest only.

    Parameters
    ----------
    failed
        What is told where a job fails.
    loads
        The modules that its process loads.
    """

    def __init__(self, failed: str, loads: Sequence[str]) -> None:
        self._failed, self._loads = failed, loads
        self._workers: Workers | None = None
        self._latest: dict[int, Future[Message]] = {}

    def begin(self, page: int, job: Callable[[], Message], tell: Tell) -> None:
        """Let a job be done when those before it are, and return at once.

        Parameters
        ----------
        page
            That asks; its job before is dropped if it hasn't been begun with.
        job
            That can be pickled.
        tell
            Takes how long it has been awaited, each second, and what it returns or that it failed;
            in another thread.
        """
        self.drop(page)
        self._workers = self._workers or Workers(2, self._loads)
        done = self._latest[page] = self._workers.submit(job)
        threading.Thread(target=self._await, args=(done, tell), daemon=True).start()

    def drop(self, page: int) -> None:
        """Drop a page's job if it hasn't been begun with."""
        if latest := self._latest.pop(page, None):
            latest.cancel()

    def close(self) -> None:
        """End what is at work."""
        workers, self._workers = self._workers, None
        if workers is not None:
            with workers:
                self._latest.clear()

    def _await(self, done: "Future[Message]", tell: Tell) -> None:
        started = time.monotonic()
        while wait([done], SECONDS).not_done:
            tell({"type": "at work", "seconds": round(time.monotonic() - started)})
        try:
            tell(done.result())
        except CancelledError:
            pass
        except Exception as error:
            if isinstance(error, (EOFError, OSError)):
                # Its process is no more: the next job has another.
                self.close()
            tell({"type": "mistake", "key": "", "text": self._failed})
