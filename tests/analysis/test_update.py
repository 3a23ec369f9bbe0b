"""Beliefs after something has been seen: a linear Gaussian model, alone and inside the engine."""

import math
import re
from functools import cache

import numpy as np
import pytest
from scipy.stats import norm

from simulate.analysis.update import LEAST_EFFECTIVE, Update, importance_weights, update
from simulate.engine.estimate import WeightedPaths
from simulate.model.observation import Observation, parse_observation
from simulate.model.outcomes import Amount
from simulate.model.rows import Metric
from simulate.scenario import Scenario, ScenarioError
from simulate.text.update import finding
from tests.engine.test_coverage import DEMAND, GROWTH, OWN, one_quarter
from tests.scenarios import base_year, value

PATHS = 1 << 15
ERRORS = 4.0


def updated(scenario: Scenario, *texts: str, paths: int = PATHS) -> Update:
    return update(scenario, [parse_observation(text, scenario) for text in texts], paths=paths)


def test_a_linear_gaussian_model_is_updated_as_in_closed_form() -> None:
    """x ~ N(0, S), seen is y = Hx + e: Kalman's posterior, each number within 4 of its errors."""
    rng = np.random.default_rng(1)
    covariance = np.array([[1.0, 0.6], [0.6, 2.0]])
    h, noise, seen = np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([0.4, 0.9]), np.array([1.0, -0.5])
    x = rng.multivariate_normal([0.0, 0.0], covariance, size=PATHS)
    cash = Amount(Metric.CASH, 0, "y")
    likelihoods = [
        Observation("", cash, y, error).log_likelihood(x @ row)
        for row, y, error in zip(h, seen, noise, strict=True)
    ]
    weights = importance_weights(np.sum(likelihoods, axis=0))
    paths = WeightedPaths(weights, np.arange(PATHS) % 16)
    gain = covariance @ h.T @ np.linalg.inv(h @ covariance @ h.T + np.diag(noise**2))
    mean, spread = gain @ seen, covariance - gain @ h @ covariance
    for j in range(2):
        estimate = paths.mean(x[:, j])
        assert estimate.value == pytest.approx(mean[j], abs=ERRORS * estimate.standard_error)
        square = paths.mean((x[:, j] - mean[j]) ** 2)
        assert square.value == pytest.approx(spread[j, j], abs=ERRORS * square.standard_error)
        for level, found in zip((0.1, 0.9), paths.quantiles(x[:, j], (0.1, 0.9)), strict=True):
            exact = norm.ppf(level, mean[j], math.sqrt(spread[j, j]))
            assert found.value == pytest.approx(exact, abs=ERRORS * found.standard_error)
            assert found.standard_error < 0.05


@cache
def first_quarter(sampler: str) -> Update:
    return updated(one_quarter(sampler), "revenue 2026Q1 = 3 bn ± 10%")


@pytest.mark.parametrize("sampler", ["sobol", "pseudo"])
def test_in_the_engine_growth_is_updated_as_in_closed_form(sampler: str) -> None:
    """The first quarter's log revenue is log R0 + g/4 + shocks: linear and Gaussian in g."""
    found = first_quarter(sampler)
    year = base_year(found.scenario)
    mean, deviation = GROWTH
    noise = DEMAND**2 + OWN**2 + 0.10**2
    gain = deviation**2 / 4 / (deviation**2 / 16 + noise)
    seen = math.log(3.0 / (3 * value(year.monthly_revenue)))
    centre = mean + gain * (seen - mean / 4)
    spread = math.sqrt(deviation**2 * (1 - gain / 4))
    growth = found.inputs[0]
    assert growth.name == "segments.api.growth.initial"
    for level, estimate in zip((0.1, 0.5, 0.9), growth.after, strict=True):
        exact = norm.ppf(level, centre, spread)
        assert estimate.value == pytest.approx(exact, abs=ERRORS * estimate.standard_error)
    for level, estimate in zip((0.1, 0.5, 0.9), growth.before, strict=True):
        assert estimate.value == pytest.approx(norm.ppf(level, *GROWTH), abs=0.02)


