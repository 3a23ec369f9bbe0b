"""Memory is taken over only where nobody looks at it, and is zeros then."""

import numpy as np
import pytest

from simulate.engine.memory import LEAST, MOST_KEPT, Memory
from simulate.engine.run import Session
from simulate.scenario import Scenario

SHAPE = (4, LEAST // 16)


def place(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("threads", [1, 3])
def test_memory_of_which_no_array_is_left_is_taken_over_as_zeros(threads: int) -> None:
    memory = Memory(threads)
    array = memory.zeros(SHAPE, np.uint32)
    first = place(array)
    array += 7
    del array
    again = memory.zeros(SHAPE, np.uint32)
    assert place(again) == first
    assert again.shape == SHAPE
    assert not again.any()


def test_memory_that_a_view_looks_at_is_left_alone() -> None:
    memory = Memory(1)
    array = memory.zeros(SHAPE, np.uint32)
    array += 7
    row = array[2, 5:]
    del array
    memory.zeros(SHAPE, np.uint32)[:] = 1
    assert (row == 7).all()


def test_little_is_kept() -> None:
    memory = Memory(1)
    arrays = [memory.zeros(SHAPE, np.uint32) for _ in range(MOST_KEPT + 2)]
    places = set(map(place, arrays))
    del arrays
    again = [memory.zeros(SHAPE, np.uint32) for _ in range(MOST_KEPT)]
    assert set(map(place, again)) <= places
    assert [len(free) for free in memory._free.values()] == [0]


def test_a_result_stays_as_it_is_while_a_session_goes_on(anthropic: Scenario) -> None:
    with Session(threads=2) as session:
        session.run(anthropic, paths=4096)
        result = session.run(anthropic, paths=2048)
        before = [counts.copy() for counts in result.tally]
        for cash in (5, 10):
            session.run(anthropic.changed({"cash.opening": cash}), paths=4096)
    for counts, same in zip(result.tally, before, strict=True):
        np.testing.assert_array_equal(counts, same)
