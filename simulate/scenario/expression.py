"""What a formula says, as a tree of operations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

Operation: TypeAlias = Literal[
    "add",
    "subtract",
    "multiply",
    "divide",
    "power",
    "negate",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
    "not_equal",
    "and",
    "or",
    "not",
    "where",
    "minimum",
    "maximum",
    "exp",
    "log",
    "abs",
]
Expression: TypeAlias = "Number | Name | Apply | Previous | Trailing | Total"


@dataclass(frozen=True)
class Number:
    """A number that is written out."""

    value: float


@dataclass(frozen=True)
class Name:
    """What has a name, in the quarter; and where it stands in the text, the first being 1."""

    name: str
    column: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Apply:
    """An operation on one to three arguments."""

    operation: Operation
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Previous:
    """A value some quarters before."""

    of: Expression
    quarters: int


@dataclass(frozen=True)
class Trailing:
    """The sum over the last quarters, with this one."""

    of: Expression
    quarters: int


@dataclass(frozen=True)
class Total:
    """The sum since the first quarter of the horizon, with this one."""

    of: Expression


class Names(NamedTuple):
    """The names that an expression uses in the same quarter, and those it uses in earlier ones."""

    now: frozenset[str]
    earlier: frozenset[str]


class Use(NamedTuple):
    """A name in an expression, and when its values are used."""

    name: Name
    is_now: bool
    is_earlier: bool


def names_in(expression: Expression) -> Names:
    """Return the names that an expression uses, by when."""
    found = list(uses(expression))
    return Names(
        frozenset(use.name.name for use in found if use.is_now),
        frozenset(use.name.name for use in found if use.is_earlier),
    )


def uses(expression: Expression, is_now: bool = True, is_earlier: bool = False) -> Iterator[Use]:
    """Yield each name in an expression, as often as it stands there."""
    if isinstance(expression, Name):
        yield Use(expression, is_now, is_earlier)
    is_now = is_now and not isinstance(expression, Previous)
    is_earlier = is_earlier or isinstance(expression, (Previous, Trailing, Total))
    for part in parts(expression):
        yield from uses(part, is_now, is_earlier)


def parts(expression: Expression) -> "tuple[Expression, ...]":
    """Return what an expression is directly made of."""
    if isinstance(expression, Apply):
        return expression.arguments
    return () if isinstance(expression, (Number, Name)) else (expression.of,)


def with_names(
    expression: Expression, change: Callable[[Name, bool], Expression], is_summed: bool = False
) -> Expression:
    """Return an expression with something else for each of its names.

    Parameters
    ----------
    expression
        To change.
    change
        Of a name, and of whether it is summed over quarters there.
    is_summed
        Whether all of it is.
    """
    if isinstance(expression, Name):
        return change(expression, is_summed)
    if isinstance(expression, Number):
        return expression
    if isinstance(expression, Apply):
        arguments = (with_names(each, change, is_summed) for each in expression.arguments)
        return replace(expression, arguments=tuple(arguments))
    is_summed = is_summed or isinstance(expression, (Trailing, Total))
    return replace(expression, of=with_names(expression.of, change, is_summed))
