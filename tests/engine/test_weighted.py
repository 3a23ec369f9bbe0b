"""Estimates from weighted paths: against closed forms, with errors that are honest."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simulate.engine.estimate import WeightedPaths, centred, probability

REPLICATES, EACH = 16, 256
REPLICATE = np.repeat(np.arange(REPLICATES), EACH)


def equal_weights() -> WeightedPaths:
    return WeightedPaths(np.ones(REPLICATE.size), REPLICATE)


def test_equal_weights_give_the_plain_estimates() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=REPLICATE.size)
    plain = centred(values.mean(), values.reshape(REPLICATES, EACH).mean(axis=1))
    found = equal_weights().mean(values)
    assert found.value == pytest.approx(plain.value)
    assert found.standard_error == pytest.approx(plain.standard_error)
    counts = (values > 1.0).reshape(REPLICATES, EACH).sum(axis=1)
    share = equal_weights().probability(values > 1.0)
    assert share.value == pytest.approx(probability(counts, EACH).value)
    assert share.standard_error == pytest.approx(probability(counts, EACH).standard_error, rel=0.01)


def test_whole_weights_count_a_path_so_many_times() -> None:
    rng = np.random.default_rng(2)
    values, weight = rng.normal(size=REPLICATE.size), rng.integers(0, 4, REPLICATE.size)
    found = WeightedPaths(weight.astype(float), REPLICATE)
    repeated = np.repeat(values, weight)
    assert found.mean(values).value == pytest.approx(repeated.mean())
    levels = (0.1, 0.5, 0.9)
    for estimate, level in zip(found.quantiles(values, levels), levels, strict=True):
        assert estimate.value == np.quantile(repeated, level, method="inverted_cdf")


@given(arrays(float, 40, elements=st.floats(0.0, 1e6)), st.floats(1e-3, 1e3))
def test_the_effective_number_lies_between_one_and_all_that_count(
    weight: np.ndarray, scale: float
) -> None:
    weight[0] = 1.0
    paths = WeightedPaths(weight, np.zeros(40, int))
    assert 1.0 - 1e-9 <= paths.effective <= np.count_nonzero(weight) + 1e-9
    assert WeightedPaths(scale * weight, paths.replicate).effective == pytest.approx(
        paths.effective
    )


def test_what_never_happens_is_bounded_by_the_effective_number() -> None:
    weight = np.zeros(REPLICATE.size)
    weight[:100] = 1.0
    found = WeightedPaths(weight, REPLICATE).probability(np.zeros(REPLICATE.size))
    assert found.value == found.low == 0.0 and math.isnan(found.standard_error)
    assert found.high == pytest.approx(1.0 - 0.025 ** (1 / 100))


def test_intervals_cover_weighted_means_and_quantiles() -> None:
    """N(0, 1) weighed by exp(x/2) is N(1/2, 1). Of 200 intervals each, at least 178 cover.

    At a true 95% that fails once in 3,000 for each of the three.
    """
    rng = np.random.default_rng(3)
    covered = np.zeros(3)
    for _ in range(200):
        x = rng.normal(size=REPLICATE.size)
        paths = WeightedPaths(np.exp(x / 2.0), REPLICATE)
        median, p90 = paths.quantiles(x, (0.5, 0.9))
        truths = ((paths.mean(x), 0.5), (median, 0.5), (p90, 0.5 + 1.2815515655446004))
        covered += [estimate.low <= truth <= estimate.high for estimate, truth in truths]
    assert (covered >= 178).all(), covered
