"""The part of a variance that an input explains, from given paths, where it is known."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import qmc

from simulate.analysis.effects import correlation_ratios, equal_groups
from simulate.engine.estimate import Estimate
from tests.analysis.test_variance import ERRORS, ishigami

Array = NDArray[np.float64]

REPLICATES = 16
A, B = 7.0, 0.1
FIRST = 0.5 * (1.0 + B * math.pi**4 / 5.0) ** 2
ISHIGAMI = FIRST + A**2 / 8.0 + B**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
SIZES, WEIGHTS = np.array([-1.0, 0.0, 2.0, 3.0, 9.0]), np.array([0.49, 0.37, 0.1, 0.01, 0.03])
SIZES_VARIANCE = float(WEIGHTS @ SIZES**2 - (WEIGHTS @ SIZES) ** 2)


def z(u: Array) -> Array:
    return stats.norm.ppf(u)


def sizes(u: Array) -> Array:
    return SIZES[np.searchsorted(np.cumsum(WEIGHTS)[:-1], u)]


# The input and the outcome of three uniform numbers, shape (paths, 3), and what is explained.
KNOWN: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array], float]] = {
    "the outcome itself": (lambda u: z(u[:, 0]), lambda u: z(u[:, 0]), 1.0),
    "a sum of Gaussians": (
        lambda u: z(u[:, 0]),
        lambda u: math.sqrt(0.3) * z(u[:, 0]) + math.sqrt(0.7) * z(u[:, 1]),
        0.3,
    ),
    "a correlated input": (
        lambda u: 0.6 * z(u[:, 0]) + 0.8 * z(u[:, 1]),
        lambda u: z(u[:, 0]) - z(u[:, 2]),
        0.18,
    ),
    "Ishigami's first": (lambda u: u[:, 0], ishigami, FIRST / ISHIGAMI),
    "Ishigami's second": (lambda u: u[:, 1], ishigami, A**2 / 8.0 / ISHIGAMI),
    "Ishigami's third": (lambda u: u[:, 2], ishigami, 0.0),
    "a factor of mean nought": (lambda u: z(u[:, 0]), lambda u: z(u[:, 0]) * z(u[:, 1]), 0.0),
    "a factor": (
        lambda u: z(u[:, 0]),
        lambda u: (1.0 + z(u[:, 0])) * (1.0 + z(u[:, 1])),
        1.0 / 3.0,
    ),
    "a lognormal factor": (
        lambda u: np.exp(z(u[:, 0])),
        lambda u: np.exp(0.3 * (z(u[:, 0]) + z(u[:, 1]))),
        math.expm1(0.09) / math.expm1(0.18),
    ),
    "one of three values": (
        lambda u: np.floor(3.0 * u[:, 0]),
        lambda u: np.floor(3.0 * u[:, 0]) + z(u[:, 1]),
        0.4,
    ),
    "a rare yes": (
        lambda u: (u[:, 0] > 0.9).astype(float),
        lambda u: (u[:, 0] > 0.9) + 0.3 * z(u[:, 1]),
        0.5,
    ),
    "values of unlike weights": (
        lambda u: sizes(u[:, 0]),
        lambda u: sizes(u[:, 0]) + z(u[:, 1]),
        SIZES_VARIANCE / (1.0 + SIZES_VARIANCE),
    ),
    "an event": (  # of a probability Phi(0.75 x), whose variance is asin(0.36) / 2 pi
        lambda u: z(u[:, 0]),
        lambda u: (0.6 * z(u[:, 0]) + 0.8 * z(u[:, 1]) > 0.0).astype(float),
        math.asin(0.36) / (2.0 * math.pi) / 0.25,
    ),
    "a yes that makes an event likelier": (
        lambda u: (u[:, 0] > 0.5).astype(float),
        lambda u: (u[:, 1] < np.where(u[:, 0] > 0.5, 0.6, 0.2)).astype(float),
        0.04 / 0.24,
    ),
    "an outcome of two values": (
        lambda u: (u[:, 0] > 0.3).astype(float),
        lambda u: (u[:, 0] > 0.3).astype(float),
        1.0,
    ),
}


def found(name: str, sampler: str, paths: int, seed: int) -> Estimate:
    given, outcome, _ = KNOWN[name]
    columns = []
    for replicate in range(REPLICATES):
        rng = np.random.default_rng([seed, replicate])
        if sampler == "sobol":
            u = qmc.Sobol(3, bits=32, rng=rng).random(paths) + 0.5**33
        else:
            u = rng.random((paths, 3))
        columns.append((given(u), outcome(u)))
    inputs, outcomes = (np.stack(column) for column in zip(*columns, strict=True))
    (ratio,) = correlation_ratios(inputs, [outcomes])
    return ratio


@pytest.mark.parametrize("sampler", ["sobol", "pseudo"])
@pytest.mark.parametrize("name", KNOWN)
def test_what_an_input_explains_is_found(name: str, sampler: str) -> None:
    truth, estimate = KNOWN[name][2], found(name, sampler, 2048, 11)
    assert abs(estimate.value - truth) < ERRORS * estimate.standard_error + 1e-9
    assert estimate.standard_error < 0.012


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["sobol", "pseudo"])
def test_the_intervals_hold(sampler: str) -> None:
    """At least 175 of 200: at a true 95%, one false alarm in 100,000 for each of the 30 numbers."""
    seeds = 200
    for name, (_, _, truth) in KNOWN.items():
        estimates = [found(name, sampler, 512, seed) for seed in range(seeds)]
        held = sum(e.low - 1e-9 <= truth <= e.high + 1e-9 for e in estimates)
        print(sampler, name, held / seeds)
        assert held >= 175, name


def test_equal_values_stay_in_one_group() -> None:
    values = np.array([[3.0, 1.0, 1.0, 2.0], [1.0, 9.0, 1.0, 1.0]])
    np.testing.assert_array_equal(equal_groups(values, 4), [[2, 0, 0, 1], [0, 2, 0, 0]])


def test_different_values_make_groups_of_one_size() -> None:
    groups = equal_groups(np.random.default_rng(1).permutation(1000), 8)
    np.testing.assert_array_equal(np.bincount(groups), np.full(8, 125))
