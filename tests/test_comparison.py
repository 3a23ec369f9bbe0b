"""Scenarios on common random numbers: a change is known far better than what it is a change of."""

import math

import numpy as np
import pytest

from simulate.analysis.comparison import compare
from simulate.kernels.rows import Hit, Metric
from simulate.run import run
from simulate.scenario import Scenario, ScenarioError, load_scenario
from tests.scenarios import changed

PATHS = 1 << 15


def test_a_scenario_does_not_differ_from_itself(anthropic: Scenario) -> None:
    same = compare([anthropic, anthropic], paths=PATHS)
    change = same.change_by_year(1, Hit.MARGIN_PAYING, 2027)
    assert change.value == 0.0
    assert math.isnan(change.standard_error)
    assert 0.0 < change.high < 4.0 / PATHS
    assert same.change_in_year(1, Metric.REVENUE, 2030, "p50").value == 0.0


def test_pinning_one_input_leaves_the_luck_of_all_others(anthropic: Scenario) -> None:
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


def test_horizons_that_begin_apart_are_refused(anthropic: Scenario) -> None:
    later = changed(
        anthropic,
        {"horizon": {"first_quarter": "2027Q1", "last_quarter": "2035Q4"}, "funding": []},
    )
    with pytest.raises(ScenarioError, match="begin in different quarters"):
        compare([anthropic, later], paths=PATHS)
