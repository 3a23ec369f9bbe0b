"""What a condition says, as a clause of print."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulate.scenario.dimensions import MONEY, NUMBER, SHARE, USERS, Unit
from simulate.scenario.expression import (
    Apply,
    Expression,
    Name,
    Number,
    Operation,
    Previous,
    Total,
    Trailing,
    parts,
)
from simulate.scenario.own_formulas import OutcomeNames
from simulate.scenario.own_inputs import words_of_name
from simulate.scenario.quarters import QUARTERS_A_YEAR

COMPARED: dict[Operation, str] = {
    "greater_equal": "is at least",
    "less_equal": "is at most",
    "equal": "is",
    "not_equal": "is not",
    "greater": "is above",
    "less": "is below",
}
# The same, said from the other side, and what is so where it isn't.
SWAPPED: dict[Operation, Operation] = {
    "greater_equal": "less_equal",
    "less_equal": "greater_equal",
    "greater": "less",
    "less": "greater",
    "equal": "equal",
    "not_equal": "not_equal",
}
OPPOSITE: dict[Operation, Operation] = {
    "greater_equal": "less",
    "less_equal": "greater",
    "greater": "less_equal",
    "less": "greater_equal",
    "equal": "not_equal",
    "not_equal": "equal",
}
SIGNS: dict[Operation, str] = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "power": "**",
}
FUNCTIONS: dict[Operation, str] = {"minimum": "min", "maximum": "max"}
CALLED = {"ebitda": "EBITDA"}


def in_words(condition: Expression, names: OutcomeNames) -> str:
    """Return a condition as a clause, such as ``twelve-month revenue is at least 30 bn``.

    Parameters
    ----------
    condition
        Whose flows are summed where they are meant over twelve months.
    names
        That may stand in it.
    """
    return _Words(names).clause(condition)


def compared_in(expression: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Yield both sides of each comparison."""
    match expression:
        case Apply(operation, (left, right)) if operation in COMPARED:
            yield left, right
    for part in parts(expression):
        yield from compared_in(part)


@dataclass(frozen=True)
class _Words:
    """What says expressions; see ``in_words``."""

    names: OutcomeNames

    def clause(self, condition: Expression, within: Operation | None = None) -> str:
        """Return a condition; one that is joined otherwise than what it is part of has brackets."""
        match condition:
            case Apply(("and" | "or") as joined, both):
                words = f" {joined} ".join(self.clause(each, joined) for each in both)
                return words if within in (None, joined) else f"({words})"
            case Apply("not", (Apply(operation, both),)) if operation in OPPOSITE:
                return self.clause(Apply(OPPOSITE[operation], both))
            case Apply("not", (of,)):
                return f"not ({self.clause(of)})"
            case Apply(operation, (Number() as level, of)) if operation in COMPARED:
                return f"{self.amount(of)} {COMPARED[SWAPPED[operation]]} {self.level(level, of)}"
            case Apply(operation, (left, right)) if operation in COMPARED:
                return f"{self.amount(left)} {COMPARED[operation]} {self.level(right, left)}"
            case Previous(of, quarters):
                return f"({self.clause(of)}) {_before(quarters)}"
        return self.amount(condition)

    def level(self, level: Expression, compared: Expression) -> str:
        """Return what something is compared with, a number in the unit of that."""
        if not isinstance(level, Number):
            return self.amount(level)
        if isinstance(compared, Name) and compared.name.startswith("gross_margin"):
            return f"{100.0 * level.value:.12g}%"
        sizes = {MONEY: " bn", USERS: " bn users"}
        return self.amount(level) + sizes.get(self.unit(compared), "")

    def amount(self, of: Expression) -> str:
        """Return a number, or what has one."""
        match of:
            case Number(value):
                # A year has no comma.
                return f"{value:.12g}" if abs(value) < 1e4 else f"{value:,.12g}"
            case Name(name):
                return f"quarterly {_said(name)}" if name in self.names.flows else _said(name)
            case Trailing(Name(name), quarters) if name in self.names.flows:
                is_year = quarters == QUARTERS_A_YEAR
                return f"{'twelve-month' if is_year else f'{quarters}-quarter'} {_said(name)}"
            case Trailing(summed, quarters):
                return f"the sum of {self.operand(summed)} over {quarters} quarters"
            case Total(summed):
                return f"the total of {self.operand(summed)}"
            case Previous(earlier, quarters):
                return f"{self.operand(earlier)} {_before(quarters)}"
            case Apply("negate", (opposite,)):
                return f"-{self.operand(opposite)}"
            case Apply(operation, (left, right)) if operation in SIGNS:
                return f"{self.operand(left)} {SIGNS[operation]} {self.operand(right)}"
            case Apply(operation, arguments):
                listed = ", ".join(map(self.clause, arguments))
                return f"{FUNCTIONS.get(operation, operation)}({listed})"
        raise TypeError(of)

    def operand(self, of: Expression) -> str:
        """Return an amount, in brackets where it is made of several."""
        is_made = isinstance(of, Apply) and of.operation in SIGNS
        return f"({self.amount(of)})" if is_made else self.amount(of)

    def unit(self, of: Expression) -> Unit:
        """Return the unit of an amount, of formulas that have been read."""
        match of:
            case Number():
                return NUMBER
            case Name(name):
                return self.names.units[name]
            case Apply("multiply", (left, right)):
                return self.unit(left).times(self.unit(right))
            case Apply("divide", (left, right)):
                return self.unit(left).times(self.unit(right), -1)
            case Apply("power" | "exp" | "log"):
                return SHARE
            case Apply("where", (_, *branches)):
                units = map(self.unit, branches)
            case _:
                units = map(self.unit, parts(of))
        return next((unit for unit in units if unit != NUMBER), NUMBER)


def _said(name: str) -> str:
    return CALLED.get(name) or words_of_name(name)


def _before(quarters: int) -> str:
    return "a quarter before" if quarters == 1 else f"{quarters} quarters before"
