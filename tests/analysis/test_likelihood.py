"""The likeliest members of families: no other member, found by whatever means, is likelier."""

import math
import tomllib
import warnings
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

import simulate
from simulate.analysis.fit import NAMES, POSITIVE, list_left_out
from simulate.analysis.likelihood import likeliest, log_likelihood

SHAPES: dict[str, list[tuple[float, ...]]] = {
    "norm": [()],
    "logistic": [()],
    "gumbel_r": [()],
    "uniform": [()],
    "expon": [()],
    "lognorm": [(0.01,), (2.0,)],
    "gamma": [(0.3,), (500.0,)],
    "weibull_min": [(0.4,), (50.0,)],
    "beta": [(0.3, 0.4), (300.0, 2.0)],
    "triang": [(0.0,), (0.3,), (0.97,)],
    "t": [(0.6,), (3.0,), (30.0,)],
    "skewnorm": [(0.0,), (5.0,), (-100.0,)],
    "johnsonsu": [(0.0, 0.4), (-1.5, 1.2), (6.0, 2.0)],
}
MIRRORED = {"norm", "logistic", "uniform", "triang", "t", "skewnorm", "johnsonsu"}
CASES = [(name, shapes) for name, several in SHAPES.items() for shapes in several]


def drawn(name: str, shapes: tuple[float, ...], size: int = 60) -> np.ndarray:
    return getattr(stats, name)(*shapes).rvs(size, random_state=np.random.default_rng(size))


def greatest(name: str, values: np.ndarray) -> float:
    member = likeliest(name, values)
    assert member is not None
    family = getattr(stats, name)(*member.shapes, loc=member.loc, scale=member.scale)
    # By scipy's densities, not by those of the search.
    with np.errstate(all="ignore"):
        assert log_likelihood(name, values, member) == pytest.approx(
            np.sum(family.logpdf(values)), abs=1e-5
        )
    return log_likelihood(name, values, member)


@cache
def greatest_of(name: str, shapes: tuple[float, ...]) -> float:
    return greatest(name, drawn(name, shapes))


@pytest.mark.parametrize(("name", "shapes"), CASES)
def test_no_member_is_likelier_scipys_fit_and_the_true_one_among_them(
    name: str, shapes: tuple[float, ...]
) -> None:
    values, family = drawn(name, shapes), getattr(stats, name)
    found = greatest_of(name, shapes)
    assert found >= np.sum(family.logpdf(values, *shapes)) - 1e-6
    fixed = {"floc": 0.0} if name in POSITIVE else {}
    fixed |= {"floc": 0.0, "fscale": 1.0} if name == "beta" else {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        others = family.fit(values, **fixed)
        assert found >= np.sum(family.logpdf(values, *others)) - 1e-4


@pytest.mark.parametrize(("name", "shapes"), [case for case in CASES if case[0] != "beta"])
def test_values_in_another_unit_and_mirrored_are_as_likely(
    name: str, shapes: tuple[float, ...]
) -> None:
    values = drawn(name, shapes)
    unit = -100.0 if name in MIRRORED else 100.0
    in_cents = greatest(name, unit * values) + values.size * math.log(100.0)
    assert in_cents == pytest.approx(greatest_of(name, shapes), abs=1e-4)


def test_a_family_without_a_likeliest_member_for_the_values_is_left_out_and_said() -> None:
    values = np.concatenate([np.zeros(40), drawn("norm", (), 20)])
    assert values.min() < 0.0
    fits = simulate.fit(values, resamples=0)
    left_out = list_left_out(fits, values)
    for name in ("t", "johnsonsu"):
        # Without end it rises about the value that comes forty times.
        assert likeliest(name, values) is None
        assert "no maximum" in left_out.pop(NAMES[name])
    for name in POSITIVE:
        assert left_out.pop(NAMES[name]) == "for values above 0 only"
    assert left_out == {"beta": "for values between 0 and 1 only"}
    assert {fit.name for fit in fits} == {*NAMES} - {"t", "johnsonsu", "beta", *POSITIVE}


OFFSETS: dict[str, Any] = {
    "a million": 1234567.0 + drawn("triang", (0.3,), 100),
    "a hair": 1e-9 * (1234567.0 + drawn("norm", (), 100)),
    "at 0": drawn("skewnorm", (5.0,), 100),
}


@pytest.mark.parametrize("case", OFFSETS)
def test_the_line_to_paste_has_the_quantiles_of_the_fit(case: str) -> None:
    values = OFFSETS[case]
    for fit in simulate.fit(values, resamples=0):
        table = tomllib.loads(fit.toml("x", "a test"))["x"]
        del table["source"]
        kind = table.pop("distribution")
        if kind == "normal":
            pasted = stats.norm(table["mean"], table["sd"])
        else:
            pasted = getattr(stats, fit.name)(**table)
        levels = [0.01, 0.3, 0.5, 0.9, 0.99]
        spread = np.ptp(fit.distribution.ppf([0.05, 0.95]))
        np.testing.assert_allclose(
            pasted.ppf(levels), fit.distribution.ppf(levels), atol=1e-4 * spread
        )
