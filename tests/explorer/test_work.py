"""What a hand waits for comes before all else, and what it no longer waits for isn't done."""

import threading
from collections.abc import Iterator

import pytest

from simulate.explorer.work import Job, Message, Urgency, Work

# A test that would wait for ever fails; no test waits so long when it passes.
PATIENCE = 60.0


class Told:
    """What was told, in order, and a way to wait for the next."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._one_more = threading.Semaphore(0)

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        self._one_more.release()

    def wait(self, number: int) -> list[object]:
        for _ in range(number):
            assert self._one_more.acquire(timeout=PATIENCE)
        return [message["step"] for message in self.messages]


class Gate:
    """A job's step that goes on when it is let, and says when it is reached."""

    def __init__(self) -> None:
        self._reached, self._let = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self._reached.set()
        assert self._let.wait(PATIENCE)

    def wait_until_reached(self) -> None:
        assert self._reached.wait(PATIENCE)

    def let(self) -> None:
        self._let.set()


def steps(name: str, number: int) -> Iterator[Message | None]:
    for step in range(number):
        yield {"step": f"{name}{step}"}


def held(gate: Gate, then: Job) -> Iterator[Message | None]:
    gate()
    yield None
    yield from then


@pytest.fixture
def told() -> Told:
    return Told()


def test_what_is_more_urgent_comes_first(told: Told) -> None:
    gate = Gate()
    with Work() as work:
        work.add(0, Urgency.AT_ONCE, held(gate, iter(())), told)
        gate.wait_until_reached()
        for urgency in reversed(Urgency):
            work.add(0, urgency, steps(urgency.name, 1), told)
        gate.let()
        assert told.wait(len(Urgency)) == [f"{urgency.name}0" for urgency in Urgency]


def test_a_long_answer_lets_a_preview_come_between_two_of_its_steps(told: Told) -> None:
    gate = Gate()
    with Work() as work:
        work.add(0, Urgency.WHOLE, held(gate, steps("whole ", 3)), told)
        gate.wait_until_reached()
        work.add(1, Urgency.PREVIEW, steps("preview ", 1), told)
        gate.let()
        assert told.wait(4) == ["preview 0", "whole 0", "whole 1", "whole 2"]


def test_pages_that_wait_for_alike_take_turns(told: Told) -> None:
    gate = Gate()
    with Work() as work:
        work.add(9, Urgency.AT_ONCE, held(gate, iter(())), told)
        gate.wait_until_reached()
        work.add(0, Urgency.WHOLE, steps("a", 3), told)
        work.add(1, Urgency.WHOLE, steps("b", 3), told)
        gate.let()
        assert told.wait(6) == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_a_dropped_job_tells_nothing_more_even_of_the_step_at_hand(told: Told) -> None:
    gate, dropped = Gate(), Told()

    def at_hand() -> Job:
        gate()
        yield {"step": "stale"}

    with Work() as work:
        work.add(0, Urgency.PREVIEW, at_hand(), dropped)
        gate.wait_until_reached()
        work.add(0, Urgency.WHOLE, steps("stale, too", 1), dropped)
        work.add(1, Urgency.WHOLE, steps("of another page", 1), told)
        work.drop(0, Urgency.PREVIEW, Urgency.WHOLE)
        gate.let()
        assert told.wait(1) == ["of another page0"]
        assert work.waiting(0) == 0
    assert dropped.messages == []


def test_dropping_leaves_jobs_of_other_urgencies(told: Told) -> None:
    gate = Gate()
    with Work() as work:
        work.add(0, Urgency.AT_ONCE, held(gate, iter(())), told)
        gate.wait_until_reached()
        work.add(0, Urgency.BASE, steps("base", 1), told)
        work.drop(0, Urgency.WHOLE, Urgency.PREVIEW)
        gate.let()
        assert told.wait(1) == ["base0"]


def test_a_fault_of_one_job_is_told_and_the_others_go_on() -> None:
    told, other = Told(), Told()

    def faulty() -> Job:
        yield None
        raise ZeroDivisionError("planted")

    with Work() as work:
        work.add(0, Urgency.PREVIEW, faulty(), lambda message: told(message | {"step": "fault"}))
        work.add(0, Urgency.PREVIEW, steps("other", 1), other)
        told.wait(1)
        other.wait(1)
    assert "planted" in str(told.messages[0]["text"])


def test_the_end_waits_for_no_job_that_has_not_begun(told: Told) -> None:
    gate = Gate()
    with Work() as work:
        work.add(0, Urgency.WHOLE, held(gate, steps("never", 1)), told)
        gate.wait_until_reached()
        gate.let()
        work.drop(0, Urgency.WHOLE)
    assert told.messages == []
