"""Conditions as people write them on a command line, such as ``revenue >= 30 bn``, as formulas."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.added import RETURN
from simulate.scenario.dimensions import MONEY, SHARE, USERS, Unit
from simulate.scenario.expression import Expression, Name, Number
from simulate.scenario.formula import FUNCTIONS, read_formula
from simulate.scenario.formula_syntax import FormulaError
from simulate.scenario.own import LONGEST_SAID, OwnOutcome
from simulate.scenario.own_formulas import QUARTERLY, names_in_outcomes, read_outcome
from simulate.scenario.quantities import MARGIN_NAMES
from simulate.scenario.units import (
    AFTER_MULTIPLES,
    MULTIPLE,
    SIZES,
    number_in_unit,
    scale_hint,
)

from .condition_words import compared_in, in_words

# How people write what formulas write with signs and small letters.
SIGNS = {
    ">=": r"≥|=>|(?:is )?\b(?:at least|no less than|not less than|not below)\b",
    "<=": r"≤|=<|(?:is )?\b(?:at most|no more than|not more than|not above)\b",
    "!=": r"≠|<>",
    ">": r"(?:is )?\b(?:above|over|more than|greater than)\b|\bexceeds\b",
    "<": r"(?:is )?\b(?:below|under|less than)\b",
    "==": r"(?<![<>=!])=(?![<>=])|\bequals\b",
}
WORDS = {f" {sign} ": said for sign, said in SIGNS.items()}
WORDS |= {"and": r"\band\b", "or": r"\bor\b", "not": r"\bnot\b", "-": "−"}
# What a metric is called elsewhere than in formulas.
CALLED = {
    "training cost": "training",
    "inference cost": "inference",
    "cash flow": "free_cash_flow",
    "peak funding need": "funding_need",
    "peak need": "funding_need",
    "margin": "gross_margin",
    **{f"gross margin, {definition}": name for definition, name in MARGIN_NAMES.items()},
}
# The same of what a part of a scenario adds.
ADDED = {
    "return": "return_on_todays_price",
    RETURN: "return_on_todays_price",
    "lender's loss": "lenders_loss",
}
# A flow in a condition is of twelve months anyway.
A_YEARS = ("annual", "yearly", "twelve-month", "12-month")
DOLLARS, SIZE = r"(?:US)?\$|USD", "|".join(SIZES)
# What follows a multiple; before anything else "times" multiplies.
ENDS = r"\s*(?:$|[),<>=≤≥]|(?:and|or)\b)"
DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d*)?|\.\d+"
NUMBER = (
    rf"(?<![\w.])(?:(?:{DOLLARS}) ?)?(?:{DIGITS})(?:e[-+]?\d+)?"
    rf"(?: ?%| ?percent\b| ?(?:times|[x×])(?={ENDS})|(?: ?(?:{SIZE})\b)?(?: ?(?:USD|dollars)\b)?)"
)
HAS_UNIT = re.compile(rf"{DOLLARS}|[%×]|[a-df-z]", re.IGNORECASE)
BETWEEN = rf"\bbetween (?P<low>{NUMBER}) and (?P<high>{NUMBER})"
# What lies between two numbers stands before that, up to what joins conditions.
RANGE = re.compile(
    r"(?<!\w)(?=\S)(?P<what>(?:(?!\b(?:and|or|not)\b)[^()])+?)"
    r" between (?P<low>\S+) and (?P<high>\S+)"
)
COMPARISON = re.compile("|".join(["[<>=]", r"\bbetween\b", *SIGNS.values()]), re.IGNORECASE)
# Writes a number of a condition for a formula.
Writer = Callable[[str], str]


def is_condition(text: str) -> bool:
    """Tell whether a text compares something, as names of outcomes seldom do."""
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
    names = names_in_outcomes(scenario.metrics, scenario.lines, scenario.quantities)
    try:
        formula = _as_formula(text, names.units, _plain)
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from None
    try:
        meant = read_outcome(formula, names).expression
    except FormulaError as error:
        read = f'(read as "{formula}", column {error.column})'
        raise ScenarioError(f"{where}: {error.message} {read}") from None
    if wrong := _other_unit(text, names.units) or _beyond_a_margin(compared_in(meant)):
        raise ScenarioError(f"{where}: {wrong}")
    words = in_words(meant, names)
    # What would be a long clause is called as it was written.
    return OwnOutcome(when=formula, words=words if len(words) <= LONGEST_SAID else "")


def _as_formula(text: str, known: Collection[str], write: Writer) -> str:
    """Return a condition in the words of formulas, each number as ``write`` writes it."""
    flows = [name for name in known if QUARTERLY + name in known]
    names = {f"{year} {flow.replace('_', ' ')}": flow for flow in flows for year in A_YEARS}
    names |= {said: name for said, name in ADDED.items() if name in known}
    quarterly = {called: QUARTERLY + name for called, name in CALLED.items()}
    names |= {f"quarterly {said}": name for said, name in quarterly.items() if name in known}
    names |= CALLED | {name.replace("_", " "): name for name in known}
    names |= {function: function for function in FUNCTIONS}
    longest_first = sorted(names, key=len, reverse=True)
    kinds = {
        "between": BETWEEN,
        "name": rf"(?<!\w)(?:{'|'.join(map(_spaced_out, longest_first))})(?!\w)",
        **{f"word_{place}": said for place, said in enumerate(WORDS.values())},
        "number": NUMBER,
    }
    pattern = "|".join(f"(?P<{kind}>{each})" for kind, each in kinds.items())
    words = {f"word_{place}": word for place, word in enumerate(WORDS)}

    def in_formula(found: re.Match[str]) -> str:
        if found["between"]:
            return f"between {_ends(found['low'], found['high'], write)}"
        if found["name"]:
            return names[" ".join(found["name"].lower().replace("_", " ").split())]
        if found["number"]:
            return write(found["number"])
        return words[found.lastgroup or ""]

    formula = " ".join(re.sub(pattern, in_formula, text, flags=re.IGNORECASE).split())
    return RANGE.sub(r"\g<low> <= \g<what> <= \g<high>", formula)


def _spaced_out(name: str) -> str:
    """Return a pattern of words that are parted by spaces or underscores."""
    return r"[\s_]+".join(map(re.escape, name.split()))


def _ends(low: str, high: str, write: Writer) -> str:
    """Return the ends of a range; the first has the second's unit if it has none of its own."""
    unit = re.search(r"[^\d.,]*$", high)
    if unit and not HAS_UNIT.search(low):
        low += unit[0]
    return f"{write(low)} and {write(high)}"


