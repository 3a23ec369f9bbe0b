"""Do 95% intervals contain the truth 95% of the time? Over many seeds of a known answer."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
from scipy.stats import norm

from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.engine.run import Session
from simulate.model.base import base_year_ramp
from simulate.model.rows import Hit, Metric
from simulate.scenario import Scenario
from tests.model.test_closed_forms import quiet
from tests.scenarios import base_year, changed, value

PATHS = 16 * 512
GROWTH, BUDGET, DRIFT = (0.5, 0.68), (0.3, 0.6), (-0.02, 0.12)  # mean and deviation of logs
DEMAND, OWN = 0.25, 0.2


def normal(mean: float, deviation: float) -> dict[str, str | float]:
    return {"distribution": "normal", "mean": mean, "sd": deviation}


@cache
def one_quarter(sampler: str) -> Scenario:
    """A first quarter in which revenue and training are lognormal, each by several draws."""
    drift = {
        "distribution": "lognormal",
        "shift": -1.0,
        "p10": float(np.exp(DRIFT[0] + norm.ppf(0.1) * DRIFT[1]) - 1),
        "p90": float(np.exp(DRIFT[0] + norm.ppf(0.9) * DRIFT[1]) - 1),
    }
    changes = {
        "horizon.last_quarter": "2026Q4",
        "segments.api.volatility": OWN,
        "segments.api.growth.initial": normal(*GROWTH),
        "demand.volatility": DEMAND,
        "training.growth.initial": normal(*BUDGET),
        "training.drift": drift,
        "training.floor": 0.0,
        "sampling.sampler": sampler,
        "sampling.paths": PATHS,
    }
    nothing = ("free_users.users", "other_costs.fixed", "cash.opening", "cash.working_capital")
    return changed(
        quiet(),
        changes
        | dict.fromkeys(nothing, 0.0)
        | {"funding": [], "other_costs.scale_elasticity": 1.0, "cash.tax_rate": 0.0},
    )


def with_spending(scenario: Scenario, chance: float) -> Scenario:
    """Set capital spending so that the first quarter's cash flow is positive by chance.

    With no other cost it is k R - T, and log R - log T is normal.
    """
    mean = (GROWTH[0] - BUDGET[0]) / 4 - DRIFT[0]
    deviation = np.hypot(
        np.hypot(GROWTH[1] / 4, BUDGET[1] / 4), np.hypot(DRIFT[1], np.hypot(DEMAND, OWN))
    )
    year = base_year(scenario)
    revenue, training = 3 * value(year.monthly_revenue), value(year.training_run_rate) / 4
    kept = training / revenue / np.exp(mean + deviation * norm.ppf(1 - chance))
    return changed(
        scenario,
        {
            "segments.api.inference_cost": 0.0,
            "inference.other_sales_cost": 0.0,
            "other_costs.variable": 0.0,
            "cash.capital_spending": float(1 - kept),
        },
    )


@cache
def problems(sampler: str) -> dict[str, Scenario]:
    """The two probabilities; the first of them serves the mean and the quantile too."""
    return {
        "probability of 0.5": with_spending(one_quarter(sampler), 0.5),
        "probability of 0.01": with_spending(one_quarter(sampler), 0.01),
    }


def revenue_truth(scenario: Scenario) -> tuple[float, float]:
    """Mean and 90th percentile of trailing revenue after the first quarter."""
    year = base_year(scenario)
    before = base_year_ramp(value(year.revenue), 12 * value(year.monthly_revenue))
    deviation = np.hypot(GROWTH[1] / 4, np.hypot(DEMAND, OWN))
    median = before[3] * np.exp(GROWTH[0] / 4)
    known = before[1:].sum()
    return (
        float(known + median * np.exp(deviation**2 / 2)),
        float(known + median * np.exp(deviation * norm.ppf(0.9))),
    )


def estimates(sampler: str, seed: int) -> dict[str, tuple[Estimate, float]]:
    """Each estimate of a seed's runs, and the truth."""
    results = {name: simulated(scenario, seed) for name, scenario in problems(sampler).items()}
    found = {
        name: (result.probability_by(Hit.CASH_FLOW_POSITIVE, 0), chance)
        for (name, result), chance in zip(results.items(), (0.5, 0.01), strict=True)
    }
    mean, p90 = revenue_truth(one_quarter(sampler))
    first = results["probability of 0.5"].in_quarter(Metric.REVENUE, 0)
    return found | {"mean": (first["mean"], mean), "quantile": (first["p90"], p90)}


def simulated(scenario: Scenario, seed: int) -> Result:
    sampling = scenario.sampling.model_copy(update={"seed": seed})
    simulation = Session(threads=1).simulation(scenario.model_copy(update={"sampling": sampling}))
    simulation.advance(PATHS)
    return simulation.result()


def coverage(sampler: str, seeds: int) -> dict[str, float]:
    """The share of seeds whose interval contains the truth."""
    inside: Counter[str] = Counter()
    for seed in range(seeds):
        for name, (estimate, truth) in estimates(sampler, seed).items():
            inside[name] += estimate.low <= truth <= estimate.high
    return {name: count / seeds for name, count in inside.items()}


@pytest.mark.parametrize("sampler", ["sobol", "pseudo"])
def test_intervals_cover_the_truth_on_a_few_seeds(sampler: str) -> None:
    """At least 50 of 60: at a true 95%, a false alarm in 4,000 for each of the eight numbers."""
    for name, share in coverage(sampler, 60).items():
        assert share >= 50 / 60, name


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["sobol", "pseudo"])
def test_intervals_cover_the_truth_in_93_to_97_percent_of_1000_seeds(sampler: str) -> None:
    """At a true 95% the share has a standard error of 0.7%: a false alarm in 270 for each."""
    shares = coverage(sampler, 1000)
    print(f"\n{sampler}: " + ", ".join(f"{name} {share:.1%}" for name, share in shares.items()))
    for name, share in shares.items():
        assert 0.93 <= share <= 0.97, name
