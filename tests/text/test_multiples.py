"""A multiple, such as a burn multiple, is told as so many times: 1.3x, not 127%."""

import json
from pathlib import Path

import numpy as np
import pytest

import simulate
from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.model.goal import parse_goal, parse_target
from simulate.model.observation import parse_observation
from simulate.model.outcomes import parse_outcome
from simulate.plots.effects import plot_tornado_of
from simulate.plots.own import plot_own_metrics
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.text.effects import figure_of
from simulate.text.numbers import TIMES, unit_of
from simulate.text.own import own_tables
from simulate.text.sweep import value_table
from tests.scenarios import changed

PATHS = 1024
MULTIPLE = "value over revenue"
# 1.25 to 1.75 times by year, the same on all paths.
FORMULA = "(1.25 + 0.25 * min(2, year - 2026)) * revenue / revenue"


@pytest.fixture(scope="module")
def scenario(anthropic: Scenario) -> Scenario:
    metric = {"formula": FORMULA, "unit": "times"}
    return changed(anthropic, {"metrics": {"value_over_revenue": metric}})


@pytest.fixture(scope="module")
def result(scenario: Scenario) -> Result:
    return run(scenario, paths=PATHS)


def test_the_answer_and_the_picture_say_how_many_times(result: Result) -> None:
    (table,) = own_tables(result)
    assert table.rows[0].cells == ("1.3x (1.3x to 1.3x)",)
    (axes,) = plot_own_metrics(result).axes
    ticks = [tick.get_text() for tick in axes.yaxis.get_ticklabels()]
    assert ticks and all(tick.endswith("x") for tick in ticks)
    summary = json.loads(result.to_json())
    assert summary["scenario"]["metrics"]["value_over_revenue"]["unit"] == "times"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.004, "0.0040x"), (0.88, "0.8800x"), (1.27, "1.270x"), (-26.0, "-26.00x")],
)
def test_a_multiple_has_no_percent(value: float, written: str) -> None:
    assert TIMES.amount(Estimate(value, 0.0, value, value)) == written
    assert unit_of("times") == TIMES


def test_a_change_of_thousands_has_its_commas() -> None:
    assert TIMES.rounded(1234.5, 0) == "1,234x"
    assert TIMES.amount(Estimate(1.27, 0.02, 1.2, 1.3)) == "1.27x ± 0.02"


@pytest.mark.parametrize("given", ["0.1 times", "0.1x", "0.1×", "0.1"])
def test_an_error_is_wanted_of_so_many_times(given: str, scenario: Scenario) -> None:
    assert parse_goal(f"{MULTIPLE} 2027 ± {given}", scenario).error == 0.1


def test_a_percentage_is_no_multiple(scenario: Scenario) -> None:
    with pytest.raises(ScenarioError, match='"10%" is a percentage; the unit here is times'):
        parse_goal(f"{MULTIPLE} 2027 ± 10%", scenario)


def test_a_goal_of_a_multiple_is_told_as_one(scenario: Scenario) -> None:
    target = parse_target(f"{MULTIPLE} 2027 >= 1.4 times", scenario)
    assert target.level == 1.4 and target.in_words == f"median {MULTIPLE} 2027 at least 1.4x"


def test_a_multiple_may_be_observed(scenario: Scenario) -> None:
    seen = parse_observation(f"{MULTIPLE} 2027 = 1.5 times ± 0.1 times", scenario, "--observe")
    assert (seen.value, seen.error, seen.of_logarithm) == (1.5, 0.1, False)
    assert seen.seen.written(1.27) == "1.27x"
    with pytest.raises(ScenarioError, match=r"write 0\.1% or 0\.1 times"):
        parse_observation(f"{MULTIPLE} 2027 = 1.5 times ± 0.1", scenario, "--observe")


def test_a_condition_of_a_multiple_is_met_where_it_is_so_large(result: Result) -> None:
    for said in ("1.4 times", "1.4x", "1.4 ×", "1.4", "140%"):
        by_year = [result.probability(f"{MULTIPLE} > {said} by {year}") for year in (2026, 2027)]
        assert [estimate.value for estimate in by_year] == [0.0, 1.0]
    joined = f"P({MULTIPLE} between 1.4 and 1.6x and revenue > 0 in 2027)"
    assert result.probability(joined).value == 1.0


def test_a_sweep_and_drivers_tell_multiples(scenario: Scenario) -> None:
    swept = simulate.sweep(scenario, "cash.opening=8,12", f"{MULTIPLE} 2027", paths=PATHS)
    table = value_table(swept)
    assert table.columns[1].replace("\n", " ") == f"median {MULTIPLE} 2027"
    assert all(row.cells[0].startswith("1.5") and "x" in row.cells[0] for row in table.rows)
    assert figure_of(parse_outcome(f"{MULTIPLE} 2027", scenario, ""), 1.25) == "1.25x"


def test_drivers_have_an_axis_of_multiples(anthropic: Scenario) -> None:
    metric = {"formula": "trailing(capital_spending + training) / trailing(revenue)"}
    moving = changed(anthropic, {"metrics": {"intensity": metric | {"unit": "times"}}})
    found = simulate.drivers(moving, "intensity 2028", paths=256)
    axes = plot_tornado_of(found, found.explanations[0]).axes[0]
    assert axes.get_xlabel() == "median"
    assert all(tick.get_text().endswith("x") for tick in axes.xaxis.get_ticklabels())


def test_an_input_in_times_is_varied_in_times(anthropic: Scenario) -> None:
    line = {"name": "fee", "counts_in": "operating cost", "formula": "factor * 0.01 * revenue"}
    fee = changed(anthropic, {"lines": [line | {"inputs": {"factor": "1.5 times"}}]})
    swept = simulate.sweep(fee, "lines.fee.inputs.factor=1x,2 times", "revenue 2027", paths=256)
    (setting, values) = swept.variations[0]
    assert [*values] == [1.0, 2.0] and setting.baseline == "1.5x in the baseline"
    assert setting.label == "factor of fee, times"


def test_a_target_says_how_many_times(tmp_path: Path) -> None:
    file = tmp_path / "anthropic-mine.toml"
    file.write_text(
        'extends = "anthropic.toml"\n[[targets]]\nof = "funding_need / segment_revenue"\n'
        'at_most = "1.5 times"\nby = 2028\n'
    )
    (outcome,) = load_scenario(file).outcomes.values()
    assert outcome.when == "(funding_need / segment_revenue) <= 1.5"
    assert outcome.title == "funding_need / segment_revenue <= 1.5 times"


def test_kept_paths_hold_plain_numbers(result: Result) -> None:
    of_2028 = result.paths_of(MULTIPLE)["2028Q1"]
    np.testing.assert_allclose(of_2028, 1.75, rtol=1e-6)
