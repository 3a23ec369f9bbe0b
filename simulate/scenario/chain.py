"""A scenario file, and those that it extends, read and laid over one another."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Any

from .errors import ScenarioError
from .layers import DEEPEST, Layers, Origin, Table
from .reach import Reach, data_files
from .regular_file import read_regular

DEFAULT_SCENARIO = "anthropic.toml"
LONGEST_CHAIN = 20
LONGEST = 500_000


def packaged_configs() -> Path:
    """Return the folder of the scenarios that come with the package."""
    inside = Path(str(resources.files("simulate"))) / "configs"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "configs"


def find_scenario(file: str | Path | None) -> Path:
    """Return the path of a scenario file, or of a packaged one of that name, ending or not."""
    if file is None:
        return packaged_configs() / DEFAULT_SCENARIO
    path = Path(file)
    if path.name != str(file) or path.exists():
        return path
    for packaged in (packaged_configs() / path.name, packaged_configs() / f"{path.name}.toml"):
        if packaged.is_file():
            return packaged
    return path


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
        raise ScenarioError(f"{path}: extends: more than {LONGEST_CHAIN} files in a row")
    own = read_toml(path)
    origin, layers = Origin(path, ()), Layers()
    if (parent := own.pop("extends", None)) is not None:
        found = _find_parent(path, parent)
        if found is None:
            where = layers.where(origin.within("extends"))
            shown = f'"{parent:.60}"' if isinstance(parent, str) else f"{parent!r:.60}"
            mend = (
                f"there is no file {path.parent / parent}"
                if isinstance(parent, str)
                else ("must be a file's name, in quotes")
            )
            raise ScenarioError(f"{where}: extends = {shown}: {mend:.200}")
        if refusal := reach.refusal(found):
            where = layers.where(origin.within("extends"))
            raise ScenarioError(f"{where}: extends: {found} {refusal}")
        layers = _read_over(found, reach, (*below, path.resolve()))
        _name_apart(own, layers.table, path)
    for place, table in data_files(own):
        file = path.parent / table[place[-1]]
        if refusal := reach.refusal(file):
            raise ScenarioError(f"{layers.where(origin.within(*place))}: file: {file} {refusal}")
        table[place[-1]] = str(file)
    layers.lay(own, origin)
    return layers


def _name_apart(own: Table, parent: Table, path: Path) -> None:
    """Give a file that has no name one of its own; its parent's description isn't its own."""
    if isinstance(parent.get("name"), str):
        own.setdefault("name", f"{parent['name']}; {path.stem}")
    parent.pop("description", None)


def read_toml(path: Path) -> Table:
    """Return a TOML file's table.

    Raises
    ------
    ScenarioError
        If it can't be read.
    """
    try:
        # With or without the byte-order mark that some editors write.
        text = read_regular(path, LONGEST, "a scenario file").decode("utf-8-sig")
        table = tomllib.loads(StringIO(text, newline=None).read())
    except FileNotFoundError:
        names = sorted(p.name for p in packaged_configs().glob("*.toml") if p.name != "base.toml")
        raise ScenarioError(
            f"{path}: no such file; packaged scenarios: {', '.join(names)}"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: not readable as TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not readable as TOML: not UTF-8 ({error.reason})") from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError:
        raise ScenarioError(f"{path}: can't be read: a number is too long") from None
    if _depth(table) > DEEPEST:
        raise _too_deep(path)
    return table


def _too_deep(path: Path) -> ScenarioError:
    return ScenarioError(f"{path}: tables are nested too deeply")


def _depth(table: Table) -> int:
    """Return how many tables and lists lie inside one another, as far as it matters."""
    level: list[Any] = [table]
    for depth in range(DEEPEST + 1):
        if not level:
            return depth
        level = [member for here in level for member in _members(here)]
    return DEEPEST + 1


def _members(here: Any) -> list[Any]:
    """Return the tables and lists in a table or a list."""
    values = here.values() if isinstance(here, dict) else here
    return [value for value in values if isinstance(value, (dict, list))]


def _find_parent(path: Path, parent: Any) -> Path | None:
    """Return the file that a file extends: beside it, or a packaged one."""
    if not isinstance(parent, str):
        return None
    try:
        for found in (path.parent / parent, packaged_configs() / parent):
            if found.is_file():
                return found
    except (OSError, ValueError):
        pass  # no name that a file can have
    return None
