"""What is drawn of single values: those and no others, as often as they should be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import special, stats

from simulate import load_scenario
from simulate.engine.columns import Kept
from simulate.engine.run import Session
from simulate.engine.tables import build_tables
from simulate.scenario import Scenario
from simulate.scenario.distributions import AnyDistribution, Uncertain
from simulate.scenario.distributions.scipy_named import discrete_names
from tests.engine.test_sampling import looked_up

pytestmark = pytest.mark.usefixtures("january")

ADAPTER: TypeAdapter[Uncertain] = TypeAdapter(AnyDistribution)
LEVELS = (np.arange(65_536) + 0.5) / 65_536
PATHS = 1 << 16
DATA = [1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 8.0, 8.0]


def read(table: Any) -> Uncertain:
    return ADAPTER.validate_python(table)


def draws(table: Any) -> np.ndarray:
    """Return what even levels draw through the table that paths use."""
    return looked_up(read(table), special.ndtri(LEVELS))


def frequencies(drawn: np.ndarray) -> dict[float, float]:
    values, counts = np.unique(drawn, return_counts=True)
    return dict(zip(values.tolist(), (counts / drawn.size).tolist(), strict=True))


def discrete(values: list[float], weights: list[float] | None = None, **more: Any) -> Any:
    given = {"distribution": "discrete", "values": values} | more
    return given if weights is None else given | {"weights": weights}


def empirical(folder: Path, **more: Any) -> Any:
    file = folder / "data.csv"
    file.write_text("x\n" + "\n".join(str(value) for value in DATA))
    return {"distribution": "empirical", "file": str(file), "column": "x"} | more


NORMAL = {"distribution": "normal", "mean": 10.0, "sd": 1.0}


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        (discrete([0.15, 0.21, 0.28]), {0.15: 1 / 3, 0.21: 1 / 3, 0.28: 1 / 3}),
        (discrete([3, 1, 2, 1], [1, 2, 0, 3]), {1: 5 / 6, 3: 1 / 6}),
        (discrete([-1e9, 1e-9, 1e9], [1, 1, 98]), {-1e9: 0.01, 1e-9: 0.01, 1e9: 0.98}),
        (discrete([1, 2, 3, 4], truncate=[2, 3.5]), {2: 0.5, 3: 0.5}),
        (discrete([1, 2], [1, 9_999]), {1: 1e-4, 2: 0.9999}),
        ({"distribution": "scipy.randint", "low": 1, "high": 7}, dict.fromkeys(range(1, 7), 1 / 6)),
        ({"distribution": "scipy.bernoulli", "p": 0.2, "loc": 0.5}, {0.5: 0.8, 1.5: 0.2}),
        (
            {"distribution": "scipy.zipf", "a": 2.0, "truncate": [2, 3]},
            {2: 9 / 13, 3: 4 / 13},
        ),
        (
            {"distribution": "shifted", "of": discrete([1, 2], [1, 3]), "times": -2.0, "by": 1.0},
            {-1: 0.25, -3: 0.75},
        ),
        (
            {
                "distribution": "mixture",
                "parts": [0.3, discrete([0.1, 0.2], [1, 3]), 0.1],
                "weights": [2, 4, 4],
            },
            {0.1: 0.5, 0.2: 0.3, 0.3: 0.2},
        ),
        (
            {"distribution": "mixture", "parts": [7.0, 8.0], "weights": [1, 1], "truncate": [7, 9]},
            {7: 0.5, 8: 0.5},
        ),
    ],
)
def test_every_draw_is_one_of_the_values_by_its_weight(
    table: Any, wanted: dict[float, float]
) -> None:
    found = frequencies(draws(table))
    assert set(found) == set(wanted)
    # Even levels miss a frequency by one of them at each end.
    assert found == pytest.approx(wanted, abs=2 / LEVELS.size)


def test_data_are_drawn_as_often_as_they_stand_in_the_file(tmp_path: Path) -> None:
    wanted = {value: DATA.count(value) / len(DATA) for value in DATA}
    assert frequencies(draws(empirical(tmp_path))) == pytest.approx(wanted, abs=2 / LEVELS.size)
    cut = draws(empirical(tmp_path, truncate=[2, 5]))
    assert frequencies(cut) == pytest.approx({2.0: 0.5, 3.0: 0.25, 5.0: 0.25}, abs=2 / LEVELS.size)
    assert len(np.unique(draws(empirical(tmp_path, smooth=True)))) > 60_000


def test_a_number_among_densities_is_drawn_itself_and_the_densities_whole() -> None:
    parts = [10.0, NORMAL, {"distribution": "uniform", "low": 20.0, "high": 21.0}]
    drawn = draws({"distribution": "mixture", "parts": parts, "weights": [0.3, 0.5, 0.2]})
    assert np.mean(drawn == 10.0) == pytest.approx(0.3, abs=2e-5)
    others = drawn[drawn != 10.0]
    assert np.mean((others > 16.5) & (others < 20.0 - 1e-9)) == 0.0
    for x in (8.0, 9.5, 10.5, 20.5):
        exact = 0.3 * (x >= 10.0) + 0.5 * stats.norm.cdf(x, 10.0) + 0.2 * np.clip(x - 20.0, 0, 1)
        assert np.mean(drawn <= x) == pytest.approx(exact, abs=5e-5)


def test_a_mixture_draws_nothing_between_parts_that_lie_apart() -> None:
    parts = [
        {"distribution": "uniform", "low": 0.0, "high": 1.0},
        {"distribution": "triangular", "low": 5.0, "mode": 6.0, "high": 8.0},
    ]
    drawn = draws({"distribution": "mixture", "parts": parts, "weights": [0.43, 0.57]})
    assert not np.any((drawn > 1.0 + 1e-6) & (drawn < 5.0 - 1e-6))
    assert np.mean(drawn <= 1.0 + 1e-6) == pytest.approx(0.43, abs=2 / LEVELS.size)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("poisson", {"mu": 3.4}),
        ("poisson", {"mu": 4e5}),
        ("binom", {"n": 12, "p": 0.3}),
        ("geom", {"p": 0.15}),
        ("nbinom", {"n": 2.5, "p": 0.3}),
        ("skellam", {"mu1": 5.0, "mu2": 3.0}),
        ("hypergeom", {"M": 20, "n": 7, "N": 12}),
        ("betabinom", {"n": 10, "a": 2.3, "b": 0.6}),
        ("dlaplace", {"a": 0.4}),
        ("zipfian", {"a": 1.2, "n": 50}),
        ("yulesimon", {"alpha": 11.0}),
    ],
)
def test_whole_numbers_come_as_often_as_scipy_says(name: str, parameters: Any) -> None:
    drawn = draws({"distribution": f"scipy.{name}", "loc": 2} | parameters)
    member = getattr(stats, name)(**parameters)
    found = frequencies(drawn - 2.0)
    wanted = {value: float(member.pmf(value)) for value in found}
    assert sum(wanted.values()) == pytest.approx(1.0, abs=5e-3)
    assert found == pytest.approx(wanted, abs=2.1 / LEVELS.size)


def test_rare_whole_numbers_keep_their_odds_in_both_tails() -> None:
    member = read({"distribution": "scipy.poisson", "mu": 30.0})
    for value in (5, 8, 60, 66):
        score = special.ndtri(stats.poisson.cdf(value, 30.0))
        above = -special.ndtri(stats.poisson.sf(value, 30.0))
        assert min(np.abs(member.breaks - (score if score < 0 else above))) < 1e-9


def test_most_of_scipys_families_of_whole_numbers_are_known() -> None:
    assert {"poisson", "binom", "nbinom", "geom", "randint", "hypergeom"} < discrete_names()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"distribution": "scipy.poison", "mu": 3}, 'did you mean "scipy.poisson"?'),
        ({"distribution": "scipy.poisson", "mu": -1}, "is no distribution with mu = -1"),
        ({"distribution": "scipy.poisson"}, '"mu" is missing; it takes mu, loc'),
        ({"distribution": "scipy.poisson", "mu": 3, "scale": 2}, '"scale" is unknown'),
        ({"distribution": "scipy.binom", "n": 2.5, "p": 0.1}, "n = 2.5, p = 0.1"),
        ({"distribution": "scipy.zipf", "a": 2}, "more than 100,000 values"),
        ({"distribution": "scipy.poisson", "mu": 1e12}, "truncate = [low, high]"),
        ({"distribution": "scipy.poisson_binom", "p": 0.5}, "is no distribution here"),
    ],
)
def test_whole_numbers_that_cannot_be_drawn_are_refused(table: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(table)
    assert words in str(refused.value)


def test_a_smooth_distribution_keeps_one_table_and_a_stepped_one_has_a_piece_a_value() -> None:
    smooth, stepped = read(NORMAL), read(discrete([1, 2, 5]))
    tables = build_tables([smooth, stepped])
    assert smooth.breaks.size == 0
    assert tables.layout.shape == (2 + 3, 4)
    assert tables.coefficients[-3:, 0].tolist() == [1.0, 2.0, 5.0]


def load(folder: Path, text: str) -> Scenario:
    file = folder / "mine.toml"
    file.write_text(f'extends = "anthropic.toml"\n{text}\n')
    return load_scenario(file)


COPULAS: dict[str, str] = {
    "normal": "",
    "student_t": '[copula]\ndistribution = "student_t"\ndegrees_of_freedom = 3\n',
}


@pytest.fixture(params=COPULAS)
def drawn_by_paths(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], np.ndarray]:
    """Return what paths draw of an input, or of a year's deviation."""
    scenario = load(
        tmp_path,
        COPULAS[request.param]
        + """
        [cash]
        tax_rate = { distribution = "discrete", values = [0.15, 0.21, 0.28], weights = [2, 5, 3] }
        [inference.overrun]
        distribution = "mixture"
        parts = [0.0, { distribution = "lognormal", p10 = -0.05, p50 = 0.15, p90 = 0.45 }]
        weights = [0.4, 0.6]
        [training.drift]
        distribution = "shifted"
        of = { distribution = "scipy.binom", n = 4, p = 0.25 }
        times = 0.125
        by = -0.125
        [correlations]
        "inference.overrun, cash.tax_rate" = 0.5
        """,
    )
    parts: list[Any] = []
    kept = Kept(inputs=True, deviations=True)
    simulation = Session().simulation(scenario, sinks=[parts.append], kept=kept)
    simulation.advance(PATHS)
    return lambda column: np.concatenate([part[column] for part in parts])


# Five standard errors of independent draws, which Sobol' points better: of ten frequencies, a
# false alarm in 10**5 seeds at most.
def is_near(found: float, wanted: float) -> bool:
    return abs(found - wanted) < 5.0 * np.sqrt(wanted * (1.0 - wanted) / PATHS)


def test_paths_draw_the_values_and_no_others(
    drawn_by_paths: Callable[[str], np.ndarray],
) -> None:
    rates = frequencies(drawn_by_paths("cash.tax_rate"))
    assert list(rates) == [float(np.float32(rate)) for rate in (0.15, 0.21, 0.28)]
    assert all(is_near(found, w) for found, w in zip(rates.values(), (0.2, 0.5, 0.3), strict=True))
    drifts = frequencies(drawn_by_paths("training.drift 2027"))
    assert list(drifts) == [-0.125, 0.0, 0.125, 0.25, 0.375]
    for count, found in enumerate(drifts.values()):
        assert is_near(found, float(stats.binom.pmf(count, 4, 0.25)))
    assert is_near(float(np.mean(drawn_by_paths("inference.overrun 2026") == 0.0)), 0.4)
