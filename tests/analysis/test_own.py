"""What a scenario adds is asked of by every analysis, beside the headline figures."""

import numpy as np
import pytest

import simulate
from simulate.analysis.compare import compare, side_by_side
from simulate.analysis.converge import converge
from simulate.analysis.discover import discover
from simulate.analysis.stress import stress
from simulate.analysis.typical_paths import example_paths
from simulate.analysis.watch import Watch
from simulate.engine.run import run
from simulate.model.outcome_texts import parse_event
from simulate.scenario import Scenario, ScenarioError
from simulate.text.compare import apart_sentences
from simulate.text.converge import finding
from tests.additions import with_additions
from tests.scenarios import changed

PATHS = 4096
OWN = ("ebitda positive", "growing", "never met")


@pytest.fixture(scope="module")
def scenario(anthropic: Scenario) -> Scenario:
    return with_additions(anthropic)


def test_stresses_and_updates_tell_of_own_outcomes_by_2030(scenario: Scenario) -> None:
    dear = {"dear": changed(scenario, {"inference.base_overrun": 0.5})}
    found = stress(scenario, dear, {"dear": "dear"}, paths=PATHS)
    assert [figure.short for figure in found.figures[-3:]] == [f"{name} by 2030" for name in OWN]
    assert found.tests[0].changes[-3].high < 0.0
    seen = simulate.update(scenario, "ebitda positive by 2029 = yes", paths=PATHS)
    positive = seen.beliefs[3]
    assert positive.event.name == "ebitda positive by 2030"
    assert positive.before.value < positive.after.value == 1.0


@pytest.mark.parametrize(("by", "said"), [("2028Q2", "2028Q2"), ("2028Q4", "2028")])
def test_a_target_is_told_of_by_its_own_date(by: str, said: str, anthropic: Scenario) -> None:
    wanted = {"title": "large", "when": "revenue >= 60", "by": by}
    scenario = changed(anthropic, {"outcomes.large": wanted})
    seen = simulate.update(scenario, f"large by {said} = yes", paths=PATHS)
    belief = seen.beliefs[3]
    assert belief.event.name == f"large by {said}"
    assert belief.before.value == run(scenario, paths=PATHS).probability(f"large by {by}").value
    assert belief.after.value == 1.0


def test_a_condition_may_be_observed(anthropic: Scenario) -> None:
    seen = simulate.update(anthropic, "revenue >= 60 by 2027 = yes", paths=PATHS)
    share = run(anthropic, paths=PATHS).probability("revenue >= 60 by 2027").value
    assert seen.posterior.effective == pytest.approx(share * PATHS, rel=1e-6)


def test_paths_without_a_value_can_not_have_shown_one(anthropic: Scenario) -> None:
    """A value that all others have leaves just those that have one."""
    sometimes = {"formula": "where(ebitda > 0, 1, log(0 * revenue / revenue))", "unit": "share"}
    scenario = changed(anthropic, {"metrics": {"sometimes": sometimes}})
    paths = run(scenario, paths=PATHS).paths_of("sometimes")["2029Q4"]
    assert 0.1 < np.isnan(paths).mean() < 0.9
    seen = simulate.update(scenario, "sometimes 2029 = 100% ± 1%", paths=PATHS)
    assert seen.posterior.effective < 0.9 * PATHS
    assert "of paths with a value, whose median is 100.0%" in seen.places[0]
    with pytest.raises(ScenarioError, match=r"sometimes 2029: has no value in \d+\.\d% of paths"):
        simulate.drivers(scenario, "sometimes 2029", paths=512)


def test_scenarios_side_by_side_have_what_both_add(scenario: Scenario, anthropic: Scenario) -> None:
    dear = changed(scenario, {"inference.base_overrun": 0.5})
    names = [beside.figure.short for beside in side_by_side(compare([scenario, dear], paths=PATHS))]
    assert {f"{name} by 2030" for name in OWN} < set(names)
    assert "median rule of 40 2030" in names and "median net new revenue 2030, bn USD" in names
    apart = compare([scenario, anthropic], paths=PATHS)
    assert not any("growing" in beside.figure.short for beside in side_by_side(apart))
    assert apart_sentences(apart) == [
        "Not in B, and so not compared: ebitda positive, growing, net new revenue, never met, "
        "nothing and rule of 40."
    ]


def test_a_save_moves_own_outcomes_that_were_there_before(
    scenario: Scenario, anthropic: Scenario
) -> None:
    watch = Watch(paths=PATHS)
    watch.answer(anthropic)
    (added,) = watch.answer(scenario).changes
    (moved,) = watch.answer(changed(scenario, {"inference.base_overrun": 0.5})).changes
    assert added is not None and moved is not None
    assert len(added.moves) == 3
    assert [move.event.time.title for move in moved.moves[3:]] == list(OWN)


@pytest.mark.parametrize(
    ("of", "read"),
    [
        ("ebitda positive by 2029", "P(ebitda positive by 2029)"),
        ("P(revenue >= 30 by 2027)", "P(revenue >= 30 by 2027)"),
        ("net new revenue 2029", "median net new revenue 2029"),
    ],
)
def test_convergence_is_asked_of_any_outcome(of: str, read: str, scenario: Scenario) -> None:
    found = converge(scenario, of, paths=8192)
    assert found.question == read and found.paths == [4096, 8192]
    result = run(scenario, paths=8192)
    last = found.estimates["sobol"][-1]
    if "net" in of:
        assert last == result.in_year("net new revenue", 2029)["p50"]
    else:
        assert last == result.probability(of)


def test_what_has_no_value_converges_to_none_and_is_not_swept(scenario: Scenario) -> None:
    assert finding(converge(scenario, "nothing 2029", paths=4096)) == (
        "median nothing 2029 has no value"
    )
    with pytest.raises(ScenarioError, match="nothing 2029: has no value on any path"):
        simulate.sweep(scenario, "cash.opening=8,12", "nothing 2029", paths=1024)
    goal = run(scenario, until="nothing 2029 ± 1%").goal
    assert goal == "Goal not met: nothing 2029 ± 1%: no path has a value."


def test_a_typical_path_tells_of_own_outcomes_and_no_loan_as_a_round(scenario: Scenario) -> None:
    event = parse_event("ebitda positive by 2029", scenario, "")
    found = discover(scenario, event, paths=PATHS)
    happens, _ = example_paths(found.outcomes, event, found.scenario)
    assert happens is not None
    told = [words for year in happens.years for words in year.events]
    assert any(words.startswith("EBITDA turns positive (Q") for words in told)
    # The loan of 4 in 2028 is an own line.
    assert "raises 4.0" not in told


def test_a_line_is_read_by_path_by_its_name_or_title(scenario: Scenario) -> None:
    result = run(scenario, paths=1024)
    licences = result.paths_of("content licences")
    assert licences.equals(result.paths_of("content_licences"))
    assert (licences["2026Q2"] == 0.0).all() and (licences["2026Q3"] >= 0.005).all()
    booked = result.paths_of("training").sum(axis="columns")
    assert (booked <= 8.0 + 1e-9).all() and booked.max() == pytest.approx(8.0)
    with pytest.raises(ScenarioError, match="no metric"):
        result.paths_of("no such line")
    with pytest.raises(ScenarioError, match='did you mean "content licences"'):
        result.paths_of("content licenses")
