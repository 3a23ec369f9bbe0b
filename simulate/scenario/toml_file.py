"""Reading one TOML file: what it may hold at most, and what is wrong with it as TOML."""

import re
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

from .layers import DEEPEST, Table
from .mistakes import Fix, ScenarioError, Told, steering_text, with_words
from .packaged import packaged_names
from .reach import read_regular
from .toml_faults import mend_of_fault

LONGEST = 500_000
# More than any scenario has; what is made of a file takes time by these.
MOST_KEYS, MOST_TABLES, MOST_IN_ALL = 300, 100, 10_000
# Reading a dotted key takes time by the square of its depth; so it is refused before.
STEP = r"[ \t]*(?:[A-Za-z0-9_-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*\."
DEEP_KEY = re.compile(rf"(?:^|[{{,])[ \t]*\[{{0,2}}(?:{STEP}){{{DEEPEST}}}", re.MULTILINE)


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
        if DEEP_KEY.search(text):
            raise _too_deep(path)
        table = _parsed(StringIO(text, newline=None).read(), path)
    except FileNotFoundError:
        names = ", ".join(packaged_names())
        raise ScenarioError(f"{path}: no such file; packaged scenarios: {names}") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not readable as TOML: not UTF-8 ({error.reason})") from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError:
        raise ScenarioError(f"{path}: can't be read: a number is too long") from None
    if _depth(table) > DEEPEST:
        raise _too_deep(path)
    if excess := _excess(table):
        raise ScenarioError(f"{path}: {excess}")
    if text := steering_text(table):
        raise ScenarioError(f'{path}: "{text:.100}" holds a control character; leave it out')
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
