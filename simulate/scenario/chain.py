"""Reading a scenario with what it extends, and what never passes from one lab to another."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import compress
from pathlib import Path
from typing import Any

from .frame import BaseYear
from .inputs import list_inputs
from .layers import Layers, Origin, Table, named_members
from .mistakes import Mend, ScenarioError, printable, respell
from .own import settle_lines
from .packaged import Found, find_beside, is_packaged, packaged_configs, shown_path
from .quarters import QUARTERS_A_YEAR, parse_quarter
from .reach import Reach, data_files
from .schema import Scenario
from .targets import lay_targets, take_targets
from .toml_file import read_toml

# What speaks against a file's being about the lab of the one that it extends; together they decide.
DOUBTS = ("name", "revenue")
# Figures that no two labs share.
OF_ONE_LAB = {"revenue", "monthly_revenue"}
BASES = BASE_YEAR, BASE_QUARTERS = "base_year", "base_quarters"
LONGEST_LIST = 100
# A company's projection is its own, and so is the source that stands beside it.
PROJECTION = ("projected_year", "projected_margin", "source")
LONGEST_CHAIN = 20


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
            own["lab"] = lab = str(own["name"]).partition(",")[0][:LONGEST_LIST]
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
    base_year, quarters = own.get(BASE_YEAR), own.get(BASE_QUARTERS)
    doubts = (
        lab.casefold() not in str(own.get("name", lab)).casefold(),
        (isinstance(base_year, dict) and not OF_ONE_LAB.isdisjoint(base_year))
        or (isinstance(quarters, list) and len(quarters) >= QUARTERS_A_YEAR),
    )
    return list(compress(DOUBTS, doubts))


def _name_apart(own: Table, parent: Table, path: Path) -> None:
    """Give a file that has no name one of its own; its parent's description isn't its own."""
    if isinstance(parent.get("name"), str):
        own.setdefault("name", f"{parent['name']}; {printable(path.stem)}")
    parent.pop("description", None)


def settle_base(own: Table, layers: Layers) -> None:
    """Leave out what came before the horizon in files that a file extends, where it says that anew.

    Parameters
    ----------
    own
        The file's table.
    layers
        Of the file and its parents. A quarter that the file adds takes the place of the earliest,
        and a year that of quarters once it is whole.
    """
    for said, other in (BASES, BASES[::-1]):
        if said in own and other not in own and (said != BASE_YEAR or _is_whole(layers.table)):
            layers.table.pop(other, None)
    added = dict(_named_quarters(own))
    if not added:
        return
    with suppress(KeyError, TypeError, ValueError):
        first = parse_quarter(layers.table["horizon"]["first_quarter"])
        layers.table[BASE_QUARTERS] = [
            member
            for name, member in _named_quarters(layers.table)
            if name in added or parse_quarter(name) >= first - QUARTERS_A_YEAR
        ]


def _is_whole(table: Table) -> bool:
    """Tell whether a base year says all that one has to."""
    year = table[BASE_YEAR]
    return isinstance(year, dict) and year.keys() >= BaseYear.model_fields.keys()


def _named_quarters(table: Table) -> Iterator[tuple[str, Any]]:
    quarters = table.get(BASE_QUARTERS)
    return named_members(quarters if isinstance(quarters, list) else [])


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


def read_chain(path: Path, data: Sequence[str | Path] = ()) -> Layers:
    """Return a file's table over those that it extends.

    Parameters
    ----------
    path
        The file.
    data
        Folders with what it may extend, or name as data, beside its own.

    Raises
    ------
    ScenarioError
        If one of them can't be read or lies elsewhere, or they extend each other.
    """
    return _read_over(path, Reach.around(path.parent, packaged_configs(), data=data), ())


def _read_over(path: Path, reach: Reach, below: tuple[Path, ...]) -> Layers:
    """Return a file's table over those that it extends; those below led here."""
    if path.resolve() in below:
        names = " -> ".join(step.name for step in [*below, path])
        raise ScenarioError(f"{path}: extends: the files extend each other: {names}")
    if len(below) >= LONGEST_CHAIN:
        raise ScenarioError(f"{below[0]}: extends: more than {LONGEST_CHAIN} files in a row")
    own = read_toml(path)
    settle_lines(own)
    targets = take_targets(own)
    origin, layers = Origin(path, ()), Layers()
    if (parent := own.pop("extends", None)) is not None:
        at = origin.within("extends")
        try:
            found = _find_parent(path.parent, parent)
        except ScenarioError as error:
            raise ScenarioError(f"{layers.where(at)}: extends = {error}") from None
        if found is None:
            raise ScenarioError(layers.told(at, *_no_parent(path, parent)))
        if not is_packaged(found.path) and (refusal := reach.refusal(found.path)):
            raise ScenarioError(f"{layers.where(at)}: extends: {found.path} {refusal}")
        layers = _read_over(found.path, reach, (*below, path.resolve()))
        if note := found.note(parent):
            layers.notes.append(f"{layers.where(at)}: extends = {note}")
    settle_lab(own, layers, path)
    for place, table in data_files(own):
        file = path.parent / table[place[-1]]
        if refusal := reach.refusal(file):
            raise ScenarioError(f"{layers.where(origin.within(*place))}: file: {file} {refusal}")
        table[place[-1]] = str(file)
    layers.files.insert(0, path)
    layers.lay(own, origin)
    lay_targets(targets, layers, origin)
    settle_base(own, layers)
    return layers


def _find_parent(folder: Path, parent: Any) -> Found | None:
    """Return the file that one in a folder extends: beside it, or a packaged one."""
    try:
        return find_beside(parent, folder) if isinstance(parent, str) else None
    except (OSError, ValueError):
        return None  # no name that a file can have


def _no_parent(path: Path, parent: Any) -> tuple[str, Mend | None]:
    """Return what is wrong with the name of a file to extend, and its mend."""
    if not isinstance(parent, str):
        return f"extends = {parent!r:.60}: must be a file's name, in quotes", None
    wrong = f"there is no file {path.parent / parent}"
    return f'extends = "{parent:.60}": {wrong:.200}', _respelt_parent(path, parent)


def _respelt_parent(path: Path, parent: str) -> Mend | None:
    """Return the mend of a misspelt file's name."""
    files = [file.name for file in packaged_configs().glob("*.toml")]
    with suppress(OSError):
        files += [file.name for file in path.parent.glob("*.toml") if file.name != path.name]
    return respell(parent, sorted(set(files)))
