"""Formulas: what may stand in them, their units, and what they come to."""

import ast
import math
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate.scenario.dimensions import CONDITION, MONEY, NUMBER, SHARE, USERS, Unit
from simulate.scenario.expression import (
    Apply,
    Name,
    Number,
    Previous,
    Total,
    Trailing,
    names_in,
)
from simulate.scenario.formula import FUNCTIONS, Formula, read_formula
from simulate.scenario.formula_syntax import FormulaError
from tests.slow_formulas import SlowFormulas, Value

KNOWN = {
    "revenue": MONEY,
    "ebitda": MONEY,
    "free_cash_flow": MONEY,
    "minimum": MONEY,
    "share": SHARE,
    "year": SHARE,
    "quarter": SHARE,
    "free_users": USERS,
}
LICENCES = "max(minimum, share * revenue)"
RULE_OF_40 = (
    "trailing(revenue) / trailing(previous(revenue, 4)) - 1"
    " + trailing(free_cash_flow) / trailing(revenue)"
)


def read(text: str) -> Formula:
    return read_formula(text, KNOWN)


def refusal(text: str) -> FormulaError:
    with pytest.raises(FormulaError) as caught:
        read(text)
    return caught.value


def test_a_formula_is_a_tree_of_operations() -> None:
    revenue, share, minimum = Name("revenue"), Name("share"), Name("minimum")
    assert read(LICENCES).expression == Apply(
        "maximum", (minimum, Apply("multiply", (share, revenue)))
    )
    assert read("-2 * revenue").expression == Apply("multiply", (Number(-2.0), revenue))
    assert read("min(revenue, minimum, 3)").expression == Apply(
        "minimum", (Apply("minimum", (revenue, minimum)), Number(3.0))
    )
    assert read("1 < share < 2").expression == Apply(
        "and",
        (Apply("less", (Number(1.0), share)), Apply("less", (share, Number(2.0)))),
    )
    assert read("previous(revenue)").expression == Previous(revenue, 1)
    assert read("trailing(revenue)").expression == Trailing(revenue, 4)
    assert read("trailing(previous(revenue, 4), 2)").expression == Trailing(Previous(revenue, 4), 2)
    assert read("total(revenue)").expression == Total(revenue)


def test_a_name_knows_where_it_stands() -> None:
    found = read("share *\trevenue").expression
    assert isinstance(found, Apply)
    assert [part.column for part in found.arguments if isinstance(part, Name)] == [1, 9]


def test_names_are_used_in_the_quarter_or_in_earlier_ones() -> None:
    now, earlier = names_in(read("revenue + previous(ebitda, 2) + trailing(minimum)").expression)
    assert now == {"revenue", "minimum"}
    assert earlier == {"ebitda", "minimum"}
    assert names_in(read("total(previous(revenue))").expression).now == set()


UNITS: dict[str, Unit] = {
    LICENCES: MONEY,
    RULE_OF_40: SHARE,
    "ebitda > 0": CONDITION,
    "revenue >= 30 and not year == 2027": CONDITION,
    "12 / 4": NUMBER,
    "revenue * ebitda": Unit(money=2),
    "(revenue / ebitda) ** 0.5": SHARE,
    "revenue ** 2 / revenue": MONEY,
    "revenue / free_users": Unit(money=1, users=-1),
    "1 / revenue": Unit(money=-1),
    "where(quarter == 1, revenue, 0)": MONEY,
    "where(quarter == 1, ebitda > 0, revenue > 0)": CONDITION,
    "max(0, revenue, 3)": MONEY,
    "abs(-revenue)": MONEY,
    "log(revenue / minimum)": SHARE,
    "exp(-share) * revenue": MONEY,
    "trailing(free_users)": USERS,
    "revenue ** 0": SHARE,
    "3 * 10 < revenue": CONDITION,
    "previous(ebitda > 0, 2)": CONDITION,
}


@pytest.mark.parametrize("text", UNITS)
def test_a_formula_has_the_unit_of_what_it_is_made_of(text: str) -> None:
    assert read(text).unit == UNITS[text]


