"""Correlations by pair, group and matrix, and those that can't be."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.correlations import correlated_pairs, correlation_matrix
from simulate.scenario.inputs import correlated_inputs
from simulate.scenario.nearest_correlation import LEAST_EIGENVALUE, nearest_correlation_matrix

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


@given(impossible())
def test_the_nearest_matrix_is_valid_rounded_and_keeps_zeros(matrix: np.ndarray) -> None:
    nearest = nearest_correlation_matrix(matrix)
    assert np.linalg.eigvalsh(nearest)[0] >= LEAST_EIGENVALUE
    np.testing.assert_array_equal(nearest, np.round(nearest, 3))
    np.testing.assert_array_equal(nearest, nearest.T)
    np.testing.assert_array_equal(np.diag(nearest), 1.0)
    assert np.all(nearest[matrix == 0.0] == 0.0)


@given(impossible())
def test_a_matrix_that_can_be_is_its_own_nearest(matrix: np.ndarray) -> None:
    least = np.linalg.eigvalsh(matrix)[0]
    if least > 0.01:
        np.testing.assert_array_equal(nearest_correlation_matrix(matrix), matrix)


@given(impossible(), st.floats(0.0, 1.0))
def test_no_matrix_on_the_way_to_independence_is_nearer(matrix: np.ndarray, share: float) -> None:
    other = share * matrix
    np.fill_diagonal(other, 1.0)
    if np.linalg.eigvalsh(other)[0] >= 2e-3:
        near = np.linalg.norm(nearest_correlation_matrix(matrix) - matrix)
        assert near <= np.linalg.norm(other - matrix) + 0.02


def test_highams_example_has_his_nearest_matrix() -> None:
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    # With the zero free it is 0.7607 and 0.1573 (Higham, 2002, section 4); held, sqrt(1/2).
    nearest = nearest_correlation_matrix(matrix)
    assert nearest[0, 1] == pytest.approx(np.sqrt(0.5), abs=2e-3)
    free = nearest_correlation_matrix(np.where(matrix == 0.0, 1e-9, matrix))
    assert free[0, 1] == pytest.approx(0.7607, abs=2e-3)
    assert free[0, 2] == pytest.approx(0.1573, abs=3e-3)
