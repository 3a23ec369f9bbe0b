"""``[[targets]]``: what is wanted of any quantity by a date, as tables that a scenario has for it.

The target of gross margin goes by ``[targets]``, any other by an outcome with a date.
"""

import re
from collections.abc import Mapping
from typing import Any, get_args

from .frame import MarginDefinition
from .layers import Layers, Origin, Table
from .mistakes import ScenarioError, did_you_mean
from .quarters import QUARTERS_A_YEAR
from .units import number_in_unit, written_units

TARGETS = "targets"
BOUNDS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
TEXTS = ("title", "words", "source")
OTHERS = ("of", "by", "held", *TEXTS)
MARGIN = "gross margin"
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ ]*|gross margin, [a-z' ]+", re.IGNORECASE)
LONGEST_NAME = 40
LEVEL = {"type": ["number", "string"], "description": 'such as 0.4, "70%", "1.5 times" or "30 bn"'}
# What editors know of one.
TARGET: dict[str, Any] = {
    "type": "object",
    "properties": {
        "of": {"type": "string", "description": "a quantity that formulas know, or a formula"},
        **dict.fromkeys(BOUNDS, LEVEL),
        "by": {"type": ["integer", "string"], "description": "a year, or a quarter as 2027Q2"},
        "held": {"type": "integer", "description": "for how many quarters in a row"},
        **{name: {"type": "string"} for name in TEXTS},
    },
    "required": ["of"],
    "additionalProperties": False,
}
FORM = 'write [[targets]] as of = "revenue", at_least = "30 bn", by = 2027'


def take_targets(own: Table) -> list[Any]:
    """Take the list of targets out of a file's table; a table of them stays there."""
    return own.pop(TARGETS) if isinstance(own.get(TARGETS), list) else []


def lay_targets(targets: list[Any], layers: Layers, origin: Origin) -> None:
    """Lay a file's list of targets over what it says else.

    Raises
    ------
    ScenarioError
        If one of them is none, by its place in the file.
    """
    for place, target in enumerate(targets):
        at = origin.within(TARGETS, place)
        try:
            layers.lay(_table_of(target), at)
        except ValueError as error:
            raise ScenarioError(f"{layers.where(at)}: {TARGETS}: {error}") from None


def _table_of(target: Any) -> Table:
    """Return the part of a scenario that a target stands for."""
    if not isinstance(target, Mapping):
        raise ValueError(f"is no table; {FORM}")
    for key in target:
        if key not in (*BOUNDS, *OTHERS):
            hint = did_you_mean(str(key), [*BOUNDS, *OTHERS]) or FORM
            raise ValueError(f'unknown key "{key}"; {hint}')
    of, bounds = target.get("of"), [key for key in BOUNDS if key in target]
    if not isinstance(of, str) or not of.strip() or len(bounds) != 1:
        raise ValueError(f"takes of, and one of {', '.join(BOUNDS)}; {FORM}")
    own = {"outcomes": _outcome(of.strip(), bounds[0], target)}
    name = " ".join(of.replace("_", " ").split()).lower()
    if name.partition(",")[0] != MARGIN:
        return own
    return own | {TARGETS: _margin_target(name, bounds[0], target)}


def _margin_target(name: str, bound: str, target: Mapping[str, Any]) -> Table:
    """Return what a target of gross margin says of the one that all answers tell of."""
    definition = name.partition(", ")[2]
    if bound != "at_least":
        raise ValueError(f'{bound}: a gross margin is to be at_least something, such as "70%"')
    if definition and definition not in get_args(MarginDefinition):
        known = ", ".join(get_args(MarginDefinition))
        raise ValueError(f'of: there is no gross margin "{definition}"; known are: {known}')
    said = {"projected_margin": definition} if definition else {}
    held = {"hold_quarters": target["held"]} if "held" in target else {}
    return {**said, "gross_margin": target[bound], **held}


def _outcome(of: str, bound: str, target: Mapping[str, Any]) -> Table:
    """Return the table of an outcome, by its name."""
    level = target[bound]
    unit = next(iter(written_units(level) - {""}), "share")
    number = number_in_unit(level, unit) if isinstance(level, str) else level
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ValueError(f'{bound} = {level!r:.60}: is no number, such as 0.4 or "30 bn"')
    is_name = PLAIN_NAME.fullmatch(of) is not None
    formula = re.sub(r"\W+", "_", of.lower().replace("'", "")) if is_name else f"({of})"
    said = f"{of if is_name else 'formula'} {bound.replace('_', ' ')} {level}"
    name = re.sub(r"\W+", "_", said.lower()).strip("_")[:LONGEST_NAME].strip("_")
    kept = {key: target[key] for key in ("held", *TEXTS) if key in target}
    table: Table = {
        "title": f"{of} {BOUNDS[bound]} {level}",
        "when": f"{formula} {BOUNDS[bound]} {number:.15g}",
        **kept,
    }
    return {name: table | ({"by": _quarter(target["by"])} if "by" in target else {})}


def _quarter(by: Any) -> Any:
    """Return a year's last quarter for a year, and anything else as it is given."""
    is_year = isinstance(by, int) and not isinstance(by, bool)
    return f"{by}Q{QUARTERS_A_YEAR}" if is_year else by
