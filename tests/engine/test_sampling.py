"""Point sets and quantile tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri
from scipy.stats import qmc

from simulate.engine.block import Workspace
from simulate.engine.plan import prepare
from simulate.engine.run import run
from simulate.engine.tables import StudentShock, build_tables
from simulate.kernels import draws
from simulate.kernels.arrays import LANES, Points, Tables
from simulate.kernels.draws import IN_PIECES
from simulate.kernels.points import (
    DIRECTIONS,
    direction_numbers,
    pseudo_random_points,
    sobol_points,
)
from simulate.model.base import base_year_ramp
from simulate.scenario import Scenario
from simulate.scenario.dependence import MatrixOfCorrelations
from simulate.scenario.distributions import Uncertain
from simulate.scenario.inputs import list_inputs
from tests.python_kernels import enter_block, from_python
from tests.scenarios import changed

draw_inputs = from_python(draws.draw_inputs)


def words(points: Points, block: int) -> np.ndarray:
    enter_block(points, block)
    return points.low ^ points.base[:, None]


@pytest.mark.parametrize("dimensions", [1, 37, 1024, 1025])
def test_sobol_points_are_those_of_scipy_for_the_same_scramble(dimensions: int) -> None:
    blocks = 16
    points = sobol_points(dimensions, seed=5, replicate=3)
    engine = qmc.Sobol(dimensions, bits=32, rng=np.random.default_rng([5, 3]))
    expected = (engine.random(blocks * LANES) * 2**32).astype(np.uint32)
    found = np.hstack([words(points, block) for block in range(blocks)]).T
    np.testing.assert_array_equal(found, expected)


def test_directions_that_are_kept_are_those_of_joe_and_kuo() -> None:
    kept = np.load(DIRECTIONS)
    np.testing.assert_array_equal(kept, direction_numbers(len(kept)))


@pytest.mark.parametrize("make", [sobol_points, pseudo_random_points])
def test_a_draw_depends_only_on_seed_replicate_and_path(make) -> None:
    forwards, backwards = make(20, 1, 2), make(20, 1, 2)
    first = [words(forwards, block).copy() for block in (0, 1, 7)]
    second = [words(backwards, block).copy() for block in (7, 1, 0)]
    for a, b in zip(first, reversed(second), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(words(make(20, 1, 3), 0), first[0])
    assert not np.array_equal(words(make(20, 2, 2), 0), first[0])


def test_pseudo_random_words_are_uniform_and_uncorrelated() -> None:
    points = pseudo_random_points(8, seed=11, replicate=0)
    u = np.hstack([words(points, block) for block in range(1024)]) / 2.0**32
    # 8 means and 28 correlations, each within 4.5 standard errors: a false alarm in 4,000 seeds.
    assert np.abs(u.mean(axis=1) - 0.5).max() < 4.5 / np.sqrt(12 * u.shape[1])
    off = np.asarray(np.corrcoef(u))[np.triu_indices(8, 1)]
    assert np.abs(off).max() < 4.5 / np.sqrt(u.shape[1])


def looked_up(distribution: Uncertain, score: np.ndarray) -> np.ndarray:
    return cubic(build_tables([distribution]), score)


def cubic(tables: Tables, score: np.ndarray) -> np.ndarray:
    first, count, density, _ = tables.layout[0]
    row = np.zeros(score.shape, int)
    if density == IN_PIECES:
        starts = tables.layout[int(first) : int(first + count), 3]
        row += int(first) + np.maximum(np.searchsorted(starts, score) - 1, 0)
    first, cells, density, start = tables.layout[row].T
    position = np.clip((score - start) * density, 0.0, cells - 1e-9)
    cell = position.astype(int)
    c, f = tables.coefficients[first.astype(int) + cell], position - cell
    return c[:, 0] + f * (c[:, 1] + f * (c[:, 2] + f * c[:, 3]))


def test_tables_equal_the_quantile_functions_of_all_inputs(
    anthropic: Scenario, openai: Scenario
) -> None:
    score = np.random.default_rng(3).uniform(-2.4, 2.4, 20_000)
    tail = np.array([-4.75, -4.0, 4.0, 4.75])  # 1e-6 on both sides
    for scenario in (anthropic, openai):
        for member in list_inputs(scenario):
            if member.distribution.is_certain:
                continue
            exact = member.distribution.quantile_at_score(score)
            spread = member.distribution.quantile(0.99) - member.distribution.quantile(0.01)
            assert np.abs(looked_up(member.distribution, score) - exact).max() < 1e-6 * spread
            np.testing.assert_allclose(
                looked_up(member.distribution, tail),
                member.distribution.quantile_at_score(tail),
                rtol=1e-5,
                atol=1e-6 * spread,
            )


def test_what_the_kernel_draws_is_scipys_quantile_with_tails_to_a_millionth(
    anthropic: Scenario, openai: Scenario
) -> None:
    tail = np.array([1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.3])
    u = np.concatenate([tail, [0.5], 1 - tail[::-1]])
    words = np.resize((u * 2**32).astype(np.uint32), LANES)
    score = ndtri((words + 0.5) / 2**32)
    for scenario in (anthropic, openai):
        # Without correlations a coordinate is an input's own.
        prepared = prepare(scenario.model_copy(update={"correlations": {}}))
        inputs, state = prepared.inputs(), Workspace(prepared).state
        points = prepared.points("sobol", 1, 0)
        points.low[:] = words
        points.base[:] = 0
        draw_inputs(points, prepared.plan.draws, prepared.plan.tables, inputs, state)
        distributions = {i.key: i.distribution for i in list_inputs(scenario)}
        for key, row in zip(prepared.drawn_keys, prepared.plan.draws.input_row, strict=True):
            exact = distributions[key].quantile_at_score(score)
            spread = distributions[key].quantile(0.99) - distributions[key].quantile(0.01)
            # Of the draw: a float32 score's error, at most 4e-6, through the quantile's slope.
            np.testing.assert_allclose(
                inputs.rows[row], exact, rtol=1e-5, atol=4e-6 * spread, err_msg=key
            )


def test_drawn_inputs_have_their_quantiles_and_correlations(anthropic: Scenario) -> None:
    result = run(anthropic, paths=1 << 15, keep_outcomes=True, keep_inputs=True)
    drawn = result.outcomes
    for member in list_inputs(anthropic):
        if member.key in drawn:
            for level in (0.05, 0.5, 0.95):
                below = (drawn[member.key] <= member.distribution.quantile(level)).mean()
                # Stratified by Sobol' points: far closer than independent draws.
                assert below == pytest.approx(level, abs=0.002), member.key
    for pair, wanted in anthropic.correlations.items():
        assert not isinstance(wanted, MatrixOfCorrelations)
        a, b = (name.strip() for name in pair.split(","))
        if a in drawn and b in drawn:
            # The rank correlation of a Gaussian copula.
            expected = 6 / np.pi * np.arcsin(wanted.quantile(0.5) / 2)
            found = drawn[a].rank().corr(drawn[b].rank())
            assert found == pytest.approx(expected, abs=0.01), pair


@pytest.mark.parametrize("degrees", [1.0, 4.0, 50.0])
def test_a_student_t_copula_joins_extremes_and_keeps_the_marginals(
    anthropic: Scenario, degrees: float
) -> None:
    pair = ("inference.efficiency_gain", "inference.price_erosion")
    scenario = changed(
        anthropic, {"copula": {"distribution": "student_t", "degrees_of_freedom": degrees}}
    )
    drawn = run(scenario, paths=1 << 19, keep_outcomes=True, keep_inputs=True).outcomes
    inputs = {i.key: i.distribution for i in list_inputs(scenario)}
    for key in pair:
        for level in (0.001, 0.05, 0.5, 0.95, 0.999):
            below = (drawn[key] <= inputs[key].quantile(level)).mean()
            # Five standard errors of independent draws at most: a false alarm in 10**5 seeds.
            assert abs(below - level) < 5 * np.sqrt(level * (1 - level) / len(drawn)), key
    rho = 0.6
    sample = drawn.iloc[:20_000]
    # Kendall's tau of every elliptical copula; its standard error is below 0.005 here.
    assert stats.kendalltau(sample[pair[0]], sample[pair[1]])[0] == pytest.approx(
        2 / np.pi * np.arcsin(rho), abs=0.02
    )
    p = 0.001
    both = (drawn[pair[0]] > inputs[pair[0]].quantile(1 - p)) & (
        drawn[pair[1]] > inputs[pair[1]].quantile(1 - p)
    )
    # P(both beyond their 99.9th percentile) is that of the bivariate t, by its own integral.
    expected = joint_exceedance(p, rho, degrees)
    assert abs(both.mean() - expected) < 5 * np.sqrt(expected / len(drawn))


def joint_exceedance(p: float, rho: float, degrees: float) -> float:
    """Return P(both above their quantile 1-p) of a bivariate t: given X = x, Y is t again."""
    t = stats.t(degrees).isf(p)
    x = stats.t(degrees).isf(np.linspace(0, p, 200_001)[1:] - p / 400_000)
    scale = np.sqrt((degrees + x**2) / (degrees + 1) * (1 - rho**2))
    return float(p * stats.t(degrees + 1).sf((t - rho * x) / scale).mean())


def test_student_t_shocks_have_unit_variance_and_their_tails() -> None:
    tables = build_tables([StudentShock(5)])
    u = (np.arange(1 << 20) + 0.5) / (1 << 20)
    drawn = cubic(tables, ndtri(u))
    assert drawn.var() == pytest.approx(1.0, abs=0.002)
    for tail in (1e-2, 1e-4, 1e-6, 1e-9):
        exact = stats.t(5).isf(tail) * np.sqrt(3 / 5)
        assert cubic(tables, -ndtri(np.array([tail])))[0] == pytest.approx(exact, rel=1e-6)


@given(annual=st.floats(1e-3, 1e3), share=st.floats(0.01, 0.95))
def test_a_ramp_sums_to_its_year_and_leaves_at_its_run_rate(annual: float, share: float) -> None:
    quarters = base_year_ramp(annual, 4 * share * annual)
    assert quarters.sum() == pytest.approx(annual, rel=1e-12)
    assert quarters[-1] == pytest.approx(share * annual, rel=1e-9)
    ratios = quarters[1:] / quarters[:-1]
    assert ratios == pytest.approx(ratios[0], rel=1e-6)
