"""What a page has changed, as a file that extends the scenario's own and holds what differs."""

import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from simulate.analysis.diff import differences
from simulate.scenario.chain import read_chain
from simulate.scenario.layers import Key
from simulate.scenario.load import load_scenario
from simulate.scenario.mistakes import printable
from simulate.scenario.packaged import find_file, is_packaged, shown_path
from simulate.scenario.table_text import is_input, written
from simulate.scenario.unchanged import table_of

from .changed import Changes, Explored, Refused
from .places import source_at, stated_in
from .tables import Table

# What is said of a difference that was there when the page was opened.
OPENED_SO = "assumption: as the scenario was opened in the explorer"
ENDS = (float("-inf"), float("inf"))


def toml_of(
    explored: Explored,
    changes: Changes,
    file: str | Path,
    on: date,
    data: Sequence[str | Path] = (),
) -> str:
    """Return a scenario's file with changes; run from a command line it gives the page's numbers.

    Parameters
    ----------
    explored, changes
        The scenario without changes, and what differs.
    file
        Of the scenario, or the name of a packaged one.
    on
        The day on which it is saved.
    data
        Folders of data that the scenario was opened with; the file needs them, too.

    Raises
    ------
    Refused
        If the changes can't be, or no file can say them.
    """
    found = find_file(file).path
    now, original = explored.with_changes(changes), load_scenario(found, data=data)
    whole, given, differs = table_of(now), read_chain(found, data).table, differences(original, now)
    by_hand = explored.effective(changes)
    # What was changed by hand goes last, where several places are parts of one value.
    in_order = sorted(explored.places.values(), key=lambda place: place.key in by_hand)
    places = {stated_in(place): place for place in in_order}
    day, said = f"{on.day} {on:%B %Y}", Table()
    for each in differs:
        if each.after is None:
            raise Refused("", f"{each.name} is left out, which no file that extends another says")
        place, source = places.get(each.key), OPENED_SO
        if place:
            is_by_hand = place.key in by_hand
            source = (
                explored.source_of(place, each.after, day) if is_by_hand else source_at(now, place)
            )
        _say(said, whole, given, each.key, _finite(each.after), source)
        if place and place.what == "level":
            outcome = now.outcomes[each.key[1]]
            _say(said, whole, given, (*each.key[:2], "title"), outcome.called(each.key[1]), source)
    name = printable(shown_path(found))
    beside = "" if is_packaged(found) else f"# It stands beside {printable(found.name)}.\n"
    if data:
        options = shlex.join(word for folder in data for word in ("--data", str(folder)))
        beside += f"# Run it with {printable(options)}.\n"
    count = f"{len(differs)} difference{'s' if len(differs) != 1 else ''} from {name}"
    extends = name if is_packaged(found) else found.name
    head = {"name": f"{now.name}, by hand"} | ({"lab": now.lab} if now.lab else {})
    head |= {"extends": extends}
    lines = written(head | {part: _as_list(members) for part, members in said.items()})
    return f"# Written by simulate explore on {day}: {count}.\n{beside}{chr(10).join(lines)}"


def _say(said: Table, whole: Any, given: Any, key: Key, value: Any, source: str) -> None:
    """Set a value at a key, with a source; members of lists are kept by name.

    A section that the original's files leave out is said whole, as the scenario has it.
    """
    *around, last = key
    here: Any = said
    for step in around:
        empty = _Members() if isinstance(whole[step], list) else {}
        whole, given = _by_name(whole[step]), _by_name(given.get(step))
        here = here.setdefault(step, empty if given is not None else _finite(whole))
        given = given or {}
    here[last] = value | {"source": source} if is_input(value) else value
    if not is_input(value) and "source" in whole:
        here["source"] = source


class _Members(dict[str, Any]):
    """Members of a list, by name."""


def _by_name(value: Any) -> Any:
    return {m["name"]: m for m in value} if isinstance(value, list) else value


def _as_list(members: Any) -> Any:
    if not isinstance(members, _Members):
        return members
    return [{"name": name} | member for name, member in members.items()]


def _finite(value: Any) -> Any:
    """Return a value as TOML says it, with infinity where a table has no limit."""
    if not isinstance(value, dict):
        return value
    found = {key: _finite(member) for key, member in value.items()}
    if found.get("truncate"):
        limits = zip(found["truncate"], ENDS, strict=True)
        found["truncate"] = [end if limit is None else limit for limit, end in limits]
    return found
