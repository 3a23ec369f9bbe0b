"""Loading a scenario, and what is checked across its sections."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from .alternatives import read_alternatives
from .chain import leave_projections, read_chain, taken_over
from .changes import KINDS, Changes, apply_changes, change_key, list_named
from .correlations import correlation_mistakes, misnamed_inputs
from .distributions import Uncertain
from .explain import describe, in_order, mistakes_of
from .inputs import declared_inputs
from .keys import place_of
from .layers import Layers, Origin
from .mistakes import Mistake, ScenarioError, Told
from .own_formulas import unused_inputs
from .own_mistakes import formula_mistakes
from .packaged import find_file, find_scenario, packaged_configs, shown_path
from .schema import OF_ITSELF, Provenance, Scenario
from .unchanged import Known, table_of

# Where a scenario was read is written by what reads it, and by nobody else.
PROVENANCE = "provenance"
# What mistakes are told of that no file has made.
CALL, UNCHECKED = "Scenario.changed", "the scenario"
# The parts of a scenario that are dictionaries, which can be written to.
WRITABLE = ("correlations", "metrics", "outcomes")
# Where else a mistake is owed to, as ``describe`` says it.
INHERITED = re.compile(r", inherited from .*?(?=: )")
__all__ = ["check_all", "find_scenario", "list_changes", "load_scenario", "packaged_configs"]


def validate(
    layers: Layers, path: Path, known: Known | None = None
) -> tuple[Scenario | None, list[Told]]:
    """Return the scenario that layers make, or what is wrong with it, one line a mistake.

    Parameters
    ----------
    layers
        Of a file and those that it extends, or of a scenario and its changes.
    path
        What to name where the layers don't know who set a key.
    known
        A valid scenario, whose parts are taken where the layers say the same.
    """
    if PROVENANCE in layers.table:
        return None, describe([Mistake((PROVENANCE,), "unknown key")], layers, path)
    try:
        # A distribution beyond all measure is refused by its range, not by a warning.
        with np.errstate(all="ignore"):
            scenario = Scenario.model_validate(
                known.within(layers.table) if known else layers.table
            )
    except ValidationError as error:
        wrong = mistakes_of(error, layers.table)
        with np.errstate(all="ignore"):
            hidden = formula_mistakes(layers.table, wrong)
        return None, describe([*wrong, *hidden, *_misnamed(layers, wrong)], layers, path)
    overridden, told = read_alternatives(scenario, layers, path, known)
    # Where the scenario keeps it once it is asked for: what follows asks, and reading takes time.
    vars(scenario)["overridden"] = overridden
    wrong = [*correlation_mistakes(scenario), *unused_inputs(scenario.formulas.lines, layers)]
    told = told or describe(wrong, layers, path)
    if told:
        return None, told
    vars(scenario)["judged"] = _parts(scenario)
    return scenario, []


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario with single keys set; see ``Scenario.changed``."""
    layers, known = layers_of(scenario, Origin(None, (), UNCHECKED))
    for key, value in changes.items():
        steps = place_of(key, layers.table, f'{CALL} "{key:.60}"')
        change_key(layers, steps, "set", _written(value), Origin(None, (), CALL))
    found, mistakes = validate(layers, Path(CALL), known)
    if found is None:
        raise ScenarioError(*mistakes)
    name = found.name
    if name == scenario.name:
        name = "; ".join([name, *(_title(key, value) for key, value in changes.items())])
    return found.model_copy(update={"name": name, PROVENANCE: scenario.provenance})


def layers_of(scenario: Scenario, origin: Origin) -> tuple[Layers, Known | None]:
    """Return the layers of a scenario, to be changed, and what need not be judged of them again."""
    table = table_of(scenario)
    known = Known(scenario, table) if _is_proved(scenario) else None
    # A copy, since layers share the lists of what is laid.
    return Layers.of(table, origin).copy(), known


def validated(scenario: Scenario) -> Scenario:
    """Return a scenario as validation leaves it, whatever made it.

    Raises
    ------
    ScenarioError
        If it is none.
    """
    refuse_other(scenario)
    return scenario if _is_proved(scenario) else judged_anew(scenario)


def judged_anew(scenario: Scenario) -> Scenario:
    """Return a scenario as validation leaves it today, with what its files of data hold by now.

    Raises
    ------
    ScenarioError
        If it is none any more.
    """
    # What can't be written without a warning is told when it is validated.
    table = scenario.model_dump(exclude_none=True, warnings=False)
    found, mistakes = validate(Layers.of(table, Origin(None, (), UNCHECKED)), Path(UNCHECKED))
    if found is None:
        raise ScenarioError(*mistakes)
    return found