def _plain(number: str) -> str:
    """Return a number with a unit as a plain one: money in billions, percentages as shares."""
    written = re.sub(r"\s*percent$", "%", number, flags=re.IGNORECASE)
    if not HAS_UNIT.search(written):
        return written.replace(",", "")
    return f"{number_in_unit(written, _unit(written)):.15g}"


def _unit(number: str) -> str:
    if number.lower().endswith(AFTER_MULTIPLES):
        return MULTIPLE
    return "share" if number.lower().endswith(("%", "percent")) else "bn USD"


def _other_unit(text: str, known: Mapping[str, Unit]) -> str | None:
    """Return what is wrong with the units that a condition's numbers are written with, if any."""
    of_money = _wrong_unit(text, known, MONEY)
    # A million may be of users.
    return of_money and _wrong_unit(text, known, USERS) and of_money


def _wrong_unit(text: str, known: Mapping[str, Unit], of_amounts: Unit) -> str | None:
    """Return what is wrong with units if amounts are of one; see ``_other_unit``."""
    written: dict[str, str] = {}
    units: dict[str, Unit] = {}

    def as_name(number: str) -> str:
        if not HAS_UNIT.search(number):
            return _plain(number)
        name = f"written_{len(written)}_"
        written[name] = number
        units[name] = of_amounts if _unit(number) == "bn USD" else SHARE
        return name

    try:
        read_formula(_as_formula(text, known, as_name), {**known, **units})
    except FormulaError as error:
        return re.sub(r"written_\d+_", lambda found: written[found[0]], error.message)
    return None


def _beyond_a_margin(compared: Iterable[tuple[Expression, Expression]]) -> str | None:
    """Return what is wrong with a level that a margin is compared with, if anything is."""
    for one, other in compared:
        for name, level in ((one, other), (other, one)):
            match name, level:
                case Name(margin), Number(value) if value > 1.0:
                    if margin.startswith("gross_margin"):
                        return f"a margin is at most 1{scale_hint(value, 'share', 0.0, 1.0)}"
    return None
