"""The metalog: exact where there is one, and the nearest where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from simulate.scenario.distributions.metalog import InfeasibleMetalog, Metalog, fit_metalog
from simulate.scenario.distributions.quantiles import name_points

LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
SCORES = np.linspace(-6.5, 6.5, 1001)
BOUNDS = ("unbounded", "low", "high", "both")


@st.composite
def quantiles(draw: st.DrawFn) -> tuple[list[float], list[float], float | None, float | None]:
    """Draw quantiles of any unit, and bounds beyond them or none."""
    levels = sorted(draw(st.sets(st.sampled_from(LEVELS), min_size=2, max_size=9)))
    unit = 10.0 ** draw(st.integers(-6, 6))
    gaps = [draw(st.floats(0.05, 5.0)) for _ in levels]
    values = unit * (draw(st.floats(-3.0, 3.0)) + np.cumsum(gaps))
    bounds = draw(st.sampled_from(BOUNDS))
    low = values[0] - unit * gaps[0] if bounds in ("low", "both") else None
    high = values[-1] + 2.0 * unit if bounds in ("high", "both") else None
    return levels, values.tolist(), low, high


@given(quantiles())
@settings(max_examples=300)
def test_a_metalog_goes_through_its_quantiles_or_names_near_ones_that_it_goes_through(
    given_quantiles: tuple[list[float], list[float], float | None, float | None],
) -> None:
    levels, values, low, high = given_quantiles
    try:
        metalog = fit_metalog(levels, values, low, high)
    except InfeasibleMetalog as error:
        # As a user would write them, off the message.
        named = name_points(np.array(error.levels), np.array(error.nearest))
        assert str(error).endswith(named)
        values = [float(part.split(" = ")[1]) for part in named.split(", ")]
        metalog = fit_metalog(levels, values, low, high)
    spread = values[-1] - values[0]
    back = metalog.quantile_at_score(special.ndtri(np.array(levels)))
    np.testing.assert_allclose(back, values, rtol=0, atol=1e-9 * spread)
    everywhere = metalog.quantile_at_score(SCORES)
    assert np.all(np.isfinite(everywhere))
    assert np.all(np.diff(everywhere) >= 0)
    assert low is None or everywhere[0] >= low
    assert high is None or everywhere[-1] <= high


@given(
    st.sampled_from([(0.1, 0.5, 0.9), (0.05, 0.25, 0.5, 0.75, 0.95)]),
    st.lists(st.floats(0.02, 10.0), min_size=5, max_size=5),
)
@settings(max_examples=100)
def test_the_nearest_feasible_quantiles_are_nearer_than_those_on_the_way_to_a_logistic(
    levels: tuple[float, ...], gaps: list[float]
) -> None:
    values = np.cumsum(gaps)[: len(levels)]
    try:
        fit_metalog(levels, values.tolist())
    except InfeasibleMetalog as error:
        miss = float(np.linalg.norm(np.array(error.nearest) - values))
        logit = special.logit(np.array(levels))
        slope, origin = np.polyfit(logit, values, 1)
        for share in np.linspace(0.0, 1.0, 41):
            other = (1 - share) * values + share * (origin + slope * logit)
            try:
                fit_metalog(levels, other.tolist())
            except ValueError:
                continue
            rounding = 0.02 * np.ptp(values)
            assert miss <= np.linalg.norm(other - values) + rounding
            break


def test_no_metalog_through_a_far_upper_quantile_is_an_error_that_says_where_and_what_instead() -> (
    None
):
    with pytest.raises(InfeasibleMetalog) as caught:
        fit_metalog((0.1, 0.5, 0.9), (1, 2, 9))
    assert str(caught.value) == (
        "no metalog goes through p10 = 1, p50 = 2, p90 = 9: its density would be negative between "
        "0.91% and 19%; with low = 0 one does; the nearest that one goes through are "
        "p10 = 0.83, p50 = 2.2, p90 = 8.97"
    )
    fit_metalog((0.1, 0.5, 0.9), (1, 2, 9), low=0)


def test_two_terms_are_a_logistic_to_the_last_digits_of_its_tails() -> None:
    metalog = fit_metalog((0.1, 0.9), (-np.log(9.0), np.log(9.0)))
    upper = stats.logistic.isf(stats.norm.sf(np.array([6.5])))
    assert metalog.quantile_at_score(np.array([6.5])) == pytest.approx(upper, rel=1e-12)
    assert metalog.quantile_at_score(np.array([-6.5])) == pytest.approx(-upper, rel=1e-12)


def test_four_terms_through_a_uniform_are_that_uniform() -> None:
    levels = (0.1, 0.4, 0.6, 0.9)
    found = fit_metalog(levels, levels).quantile_at_score(SCORES)
    np.testing.assert_allclose(found, special.ndtr(SCORES), atol=1e-12)


def test_seven_symmetric_levels_where_keelins_first_seven_terms_are_dependent_are_met() -> None:
    levels = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
    values = stats.norm(3, 2).ppf(levels)
    metalog = fit_metalog(levels, values.tolist())
    found = metalog.quantile_at_score(special.ndtri(np.array(levels)))
    np.testing.assert_allclose(found, values, atol=1e-9)


def test_nine_quantiles_of_a_gamma_give_its_other_quantiles_to_a_hundredth() -> None:
    gamma = stats.gamma(3)
    metalog = fit_metalog(LEVELS, gamma.ppf(LEVELS).tolist(), low=0.0)
    between = np.array([0.03, 0.15, 0.35, 0.6, 0.85, 0.97])
    found = metalog.quantile_at_score(special.ndtri(between))
    np.testing.assert_allclose(found, gamma.ppf(between), rtol=0.01)


@pytest.mark.parametrize(
    ("levels", "values", "bounds", "words"),
    [
        ((0.1,), (1,), {}, "1 quantiles are given; 2 are needed"),
        ((0.1, 0.9), (2, 1), {}, "p10 = 2, p90 = 1: quantiles must rise"),
        ((0.1, 0.1), (1, 2), {}, "quantiles must rise"),
        ((0.0, 0.9), (1, 2), {}, "between 0 and 1"),
        ((0.1, 0.9), (1, np.inf), {}, "finite"),
        ((0.1, 0.9), (1, 2, 3), {}, "one value a level"),
        ((0.1, 0.9), (1, 2), {"low": 1}, "p10 = 1 must lie above 1"),
        ((0.1, 0.9), (1, 2), {"high": 1.5}, "p90 = 2 must lie below 1.5"),
        ((0.1, 0.9), (1, 2), {"low": 3, "high": 3}, "low = 3 must be below high = 3"),
    ],
)
def test_quantiles_out_of_order_or_bounds_are_refused_in_words(
    levels: tuple[float, ...], values: tuple[float, ...], bounds: dict[str, float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        fit_metalog(levels, values, **bounds)


def test_a_steep_metalog_above_a_bound_stays_finite() -> None:
    steep = Metalog((0.0, 100.0), low=0.0)
    assert np.all(np.isfinite(steep.quantile_at_score(SCORES)))
