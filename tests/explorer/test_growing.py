"""An answer that grows ends as the answer of a run."""

import numpy as np
import pytest

import simulate
from simulate.engine.run import BeyondRangeError, Session
from simulate.explorer import growing
from simulate.explorer.growing import Growing
from simulate.scenario import Scenario

PATHS = 40_000


@pytest.fixture
def grown() -> Growing:
    return Growing(Session(), PATHS)


def test_the_last_result_is_that_of_a_run_to_the_last_bit(
    grown: Growing, anthropic: Scenario
) -> None:
    *_, last = grown.whole(anthropic)
    assert last is not None and last.is_final
    alone = simulate.run(anthropic, paths=PATHS)
    assert last.result.paths == alone.paths
    for ours, theirs in zip(last.result.tally, alone.tally, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_each_result_that_is_shown_has_more_paths_and_only_the_last_is_final(
    grown: Growing, anthropic: Scenario
) -> None:
    shown = [(each.result.paths, each.is_final) for each in grown.whole(anthropic) if each]
    paths, final = zip(*shown, strict=True)
    assert sorted(set(paths)) == list(paths)
    assert list(final) == [False] * (len(final) - 1) + [True]
    assert len(paths) > 1


def test_no_step_has_more_paths_than_the_speed_lets_a_hand_wait_for(
    grown: Growing, anthropic: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 10.0
        return now

    monkeypatch.setattr(growing.time, "perf_counter", clock)
    for _ in range(3):
        # A machine on which each step took ten seconds.
        assert grown.preview(anthropic).paths <= growing.FIRST
    assert grown.preview(anthropic).paths == growing.FEWEST


def test_amounts_beyond_counting_are_refused_when_all_paths_are_there(anthropic: Scenario) -> None:
    endless = anthropic.changed(
        {"training.growth.initial": {"value": 5.0}, "training.growth.half_life": {"value": 50.0}}
    )
    with pytest.raises(BeyondRangeError, match="training"):
        list(Growing(Session(), 4096).whole(endless))
