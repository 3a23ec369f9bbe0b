"""A scenario file, and those that it extends, read and laid over one another."""

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from .errors import ScenarioError
from .layers import DEEPEST, Layers, Origin, Table
from .printable import printable, steering_text

DEFAULT_SCENARIO = "anthropic.toml"
LONGEST_CHAIN = 20
LONGEST = 500_000
# More than any scenario has; what is made of a file takes time by these.
MOST_KEYS, MOST_TABLES, MOST_IN_ALL = 300, 100, 10_000
# Reading a dotted key takes time by the square of its depth; so it is refused before.
STEP = r"[ \t]*(?:[A-Za-z0-9_-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*\."
DEEP_KEY = re.compile(rf"(?:^|[{{,])[ \t]*\[{{0,2}}(?:{STEP}){{{DEEPEST}}}", re.MULTILINE)


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
            where = layers.where(origin.within("extends"))
            shown = f'"{parent:.60}"' if isinstance(parent, str) else f"{parent!r:.60}"
            mend = (
                f"there is no file {path.parent / parent}"
                if isinstance(parent, str)
                else ("must be a file's name, in quotes")
            )
            raise ScenarioError(f"{where}: extends = {shown}: {mend:.200}")
        layers = read_chain(found, (*below, path.resolve()))
        _name_apart(own, layers.table, path)
    _find_data(own, path.parent)
    layers.lay(own, origin)
    return layers


def _name_apart(own: Table, parent: Table, path: Path) -> None:
    """Give a file that has no name one of its own; its parent's description isn't its own."""
    if isinstance(parent.get("name"), str):
        own.setdefault("name", f"{parent['name']}; {printable(path.stem)}")
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
        if DEEP_KEY.search(text):
            raise _too_deep(path)
        table = tomllib.loads(text)
    except FileNotFoundError:
        names = sorted(p.name for p in packaged_configs().glob("*.toml") if p.name != "base.toml")
        raise ScenarioError(
            f"{path}: no such file; packaged scenarios: {', '.join(names)}"
        ) from None
    except IsADirectoryError:
        raise ScenarioError(f"{path}: is a folder; name a TOML file in it") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: not readable as TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not readable as TOML: not UTF-8 ({error.reason})") from None
    except RecursionError:
        raise _too_deep(path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "a number is too long"
        raise ScenarioError(f"{path}: can't be read: {reason}") from None
    if _depth(table) > DEEPEST:
        raise _too_deep(path)
    if excess := _excess(table):
        raise ScenarioError(f"{path}: {excess}")
    if text := steering_text(table):
        raise ScenarioError(f'{path}: "{text:.100}" holds a control character; leave it out')
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


def _excess(table: Table) -> str:
    """Return what a file holds too much of, or nothing."""
    level: list[tuple[str, Any]] = [("the file", table)]
    count = 0
    while level:
        inner: list[tuple[str, Any]] = []
        for name, here in level:
            tables = [member for member in here if isinstance(member, dict)]
            most = MOST_KEYS if isinstance(here, dict) else MOST_TABLES
            size = len(here) if isinstance(here, dict) else len(tables)
            if size > most:
                kind = "keys" if isinstance(here, dict) else "tables"
                return f"{name:.60}: {size} {kind} are too many; the most is {most}"
            count += size
            named = here.items() if isinstance(here, dict) else ((name, member) for member in here)
            inner += [(key, member) for key, member in named if isinstance(member, (dict, list))]
        level = inner
    return f"{count} keys are too many; the most is {MOST_IN_ALL}" if count > MOST_IN_ALL else ""


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


def _find_data(here: Any, folder: Path) -> None:
    """Make the names of data files, which a file gives beside itself, whole."""
    if isinstance(here, dict) and here.get("distribution") == "empirical":
        file = here.get("file")
        if isinstance(file, str):
            here["file"] = str(folder / file)
    for member in _members(here):
        _find_data(member, folder)
