"""Distributions fitted to measured values."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import simulate
from simulate.analysis.fit import Fit
from simulate.plots.fit import plot_fit
from simulate.scenario import ScenarioError
from simulate.scenario.column import read_column
from simulate.text.fit import print_fits
from simulate.text.terminal import console
from tests.families import QUICK, of_quick_families

FAMILIES: dict[str, Any] = {
    "norm": stats.norm(1e-6, 1e-7),
    "lognorm": stats.lognorm(0.8, scale=3.0),
    "gamma": stats.gamma(2.0, scale=5e6),
    "beta": stats.beta(2.0, 5.0),
    "t": stats.t(3.0, 1.0, 2.0),
    "logistic": stats.logistic(2.0, 3.0),
    "gumbel_r": stats.gumbel_r(1.0, 2.0),
    "weibull_min": stats.weibull_min(1.8, scale=2.0),
    "skewnorm": stats.skewnorm(5.0, 1.0, 2.0),
    "uniform": stats.uniform(-1.0, 3.0),
    "triang": stats.triang(0.3, -1.0, 4.0),
    "expon": stats.expon(scale=3.0),
    "johnsonsu": stats.johnsonsu(1.5, 1.2, 1.0, 2.0),
}


def sample(whole: Any, size: int, seed: int = 1) -> np.ndarray:
    return whole.rvs(size=size, random_state=np.random.default_rng(seed))


@pytest.mark.parametrize("name", FAMILIES)
def test_of_1500_values_their_own_family_ranks_first_and_has_their_quantiles(
    name: str,
) -> None:
    whole = FAMILIES[name]
    best = simulate.fit(sample(whole, 1500), resamples=0)[0]
    assert best.name == name
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    spread = np.ptp(whole.ppf([0.05, 0.95]))
    np.testing.assert_allclose(best.distribution.ppf(levels), whole.ppf(levels), atol=0.05 * spread)
    # The likeliest member is at least as likely as the true one.
    assert best.log_likelihood >= whole.logpdf(sample(whole, 1500)).sum() - 1e-6


@given(
    st.floats(-1e3, 1e3), st.integers(-6, 6).map(lambda power: 10.0**power), st.integers(0, 1000)
)
@settings(max_examples=8)
def test_values_in_another_unit_give_the_same_fits_in_that_unit(
    origin: float, unit: float, seed: int
) -> None:
    values = sample(stats.gumbel_r(), 200, seed)
    with of_quick_families():
        plain = {f.name: f for f in simulate.fit(values, resamples=0)}
        moved = {f.name: f for f in simulate.fit(unit * (values + origin), resamples=0)}
    for name in QUICK:
        assert moved[name].loc == pytest.approx(
            unit * (plain[name].loc + origin), abs=1e-3 * unit * float(np.std(values))
        )
        assert moved[name].scale == pytest.approx(unit * plain[name].scale, rel=1e-3)
        assert moved[name].distance == pytest.approx(plain[name].distance, abs=1e-3)


def test_a_p_value_tells_values_that_could_be_the_familys_from_values_that_could_not() -> None:
    with of_quick_families():
        fair = {f.name: f for f in simulate.fit(sample(stats.norm(), 200), resamples=40)}
        assert fair["norm"].p_value is not None
        assert fair["norm"].p_value > 0.05
        far = np.concatenate([sample(stats.norm(0, 0.3), 300), sample(stats.norm(6, 0.3), 300, 2)])
        fits = simulate.fit(far, resamples=40)
        assert fits[0].p_value == pytest.approx(1 / 41)
        assert [f.p_value is None for f in fits] == [False] * 3 + [True] * (len(fits) - 3)
        assert fits == simulate.fit(far, resamples=40)


@pytest.fixture(scope="module")
def lognormal() -> np.ndarray:
    return sample(stats.lognorm(0.6), 1200)


@pytest.fixture(scope="module")
def lognormal_fits(lognormal: np.ndarray) -> list[Fit]:
    return simulate.fit(lognormal, resamples=0)


def test_the_distance_is_that_of_kolmogorov_and_smirnov(
    lognormal: np.ndarray, lognormal_fits: list[Fit]
) -> None:
    for fit in lognormal_fits:
        expected = stats.kstest(lognormal, fit.distribution.cdf)
        assert fit.distance == pytest.approx(expected.statistic, abs=1e-12)


def test_the_line_to_paste_is_toml_with_the_same_distribution(lognormal_fits: list[Fit]) -> None:
    for fit in lognormal_fits:
        line = fit.toml("growth", 'my "old" file.csv: price')
        (table,) = tomllib.loads(line).values()
        assert table.pop("source") == 'fitted to 1200 values of my "old" file.csv: price'
        kind = table.pop("distribution")
        if fit.name == "norm":
            assert kind == "normal"
            again = stats.norm(table["mean"], table["sd"])
        else:
            assert kind == f"scipy.{fit.name}"
            again = getattr(stats, fit.name)(**table)
        assert all(isinstance(number, float) for number in table.values())
        levels = [0.1, 0.5, 0.9]
        np.testing.assert_allclose(again.ppf(levels), fit.distribution.ppf(levels), rtol=1e-4)


@pytest.mark.parametrize(
    "values", [[1.0] * 20, [1.0, 2.0], [*range(10), np.nan]], ids=["alike", "few", "nan"]
)
def test_values_that_nothing_can_be_fitted_to_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"alike|at least 8 finite"):
        simulate.fit(values)


NUMBERS = [1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.5]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_column_is_read_from_csv_and_parquet_alike(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"prices.{ending}"
    table = pd.DataFrame({"price": NUMBERS, "day": range(8)})
    if ending == "csv":
        table.to_csv(file, index=False)
    else:
        table.to_parquet(file)
    np.testing.assert_array_equal(read_column(file, "price"), NUMBERS)
    np.testing.assert_array_equal(read_column(str(file), "day"), np.arange(8.0))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"prize": NUMBERS}, 'there is no column "price"; did you mean "prize"'),
        ({"day": NUMBERS}, 'there is no column "price"; the columns are: day'),
        ({"price": [*NUMBERS, "much", "more"]}, "'much' in row 9 is no number, nor are 1 others"),
        ({"price": [*NUMBERS, None, np.inf]}, "2 of 10 values are missing or infinite, .* row 9"),
        ({"price": NUMBERS[:7]}, "7 values are too few to fit; 8 are needed"),
        ({"price": [3.0] * 9}, "all 9 values are 3; nothing to fit"),
        ({"price": [True, False] * 5}, "holds no numbers but bool"),
    ],
)
def test_a_column_that_cannot_be_fitted_is_refused_naming_file_column_and_value(
    tmp_path: Path, content: dict[str, list[Any]], words: str
) -> None:
    file = tmp_path / "prices.csv"
    pd.DataFrame(content).to_csv(file, index=False)
    with pytest.raises(ScenarioError, match=words) as caught:
        read_column(file, "price")
    assert str(caught.value).startswith(f"{file}: ")
    assert len(str(caught.value).splitlines()) <= 2


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file"):
        read_column(tmp_path / "none.csv", "price")
    with pytest.raises(ScenarioError, match="is a folder"):
        read_column(tmp_path, "price")
    for name, content in (("a.parquet", b"no"), ("a.csv", b""), ("b.csv", b"\xff\xfe\x00a")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ScenarioError, match="not readable as") as caught:
            read_column(tmp_path / name, "price")
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("p_value", [None, 0.4, 0.001])
def test_the_picture_says_which_family_fits_and_whether_the_values_speak_against_it(
    tmp_path: Path, p_value: float | None, lognormal: np.ndarray, lognormal_fits: list[Fit]
) -> None:
    best, *others = lognormal_fits
    best = replace(best, p_value=p_value)
    figure = plot_fit([best, *others], lognormal, "prices.csv: price", "USD")
    left, right = figure.axes
    title = str(figure.get_label())
    assert "the lognormal fits best" in title
    assert ("don't speak against it" in title) == (p_value == 0.4)
    assert ("yet the values speak against it" in title) == (p_value == 0.001)
    assert left.get_xlabel() == "USD"
    assert right.get_xlabel() == "quantiles of the lognormal"
    figure.savefig(tmp_path / "fit.png")


def test_what_is_printed_begins_with_the_finding(
    lognormal_fits: list[Fit], capsys: pytest.CaptureFixture[str]
) -> None:
    print_fits(lognormal_fits, "input", "prices.csv: price", console())
    first = capsys.readouterr().out.splitlines()[0]
    assert first == f"Of {len(lognormal_fits)} families the lognormal fits best."
