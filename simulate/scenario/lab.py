"""Which lab a file is about, and what it takes over from a file about another."""

from collections.abc import Collection
from itertools import compress
from pathlib import Path

from .inputs import list_inputs
from .layers import Layers, Table
from .packaged import shown_path
from .printable import printable
from .schema import Scenario

# What speaks against a file's being about the lab of the one that it extends; together they decide.
DOUBTS = ("name", "revenue")
# Figures that no two labs share.
OF_ONE_LAB = {"revenue", "monthly_revenue"}
LONGEST = 100
# A company's projection is its own, and so is the source that stands beside it.
PROJECTION = ("projected_year", "projected_margin", "source")


def settle_lab(own: Table, layers: Layers, path: Path) -> None:
    """Settle which lab a file is about, before it is laid over those that it extends.

    Parameters
    ----------
    own
        The file's table; it is given a name and a lab, if it has none.
    layers
        Of its parents, without the file.
    path
        The file.
    """
    theirs = layers.labs[layers.files[0]] if layers.files else ""
    lab = str(own.get("lab", theirs))
    if theirs and "lab" not in own and (doubts := _doubts(own, theirs)):
        why, is_another = " and ".join(doubts), len(doubts) == len(DOUBTS)
        if is_another:
            own["lab"] = lab = str(own["name"]).partition(",")[0][:LONGEST]
        taken = f"another lab than {theirs}, by" if is_another else f"{theirs}, in spite of"
        layers.notes.append(
            f"{shown_path(path)}: taken for {taken} its {why}; "
            f'say lab = "{theirs}", or which lab it is about'
        )
    if lab != theirs:
        own.setdefault("name", lab)
    _name_apart(own, layers.table, path)
    layers.labs[path] = lab


def _doubts(own: Table, lab: str) -> list[str]:
    """Return what speaks against a file's being about its parent's lab."""
    base_year = own.get("base_year")
    doubts = (
        lab.casefold() not in str(own.get("name", lab)).casefold(),
        isinstance(base_year, dict) and not OF_ONE_LAB.isdisjoint(base_year),
    )
    return list(compress(DOUBTS, doubts))


def _name_apart(own: Table, parent: Table, path: Path) -> None:
    """Give a file that has no name one of its own; its parent's description isn't its own."""
    if isinstance(parent.get("name"), str):
        own.setdefault("name", f"{parent['name']}; {printable(path.stem)}")
    parent.pop("description", None)


def leave_projections(layers: Layers) -> list[str]:
    """Leave out of a scenario what other labs project, and return whose projections those were."""
    targets, others = layers.table.get("targets"), []
    if not isinstance(targets, dict):
        return others
    for key in PROJECTION:
        lab = _lab_of(layers, f"targets.{key}")
        if key in targets and lab not in ("", layers.table.get("lab")):
            del targets[key]
            others.append(lab)
    return others


def taken_over(layers: Layers, scenario: Scenario, projections: Collection[str]) -> list[str]:
    """Return a note for each other lab whose figures a scenario holds, with their keys.

    Parameters
    ----------
    layers
        Of the scenario.
    scenario
        That they make.
    projections
        Whose were left out.
    """
    inputs = [member.key for member in list_inputs(scenario)]
    of = {key: _lab_of(layers, key) for key in inputs if tuple(key.split(".")) in layers.origins}
    return [
        f"{scenario.lab} takes over from {other}: {', '.join(_parts(of, other))}"
        + (", but not its projection" if other in projections else "")
        + "; set what is otherwise, and give each a source"
        for other in dict.fromkeys(of.values())
        if other not in ("", scenario.lab)
    ]


def _lab_of(layers: Layers, key: str) -> str:
    """Return the lab that whoever set a key last was writing about."""
    origin = layers.origin_of(tuple(key.split(".")))
    return "" if origin is None or origin.file is None else layers.labs[origin.file]


def _parts(of: dict[str, str], lab: str) -> list[str]:
    """Return the keys that are of a lab, a part in place of its keys where all of them are."""
    parts: dict[str, None] = {}
    for key in (key for key, whose in of.items() if whose == lab):
        steps = key.split(".")
        for length in range(1, len(steps) + 1):
            part = ".".join(steps[:length])
            within = (whose for k, whose in of.items() if f"{k}.".startswith(f"{part}."))
            if all(whose == lab for whose in within):
                parts[part] = None
                break
    return list(parts)
