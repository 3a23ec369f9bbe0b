"""How well one number tells some paths from others."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from simulate.analysis.separation import separation


def test_what_is_always_larger_separates_wholly() -> None:
    chosen = np.array([False, True, False, True])
    assert separation([1, 5, 2, 9], chosen).auc == 1.0
    assert separation([5, 1, 9, 2], chosen).auc == 0.0


def test_the_same_everywhere_separates_nothing() -> None:
    assert separation(np.ones(9), np.arange(9) < 4).auc == 0.5


def test_it_is_the_statistic_of_mann_and_whitney_with_ties() -> None:
    random = np.random.default_rng(1)
    values, chosen = random.integers(0, 12, 300), random.random(300) < 0.3
    values[chosen] += random.integers(0, 4, chosen.sum())
    found = mannwhitneyu(values[chosen], values[~chosen])
    pairs = chosen.sum() * (~chosen).sum()
    assert separation(values, chosen).auc == pytest.approx(found.statistic / pairs)


def test_its_error_is_that_of_numbers_that_say_nothing() -> None:
    random = np.random.default_rng(2)
    chosen = np.arange(200) < 30
    found = [separation(random.random(200), chosen) for _ in range(2000)]
    assert np.std([each.auc for each in found]) == pytest.approx(found[0].error, rel=0.08)
