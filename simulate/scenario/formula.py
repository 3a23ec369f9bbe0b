"""A formula: read from a text, with its units checked.

Its text is one of Python's expressions, of a few operations and functions; nothing in it is ever
evaluated by Python. See ``docs/own-lines.md`` for what may stand there, and what it means.
"""

import ast
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from .dimensions import CONDITION, NUMBER, SHARE, Unit
from .expression import (
    Apply,
    Expression,
    Name,
    Number,
    Operation,
    Previous,
    Total,
    Trailing,
)
from .formula_syntax import FormulaError, parse, place_in
from .mistakes import did_you_mean, meant
from .quarters import QUARTERS_A_YEAR

DEEPEST, MOST_STEPS = 100, 200
LARGEST_POWER, MOST_QUARTERS = 64, 40
LONGEST_SHOWN, MOST_NAMES = 40, 12
OTHER_NAMES = {
    "if": "where",
    "iif": "where",
    "ln": "log",
    "lag": "previous",
    "prev": "previous",
    "delay": "previous",
    "sum": "total",
    "cumulative": "total",
    "minimum": "min",
    "maximum": "max",
    "ttm": "trailing",
    "ltm": "trailing",
    "fcf": "free_cash_flow",
    "capex": "capital_spending",
    "cogs": "cost_of_revenue",
    "opex": "other_costs",
    "arr": "run_rate",
    "sales": "revenue",
}
BINARY: dict[type[ast.operator], tuple[Operation, str]] = {
    ast.Add: ("add", "added"),
    ast.Sub: ("subtract", "subtracted"),
    ast.Mult: ("multiply", "multiplied"),
    ast.Div: ("divide", "divided"),
    ast.Pow: ("power", "raised to a power"),
}
COMPARISONS: dict[type[ast.cmpop], Operation] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
EXTREMES: dict[str, Operation] = {"min": "minimum", "max": "maximum"}
OF_PLAIN: dict[str, Operation] = {"exp": "exp", "log": "log"}


@dataclass(frozen=True)
class Formula:
    """A formula that was read."""

    text: str
    expression: Expression
    unit: Unit


class _Part(NamedTuple):
    """A part of a formula that was read: what it says, its unit, and of how many steps it is."""

    expression: Expression
    unit: Unit
    steps: int = 1


def read_formula(text: str, known: Mapping[str, Unit]) -> Formula:
    """Return what a text says.

    Parameters
    ----------
    text
        As a user wrote it.
    known
        The unit of each name that may stand in it.

    Raises
    ------
    FormulaError
        If it is no formula, names something else, or its units don't go together.
    """
    try:
        tree = parse(text)
    except FormulaError as error:
        raise _spaced_name(text, known) or error from None
    part = _Reader(text, known).read(tree)
    return Formula(text, part.expression, part.unit)


def _spaced_name(text: str, known: Iterable[str]) -> FormulaError | None:
    """Return what is wrong with a text that writes a name as people say it, if it does."""
    said = {name.replace("_", " "): name for name in known if "_" in name}
    longest_first = "|".join(sorted(said, key=len, reverse=True))
    pattern = re.compile(rf"\b(?:{longest_first})\b", re.IGNORECASE)
    found = pattern.search(text) if said else None
    if found is None:
        return None
    right = said[found[0].lower()]
    mended = pattern.sub(lambda each: said[each[0].lower()], text)
    return FormulaError(f'a name has no spaces; did you mean "{right}"?', found.start() + 1, mended)


