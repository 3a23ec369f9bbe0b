"""Work that is cut into short steps, so that what a hand waits for comes before all else."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Any

# What one step of a job tells a page; None where it has nothing to tell yet.
Message = dict[str, Any]
Job = Iterator[Message | None]
Tell = Callable[[Message], None]


class Urgency(IntEnum):
    """In which order jobs take turns; those of one urgency step by step."""

    AT_ONCE = 0
    PREVIEW = 1
    WHOLE = 2
    BASE = 3
    SHARES = 4
    RANKS = 5
    TORNADO = 6


@dataclass(order=True)
class _Waiting:
    """A job that waits for its turn."""

    urgency: Urgency
    turn: int
    page: int = field(compare=False)
    job: Job = field(compare=False)
    tell: Tell = field(compare=False)


class Work:
    """Jobs of all pages, done a step at a time in one thread.

    A step takes some 50 ms at most; so long at most does a more urgent job wait, and so long does
    one that was dropped go on. The simulation of a step has all processors.
    """

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._at_hand: _Waiting | None = None
        self._is_dropped = False
        self._changed = threading.Condition()
        self._turns = count()
        self._is_over = False
        self._thread = threading.Thread(target=self._go_on, name="explorer", daemon=True)

    def __enter__(self) -> "Work":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify()
        self._thread.join()

    def add(self, page: int, urgency: Urgency, job: Job, tell: Tell) -> None:
        """Let a job wait for its turn.

        Parameters
        ----------
        page
            Whose job it is.
        urgency
            Of a page's other jobs, those as urgent or more are done before it.
        job
            Steps, each with what it has to tell.
        tell
            Takes that, in the thread of the work.
        """
        with self._changed:
            self._waiting.append(_Waiting(urgency, next(self._turns), page, job, tell))
            self._changed.notify()

    def drop(self, page: int, *urgencies: Urgency) -> None:
        """Drop a page's jobs of some urgencies; the step at hand ends, and tells nothing."""
        with self._changed:
            waiting = self._waiting
            self._waiting = [w for w in waiting if not (w.page == page and w.urgency in urgencies)]
            at_hand = self._at_hand
            if at_hand and at_hand.page == page and at_hand.urgency in urgencies:
                self._is_dropped = True

    def waiting(self, page: int) -> int:
        """Return how many jobs of a page wait."""
        with self._changed:
            return sum(waiting.page == page for waiting in self._waiting)

    def _go_on(self) -> None:
        while (at_hand := self._next()) is not None:
            told, is_done = _step(at_hand.job)
            with self._changed:
                is_dropped, self._is_dropped, self._at_hand = self._is_dropped, False, None
                if not (is_done or is_dropped):
                    at_hand.turn = next(self._turns)
                    self._waiting.append(at_hand)
                if told is not None and not is_dropped:
                    at_hand.tell(told)

    def _next(self) -> _Waiting | None:
        """Wait for a job, and return the most urgent; None when all is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_over)
            if self._is_over:
                return None
            self._at_hand = min(self._waiting)
            self._waiting.remove(self._at_hand)
            return self._at_hand


def _step(job: Job) -> tuple[Message | None, bool]:
    """Return what a step has to tell, and whether it was the last."""
    try:
        return next(job), False
    except StopIteration:
        return None, True
    except Exception as fault:
        # The other pages, and this one's other jobs, go on.
        return {"type": "mistake", "key": "", "text": f"a fault of the program: {fault!r}"}, True
