"""The slow meaning of formulas: a path at a time, on floats, by Python's own arithmetic.

It shares nothing with the simulator but what a formula says, and is fed quarter by quarter. Where
something has no value, it is None.
"""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from simulate.scenario.expression import (
    Apply,
    Expression,
    Name,
    Number,
    Previous,
    Total,
    Trailing,
)

Value = float | bool | None

# Quarters before the horizon that have values.
BEFORE = 4
LARGEST_EXPONENT = 700.0
ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negate": operator.neg,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": operator.not_,
    "minimum": min,
    "maximum": max,
    "log": math.log,
    "abs": abs,
}


class SlowFormulas:
    """What formulas come to in each quarter, from what is known by name in it and in earlier ones.

    Parameters
    ----------
    quarter
        The first that is fed, 0 being the horizon's first.
    """

    def __init__(self, quarter: int = -BEFORE) -> None:
        self.first = quarter
        self.quarters: list[dict[str, Value]] = []

    def begin(self) -> None:
        """Begin another quarter."""
        self.quarters.append({})

    def know(self, values: Mapping[str, Value]) -> None:
        """Let names have values in this quarter."""
        self.quarters[-1].update(values)

    def value(self, expression: Expression) -> Value:
        """Return what an expression comes to in this quarter."""
        return self.at(expression, self.first + len(self.quarters) - 1)

    def at(self, expression: Expression, quarter: int) -> Value:
        """Return what an expression comes to in a quarter; nothing where nothing is known."""
        if quarter < self.first:
            return None
        match expression:
            case Number(value):
                return value
            case Name(name):
                return self.quarters[quarter - self.first].get(name)
            case Previous(of, before):
                return self.at(of, quarter - before)
            case Trailing(of, quarters):
                span = range(quarter - quarters + 1, quarter + 1)
                found = [self.at(of, each) for each in span]
                return None if None in found else _finite(sum(_numbers(found)))
            case Total(of):
                span = range(quarter + 1)
                return _finite(sum(_numbers([self.at(of, each) for each in span]), 0.0))
            case Apply("where", (condition, then, otherwise)):
                holds = self.at(condition, quarter)
                return None if holds is None else self.at(then if holds else otherwise, quarter)
            case Apply("power", (base, Number(exponent))) if exponent.is_integer():
                return _whole_power(self.at(base, quarter), int(exponent))
            case Apply(operation, arguments):
                found = [self.at(argument, quarter) for argument in arguments]
                return None if None in found else _applied(operation, found)


def _applied(operation: str, values: list[Value]) -> Value:
    """Return what an operation on values makes, or None where it isn't defined."""
    try:
        match operation, *_numbers(values):
            case "exp", exponent:
                inside = abs(exponent) <= LARGEST_EXPONENT
                return math.exp(exponent) if inside else None
            case "power", base, exponent:
                return None if base < 0.0 else _finite(base**exponent)
            case _:
                return _finite(ARITHMETIC[operation](*values))
    except (ZeroDivisionError, OverflowError, ValueError):
        return None


def _whole_power(base: Value, exponent: int) -> Value:
    try:
        return None if base is None else _finite(float(base) ** exponent)
    except (ZeroDivisionError, OverflowError):
        return None


def _finite(value: float | bool) -> Value:
    return value if math.isfinite(value) else None


def _numbers(values: list[Value]) -> list[float]:
    return [float(value) for value in values if value is not None]
