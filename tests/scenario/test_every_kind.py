"""What a distribution of any kind is said to be, it is: once read, tabulated, written out."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import special, stats

from simulate.kernels.draws import SCORE_LIMIT
from simulate.scenario.distributions import FAMILY, AnyDistribution, Uncertain
from simulate.scenario.distributions.quantiles import name_level
from tests.engine.test_sampling import looked_up
from tests.toml_text import to_toml

ADAPTER: TypeAdapter[Uncertain] = TypeAdapter(AnyDistribution)
LEVELS = (0.001, 0.025, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99, 0.995)
SCORES = np.linspace(-6.4, 6.4, 641)
EVERYWHERE = np.linspace(-6.4, 6.4, 20_000)
EXACT, NEARLY = 1e-7, 1e-5
# Parts of the spread: what is found on a grid or at knots is found nearly.
ON_A_GRID = ("mixture", "scipy.")
# In the cell of 1/1024 of a score around a kink, a table's cubic lies on both sides; and mixtures
# and smoothed data rise steeply, where they have gaps, within few of them.
KINKED = ("empirical", "mixture", "triangular")


class Stated(NamedTuple):
    """A table, and quantiles that its distribution must have, by their levels."""

    table: dict[str, Any]
    quantiles: dict[float, float]


UNITS = st.integers(-3, 3).map(lambda power: 10.0**power)
PLACES = st.floats(-5.0, 5.0)
WIDTHS = st.floats(0.2, 5.0)
INSIDE = st.floats(0.05, 0.95)


def levels_of(least: int, most: int) -> st.SearchStrategy[list[float]]:
    return st.sets(st.sampled_from(LEVELS), min_size=least, max_size=most).map(sorted)


def by_quantiles(kind: str, member: Any, levels: list[float], **more: Any) -> Stated:
    """State a member of a family by its quantiles."""
    values = [float(member.ppf(level)) for level in levels]
    named = {name_level(level): value for level, value in zip(levels, values, strict=True)}
    return Stated({"distribution": kind} | named | more, dict(zip(levels, values, strict=True)))


def by_parameters(kind: str, member: Any, **parameters: Any) -> Stated:
    """State a member of a family by its parameters."""
    return Stated({"distribution": kind} | parameters, {p: float(member.ppf(p)) for p in LEVELS})


@st.composite
def limits(draw: st.DrawFn) -> tuple[float, float]:
    unit, low = draw(UNITS), draw(PLACES)
    return unit * low, unit * (low + draw(WIDTHS))


@st.composite
def values(draw: st.DrawFn) -> Stated:
    number = draw(st.floats(-1e6, 1e6))
    return Stated({"value": number}, dict.fromkeys(LEVELS, number))


@st.composite
def normals(draw: st.DrawFn) -> Stated:
    unit = draw(UNITS)
    mean, sd = unit * draw(PLACES), unit * draw(WIDTHS)
    member = stats.norm(mean, sd)
    if draw(st.booleans()):
        return by_parameters("normal", member, mean=mean, sd=sd)
    return by_quantiles("normal", member, draw(levels_of(2, 5)))


@st.composite
def lognormals(draw: st.DrawFn) -> Stated:
    unit, sigma = draw(UNITS), draw(st.floats(0.1, 1.5))
    shift = draw(st.sampled_from([0.0, -1.0, 0.7])) * unit
    member = stats.lognorm(sigma, loc=shift, scale=unit)
    way = draw(st.sampled_from(["moments", "logarithm", "quantiles"]))
    if way == "moments":
        mean, sd = float(member.mean()), float(member.std())
        return by_parameters("lognormal", member, mean=mean, sd=sd, shift=shift)
    if way == "logarithm":
        mu = float(np.log(unit))
        return by_parameters("lognormal", member, mu=mu, sigma=sigma, shift=shift)
    if draw(st.booleans()):  # the shift is found
        levels = draw(st.sampled_from([[0.1, 0.5, 0.9], [0.05, 0.25, 0.95]]))
        return by_quantiles("lognormal", member, levels)
    return by_quantiles("lognormal", member, draw(levels_of(2, 5)), shift=shift)


class LogitNormal:
    """What scipy has no name for."""

    def __init__(self, mean: float, sd: float, low: float, high: float) -> None:
        self.mean, self.sd, self.low, self.high = mean, sd, low, high

    def ppf(self, level: float) -> float:
        logit = self.mean + self.sd * special.ndtri(level)
        return float(self.low + (self.high - self.low) * special.expit(logit))


@st.composite
def logit_normals(draw: st.DrawFn) -> Stated:
    low, high = draw(limits())
    member = LogitNormal(draw(st.floats(-2, 2)), draw(st.floats(0.2, 1.5)), low, high)
    return by_quantiles("logit_normal", member, draw(levels_of(2, 4)), low=low, high=high)


@st.composite
def student_ts(draw: st.DrawFn) -> Stated:
    unit, degrees = draw(UNITS), draw(st.floats(1.0, 50.0))
    member = stats.t(degrees, unit * draw(PLACES), unit * draw(WIDTHS))
    return by_quantiles("student_t", member, draw(levels_of(2, 4)), degrees_of_freedom=degrees)


@st.composite
def gammas(draw: st.DrawFn) -> Stated:
    shape, scale = draw(st.floats(0.5, 50.0)), draw(UNITS)
    member = stats.gamma(shape, scale=scale)
    if draw(st.booleans()):
        return by_parameters("gamma", member, shape=shape, scale=scale)
    return by_quantiles("gamma", member, draw(levels_of(2, 2)))


@st.composite
def betas(draw: st.DrawFn) -> Stated:
    low, high = draw(limits())
    a, b = draw(st.floats(0.7, 20.0)), draw(st.floats(0.7, 20.0))
    member = stats.beta(a, b, loc=low, scale=high - low)
    if draw(st.booleans()):
        mean, sd = float(member.mean()), float(member.std())
        return by_parameters("beta", member, mean=mean, sd=sd, low=low, high=high)
    return by_quantiles("beta", member, draw(levels_of(2, 2)), low=low, high=high)


@st.composite
def uniforms(draw: st.DrawFn) -> Stated:
    low, high = draw(limits())
    member = stats.uniform(low, high - low)
    if draw(st.booleans()):
        return by_parameters("uniform", member, low=low, high=high)
    return by_quantiles("uniform", member, draw(levels_of(2, 4)))


def triangle(low: float, mode: float, high: float) -> Any:
    return stats.triang((mode - low) / (high - low), loc=low, scale=high - low)


def smooth_triangle(low: float, mode: float, high: float) -> Any:
    place = (mode - low) / (high - low)
    return stats.beta(1.0 + 4.0 * place, 5.0 - 4.0 * place, loc=low, scale=high - low)


@st.composite
def triangles(draw: st.DrawFn, kind: str, family: Callable[..., Any]) -> Stated:
    """State a triangle, sharp or smooth, in one of its three ways."""
    low, high = draw(limits())
    mode = low + (high - low) * draw(INSIDE)
    member = family(low, mode, high)
    way = draw(st.sampled_from(["limits", "three quantiles", "two and the mode"]))
    if way == "limits":
        return by_parameters(kind, member, low=low, mode=mode, high=high)
    if way == "two and the mode":
        return by_quantiles(kind, member, [0.1, 0.9], mode=mode)
    return by_quantiles(kind, member, draw(st.sampled_from([[0.1, 0.5, 0.9], [0.05, 0.4, 0.95]])))


@st.composite
def metalogs(draw: st.DrawFn) -> Stated:
    unit = draw(UNITS)
    member = stats.gamma(draw(st.floats(1.5, 9.0)), loc=unit * draw(PLACES), scale=unit)
    bounds = draw(st.sampled_from(["none", "low", "both"]))
    low = {} if bounds == "none" else {"low": float(member.ppf(1e-9)) - 0.1 * unit}
    high = {"high": float(member.ppf(0.9999)) + 3.0 * unit} if bounds == "both" else {}
    return by_quantiles("metalog", member, draw(levels_of(2, 5)), **low, **high)


@st.composite
def discretes(draw: st.DrawFn) -> Stated:
    numbers = draw(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6, unique=True))
    size = len(numbers)
    weights = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size).filter(any))
    order = np.argsort(numbers)
    ends = np.cumsum(np.array(weights)[order]) / sum(weights)
    middles = (ends + np.concatenate([[0.0], ends[:-1]])) / 2.0
    expected = {
        float(middle): numbers[place]
        for middle, place in zip(middles, order, strict=True)
        if weights[place]
    }
    table = {"distribution": "discrete", "values": numbers, "weights": weights}
    return Stated(table, expected)


@st.composite
def mixtures(draw: st.DrawFn) -> Stated:
    """State a mixture of normals; its distribution function is known where theirs are."""
    count, unit = draw(st.integers(1, 4)), draw(UNITS)
    means = [unit * draw(PLACES) for _ in range(count)]
    sds = [unit * draw(WIDTHS) for _ in range(count)]
    weights = np.array([draw(st.integers(1, 9)) for _ in range(count)])
    parts = [
        {"distribution": "normal", "mean": mean, "sd": sd}
        for mean, sd in zip(means, sds, strict=True)
    ]
    points = [unit * place for place in (-4.0, -1.0, 0.5, 2.0, 5.0)]
    levels = [float(weights @ stats.norm.cdf(x, means, sds) / weights.sum()) for x in points]
    density = [float(weights @ stats.norm.pdf(x, means, sds) / weights.sum()) for x in points]
    expected = {
        level: x
        for level, x, height in zip(levels, points, density, strict=True)
        if 0.01 < level < 0.99 and height * unit > 0.01  # no gap, which any value of it may fill
    }
    table = {"distribution": "mixture", "parts": parts, "weights": weights.tolist()}
    return Stated(table, expected)


@st.composite
def empiricals(draw: st.DrawFn, folder: Path) -> Stated:
    unit = draw(UNITS)
    sample = draw(
        st.lists(st.integers(-1000, 1000), min_size=8, max_size=60).filter(lambda s: len({*s}) > 1)
    )
    numbers = [unit * number for number in sample]
    file = folder / "data.csv"
    file.write_text("x,y\n" + "".join(f"{i},{number!r}\n" for i, number in enumerate(numbers)))
    table = {"distribution": "empirical", "file": str(file), "column": "y"}
    if draw(st.booleans()):
        return Stated(table | {"smooth": True}, {})
    levels = (np.arange(len(numbers)) + 0.5) / len(numbers)
    return Stated(table, dict(zip(levels.tolist(), sorted(numbers), strict=True)))


@st.composite
def shifteds(draw: st.DrawFn) -> Stated:
    inner, by = draw(normals()), draw(PLACES)
    times = draw(st.floats(0.01, 3.0)) * draw(st.sampled_from([-1.0, 1.0]))
    expected = {p if times > 0 else 1.0 - p: times * x + by for p, x in inner.quantiles.items()}
    table = {"distribution": "shifted", "of": inner.table, "times": times, "by": by}
    return Stated(table, expected)


@st.composite
def scipys(draw: st.DrawFn) -> Stated:
    name, shapes = draw(
        st.sampled_from(
            [
                *(("norm", ()), ("logistic", ()), ("laplace", ()), ("gumbel_r", ()), ("expon", ())),
                *(("gamma", ("a",)), ("weibull_min", ("c",)), ("lognorm", ("s",)), ("t", ("df",))),
                *(("beta", ("a", "b")), ("johnsonsu", ("a", "b")), ("burr12", ("c", "d"))),
                *(("skewnorm", ("a",)), ("genextreme", ("c",)), ("norminvgauss", ())),
                *(("poisson", ("mu",)), ("binom", ("n", "p")), ("skellam", ("mu1", "mu2"))),
            ]
        )
    )
    parameters = {key: draw(st.floats(0.5, 5.0)) for key in shapes}
    if name == "norminvgauss":  # one that scipy searches slowly
        parameters = {"a": 2.0, "b": 0.5}
    if name == "binom":
        parameters = {"n": draw(st.integers(1, 50)), "p": draw(INSIDE)}
    parameters |= {"loc": draw(PLACES)}
    if isinstance(getattr(stats, name), stats.rv_continuous):
        parameters |= {"scale": draw(WIDTHS)}
    return by_parameters(f"scipy.{name}", getattr(stats, name)(**parameters), **parameters)


KINDS: dict[str, st.SearchStrategy[Stated]] = {
    "value": values(),
    "normal": normals(),
    "lognormal": lognormals(),
    "logit_normal": logit_normals(),
    "student_t": student_ts(),
    "gamma": gammas(),
    "beta": betas(),
    "uniform": uniforms(),
    "triangular": triangles("triangular", triangle),
    "pert": triangles("pert", smooth_triangle),
    "metalog": metalogs(),
    "discrete": discretes(),
    "mixture": mixtures(),
    "shifted": shifteds(),
    "scipy.": scipys(),
}
often = settings(
    deadline=None,
    max_examples=20,
    # Of a folder that examples share, each writes its own data.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


def of_kind(kind: str, folder: Path) -> st.SearchStrategy[Stated]:
    return empiricals(folder) if kind == "empirical" else KINDS[kind]


def read(table: dict[str, Any]) -> Uncertain:
    """Read what was stated; what no member of a family has must be refused in words."""
    try:
        return ADAPTER.validate_python(table)
    except ValidationError as refused:
        message = str(refused)
        assert "no metalog goes through" in message or 'distribution = "metalog"' in message
        reject()


def spread_of(member: Uncertain) -> float:
    low, high = member.quantile(0.01), member.quantile(0.99)
    return max(high - low, 1e-12 * max(abs(low), abs(high)), 1e-300)


def test_every_kind_is_tried() -> None:
    assert {*KINDS, "empirical"} == set(FAMILY)


@pytest.mark.parametrize("kind", FAMILY)
@given(data=st.data())
@often
def test_the_quantiles_stated_come_back(kind: str, data: st.DataObject, tmp_path: Path) -> None:
    stated = data.draw(of_kind(kind, tmp_path))
    member = read(stated.table)
    tolerance = (NEARLY if kind in ON_A_GRID else EXACT) * spread_of(member)
    for level, value in stated.quantiles.items():
        assert member.quantile(level) == pytest.approx(value, abs=tolerance, rel=1e-12)


@pytest.mark.parametrize("kind", FAMILY)
@given(data=st.data())
@often
def test_its_quantile_function_rises_and_stays_finite(
    kind: str, data: st.DataObject, tmp_path: Path
) -> None:
    quantiles = read(data.draw(of_kind(kind, tmp_path)).table).quantile_at_score(SCORES)
    assert np.all(np.isfinite(quantiles))
    assert np.all(np.diff(quantiles) >= -1e-12 * np.abs(quantiles[1:]))


@pytest.mark.parametrize("kind", FAMILY)
@given(data=st.data())
@often
def test_paths_draw_it_from_its_table(kind: str, data: st.DataObject, tmp_path: Path) -> None:
    member = read(data.draw(of_kind(kind, tmp_path)).table)
    scores = np.append(special.ndtri((np.arange(2000) + 0.5) / 2000), EVERYWHERE)
    drawn = looked_up(member, scores)
    exact = member.quantile_at_score(scores)
    # Of the spread or, in a tail many times as long, of the value.
    missed = np.abs(drawn - exact) > 2e-6 * np.maximum(spread_of(member), np.abs(exact))
    assert np.mean(missed) <= (3e-2 if kind in KINKED else 0.0)
    # No draw leaves the range of its distribution, be it all steps.
    outermost = member.quantile_at_score(np.array([-SCORE_LIMIT, SCORE_LIMIT]))
    rounding = 1e-6 * np.maximum(spread_of(member), np.abs(outermost).max())
    assert outermost[0] - rounding <= drawn.min() and drawn.max() <= outermost[1] + rounding


@pytest.mark.parametrize("kind", FAMILY)
@given(data=st.data())
@often
def test_written_out_as_toml_it_reads_the_same(
    kind: str, data: st.DataObject, tmp_path: Path
) -> None:
    member = read(data.draw(of_kind(kind, tmp_path)).table)
    text = to_toml({"x": member.model_dump(mode="json", exclude_none=True)})
    again = read(tomllib.loads(text)["x"])
    assert again == member
    np.testing.assert_array_equal(again.quantile_at_score(SCORES), member.quantile_at_score(SCORES))


@pytest.mark.parametrize("kind", [kind for kind in FAMILY if kind != "value"])
@given(data=st.data())
@often
def test_a_truncation_keeps_the_odds_between_its_limits(
    kind: str, data: st.DataObject, tmp_path: Path
) -> None:
    table = data.draw(of_kind(kind, tmp_path)).table
    member = read(table)
    lower, upper = data.draw(st.sampled_from([(0.0, 0.5), (0.2, 0.7), (0.001, 0.999), (0.9, 1.0)]))
    low = member.quantile(lower) if lower else -np.inf
    high = member.quantile(upper) if upper < 1.0 else np.inf
    if low == high:
        reject()  # the limits of a truncation differ
    cut = read(table | {"truncate": [low, high]})
    quantiles = cut.quantile_at_score(SCORES)
    assert low <= quantiles[0] and quantiles[-1] <= high
    if kind in ("discrete", "empirical") and not member.is_continuous:
        whole = member.quantile_at_score(SCORES)
        assert {*quantiles} <= {*whole[(low <= whole) & (whole <= high)]}
    if member.is_continuous:
        for level in (0.01, 0.3, 0.5, 0.9):
            whole = member.quantile(lower + level * (upper - lower))
            assert cut.quantile(level) == pytest.approx(whole, abs=NEARLY * spread_of(member))


@pytest.mark.parametrize("text", ["8 to 18", "0.5 to 0.6", "-2 to 8", "-8 to -2", "1e-3 to 1e3"])
def test_low_to_high_is_a_90_percent_interval(text: str) -> None:
    low, high = (float(end) for end in text.split(" to "))
    member = ADAPTER.validate_python(text)
    assert member.quantile(0.05) == pytest.approx(low)
    assert member.quantile(0.95) == pytest.approx(high)
    middle = np.sqrt(low * high) if low > 0.0 else (low + high) / 2.0
    assert member.quantile(0.5) == pytest.approx(middle)


def test_a_beta_of_a_shape_near_1_is_cut_off_without_a_warning() -> None:
    table = {"distribution": "beta", "p0_1": 0.0013624744228764682, "p2_5": 0.029489950130731128}
    whole = read(table)
    cut = read(table | {"truncate": [-np.inf, whole.quantile(0.5)]})
    assert cut.quantile(0.5) == pytest.approx(whole.quantile(0.25))
