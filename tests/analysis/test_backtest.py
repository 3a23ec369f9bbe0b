"""Scores of predictions: closed forms, and what they are when a scenario is right."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest, norm

from simulate.analysis.backtest import Backtest, backtest, score
from simulate.engine.estimate import WeightedPaths
from simulate.engine.run import simulate_traces
from simulate.model.observation import Observation, parse_observation, read_observations
from simulate.scenario import Scenario
from simulate.text.backtest import finding, place_sentence
from tests.january import of_january
from tests.scenarios import base_year, changed

OBSERVED = Path(__file__).parents[2] / "configs" / "observed" / "anthropic-2025.toml"
PATHS = 1 << 15


def crps_of_normal(mean: float, deviation: float, value: float) -> float:
    """Gneiting and Raftery (2007), section 4.2, as in scoringRules' ``crps_norm``."""
    z = (value - mean) / deviation
    return deviation * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi))


@pytest.mark.parametrize("value", [-3.0, -0.5, 1.0, 2.0, 9.0])
def test_the_score_of_a_normal_is_that_of_its_closed_form(
    value: float, anthropic: Scenario
) -> None:
    """Within 4 stated errors: a false alarm in 16,000 for each value."""
    sample = np.random.default_rng(1).normal(1.0, 2.0, 1 << 16)
    observation = Observation("", parse_observation("EBITDA 2026 = 1 bn", anthropic).seen, value)
    every = WeightedPaths(np.ones(sample.size), np.arange(sample.size) % 16)
    found = score(observation, sample, every)
    error = found.crps.standard_error
    assert found.crps.value == pytest.approx(crps_of_normal(1.0, 2.0, value), abs=4 * error)
    assert 0.0 < error < 0.02
    place = norm.cdf(value, 1.0, 2.0)
    assert found.place.value == pytest.approx(place, abs=4 * found.place.standard_error)


def test_places_are_uniform_when_the_scenario_is_right(anthropic: Scenario) -> None:
    """Truths are paths of another seed: a false alarm in 1,000 for each of two figures."""
    truths = simulate_traces(changed(anthropic, {"sampling.sampler": "pseudo"}), 200, seed=99)
    for text in ("revenue 2027Q2 = 1 bn", "gross margin 2027 = 1%"):
        seen = parse_observation(text, anthropic).seen
        came_true = seen.of_traces(truths)  # pyright: ignore[reportAttributeAccessIssue]
        observations = [Observation(text, seen, float(value)) for value in came_true]
        scores = backtest(anthropic, observations, paths=PATHS // 4).scores
        places = [one.place.value for one in scores]
        assert kstest(places, "uniform").pvalue > 1e-3
        inside = np.mean([not one.surprises for one in scores])
        assert 0.9 - 4 * 0.021 < inside < 0.9 + 4 * 0.021


def test_a_right_scenario_scores_better_than_its_median_alone(anthropic: Scenario) -> None:
    truths = simulate_traces(changed(anthropic, {"sampling.sampler": "pseudo"}), 128, seed=5)
    seen = parse_observation("revenue 2027 = 1 bn", anthropic).seen
    values = seen.of_traces(truths)  # pyright: ignore[reportAttributeAccessIssue]
    observations = [Observation("", seen, float(value)) for value in values]
    found = backtest(anthropic, observations, paths=PATHS // 4)
    scores = np.array([(one.crps.value, one.median_error) for one in found.scores])
    assert scores[:, 0].mean() < 0.85 * scores[:, 1].mean()


def as_of_2024() -> Backtest:
    scenario = of_january("anthropic-as-of-2024")
    seen = read_observations([], OBSERVED, scenario)
    return backtest(scenario, seen, paths=PATHS)


def test_a_year_earlier_the_same_assumptions_would_have_missed_2025() -> None:
    found = as_of_2024()
    assert finding(found).startswith("0 of 3 came true inside")
    for one in found.scores:
        assert one.surprises and one.is_certain and one.place.value == 1.0
        assert one.place.low < 1.0
        assert "above all of the paths" in place_sentence(one)


def test_its_base_year_is_2024_as_reported() -> None:
    """A1 and A3: revenue of 0.381 at a margin of -94%; P3: -109% with free users."""
    scenario = of_january("anthropic-as-of-2024")
    revenue = base_year(scenario).revenue.quantile(0.5)
    cost = scenario.segments[0].inference_cost.quantile(0.5)
    margin = 1.0 - cost - scenario.inference.other_sales_cost.quantile(0.5)
    free = scenario.free_users.users.quantile(0.5) * scenario.free_users.annual_cost.quantile(0.5)
    assert revenue == 0.381
    assert margin == pytest.approx(-0.94, abs=1e-12)
    assert margin - free / revenue == pytest.approx(-1.09, abs=1e-12)


def test_the_words_agree_with_the_numbers(anthropic: Scenario) -> None:
    seen = [
        parse_observation(text, anthropic)
        for text in ("revenue 2026 = 14 bn", "out of cash by 2028 = no", "cash 2026 = 60 bn")
    ]
    found = backtest(anthropic, seen, paths=PATHS)
    revenue, solvent, cash = found.scores
    (share,) = re.findall(r"above (\d+)% of the paths", place_sentence(revenue))
    assert int(share) == round(100 * revenue.place.value)
    quantiles = [revenue.quantiles[i].value for i in (0, 2, 4)]
    written = re.findall(r"P\d+ ([\d.]+) bn", place_sentence(revenue))
    assert [float(x) for x in written] == pytest.approx(quantiles, rel=5e-3)
    (share,) = re.findall(r"which (\d+)% of the paths foresaw", place_sentence(solvent))
    assert int(share) == round(100 * solvent.place.value)
    assert solvent.crps.value == pytest.approx((1 - solvent.place.value) ** 2, abs=1e-9)
    assert (revenue.surprises, solvent.surprises, cash.surprises) == (False, False, True)
    assert finding(found).startswith("2 of 3 came true inside the central 90%")
