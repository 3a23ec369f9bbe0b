"""From a table, or what claims to be a scenario, to a validated one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from .change_notation import parse_key
from .correlations import correlation_mistakes, misnamed_inputs
from .distributions import Uncertain
from .errors import Mistake, ScenarioError, Told
from .explain import describe, mistakes_of
from .inputs import declared_inputs
from .layers import Layers, Origin
from .schema import Scenario

# Where a scenario was read is written by what reads it, and by nobody else.
PROVENANCE = "provenance"
# What mistakes are told of that no file has made.
CALL, UNCHECKED = "with_changes", "the scenario"


def validate(layers: Layers, path: Path) -> tuple[Scenario | None, list[Told]]:
    """Return the scenario that layers make, or what is wrong with it, one line a mistake.

    Parameters
    ----------
    layers
        Of a file and those that it extends, or of a scenario and its changes.
    path
        What to name where the layers don't know who set a key.
    """
    if PROVENANCE in layers.table:
        return None, describe([Mistake((PROVENANCE,), "unknown key")], layers, path)
    try:
        # A distribution beyond all measure is refused by its range, not by a warning.
        with np.errstate(all="ignore"):
            scenario = Scenario.model_validate(layers.table)
    except ValidationError as error:
        wrong = mistakes_of(error, layers.table)
        return None, describe(wrong + _misnamed(layers, wrong), layers, path)
    mistakes = correlation_mistakes(scenario)
    return (None if mistakes else scenario), describe(mistakes, layers, path)


def with_changes(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario with single keys set; see ``Scenario.with_changes``."""
    table = scenario.model_dump(mode="json", exclude_none=True)
    layers = Layers.of(table, Origin(None, (), UNCHECKED))
    for key, value in changes.items():
        steps = parse_key(key)
        if not steps:
            raise ScenarioError(f'{CALL} "{key:.60}": write the key as "cash.opening"')
        layers.set(steps, _written(value), Origin(None, (), CALL))
    changed, mistakes = validate(layers, Path(CALL))
    if changed is None:
        raise ScenarioError(*mistakes)
    name = changed.name
    if name == scenario.name:
        name = "; ".join([name, *(_title(key, value) for key, value in changes.items())])
    return changed.model_copy(update={"name": name, PROVENANCE: scenario.provenance})


def validated(scenario: Scenario) -> Scenario:
    """Return a scenario as validation leaves it, whatever made it.

    Raises
    ------
    ScenarioError
        If it is none.
    """
    refuse_other(scenario)
    # What can't be written without a warning is told when it is validated.
    table = scenario.model_dump(exclude_none=True, warnings=False)
    found, mistakes = validate(Layers.of(table, Origin(None, (), UNCHECKED)), Path(UNCHECKED))
    if found is None:
        raise ScenarioError(*mistakes)
    return found


def refuse_other(scenario: object) -> None:
    """Raise unless what was given is a scenario, right or wrong.

    Raises
    ------
    ScenarioError
        If it is something else, such as a file's name.
    """
    if not isinstance(scenario, Scenario):
        kind = type(scenario).__name__
        raise ScenarioError(f"a scenario is wanted, not a {kind}; load_scenario reads one")


def _written(value: Any) -> Any:
    """Return a value as a file says it."""
    is_distribution = isinstance(value, Uncertain)
    return value.model_dump(mode="json", exclude_none=True) if is_distribution else value


def _title(key: str, value: Any) -> str:
    """Return a change in words, for the scenario's name."""
    return f"{key}={value}" if isinstance(value, (str, int, float)) else f"{key} changed"


def _misnamed(layers: Layers, wrong: list[Mistake]) -> list[Mistake]:
    """Return which names in the correlations of an invalid scenario are none of inputs."""
    correlations = layers.table.get("correlations")
    # Where a whole part is wrong, or a name in it, the names of its inputs are not known.
    keys = [mistake.key for mistake in wrong]
    unknown = tuple(f'"{key[0]}.' for key in keys if len(key) == 1 or key[-1] == "name")
    if not isinstance(correlations, dict):
        return []
    misnamed = misnamed_inputs(correlations, declared_inputs(layers.table))
    return [mistake for mistake in misnamed if not mistake.wrong.startswith(unknown)]
