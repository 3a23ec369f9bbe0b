"""A scenario file, and those that it extends, read and laid over one another."""

import tomllib
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

from .errors import Fix, ScenarioError, Told
from .layers import DEEPEST, Layers, Origin, Table
from .mends import Mend, respell, with_words
from .toml_faults import mend_of_fault

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


def read_chain(path: Path, below: tuple[Path, ...] = ()) -> Layers:
    """Return a file's table over those that it extends.

    Parameters
    ----------
    path
        The file.
    below
        The files that led here, each extending the next.

    Raises
    ------
    ScenarioError
        If one of them can't be read, or they extend each other.
    """
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
            shown = f'"{parent:.60}"' if isinstance(parent, str) else f"{parent!r:.60}"
            wrong = (
                f"there is no file {path.parent / parent}"
                if isinstance(parent, str)
                else ("must be a file's name, in quotes")
            )
            mend = _respelt_parent(path, parent) if isinstance(parent, str) else None
            raise ScenarioError(
                layers.told(origin.within("extends"), f"extends = {shown}: {wrong:.200}", mend)
            )
        layers = read_chain(found, (*below, path.resolve()))
        _name_apart(own, layers.table, path)
    _find_data(own, path.parent)
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
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LONGEST + 1)
        if len(text) > LONGEST:
            raise ScenarioError(f"{path}: too long for a scenario; data have files of their own")
        table = _parsed(text, path)
    except FileNotFoundError:
        names = sorted(p.name for p in packaged_configs().glob("*.toml") if p.name != "base.toml")
        raise ScenarioError(
            f"{path}: no such file; packaged scenarios: {', '.join(names)}"
        ) from None
    except IsADirectoryError:
        raise ScenarioError(f"{path}: is a folder; name a TOML file in it") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not readable as TOML: not UTF-8 ({error.reason})") from None
    except RecursionError:
        raise _too_deep(path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "a number is too long"
        raise ScenarioError(f"{path}: can't be read: {reason}") from None
    if _depth(table) > DEEPEST:
        raise _too_deep(path)
    return table


def _parsed(text: str, path: Path) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        mend = mend_of_fault(text)
        wrong = with_words(f"{path}: not readable as TOML: {error}", mend)
        fix = mend and Fix(path, mend.edits, mend.assumes)
        raise ScenarioError(Told(wrong, fix)) from None


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


def _respelt_parent(path: Path, parent: str) -> Mend | None:
    """Return the mend of a misspelt file's name."""
    files = [file.name for file in packaged_configs().glob("*.toml")]
    with suppress(OSError):
        files += [file.name for file in path.parent.glob("*.toml") if file.name != path.name]
    return respell(parent, sorted(set(files)))


def _find_data(here: Any, folder: Path) -> None:
    """Make the names of data files, which a file gives beside itself, whole."""
    if isinstance(here, dict) and here.get("distribution") == "empirical":
        file = here.get("file")
        if isinstance(file, str):
            here["file"] = str(folder / file)
    for member in _members(here):
        _find_data(member, folder)
