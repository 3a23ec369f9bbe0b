"""The matrix of all correlations, checked, and the nearest one that is valid."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .dependence import (
    AnyCorrelation,
    Kind,
    MatrixOfCorrelations,
    RankCorrelation,
    rank_correlation,
    score_correlation,
)
from .edits import Rename
from .inputs import ALTERNATIVE, correlated_inputs, own_inputs
from .mistakes import Mend, Mistake, ScenarioError, did_you_mean, move, rename, respell
from .quantity import Quantity
from .schema import Scenario

Matrix = NDArray[np.float64]
LEAST_EIGENVALUE = 1e-9
# So far inside that the last step, and Cholesky's root, don't lead out again.
SAFE_EIGENVALUE = 1e-8
MOST_ROUNDS = 2000
SETTLED = 1e-9
STAR = "*"
# Of correlations that are told; with such a least eigenvalue, rounding seldom makes them invalid,
# and where it does, they are moved on.
DECIMALS, EIGENVALUE_TO_ROUND, TOWARDS_INDEPENDENCE = 3, 2e-3, 0.999
# What stands between two inputs where a comma should.
SEPARATORS = re.compile(r"\s*(?:[;/&|+]|<?->)\s*|\s+(?:and|with|x|vs\.?)?\s*")


def is_valid(matrix: Matrix) -> bool:
    """Tell whether inputs can be correlated like this."""
    return bool(np.linalg.eigvalsh(matrix)[0] >= LEAST_EIGENVALUE)


def nearest_correlation_matrix(
    matrix: Matrix, is_free: NDArray[np.bool_], least: float = SAFE_EIGENVALUE
) -> Matrix:
    """Return the valid correlation matrix nearest to a symmetric one, by squares.

    Parameters
    ----------
    matrix
        Symmetric, with a unit diagonal, shape (n, n).
    is_free
        Which correlations may move, symmetric, shape (n, n); the others stay as they are.
    least
        The least eigenvalue that it may have.

    Returns
    -------
    ndarray, shape (n, n)
        The matrix itself, if it is valid.

    Notes
    -----
    Alternating projections on matrices without negative eigenvalues and on those with a unit
    diagonal, with Dykstra's correction (Higham, "Computing the nearest correlation matrix", *IMA
    Journal of Numerical Analysis* 22, 2002); the second keeps what isn't free as well.
    """
    if is_valid(matrix):
        return matrix
    nearest, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(MOST_ROUNDS):
        before = nearest
        corrected = nearest - correction
        values, vectors = np.linalg.eigh(corrected)
        projected = (vectors * np.maximum(values, least)) @ vectors.T
        correction = projected - corrected
        nearest = np.where(is_free, projected, matrix)
        np.fill_diagonal(nearest, 1.0)
        if np.abs(nearest - before).max() < SETTLED:
            break
    return _drawn_inside(nearest, least)


def _drawn_inside(matrix: Matrix, least: float) -> Matrix:
    """Draw a matrix as little towards independence as makes its least eigenvalue that."""
    found = np.linalg.eigvalsh(matrix)[0]
    share = max(0.0, (least - found) / (1.0 - found))
    drawn = (1.0 - share) * matrix
    np.fill_diagonal(drawn, 1.0)
    return drawn


class Pair(NamedTuple):
    """A correlation of two inputs as given, its key and kind, and whether that means a group."""

    key: str
    first: str
    second: str
    value: float
    kind: Kind | None
    of_group: bool = False


def correlation_matrix(scenario: Scenario) -> Matrix:
    """Return the correlations of the scores of ``correlated_inputs``, shape (n, n).

    Those given or, where these can't be and the copula asks for it, the nearest that can.

    Raises
    ------
    ScenarioError
        If a key names no input, or no inputs can be correlated like this.
    """
    if mistakes := correlation_mistakes(scenario):
        raise ScenarioError(*(f"{'.'.join(m.key)}: {m.message}" for m in mistakes))
    return _used(scenario)


def correlation_mistakes(scenario: Scenario) -> list[Mistake]:
    """Return what is wrong with a valid scenario's correlations."""
    quantities = {member.key: member.quantity for member in own_inputs(scenario)}
    mistakes = misnamed_inputs(scenario.correlations, quantities) or _given_twice(scenario)
    if mistakes:
        return mistakes
    return [] if can_be_correlated(scenario) else [_refusal(scenario)]


def can_be_correlated(scenario: Scenario, changed: Mapping[str, float] | None = None) -> bool:
    """Tell whether inputs can be correlated as a valid scenario says, or may be moved to that.

    Parameters
    ----------
    scenario
        With its correlations.
    changed
        Other values of some, by their keys.
    """
    other = changed or {}
    values = {pair: other.get(pair.key, pair.value) for pair in _pairs(scenario).values()}
    return scenario.copula.nearest or is_valid(_matrix_of(values, scenario))


