"""Indices of test functions whose indices are known, and what holds of any function."""

import itertools
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.stats import qmc

from simulate.analysis.variance import (
    Variances,
    first_order_variance,
    pick_freeze,
    runs_of_pick_freeze,
    shapley,
    total_order_variance,
)
from simulate.engine.estimate import Estimate, ratio_of_means
from simulate.kernels.points import mixed_points, ordered_root, twin_points
from tests.python_kernels import enter_block

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

REPLICATES, PATHS, PERMUTATIONS = 16, 4096, 16
# Of Student's t with 15 degrees of freedom: one false alarm in 2,000 comparisons.
ERRORS = 4.4
CORRELATION = np.array(
    [
        [1.0, 0.6, 0.3, 0.0],
        [0.6, 1.0, -0.2, 0.0],
        [0.3, -0.2, 1.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
WEIGHTS = np.array([1.0, -0.8, 0.5, 0.7])
CORRELATED = ((0, 1, 2), (3,))


def ishigami(u: Array) -> Array:
    x = math.pi * (2.0 * u - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


A = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def g_function(u: Array) -> Array:
    return np.prod((np.abs(4.0 * u - 2.0) + A) / (1.0 + A), axis=1)


class OnCube:
    """A function of a few numbers, drawn in any order, as a model of its drivers."""

    def __init__(
        self,
        function: Function,
        replicate: int,
        correlation: Array | None,
        drivers: int,
        paths: int = PATHS,
        seed: int = 3,
    ) -> None:
        rng = np.random.default_rng([seed, replicate])
        wide = qmc.Sobol(2 * drivers, bits=32, rng=rng).random(paths) + 0.5**33
        self.paths, self.orders = paths, np.random.default_rng([seed, replicate, 1])
        self._own, self._other = wide[:, ::2], wide[:, 1::2]
        self._function, self._correlation = function, correlation
        self.calls = 0

    def part(self, order: Sequence[int], taken: Sequence[int], paths: slice) -> Array:
        self.calls += 1
        u = self._own[paths].copy()
        u[:, list(taken)] = self._other[paths][:, list(taken)]
        if self._correlation is not None:
            u = stats.norm.ppf(u) @ ordered_root(self._correlation, list(order)).T
        return self._function(u)[:, None]

    def __call__(self, order: Sequence[int], taken: Sequence[int]) -> Array:
        return self.part(order, taken, slice(None))


def estimated(
    function: Function,
    blocks: Sequence[Sequence[int]],
    correlation: Array | None = None,
    paths: int = PATHS,
    seed: int = 3,
) -> dict[str, list[Estimate]]:
    """Return the indices of a function by name, one a driver or correlated block."""
    drivers = sum(map(len, blocks))
    models = [OnCube(function, r, correlation, drivers, paths, seed) for r in range(REPLICATES)]
    found = [pick_freeze(model, blocks) for model in models]
    variance = [v.variance[0] for v in found]
    indices = {
        name: [
            ratio_of_means([getattr(v, name)[row, 0] for v in found], variance)
            for row in range(len(getattr(found[0], name)))
        ]
        for name in Variances._fields[:-1]
    }
    added = np.array([mean_walk(model, drivers) for model in models])
    whole = added.sum(axis=1)
    indices["share"] = [ratio_of_means(added[:, i], whole) for i in range(drivers)]
    return indices


def mean_walk(model: OnCube, drivers: int) -> Array:
    size = model.paths // PERMUTATIONS
    permutations = [model.orders.permutation(drivers).tolist() for _ in range(PERMUTATIONS // 2)]
    permutations += [permutation[::-1] for permutation in permutations]
    parts = [slice(k * size, (k + 1) * size) for k in range(PERMUTATIONS)]
    return np.mean(
        [
            shapley(partial(model.part, paths=part), permutation)[:, 0]
            for permutation, part in zip(permutations, parts, strict=True)
        ],
        axis=0,
    )


def shapley_of(value: Callable[[tuple[int, ...]], float], drivers: int) -> list[float]:
    """Return Shapley's effects by their definition, from the value of every set of drivers."""
    effects = []
    for driver in range(drivers):
        others = [i for i in range(drivers) if i != driver]
        effects.append(
            sum(
                (value(tuple(sorted((*chosen, driver)))) - value(chosen))
                / (drivers * math.comb(drivers - 1, size))
                for size in range(drivers)
                for chosen in itertools.combinations(others, size)
            )
        )
    return effects


def assert_near(found: Sequence[Estimate], truth: ArrayLike) -> None:
    for estimate, expected in zip(found, np.ravel(truth), strict=True):
        assert abs(estimate.value - expected) < ERRORS * estimate.standard_error + 1e-9
        # The bars are short enough to mean something.
        assert estimate.standard_error < 0.02


def test_ishigami() -> None:
    """Ishigami and Homma, 1990; a = 7, b = 0.1."""
    a, b = 7.0, 0.1
    first = 0.5 * (1.0 + b * math.pi**4 / 5.0) ** 2
    second, both = a**2 / 8.0, b**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    variance = first + second + both
    found = estimated(ishigami, [(0,), (1,), (2,)])
    assert_near(found["first_order"], [first / variance, second / variance, 0.0])
    assert_near(
        found["total_order"], [(first + both) / variance, second / variance, both / variance]
    )
    shares = [(first + both / 2.0) / variance, second / variance, both / 2.0 / variance]
    assert_near(found["share"], shares)


def test_g_function() -> None:
    """Saltelli and Sobol', 1995."""
    part = 1.0 / (3.0 * (1.0 + A) ** 2)
    variance = np.prod(1.0 + part) - 1.0
    found = estimated(g_function, [(i,) for i in range(len(A))])
    assert_near(found["first_order"], part / variance)
    assert_near(found["total_order"], part * np.prod(1.0 + part) / (1.0 + part) / variance)
    assert_near(
        found["share"],
        shapley_of(lambda u: float((np.prod(1.0 + part[list(u)]) - 1.0) / variance), len(A)),
    )


def explained(chosen: tuple[int, ...]) -> float:
    """Return the variance of the mean of a linear function of Gaussians, given some of them."""
    if not chosen:
        return 0.0
    u = list(chosen)
    covariance = (CORRELATION @ WEIGHTS)[u]
    return float(covariance @ np.linalg.solve(CORRELATION[np.ix_(u, u)], covariance))


def test_correlated_drivers_of_a_linear_gaussian_function() -> None:
    variance = explained((0, 1, 2, 3))
    assert variance == pytest.approx(WEIGHTS @ CORRELATION @ WEIGHTS)
    found = estimated(lambda x: x @ WEIGHTS, CORRELATED, CORRELATION)
    assert_near(found["first_order"], [explained((i,)) / variance for i in range(4)])
    left = WEIGHTS**2 / np.diag(np.linalg.inv(CORRELATION))
    assert_near(found["total_order"], left / variance)
    assert_near(found["block_first_order"], [explained((0, 1, 2)) / variance])
    assert_near(found["block_total_order"], [1.0 - explained((3,)) / variance])
    assert_near(found["share"], shapley_of(lambda u: explained(u) / variance, 4))


@pytest.mark.slow
def test_the_intervals_hold() -> None:
    """Of 200 seeds, each interval holds the truth in 95%, with a standard error of 1.5%."""
    variance = explained((0, 1, 2, 3))
    truth = {
        "first_order": [explained((i,)) / variance for i in range(4)],
        "total_order": list(WEIGHTS**2 / np.diag(np.linalg.inv(CORRELATION)) / variance),
        "share": shapley_of(lambda u: explained(u) / variance, 4),
    }
    seeds = 200
    held = {name: np.zeros(4) for name in truth}
    for seed in range(seeds):
        found = estimated(lambda x: x @ WEIGHTS, CORRELATED, CORRELATION, 512, seed)
        for name, values in truth.items():
            held[name] += [e.low <= v <= e.high for e, v in zip(found[name], values, strict=True)]
    for name, count in held.items():
        print(name, (count / seeds).round(3))
        assert (count / seeds > 0.89).all(), name


def test_coordinates_taken_for_inputs_would_be_silently_wrong() -> None:
    """Coordinates are independent, but those of correlated inputs are no inputs."""
    taken_for_inputs = [(i,) for i in range(4)]
    wrong = estimated(lambda x: x @ WEIGHTS, taken_for_inputs, CORRELATION)
    found = estimated(lambda x: x @ WEIGHTS, CORRELATED, CORRELATION)
    gaps = [
        abs(w.value - f.value)
        for w, f in zip(wrong["first_order"], found["first_order"], strict=True)
    ]
    assert max(gaps) > 0.2


def test_the_estimators_are_those_of_scipy() -> None:
    model = OnCube(ishigami, 0, None, 3)
    everything = (0, 1, 2)
    base, other = model(everything, ()), model(everything, everything)
    mixed = [model(everything, (i,)) for i in everything]
    given_outcomes: Any = {
        "f_A": base.T,
        "f_B": other.T,
        "f_AB": np.array([m.T for m in mixed]),
    }
    expected = stats.sobol_indices(func=given_outcomes, n=PATHS)
    variance = np.concatenate([base, other]).var()
    found = [float(first_order_variance(base, other, m)[0]) / variance for m in mixed]
    np.testing.assert_allclose(found, np.ravel(expected.first_order), rtol=1e-9)
    found = [float(total_order_variance(base, m)[0]) / variance for m in mixed]
    np.testing.assert_allclose(found, np.ravel(expected.total_order), rtol=1e-9)


@given(seed=st.integers(0, 2**32 - 1), drivers=st.integers(1, 5))
@settings(max_examples=30)
def test_a_walk_shares_out_the_whole_variance(seed: int, drivers: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(drivers, 3))
    model = OnCube(lambda u: np.cos(u @ weights).prod(axis=1), seed, None, drivers)
    permutation = rng.permutation(drivers).tolist()
    everything = list(range(drivers))
    apart = model(everything, ()) - model(everything, everything)
    assert shapley(model, permutation).sum() == pytest.approx(float((apart**2).mean()) / 2.0)


def test_a_driver_that_nothing_depends_on_has_no_part() -> None:
    found = estimated(lambda u: u[:, 0] * u[:, 2], [(0,), (1,), (2,)])
    for name in ("first_order", "total_order", "share"):
        assert found[name][1].value == found[name][1].standard_error == 0.0


def test_the_number_of_runs_is_the_one_that_is_told() -> None:
    model = OnCube(lambda x: x @ WEIGHTS, 0, CORRELATION, 4)
    pick_freeze(model, CORRELATED)
    assert model.calls == runs_of_pick_freeze(CORRELATED)


@given(order=st.permutations(range(4)))
def test_a_root_draws_each_row_given_those_before_it(order: list[int]) -> None:
    root = ordered_root(CORRELATION, order)
    np.testing.assert_allclose(root @ root.T, CORRELATION, atol=1e-12)
    for place, row in enumerate(order):
        assert (root[row, order[place + 1 :]] == 0.0).all()
    # The last one's own part is what a regression on all others leaves.
    last = order[-1]
    left = 1.0 / np.linalg.inv(CORRELATION)[last, last]
    assert root[last, last] ** 2 == pytest.approx(left)


def test_twin_points_are_independent_and_scrambles_of_the_same_coordinates_are_not() -> None:
    def words(points, blocks: int) -> Array:
        parts = []
        for block in range(blocks):
            enter_block(points, block)
            parts.append(points.low ^ points.base[:, None])
        return np.hstack(parts) / 2.0**32 - 0.5

    def largest_correlation(points, other) -> float:
        products = words(points, 64) * words(other, 64)
        return float(np.abs(12.0 * products.mean(axis=1)).max())

    assert largest_correlation(*twin_points(40, seed=1, replicate=0)) < 0.02
    scrambles = twin_points(40, seed=1, replicate=0)[0], twin_points(40, seed=2, replicate=0)[0]
    assert largest_correlation(*scrambles) > 0.5


def test_mixed_points_take_only_what_they_are_told() -> None:
    points, other = twin_points(6, seed=5, replicate=1)
    mixed = mixed_points(points, other, [1, 4])
    for block in (0, 3):
        for each in (points, other, mixed):
            enter_block(each, block)
        expected = points.low ^ points.base[:, None]
        expected[[1, 4]] = (other.low ^ other.base[:, None])[[1, 4]]
        np.testing.assert_array_equal(mixed.low ^ mixed.base[:, None], expected)
