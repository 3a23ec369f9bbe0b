"""How inputs are correlated: pairs, groups, matrices; and whether that can be."""

import itertools
from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from .errors import ScenarioError
from .inputs import correlated_inputs, list_inputs
from .schema import MatrixOfCorrelations, Scenario

Matrix = NDArray[np.float64]

LEAST_EIGENVALUE = 1e-9
# So far inside, the nearest valid matrix stays valid when its numbers are rounded.
SAFE_EIGENVALUE = 1e-3
DECIMALS = 3
ITERATIONS = 500


def correlation_matrix(scenario: Scenario) -> Matrix:
    """Return the correlations of the scores of ``correlated_inputs``, shape (n, n).

    A pair with a certain number is left out: a scenario may make an input certain that the one
    it extends has correlated.

    Raises
    ------
    ScenarioError
        If a key names no uncertain input, or no set of inputs can be correlated like this.
    """
    keys = [i.key for i in correlated_inputs(scenario)]
    given: dict[frozenset[str], str] = {}
    matrix = np.eye(len(keys))
    for key, first, second, value in _pairs(scenario, keys):
        pair = frozenset((first, second))
        if pair in given:
            raise ScenarioError(
                f'correlations."{key}": the pair {first}, {second} is given twice, '
                f'here and in "{given[pair]}"',
                key=("correlations", key),
            )
        given[pair] = key
        i, j = keys.index(first), keys.index(second)
        matrix[i, j] = matrix[j, i] = value
    if np.linalg.eigvalsh(matrix)[0] < LEAST_EIGENVALUE:
        _refuse(matrix, keys, given)
    return matrix


def correlated_pairs(scenario: Scenario) -> dict[frozenset[str], float]:
    """Return the correlation of every pair of uncertain inputs that has one."""
    keys = [i.key for i in correlated_inputs(scenario)]
    return {frozenset((a, b)): value for _, a, b, value in _pairs(scenario, keys)}


def nearest_correlation_matrix(matrix: Matrix) -> Matrix:
    """Return the valid correlation matrix nearest to a symmetric one.

    Notes
    -----
    Alternating projections on matrices without negative eigenvalues and on those with a unit
    diagonal, with Dykstra's correction (Higham, "Computing the nearest correlation matrix", *IMA
    Journal of Numerical Analysis* 22, 2002).
    """
    nearest, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(ITERATIONS):
        corrected = nearest - correction
        values, vectors = np.linalg.eigh(corrected)
        projected = (vectors * np.maximum(values, SAFE_EIGENVALUE)) @ vectors.T
        correction = projected - corrected
        nearest = projected.copy()
        np.fill_diagonal(nearest, 1.0)
    return nearest


def _pairs(scenario: Scenario, keys: list[str]) -> Iterator[tuple[str, str, str, float]]:
    """Return key, both inputs and value of every correlated pair of uncertain inputs."""
    for key, given in scenario.correlations.items():
        if isinstance(given, MatrixOfCorrelations):
            names = [_input_named(key, name, scenario, keys) for name in given.inputs]
            for i, j in itertools.combinations(range(len(names)), 2):
                first, second = names[i], names[j]
                if first is not None and second is not None and given.matrix[i][j] != 0.0:
                    yield key, first, second, given.matrix[i][j]
            continue
        value = given.quantile(0.5)
        patterns = [part.strip() for part in key.split(",")]
        if len(patterns) == 1 and "*" in key:
            members = _group(key, keys)
            pairs = itertools.combinations(members, 2)
        elif len(patterns) == 2 and patterns[0] != patterns[1]:
            named = [_input_named(key, name, scenario, keys) for name in patterns]
            pairs = iter([(named[0], named[1])])
        else:
            raise ScenarioError(
                f'correlations."{key}": the key must name two inputs, as "first, second", or a '
                'group, as "segments.*.growth.initial"',
                key=("correlations", key),
            )
        for first, second in pairs:
            if first is not None and second is not None:
                yield key, first, second, value


def _group(key: str, keys: list[str]) -> list[str]:
    members = [name for name in keys if fnmatchcase(name, key)]
    if len(members) < 2:
        found = f"only {members[0]}" if members else "no uncertain input"
        raise ScenarioError(
            f'correlations."{key}": {found} is called like this', key=("correlations", key)
        )
    return members


def _input_named(key: str, name: str, scenario: Scenario, keys: list[str]) -> str | None:
    """Return the name of an uncertain input, or None for a certain one."""
    if name in keys:
        return name
    named = {i.key: i for i in list_inputs(scenario)}
    if name in named and named[name].distribution.is_certain:
        return None
    if name in named:
        why = "is drawn at events, which can't be correlated"
    else:
        close = get_close_matches(name, keys, n=1, cutoff=0.4)
        why = f'is no input; did you mean "{close[0]}"?' if close else "is no input"
    raise ScenarioError(f'correlations."{key}": "{name}" {why}', key=("correlations", key))


def _refuse(matrix: Matrix, keys: list[str], given: dict[frozenset[str], str]) -> None:
    """Name the pair at fault, and the nearest correlations that can be."""
    nearest = np.round(nearest_correlation_matrix(matrix), DECIMALS)
    pairs = [(keys.index(a), keys.index(b)) for a, b in map(sorted, given)]
    moved = [(abs(nearest[i, j] - matrix[i, j]), i, j) for i, j in pairs]
    _, i, j = max(moved)
    least = np.linalg.eigvalsh(matrix)[0]
    shown = [
        f"    {keys[a]}, {keys[b]} = {nearest[a, b]:g}" for size, a, b in moved if size >= 0.0005
    ]
    key = given[frozenset((keys[i], keys[j]))]
    raise ScenarioError(
        "correlations: no inputs can be correlated like this "
        f"(least eigenvalue {least:.3f}); most at fault is {keys[i]}, {keys[j]} = {matrix[i, j]:g}",
        "the nearest that can be:",
        *shown,
        key=("correlations", key),
    )