def _parts(scenario: Scenario) -> dict[str, Any]:
    """Return what is judged together, by name; the dictionary that can be written to as a copy."""
    names = Scenario.model_fields.keys() - OF_ITSELF
    parts = {name: getattr(scenario, name) for name in names}
    return parts | {name: dict(getattr(scenario, name)) for name in WRITABLE}


def _is_proved(scenario: Scenario) -> bool:
    """Tell whether a scenario is of the parts that were judged together."""
    parts, judged = _parts(scenario), scenario.judged
    return parts.keys() == judged.keys() and all(
        part is judged[name] or part == judged[name] for name, part in parts.items()
    )


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
    data: Sequence[str | Path] = (),
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
    data
        Folders with what it may extend, or name as data, beside the file's own folder.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        If the file can't be read or says something wrong: every mistake, by line and column.

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic.toml", settings=["cash.opening=20"])
    >>> print(scenario.name)
    """
    found = find_file(file)
    path, layers = found.path, read_chain(found.path, data)
    stresses = list_named(layers)[0].stresses
    mistakes = apply_changes(layers, path, Changes(variant, stress, option, settings))
    projections = leave_projections(layers)
    scenario, wrong = validate(layers, path)
    if scenario is None or mistakes:
        raise ScenarioError(*in_order(mistakes + wrong))
    notes = [
        found.note(str(file)),
        *layers.notes,
        *taken_over(layers, scenario, projections),
    ]
    files = tuple(map(shown_path, layers.files))
    read = Provenance(files, tuple(filter(None, notes)), stresses)
    return scenario.model_copy(update={PROVENANCE: read})


def stress_tests(scenario: Scenario) -> dict[str, Scenario]:
    """Return a scenario under each of the stress tests of its file, by name.

    They are laid over the scenario as it is: changes that were made before them stay, where they
    don't change the same.

    Raises
    ------
    ScenarioError
        If it has none, or one doesn't go with the changes.
    """
    stresses = scenario.provenance.stresses
    if not stresses:
        where = next(iter(scenario.provenance.files), scenario.name)
        raise ScenarioError(f"{where}: has no stress tests; name one as [stresses.dearer]")
    return {name: _with_named(scenario, "stress", name) for name in stresses}


def decision_options(scenario: Scenario) -> dict[str, Scenario]:
    """Return a scenario under each option of its decision, by name; see ``stress_tests``."""
    if scenario.decision is None:
        where = next(iter(scenario.provenance.files), scenario.name)
        raise ScenarioError(f"{where}: has no [decision]; see the one of anthropic-tpu.toml")
    return {name: _with_named(scenario, "option", name) for name in scenario.decision.options}


def _with_named(scenario: Scenario, kind: str, name: str) -> Scenario:
    """Return a scenario with one of its stress tests or options laid over it."""
    origin = Origin(None, (), f"{kind} {name}")
    layers, known = layers_of(scenario, origin)
    layers.lay({"stresses": dict(scenario.provenance.stresses)}, origin)
    mistakes = apply_changes(layers, Path(UNCHECKED), Changes(**{kind: name}))
    found, wrong = validate(layers, Path(UNCHECKED), known)
    if found is None or mistakes:
        raise ScenarioError(*in_order(mistakes + wrong))
    return found.model_copy(update={PROVENANCE: scenario.provenance})


def check_all(file: str | Path | None = None, data: Sequence[str | Path] = ()) -> None:
    """Validate a file and each of its variants, stress tests and options.

    Raises
    ------
    ScenarioError
        With every mistake of all of them.
    """
    named = list_changes(file, data)
    told = _mistakes(file, data)
    for kind, names in zip(KINDS, named, strict=True):
        for name in names:
            # What is wrong without the change is wrong with it, too, and said once.
            known = {_without_place(each) for each in told}
            own = _mistakes(file, data, **{kind: name})
            told += [
                each._replace(line=f"{kind} {name}: {each.line}")
                for each in own
                if _without_place(each) not in known
            ]
    if told:
        raise ScenarioError(*told)


def list_changes(file: str | Path | None = None, data: Sequence[str | Path] = ()) -> Names:
    """Return the names and titles of a file's variants, stress tests and options."""
    named, _ = list_named(read_chain(find_scenario(file), data))
    return Names(
        *({name: str(table.get("title", "")) for name, table in part.items()} for part in named)
    )


def _without_place(told: Told) -> str:
    return INHERITED.sub("", told.line.partition(": ")[2])


def _mistakes(file: str | Path | None, data: Sequence[str | Path], **change: str) -> list[Told]:
    try:
        load_scenario(file, data=data, **change)
    except ScenarioError as error:
        return list(error.told)
    return []