def correlated_pairs(scenario: Scenario) -> dict[frozenset[str], float]:
    """Return the correlation of the scores of every pair of uncertain inputs that has one."""
    matrix, place = _used(scenario), _places(scenario)
    return {
        both: float(matrix[place[pair.first], place[pair.second]])
        for both, pair in _pairs(scenario).items()
    }


def used_correlations(scenario: Scenario) -> dict[Pair, float]:
    """Return the correlation of every such pair as paths have it, of the kind that was given."""
    return _values_of(_used(scenario), scenario)


def moved_correlations(scenario: Scenario) -> dict[Pair, float]:
    """Return those that could not be as given, and differ from it by a thousandth or more."""
    return {
        pair: value
        for pair, value in used_correlations(scenario).items()
        if round(abs(value - pair.value), DECIMALS) > 0.0
    }


def misnamed_inputs(
    correlations: Mapping[str, Any], quantities: Mapping[str, Quantity]
) -> list[Mistake]:
    """Return which names in correlations are none of inputs that can be correlated.

    Parameters
    ----------
    correlations
        Of a scenario or, as read and perhaps wrong, of a file's table.
    quantities
        The declarations of the inputs, by key.
    """
    found: list[Mistake] = []
    for key, given in correlations.items():
        patterns, is_matrix = _patterns(key, given)
        if not is_matrix and (
            len(patterns) > 2 or (len(set(patterns)) < 2 and STAR not in patterns[0])
        ):
            wrong = 'the key must name two inputs, as "first, second", or a group with a star'
            here, mend = ("correlations", key), _separated(key, quantities)
            if key == "nearest":
                wrong, mend = "is no correlation", move(here, ("copula", key))
            found.append(Mistake(here, wrong, mend))
            continue
        least = 2 if len(patterns) == 1 else 1
        reasons = {pattern: _misnamed(pattern, quantities, least) for pattern in patterns}
        for pattern, reason in reasons.items():
            if reason:
                mend = _respelt(pattern, key, given if is_matrix else None, quantities)
                hint = "" if mend or STAR in pattern else did_you_mean(pattern, quantities)
                wrong = f'"{pattern:.60}" {reason}{hint and "; "}{hint}'
                found.append(Mistake(("correlations", key), wrong, mend))
    return found


def _separated(key: str, quantities: Mapping[str, Quantity]) -> Mend | None:
    """Return the mend of a key that names two inputs, but not by a comma."""
    names = [name.strip() for name in SEPARATORS.split(key)]
    if len(names) != 2 or not all(name in quantities for name in names):
        return None
    right = ", ".join(names)
    return Mend(f'write "{right}"', (Rename((), right),))


def _respelt(
    pattern: str, key: str, matrix: Any, quantities: Mapping[str, Quantity]
) -> Mend | None:
    """Return the mend of a misspelt name in a pair's key, or among a matrix's inputs."""
    if STAR in pattern or pattern in quantities:
        return None
    if matrix is None:
        parts = [part.strip() for part in key.split(",")]
        return rename(pattern, quantities, partial(_swapped, parts, pattern))
    place = _patterns(key, matrix)[0].index(pattern)
    return respell(pattern, quantities, "inputs", str(place))


def _swapped(parts: list[str], given: str, right: str) -> str:
    """Return a pair's key with one name in the place of another."""
    return ", ".join(right if part == given else part for part in parts)


def _misnamed(pattern: str, quantities: Mapping[str, Quantity], least: int) -> str:
    """Return what is wrong with a name or a pattern, or nothing."""
    if STAR in pattern:
        members = [name for name in quantities if fnmatchcase(name, pattern)]
        if len(members) >= least:
            return ""
        return f"is a group of only {members[0]}" if members else "is a group of no inputs"
    if pattern not in quantities:
        return "is no input"
    if quantities[pattern].drawn == "event":
        return "is drawn at events, which can't be correlated"
    return ""


def _patterns(key: str, given: Any) -> tuple[list[str], bool]:
    """Return the names that a correlation is between, and whether they are a matrix's."""
    if isinstance(given, MatrixOfCorrelations):
        return list(given.inputs), True
    if isinstance(given, dict) and ("inputs" in given or "matrix" in given):
        inputs = given.get("inputs")
        names = inputs if isinstance(inputs, list) else []
        return [name for name in names if isinstance(name, str)], True
    return [part.strip() for part in key.split(",")], False


def _all_pairs(scenario: Scenario) -> tuple[Pair, ...]:
    """Return the pairs of uncertain inputs that each key gives.

    One with a certain number is left out: a scenario may make an input certain that the one it
    extends has correlated.
    """
    # Which alternative a path draws depends on nothing.
    keys = tuple(i.key for i in correlated_inputs(scenario) if i.key != ALTERNATIVE)
    return _pairs_among(keys, tuple(scenario.correlations.items()))


# Scenarios that differ in a number have them in common.
@lru_cache(maxsize=16)
def _pairs_among(
    keys: tuple[str, ...], correlations: tuple[tuple[str, AnyCorrelation], ...]
) -> tuple[Pair, ...]:
    return tuple(_each_pair(keys, correlations))


