"""Base rates: recomputed by hand from the figures, and what a simulated process gives back."""

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from simulate.analysis.base_rates import BaseRates, base_rates, process_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rates() -> BaseRates:
    return base_rates()


def test_net_gain_is_the_mean_of_labs_and_not_of_years(rates: BaseRates) -> None:
    anthropic = math.log(1.94 / 0.60)
    zhipu = math.log(0.454 / 0.590) / 3.0
    minimax = math.log(0.878 / 0.746)
    found = {o.lab: o.value for o in rates.net_gain.observations}
    assert found["Anthropic"] == pytest.approx(anthropic)
    assert found["MiniMax"] == pytest.approx(minimax)
    others = np.array([zhipu, minimax, found["OpenAI"]])
    assert rates.net_gain_without.estimate == pytest.approx(others.mean())
    assert rates.net_gain.estimate == pytest.approx(np.mean([anthropic, *others]))
    # M3 to M6: 67% to 61%, within about half a year.
    assert found["OpenAI"] == pytest.approx(math.log(0.67 / 0.61) / 0.52, rel=0.02)


def test_the_spread_within_a_lab_is_not_counted_between_labs_again(rates: BaseRates) -> None:
    years = np.log([0.454 / 0.354, 0.354 / 0.437, 0.437 / 0.590])
    means = np.array([math.log(1.94 / 0.60), years.mean(), math.log(0.878 / 0.746), 0.180])
    within = years.var(ddof=1)
    between = means.var(ddof=1) - within * (1.0 + 1.0 / 3.0 + 1.0 + 1.0) / 4.0
    assert rates.net_gain.between == pytest.approx(math.sqrt(between), abs=0.002)
    assert rates.cost_shock.within == pytest.approx(math.sqrt(within))


def test_an_ar1_of_the_overruns_size_changes_from_year_to_year_as_it_is_said(
    rates: BaseRates,
) -> None:
    rng = np.random.default_rng(5)
    level, levels = np.zeros(20_000), []
    for _ in range(60):
        level = 0.7 * level + rng.standard_normal(20_000)
        levels.append(level)
    years = np.array(levels[-8:]).reshape(2, 4, -1).mean(axis=1)
    one = float(np.diff(years, axis=0).std())
    plans = math.sqrt((math.log(1.23) ** 2 + math.log(0.67 / 0.54) ** 2) / 2.0 / (1.0 + 0.49))
    expected = math.sqrt(((rates.cost_shock.within / one) ** 2 + plans**2) / 2.0)
    assert rates.cost_shock.estimate == pytest.approx(expected, rel=0.02)


def test_volatility_is_drawn_as_wide_as_six_degrees_of_freedom_leave_it(rates: BaseRates) -> None:
    drawn = rates.shock.predictive
    ratio = stats.chi2.ppf(0.9, 6) / stats.chi2.ppf(0.1, 6)
    assert (drawn["p90"] / drawn["p10"]) ** 2 == pytest.approx(ratio, rel=0.02)


def test_volatility_is_found_again_in_growth_that_has_it(rates: BaseRates) -> None:
    # The two labs' squares around their means, by the plainest way: no size, no persistence.
    growth = np.array([o.value for o in rates.shock.observations]).reshape(2, 4)
    plain = math.sqrt(float(growth.var(axis=1, ddof=1).mean()))
    # Measurement takes some off, persistence gives some back, small revenue takes off again.
    assert 0.6 * plain < rates.shock.estimate < plain


def test_a_half_life_is_that_of_the_log_of_growth(rates: BaseRates) -> None:
    kept = np.log1p(0.825 * 0.6) / np.log1p(0.6), np.log1p(0.65 * 0.6) / np.log1p(0.6)
    labs = np.mean([o.value for o in rates.fade.observations[2:]])
    lives = [-1.0 / math.log2(k) for k in (*kept, math.exp(labs))]
    assert rates.fade.estimate == pytest.approx(stats.gmean(lives))
    zhipu = math.log(math.log(312.4 / 124.5) / math.log(124.5 / 57.4))
    assert rates.fade.observations[2].value == pytest.approx(zhipu)


def test_the_drift_of_training_is_the_spread_of_revisions_and_not_their_mean(
    rates: BaseRates,
) -> None:
    reports = [
        math.log(1.05),
        math.log(1.5),
        0.5 * (math.log(9 / 7) + math.log(17 / 8)),
        math.log(25 / 17),
    ]
    assert rates.training_shock.estimate == pytest.approx(np.std(reports, ddof=1) / math.sqrt(2.0))
    drawn = rates.training_shock.predictive
    assert math.log1p(drawn["p50"]) * 1.7 == pytest.approx(math.log(1.05), rel=0.01)


def test_quarters_that_run_rates_tell_of_are_off_by_some_per_cent(rates: BaseRates) -> None:
    assert 0.03 < rates.reconstruction_error.estimate < 0.15


def test_the_process_is_made_of_the_rates(rates: BaseRates) -> None:
    process = process_of(rates)
    assert process.trend == rates.trend.estimate
    assert process.gain_sd == rates.net_gain.between
    means = [o.value for o in rates.trend.observations]
    assert process.trend_sd < np.std(means, ddof=1)


def test_the_files_of_the_process_hold_the_rates(rates: BaseRates) -> None:
    from docs.make_base_rates import differences

    assert [*differences(rates)] == []
    base = tomllib.loads((ROOT / "configs" / "base.toml").read_text())
    assert base["demand"]["size_exponent"]["value"] == process_of(rates).size_exponent
    assert base["demand"]["persistence"]["value"] == process_of(rates).persistence
