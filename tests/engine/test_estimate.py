"""Intervals of probabilities and changes: inside what they can be, and as wide as they must be."""

import math

import numpy as np
import pytest
from scipy.stats import beta, binom, norm, t

from simulate.engine.estimate import (
    Estimate,
    change_of_probability,
    probability,
    share_with_interval,
    within,
)

REPLICATES, PATHS = 16, 512


def counts(chance: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).binomial(PATHS, chance, REPLICATES)


@pytest.mark.parametrize("expected", [0.5, 2.0, 4.0, 10.0, 300.0, 4096.0, 8190.0])
def test_an_interval_holds_however_few_paths_count(expected: float) -> None:
    """Of 2,000 seeds, 93.4% or more: at a true 95%, a false alarm in 2,000."""
    chance, seeds = expected / (REPLICATES * PATHS), 2000
    found = [probability(counts(chance, seed), PATHS) for seed in range(seeds)]
    held = sum(estimate.low <= chance <= estimate.high for estimate in found)
    assert held >= binom.ppf(0.0005, seeds, 0.95)
    assert all(0.0 <= e.low <= e.value <= e.high <= 1.0 for e in found)


def test_an_error_is_worth_as_many_independent_paths() -> None:
    """Ten of a hundred, and replicates so many that t is normal: Clopper and Pearson's interval."""
    found = share_with_interval(0.1, 0.03, 10**6)
    low, high = beta.ppf(0.025, 10, 91), beta.ppf(0.975, 11, 90)
    assert (found.low, found.high) == (pytest.approx(low, rel=1e-4), pytest.approx(high, rel=1e-4))


def test_where_many_paths_count_the_interval_is_that_of_t() -> None:
    found = share_with_interval(0.3, 1e-4, REPLICATES)
    reach = float(t.ppf(0.975, REPLICATES - 1)) * 1e-4
    assert found.low == pytest.approx(0.3 - reach, rel=0, abs=0.01 * reach)
    assert found.high == pytest.approx(0.3 + reach, rel=0, abs=0.01 * reach)


def test_a_change_of_a_single_path_is_no_surer_than_none() -> None:
    before = np.zeros(REPLICATES)
    none = change_of_probability(before, before, PATHS)
    one = change_of_probability(before, np.eye(REPLICATES)[3], PATHS)
    assert math.isnan(none.standard_error) and none.low == -none.high
    assert one.high - one.value >= none.high


def test_an_interval_leaves_out_what_cannot_be() -> None:
    estimate = Estimate(0.02, 0.05, 0.02 - norm.ppf(0.975) * 0.05, 1.4)
    assert within(estimate, 0.0, 1.0) == Estimate(0.02, 0.05, 0.0, 1.0)
    assert within(estimate, low=0.0).high == 1.4