def _each_pair(
    keys: Sequence[str], correlations: Iterable[tuple[str, AnyCorrelation]]
) -> Iterator[Pair]:
    for key, given in correlations:
        patterns, _ = _patterns(key, given)
        if isinstance(given, MatrixOfCorrelations):
            for (i, first), (j, second) in itertools.combinations(enumerate(patterns), 2):
                if first in keys and second in keys:
                    yield Pair(key, first, second, given.matrix[i][j], given.kind)
            continue
        kind = given.kind if isinstance(given, RankCorrelation) else None
        groups = [[name for name in keys if fnmatchcase(name, pattern)] for pattern in patterns]
        alike = len(groups) == 1
        pairs = itertools.combinations(groups[0], 2) if alike else itertools.product(*groups)
        for first, second in pairs:
            if first != second:
                yield Pair(key, first, second, given.quantile(0.5), kind, STAR in key)


def _pairs(scenario: Scenario) -> dict[frozenset[str], Pair]:
    """Return the pairs of uncertain inputs; one that is named goes before those of groups."""
    found: dict[frozenset[str], Pair] = {}
    for pair in sorted(_all_pairs(scenario), key=lambda pair: not pair.of_group):
        found[frozenset((pair.first, pair.second))] = pair
    return found


def _given_twice(scenario: Scenario) -> list[Mistake]:
    given: dict[tuple[frozenset[str], bool], str] = {}
    mistakes: dict[str, Mistake] = {}
    for pair in _all_pairs(scenario):
        both = frozenset((pair.first, pair.second)), pair.of_group
        before = given.setdefault(both, pair.key)
        if before != pair.key:
            message = (
                f'{pair.first}, {pair.second} is given twice, here and in "{before}"; change that'
            )
            mistakes.setdefault(pair.key, Mistake(("correlations", pair.key), message))
    return list(mistakes.values())


def _places(scenario: Scenario) -> dict[str, int]:
    return {member.key: i for i, member in enumerate(correlated_inputs(scenario))}


def _matrix(scenario: Scenario) -> Matrix:
    """Return the correlations of scores that are given, whether they can be or not."""
    return _matrix_of({pair: pair.value for pair in _pairs(scenario).values()}, scenario)


def _matrix_of(values: Mapping[Pair, float], scenario: Scenario) -> Matrix:
    """Return the correlations of scores that pairs have with some values, each of its kind."""
    place, degrees = _places(scenario), scenario.copula.degrees_of_freedom
    matrix = np.eye(len(place))
    for pair, value in values.items():
        i, j = place[pair.first], place[pair.second]
        matrix[i, j] = matrix[j, i] = score_correlation(value, pair.kind, degrees)
    return matrix


def _values_of(matrix: Matrix, scenario: Scenario) -> dict[Pair, float]:
    """Return what a matrix of scores' correlations has for each given pair, of its kind."""
    place, degrees = _places(scenario), scenario.copula.degrees_of_freedom
    return {
        pair: rank_correlation(
            float(matrix[place[pair.first], place[pair.second]]), pair.kind, degrees
        )
        for pair in _pairs(scenario).values()
    }


def _used(scenario: Scenario, least: float = SAFE_EIGENVALUE) -> Matrix:
    """Return the correlations of scores that are given, or the nearest that can be.

    Pairs that nobody gave stay independent.
    """
    matrix, place = _matrix(scenario), _places(scenario)
    is_given = np.zeros(matrix.shape, bool)
    for pair in _pairs(scenario).values():
        i, j = place[pair.first], place[pair.second]
        is_given[i, j] = is_given[j, i] = True
    return nearest_correlation_matrix(matrix, is_given, least)


def _to_write(scenario: Scenario) -> dict[Pair, float]:
    """Return the nearest correlations that can be, rounded and still such."""
    matrix = _used(scenario, EIGENVALUE_TO_ROUND)
    while True:
        values = {p: round(value, DECIMALS) for p, value in _values_of(matrix, scenario).items()}
        if is_valid(_matrix_of(values, scenario)):
            return values
        matrix = TOWARDS_INDEPENDENCE * matrix


def _refusal(scenario: Scenario) -> Mistake:
    """Name the pair at fault, and the nearest correlations that can be."""
    nearest = _to_write(scenario)
    worst = max(nearest, key=lambda pair: abs(nearest[pair] - pair.value))
    shown = [
        f"    {pair.first}, {pair.second} = {value:g}"
        for pair, value in nearest.items()
        if round(abs(value - pair.value), DECIMALS) > 0.0
    ]
    least = np.linalg.eigvalsh(_matrix(scenario))[0]
    message = (
        f"no inputs can be correlated like this (least eigenvalue {least:.3f}); most at fault is "
        f"{worst.first}, {worst.second} = {worst.value:g}; nearest = true under [copula] runs with "
        "the nearest that can be, or write these:"
    )
    return Mistake(("correlations", worst.key), "\n".join([message, *shown]))
