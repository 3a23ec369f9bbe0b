"""How inputs are correlated: pairs, groups, matrices; and whether that can be."""

import itertools
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .edits import Rename
from .errors import Mistake, ScenarioError
from .inputs import correlated_inputs, list_inputs
from .mends import Mend, rename, respell
from .names import did_you_mean
from .nearest_correlation import DECIMALS, LEAST_EIGENVALUE, nearest_correlation_matrix
from .schema import MatrixOfCorrelations, Quantity, Scenario

Matrix = NDArray[np.float64]
STAR = "*"
# What stands between two inputs where a comma should.
SEPARATORS = re.compile(r"\s*(?:[;/&|+]|<?->)\s*|\s+(?:and|with|x|vs\.?)?\s*")


class Pair(NamedTuple):
    """A correlation of two inputs, the key that gives it, and whether that means a group."""

    key: str
    first: str
    second: str
    value: float
    of_group: bool = False


def correlation_matrix(scenario: Scenario) -> Matrix:
    """Return the correlations of the scores of ``correlated_inputs``, shape (n, n).

    Raises
    ------
    ScenarioError
        If a key names no input, or no inputs can be correlated like this.
    """
    if mistakes := correlation_mistakes(scenario):
        raise ScenarioError(*(f"{'.'.join(m.key)}: {m.message}" for m in mistakes))
    return _matrix(scenario)


def correlation_mistakes(scenario: Scenario) -> list[Mistake]:
    """Return what is wrong with a valid scenario's correlations."""
    quantities = {member.key: member.quantity for member in list_inputs(scenario)}
    mistakes = misnamed_inputs(scenario.correlations, quantities) or _given_twice(scenario)
    if mistakes:
        return mistakes
    matrix = _matrix(scenario)
    return [] if np.linalg.eigvalsh(matrix)[0] >= LEAST_EIGENVALUE else [_refusal(scenario, matrix)]


def correlated_pairs(scenario: Scenario) -> dict[frozenset[str], float]:
    """Return the correlation of every pair of uncertain inputs that has one."""
    return {frozenset((p.first, p.second)): p.value for p in _pairs(scenario).values()}


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
            found.append(Mistake(("correlations", key), wrong, _separated(key, quantities)))
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


def _all_pairs(scenario: Scenario) -> Iterator[Pair]:
    """Return the pairs of uncertain inputs that each key gives.

    One with a certain number is left out: a scenario may make an input certain that the one it
    extends has correlated.
    """
    keys = [member.key for member in correlated_inputs(scenario)]
    for key, given in scenario.correlations.items():
        patterns, _ = _patterns(key, given)
        if isinstance(given, MatrixOfCorrelations):
            for (i, first), (j, second) in itertools.combinations(enumerate(patterns), 2):
                if first in keys and second in keys:
                    yield Pair(key, first, second, given.matrix[i][j])
            continue
        groups = [[name for name in keys if fnmatchcase(name, pattern)] for pattern in patterns]
        alike = len(groups) == 1
        pairs = itertools.combinations(groups[0], 2) if alike else itertools.product(*groups)
        for first, second in pairs:
            if first != second:
                yield Pair(key, first, second, given.quantile(0.5), of_group=STAR in key)


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


def _matrix(scenario: Scenario) -> Matrix:
    place = {member.key: i for i, member in enumerate(correlated_inputs(scenario))}
    matrix = np.eye(len(place))
    for pair in _pairs(scenario).values():
        i, j = place[pair.first], place[pair.second]
        matrix[i, j] = matrix[j, i] = pair.value
    return matrix


def _refusal(scenario: Scenario, matrix: Matrix) -> Mistake:
    """Name the pair at fault, and the nearest correlations that can be."""
    place = {member.key: i for i, member in enumerate(correlated_inputs(scenario))}
    nearest = nearest_correlation_matrix(matrix)
    moved = {
        pair: float(nearest[place[pair.first], place[pair.second]])
        for pair in _pairs(scenario).values()
    }
    worst = max(moved, key=lambda pair: abs(moved[pair] - pair.value))
    shown = [
        f"    {pair.first}, {pair.second} = {value:g}"
        for pair, value in moved.items()
        if round(abs(value - pair.value), DECIMALS) > 0.0
    ]
    least = np.linalg.eigvalsh(matrix)[0]
    message = (
        f"no inputs can be correlated like this (least eigenvalue {least:.3f}); most at fault is "
        f"{worst.first}, {worst.second} = {worst.value:g}; the nearest that can be:"
    )
    return Mistake(("correlations", worst.key), "\n".join([message, *shown]))
