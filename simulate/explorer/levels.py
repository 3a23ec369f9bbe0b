"""The level that an own outcome's formula compares with, as in "revenue >= 100"."""

import ast
import re

from simulate.scenario import Scenario
from simulate.scenario.formula import read_formula
from simulate.scenario.formula_syntax import FormulaError, parse
from simulate.scenario.own import OwnOutcome
from simulate.scenario.own_formulas import names_in_outcomes

# A title that says the level, as ``[[targets]]`` make it.
SAYS_LEVEL = re.compile(r"(?P<said>.+ (?:>=|<=|>|<) )(?P<level>.+)")


def level_of(outcome: OwnOutcome) -> float | None:
    """Return the number at the end of a formula that compares something with it, or None."""
    parts = _parts(outcome.when)
    return parts and parts[1]


def unit_of_level(scenario: Scenario, outcome: OwnOutcome) -> str:
    """Return the unit of what is compared; nothing of a plain number."""
    before, _ = _parts(outcome.when) or ("", 0.0)
    names = names_in_outcomes(scenario.metrics, scenario.lines, scenario.quantities)
    compared = before.rstrip().rstrip("<>=")
    return read_formula(compared, names.units).unit.name if compared else ""


def with_level(outcome: OwnOutcome, level: float) -> dict[str, str]:
    """Return the formula of an outcome with another level, and the title where that says it."""
    before, _ = _parts(outcome.when) or ("", 0.0)
    made = {"when": f"{before}{level:.15g}"}
    if said := SAYS_LEVEL.fullmatch(outcome.title):
        is_percent, written = said["level"].endswith("%"), f"{level:g}"
        unit = "".join(re.findall(r"[^\d.,+\-−\s]+$", said["level"]))
        words = f"{100.0 * level:g}%" if is_percent else f"{written} {unit}".rstrip()
        made["title"] = f"{said['said']}{words}"
    return made


def _parts(when: str) -> tuple[str, float] | None:
    """Return a comparison's text before the number at its end, and that number."""
    text = when.strip()
    try:
        tree = parse(text)
    except FormulaError:
        return None
    if not (isinstance(tree, ast.Compare) and len(tree.comparators) == 1):
        return None
    right = tree.comparators[0]
    try:
        level = ast.literal_eval(right)
    except ValueError:
        return None
    is_number = isinstance(level, (int, float)) and right.end_lineno == 1
    return (text[: right.col_offset], float(level)) if is_number else None
