"""What each change by hand brings of the change of the answer."""

from typing import Any

import numpy as np
import pytest

from simulate.engine.layout import Layout
from simulate.engine.result import Result
from simulate.engine.run import Session
from simulate.explorer.changed import Explored
from simulate.explorer.shares import Shares, shares_of
from simulate.scenario import Scenario
from tests.explorer.own import explored

PATHS = 2048
NORMAL = {"distribution": "normal"}
TWO: dict[str, Any] = {
    "inference.net_gain": NORMAL | {"p10": 0.0, "p90": 0.3},
    "targets.gross_margin": 0.65,
}
SEVEN: dict[str, Any] = TWO | {
    "alternatives.slump.weight": 3.0,
    "segments.all.market": {"distribution": "lognormal", "p10": 100.0, "p90": 400.0},
    "cash.tax_rate": {"value": 0.2},
    "funding.clouds.chance": 0.1,
    "cash.opening": {"value": 30.0},
}


@pytest.fixture(scope="module")
def anthropic_now() -> Explored:
    return explored("anthropic.toml")


class Runs:
    """Runs of few paths, counted."""

    def __init__(self) -> None:
        self.count = 0
        self.layouts: list[Layout | None] = []
        self._session = Session(threads=1)

    def __call__(self, scenario: Scenario, layout: Layout | None = None) -> Result:
        self.count += 1
        self.layouts.append(layout)
        return self._session.run(scenario, paths=PATHS, layout=layout)


def chance(run: Runs, scenario: Scenario) -> float:
    return run(scenario, run.layouts[0]).probability("gross margin by 2027").value


def test_shares_sum_to_the_whole_change_and_each_stands_alone(anthropic_now: Explored) -> None:
    run = Runs()
    *looks, found = shares_of(anthropic_now, TWO, run)
    assert looks == [None] * run.count
    assert isinstance(found, Shares)
    gain, target = TWO
    none, both = (chance(run, anthropic_now.with_changes(c)) for c in ({}, TWO))
    one, other = (chance(run, anthropic_now.with_changes({k: TWO[k]})) for k in (gain, target))
    parts = {part.key: part.change for part in found.parts}
    # Of two, the mean of what each adds to neither and to the other.
    assert parts[gain] == pytest.approx((one - none + both - other) / 2, abs=1e-5)
    assert parts[target] == pytest.approx((other - none + both - one) / 2, abs=1e-5)
    assert sum(parts.values()) == pytest.approx(both - none, abs=1e-5)
    first = max(found.parts, key=lambda part: abs(part.change))
    assert found.parts[0] is first
    assert found.sentence.startswith(f"From {100 * none:.0f}% to {100 * both:.0f}%: {first.title} ")
    assert (found.time, found.by) == ("gross margin", "2027")


def test_of_many_the_largest_are_told_apart_and_the_others_are_one(anthropic_now: Explored) -> None:
    run = Runs()
    *_, found = shares_of(anthropic_now, SEVEN, run)
    assert isinstance(found, Shares)
    # None, all, seven alone, and what of 32 subsets of five groups is left.
    assert run.count == 2 + 7 + 32 - 2 - 4
    assert set(map(id, run.layouts)) == {id(run.layouts[0])}
    keys = [part.key for part in found.parts]
    assert set(keys) == {
        "inference.net_gain",
        "targets.gross_margin",
        "alternatives.slump.weight",
        "segments.all.market",
        "",
    }
    assert "3 other changes" in found.sentence
    whole = chance(run, anthropic_now.with_changes(SEVEN)) - chance(run, anthropic_now.scenario)
    assert np.sum([part.change for part in found.parts]) == pytest.approx(whole, abs=1e-4)


def test_nothing_changed_has_no_shares(anthropic_now: Explored) -> None:
    run = Runs()
    stated = {key: anthropic_now.stated[key] for key in TWO}
    assert [*shares_of(anthropic_now, {}, run), *shares_of(anthropic_now, stated, run)] == []
    assert run.count == 0


def test_a_change_that_does_nothing_says_so(anthropic_now: Explored) -> None:
    changes = {"cash.tax_rate": {"value": 0.2}}
    run = Runs()
    *_, found = shares_of(anthropic_now, changes, run)
    assert isinstance(found, Shares)
    assert found.sentence.startswith("Still ")


def test_changes_that_go_only_together_have_no_parts(anthropic_now: Explored) -> None:
    # Growth is correlated with demand by -0.95, so its correlations with training follow suit.
    changes = {
        'correlations."segments.all.growth.initial, training.growth.initial"': -0.5,
        'correlations."demand.initial, training.growth.initial"': 0.475,
    }
    run = Runs()
    *_, found = shares_of(anthropic_now, changes, run)
    assert isinstance(found, Shares)
    assert found.parts == ()
    assert found.sentence.count("%") <= 2


def test_an_explanation_may_be_left_after_any_run(anthropic_now: Explored) -> None:
    run = Runs()
    looking = shares_of(anthropic_now, SEVEN, run)
    next(looking)
    next(looking)
    assert run.count == 2
