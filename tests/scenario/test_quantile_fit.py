"""Families through given quantiles."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulate.scenario.distributions.fitted import fit_beta, fit_gamma, fit_pert, fit_triangular

PAIRS = st.sampled_from(
    [(0.01, 0.99), (0.05, 0.95), (0.1, 0.9), (0.25, 0.75), (0.1, 0.5), (0.5, 0.9), (0.05, 0.25)]
)
TRIPLES = st.sampled_from([(0.1, 0.5, 0.9), (0.01, 0.5, 0.99), (0.05, 0.25, 0.95)])
UNITS = st.integers(-6, 6).map(lambda power: 10.0**power)


def comes_back(fitted: Any, levels: tuple[float, ...], values: list[float]) -> None:
    spread = values[-1] - values[0]
    np.testing.assert_allclose(fitted.ppf(levels), values, rtol=0, atol=1e-9 * spread)


@given(PAIRS, st.floats(1e-6, 1e6), st.floats(1.01, 1e6))
def test_a_gamma_goes_through_two_positive_quantiles(
    levels: tuple[float, float], lower: float, ratio: float
) -> None:
    values = [lower, lower * ratio]
    comes_back(fit_gamma(levels, values), levels, values)


@given(PAIRS, st.floats(1e-5, 0.98), st.floats(0.01, 0.99), UNITS)
@pytest.mark.parametrize("fit", [fit_beta])
def test_a_bounded_family_goes_through_two_quantiles_within_its_limits(
    fit: Callable[..., Any], levels: tuple[float, float], lower: float, step: float, unit: float
) -> None:
    low, high = -unit, 3.0 * unit
    upper = lower + step * (1.0 - lower)
    values = [low + 4.0 * unit * lower, low + 4.0 * unit * upper]
    fitted = fit(levels, values, low, high)
    comes_back(fitted, levels, values)
    assert fitted.ppf([0.0, 1.0]) == pytest.approx((low, high))


@given(TRIPLES, st.floats(0.0, 1.0), st.floats(-3.0, 3.0), UNITS)
@pytest.mark.parametrize("family", ["triangular", "pert"])
def test_limits_and_mode_are_found_by_three_quantiles(
    family: str, levels: tuple[float, ...], place: float, origin: float, unit: float
) -> None:
    fit, make = THREE_POINT[family]
    low, high = origin * unit, (origin + 1.0) * unit
    whole = make(low, low + place * unit, high)
    values = whole.ppf(levels).tolist()
    found = fit(levels, values)
    comes_back(make(*found), levels, values)
    if family == "pert" or levels[0] + 0.01 < place < levels[-1] - 0.01:
        assert found == pytest.approx((low, low + place * unit, high), abs=1e-5 * unit)


@given(PAIRS, st.floats(0.0, 1.0), st.floats(-3.0, 3.0), UNITS)
@pytest.mark.parametrize("family", ["triangular", "pert"])
def test_limits_are_found_by_two_quantiles_and_the_mode(
    family: str, levels: tuple[float, ...], place: float, origin: float, unit: float
) -> None:
    fit, make = THREE_POINT[family]
    low, mode, high = origin * unit, (origin + place) * unit, (origin + 1.0) * unit
    values = make(low, mode, high).ppf(levels).tolist()
    found = fit(levels, values, mode)
    comes_back(make(*found), levels, values)
    assert found == pytest.approx((low, mode, high), abs=1e-6 * unit)


def triangular(low: float, mode: float, high: float) -> Any:
    width = high - low
    return stats.triang(min(max((mode - low) / width, 0.0), 1.0), loc=low, scale=width)


def pert(low: float, mode: float, high: float) -> Any:
    a = 1.0 + 4.0 * (mode - low) / (high - low)
    return stats.beta(a, 6.0 - a, loc=low, scale=high - low)


THREE_POINT: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "triangular": (fit_triangular, triangular),
    "pert": (fit_pert, pert),
}

MANY = (0.05, 0.2, 0.5, 0.7, 0.95)


@pytest.mark.parametrize(
    ("fit", "member"),
    [
        (fit_gamma, stats.gamma(2.5, scale=30.0)),
        (fit_beta, stats.beta(2.0, 5.0)),
        (lambda levels, values: triangular(*fit_triangular(levels, values)), triangular(1, 3, 9)),
        (lambda levels, values: pert(*fit_pert(levels, values)), pert(1, 3, 9)),
    ],
    ids=["gamma", "beta", "triangular", "pert"],
)
def test_five_rounded_quantiles_of_a_family_give_back_its_member(
    fit: Callable[..., Any], member: Any
) -> None:
    exact = member.ppf(MANY)
    spread = exact[-1] - exact[0]
    rounded = exact + 1e-3 * spread * np.array([1, -1, 1, -1, 1])
    fitted = fit(MANY, rounded.tolist())
    np.testing.assert_allclose(fitted.ppf(MANY), exact, rtol=0, atol=3e-3 * spread)


@pytest.mark.parametrize(
    ("fit", "levels", "values", "words"),
    [
        (fit_gamma, (0.1, 0.5, 0.9), (1, 2, 9), r"the best has p\d+ = .*; .*metalog"),
        (fit_beta, (0.1, 0.5, 0.9), (0.1, 0.2, 0.9), r'distribution = "metalog"'),
        (fit_gamma, (0.1, 0.9), (-1, 2), "p10 = -1 must lie above 0"),
        (fit_beta, (0.1, 0.9), (0.5, 2), "p90 = 2 must lie below 1"),
        (fit_gamma, (0.1, 0.9), (1, 1 + 1e-9), "too close together"),
        (fit_triangular, (0.1, 0.5, 0.9), (1, 2, 9), "p50 would have to lie between 4.05.* and"),
        (fit_pert, (0.1, 0.5, 0.9), (1, 2, 9), "p50 would have to lie between 3.49.* and"),
        (fit_triangular, (0.1, 0.9), (1, 9), "3 are needed"),
    ],
)
def test_quantiles_that_no_member_has_are_refused_in_words(
    fit: Callable[..., Any], levels: tuple[float, ...], values: tuple[float, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        fit(levels, values)


def test_a_mode_too_far_out_for_two_quantiles_is_refused_with_where_it_could_be() -> None:
    with pytest.raises(ValueError, match=r"the mode would have to lie between 0.35.* and 9.64"):
        fit_triangular((0.1, 0.9), (1, 9), 20)
