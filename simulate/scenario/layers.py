"""Tables laid over one another: files that extend others, variants, stress tests, settings."""

import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from .errors import ScenarioError

Table = dict[str, Any]
Key = tuple[str, ...]


class Origin(NamedTuple):
    """Where a key was set: a file, or a setting of the command; and the key as written there."""

    file: Path | None
    place: tuple[str | int, ...]
    setting: str = ""


class Layers:
    """A table, and for each of its keys which layer set it last.

    Members of lists of tables go by their ``name`` in keys.
    """

    def __init__(self) -> None:
        self.table: Table = {}
        self.origins: dict[Key, Origin] = {}

    def lay(self, own: Table, origin: Origin) -> None:
        """Lay a table over what is there."""
        self._merge(self.table, own, (), origin)

    def lay_paths(self, own: Table, origin: Origin) -> None:
        """Lay a table over, whose keys may be whole paths, such as ``"cash.opening"``."""
        for key, value in own.items():
            here = origin._replace(place=(*origin.place, key))
            if "." in key:
                self.set(key, value, here)
            else:
                self.lay({key: value}, origin)

    def set(self, path: str, value: Any, origin: Origin) -> None:
        """Set what stands at a path, replacing it.

        Raises
        ------
        ScenarioError
            If the path goes through something that has no keys or members.
        """
        *parents, last = path.split(".")
        here: Any = self.table
        for place, step in enumerate(parents):
            here = _member(here, step, ".".join(parents[: place + 1]), origin)
        if isinstance(here, list):
            raise ScenarioError(f"{_where(origin)}: {path} is a whole member; set one of its keys")
        if not isinstance(here, dict):
            raise ScenarioError(
                f"{_where(origin)}: {'.'.join(parents)} is {here!r:.40}, which has no {last}"
            )
        here[last] = value
        self._own((*parents, last), value, origin)

    def get(self, path: str, origin: Origin) -> Any:
        """Return what stands at a path."""
        here: Any = self.table
        steps = path.split(".")
        for place, step in enumerate(steps):
            here = _member(here, step, ".".join(steps[: place + 1]), origin, create=False)
        return here

    def origin_of(self, key: Key) -> Origin | None:
        """Return what last set a key or, failing that, the nearest thing around it."""
        for length in range(len(key), 0, -1):
            inside = [o for where, o in self.origins.items() if where[:length] == key[:length]]
            if inside:
                return inside[-1]
        return None

    def _merge(self, table: Table, own: Table, at: Key, origin: Origin) -> None:
        """Merge tables; a quantity with a kind replaces what was there."""
        for key, value in own.items():
            here, below = (*at, key), table.get(key)
            inner = origin._replace(place=(*origin.place, key))
            replaces = isinstance(value, dict) and ("distribution" in value or "value" in value)
            if isinstance(value, dict) and not replaces:
                if not isinstance(below, dict):
                    below = table[key] = {}
                self._own(here, {}, inner)
                self._merge(below, value, here, inner)
            elif _is_named_list(value) and _is_named_list(below):
                self._merge_named(below, value, here, inner)
            else:
                table[key] = value
                self._own(here, value, inner)
        if "source" in table and "source" not in own and origin.file is not None:
            table["source"] = f"changed in {origin.file.name}; before: {table['source']}"

    def _merge_named(self, below: Any, value: Any, at: Key, origin: Origin) -> None:
        by_name = {member["name"]: member for member in below}
        for place, member in enumerate(value):
            name = str(member["name"])
            here = origin._replace(place=(*origin.place, place))
            # Taken out once merged: a name that stands twice in one file is added, and refused.
            if parent := by_name.pop(member["name"], None):
                self._merge(parent, member, (*at, name), here)
            else:
                below.append(member)
                same = [key for key in self.origins if key[: len(at) + 1] == (*at, name)]
                for key in same:
                    del self.origins[key]
                self._own((*at, name), member, here)

    def _own(self, key: Key, value: Any, origin: Origin) -> None:
        """Note the origin of a key and of all that stands in its value."""
        self.origins.pop(key, None)  # so that the last layer to set a key comes last
        self.origins[key] = origin
        members: Iterable[tuple[str, str | int, Any]] = ()
        if isinstance(value, dict):
            members = ((str(k), k, v) for k, v in value.items())
        elif isinstance(value, list):
            members = (
                (str(m.get("name", i)) if isinstance(m, dict) else str(i), i, m)
                for i, m in enumerate(value)
            )
        for name, place, member in members:
            self._own((*key, name), member, origin._replace(place=(*origin.place, place)))


def parse_setting(text: str) -> tuple[str, Any]:
    """Return path and value of a setting ``path=value``; the value is TOML, or plain text.

    Raises
    ------
    ScenarioError
        If there is no path or no value.
    """
    path, equals, value = text.partition("=")
    path, value = path.strip(), value.strip()
    if not equals or not path or not value or not all(path.split(".")):
        raise ScenarioError(f'--set {text}: write it as "segments.api.growth.initial.p50=0.9"')
    try:
        return path, tomllib.loads(f"x = {value}")["x"]
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return path, value


def _member(here: Any, step: str, path: str, origin: Origin, create: bool = True) -> Any:
    """Return a table's value at a key, or a list's member of a name."""
    if isinstance(here, list):
        names = [str(m["name"]) for m in here if isinstance(m, dict) and "name" in m]
        if step in names:
            return here[names.index(step)]
        raise ScenarioError(f"{_where(origin)}: there is no {path}; {_known(step, names)}")
    if isinstance(here, dict):
        if step not in here and create:
            here[step] = {}
        if step in here:
            return here[step]
        raise ScenarioError(f"{_where(origin)}: there is no {path}; {_known(step, list(here))}")
    raise ScenarioError(f"{_where(origin)}: {path}: {here!r:.40} has no members")


def _known(step: str, names: list[str]) -> str:
    close = get_close_matches(step, names, n=1)
    return f'did you mean "{close[0]}"?' if close else f"known are: {', '.join(names)}"


def _where(origin: Origin) -> str:
    return origin.setting or f"{origin.file}"


def _is_named_list(value: Any) -> bool:
    members = value if isinstance(value, list) else []
    named = [isinstance(m, dict) and isinstance(m.get("name"), str) for m in members]
    return bool(named) and all(named)
