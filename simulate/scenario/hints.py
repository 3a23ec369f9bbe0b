"""What was probably meant: a key's family, a quantile's name, a parent, a named member."""

import copy
import math
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from .chain import read_chain
from .changes import leave_changes
from .correlations import misnamed_inputs
from .distributions import FAMILY, PREFIX
from .edits import Insert
from .inputs import declared_inputs
from .layers import Origin, Table
from .mistakes import Mend, Mistake, meant, rename, renamed, respell
from .packaged import DEFAULT_SCENARIO, NEUTRAL, packaged_configs, packaged_names
from .schema import Scenario
from .toml_file import read_toml
from .units import in_unit

NAMED = {name: model for name, model in FAMILY.items() if name not in ("value", PREFIX)}
WRITTEN = re.compile(r"[pq]?_?(\d{1,2})(?:[._,](\d{1,6}))?_?%?", re.IGNORECASE)
# Letters that look like digits.
LOOK_ALIKES = str.maketrans("oOlI", "0011")
OTHER_TAIL = {"p1": "p99", "p5": "p95", "p10": "p90", "p25": "p75"}
USUAL = ("p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99")
EXTENDS = "extends"
LISTS = ("segments", "hardware", "commitments", "revenue_shares", "funding", "lines")
TABLES = ("metrics", "outcomes")
MOST_NAMES = 12
MISSING = "missing; it has no default"


def is_missing(mistake: Mistake) -> bool:
    """Tell whether something without a default is left out."""
    return mistake.wrong.startswith(MISSING)


def only_family(table: Any) -> Mend | None:
    """Return the mend that names a table's distribution, if only one takes its keys and values."""
    if not isinstance(table, dict):
        return None
    names = [name for name in NAMED if _takes(name, table)]
    if len(names) != 1:
        return None
    keys = ", ".join(key for key in table if key != "source")
    return Mend(
        f'write distribution = "{names[0]}"',
        (Insert((), "distribution", names[0]),),
        f"{keys} are those of the only distribution that takes them",
        of_table=True,
    )


def _takes(name: str, table: dict[str, Any]) -> bool:
    try:
        # A number's unit does not matter here, only that it is one.
        numbers = {key: _number(value) for key, value in table.items()}
        with np.errstate(all="ignore"):
            NAMED[name].model_validate(numbers | {"distribution": name})
    except (ValidationError, ValueError):
        return False
    return True


def _number(value: Any) -> Any:
    for unit in ("share", "bn USD"):
        try:
            return in_unit(value, unit)
        except ValueError:
            continue
    return math.nan


OTHER_TAIL |= {high: low for low, high in OTHER_TAIL.items()}


def rename_quantile(given: str, table: Collection[str]) -> Mend | None:
    """Return the mend of a key that must be a quantile's, such as ``P10``, ``q90`` or ``p9O``.

    Parameters
    ----------
    given
        The key.
    table
        All keys of its table: the other tail of one of them comes first.
    """
    if given.casefold() == "median":
        return renamed(given, "p50")
    found = WRITTEN.fullmatch(given.translate(LOOK_ALIKES))
    if found is None:
        missing = [OTHER_TAIL[key] for key in table if key in OTHER_TAIL]
        missing = [key for key in missing if key not in table]
        return rename(given, missing) or rename(given, USUAL)
    name = f"p{found[1]}" + (f"_{found[2]}" if found[2] else "")
    return renamed(given, name)


def likely_parent(table: Table, path: Path) -> Mend | None:
    """Return the mend that names the packaged scenario which a file must extend.

    Parameters
    ----------
    table
        What the file says. What a lab's file leaves out stands in ``base.toml``; a change of a lab
        says in its name, or in its file's, of which.
    path
        The file. Where neither name says it, and several scenarios would do, the default is taken.
    """
    if any(meant(key, [EXTENDS]) for key in table):
        return None
    wrong = {name: _mistakes_over(name, table, path) for name in (NEUTRAL, *_labs())}
    possible = {name: count for name, count in wrong.items() if count is not None}
    if not possible:
        return None
    if NEUTRAL in possible:
        return _mend(NEUTRAL, "what is missing is what all labs have in common")
    texts = " ".join(str(text) for text in (path.stem, table.get("name"), table.get("description")))
    told = [name for name in possible if Path(name).stem in texts.casefold()]
    if len(told) == 1:
        return _mend(
            told[0], f'it changes that scenario, as "{Path(told[0]).stem}" in its name says'
        )
    names = [name for name, count in possible.items() if count == min(possible.values())]
    if len(names) == 1:
        return _mend(names[0], "no other packaged scenario fits what the file says")
    name = DEFAULT_SCENARIO if DEFAULT_SCENARIO in names else names[0]
    others = ", ".join(other for other in names if other != name)
    return _mend(name, f"it changes the default scenario, not {others}")


def _mend(name: str, assumes: str) -> Mend:
    words = f'{EXTENDS} = "{name}" on the first line takes them from there'
    return Mend(words, (Insert((), EXTENDS, name),), assumes)


def _labs() -> list[str]:
    """Return the packaged scenarios that are each of a lab, and not of a change of one."""
    configs = packaged_configs()
    return [n for n in packaged_names() if read_toml(configs / n).get(EXTENDS) == NEUTRAL]


def _mistakes_over(name: str, table: Table, path: Path) -> int | None:
    """Return how many mistakes a table has over a packaged scenario, or None if it lacks more."""
    layers = read_chain(packaged_configs() / name)
    layers.lay(copy.deepcopy(table), Origin(path, ()))
    correlations = layers.table.get("correlations")
    correlations = correlations if isinstance(correlations, dict) else {}
    count = len(misnamed_inputs(correlations, declared_inputs(layers.table)))
    leave_changes(layers)
    try:
        with np.errstate(all="ignore"):
            Scenario.model_validate(layers.table)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        return None if any(each["type"] == "missing" for each in errors) else count + len(errors)
    return count


def misnamed_members(mistakes: Sequence[Mistake], table: Table) -> list[Mistake]:
    """Return mistakes with all that a member lacks as one, where another may have been meant.

    Parameters
    ----------
    mistakes
        With keys from the scenario's root.
    table
        The whole scenario's.
    """
    lacking: dict[tuple[str, ...], list[Mistake]] = {}
    for mistake in mistakes:
        if is_missing(mistake) and len(mistake.key) > 2 and mistake.key[0] in LISTS + TABLES:
            lacking.setdefault(mistake.key[:2], []).append(mistake)
    found = list(mistakes)
    for (part, name), absent in lacking.items():
        others = [other for other in _names_in(table[part]) if other not in ("", name)]
        mend = rename(name, others) if part in TABLES else respell(name, others, "name")
        about = [mistake for mistake in found if mistake.key[:2] == (part, name)]
        # Beside other mistakes it may lack what they spoil.
        if not others or (mend is None and len(about) > len(absent)):
            continue
        found = [mistake for mistake in found if mistake not in about]
        keys = ", ".join(".".join(mistake.key[2:]) for mistake in absent)
        wrong = f"{keys} {'is' if len(absent) == 1 else 'are'} missing"
        if mend is None:
            known = " or ".join(f'"{other}"' for other in others[:MOST_NAMES])
            wrong += absent[-1].wrong.removeprefix(MISSING)
            wrong = f"a new one, of which {wrong}; to change one that is there, call it {known}"
        found.append(Mistake((part, name), wrong, mend))
    return found


def _names_in(members: Any) -> list[str]:
    """Return the names of the members of a list, or of a table of them."""
    if isinstance(members, dict):
        return [*members]
    return [str(member.get("name", "")) for member in members if isinstance(member, dict)]
