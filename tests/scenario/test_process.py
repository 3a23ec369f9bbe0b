"""What growth tells of a lab's trend and of its last shock, against closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from simulate.scenario.process import Process, RunRate, measurement_noise, read_trend, shock_shape

PLAIN = Process(
    trend=0.3,
    trend_sd=0.2,
    half_life=1e9,
    shock_sd=0.1,
    persistence=0.25,
    size_exponent=0.0,
    gain=0.0,
    gain_sd=0.0,
    gain_noise=0.0,
    cost_shock=0.0,
    training_shock=0.0,
    reconstruction_error=0.05,
)


def quarters(growth: list[float]) -> tuple[np.ndarray, np.ndarray]:
    revenue = np.exp(np.cumsum([0.0, *growth]))
    return revenue, np.zeros(len(revenue))


def test_growth_is_shrunk_by_the_variance_of_the_mean_of_four_shocks() -> None:
    independent = replace(PLAIN, persistence=1e-6)
    found = read_trend(*quarters([0.5, 0.7, 0.6, 0.6]), independent)
    factor = 0.2**2 / (0.2**2 + 0.1**2 / 4.0)
    assert found.shrink_factor == pytest.approx(factor, rel=1e-5)
    assert found.mean == pytest.approx(0.3 + factor * 0.3, rel=1e-5)
    assert found.sd**2 == pytest.approx(0.2**2 * (1.0 - factor), rel=1e-5)


def test_one_growth_is_parted_between_trend_and_shock_by_their_variances() -> None:
    found = read_trend(*quarters([0.8]), PLAIN)
    assert found.mean == pytest.approx(0.3 + 0.5 * 0.04 / 0.05)
    assert found.shock == pytest.approx(0.5 * 0.01 / 0.05)
    # Their sum is known, so they would go against each other exactly.
    assert found.correlation == pytest.approx(-0.95)


def test_errors_of_measurement_leave_more_to_the_mean_of_all_labs() -> None:
    revenue, none = quarters([0.8, 0.8, 0.8, 0.8])
    factors = [read_trend(revenue, none + e, PLAIN).shrink_factor for e in (0.0, 0.1, 0.3)]
    assert factors == sorted(factors, reverse=True)


def test_an_error_of_a_quarter_is_in_two_growths_with_opposite_signs() -> None:
    noise = measurement_noise(np.array([0.0, 0.2, 0.0]))
    assert noise == pytest.approx(0.04 * np.array([[1.0, -1.0], [-1.0, 1.0]]))


def test_shocks_of_a_firm_a_thirty_second_the_size_are_twice_as_large() -> None:
    shape = shock_shape(np.array([2.5, 2.5 / 32.0]), replace(PLAIN, size_exponent=0.2))
    assert shape == pytest.approx(np.array([[1.0, 0.5], [0.5, 4.0]]))


def test_a_sure_run_rate_in_the_middle_of_the_next_quarter_sets_its_growth() -> None:
    sure = replace(PLAIN, reconstruction_error=1e-6)
    found = read_trend(*quarters([0.3, 0.3, 0.3, 0.3]), sure, RunRate(1.0, 0.7))
    assert found.mean + 0.25 * found.shock == pytest.approx(0.7, abs=1e-6)
    assert found.mean > 0.3
    # What stays unknown of trend and shock is one thing.
    assert found.correlation == pytest.approx(-0.95)


def test_a_run_rate_that_grew_as_expected_changes_nothing_but_what_is_known() -> None:
    without = read_trend(*quarters([0.3, 0.3, 0.3, 0.3]), PLAIN)
    found = read_trend(*quarters([0.3, 0.3, 0.3, 0.3]), PLAIN, RunRate(0.5, 0.15))
    assert found.mean == pytest.approx(0.3)
    assert found.shock == pytest.approx(0.0, abs=1e-8)
    assert found.sd < without.sd
