"""Scenarios on common random numbers: a change is known far better than what it is a change of."""

import math

import numpy as np
import pytest

from simulate.analysis.compare import common_random_numbers, compare, side_by_side
from simulate.analysis.stress import stress
from simulate.engine.run import run
from simulate.model.rows import Hit, Metric
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.text.compare import measured_apart
from simulate.text.stress import apart_sentences
from tests.scenarios import changed, from_quarter

pytestmark = pytest.mark.usefixtures("january")

PATHS = 1 << 15


def test_a_scenario_does_not_differ_from_itself(anthropic: Scenario) -> None:
    same = compare([anthropic, anthropic], paths=PATHS)
    change = same.change_by_year(1, Hit.MARGIN_PAYING, 2027)
    assert change.value == 0.0
    assert math.isnan(change.standard_error)
    assert 0.0 < change.high < 4.0 / PATHS
    assert same.change_in_year(1, "revenue", 2030, "p50").value == 0.0
    assert all(beside.changes[0].value == 0.0 for beside in side_by_side(same))


def test_pinning_one_input_leaves_the_draws_of_all_others(anthropic: Scenario) -> None:
    """The pinned input is the first of the layout, so every coordinate would move without one."""
    median = anthropic.segments[0].growth.initial.quantile(0.5)
    pinned = changed(
        anthropic, {"segments.api.growth.initial": {"value": median}, "correlations": {}}
    )
    both = compare([changed(anthropic, {"correlations": {}}), pinned], paths=PATHS)
    cash = [result.by_replicate(Metric.CASH, 3, "mean").each for result in both.results]
    assert np.corrcoef(cash[0], cash[1])[0, 1] > 0.5


def test_a_paired_error_is_a_fraction_of_an_unpaired_one(anthropic: Scenario) -> None:
    dearer = changed(anthropic, {"inference.other_sales_cost": {"value": 0.07}})
    pseudo = {"sampling.sampler": "pseudo"}
    both = compare([changed(anthropic, pseudo), changed(dearer, pseudo)], paths=PATHS)
    change = both.change_by_year(1, Hit.MARGIN_PAYING, 2028)
    apart = math.hypot(
        *(r.probability_by_year(Hit.MARGIN_PAYING, 2028).standard_error for r in both.results)
    )
    assert change.value < 0.0
    assert change.standard_error < 0.5 * apart


def test_a_change_is_the_difference_of_two_separate_runs(anthropic: Scenario) -> None:
    tpu = load_scenario("anthropic-tpu.toml")
    change = compare([anthropic, tpu], paths=PATHS).change_by_year(1, Hit.MARGIN_PAYING, 2027)
    apart = [
        run(scenario, paths=PATHS, seed=seed).probability_by_year(Hit.MARGIN_PAYING, 2027)
        for seed, scenario in ((1, anthropic), (2, tpu))
    ]
    error = math.hypot(change.standard_error, *(e.standard_error for e in apart))
    # Beyond 5 standard errors once in 1.7 million seeds, were they normal.
    assert abs(change.value - (apart[1].value - apart[0].value)) < 5.0 * error


def test_horizons_without_a_year_in_common_are_refused(anthropic: Scenario) -> None:
    short = changed(anthropic, {"horizon.last_quarter": "2026Q4"})
    later = changed(from_quarter(anthropic, "2027Q3"), {"targets.projected_year": 2030})
    with pytest.raises(ScenarioError, match="horizons without a year in common don't compare"):
        compare([short, later], paths=PATHS)


def test_horizons_that_begin_apart_compare_by_the_date(anthropic: Scenario) -> None:
    later = from_quarter(anthropic, "2026Q3")
    both = compare([anthropic, later], paths=4096)
    for beside, figure in zip(side_by_side(both), ("2027", "2030", "2030"), strict=False):
        assert figure in beside.figure.name
    margin = side_by_side(both)[0]
    by_2027 = [r.probability_by_year(Hit.MARGIN_PAYING, 2027) for r in both.results]
    assert [e.value for e in margin.estimates] == [e.value for e in by_2027]
    assert both.results[1].probability_by(Hit.MARGIN_PAYING, 5).value == by_2027[1].value
    told = measured_apart(dict(zip("AB", both.scenarios, strict=True)))
    assert any("A in 2026Q1, B in 2026Q3" in sentence for sentence in told)


