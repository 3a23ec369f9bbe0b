"""From a TOML file to a validated scenario."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .chain import read_chain
from .changes import KINDS, Changes, apply_changes, list_named
from .errors import ScenarioError, Told
from .explain import in_order
from .lab import leave_projections, taken_over
from .packaged import find_file, find_scenario, packaged_configs, shown_path
from .schema import Provenance, Scenario
from .validation import PROVENANCE, validate

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
    """
    found = find_file(file)
    path, layers = found.path, read_chain(found.path, data)
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
    read = Provenance(tuple(map(shown_path, layers.files)), tuple(filter(None, notes)))
    return scenario.model_copy(update={PROVENANCE: read})


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
    return told.line.partition(": ")[2]


def _mistakes(file: str | Path | None, data: Sequence[str | Path], **change: str) -> list[Told]:
    try:
        load_scenario(file, data=data, **change)
    except ScenarioError as error:
        return list(error.told)
    return []
