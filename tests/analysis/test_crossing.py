"""Where a probability passes a level, on curves whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from simulate.analysis.goal import Curve
from simulate.engine.reading import Counted
from simulate.engine.statistics import Replicated

REPLICATES, PATHS = 16, 4096
GRID = np.linspace(-3.0, 3.0, 13)
CENTRE, WIDTH = 0.37, 0.8


def normal_curve(seed: int, calls: list[float] | None = None, paths: int = PATHS) -> Curve:
    """A probability Phi((x - centre) / width), by counting the same normal draws at every x."""
    draws = np.sort(np.random.default_rng(seed).standard_normal((REPLICATES, paths)), axis=1)

    def evaluate(value: float) -> Counted:
        if calls is not None:
            calls.append(value)
        limit = (value - CENTRE) / WIDTH
        return Counted(np.array([np.searchsorted(row, limit) for row in draws]), paths)

    return Curve(evaluate, -3.0, 3.0)


def quantile_curve(seed: int) -> Curve:
    """The tenth percentile of exp(x) times lognormal draws, the same at every x."""
    draws = np.exp(WIDTH * np.random.default_rng(seed).standard_normal((REPLICATES, 1024)))
    pooled, each = np.quantile(draws, 0.1), np.quantile(draws, 0.1, axis=1)
    return Curve(lambda x: Replicated(np.exp(x) * pooled, np.exp(x) * each, 0.0), -3.0, 3.0)


def level_curve(counts: NDArray[np.int64]) -> Curve:
    return Curve(lambda _: Counted(counts, PATHS), -3.0, 3.0)


@pytest.mark.parametrize("level", [0.02, 0.3, 0.5, 0.95])
def test_a_normal_probability_passes_a_level_at_its_quantile(level: float) -> None:
    (crossing,) = normal_curve(1).crossings(level, GRID)
    truth = CENTRE + WIDTH * norm.ppf(level)
    assert crossing.rises
    # Beyond 4 standard errors once in 16,000 seeds, were they normal.
    assert abs(crossing.value.value - truth) < 4.0 * crossing.value.standard_error


def test_the_error_is_the_error_of_the_probability_over_its_slope() -> None:
    level = 0.3
    (crossing,) = normal_curve(2).crossings(level, GRID)
    slope = norm.pdf(norm.ppf(level)) / WIDTH
    expected = np.sqrt(level * (1 - level) / (REPLICATES * PATHS)) / slope
    # The spread of 16 replicates is off by half or more once in 800 seeds.
    assert 0.5 * expected < crossing.value.standard_error < 1.6 * expected


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Of 300 intervals of 95%, 32 or more miss once in 18,000 times."""
    truth, level = CENTRE + WIDTH * norm.ppf(0.3), 0.3
    found = [normal_curve(seed).crossings(level, GRID)[0].value for seed in range(300)]
    missed = sum(not value.low <= truth <= value.high for value in found)
    assert missed < 32


@pytest.mark.parametrize("level", [0.0015, 0.01, 0.9985])
def test_where_few_paths_count_the_interval_is_wide_and_holds_the_truth(level: float) -> None:
    """Of 60 intervals of 95%, 10 or more miss once in 1,700 times."""
    truth, deviation = CENTRE + WIDTH * norm.ppf(level), np.sqrt(level * (1 - level))
    expected = deviation / np.sqrt(REPLICATES * 256) / (norm.pdf(norm.ppf(level)) / WIDTH)
    found = [normal_curve(seed, paths=256).crossings(level, GRID) for seed in range(60)]
    values = [crossing.value for crossings in found for crossing in crossings]
    assert sum(not value.low <= truth <= value.high for value in values) < 10
    errors = np.array([value.standard_error for value in values])
    # As wide as the grid's step, where it must be.
    assert 0.5 * expected < np.median(errors) < max(3.0 * expected, 0.5)


def test_few_runs_beside_the_grid_find_the_crossing() -> None:
    calls: list[float] = []
    normal_curve(3, calls).crossings(0.5, GRID)
    assert len(calls) == len(set(calls)) <= len(GRID) + 9


def test_a_step_is_found_to_the_finest_part_of_the_range() -> None:
    step = 1.2345
    curve = Curve(
        lambda value: Counted(np.full(REPLICATES, PATHS if value >= step else 0), PATHS), -3.0, 3.0
    )
    (crossing,) = curve.crossings(0.5, GRID)
    assert abs(crossing.value.value - step) < 6e-4
    assert crossing.value.low <= step <= crossing.value.high
    assert 0.0 < crossing.value.standard_error < 6e-4


def test_a_quantile_passes_a_level_where_its_logarithm_does() -> None:
    """exp(x) exp(-WIDTH z) = 2; of 200 intervals of 95%, 23 or more miss once in 10,000 times."""
    truth = np.log(2.0) - WIDTH * norm.ppf(0.1)
    found = [quantile_curve(seed).crossings(2.0, GRID)[0].value for seed in range(200)]
    assert sum(not value.low <= truth <= value.high for value in found) < 23
    errors = [value.standard_error for value in found]
    density = norm.pdf(norm.ppf(0.1)) / WIDTH
    expected = np.sqrt(0.1 * 0.9 / (REPLICATES * 1024)) / density
    assert np.median(errors) == pytest.approx(expected, rel=0.1)


def test_a_hill_is_passed_twice() -> None:
    draws = np.random.default_rng(4).standard_normal((REPLICATES, PATHS))
    curve = Curve(lambda x: Counted((draws < 1.5 - x**2).sum(axis=1), PATHS), -3.0, 3.0)
    up, down = curve.crossings(0.5, GRID)
    assert (up.rises, down.rises) == (True, False)
    for crossing, truth in ((up, -np.sqrt(1.5)), (down, np.sqrt(1.5))):
        assert abs(crossing.value.value - truth) < 4.0 * crossing.value.standard_error


def test_a_level_that_is_never_passed_has_no_crossing() -> None:
    assert normal_curve(5).crossings(0.9999, np.linspace(-3.0, 1.0, 5)) == []
    assert level_curve(np.full(REPLICATES, 100)).crossings(0.5, GRID) == []
