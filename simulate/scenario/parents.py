"""Which packaged scenario a file changes that forgets to say so."""

import copy
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from .chain import read_chain, read_toml
from .changes import leave_changes
from .correlations import misnamed_inputs
from .edits import Insert
from .inputs import declared_inputs
from .layers import Origin, Table
from .mends import Mend
from .names import meant
from .packaged import DEFAULT_SCENARIO, NEUTRAL, packaged_configs, packaged_names
from .schema import Scenario

EXTENDS = "extends"


def likely_parent(table: Table, path: Path) -> Mend | None:
    """Return the mend that names the packaged scenario which a file must extend.

    Parameters
    ----------
    table
        What the file says. What a lab's file leaves out stands in ``base.toml``; a change of a lab
        says in its name, or in its file's, of which.
    path
        The file. Where neither name says it, and several scenarios would do, the default is taken.
    """
    if any(meant(key, [EXTENDS]) for key in table):
        return None
    wrong = {name: _mistakes_over(name, table, path) for name in (NEUTRAL, *_labs())}
    possible = {name: count for name, count in wrong.items() if count is not None}
    if not possible:
        return None
    if NEUTRAL in possible:
        return _mend(NEUTRAL, "what is missing is what all labs have in common")
    texts = " ".join(str(text) for text in (path.stem, table.get("name"), table.get("description")))
    told = [name for name in possible if Path(name).stem in texts.casefold()]
    if len(told) == 1:
        return _mend(
            told[0], f'it changes that scenario, as "{Path(told[0]).stem}" in its name says'
        )
    names = [name for name, count in possible.items() if count == min(possible.values())]
    if len(names) == 1:
        return _mend(names[0], "no other packaged scenario fits what the file says")
    name = DEFAULT_SCENARIO if DEFAULT_SCENARIO in names else names[0]
    others = ", ".join(other for other in names if other != name)
    return _mend(name, f"it changes the default scenario, not {others}")


def _mend(name: str, assumes: str) -> Mend:
    words = f'{EXTENDS} = "{name}" on the first line takes them from there'
    return Mend(words, (Insert((), EXTENDS, name),), assumes)


def _labs() -> list[str]:
    """Return the packaged scenarios that are each of a lab, and not of a change of one."""
    configs = packaged_configs()
    return [n for n in packaged_names() if read_toml(configs / n).get(EXTENDS) == NEUTRAL]


def _mistakes_over(name: str, table: Table, path: Path) -> int | None:
    """Return how many mistakes a table has over a packaged scenario, or None if it lacks more."""
    layers = read_chain(packaged_configs() / name)
    layers.lay(copy.deepcopy(table), Origin(path, ()))
    correlations = layers.table.get("correlations")
    correlations = correlations if isinstance(correlations, dict) else {}
    count = len(misnamed_inputs(correlations, declared_inputs(layers.table)))
    leave_changes(layers)
    try:
        with np.errstate(all="ignore"):
            Scenario.model_validate(layers.table)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        return None if any(each["type"] == "missing" for each in errors) else count + len(errors)
    return count
