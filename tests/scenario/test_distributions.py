"""Every distribution that an input may have: what is stated comes back."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import special, stats

from simulate.kernels.draws import SCORE_LIMIT
from simulate.scenario.distributions import FAMILY, OUTERMOST_SCORE, AnyDistribution, Uncertain
from simulate.scenario.distributions.scipy_named import continuous_names
from tests.engine.test_sampling import looked_up

adapter: TypeAdapter[Uncertain] = TypeAdapter(AnyDistribution)
SCORES = np.linspace(-6.3, 6.3, 1001)

TABLES: dict[str, dict[str, Any]] = {
    "value": {"value": 0.3},
    "normal": {"distribution": "normal", "p10": -1.0, "p90": 2.0},
    "normal of mean and sd": {"distribution": "normal", "mean": 1.0, "sd": 2.0},
    "lognormal": {"distribution": "lognormal", "p10": -0.08, "p50": 0.02, "p90": 0.23},
    "lognormal of odd levels": {"distribution": "lognormal", "p5": 1.0, "p30": 2.0, "p99": 60.0},
    "logit-normal": {"distribution": "logit_normal", "p10": 0.1, "p90": 0.4},
    "student-t": {"distribution": "student_t", "p10": -1.0, "p90": 1.0, "degrees_of_freedom": 3},
    "gamma": {"distribution": "gamma", "p10": 1.0, "p90": 5.0},
    "beta": {"distribution": "beta", "p10": 0.1, "p90": 0.5},
    "uniform": {"distribution": "uniform", "low": 2.0, "high": 5.0},
    "triangular": {"distribution": "triangular", "low": 0.0, "mode": 1.0, "high": 4.0},
    "triangular of quantiles": {"distribution": "triangular", "p10": 1.0, "p50": 2.0, "p90": 3.5},
    "pert": {"distribution": "pert", "low": 0.0, "mode": 1.0, "high": 4.0},
    "pert of quantiles": {"distribution": "pert", "p10": 1.0, "p50": 2.0, "p90": 3.5},
    "metalog": {"distribution": "metalog", "p5": -1.0, "p25": 0.0, "p50": 1.0, "p90": 4.0},
    "bounded metalog": {
        "distribution": "metalog",
        "p10": 0.1,
        "p50": 0.2,
        "p90": 0.5,
        "low": 0.0,
        "high": 1.0,
    },
    "discrete": {"distribution": "discrete", "values": [3, 1, 2], "weights": [1, 2, 1]},
    "mixture": {
        "distribution": "mixture",
        "parts": [0.0, {"distribution": "normal", "p10": 1.0, "p90": 2.0}],
        "weights": [0.3, 0.7],
    },
    "shifted": {"distribution": "shifted", "of": "1 to 3", "by": 1.0, "times": 2.0},
    "scipy": {"distribution": "scipy.weibull_min", "c": 1.5, "scale": 2.0},
    "scipy's whole numbers": {"distribution": "scipy.poisson", "mu": 3.0},
}


def read(table: Any) -> Uncertain:
    return adapter.validate_python(table)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "growth.csv"
    values = np.random.default_rng(1).lognormal(0.0, 0.5, 400)
    pd.DataFrame({"growth": values, "name": "x"}).to_csv(file, index=False)
    return file


def test_every_kind_has_a_case() -> None:
    kinds = {str(t.get("distribution", "value")).split(".")[0] for t in TABLES.values()}
    assert kinds | {"empirical"} == {kind.rstrip(".") for kind in FAMILY}


@pytest.mark.parametrize("case", TABLES)
def test_a_distribution_keeps_the_contract_of_its_family(case: str) -> None:
    member = read(TABLES[case])
    values = member.quantile_at_score(SCORES)
    assert np.all(np.isfinite(values))
    assert np.all(np.diff(values) >= 0.0)
    for key, value in TABLES[case].items():
        if key[0] == "p" and key[1:].isdigit():
            assert member.quantile(float(key[1:]) / 100.0) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("case", TABLES)
def test_a_distribution_written_out_reads_the_same(case: str) -> None:
    member = read(TABLES[case])
    again = read(member.model_dump(mode="json", exclude_none=True))
    assert again == member
    np.testing.assert_array_equal(again.quantile_at_score(SCORES), member.quantile_at_score(SCORES))


def test_a_truncation_without_ends_changes_nothing() -> None:
    for case in TABLES:
        if case != "value":
            member, cut = (
                read(TABLES[case]),
                read(TABLES[case] | {"truncate": [-math.inf, math.inf]}),
            )
            np.testing.assert_allclose(
                cut.quantile_at_score(SCORES),
                member.quantile_at_score(SCORES),
                rtol=1e-6,
                atol=1e-9,
            )


def test_values_at_the_limits_of_a_truncation_keep_their_weights() -> None:
    table = {"distribution": "discrete", "values": [1, 2, 3, 4], "truncate": [2, 3]}
    values = read(table).quantile_at_score(special.ndtri((np.arange(1000) + 0.5) / 1000))
    assert [np.mean(values == v) for v in (1, 2, 3, 4)] == [0.0, 0.5, 0.5, 0.0]


def test_a_distribution_equals_what_states_the_same_whatever_was_worked_out(data: Path) -> None:
    table = {"distribution": "empirical", "file": str(data), "column": "growth", "smooth": True}
    first, second = read(table), read(table)
    first.quantile(0.3)
    assert first == second
    assert first != read(table | {"smooth": False})
    assert read("1 to 2") != read(1.0)


@pytest.mark.parametrize("case", TABLES)
def test_its_table_draws_it(case: str) -> None:
    member = read(TABLES[case])
    scores = special.ndtri((np.arange(20_000) + 0.5) / 20_000)
    exact = member.quantile_at_score(scores)
    spread = max(member.quantile(0.99) - member.quantile(0.01), 1e-12)
    # A triangle's kink, and a mixture's steep rise beside a step, lie within a cell of 1/1024.
    missed = np.abs(looked_up(member, scores) - exact) > 1e-6 * spread
    assert np.mean(missed) <= (2e-3 if case.startswith(("triangular", "mixture")) else 0.0)


levels = st.sampled_from([(0.05, 0.95), (0.1, 0.9), (0.25, 0.5), (0.01, 0.6)])
scale = st.floats(1e-3, 1e3)


@given(levels=levels, low=st.floats(-100, 100), width=scale)
def test_two_quantiles_of_a_normal_come_back(levels, low: float, width: float) -> None:
    keys = [f"p{100 * level:g}" for level in levels]
    member = read({"distribution": "normal", keys[0]: low, keys[1]: low + width})
    for level, value in zip(levels, (low, low + width), strict=True):
        assert member.quantile(level) == pytest.approx(value, abs=1e-9 * (abs(low) + width))


@given(levels=levels, low=scale, ratio=st.floats(1.01, 50.0))
@settings(max_examples=50)
@pytest.mark.parametrize("kind", ["lognormal", "gamma"])
def test_two_positive_quantiles_come_back(kind: str, levels, low: float, ratio: float) -> None:
    keys = [f"p{100 * level:g}" for level in levels]
    try:
        member = read({"distribution": kind, keys[0]: low, keys[1]: low * ratio})
    except ValidationError as refused:
        assert 'distribution = "metalog"' in str(refused)
        return
    assert member.quantile(levels[0]) == pytest.approx(low, rel=1e-8)
    assert member.quantile(levels[1]) == pytest.approx(low * ratio, rel=1e-8)


@given(levels=levels, low=st.floats(0.01, 0.6), width=st.floats(0.02, 0.35))
@settings(max_examples=50)
@pytest.mark.parametrize("kind", ["beta", "logit_normal"])
def test_two_shares_come_back(kind: str, levels, low: float, width: float) -> None:
    keys = [f"p{100 * level:g}" for level in levels]
    try:
        member = read({"distribution": kind, keys[0]: low, keys[1]: low + width})
    except ValidationError as refused:
        assert 'distribution = "metalog"' in str(refused)
        return
    assert member.quantile(levels[0]) == pytest.approx(low, abs=1e-8)
    assert member.quantile(levels[1]) == pytest.approx(low + width, abs=1e-8)
    assert member.quantile(1e-9) >= 0.0 and member.quantile(1 - 1e-9) <= 1.0


@given(low=st.floats(0.1, 10), bend=st.floats(1.05, 6.0))
def test_three_quantiles_of_a_lognormal_come_back_at_any_levels(low: float, bend: float) -> None:
    z = special.ndtri([0.2, 0.5, 0.95])
    step = bend * (z[2] - z[1]) / (z[1] - z[0])
    table = {"distribution": "lognormal", "p20": low, "p50": low + 1.0, "p95": low + 1.0 + step}
    member = read(table)
    for level, value in ((0.2, low), (0.5, low + 1.0), (0.95, low + 1.0 + step)):
        assert member.quantile(level) == pytest.approx(value, rel=1e-6)


def test_two_words_to_the_other_are_a_90_percent_interval() -> None:
    assert read("2 to 8").quantile(0.05) == pytest.approx(2.0)
    assert read("2 to 8").quantile(0.5) == pytest.approx(4.0)
    assert read("-2 to 8").quantile(0.95) == pytest.approx(8.0)
    assert read("-2 to 8").quantile(0.5) == pytest.approx(3.0)
    assert read({"distribution": "beta", "interval": [0.2, 0.4]}).quantile(0.95) == (
        pytest.approx(0.4)
    )


def test_a_mixture_has_the_distribution_function_of_its_parts() -> None:
    parts = [
        {"distribution": "normal", "mean": 0.0, "sd": 1.0},
        {"distribution": "normal", "mean": 5.0, "sd": 0.5},
    ]
    member = read({"distribution": "mixture", "parts": parts, "weights": [3, 1]})
    for level in (1e-6, 0.01, 0.3, 0.74, 0.76, 0.99, 1 - 1e-6):
        x = member.quantile(level)
        mixed = 0.75 * stats.norm.cdf(x) + 0.25 * stats.norm.cdf(x, 5.0, 0.5)
        assert mixed == pytest.approx(level, rel=1e-4)


def test_a_number_in_a_mixture_is_drawn_by_its_weight() -> None:
    member = read(TABLES["mixture"])
    values = member.quantile_at_score(special.ndtri((np.arange(100_000) + 0.5) / 100_000))
    assert np.mean(values == 0.0) == pytest.approx(0.3, abs=0.002)


def test_discrete_scenarios_come_by_their_weights() -> None:
    member = read(TABLES["discrete"])
    values = member.quantile_at_score(special.ndtri((np.arange(1000) + 0.5) / 1000))
    assert [np.mean(values == v) for v in (1, 2, 3)] == pytest.approx([0.5, 0.25, 0.25])


def test_data_are_drawn_as_they_are(data: Path) -> None:
    member = read({"distribution": "empirical", "file": str(data), "column": "growth"})
    sample = np.sort(pd.read_csv(data)["growth"])
    levels = (np.arange(sample.size) + 0.5) / sample.size
    np.testing.assert_array_equal(member.quantile_at_score(special.ndtri(levels)), sample)


def test_smoothed_data_have_their_middle_and_go_beyond_their_ends(data: Path) -> None:
    member = read(
        {"distribution": "empirical", "file": str(data), "column": "growth", "smooth": True}
    )
    sample = pd.read_csv(data)["growth"]
    for level in (0.1, 0.5, 0.9):
        assert member.quantile(level) == pytest.approx(sample.quantile(level), abs=0.08)
    assert member.quantile(1 - 1e-6) > sample.max()
    assert np.all(np.diff(member.quantile_at_score(SCORES)) > 0.0)


def test_a_shift_moves_all_quantiles_alike() -> None:
    plain = read("1 to 3")
    np.testing.assert_allclose(
        read(TABLES["shifted"]).quantile_at_score(SCORES),
        1.0 + 2.0 * plain.quantile_at_score(SCORES),
    )


def test_scipys_own_quantiles_are_drawn() -> None:
    member = read(TABLES["scipy"])
    exact = stats.weibull_min(1.5, scale=2.0)
    for level in (1e-9, 1e-6, 0.1, 0.5, 0.9):
        assert member.quantile(level) == pytest.approx(exact.ppf(level), rel=1e-9)
    top = member.quantile_at_score(np.array([OUTERMOST_SCORE]))[0]
    assert top == pytest.approx(exact.isf(special.ndtr(-SCORE_LIMIT)), rel=1e-9)


def test_scipys_names_are_looked_up_in_its_list_and_never_evaluated() -> None:
    assert len(continuous_names()) > 90
    for name in ("scipy.__class__", "scipy.os", "scipy.rv_continuous", "scipy.norm.ppf", "scipy."):
        with pytest.raises(ValidationError):
            read({"distribution": name})


MISTAKES = {
    "no level": ({"distribution": "normal", "p10": 1, "p0": 0}, "is no quantile"),
    "one quantile": ({"distribution": "gamma", "p10": 1}, "takes two quantiles above 0"),
    "three that no normal has": (
        {"distribution": "normal", "p10": 0, "p50": 9, "p90": 10},
        'distribution = "metalog"',
    ),
    "no metalog": (
        {"distribution": "metalog", "p10": 1, "p50": 1.1, "p90": 9},
        "the nearest",
    ),
    "limits in the way": ({"distribution": "beta", "p10": 0.2, "p90": 1.2}, "must lie between"),
    "weights too few": (
        {"distribution": "discrete", "values": [1, 2], "weights": [1]},
        "2 values take as many weights",
    ),
    "no weight": ({"distribution": "discrete", "values": [1, 2], "weights": [0, 0]}, "one above 0"),
    "a mixture in a mixture": (
        {"distribution": "mixture", "parts": [TABLES["mixture"]], "weights": [1]},
        "can't be a mixture itself",
    ),
    "scipy's name misspelt": ({"distribution": "scipy.gama", "a": 1}, 'did you mean "scipy.gamma"'),
    "scipy's parameter missing": ({"distribution": "scipy.gamma"}, '"a" is missing'),
    "scipy's parameter unknown": (
        {"distribution": "scipy.gamma", "a": 1, "b": 2},
        "it takes a, loc, scale",
    ),
    "scipy's parameter impossible": ({"distribution": "scipy.gamma", "a": -1}, "no distribution"),
    "no file": (
        {"distribution": "empirical", "file": "none.csv", "column": "x"},
        "none.csv: no such file",
    ),
    "half a triangle": ({"distribution": "triangular", "low": 1, "high": 2}, "low, mode and high"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_says_what_would_be_right(case: str) -> None:
    table, expected = MISTAKES[case]
    with pytest.raises(ValidationError) as caught:
        read(table)
    assert expected in str(caught.value)


def test_a_column_that_is_missing_names_the_nearest(data: Path) -> None:
    with pytest.raises(ValidationError, match='did you mean "growth"'):
        read({"distribution": "empirical", "file": str(data), "column": "grwth"})
    with pytest.raises(ValidationError, match="name"):
        read({"distribution": "empirical", "file": str(data), "column": "name"})


@pytest.mark.parametrize("limits", [(0.5, math.inf), (-math.inf, 2.0)])
def test_an_open_limit_survives_json(limits: tuple[float, float]) -> None:
    cut = adapter.validate_python(TABLES["normal"] | {"truncate": limits})
    assert json.loads(cut.model_dump_json())["truncate"].count(None) == 1
    assert adapter.validate_json(cut.model_dump_json()) == cut
    assert adapter.validate_python(cut.model_dump(mode="json")) == cut
