"""One run over alternatives against what each of them gives alone, and against closed forms."""

import math

import numpy as np
import pytest
from scipy import stats

from simulate.engine.estimate import conditional_probability
from simulate.engine.layout import common_layout
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.model.catalogue import outcome_columns
from simulate.model.rows import Hit
from simulate.scenario import Scenario, ScenarioError
from tests.scenarios import changed, without_uncertainty

EVENT = "gross margin 70% by 2027"
STEADY, SLUMP, WAR = (
    {"name": "steady", "weight": 5.0, "title": "growth goes on"},
    {
        "name": "slump",
        "weight": 3.0,
        "title": "growth slumps",
        "segments.api.growth.initial": {"distribution": "normal", "p10": -0.2, "p90": 0.6},
    },
    {
        "name": "war",
        "weight": 2.0,
        "title": "prices fall",
        "by": {"inference.price_erosion": 0.2},
        "cash.opening": 8.0,
    },
)


@pytest.fixture(scope="module")
def three(anthropic: Scenario) -> Scenario:
    return changed(anthropic, {"alternatives": [STEADY, SLUMP, WAR]})


@pytest.fixture(scope="module")
def result(three: Scenario) -> Result:
    return run(three, paths=1 << 15)


def alone(scenario: Scenario, name: str) -> Scenario:
    others = [each.name for each in scenario.alternatives if each.name != name]
    return scenario.changed({f"alternatives.{other}.weight": 0 for other in others})


def test_point_values_mix_by_their_weights_exactly(anthropic: Scenario) -> None:
    cheap = {"name": "cheap", "weight": 1, "inference.efficiency_gain": 3.0, "cash.opening": 20.0}
    dear = {"name": "dear", "weight": 3, "inference.efficiency_gain": -1.0, "cash.opening": 517.0}
    quiet = without_uncertainty(anthropic, {"cash.interest_rate": 0.0})
    found = run(changed(quiet, {"alternatives": [cheap, dear]}), paths=1 << 12)
    assert found.alternatives == {"cheap": 0.25, "dear": 0.75}
    assert found.probability(EVENT).value == 0.25
    assert found.probability(EVENT, given="cheap").value == 1.0
    assert found.probability(EVENT, given="dear").value == 0.0
    # What is saved of the first quarter's bill is there in cash.
    cash, bill = (found.paths_of(name)["2026Q1"].to_numpy() for name in ("cash", "inference cost"))
    poor = cash < 100.0
    assert poor.mean() == 0.25
    np.testing.assert_allclose(np.ptp(cash), 497.0 - np.ptp(bill), rtol=1e-9)
    free = run(changed(quiet, {"inference.efficiency_gain": 3.0}), paths=1024)
    np.testing.assert_array_equal(bill[poor], free.paths_of("inference cost")["2026Q1"][0])


def test_a_path_is_the_one_that_it_is_where_its_alternative_stands_alone(three: Scenario) -> None:
    each = {name: alone(three, name) for name in three.alternative_weights}
    layout = common_layout([three, *each.values()])
    mixed = run(three, paths=4096, layout=layout, keep_outcomes=True, keep_inputs=True).outcomes
    for place, scenario in enumerate(each.values()):
        kept = run(scenario, paths=4096, layout=layout, keep_outcomes=True).outcomes
        own = mixed["alternative"] == place
        assert 0.1 < own.mean() < 0.6
        columns = ["replicate", "path", *outcome_columns(scenario)]
        np.testing.assert_array_equal(mixed.loc[own, columns], kept.loc[own, columns])


def test_weights_are_met_to_a_path_and_all_alternatives_make_up_the_whole(result: Result) -> None:
    lived = result.tally.hits[:, :, 0].sum(axis=2, dtype=np.int64)
    wanted = np.array([0.5, 0.3, 0.2]) * result.replicate_paths
    assert (np.abs(lived - wanted) <= 1.0).all()
    for time in Hit:
        under = [result.hits(time, name) for name in result.alternatives]
        np.testing.assert_array_equal(np.sum(under, axis=0), result.hits(time))


@pytest.mark.parametrize("name", ["steady", "slump", "war"])
def test_what_is_given_an_alternative_is_what_a_run_of_it_alone_finds(
    three: Scenario, result: Result, name: str
) -> None:
    by_itself = run(alone(three, name), paths=1 << 15)
    for time in (Hit.MARGIN_PAYING, Hit.CASH_FLOW_HELD, Hit.OUT_OF_CASH):
        given = result.probability_by_year(time, 2028, name)
        apart = by_itself.probability_by_year(time, 2028)
        error = math.hypot(given.standard_error, apart.standard_error)
        assert abs(given.value - apart.value) < 4.0 * error < 0.02


