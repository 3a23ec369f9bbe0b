"""From a TOML file to a validated scenario."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import ValidationError

from .chain import find_scenario, packaged_configs, read_chain
from .changes import KINDS, Changes, apply_changes, list_named
from .correlations import correlation_mistakes, misnamed_inputs
from .errors import Mistake, ScenarioError, Told
from .explain import describe, in_order, mistakes_of
from .inputs import declared_inputs
from .layers import Layers
from .schema import Scenario

__all__ = ["check_all", "find_scenario", "list_changes", "load_scenario", "packaged_configs"]


class Names(NamedTuple):
    """The variants, stress tests and options of a decision of a file, with their titles."""

    variants: dict[str, str]
    stresses: dict[str, str]
    options: dict[str, str]


def load_scenario(
    file: str | Path | None = None,
    *,
    variant: str | None = None,
    stress: str | None = None,
    option: str | None = None,
    settings: Sequence[str] = (),
) -> Scenario:
    """Read and validate a scenario.

    Parameters
    ----------
    file
        A TOML file, or the name of a packaged one such as ``openai.toml``; by default the
        packaged Anthropic scenario.
    variant
        One of the file's ``[variants.NAME]`` to lay over it.
    stress
        One of its ``[stresses.NAME]``, laid over that.
    option
        One of its ``[decision.options.NAME]``, laid over that.
    settings
        Single keys to set last, such as ``"cash.opening=20"``.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        If the file can't be read or says something wrong: every mistake, by line and column.
    """
    path = find_scenario(file)
    layers = read_chain(path)
    mistakes = apply_changes(layers, path, Changes(variant, stress, option, settings))
    scenario, wrong = _validate(layers, path)
    if scenario is None or mistakes:
        raise ScenarioError(*in_order(mistakes + wrong))
    return scenario


def check_all(file: str | Path | None = None) -> None:
    """Validate a file and each of its variants, stress tests and options.

    Raises
    ------
    ScenarioError
        With every mistake of all of them.
    """
    named = list_changes(file)
    told = _mistakes(file)
    for kind, names in zip(KINDS, named, strict=True):
        for name in names:
            # What is wrong without the change is wrong with it, too, and said once.
            known = {_without_place(each) for each in told}
            own = _mistakes(file, **{kind: name})
            told += [
                each._replace(line=f"{kind} {name}: {each.line}")
                for each in own
                if _without_place(each) not in known
            ]
    if told:
        raise ScenarioError(*told)


def list_changes(file: str | Path | None = None) -> Names:
    """Return the names and titles of a file's variants, stress tests and options."""
    named, _ = list_named(read_chain(find_scenario(file)))
    return Names(
        *({name: str(table.get("title", "")) for name, table in part.items()} for part in named)
    )


def _without_place(told: Told) -> str:
    return told.line.partition(": ")[2]


def _mistakes(file: str | Path | None, **change: str) -> list[Told]:
    try:
        load_scenario(file, **change)
    except ScenarioError as error:
        return list(error.told)
    return []


def _validate(layers: Layers, path: Path) -> tuple[Scenario | None, list[Told]]:
    """Return the scenario, or what is wrong with it, one line a mistake."""
    try:
        # A distribution beyond all measure is refused by its range, not by a warning.
        with np.errstate(all="ignore"):
            scenario = Scenario.model_validate(layers.table)
    except ValidationError as error:
        wrong = mistakes_of(error, layers.table)
        return None, describe(wrong + _misnamed(layers, wrong), layers, path)
    mistakes = correlation_mistakes(scenario)
    return (None if mistakes else scenario), describe(mistakes, layers, path)


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
