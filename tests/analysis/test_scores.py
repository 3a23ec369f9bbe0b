"""Scores of forecasts, against their closed forms and definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulate.analysis.scores import crps, joint_p, rank_of, ratio_of_scores, width_of


def test_a_rank_counts_half_of_what_is_equal() -> None:
    assert rank_of([1.0, 2.0, 2.0, 3.0], 2.0) == 0.5
    assert rank_of([1.0, 2.0], 5.0) == 1.0


def test_the_score_is_that_of_its_definition() -> None:
    rng = np.random.default_rng(1)
    paths, truth = rng.gamma(2.0, size=200), rng.gamma(2.0, size=7)
    pairs = np.abs(paths[:, None] - paths).mean() / 2.0
    by_hand = np.abs(paths[:, None] - truth).mean(axis=0) - pairs
    assert crps(paths, truth) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("truth", [-3.0, -0.4, 0.0, 1.7])
def test_the_score_of_a_normal_forecast_is_its_closed_form(truth: float) -> None:
    """Gneiting and others, Monthly Weather Review 133, 2005, equation 5."""
    scores = stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    cdf, pdf = stats.norm.cdf(truth), stats.norm.pdf(truth)
    exact = truth * (2.0 * cdf - 1.0) + 2.0 * pdf - 1.0 / math.sqrt(math.pi)
    assert crps(scores, truth) == pytest.approx(exact, abs=2e-5)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30), st.floats(-1e3, 1e3))
def test_the_score_of_any_forecast_is_its_definition_and_never_negative(
    sample: list[float], value: float
) -> None:
    x = np.array(sample)
    defined = np.mean(np.abs(x - value)) - np.mean(np.abs(x[:, None] - x)) / 2
    found = crps(x, value)
    assert found == pytest.approx(defined, abs=1e-9)
    assert found >= -1e-9


def test_of_a_single_answer_the_score_is_its_error_and_of_an_event_the_brier_score() -> None:
    assert crps(np.full(100, 2.0), 5.0) == pytest.approx(3.0)
    happens = np.repeat([1.0, 0.0], [30, 70])
    assert crps(happens, 1.0) == pytest.approx(0.49)
    assert crps(happens, 0.0) == pytest.approx(0.09)


def test_a_certain_forecast_scores_its_distance() -> None:
    assert crps([2.0, 2.0], [2.0, 5.0]).tolist() == [0.0, 3.0]


def test_the_joint_p_of_a_true_forecast_is_uniform() -> None:
    """A Kolmogorov-Smirnov test of 200 truths; it fails by chance once in 10,000."""
    rng = np.random.default_rng(2)
    root = np.linalg.cholesky([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    paths = rng.standard_normal((2000, 3)) @ root.T
    truths = rng.standard_normal((200, 3)) @ root.T
    found = [joint_p(paths, truth) for truth in truths]
    assert stats.kstest(found, "uniform").pvalue > 1e-4


def test_the_joint_p_knows_too_narrow_from_too_wide() -> None:
    rng = np.random.default_rng(3)
    paths = rng.standard_normal((2000, 8))
    assert joint_p(paths, np.full(8, 3.0)) < 0.001
    assert joint_p(paths, np.zeros(8)) > 0.99


def test_the_ratio_of_scores_is_a_geometric_mean() -> None:
    assert ratio_of_scores([1.0, 4.0], [2.0, 2.0]) == pytest.approx(1.0)


def test_the_width_is_that_of_the_central_four_fifths() -> None:
    assert width_of(np.linspace(0.0, 1.0, 10_001)) == pytest.approx(0.8)