class _Reader:
    """What reads the tree that Python's parser makes of a text."""

    def __init__(self, text: str, known: Mapping[str, Unit]) -> None:
        self.text = text
        self.known = known
        self.depth = 0

    def read(self, node: ast.expr) -> _Part:
        """Return what a node of the tree says."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(node, "the formula is too deep; make two of it")
        part = self._read(node)
        self.depth -= 1
        if part.steps > MOST_STEPS:
            raise self.error(node, f"a formula has at most {MOST_STEPS} steps; make two of it")
        return part

    def _read(self, node: ast.expr) -> _Part:
        match node:
            case ast.Constant(value=int() | float() as value):
                return _Part(Number(self._finite(node, value)), NUMBER)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.BoolOp():
                return self._logical(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
            case ast.Tuple():
                raise self.error(
                    node, "a comma parts the arguments of a function, and nothing else"
                )
        raise self.error(node, f"{self.source(node)} has no meaning in a formula")

    def error(self, node: ast.expr, message: str, mended: str | None = None) -> FormulaError:
        """Return a mistake at a node."""
        return FormulaError(message, self.start(node) + 1, mended)

    def start(self, node: ast.expr) -> int:
        """Return where a node begins, from 0."""
        return place_in(self.text, node.lineno, node.col_offset)

    def source(self, node: ast.expr) -> str:
        """Return the text of a node, if that is short."""
        end = place_in(self.text, node.end_lineno or 1, node.end_col_offset or 0)
        written = " ".join(self.text[self.start(node) : end].split())
        return written if len(written) <= LONGEST_SHOWN else f"{written[:LONGEST_SHOWN]}…"

    def _finite(self, node: ast.expr, value: float) -> float:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.error(node, f"{self.source(node)} is too large for a number")
        return number

    def _name(self, node: ast.Name) -> _Part:
        name = node.id
        if name in FUNCTIONS:
            raise self.error(node, f"{name} is a function; write {name}(…)")
        if name not in self.known:
            self._unknown(node, name, self.known, "there is no")
        return _Part(Name(name, self.start(node) + 1), self.known[name])

    def _unknown(self, node: ast.expr, name: str, known: Iterable[str], wrong: str) -> NoReturn:
        """Raise that there is no such name, or no such function."""
        names = list(known)
        other = OTHER_NAMES.get(name.lower())
        right = other if other in names else meant(name, names)
        if right is not None:
            start = self.start(node)
            mended = self.text[:start] + right + self.text[start + len(name) :]
            raise self.error(node, f'{wrong} {name}; did you mean "{right}"?', mended)
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        listed = f"known are: {', '.join(names[:MOST_NAMES])}{more}"
        raise self.error(node, f"{wrong} {name}; {did_you_mean(name, names) or listed}")

    def _unary(self, node: ast.UnaryOp) -> _Part:
        part = self.read(node.operand)
        if isinstance(node.op, ast.Not):
            self._condition(node.operand, part)
            return _made("not", CONDITION, part)
        self._number(node.operand, part)
        if isinstance(node.op, ast.UAdd):
            return part
        if isinstance(part.expression, Number):
            return part._replace(expression=Number(-part.expression.value))
        return _made("negate", part.unit, part)

    def _binary(self, node: ast.BinOp) -> _Part:
        if type(node.op) not in BINARY:
            raise self.error(
                node, f"{self.source(node)} has no meaning in a formula; use + - * / **"
            )
        operation, verb = BINARY[type(node.op)]
        left, right = self.read(node.left), self.read(node.right)
        self._number(node.left, left)
        self._number(node.right, right)
        match operation:
            case "multiply":
                unit = left.unit.times(right.unit)
            case "divide":
                unit = left.unit.times(right.unit, -1)
            case "power":
                unit = self._power_unit(node, left, right)
            case _:
                unit = self._alike(node, [node.left, node.right], [left, right], verb)
        return _made(operation, unit, left, right)

    def _power_unit(self, node: ast.BinOp, base: _Part, exponent: _Part) -> Unit:
        if any(isinstance(each, ast.Pow) for each in ast.walk(node.right)):
            raise self.error(node.right, "an exponent has no power in it")
        if not exponent.unit.is_plain:
            raise self.error(node.right, f"{self._is(node.right, exponent)}, so it is no exponent")
        whole = _whole(exponent.expression)
        if whole is not None and abs(whole) > LARGEST_POWER:
            limits = f"-{LARGEST_POWER} to {LARGEST_POWER}"
            raise self.error(node.right, f"a whole number in an exponent is from {limits}")
        if base.unit.is_plain:
            return base.unit if whole is not None else SHARE
        if whole is None:
            is_of = f"{self._is(node.left, base)}; its exponent must be a whole number, written out"
            raise self.error(node.left, is_of)
        return base.unit.to_the(whole)

    def _logical(self, node: ast.BoolOp) -> _Part:
        found = [self.read(value) for value in node.values]
        for value, part in zip(node.values, found, strict=True):
            self._condition(value, part)
        return _nested("and" if isinstance(node.op, ast.And) else "or", CONDITION, found)

    def _comparison(self, node: ast.Compare) -> _Part:
        nodes = [node.left, *node.comparators]
        found = [self.read(each) for each in nodes]
        pairs = []
        for place, operator in enumerate(node.ops):
            both = found[place : place + 2]
            self._alike(node, nodes[place : place + 2], both, "compared")
            pairs.append(_made(COMPARISONS[type(operator)], CONDITION, *both))
        return _nested("and", CONDITION, pairs)

    def _call(self, node: ast.Call) -> _Part:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name is None:
            raise self.error(node, f"{self.source(node.func)} is no function")
        if name in self.known:
            raise self.error(node, f"{name} is no function; write * to multiply")
        if name not in FUNCTIONS:
            self._unknown(node, name, FUNCTIONS, "there is no function")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self.error(node, "write each argument out")
        return FUNCTIONS[name](self, node)

    def _arguments(self, node: ast.Call, least: int, most: int, form: str) -> list[ast.expr]:
        if not least <= len(node.args) <= most:
            raise self.error(node, f"{self.source(node.func)} is written {form}")
        return node.args

    def where(self, node: ast.Call) -> _Part:
        """Return one of two values, by a condition."""
        nodes = self._arguments(node, 3, 3, "where(condition, then, otherwise)")
        condition, *branches = map(self.read, nodes)
        self._condition(nodes[0], condition)
        if all(branch.unit.is_condition for branch in branches):
            return _made("where", CONDITION, condition, *branches)
        unit = self._alike(node, nodes[1:], branches, "chosen between")
        return _made("where", unit, condition, *branches)

    def extreme(self, node: ast.Call) -> _Part:
        """Return the least or the greatest of several."""
        name = self.source(node.func)
        nodes = self._arguments(node, 2, MOST_STEPS, f"{name}(a, b), with two numbers or more")
        found = [self.read(each) for each in nodes]
        return _nested(EXTREMES[name], self._alike(node, nodes, found, "compared"), found)

    def of_plain(self, node: ast.Call) -> _Part:
        """Return an exponential or a logarithm."""
        name = self.source(node.func)
        (argument,) = self._arguments(node, 1, 1, f"{name}(x)")
        part = self.read(argument)
        if not part.unit.is_plain:
            wrong = f"{self._is(argument, part)}; {name} takes numbers without one, such as a ratio"
            raise self.error(argument, wrong)
        return _made(OF_PLAIN[name], SHARE, part)

    def magnitude(self, node: ast.Call) -> _Part:
        """Return a number without its sign."""
        (argument,) = self._arguments(node, 1, 1, "abs(x)")
        part = self.read(argument)
        self._number(argument, part)
        return _made("abs", part.unit, part)

    def previous(self, node: ast.Call) -> _Part:
        """Return a value of an earlier quarter."""
        of, quarters = self._over_time(node, "previous", 1)
        return _Part(Previous(of.expression, quarters), of.unit, of.steps + 1)

    def trailing(self, node: ast.Call) -> _Part:
        """Return a sum over the last quarters."""
        of, quarters = self._over_time(node, "trailing", QUARTERS_A_YEAR)
        self._number(node.args[0], of)
        return _Part(Trailing(of.expression, quarters), of.unit, of.steps + 1)

    def total(self, node: ast.Call) -> _Part:
        """Return a sum since the start."""
        (argument,) = self._arguments(node, 1, 1, "total(x)")
        of = self.read(argument)
        self._number(argument, of)
        return _Part(Total(of.expression), of.unit, of.steps + 1)

    def _over_time(self, node: ast.Call, name: str, default: int) -> tuple[_Part, int]:
        """Return what a function of quarters is of, and of how many."""
        form = f"{name}(x), or {name}(x, 4) for 4 quarters"
        first, *rest = self._arguments(node, 1, 2, form)
        part = self.read(first)
        if not rest:
            return part, default
        quarters = _whole(self.read(rest[0]).expression)
        if quarters is None or not 1 <= quarters <= MOST_QUARTERS:
            wrong = f"a number of quarters is a whole one from 1 to {MOST_QUARTERS}, written out"
            raise self.error(rest[0], wrong)
        return part, quarters

    def _alike(self, node: ast.expr, nodes: list[ast.expr], found: list[_Part], verb: str) -> Unit:
        """Return the unit that several parts share."""
        for each, part in zip(nodes, found, strict=True):
            self._number(each, part)
        unit, named = found[0].unit, 0
        for place, part in enumerate(found[1:], 1):
            shared = unit.alike(part.unit)
            if shared is None:
                one, other = self._is(nodes[named], found[named]), self._is(nodes[place], part)
                raise self.error(node, f"{one}, and {other}; they can't be {verb}")
            unit, named = shared, named if shared == found[named].unit else place
        return unit

    def _is(self, node: ast.expr, part: _Part) -> str:
        """Return what a part is of, in words."""
        return f"{self.source(node)} {part.unit.words}"

    def _number(self, node: ast.expr, part: _Part) -> None:
        if part.unit.is_condition:
            hint = "write where(condition, 1, 0) to count it"
            raise self.error(node, f"{self.source(node)} is true or false, and no number; {hint}")

    def _condition(self, node: ast.expr, part: _Part) -> None:
        if not part.unit.is_condition:
            raise self.error(
                node, f"{self.source(node)} is a number, not true or false; compare it"
            )


FUNCTIONS: Mapping[str, Callable[[_Reader, ast.Call], _Part]] = {
    "where": _Reader.where,
    **dict.fromkeys(EXTREMES, _Reader.extreme),
    **dict.fromkeys(OF_PLAIN, _Reader.of_plain),
    "abs": _Reader.magnitude,
    "previous": _Reader.previous,
    "trailing": _Reader.trailing,
    "total": _Reader.total,
}


def _made(operation: Operation, unit: Unit, *found: _Part) -> _Part:
    arguments = tuple(part.expression for part in found)
    return _Part(Apply(operation, arguments), unit, 1 + sum(part.steps for part in found))


def _nested(operation: Operation, unit: Unit, found: list[_Part]) -> _Part:
    """Return an operation on two or more parts as one on pairs."""
    whole, *others = found
    for part in others:
        whole = _made(operation, unit, whole, part)
    return whole


def _whole(expression: Expression) -> int | None:
    """Return the whole number that is written out, if it is one."""
    if isinstance(expression, Number) and expression.value.is_integer():
        return int(expression.value)
    return None
