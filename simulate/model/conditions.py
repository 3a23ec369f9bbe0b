"""Conditions as people write them on a command line, such as ``revenue >= 30 bn``, as formulas."""

import re
from collections.abc import Mapping

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.dimensions import Unit
from simulate.scenario.formula import FormulaError, read_formula
from simulate.scenario.own import OwnOutcome
from simulate.scenario.own_formulas import names_in_outcomes
from simulate.scenario.quantities import QUANTITIES
from simulate.scenario.units import number_in_unit

# What compares, as formulas write it, and as words say it.
COMPARED = {
    ">=": "is at least",
    "<=": "is at most",
    "==": "is",
    "!=": "is not",
    ">": "is above",
    "<": "is below",
}
WRITTEN_OTHERWISE = {
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "is at least": ">=",
    "is at most": "<=",
    "is above": ">",
    "is below": "<",
    "at least": ">=",
    "at most": "<=",
    "above": ">",
    "below": "<",
}
# What a metric is called elsewhere than in formulas.
CALLED = {
    "training cost": "training",
    "inference cost": "inference",
    "cash flow": "free_cash_flow",
    "peak funding need": "funding_need",
    "peak need": "funding_need",
    "margin": "gross_margin",
    "gross margin, inference only": "gross_margin_inference_only",
    "gross margin, paying users": "gross_margin_paying_users",
    "gross margin, with partners' shares": "gross_margin_with_partners_shares",
    "gross margin, with free users": "gross_margin_with_free_users",
}
COMPARISON = re.compile(r"[<>=≥≤≠]|\b(?:at least|at most|above|below)\b", re.IGNORECASE)
NUMBER = re.compile(
    r"(?<![\w.])\$?\s*\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?"
    r"\s*(?:%|(?:k|thousand|m|mn|million|bn|b|billion|tn|trillion)\b(?:\s*(?:USD|dollars))?)?",
    re.IGNORECASE,
)
QUARTERLY = "quarterly_"
TWELVE_MONTHS = "twelve-month "


def is_condition(text: str) -> bool:
    """Tell whether a text compares something, as no name of an outcome does."""
    return COMPARISON.search(text) is not None


def condition_of(text: str, scenario: Scenario, where: str) -> OwnOutcome:
    """Return the outcome that a condition states, as ``[outcomes.NAME]`` would.

    Parameters
    ----------
    text
        Such as ``gross margin >= 70% and free cash flow > 0``; ``revenue`` is that of twelve
        months, and ``quarterly revenue`` that of a quarter.
    scenario
        Whose quantities, lines and metrics it may name.
    where
        What holds the text, for the messages.

    Raises
    ------
    ScenarioError
        If it is no formula that is true or false.
    """
    known = names_in_outcomes(scenario.metrics, [line.name for line in scenario.lines])
    formula = _as_formula(text, known)
    try:
        found = read_formula(formula, known)
    except FormulaError as error:
        read = f'(read as "{formula}", column {error.column})'
        raise ScenarioError(f"{where}: {error.message} {read}") from None
    if not found.unit.is_condition:
        raise ScenarioError(f'{where}: "{formula}" is a number; compare it, as in "revenue >= 30"')
    return OwnOutcome(when=formula, words=_in_words(formula, known))


def _as_formula(text: str, known: Mapping[str, Unit]) -> str:
    """Return a condition in the words of formulas."""
    for written, compared in WRITTEN_OTHERWISE.items():
        text = re.sub(_whole(written), compared, text, flags=re.IGNORECASE)
    text = re.sub(r"(?<![<>=!])=(?!=)", "==", text)
    names = {name.replace("_", " "): name for name in known} | CALLED
    for called in sorted(names, key=len, reverse=True):
        text = re.sub(_whole(called), names[called], text, flags=re.IGNORECASE)
    return " ".join(NUMBER.sub(_plain, text).split())


def _whole(words: str) -> str:
    """Return a pattern of words that are parted from others, by spaces or underscores."""
    inner = r"[\s_]+".join(map(re.escape, words.split()))
    if not words[0].isalnum():
        return inner
    return rf"(?<![\w]){inner}(?![\w,])"


def _plain(number: re.Match[str]) -> str:
    """Return a number with a unit as a plain one: money in billions, percentages as shares."""
    written = number[0].strip()
    if written[-1].isdigit() and not written.startswith("$"):
        return number[0]
    unit = "share" if written.endswith("%") else "bn USD"
    return f"{number_in_unit(written, unit):.15g}"


def _in_words(formula: str, known: Mapping[str, Unit]) -> str:
    """Return a condition as a clause: flows are of twelve months, and money is in billions."""
    return " and ".join(_compared(part, known) for part in formula.split(" and "))


def _compared(part: str, known: Mapping[str, Unit]) -> str:
    sides = re.fullmatch(r"(.+?)\s*(>=|<=|==|!=|>|<)\s*(-?[\d.]+)", part)
    if sides is None:
        return _named(part)
    left, sign, number = sides.groups()
    try:
        unit = read_formula(left, known).unit
    except FormulaError:
        return _named(part)
    level = number
    if unit.money == 1 and not unit.users:
        level = f"{float(number):.6g} bn"
    elif left.startswith("gross_margin"):
        level = f"{100.0 * float(number):.6g}%"
    return f"{_named(left)} {COMPARED[sign]} {level}"


def _named(formula: str) -> str:
    """Return a formula with names as people say them."""
    return re.sub(r"[a-z][a-z0-9_]*", lambda found: _name(found[0]), formula)


def _name(name: str) -> str:
    if name.startswith(QUARTERLY):
        return name.replace("_", " ")
    is_flow = name in QUANTITIES and QUANTITIES[name].is_flow
    return (TWELVE_MONTHS if is_flow else "") + name.replace("_", " ")
