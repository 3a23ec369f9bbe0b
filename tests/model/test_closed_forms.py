"""Statistics of runs against closed forms, within 4 standard errors (one false alarm in 16,000)."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import norm

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.model.rows import Hit, Metric
from simulate.scenario import Scenario
from tests.january import of_january
from tests.scenarios import base_year, changed, value, without_uncertainty

PATHS = 1 << 16
ERRORS = 4.0
MU, SIGMA = 0.5, 0.07
# A yearly overrun from -30% to +20%, and the normal that its logarithm is.
OVERRUN = {"distribution": "lognormal", "p10": -0.3, "p90": 0.2, "shift": -1.0}
LOG_P10, LOG_P90 = np.log([0.7, 1.2])
CENTRE, SCALE = (LOG_P10 + LOG_P90) / 2, (LOG_P90 - LOG_P10) / (2 * norm.ppf(0.9))


@cache
def quiet() -> Scenario:
    """One segment that grows at a constant rate, and nothing else that moves."""
    scenario = without_uncertainty(of_january("anthropic"))
    segment = scenario.segments[0].model_dump(mode="json", exclude_none=True)
    segment |= {
        "share_of_revenue": 1.0,
        "market": 1e30,
        "growth": {"initial": MU, "lasting": MU, "half_life": 1.0},
    }
    del segment["client_loss"]
    return changed(
        scenario,
        {
            "segments": [segment],
            "inference.efficiency_gain": 0.0,
            "inference.price_erosion": 0.0,
            "sampling.sampler": "pseudo",
        },
    )


def mean(result: Result, metric: Metric, quarter: int) -> tuple[float, float]:
    table = result.metrics
    row = table[(table["metric"] == metric.title) & (table["statistic"] == "mean")].iloc[quarter]
    return row["value"], row["standard_error"]


@pytest.mark.parametrize("sampler", ["sobol", "pseudo"])
def test_mean_revenue_under_a_lognormal_shock(sampler: str) -> None:
    scenario = changed(quiet(), {"segments.api.volatility": SIGMA, "sampling.sampler": sampler})
    result = run(scenario, paths=PATHS)
    start = 3 * value(base_year(scenario).monthly_revenue)
    for quarter in (3, 11, 39):
        steps = np.arange(quarter - 3, quarter + 1) + 1
        expected = start * np.exp(steps * (MU / 4 + SIGMA**2 / 2)).sum()
        found, error = mean(result, Metric.REVENUE, quarter)
        # Sums are kept to 2**-16 billion a path.
        assert abs(found - expected) < ERRORS * error + 2**-16


def test_mean_revenue_under_persistent_demand_shocks() -> None:
    persistence, volatility = 0.6, 0.04
    scenario = changed(
        quiet(),
        {
            "demand.persistence": persistence,
            "demand.volatility": volatility,
        },
    )
    result = run(scenario, paths=PATHS)
    start = 3 * value(base_year(scenario).monthly_revenue)
    quarter, expected = 15, 0.0
    for steps in range(quarter - 2, quarter + 2):
        # log R is the sum of AR(1) shocks: shock j counts (1 - phi^(n-j)) / (1 - phi) times.
        weights = (1 - persistence ** np.arange(1, steps + 1)) / (1 - persistence)
        expected += start * np.exp(
            steps * MU / 4 + (volatility * weights) @ (volatility * weights) / 2
        )
    found, error = mean(result, Metric.REVENUE, quarter)
    assert abs(found - expected) < ERRORS * error


def test_mean_revenue_when_clients_are_lost() -> None:
    rate, share = 0.8, {"distribution": "uniform", "low": 0.1, "high": 0.3}
    segment = quiet().segments[0].model_dump(mode="json", exclude_none=True)
    segment["client_loss"] = {"rate": rate, "share": share}
    result = run(changed(quiet(), {"segments": [segment]}), paths=PATHS)
    start = 3 * value(base_year(quiet()).monthly_revenue)
    left = 1 - (1 - np.exp(-rate / 4)) * 0.2
    quarter = 19
    steps = np.arange(quarter - 3, quarter + 1) + 1
    found, error = mean(result, Metric.REVENUE, quarter)
    assert abs(found - start * (np.exp(MU / 4) * left) ** steps @ np.ones(4)) < ERRORS * error


def first_passage_chance(scenario: Scenario) -> float:
    """Chance that a year's own overrun brings that year's margin to the target."""
    share = value(scenario.segments[0].inference_cost) * (
        1 + value(scenario.inference.base_overrun)
    )
    room = 1 - value(scenario.inference.other_sales_cost) - scenario.targets.gross_margin
    return float(norm.cdf((np.log(room / share) - CENTRE) / SCALE))


@pytest.mark.parametrize("sampler", ["sobol", "pseudo"])
def test_first_passage_under_a_lognormal_overrun(sampler: str) -> None:
    """With nothing carried, the years are independent trials: P(by n) = 1 - (1 - p)^n.

    A trailing year that mixes two years is at the target only if one of the two is by itself,
    and the better of the two shows it at its own end.
    """
    scenario = changed(
        quiet(),
        {
            "inference.overrun": OVERRUN,
            "inference.overrun_carried": 0.0,
            "targets.gross_margin": 0.50,
            "sampling.sampler": sampler,
        },
    )
    chance = first_passage_chance(scenario)
    assert 0.05 < chance < 0.5
    result = run(scenario, paths=PATHS)
    for years in (1, 2, 5, 10):
        found = result.probability_by_year(Hit.MARGIN_PAYING, 2025 + years)
        assert abs(found.value - (1 - (1 - chance) ** years)) < ERRORS * found.standard_error


def test_mean_margin_when_an_overrun_stays() -> None:
    """With everything carried, the level after two years is the sum of two normal logs."""
    scenario = changed(
        quiet(),
        {
            "inference.overrun": OVERRUN,
            "inference.overrun_carried": 1.0,
        },
    )
    result = run(scenario, paths=PATHS)
    share = value(scenario.segments[0].inference_cost) * (
        1 + value(scenario.inference.base_overrun)
    )
    bill = share * np.exp(2 * CENTRE + SCALE**2)
    margin, error = mean(result, Metric.MARGIN_PAYING, 7)
    expected = 1 - bill - value(scenario.inference.other_sales_cost)
    assert abs(margin - expected) < ERRORS * error


def test_a_funding_round_comes_with_its_chance() -> None:
    scenario = changed(quiet(), {"cash.interest_rate": 0.0})
    quarter, chance, amount = 2, 0.3, 10.0
    rounds = [{"name": "only", "quarter": "2026Q3", "amount": amount, "chance": chance}]
    without = run(changed(scenario, {"funding": []}), paths=PATHS)
    result = run(changed(scenario, {"funding": rounds}), paths=PATHS)
    found, error = mean(result, Metric.CASH, quarter)
    base, _ = mean(without, Metric.CASH, quarter)
    assert abs(found - base - chance * amount) < ERRORS * error + 2**-15
