"""The inputs of a scenario, one after the other, and how they are correlated."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from .distributions import Uncertain
from .errors import ScenarioError
from .schema import Quantity, Scenario

LEAST_EIGENVALUE = 1e-9


@dataclass(frozen=True)
class Input:
    """An input of a scenario: where it stands, what it is, and its distribution."""

    key: str
    quantity: Quantity
    distribution: Uncertain


def list_inputs(scenario: Scenario) -> list[Input]:
    """Return every input that the scenario names or inherits, in the order of the schema."""
    return list(_walk(scenario, ""))


def _walk(part: BaseModel, prefix: str) -> Iterator[Input]:
    for name in type(part).model_fields:
        value, key = getattr(part, name), f"{prefix}{name}"
        if isinstance(value, Uncertain):
            yield Input(key, _declaration(part, name), value)
        elif isinstance(value, BaseModel):
            yield from _walk(value, f"{key}.")
        elif isinstance(value, tuple):
            for member in value:
                yield from _walk(member, f"{key}.{member.name}.")


def _declaration(part: BaseModel, name: str) -> Quantity:
    field = type(part).model_fields[name]
    for mark in field.metadata:
        if isinstance(mark, Quantity):
            return mark
    # Optional inputs hold their declaration inside the union with None.
    for option in getattr(field.annotation, "__args__", ()):
        for mark in getattr(option, "__metadata__", ()):
            if isinstance(mark, Quantity):
                return mark
    raise TypeError(f"{type(part).__name__}.{name} has no Quantity")


def correlated_inputs(scenario: Scenario) -> list[Input]:
    """Return the uncertain inputs that a path or a year draws; events can't be correlated."""
    inputs = [i for i in list_inputs(scenario) if i.quantity.drawn != "event"]
    path = [i for i in inputs if i.quantity.drawn == "path" and not i.distribution.is_certain]
    return path + [i for i in inputs if i.quantity.drawn == "year"]


def correlation_matrix(scenario: Scenario) -> NDArray[np.float64]:
    """Return the correlations of the scores of ``correlated_inputs``, shape (n, n).

    A pair with a certain number is left out: a scenario may make an input certain that the one
    it extends has correlated.

    Raises
    ------
    ScenarioError
        If a pair names no uncertain input, or no set of inputs can be correlated like this.
    """
    keys = [i.key for i in correlated_inputs(scenario)]
    certain = [i.key for i in list_inputs(scenario) if i.distribution.is_certain]
    matrix = np.eye(len(keys))
    for pair, given in scenario.correlations.items():
        value = given.quantile(0.5)
        where, at = f'correlations."{pair}" = {value:g}', ("correlations", pair)
        names = [name.strip() for name in pair.split(",")]
        if len(names) != 2 or names[0] == names[1]:
            raise ScenarioError(
                f'{where}: the key must name two inputs, as "first, second"', key=at
            )
        for name in names:
            if name not in keys and name not in certain:
                raise ScenarioError(f'{where}: "{name}" {_why_not(name, scenario, keys)}', key=at)
        if set(names) & set(certain):
            continue
        i, j = keys.index(names[0]), keys.index(names[1])
        if matrix[i, j] != 0.0:
            raise ScenarioError(f"{where}: this pair is given twice", key=at)
        matrix[i, j] = matrix[j, i] = value
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < LEAST_EIGENVALUE:
        sizes = {pair: given.quantile(0.5) for pair, given in scenario.correlations.items()}
        pair = max(sizes, key=lambda name: abs(sizes[name]))
        raise ScenarioError(
            f"correlations: no inputs can be correlated like this (least eigenvalue {least:.3f});",
            f'"{pair}" = {sizes[pair]:g} is the strongest: weaken it, or the others of its inputs',
            key=("correlations", pair),
        )
    return matrix


def _why_not(name: str, scenario: Scenario, keys: list[str]) -> str:
    if name in [i.key for i in list_inputs(scenario)]:
        return "is drawn at events, which can't be correlated"
    close = get_close_matches(name, keys, n=1, cutoff=0.4)
    return f'is no input; did you mean "{close[0]}"?' if close else "is no input"