MISTAKES = {
    "revenue + share": (1, "revenue is in bn USD, and share has no unit; they can't be added"),
    "2 * (revenue - year)": (6, "revenue is in bn USD, and year has no unit; they can't be subtr"),
    "max(1, revenue, share)": (1, "revenue is in bn USD, and share has no unit; they can't be com"),
    "revenue > share": (1, "they can't be compared"),
    "where(share > 1, revenue, share)": (1, "they can't be chosen between"),
    "revenue / free_users + ebitda": (1, "revenue / free_users is in bn USD per bn users, and"),
    "revenue * revenue + ebitda": (1, "revenue * revenue is in (bn USD)^2, and ebitda is in bn"),
    "exp(revenue)": (5, "revenue is in bn USD; exp takes numbers without one"),
    "log(ebitda)": (5, "ebitda is in bn USD; log takes numbers without one"),
    "share ** revenue": (10, "revenue is in bn USD, so it is no exponent"),
    "revenue ** 0.5": (1, "its exponent must be a whole number, written out"),
    "revenue ** share": (1, "its exponent must be a whole number, written out"),
    "2 ** 65": (6, "a whole number in an exponent is from -64 to 64"),
    "2 ** -65": (6, "a whole number in an exponent is from -64 to 64"),
    "(ebitda > 0) + 1": (2, "ebitda > 0 is true or false, and no number; write where("),
    "trailing(ebitda > 0)": (10, "ebitda > 0 is true or false, and no number"),
    "-(ebitda > 0)": (3, "ebitda > 0 is true or false, and no number"),
    "not revenue": (5, "revenue is a number, not true or false; compare it"),
    "revenue and ebitda > 0": (1, "revenue is a number, not true or false; compare it"),
    "where(revenue, 1, 2)": (7, "revenue is a number, not true or false; compare it"),
    "share * revenu": (9, 'there is no revenu; did you mean "revenue"?'),
    "ln(share)": (1, 'there is no function ln; did you mean "log"?'),
    "sqrt(share)": (1, "there is no function sqrt; known are: where, min, max, exp, log, abs"),
    "max * revenue": (1, "max is a function; write max(…)"),
    "revenue(2)": (1, "revenue is no function; write * to multiply"),
    "(1)(2)": (1, "1 is no function"),
    "max(revenue)": (1, "max is written max(a, b), with two numbers or more"),
    "where(ebitda > 0, 1)": (1, "where is written where(condition, then, otherwise)"),
    "exp()": (1, "exp is written exp(x)"),
    "previous(revenue, 0)": (19, "a number of quarters is a whole one from 1 to 40, written out"),
    "previous(revenue, 41)": (19, "from 1 to 40"),
    "trailing(revenue, 2.5)": (19, "a whole one"),
    "trailing(revenue, year)": (19, "written out"),
    "total(revenue, 4)": (1, "total is written total(x)"),
    "max(*revenue)": (1, "write each argument out"),
    "max(**revenue)": (1, "write each argument out"),
    "max(revenue, key=3)": (17, "= has no meaning in a formula; write == to compare"),
    "revenue = 3": (9, "write == to compare"),
    "revenue ^ 2": (9, "write ** for a power"),
    "revenue // 2": (1, "revenue // 2 has no meaning in a formula; use + - * / **"),
    "revenue << 2": (1, "use + - * / **"),
    "5% * revenue": (1, "write 0.05 for 5%"),
    "30bn + revenue": (1, "write 30 for 30bn; money is a plain number, in bn USD"),
    "max(5 m, revenue)": (5, "write 0.005 for 5 m"),
    "revenue + 1.5 tn": (11, "write 1500 for 1.5 tn"),
    "free cash flow > 0": (1, 'a name has no spaces; did you mean "free_cash_flow"?'),
    "2x * revenue": (1, "write 2 for 2x; a multiple is a plain number, and * multiplies"),
    "2 shares": (3, "what is shares here?"),
    "IF(revenue > 2, 1, 0)": (1, 'there is no function IF; did you mean "where"?'),
    "revenue > 2 AND ebitda > 0": (13, "write and between conditions"),
    "revenue × 2": (9, "write *"),
    "revenue if share else 2": (9, "write where(condition, then, otherwise)"),
    "revenue >= 1,200": (1, "a comma parts the arguments of a function, and nothing else"),
    "True": (1, "True has no meaning in a formula"),
    "revenue is ebitda": (9, "write =="),
    "revenue in ebitda": (9, "in has no meaning in a formula"),
    "(revenue": (1, "the formula can't be read: '(' was never closed"),
    "revenue)": (8, "unmatched ')'"),
    "revenue ebitda": (9, "the formula can't be read: what is ebitda here?"),
    "revenue +": (10, "the formula can't be read: it ends too early"),
    " revenue": (1, "it begins with a space"),
    "": (1, "the formula is empty"),
    "  ": (1, "the formula is empty"),
    "(revenue +\n  shar)": (14, 'there is no shar; did you mean "share"?'),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_at_its_column(text: str) -> None:
    column, words = MISTAKES[text]
    error = refusal(text)
    assert words in error.message
    assert error.column == column
    assert str(error).startswith(f"column {column}: ")


def test_a_misspelt_name_is_mended_where_it_stands() -> None:
    assert refusal("share * revenu + minimum").mended == "share * revenue + minimum"
    assert refusal("ln(share)").mended == "log(share)"
    assert refusal("zebra * revenue").mended is None
    assert refusal("fcf / revenue").mended == "free_cash_flow / revenue"


def test_names_as_people_say_them_are_mended_all_at_once() -> None:
    said = "share * (Free cash flow - revenue) / free users"
    assert refusal(said).mended == "share * (free_cash_flow - revenue) / free_users"


HOSTILE = [
    "__import__('os').system('true')",
    "revenue.__class__",
    "revenue[0]",
    "(lambda: 1)()",
    "(x := 1)",
    "f'{revenue}'",
    "'text'",
    "[revenue for revenue in (1, 2)]",
    "(revenue for x in y)",
    "{1: 2}",
    "...",
    "None",
    "await revenue",
    "yield",
    "1j",
    "0x10",
    "1e999",
    "9" * 900,
    "1_" * 400 + "1",
    "2 ** 3 ** 2",
    "9 ** (9 ** (9 ** 9))",
    "2 ** (share ** 2)",
    "(" * 1_000_000,
    "(" * 1_000_000 + ")" * 1_000_000,
    "(" * 499 + "1" + ")" * 499,
    "(" * 51 + "1" + ")" * 51,
    "-" * 999 + "1",
    "not " * 249 + "1",
    "abs(" * 51 + "1" + ")" * 51,
    "+".join(["revenue"] * 120),
    " and ".join(["share>1"] * 99),
    "share<" * 101 + "1",
    "x" * 1_001,
    "revenue\x00",
    "\x1b[2J",
    "\u202erevenue",
    "ﬁve + revenue",
    "revenue # and a comment",
    "revenue; ebitda",
    "revenue\\\n+ 1",
    "@revenue",
    "revenue\r\n",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_what_is_hostile_is_refused(text: str) -> None:
    error = refusal(text)
    assert 1 <= error.column <= len(text) + 1
    assert error.message.isprintable()
    assert len(error.message) < 200


def test_a_chain_of_comparisons_within_one_another_stays_small() -> None:
    # Each level writes its middle twice, so that 25 of them would be 2**25 steps.
    text = "share"
    for _ in range(25):
        text = f"where(0<{text}<2,share,1)"
    assert "at most 200 steps" in refusal(text).message


PARTS = ("+", "-", "*", "/", "**", "(", ")", ",", "<", ">=", "==", "=", " and ", " not ", "\n", ".")
PIECES = (
    *PARTS,
    *KNOWN,
    *FUNCTIONS,
    "0",
    "1",
    "4",
    "2.5",
    "1e5",
    "'",
    "[",
    "é",
    "\0",
    "%",
    "_",
    " ",
)
SEEDS = (
    LICENCES,
    RULE_OF_40,
    "ebitda > 0 and share < 1 or not year == 2027",
    "where(year >= 2027 and quarter == 3, -0.1 * revenue, 0)",
    "min(share * revenue, 5 - total(previous(minimum)))",
    "exp(share) ** -2 * abs(revenue) / log(1 + share)",
    "0 < share <= previous(share, 2) != trailing(share, 8)",
)


def mutated(seed: int) -> str:
    """Return a formula with one to four slips: pieces put in, left out, doubled or swapped."""
    chance = random.Random(seed)
    text = chance.choice(SEEDS)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 0, 1, 1, 5]))
        piece = chance.choice([chance.choice(PIECES), "", text[start:end] * 2, text[end:][:6]])
        text = text[:start] + piece + text[end:]
    return text