def test_an_input_is_drawn_from_the_distribution_of_the_paths_alternative(three: Scenario) -> None:
    kept = run(three, paths=1 << 14, keep_outcomes=True, keep_inputs=True).outcomes
    slump, war = (kept[kept["alternative"] == place] for place in (1, 2))
    spread = 0.8 / (2.0 * stats.norm.ppf(0.9))
    wanted = stats.norm(0.2, spread)
    assert stats.kstest(slump["segments.api.growth.initial"], wanted.cdf).statistic < 0.01
    erosion = stats.norm(0.42 + 0.2, 0.6 / (2.0 * stats.norm.ppf(0.9)))
    assert stats.kstest(war["inference.price_erosion"], erosion.cdf).statistic < 0.015
    assert set(war["cash.opening"]) == {8.0}


def test_a_conditional_probability_has_the_error_that_seeds_show(three: Scenario) -> None:
    found = [run(three, paths=2048, seed=s).probability(EVENT, given="steady") for s in range(40)]
    spread = np.std([each.value for each in found], ddof=1)
    told = np.sqrt(np.mean([each.standard_error**2 for each in found]))
    assert 0.7 < told / spread < 1.4


def test_a_conditional_probability_is_a_ratio_of_counts() -> None:
    counts, totals = np.array([3, 5, 4]), np.array([10, 11, 9])
    found = conditional_probability(counts, totals)
    assert found.value == 12 / 30
    residual = (counts - 0.4 * totals) / 10.0
    error = math.hypot(np.std(residual, ddof=1) / math.sqrt(3), math.sqrt(3 / 12) / 30)
    assert math.isclose(found.standard_error, error)
    # Clopper and Pearson: no hit among 30.
    assert math.isclose(conditional_probability([0, 0, 0], totals).high, 1 - 0.025 ** (1 / 30))
    assert math.isnan(conditional_probability([0, 0], [0, 0]).value)


def test_which_alternative_holds_does_not_come_with_the_tails_of_other_inputs(
    three: Scenario,
) -> None:
    fat = {"copula": {"distribution": "student_t", "degrees_of_freedom": 1}}
    kept = run(changed(three, fat), paths=1 << 14, keep_outcomes=True, keep_inputs=True).outcomes
    cost = kept["other_costs.fixed_growth"]
    extreme = (cost < cost.quantile(0.02)) | (cost > cost.quantile(0.98))
    shares = kept.loc[extreme, "alternative"].value_counts(normalize=True).sort_index()
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.2], atol=0.05)


def test_pseudo_random_paths_draw_alternatives_by_weight(three: Scenario) -> None:
    scenario = changed(three, {"sampling.sampler": "pseudo"})
    found = run(scenario, paths=1 << 14).tally.hits[:, :, 0].sum(axis=(0, 2))
    error = 4.0 * np.sqrt(np.array([0.25, 0.21, 0.16]) / (1 << 14))
    assert (np.abs(found / found.sum() - [0.5, 0.3, 0.2]) < error).all()


def test_a_scenario_without_alternatives_has_none(anthropic: Scenario) -> None:
    found = run(anthropic, paths=1024)
    assert found.alternatives == {}
    assert found.by_alternative.empty
    assert found.summary()["alternatives"] == {}
    with pytest.raises(ScenarioError, match="the scenario has none"):
        found.probability(EVENT, given="slump")


def test_a_table_and_the_summary_hold_each_alternatives_own_probabilities(result: Result) -> None:
    table, margin = result.by_alternative, Hit.MARGIN_PAYING.title
    summary = result.summary()["alternatives"]
    for name, weight in result.alternatives.items():
        stated = result.probability(EVENT, given=name)
        chosen = f"alternative == '{name}' and outcome == '{margin}' and quarter == '2027Q4'"
        (row,) = table.query(chosen).to_dict("records")
        assert (row["weight"], row["cumulative"]) == (weight, stated.value)
        assert summary[name]["hitting_times"][margin]["by_end_of"]["2027"] == stated.as_dict()
    with pytest.raises(ScenarioError, match='did you mean "slump"'):
        result.probability(EVENT, given="slmp")


def test_one_alternative_that_is_left_is_the_scenario(three: Scenario, anthropic: Scenario) -> None:
    left = run(alone(three, "steady"), paths=2048)
    plain = run(anthropic, paths=2048)
    assert left.alternatives == {"steady": 1.0}
    assert left.probability(EVENT) == plain.probability(EVENT)


def test_kept_paths_name_the_alternative_that_they_live_in(three: Scenario) -> None:
    found = run(three, paths=1024, keep_outcomes=True, keep_inputs=True)
    counts = found.kept["alternative"].value_counts()
    lived = found.tally.hits[:, :, 0].sum(axis=(0, 2))
    assert counts[["steady", "slump", "war"]].tolist() == lived.tolist()
