"""Tables laid over one another: files that extend others, variants, stress tests, settings."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from .mistakes import Fix, Mend, ScenarioError, Told, did_you_mean, rename, with_words
from .packaged import is_packaged, shown_path
from .positions import KeyPath, Position, locate, locate_within, nearest
from .table_text import is_input

Table = dict[str, Any]
Key = tuple[str, ...]
# Deeper than any scenario; what follows tables step by step stays far from the end of the stack.
DEEPEST = 30
LONGEST_SHOWN, MOST_NAMES = 40, 30


class Origin(NamedTuple):
    """Where a key was set: a file, or a setting of the command; and the key as written there."""

    file: Path | None
    place: KeyPath
    setting: str = ""

    def within(self, *steps: str | int) -> "Origin":
        """Return the origin of what stands further in."""
        return Origin(self.file, (*self.place, *steps), self.setting)

    @property
    def around(self) -> "Origin":
        """The origin of the table that it stands in."""
        return self._replace(place=self.place[:-1])

    @property
    def is_packaged(self) -> bool:
        """Whether it is in a file that comes with the package."""
        return self.file is not None and is_packaged(self.file)

    @property
    def written(self) -> str:
        """Its own key as it is written, such as ``cash.opening`` in a variant."""
        return str(self.place[-1]) if self.place else ""

    @property
    def layer(self) -> tuple[Path | None, str]:
        """What all origins of one layer have in common."""
        return self.file, self.setting

    @property
    def changer(self) -> str:
        """What changed a number, for the source that it was given before."""
        return self.setting if self.file is None else f"changed in {self.file.name}"


class Layers:
    """A table, and for each of its keys which layer set it last.

    Members of lists of tables go by their ``name`` in keys.

    Attributes
    ----------
    table, origins
        What is said, and by which layer.
    files
        Those that were laid, each of which extends the next.
    labs
        The lab that each file is about, where it is about one.
    notes
        What whoever asks should know of how the files were read, a line each.
    """

    def __init__(self) -> None:
        self.table: Table = {}
        self.origins: dict[Key, Origin] = {}
        self.files: list[Path] = []
        self.labs: dict[Path, str] = {}
        self.notes: list[str] = []
        self._positions: dict[Path, dict[KeyPath, Position]] = {}

    @classmethod
    def of(cls, table: Table, origin: Origin) -> "Layers":
        """Return layers of one table."""
        layers = cls()
        layers.lay(table, origin)
        return layers

    def copy(self) -> "Layers":
        """Return the same layers, to lay more over them than over these."""
        copied = copy(self)
        copied.table, copied.origins = _copy_of(self.table), dict(self.origins)
        return copied

    def lay(self, own: Table, origin: Origin) -> None:
        """Lay a table over what is there."""
        self._merge(self.table, own, (), origin)

    def set(self, key: Key, value: Any, origin: Origin) -> None:
        """Set what stands at a key, replacing it.

        Raises
        ------
        ScenarioError
            If the key goes through something that has no keys or members.
        """
        here: Any = self.table
        for length in range(1, len(key)):
            here = self._member(here, key[:length], origin, create=True)
        if isinstance(here, list):
            raise ScenarioError(
                f"{self.where(origin)}: {'.'.join(key)} is a whole member; set its keys"
            )
        if not isinstance(here, dict):
            around = f"{'.'.join(key[:-1])} is {_shortened(here)}"
            raise ScenarioError(f"{self.where(origin)}: {around}, which has no {key[-1]}")
        self._note_of(here.get(key[-1]))(key, value, origin)
        here[key[-1]] = value
        if key[-1] != "source":
            _note_change(here, origin)

    def get(self, key: Key, origin: Origin) -> Any:
        """Return what stands at a key.

        Raises
        ------
        ScenarioError
            If nothing does.
        """
        here: Any = self.table
        for length in range(1, len(key) + 1):
            here = self._member(here, key[:length], origin, create=False)
        return here

    def origin_of(self, key: Key) -> Origin | None:
        """Return what last set a key, or something in it; failing that, the nearest around it."""
        for length in range(len(key), 0, -1):
            around = key[:length]
            newest_first = reversed(self.origins.items())
            last = next((o for where, o in newest_first if where[:length] == around), None)
            if last is not None:
                whole = self.origins.get(around)
                is_of_one_layer = whole is not None and whole.layer == last.layer
                return whole if is_of_one_layer else last
        return None

    def where_at_fault(self, key: Key) -> tuple[str, str]:
        """Return where to mend what is wrong at a key, and where it is inherited from; or nothing.

        A packaged file is right by itself: what is wrong there is owed to what was changed in the
        same table, or in one around it.
        """
        origin = self.origin_of(key)
        if origin is None or not origin.is_packaged:
            return "" if origin is None else self.where(origin), ""
        changed = {k: o for k, o in self.origins.items() if not o.is_packaged}
        for length in range(len(key) - 1, 0, -1):
            within = [o for k, o in changed.items() if k[:length] == key[:length]]
            if within:
                return self.where(within[-1]), self.where(origin)
        if not changed:
            return self.where(origin), ""
        newest = list(changed.values())[-1]
        return self.where(newest._replace(place=())), self.where(origin)

    def where(self, origin: Origin) -> str:
        """Return an origin as a person looks for it: file, line and column, or the setting."""
        if origin.file is None:
            return origin.setting
        if origin.file not in self._positions:
            text = origin.file.read_text(encoding="utf-8-sig")
            self._positions[origin.file] = locate(text)
        position = nearest(self._positions[origin.file], origin.place)
        place = f":{position.line}:{position.column}" if position else ""
        return f"{shown_path(origin.file)}{place}"

    def where_within(self, key: Key, column: int) -> str | None:
        """Return where a character of a text at a key stands, if a user's file has it simply."""
        origin = self.origins.get(key)
        if origin is None or origin.file is None or origin.is_packaged:
            return None
        text = origin.file.read_text(encoding="utf-8-sig")
        position = locate_within(text, origin.place, column)
        return position and f"{shown_path(origin.file)}:{position.line}:{position.column}"

    def told(self, origin: Origin, wrong: str, mend: Mend | None = None) -> Told:
        """Return a line on what was set somewhere, with its mend there."""
        line = f"{self.where(origin)}: {with_words(wrong, mend)}"
        if mend is None or origin.file is None:
            return Told(line)
        edits = tuple(replace(edit, at=(*origin.place, *edit.at)) for edit in mend.edits)
        return Told(line, Fix(origin.file, edits, mend.assumes))

    def _merge(self, table: Table, own: Table, at: Key, origin: Origin) -> None:
        """Merge tables; a quantity with a kind replaces what was there."""
        for key, value in own.items():
            here, below = (*at, key), table.get(key)
            inner = origin.within(key)
            if isinstance(value, dict) and not is_input(value):
                if not isinstance(below, dict):
                    below = table[key] = {}
                self._own(here, {}, inner)
                self._merge(below, value, here, inner)
            elif _is_named_list(value) and _is_named_list(below):
                self._merge_named(below, value, here, inner)
            else:
                table[key] = value
                self._note_of(below)(here, value, inner)
        if "source" not in own:
            _note_change(table, origin)

    def _merge_named(self, below: Any, value: Any, at: Key, origin: Origin) -> None:
        by_name = {member["name"]: member for member in below}
        for place, member in enumerate(value):
            name = str(member["name"])
            here = origin.within(place)
            # Taken out once merged: a name that stands twice in one file is added, and refused.
            if parent := by_name.pop(member["name"], None):
                self._merge(parent, member, (*at, name), here)
            else:
                below.append(member)
                self._replace((*at, name), member, here)

    def _note_of(self, below: Any) -> Callable[[Key, Any, Origin], None]:
        """Return what notes the origin of a value that stands in the place of another."""
        # Nothing stands within a plain value, and most are that.
        return self._replace if isinstance(below, (dict, list)) else self._own

    def _replace(self, key: Key, value: Any, origin: Origin) -> None:
        """Note the origin of a value that stands in the place of all that was there."""
        within = [known for known in self.origins if known[: len(key)] == key]
        for known in within:
            del self.origins[known]
        self._own(key, value, origin)

    def _own(self, key: Key, value: Any, origin: Origin) -> None:
        """Note the origin of a key and of all that stands in its value."""
        self.origins.pop(key, None)  # so that the last layer to set a key comes last
        self.origins[key] = origin
        members: Iterable[tuple[str, str | int, Any]] = ()
        if isinstance(value, dict):
            members = ((str(k), k, v) for k, v in value.items())
        elif isinstance(value, list):
            members = ((name, i, m) for i, (name, m) in enumerate(named_members(value)))
        for name, place, member in members:
            self._own((*key, name), member, origin.within(place))

    def _member(self, here: Any, key: Key, origin: Origin, create: bool) -> Any:
        """Return a table's value at a key's last step, or a list's member of that name."""
        step, path = key[-1], ".".join(key)
        if isinstance(here, dict):
            if create:
                here.setdefault(step, {})
            if step in here:
                return here[step]
            names = [str(name) for name in here]
        elif isinstance(here, list):
            names = [str(m["name"]) for m in here if isinstance(m, dict) and "name" in m]
            if step in names:
                return here[names.index(step)]
        else:
            raise ScenarioError(f"{self.where(origin)}: {path}: {_shortened(here)} has no members")
        mend = rename(step, names, partial(_with_step, origin.written, len(key) - 1))
        hint = did_you_mean(step, names) or f"known are: {', '.join(names[:MOST_NAMES])}"
        raise ScenarioError(
            self.told(origin, f"there is no {path}" + ("" if mend else f"; {hint}"), mend)
        )


def _copy_of(value: Any) -> Any:
    """Return a table or a list of its own with the same values in it."""
    if isinstance(value, dict):
        return {key: _copy_of(member) for key, member in value.items()}
    return [_copy_of(member) for member in value] if isinstance(value, (list, tuple)) else value


def named_members(members: list[Any]) -> Iterator[tuple[str, Any]]:
    """Return each member of a list by the name that it has in keys, or else by its place."""
    for place, member in enumerate(members):
        name = member.get("name", place) if isinstance(member, dict) else place
        yield str(name), member


def _with_step(key: str, place: int, step: str) -> str:
    """Return a dotted key with another step at a place."""
    steps = key.split(".")
    return ".".join([*steps[:place], step, *steps[place + 1 :]])


def _note_change(table: Table, origin: Origin) -> None:
    """Say in a table's source, if it has one from before, what has changed it since."""
    if "source" in table and origin.changer not in str(table["source"]):
        table["source"] = f"{origin.changer}; before: {table['source']}"


def _shortened(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"


def _is_named_list(value: Any) -> bool:
    members = value if isinstance(value, list) else []
    named = [isinstance(m, dict) and isinstance(m.get("name"), str) for m in members]
    return bool(named) and all(named)
