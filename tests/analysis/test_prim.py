"""Boxes on points whose answer is known."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate.analysis.prim import (
    LEAST_INSIDE,
    MOVED_BY_ROUNDING,
    Box,
    correlation,
    find_box,
    peel,
    round_limits,
)
from simulate.engine.estimate import WeightedPaths

COUNT = 20_000
INSIDE, OUTSIDE = 0.8, 0.05


def in_planted_box(points: np.ndarray) -> np.ndarray:
    return (points[:, 1] > 0.6) & (points[:, 4] > 0.2) & (points[:, 4] < 0.7)


def planted(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Six uniform columns, of which two make a box of mass 0.2."""
    rng = np.random.default_rng(seed)
    points = rng.random((COUNT, 6))
    chance = np.where(in_planted_box(points), INSIDE, OUTSIDE)
    return points, rng.random(COUNT) < chance


def test_a_planted_box_is_found_with_its_coverage_and_density_on_held_out_points() -> None:
    box = find_box(*planted(1))
    assert box.ends == [(1, False), (4, False), (4, True)]
    np.testing.assert_allclose(
        [box.low[1], box.low[4], box.high[4]], [0.6, 0.2, 0.7], rtol=0, atol=0.01
    )
    points, success = planted(2)
    inside, replicate = box.contains(points), np.arange(COUNT) % 16
    mass = 0.4 * 0.5
    coverage = mass * INSIDE / (mass * INSIDE + (1.0 - mass) * OUTSIDE)
    density = WeightedPaths(inside.astype(float), replicate).probability(success)
    covered = WeightedPaths(success.astype(float), replicate).probability(inside)
    # Limits that are 0.01 off let in, or leave out, up to a tenth of what density and coverage
    # could lose; what is left is chance, within 4 standard errors.
    assert density.value == pytest.approx(INSIDE, abs=4 * density.standard_error + 0.02)
    assert covered.value == pytest.approx(coverage, abs=4 * covered.standard_error + 0.02)


def test_in_noise_held_out_points_are_no_denser_inside() -> None:
    """Of 20 rules found in noise, the mean standardised gain on fresh points is within 4/√20."""
    gains = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        points, success = rng.random((4000, 8)), rng.random(4000) < 0.2
        box = find_box(points, success)
        assert success[box.contains(points)].mean() > 0.2  # on its own points it looks good
        fresh = box.contains(rng.random((40_000, 8)))
        hits = (rng.random(40_000) < 0.2)[fresh]
        gains.append((hits.mean() - 0.2) / np.sqrt(0.16 / hits.size))
    assert abs(np.mean(gains)) < 4.0 / np.sqrt(20)


def test_the_score_is_the_correlation_of_two_truths() -> None:
    points, success = planted(3)
    inside = in_planted_box(points)
    found = correlation(
        np.count_nonzero(inside), np.count_nonzero(inside & success), COUNT, int(success.sum())
    )
    assert found == pytest.approx(np.corrcoef(inside, success)[0, 1])
    assert correlation(0, 0, COUNT, 100) == correlation(COUNT, 100, COUNT, 100) == 0.0


def test_peeling_takes_a_twentieth_each_time_and_never_gives_back() -> None:
    points, success = planted(4)
    before = np.ones(COUNT, bool)
    for place, box in enumerate(peel(points, success)):
        inside = box.contains(points)
        assert not (inside & ~before).any()
        if place:
            assert inside.sum() == before.sum() - int(0.05 * before.sum())
        before = inside
    assert before.sum() >= LEAST_INSIDE


@pytest.mark.parametrize("most", [1, 2])
def test_a_rule_has_at_most_so_many_columns(most: int) -> None:
    box = find_box(*planted(5), most=most)
    assert 1 <= len(box.limited) <= most
    assert set(box.limited) <= {1, 4}


Draw = Callable[[np.random.Generator], np.ndarray]
Truth = Callable[[np.ndarray], np.ndarray]


def one_of(values: list[float], weights: list[float]) -> Draw:
    return lambda rng: rng.choice(values, COUNT, p=weights)


def often(usual: float, otherwise: Draw, share: float = 0.6) -> Draw:
    return lambda rng: np.where(rng.random(COUNT) < share, usual, otherwise(rng))