def parses(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def test_no_slip_makes_a_traceback_and_none_is_read_that_python_refuses() -> None:
    accepted = 0
    for seed in range(5000):
        text = mutated(seed)
        try:
            formula = read(text)
        except FormulaError as error:
            assert 1 <= error.column <= len(text) + 1, text
            assert error.mended is None or error.mended != text
            continue
        accepted += 1
        assert parses(text), text
        value = values_of(formula, [0.5, 0.0, -2.0])[-1]
        assert value is None or math.isfinite(value), text
    assert 200 < accepted < 2500


def values_of(formula: Formula, values: list[float], first: int = 0) -> list[Value]:
    """Return what a formula comes to where every name has the same value, quarter by quarter."""
    slow, found = SlowFormulas(first), []
    for value in values:
        slow.begin()
        slow.know(dict.fromkeys(KNOWN, value))
        found.append(slow.value(formula.expression))
    return found


# The formula, share from the horizon's first quarter on, and the values by hand.
MEANINGS: dict[str, tuple[list[float], list[Value]]] = {
    "share": ([1.0, 2.0], [1.0, 2.0]),
    "previous(share)": ([1.0, 2.0, 3.0], [None, 1.0, 2.0]),
    "previous(share, 2)": ([1.0, 2.0, 3.0], [None, None, 1.0]),
    "previous(previous(share))": ([1.0, 2.0, 3.0], [None, None, 1.0]),
    "trailing(share, 2)": ([1.0, 2.0, 3.0], [None, 3.0, 5.0]),
    "trailing(share)": ([1.0, 2.0, 3.0, 4.0, 5.0], [None, None, None, 10.0, 14.0]),
    "total(share)": ([1.0, 2.0, 3.0], [1.0, 3.0, 6.0]),
    "total(previous(share))": ([1.0, 2.0, 3.0], [0.0, 1.0, 3.0]),
    "total(1 / share)": ([1.0, 0.0, 2.0], [1.0, 1.0, 1.5]),
    "previous(share) + total(share)": ([1.0, 2.0], [None, 4.0]),
    "1 / share": ([4.0, 0.0, -0.0], [0.25, None, None]),
    "1 / share > 1": ([4.0, 0.0], [False, None]),
    "not 1 / share > 1": ([4.0, 0.0], [True, None]),
    "share == 0 or 1 / share > 1": ([0.5, 0.0], [True, None]),
    "share != 0 and 1 / share > 1": ([0.5, 0.0], [True, None]),
    "where(share == 0, 7, 1 / share)": ([4.0, 0.0], [0.25, 7.0]),
    "where(1 / share > 1, 7, 8)": ([4.0, 0.5, 0.0], [8.0, 7.0, None]),
    "max(1, 1 / share)": ([4.0, 0.0], [1.0, None]),
    "log(share)": ([1.0, 0.0, -1.0], [0.0, None, None]),
    "exp(share)": ([0.0, 701.0, -701.0], [1.0, None, None]),
    "share ** 0.5": ([4.0, 0.0, -4.0], [2.0, 0.0, None]),
    "share ** 3": ([2.0, -2.0], [8.0, -8.0]),
    "share ** -2": ([2.0, -2.0, 0.0], [0.25, 0.25, None]),
    "share ** -0.5": ([4.0, 0.0], [0.5, None]),
    "share ** 0": ([0.0, 5.0], [1.0, 1.0]),
    "share * 1e300": ([1.0, 1e10], [1e300, None]),
    "(share * 1e10) ** 64": ([1.0, 0.0], [None, 0.0]),
    "-share ** 2": ([3.0], [-9.0]),
    "1 < share < 3": ([2.0, 1.0, 3.0], [True, False, False]),
    "min(share, 2, -share)": ([1.0, -5.0], [-1.0, -5.0]),
    "abs(share - 2)": ([1.0, 5.0], [1.0, 3.0]),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_a_formula_comes_to_what_it_says(text: str) -> None:
    values, wanted = MEANINGS[text]
    assert values_of(read(text), values) == wanted


def test_earlier_values_reach_into_the_four_quarters_before_the_horizon() -> None:
    found = values_of(read("previous(share, 4)"), [1.0, 2.0, 3.0, 4.0, 5.0], first=-4)
    assert found == [None, None, None, None, 1.0]
    found = values_of(read("trailing(share)"), [1.0, 2.0, 3.0, 4.0, 5.0], first=-4)
    assert found == [None, None, None, 10.0, 14.0]


def test_a_total_begins_with_the_horizon() -> None:
    found = values_of(read("total(share)"), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], first=-4)
    assert found == [0.0, 0.0, 0.0, 0.0, 5.0, 11.0]


def test_the_rule_of_40_is_growth_and_the_cash_margin_together() -> None:
    slow, formula, found = SlowFormulas(), read(RULE_OF_40), []
    for quarter in range(-4, 5):
        slow.begin()
        slow.know({"revenue": 10.0 + quarter, "free_cash_flow": -1.0})
        found.append(slow.value(formula.expression))
    # Of eight quarters, revenue is 6, 7, 8, 9 and 10, 11, 12, 13; then 7 to 10 and 11 to 14.
    assert found[:7] == [None] * 7
    assert found[7:] == pytest.approx([46 / 30 - 1 - 4 / 46, 50 / 34 - 1 - 4 / 50])


# What a formula of each unit may be; a number beside money would be money, and stays out.
FORMS = {
    "AMOUNT": (
        *("revenue", "ebitda", "minimum", "AMOUNT + AMOUNT", "AMOUNT - AMOUNT"),
        *("AMOUNT * RATIO", "AMOUNT / RATIO", "max(0, AMOUNT, AMOUNT)", "AMOUNT ** 2 / AMOUNT"),
        *("where(CONDITION, AMOUNT, -AMOUNT)", "abs(AMOUNT)", "total(AMOUNT)"),
        *("previous(AMOUNT)", "trailing(AMOUNT, 2)"),
    ),
    "RATIO": (
        *("share", "0.25", "year", "AMOUNT / AMOUNT", "RATIO + RATIO", "RATIO * RATIO"),
        *("RATIO - 2", "exp(RATIO)", "log(RATIO)", "previous(RATIO)"),
    ),
    "CONDITION": (
        *("share > 0", "AMOUNT < AMOUNT", "AMOUNT >= 0", "RATIO != RATIO"),
        *("CONDITION and CONDITION", "CONDITION or CONDITION", "not CONDITION"),
    ),
}
PLACE = re.compile("|".join(FORMS))


@st.composite
def formulas(draw: st.DrawFn, unit: str = "AMOUNT", depth: int = 4) -> str:
    """Draw a formula of a unit, of parts within parts."""
    simplest = [form for form in FORMS[unit] if not PLACE.search(form)]
    form = draw(st.sampled_from(FORMS[unit] if depth else simplest))
    return PLACE.sub(lambda found: f"({draw(formulas(found[0], depth - 1))})", form)


# A power of two, so that not even the last digit differs; money in thousandths, nearly.
SCALE = 1024.0


@settings(max_examples=100)
@given(text=formulas(), revenue=st.lists(st.floats(-8.0, 8.0), min_size=6, max_size=6))
def test_money_in_a_smaller_unit_makes_so_much_more_of_a_formula_of_money(
    text: str, revenue: list[float]
) -> None:
    formula = read(text)
    assert formula.unit == MONEY
    found = [SlowFormulas(), SlowFormulas()]
    for value in revenue:
        for slow, scale in zip(found, (1.0, SCALE), strict=True):
            slow.begin()
            slow.know({"revenue": value * scale, "ebitda": (value - 1.0) * scale})
            slow.know({"minimum": 0.5 * scale, "share": value / 4.0, "year": 2027.0})
        small, large = (slow.value(formula.expression) for slow in found)
        # Near the largest and the smallest numbers one of the two may have none.
        if small is None or large is None or not 1e-200 < abs(small) < 1e200:
            continue
        assert large == SCALE * small
