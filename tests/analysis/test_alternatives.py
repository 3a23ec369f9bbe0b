"""What questions answer where a path draws one of several alternatives."""

import math

import pytest

from simulate.analysis.decide import decide
from simulate.analysis.discover import discover
from simulate.analysis.driver_list import JOINT
from simulate.analysis.drivers import drivers
from simulate.analysis.update import update
from simulate.engine.run import run
from simulate.scenario import Scenario
from simulate.text.decide import rule
from simulate.text.discover import rule_sentences
from simulate.text.drivers import how_far_it_goes, what_moves
from tests.january import of_january
from tests.scenarios import changed, without_uncertainty

EVENT = "P(gross margin 70% by 2027)"
GROWTH = "segments.api.growth.initial"
CHEAP, DEAR = (
    {"name": "cheap", "title": "work is cheap", "weight": 1, "inference.efficiency_gain": 3.0},
    {"name": "dear", "title": "work is dear", "weight": 3, "inference.efficiency_gain": -1.0},
)
FAST, SLOW = {"name": "fast", "weight": 3, GROWTH: 1.0}, {"name": "slow", "weight": 1, GROWTH: 0.4}


def of(scenario: Scenario, *alternatives: dict) -> Scenario:
    return changed(scenario, {"alternatives": list(alternatives)})


def revenue(scenario: Scenario, growth: float) -> float:
    found = run(changed(scenario, {GROWTH: growth}), paths=1024).paths_of("revenue")
    return float(found["2026Q4"].iloc[0])


def test_what_is_seen_weighs_alternatives_by_bayes(anthropic: Scenario) -> None:
    quiet = without_uncertainty(anthropic)
    fast, slow = (revenue(quiet, growth) for growth in (1.0, 0.4))
    assert fast > slow + 2.0
    seen, error = 0.4 * fast + 0.6 * slow, fast - slow
    found = update(of(quiet, FAST, SLOW), f"revenue 2026 = {seen} bn ± {error} bn", paths=4096)
    likelihood = [math.exp(-0.5 * ((seen - each) / error) ** 2) for each in (fast, slow)]
    wanted = 0.75 * likelihood[0] / (0.75 * likelihood[0] + 0.25 * likelihood[1])
    told = {weight.name: weight for weight in found.alternatives}
    assert told["fast"].before.value == 0.75
    assert told["fast"].after.value == pytest.approx(wanted, rel=1e-6)
    assert told["slow"].after.value == pytest.approx(1.0 - wanted, rel=1e-6)
    assert "alternative" not in [spread.name for spread in found.inputs]


def test_an_event_that_is_seen_weighs_alternatives_by_its_probability_there(
    anthropic: Scenario,
) -> None:
    scenario = of(anthropic, FAST, SLOW)
    result = run(scenario, paths=1 << 14)
    under = {n: result.probability("out of cash by 2028", n).value for n in ("fast", "slow")}
    joint = {name: result.alternatives[name] * under[name] for name in under}
    found = update(scenario, "out of cash by 2028 = yes", paths=1 << 14)
    for weight in found.alternatives:
        wanted = joint[weight.name] / sum(joint.values())
        assert weight.after.value == pytest.approx(wanted, abs=1e-3)


def test_where_nothing_else_is_uncertain_the_alternative_drives_all(anthropic: Scenario) -> None:
    found = drivers(of(without_uncertainty(anthropic), CHEAP, DEAR), EVENT, paths=1024)
    (explained,) = found.explanations
    first = explained.indices[0]
    assert first.name == "alternative"
    for part in (first.share, first.first_order, first.total_order):
        assert part is not None
        assert part.value == pytest.approx(1.0, abs=0.05)
    assert what_moves(explained, "it").startswith("What moves it most: which alternative holds (")
    assert how_far_it_goes(explained) == ["From 0.0% if work is dear to 100.0% if work is cheap"]


def test_a_copula_of_all_inputs_leaves_the_alternative_apart(anthropic: Scenario) -> None:
    tails = {"copula": {"distribution": "student_t", "degrees_of_freedom": 4}}
    scenario = changed(of(anthropic, CHEAP, DEAR), tails)
    (explained,) = drivers(scenario, EVENT, paths=512).explanations
    shares = {i.name: i.share.value for i in explained.indices if i.share is not None}
    assert {JOINT, "alternative"} <= shares.keys()
    assert sum(shares.values()) == pytest.approx(1.0)
    assert [i.name for i in explained.indices].count("alternative") == 1


def test_a_rule_names_the_alternative(anthropic: Scenario) -> None:
    found = discover(of(anthropic, CHEAP, DEAR), "gross margin 70% by 2027", paths=1 << 14)
    assert 'the alternative "work is cheap"' in rule_sentences(found)


def test_what_to_do_is_told_by_alternative() -> None:
    boom = {"name": "boom", "title": "growth booms", GROWTH: 2.0}
    boom["segments.subscriptions.growth.initial"] = 2.0
    scenario = of(of_january("anthropic-tpu"), {"name": "steady"}, boom)
    found = decide(scenario, paths=1 << 13)
    assert found.best == "rent"
    assert rule(found, "alternative") == "buy if growth booms"