FEW_VALUES = {
    "of two values the higher": (one_of([0.4, 1.2], [0.5, 0.5]), lambda x: x > 1, 0.8, np.inf),
    "a rare yes": (one_of([0.0, 1.0], [0.97, 0.03]), lambda x: x == 1, 0.5, np.inf),
    "a rare no": (one_of([0.0, 1.0], [0.03, 0.97]), lambda x: x == 0, -np.inf, 0.5),
    "of three the middle one": (one_of([1, 2, 3], [0.3, 0.4, 0.3]), lambda x: x == 2, 2.0, 2.0),
    "more than the rare lowest": (
        one_of([-1, 1, 5], [0.04, 0.91, 0.05]),
        lambda x: x >= 1,
        0.0,
        np.inf,
    ),
    "less than the usual value": (
        often(0.2, lambda rng: rng.choice([0.1, 0.3], COUNT)),
        lambda x: x < 0.2,
        -np.inf,
        0.2,
    ),
    "the usual value alone": (
        often(0.2, lambda rng: rng.uniform(0.0, 1.0, COUNT)),
        lambda x: x == 0.2,
        0.2,
        0.2,
    ),
}


@pytest.mark.parametrize(("draw", "truth", "low", "high"), FEW_VALUES.values(), ids=FEW_VALUES)
def test_values_that_many_cases_share_are_cut_as_one(
    draw: Draw, truth: Truth, low: float, high: float
) -> None:
    rng = np.random.default_rng(1)
    column = draw(rng)
    points = np.column_stack([rng.random((COUNT, 3)), column])
    success = rng.random(COUNT) < np.where(truth(column), 0.92, 0.02)
    box = round_limits(find_box(points, success), points)
    np.testing.assert_array_equal(box.contains(points), truth(column))
    assert box.limited == [3]
    assert (box.low[3], box.high[3]) == (
        pytest.approx(low, abs=0.06),
        pytest.approx(high, abs=0.06),
    )


@pytest.mark.parametrize(
    ("values", "low"),
    [([10.0, 20.0, 30.0], 15.0), ([4.0, 5.0, 6.0, 7.0], 5.5), ([-6.0, -5.0], -5.5)],
)
def test_a_limit_is_never_rounded_to_a_value_that_many_cases_share(
    values: list[float], low: float
) -> None:
    rng = np.random.default_rng(3)
    points = np.column_stack([rng.random((COUNT, 2)), rng.choice(values, COUNT)])
    box = round_limits(find_box(points, points[:, 2] > low), points)
    assert (box.low[2], box.high[2]) == (low, np.inf)


def test_a_yes_and_an_amount_make_one_box() -> None:
    rng = np.random.default_rng(2)
    points = np.column_stack([rng.random((COUNT, 2)), rng.choice([0.0, 1.0], COUNT)])
    both = (points[:, 1] > 0.7) & (points[:, 2] == 1.0)
    box = round_limits(find_box(points, rng.random(COUNT) < np.where(both, 0.9, 0.05)), points)
    assert box.ends == [(1, False), (2, False)]
    assert (box.low[1], box.low[2]) == (pytest.approx(0.7, abs=0.01), 0.5)


def test_columns_of_one_value_are_left_alone() -> None:
    constant = np.full((COUNT, 2), 3.0)
    (whole,) = peel(constant, np.arange(COUNT) % 2 == 0)
    assert whole.limited == []


def test_needless_limits_are_lifted() -> None:
    """Of ten rules for a faint single cause, most are of its column alone, and all name it."""
    columns = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        points = rng.random((2000, 6))
        success = rng.random(2000) < np.where(points[:, 1] > 0.6, 0.4, 0.15)
        columns.append(find_box(points, success).limited)
    assert all(1 in limited for limited in columns)
    assert columns.count([1]) >= 7


@settings(max_examples=50)
@given(st.floats(0.05, 0.95), st.floats(1e-6, 1e6), st.integers(0, 2**32 - 1))
def test_rounded_limits_move_hardly_a_point(place: float, scale: float, seed: int) -> None:
    points = scale * np.random.default_rng(seed).normal(size=(2000, 1))
    low = float(np.quantile(points, place))
    box = Box(np.array([low]), np.array([np.inf]))
    rounded = round_limits(box, points)
    moved = np.count_nonzero(rounded.contains(points) != box.contains(points))
    assert moved <= MOVED_BY_ROUNDING * np.count_nonzero(box.contains(points))
    assert rounded.low[0] == float(f"{rounded.low[0]:.7g}")