@pytest.mark.parametrize("deviations", ["by year", "by quarter"])
def test_horizons_that_begin_apart_share_the_shocks_of_a_date(
    anthropic: Scenario, deviations: str
) -> None:
    """The overrun of 2028 is one coordinate, whichever quarter a scenario begins in."""
    scenarios = [
        changed(from_quarter(anthropic, first), {"horizon.deviations": deviations})
        for first in ("2026Q1", "2026Q3")
    ]
    common = common_random_numbers(scenarios, paths=4096)
    kept = [common.run(scenario, measures={}).outcomes for scenario in scenarios]
    shared = [str(column) for column in kept[1] if str(column).startswith("inference.overrun 20")]
    assert len(shared) == {"by year": 10, "by quarter": 38}[deviations]
    for column in shared:
        assert kept[0][column].tolist() == kept[1][column].tolist()


def test_a_shorter_horizon_is_that_of_all(anthropic: Scenario) -> None:
    """Three years of the first compare with its own ten as with themselves."""
    short = changed(anthropic, {"horizon.last_quarter": "2028Q4"})
    for pair in ([anthropic, short], [short, anthropic]):
        both = compare(pair, paths=4096)
        assert [result.years for result in both.results] == [[2026, 2027, 2028]] * 2
        assert both.change_of_funding_need(1, "p50").value == 0.0
        found, alone = (r.funding_need["p50"] for r in (both.results[0], run(short, paths=4096)))
        error = math.hypot(found.standard_error, alone.standard_error)
        assert abs(found.value - alone.value) < 5.0 * error
        assert both.scenarios == tuple(pair)


def test_what_is_measured_apart_is_told_beside_its_figure(anthropic: Scenario) -> None:
    easier = changed(anthropic, {"targets.gross_margin": 0.6})
    figures = side_by_side(compare([anthropic, easier], paths=1024))
    shorts = [beside.figure.short for beside in figures]
    assert shorts[0] == "margin 70% / 60% by 2027"
    assert not any("/" in short for short in shorts[1:])
    assert "reaches 70% / 60% by the end of 2027" in figures[0].figure.name
    assert figures[0].changes[0].value > 0.1


def test_scenarios_that_measure_alike_need_no_words(anthropic: Scenario) -> None:
    dearer = changed(anthropic, {"inference.other_sales_cost": 0.1})
    assert measured_apart({"A": anthropic, "B": dearer}) == []


def test_horizons_targets_and_definitions_that_differ_are_told(anthropic: Scenario) -> None:
    other = changed(
        anthropic,
        {
            "horizon.last_quarter": "2029Q4",
            "targets.gross_margin": 0.625,
            "targets.projected_year": 2029,
            "targets.projected_margin": "with free users",
        },
    )
    assert measured_apart({"A": anthropic, "B": other}) == [
        "All figures are of the years to 2029, where the horizon of B ends.",
        "The margin's target is that of each: 70% in A, 62.5% in B.",
        "The margin is of paying users by 2027, as A projects; "
        "B projects it with free users by 2029.",
    ]


def test_a_lab_that_projects_nothing_is_told_without_a_projection(anthropic: Scenario) -> None:
    silent = changed(anthropic, {"targets.projected_year": None})
    assert measured_apart({"A": silent, "B": anthropic}) == [
        "The margin is of paying users, in A; B projects it of paying users by 2027."
    ]
    assert measured_apart({"A": anthropic, "B": silent}) == [
        "The margin is of paying users by 2027, as A projects; in B it is of paying users."
    ]


def test_a_stress_test_of_another_horizon_compares_within_it(anthropic: Scenario) -> None:
    short = changed(anthropic, {"horizon.last_quarter": "2028Q4"})
    found = stress(anthropic, {"short": short}, {}, paths=1024)
    assert [change.value for change in found.tests[0].changes] == [0.0] * 4
    assert apart_sentences(found) == [
        "All figures are of the years to 2028, where the horizon of short ends."
    ]
    assert found.figures[1].short == "4 quarters of cash flow > 0 by 2028"
