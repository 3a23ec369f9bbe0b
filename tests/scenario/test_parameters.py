"""Distributions by their parameters: a mean, a deviation or a shape that is stated comes back."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from simulate import load_scenario
from simulate.scenario.distributions import AnyDistribution, Uncertain
from simulate.scenario.inputs import list_inputs

pytestmark = pytest.mark.usefixtures("january")

ADAPTER: TypeAdapter[Uncertain] = TypeAdapter(AnyDistribution)
SCORES = np.linspace(-6.5, 6.5, 26_001)


def read(kind: str, **parameters: float) -> Uncertain:
    return ADAPTER.validate_python({"distribution": kind} | parameters)


def moments(member: Uncertain) -> tuple[float, float]:
    """Return mean and standard deviation, by the trapezoidal rule over normal scores."""
    weight = stats.norm.pdf(SCORES) * (SCORES[1] - SCORES[0])
    values = member.quantile_at_score(SCORES)
    mean = float(values @ weight)
    return mean, float(np.sqrt((values - mean) ** 2 @ weight))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("normal", {}),
        ("lognormal", {}),
        ("lognormal", {"shift": 5.0}),
        ("lognormal", {"shift": -5.0}),
        ("gamma", {}),
        ("beta", {"low": 2.0, "high": 20.0}),
    ],
)
@pytest.mark.parametrize(("mean", "sd"), [(8.0, 0.5), (8.0, 3.0), (5.5, 1.2)])
def test_mean_and_standard_deviation_come_back(
    kind: str, more: dict[str, float], mean: float, sd: float
) -> None:
    member = read(kind, mean=mean, sd=sd, **more)
    assert moments(member) == pytest.approx((mean, sd), rel=2e-4)


@pytest.mark.parametrize(
    ("kind", "parameters", "exact"),
    [
        ("lognormal", {"mu": 1.0, "sigma": 0.5}, stats.lognorm(0.5, scale=np.e)),
        (
            "lognormal",
            {"mu": 1.0, "sigma": 0.5, "shift": -2.0},
            stats.lognorm(0.5, loc=-2.0, scale=np.e),
        ),
        ("gamma", {"shape": 2.0, "scale": 4.0}, stats.gamma(2.0, scale=4.0)),
        ("gamma", {"mean": 8.0, "sd": 4.0}, stats.gamma(4.0, scale=2.0)),
        ("beta", {"alpha": 2.0, "beta": 3.0}, stats.beta(2.0, 3.0)),
        (
            "beta",
            {"alpha": 0.5, "beta": 0.7, "low": 1.0, "high": 5.0},
            stats.beta(0.5, 0.7, loc=1.0, scale=4.0),
        ),
        # Half of a uniform's width over sqrt(3) is its deviation.
        ("beta", {"mean": 0.5, "sd": 12**-0.5}, stats.uniform()),
        (
            "student_t",
            {"location": 1.0, "scale": 2.0, "degrees_of_freedom": 5.0},
            stats.t(5.0, 1.0, 2.0),
        ),
    ],
)
def test_parameters_mean_what_scipy_means_by_them(
    kind: str, parameters: dict[str, float], exact: Any
) -> None:
    member = read(kind, **parameters)
    for level in (1e-6, 0.05, 0.5, 0.9, 0.999):
        assert member.quantile(level) == pytest.approx(exact.ppf(level), rel=1e-9)


def test_a_logit_normals_parameters_are_those_of_its_logit() -> None:
    member = read("logit_normal", mu=0.5, sigma=2.0, low=-1.0, high=3.0)
    for z in (-2.0, 0.0, 1.5):
        value = member.quantile_at_score(np.array([z]))[0]
        assert np.log((value + 1.0) / (3.0 - value)) == pytest.approx(0.5 + 2.0 * z)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_beta_has_every_deviation_below_its_limit_and_none_above(
    place: float, part: float
) -> None:
    most = np.sqrt(place * (1.0 - place))
    member = read("beta", mean=place, sd=part * most)
    # alpha + beta + 1 is the ratio of the greatest variance to the given one.
    both = 1.0 / part**2 - 1.0
    exact = stats.beta(place * both, (1.0 - place) * both)
    assert member.quantile(0.7) == pytest.approx(exact.ppf(0.7), rel=1e-6, abs=1e-12)
    with pytest.raises(ValidationError, match="is too large"):
        read("beta", mean=place, sd=1.001 * most)


PAIRS = {"lognormal": "mean and sd, or mu and sigma", "gamma": "mean and sd, or shape and scale"}


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("lognormal", {"mean": 8}, f"{PAIRS['lognormal']}; here is mean"),
        ("lognormal", {"mean": 8, "sigma": 1}, "here is mean, sigma"),
        ("lognormal", {"mean": 8, "sd": 1, "p10": 3}, "here is mean, sd, p10"),
        ("lognormal", {"mu": 1, "sigma": 1, "mean": 8, "sd": 1}, "here is mean, sd, mu, sigma"),
        ("lognormal", {}, "here is none of these"),
        ("lognormal", {"mean": -8, "sd": 1}, "mean = -8 must be above 0"),
        ("lognormal", {"mean": 3, "sd": 1, "shift": 4}, "mean = 3 must be above the shift of 4"),
        ("lognormal", {"mu": 1, "sigma": -1}, "sigma = -1 must be above 0"),
        ("gamma", {"shape": 2}, f"{PAIRS['gamma']}; here is shape"),
        ("gamma", {"mean": 0, "sd": 2}, "mean = 0 must be above 0"),
        ("gamma", {"mean": 2, "sd": 0}, "sd = 0 must be above 0"),
        ("gamma", {"p10": -1, "p90": 2}, "p10 = -1 must be above 0"),
        ("beta", {"mean": 0.3, "sd": 0.5}, "with mean = 0.3, it must be below 0.4583"),
        ("beta", {"mean": 30, "sd": 46, "high": 100}, "it must be below 45.83"),
        ("beta", {"mean": 1.2, "sd": 0.1}, "must lie between low = 0 and high = 1"),
        ("beta", {"alpha": 0, "beta": 1}, "alpha = 0 must be above 0"),
        ("beta", {"alpha": 1, "beta": 1, "low": 1}, "low = 1 must be below high = 1"),
        ("normal", {"mean": 1, "sd": -1}, "sd = -1 must be above 0"),
        ("student_t", {"scale": 1, "degrees_of_freedom": 4}, "location and scale; here is scale"),
        ("lognormal", {"p10": 1, "p50": 2, "p90": 2.5}, "so that p90 must be above 3 here; write"),
        ("lognormal", {"p10": -1, "p90": 2.5}, "p10 = -1 must be above 0"),
    ],
)
def test_parameters_that_state_nothing_are_refused(
    kind: str, parameters: dict[str, float], words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        read(kind, **parameters)
    assert words in str(refused.value)


def test_amounts_are_written_with_their_units(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "anthropic.toml"\n'
        '[cash]\nopening = { distribution = "lognormal", mean = "8 bn", sd = "900 m" }\n'
        'tax_rate = { distribution = "beta", mean = "21%", sd = "3%", high = "40%" }\n'
        '[other_costs]\nfixed = { distribution = "gamma", shape = 4, scale = "250 m" }\n'
    )
    found = {i.key: i.distribution for i in list_inputs(load_scenario(file))}
    assert moments(found["cash.opening"]) == pytest.approx((8.0, 0.9), rel=1e-3)
    assert moments(found["cash.tax_rate"]) == pytest.approx((0.21, 0.03), rel=1e-3)
    assert moments(found["other_costs.fixed"]) == pytest.approx((1.0, 0.5), rel=1e-3)