def test_the_effective_number_is_that_of_the_gaussian_model() -> None:
    """Of a normal prior and likelihood it is known: n E[w]^2 / E[w^2]."""
    found = first_quarter("pseudo")
    year = base_year(found.scenario)
    s, spread = 0.10, math.sqrt(GROWTH[1] ** 2 / 16 + DEMAND**2 + OWN**2)
    distance = math.log(3.0 / (3 * value(year.monthly_revenue))) - GROWTH[0] / 4
    of_weight = norm.pdf(distance, 0.0, math.hypot(s, spread))
    of_square = norm.pdf(distance, 0.0, math.sqrt(s**2 / 2 + spread**2)) / (
        2 * s * math.sqrt(math.pi)
    )
    expected = PATHS * of_weight**2 / of_square
    assert found.posterior.effective == pytest.approx(expected, rel=0.03)


def test_an_uninformative_observation_changes_nothing(anthropic: Scenario) -> None:
    found = updated(anthropic, "revenue 2026Q1 = 3 bn ± 100000000%")
    assert found.posterior.effective == pytest.approx(PATHS)
    for belief in found.beliefs:
        assert belief.after.value == pytest.approx(belief.before.value, abs=1e-9)
        assert belief.after.standard_error == pytest.approx(belief.before.standard_error, rel=1e-6)
    for spread in found.outcomes:
        before = [e.value for e in spread.before]
        assert [e.value for e in spread.after] == pytest.approx(before, rel=1e-3)
    assert found.inputs == []
    assert "stays at" in finding(found)


def test_a_very_informative_observation_is_refused_for_its_effective_number(
    anthropic: Scenario,
) -> None:
    with pytest.raises(ScenarioError) as raised:
        updated(anthropic, "revenue 2026Q1 = 3 bn ± 0.01%")
    effective = int(re.findall(r"effective (\d+) of 32,768 paths", str(raised.value))[0])
    assert effective < LEAST_EFFECTIVE
    assert re.search(r"ask for --paths \d+, give a wider error", str(raised.value))


def test_what_no_path_allows_is_refused_with_its_place(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError) as raised:
        updated(anthropic, "revenue 2026Q1 = 30 bn ± 1%")
    assert "above 100.0% of paths, whose median is 2.78 bn" in str(raised.value)
    assert "--paths" not in str(raised.value)
    with pytest.raises(ScenarioError, match="leaves an effective 0 of"):
        updated(anthropic, "gross margin by 2026Q1 = yes")


def test_more_than_enough_paths_make_a_refused_observation_answerable(anthropic: Scenario) -> None:
    text = "revenue 2026Q1 = 3 bn ± 0.05%"
    with pytest.raises(ScenarioError) as raised:
        updated(anthropic, text, paths=1 << 14)
    (asked,) = re.findall(r"--paths (\d+)", str(raised.value))
    assert updated(anthropic, text, paths=int(asked)).posterior.effective >= LEAST_EFFECTIVE


def test_two_observations_weigh_as_their_product(anthropic: Scenario) -> None:
    texts = ("revenue 2026 = 14 bn ± 10%", "gross margin 2026 = 50% ± 5%")
    both = updated(anthropic, *texts, paths=8192).posterior.weight
    first, second = (updated(anthropic, text, paths=8192).posterior.weight for text in texts)
    np.testing.assert_allclose(both, first * second / np.max(first * second), rtol=1e-9)


def test_an_event_leaves_the_paths_in_which_it_is_so(anthropic: Scenario) -> None:
    found = updated(anthropic, "out of cash by 2028 = no")
    by_2028 = 1.0 - found.posterior.effective / PATHS
    assert 0.08 < by_2028 < 0.12
    assert set(np.unique(found.posterior.weight)) == {0.0, 1.0}


def test_seeing_what_was_to_be_known_settles_it(anthropic: Scenario) -> None:
    found = updated(anthropic, "gross margin by 2027 = yes")
    assert found.beliefs[0].after.value == 1.0
    assert "rises from 14% to 100%" in finding(found)


def test_the_words_agree_with_the_numbers(anthropic: Scenario) -> None:
    found = updated(anthropic, "gross margin 2026 = 45% ± 1%")
    (before, after) = re.findall(r"falls from (\d+)% to (\d+)%", finding(found))[0]
    belief = found.beliefs[0]
    assert (int(before), int(after)) == (
        round(100 * belief.before.value),
        round(100 * belief.after.value),
    )
    (place,) = found.places
    share = float(re.findall(r"above ([\d.]+)% of paths", place)[0])
    seen = found.observations[0]
    middle = next(s for s in found.outcomes if s.name.startswith("gross margin"))
    assert seen.value == 0.45 and middle.name == "gross margin, paying users 2027"
    assert 20 < share < 40


def test_a_figure_without_an_error_is_not_weighed(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="say how exactly it is known"):
        updated(anthropic, "revenue 2026Q1 = 3 bn")
