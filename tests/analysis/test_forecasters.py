"""Simple forecasters of revenue, against their closed forms."""

import math
from typing import cast

import numpy as np
import pytest
from scipy import stats

from simulate.analysis.forecasters import Pocket, damped_trend, plan_with_error, random_walk

PATHS = 200_000
HISTORY = [1.0, 1.3, 1.5, 2.0, 2.4]
GROWTH = np.diff(np.log(HISTORY))


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_a_random_walk_is_the_posterior_predictive_of_its_growths() -> None:
    """A quarter ahead: t with three degrees about the mean, s sqrt(1 + 1/4) wide."""
    drawn = np.log(random_walk(HISTORY, 1, PATHS, rng())[:, 0] / HISTORY[-1])
    exact = stats.t(3, GROWTH.mean(), GROWTH.std(ddof=1) * math.sqrt(1.25))
    for level in (0.05, 0.5, 0.95):
        assert np.mean(drawn <= exact.ppf(level)) == pytest.approx(level, abs=0.003)


def test_a_damped_trend_keeps_four_fifths_of_its_growth_after_a_year() -> None:
    walk, damped = (f(HISTORY, 5, PATHS, rng()) for f in (random_walk, damped_trend))
    lost = np.log(walk / damped)
    assert np.diff(lost, axis=1)[:, 2] == pytest.approx(0.2 * GROWTH.mean(), rel=1e-9)


def test_a_plans_error_grows_with_the_root_of_time() -> None:
    drawn = np.log(plan_with_error([1.0] * 8, 0.3, PATHS, rng()))
    assert drawn[:, 3].std() == pytest.approx(0.3, rel=0.01)
    assert drawn[:, 7].std() == pytest.approx(0.3 * math.sqrt(2.0), rel=0.01)


def test_the_pocket_model_without_chance_is_arithmetic() -> None:
    certain = Pocket(0.4, 0.0, 1e9, 0.0, 0.2, 0.0)
    revenue, margin = certain.paths(2.0, 0.5, 4, 10, rng())
    assert revenue == pytest.approx(2.0 * np.exp(0.4 * np.arange(1, 5)) * np.ones((10, 1)))
    assert margin[:, 3] == pytest.approx(1.0 - 0.5 * math.exp(-0.2))


class Always:
    """Chance that draws one normal score alone."""

    def __init__(self, score: float) -> None:
        self.score = score

    def standard_normal(self, shape: tuple[int, int]) -> np.ndarray:
        return np.full(shape, self.score)


@pytest.mark.parametrize(("level", "half_life"), [(0.1, 0.5), (0.5, 1.0), (0.9, 2.0)])
def test_the_pocket_models_half_life_is_half_at_its_p10_and_twice_at_its_p90(
    level: float, half_life: float
) -> None:
    fading = Pocket(0.4, 0.0, 1.0, 0.0, 0.0, 0.0)
    drawn = cast("np.random.Generator", Always(stats.norm.ppf(level)))
    revenue, _ = fading.paths(1.0, 0.5, 4, 1, drawn)
    growth = math.log(revenue[0, 3] / revenue[0, 2])
    assert growth == pytest.approx(0.4 * 2.0 ** (-1.0 / half_life), rel=1e-9)


def test_the_pocket_models_growth_halves_by_its_half_life_in_the_median() -> None:
    fading = Pocket(0.4, 0.0, 1.0, 0.0, 0.0, 0.0)
    revenue, _ = fading.paths(1.0, 0.5, 4, PATHS, rng())
    last = np.log(revenue[:, 3] / revenue[:, 2])
    assert np.median(last) == pytest.approx(0.2, rel=0.01)
