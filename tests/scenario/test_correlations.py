"""Correlations by pair, group and matrix, and those that can't be."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from simulate.engine.run import run
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.correlations import (
    LEAST_EIGENVALUE,
    correlated_pairs,
    correlation_matrix,
    moved_correlations,
    nearest_correlation_matrix,
)
from simulate.scenario.dependence import Kind, rank_correlation, score_correlation
from simulate.scenario.inputs import correlated_inputs
from simulate.scenario.load import list_changes
from simulate.text.assumptions import correlation_table, print_inputs
from simulate.text.run import print_answer
from simulate.text.terminal import console

pytestmark = pytest.mark.usefixtures("january")

A, B, C = "inference.efficiency_gain", "inference.price_erosion", "inference.overrun"


def load(folder: Path, text: str) -> Scenario:
    file = folder / "mine.toml"
    file.write_text(f'extends = "openai.toml"\n{text}\n')
    return load_scenario(file)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(folder, text)
    return str(caught.value).replace(f"{folder / 'mine.toml'}", "")


def correlation(scenario: Scenario, first: str, second: str) -> float:
    return correlated_pairs(scenario).get(frozenset((first, second)), 0.0)


def test_a_pair_is_correlated_in_any_order_and_others_are_not(tmp_path: Path) -> None:
    scenario = load(tmp_path, f'[correlations]\n"cash.opening, {C}" = "-30%"')
    assert correlation(scenario, C, "cash.opening") == -0.3
    assert correlation(scenario, A, "cash.opening") == 0.0


def test_the_matrix_is_in_the_order_of_the_inputs(tmp_path: Path) -> None:
    scenario = load(tmp_path, f'[correlations]\n"cash.opening, {C}" = 0.3')
    keys = [member.key for member in correlated_inputs(scenario)]
    matrix = correlation_matrix(scenario)
    assert matrix.shape == (len(keys), len(keys))
    np.testing.assert_array_equal(matrix, matrix.T)
    for first, second in ((C, "cash.opening"), (A, B), ("cash.opening", "cash.tax_rate")):
        assert matrix[keys.index(first), keys.index(second)] == correlation(scenario, first, second)


def test_a_group_is_correlated_within_itself(tmp_path: Path) -> None:
    scenario = load(tmp_path, '[correlations]\n"segments.*.volatility" = 0.6')
    assert (
        correlation(scenario, "segments.consumer.volatility", "segments.enterprise.volatility")
        == 0.6
    )


def test_a_group_beside_a_name_is_correlated_with_it_and_not_within_itself(tmp_path: Path) -> None:
    scenario = load(tmp_path, '[correlations]\n"segments.*.volatility, demand.volatility" = 0.2')
    for name in ("consumer", "enterprise"):
        assert correlation(scenario, f"segments.{name}.volatility", "demand.volatility") == 0.2
    assert (
        correlation(scenario, "segments.consumer.volatility", "segments.enterprise.volatility")
        == 0.0
    )


def test_a_pair_by_name_goes_before_its_group(tmp_path: Path) -> None:
    text = '"segments.*.growth.initial" = 0.7'
    scenario = load(tmp_path, f"[correlations]\n{text}")
    names = "segments.consumer.growth.initial", "segments.enterprise.growth.initial"
    # openai.toml names the pair, so that the group doesn't change it.
    assert correlation(scenario, *names) == 0.4
    scenario = load(tmp_path, f'[correlations]\n{text}\n"{names[0]}, {names[1]}" = 0.1')
    assert correlation(scenario, *names) == 0.1


def test_a_matrix_correlates_its_inputs(tmp_path: Path) -> None:
    inputs = f'inputs = ["cash.opening", "{C}", "cash.tax_rate"]'
    text = f"{inputs}\nmatrix = [[1, 0.2, 0], [0.2, 1, -0.1], [0, -0.1, 1]]"
    scenario = load(tmp_path, f"[correlations.mine]\n{text}")
    assert correlation(scenario, "cash.opening", C) == 0.2
    assert correlation(scenario, C, "cash.tax_rate") == -0.1


def test_a_certain_input_leaves_its_correlations_without_effect(tmp_path: Path) -> None:
    scenario = load(tmp_path, "[inference]\nprice_erosion = 0.3")
    assert B not in {member.key for member in correlated_inputs(scenario)}
    assert correlation(scenario, A, B) == 0.0
    correlation_matrix(scenario)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'"{A}" = 0.5', "the key must name two inputs"),
        ("nearest = true", "is no correlation; it is copula.nearest"),
        (f'"{A}, {A}" = 0.5', "the key must name two inputs"),
        (f'"{A}, {B}, {C}" = 0.5', "the key must name two inputs"),
        (f'"inference.overun, {A}" = 0.5', 'no input; did you mean "inference.overrun"?'),
        (f'"xyz, {A}" = 0.5', '"xyz" is no input'),
        (f'"training.generation.size, {A}" = 0.5', "is drawn at events"),
        ('"segments.*.nothing" = 0.5', '"segments.*.nothing" is a group of no inputs'),
        ('"training.gro*.initial" = 0.5', "is a group of only training.growth.initial"),
        (f'"{B}, {A}" = 0.5', f'is given twice, here and in "{A}, {B}"'),
        (f'"{A}, {C}" = 1.0', "correlation is from -0.9999 to 0.9999"),
        (
            f'"{A}, {C}" = {{ distribution = "uniform", low = 0, high = 1 }}',
            "must be a certain number",
        ),
        (f'm = {{ inputs = ["{A}"], matrix = [[1]] }}', "correlations.m.inputs: "),
        (f'm = {{ inputs = ["{A}", "{A}"], matrix = [[1, 0], [0, 1]] }}', "stands twice"),
        (f'm = {{ inputs = ["{A}", "{C}"], matrix = [[1, 0]] }}', "2 rows of 2 numbers"),
        (
            f'm = {{ inputs = ["{A}", "{C}"], matrix = [[1, 0], [0.1, 1]] }}',
            "0.1 below the diagonal",
        ),
        (f'm = {{ inputs = ["{A}", "{C}"], matrix = [[0.5, 0], [0, 1]] }}', "with itself is 0.5"),
        (
            f'm = {{ inputs = ["{A}", "{C}"], matrix = [[1, 2], [2, 1]] }}',
            "must be less than or equal to 1",
        ),
        (
            f'm = {{ inputs = ["{A}", "nothing"], matrix = [[1, 0.1], [0.1, 1]] }}',
            '"nothing" is no input',
        ),
        (f'm = {{ inputs = ["{A}", "{B}"], matrix = [[1, 0.1], [0.1, 1]] }}', "is given twice"),
        ("m = { matrix = [[1, 0.1], [0.1, 1]] }", "correlations.m.inputs: missing"),
    ],
)
def test_a_correlation_of_nothing_is_named_with_its_line(
    text: str, words: str, tmp_path: Path
) -> None:
    message = refusal(tmp_path, f"[correlations]\n{text}")
    assert message.startswith(":3:")
    assert words in message


def test_every_wrong_name_is_named_even_where_something_else_is_wrong(tmp_path: Path) -> None:
    text = f'[correlations]\n"x, {A}" = 0.1\n"y, {B}" = 0.1\n[cash]\ntax_rate = 25'
    lines = refusal(tmp_path, text).splitlines()
    assert [line[:5] for line in lines] == [":3:1:", ":4:1:", ":6:1:"]


IMPOSSIBLE = f'[correlations]\n"{A}, {C}" = 0.9\n"{C}, {B}" = -0.9'


def test_an_impossible_correlation_names_the_pair_at_fault_and_the_nearest_valid(
    tmp_path: Path,
) -> None:
    message = refusal(tmp_path, IMPOSSIBLE)
    assert message.startswith(f':3:1: correlations."{A}, {C}" = 0.9: no inputs can be correlated')
    assert f"most at fault is {A}, {C} = 0.9" in message
    nearest = re.findall(r"^    (.*) = (.*)$", message, re.MULTILINE)
    valid = "\n".join(f'"{pair}" = {value}' for pair, value in nearest)
    mended = load(tmp_path, f"[correlations]\n{valid}")
    assert correlation(mended, A, C) == pytest.approx(0.9, abs=0.35)


@st.composite
def impossible(draw: st.DrawFn) -> np.ndarray:
    count = draw(st.integers(3, 7))
    matrix = np.eye(count)
    for i, j in zip(*np.triu_indices(count, 1), strict=True):
        value = draw(st.sampled_from([-0.99, -0.6, -0.2, 0.0, 0.0, 0.3, 0.8, 0.99]))
        matrix[i, j] = matrix[j, i] = value
    return matrix


def nearest(matrix: np.ndarray, is_free: np.ndarray | None = None) -> np.ndarray:
    return nearest_correlation_matrix(
        matrix, np.ones(matrix.shape, bool) if is_free is None else is_free
    )


@given(impossible())
def test_the_nearest_matrix_is_valid_and_keeps_what_is_not_free(matrix: np.ndarray) -> None:
    found = nearest(matrix, matrix != 0.0)
    assert np.linalg.eigvalsh(found)[0] >= LEAST_EIGENVALUE
    np.linalg.cholesky(found)
    np.testing.assert_allclose(found, found.T, atol=1e-15)
    np.testing.assert_array_equal(np.diag(found), 1.0)
    assert np.all(found[matrix == 0.0] == 0.0)


@given(impossible())
def test_a_matrix_that_can_be_is_its_own_nearest(matrix: np.ndarray) -> None:
    if np.linalg.eigvalsh(matrix)[0] > 1e-8:
        np.testing.assert_array_equal(nearest(matrix), matrix)


@given(impossible())
def test_the_nearest_is_that_of_the_dual_problem(matrix: np.ndarray) -> None:
    """Of Qi and Sun, "A quadratically convergent Newton method", *SIMAX* 28, 2006.

    The nearest matrix is the positive part of the given with another diagonal, which maximises a
    concave function; found here by a quasi-Newton method, without any projection in turn.
    """

    def positive_part(diagonal: np.ndarray) -> np.ndarray:
        values, vectors = np.linalg.eigh(matrix + np.diag(diagonal))
        return (vectors * np.maximum(values, 0.0)) @ vectors.T

    def dual(diagonal: np.ndarray) -> tuple[float, np.ndarray]:
        part = positive_part(diagonal)
        return 0.5 * float(np.sum(part**2)) - diagonal.sum(), np.diag(part) - 1.0

    solved = optimize.minimize(dual, np.zeros(len(matrix)), jac=True, options={"gtol": 1e-8})
    np.testing.assert_allclose(nearest(matrix), positive_part(solved.x), atol=2e-5)


def test_highams_example_has_his_nearest_matrix() -> None:
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    # With the zero free (Higham, 2002, section 4); held, it is sqrt(1/2).
    found = nearest(matrix)
    assert [found[0, 1], found[1, 2], found[0, 2]] == pytest.approx(
        [0.7607, 0.7607, 0.1573], abs=5e-5
    )
    held = nearest(matrix, matrix != 0.0)
    assert held[0, 1] == pytest.approx(np.sqrt(0.5), abs=1e-6)


X, Y, Z = "cash.opening", "cash.working_capital", "cash.capital_spending"
NEAREST = "[copula]\nnearest = true\n"
# The third pair is nobody's, and stays at 0: the nearest of both is then sqrt(1/2).
OPPOSED = f'[correlations]\n"{X}, {Y}" = 0.9\n"{Y}, {Z}" = -0.9\n'


def test_impossible_correlations_run_with_the_nearest_when_asked(tmp_path: Path) -> None:
    scenario = load(tmp_path, NEAREST + OPPOSED)
    moved = {(p.first, p.second): value for p, value in moved_correlations(scenario).items()}
    assert moved.keys() == {(X, Y), (Y, Z)}
    assert moved[X, Y] == pytest.approx(np.sqrt(0.5), abs=1e-6)
    assert moved[Y, Z] == pytest.approx(-np.sqrt(0.5), abs=1e-6)
    assert correlation(scenario, X, Y) == moved[X, Y]
    assert correlation(scenario, X, Z) == 0.0
    np.linalg.cholesky(correlation_matrix(scenario))


def test_a_zero_that_is_given_moves_as_the_others_do(tmp_path: Path) -> None:
    rows = "[[1, 0.9999, 0], [0.9999, 1, 0.9999], [0, 0.9999, 1]]"
    matrix = f'inputs = ["{X}", "{Y}", "{Z}"]\nmatrix = {rows}'
    scenario = load(tmp_path, f"{NEAREST}[correlations.m]\n{matrix}")
    # Higham's example, nearly.
    assert correlation(scenario, X, Y) == pytest.approx(0.7607, abs=2e-4)
    assert correlation(scenario, X, Z) == pytest.approx(0.1573, abs=2e-4)


def test_possible_correlations_stay_as_they_are_when_the_nearest_are_asked_for(
    tmp_path: Path,
) -> None:
    scenario = load(tmp_path, f'{NEAREST}[correlations]\n"{C}, cash.opening" = 0.3')
    assert correlation(scenario, C, "cash.opening") == 0.3
    assert moved_correlations(scenario) == {}


def test_a_refusal_names_the_key_that_runs_with_the_nearest(tmp_path: Path) -> None:
    message = refusal(tmp_path, OPPOSED)
    assert "nearest = true under [copula]" in message
    assert f"    {X}, {Y} = 0.706\n    {Y}, {Z} = -0.706" in message


def test_check_and_the_answer_say_what_moved_pair_by_pair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = load(tmp_path, NEAREST + OPPOSED)
    for say in (
        lambda: print_inputs(scenario, list_changes(), console()),
        lambda: print_answer(run(scenario, paths=2048), console()),
    ):
        say()
        words = " ".join(capsys.readouterr().out.split())
        assert f"{X}, {Y} 0.9 → 0.707" in words
        assert f"{Y}, {Z} -0.9 → -0.707" in words


DEGREES = {"gaussian": None, "cauchy": 1.0, "t4": 4.0, "t30": 30.0}


def copula_of(degrees: float | None) -> str:
    lines = "" if degrees is None else f'distribution = "student_t"\ndegrees_of_freedom = {degrees}'
    return f"[copula]\n{lines}\n"


@pytest.mark.parametrize("copula", DEGREES)
@pytest.mark.parametrize("kind", ["spearman", "kendall"])
@given(rank=st.floats(-0.9999, 0.9999))
@settings(max_examples=20)
def test_rank_correlations_come_back(kind: Kind, copula: str, rank: float) -> None:
    score = score_correlation(rank, kind, DEGREES[copula])
    assert abs(score) <= 1.0
    assert rank_correlation(score, kind, DEGREES[copula]) == pytest.approx(rank, abs=1e-9)


def test_known_rank_correlations_are_met() -> None:
    # sin(pi/6) and 2 sin(pi/12) for a half; Kendall's is the same with any elliptical copula.
    assert score_correlation(0.5, "kendall", None) == pytest.approx(np.sqrt(0.5))
    assert score_correlation(0.5, "kendall", 3.0) == pytest.approx(np.sqrt(0.5))
    assert score_correlation(1 / 3, "kendall", None) == pytest.approx(0.5)
    assert score_correlation(0.5, "spearman", None) == pytest.approx(0.5176380902050415)
    assert score_correlation(0.5, None, 3.0) == 0.5


@pytest.mark.parametrize(("score", "degrees"), [(0.5, 4.0), (-0.8, 2.0), (0.95, 10.0)])
def test_spearmans_rho_of_a_student_t_copula_is_its_double_integral(
    score: float, degrees: float
) -> None:
    """By the density of g2/(g1 + g2) and g3/(g1 + g3) (Olkin and Liu, 2003), in closed form."""
    a = 0.5 * degrees
    constant = special.gamma(3.0 * a) / special.gamma(a) ** 3

    def integrand(v: float, u: float) -> float:
        density = (u * v) ** (a - 1.0) * ((1.0 - u) * (1.0 - v)) ** (2.0 * a - 1.0)
        root = np.arcsin(score * np.sqrt(u * v))
        return float(constant * density / (1.0 - u * v) ** (3.0 * a) * root)

    integral, _ = integrate.dblquad(integrand, 0.0, 1.0, 0.0, 1.0, epsabs=1e-8, epsrel=1e-8)
    assert rank_correlation(score, "spearman", degrees) == pytest.approx(
        6.0 / np.pi * integral, abs=1e-6
    )


@pytest.mark.parametrize("degrees", [None, 3.0])
def test_paths_have_the_rank_correlations_that_are_given(
    degrees: float | None, tmp_path: Path
) -> None:
    scenario = load(
        tmp_path,
        copula_of(degrees) + f'[correlations]\n"{X}, {Y}" = {{ value = 0.6, kind = "spearman" }}\n'
        f'"{X}, {Z}" = {{ value = "-30%", kind = "kendall", source = "mine" }}\n',
    )
    drawn = run(scenario, paths=1 << 14, keep_outcomes=True, keep_inputs=True).outcomes
    # Standard errors are below 0.009 for so many draws: a false alarm in 10**5 seeds at most.
    assert stats.spearmanr(drawn[X], drawn[Y])[0] == pytest.approx(0.6, abs=0.04)
    assert stats.kendalltau(drawn[X], drawn[Z])[0] == pytest.approx(-0.3, abs=0.04)


def test_groups_and_matrices_take_rank_correlations(tmp_path: Path) -> None:
    matrix = f'inputs = ["{X}", "{Y}"]\nmatrix = [[1, 0.5], [0.5, 1]]\nkind = "kendall"'
    scenario = load(
        tmp_path,
        '[correlations]\n"segments.*.volatility" = { value = 0.5, kind = "spearman" }\n'
        f"[correlations.m]\n{matrix}",
    )
    names = [f"segments.{name}.volatility" for name in ("consumer", "enterprise")]
    assert correlation(scenario, names[0], names[1]) == pytest.approx(2 * np.sin(np.pi / 12))
    assert correlation(scenario, X, Y) == pytest.approx(np.sqrt(0.5))
    shown = {row.name: row.cells[0] for row in correlation_table(scenario).rows}
    assert shown["segments.*.volatility"] == "0.5 (Spearman)"
    assert shown[f"{X}, {Y}"] == "0.5 (Kendall)"


def test_rank_correlations_that_cannot_be_move_and_are_told_as_ranks(tmp_path: Path) -> None:
    ranks = (
        f'[correlations]\n"{X}, {Y}" = {{ value = 0.9, kind = "kendall" }}\n'
        f'"{Y}, {Z}" = {{ value = -0.9, kind = "kendall" }}\n'
    )
    message = refusal(tmp_path, ranks)
    # Kendall's tau of sqrt(1/2) is 1/2, here rounded where it can be.
    found = [float(value) for value in re.findall(r"^    .* = (.*)$", message, re.MULTILINE)]
    assert found == pytest.approx([0.5, -0.5], abs=2e-3)
    load(tmp_path, ranks.replace("-0.9", f"{found[1]}").replace("0.9", f"{found[0]}"))
    moved = moved_correlations(load(tmp_path, NEAREST + ranks))
    assert list(moved.values()) == pytest.approx([0.5, -0.5], abs=1e-6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{ value = 0.5, kind = "pearson" }', 'must be "spearman" or "kendall"'),
        ('{ value = 1.5, kind = "kendall" }', "correlation is from -0.9999 to 0.9999"),
        ('{ kind = "kendall" }', "missing"),
    ],
)
def test_a_rank_correlation_that_is_none_is_named(text: str, words: str, tmp_path: Path) -> None:
    message = refusal(tmp_path, f'[correlations]\n"{X}, {Y}" = {text}')
    assert words in message
    assert message.startswith(":3:")
