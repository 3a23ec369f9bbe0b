"""A section of a scenario, and the quantities that stand in it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import (
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic import ValidatorFunctionWrapHandler as Validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .checked import Checked
from .distributions import OUTERMOST_SCORE, Fixed, Number, Uncertain
from .input_mends import OutOfRangeError, mended
from .mistakes import Mistake
from .units import in_unit, scale_hint, scale_reminder, states_unit

# Strict, since true is no number and "4" no count.
Count = Annotated[int, Strict()]
Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        max_length=40,
        description="small letters, digits and _; other files name the member by it",
    ),
]
Source = Annotated[
    str, Field(max_length=2000, description='a row of docs/facts.md, or "assumption: why"')
]
Drawn = Literal["path", "year", "quarter", "event"]
MOST_MONEY = 1e3
EXTREME_SCORES = np.array([-OUTERMOST_SCORE, OUTERMOST_SCORE])
INFINITE = float("inf")
# A range's end that far out is there for the tails of distributions, and not worth saying.
FAR = 1e6
# Where a distribution keeps which declaration it was found to go with: it need not be judged again
# where another part of its scenario is changed.
ACCEPTED = "_accepted"
WRITTEN = {"type": "string", "description": 'such as "4.5 bn", "23%" or "8 bn to 18 bn"'}
ZERO = Fixed(value=0.0, source="not in this scenario")
UNCHANGED = Fixed(value=1.0, source="not in this scenario")
NO_LIMIT = Fixed(value=1e30, source="not in this scenario")
NEVER_HALVES = Fixed(value=1e9, source="not in this scenario")
# What stands for an input that a lab does without.
ABSENT = (ZERO, UNCHANGED, NO_LIMIT, NEVER_HALVES)


class Section(Checked):
    """A table of the file."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(self._mistakes())
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        """Return what is wrong with the table as a whole, by its keys."""
        yield from ()


def refuse(mistakes: Iterable[Mistake]) -> None:
    """Raise one validation error of all mistakes, if there are any."""
    if found := list(mistakes):
        text = "; ".join(mistake.message for mistake in found)
        raise PydanticCustomError("mistakes", "{text}", {"text": text, "mistakes": found})


@dataclass(frozen=True)
class Quantity:
    """The declaration of an input, and its check.

    Parameters
    ----------
    title, unit
        For people.
    low, high
        The closed range that no draw may leave.
    largest_median
        Beyond it, the scale is taken for wrong: a percentage for a share, millions for billions.
    drawn
        Once a path, by year or by quarter as a deviation from plan, or at each event.
    certain
        Whether a distribution is refused, as for figures of the base year.
    """

    title: str
    unit: str
    low: float = -INFINITE
    high: float = INFINITE
    largest_median: float = INFINITE
    drawn: Drawn = "path"
    certain: bool = False

    @property
    def is_deviation(self) -> bool:
        """Whether it is drawn again and again, around a plan."""
        return self.drawn in ("year", "quarter")

    @property
    def range(self) -> str:
        """The range that no draw may leave, in words."""
        return _range(self.low, self.high, self.unit)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self.validate, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe a certain number, a written one, or a table of a distribution."""
        number = _number(self.low, min(self.high, self.largest_median))
        return {
            "title": self.title,
            "description": f"{self.title}, {self.range}",
            "anyOf": [number, WRITTEN, handler(schema)],
        }

    def validate(self, given: Any, inner: Validator) -> Uncertain:
        """Return the distribution that a file gives, as ``inner`` reads it without its unit."""
        return mended(given, self.unit, lambda value: self.read(value, inner))

    def read(self, given: Any, inner: Callable[[Any], Uncertain]) -> Uncertain:
        """Return what ``validate`` does, or raise a ValueError without a mend."""
        if isinstance(given, str) and given.lstrip().startswith("+"):
            right = given.strip().removeprefix("+").lstrip()
            raise ValueError(f'a file sets: write "{right}", or by = {{ … }} in a variant to shift')
        if isinstance(given, Uncertain) and vars(given).get(ACCEPTED) is self:
            return given
        read = given if isinstance(given, Uncertain) else in_unit(given, self.unit)
        found = inner(read)
        if isinstance(found, Fixed):
            self._check_number(found.value, scale_is_stated=states_unit(given))
        elif self.certain:
            raise ValueError("must be a certain number: value = …")
        else:
            self._check_draws(
                found,
                "" if states_unit(given) else scale_reminder(self.unit),
                _truncated(found, self.low, self.high) if isinstance(given, str) else "",
            )
        vars(found)[ACCEPTED] = self
        return found

    def _check_number(self, value: float, scale_is_stated: bool) -> None:
        most = min(self.high, self.largest_median)
        if not (self.low <= value <= most or np.isclose(value, [self.low, most]).any()):
            hint = "" if scale_is_stated else scale_hint(value, self.unit, self.low, most)
            raise OutOfRangeError(f"{self.title} is {_range(self.low, most, self.unit)}", hint)

    def _check_draws(self, given: Uncertain, reminder: str, truncated: str) -> None:
        with np.errstate(all="ignore"):
            lowest, highest = given.quantile_at_score(EXTREME_SCORES)
            median = given.quantile(0.5)
        if median > self.largest_median:
            raise OutOfRangeError(
                f"{self.title} has a median of {median:g} {self.unit}, and not above "
                f"{self.largest_median:g}",
                reminder,
            )
        worst = lowest if lowest < self.low else highest
        if not (self.low <= worst <= self.high or np.isclose(worst, [self.low, self.high]).any()):
            allowed, hint = self.range, ""
            if worst > self.high >= FAR:
                allowed = f"at most {self.high:g} {self.unit}".rstrip()
                hint = reminder
            narrow = "; narrow the distribution or add truncate = [low, high]"
            if truncated:
                narrow = f"; narrow the interval or write {truncated}"
            raise OutOfRangeError(
                f"draws reach {worst:.4g}, but {self.title} is {allowed}", narrow + hint
            )


def _truncated(found: Uncertain, low: float, high: float) -> str:
    """Return the table that a text such as "15% to 45%" stands for, cut off at limits."""
    kind = getattr(found, "distribution", "")
    ends = f"{found.quantile(0.05):.6g}, {found.quantile(0.95):.6g}"
    limits = f"{low:g}, {high:g}"
    return f'{{ distribution = "{kind}", interval = [{ends}], truncate = [{limits}] }}'


@dataclass(frozen=True)
class CertainShare:
    """The declaration of a share that is no input but always certain, such as a chance."""

    title: str
    low: float
    high: float

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._validate, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe a number or a percentage."""
        described = f"{self.title}, {_range(self.low, self.high, 'share')}"
        return {"title": self.title, "description": described} | {
            "anyOf": [_number(self.low, self.high), WRITTEN]
        }

    def _validate(self, given: Any, inner: Validator) -> float:
        return mended(given, "share", lambda value: self._check(value, inner))

    def _check(self, given: Any, inner: Validator) -> float:
        found: float = inner(in_unit(given, "share"))
        if not self.low <= found <= self.high:
            hint = scale_hint(found, "share", self.low, self.high, given)
            allowed = _range(self.low, self.high, "share")
            raise OutOfRangeError(f"{self.title} is {allowed}", hint)
        return found


def _read_money(given: Any, inner: Validator) -> float:
    found: float = inner(in_unit(given, "bn USD"))
    if abs(found) > MOST_MONEY:
        limits = -MOST_MONEY, MOST_MONEY
        hint = scale_hint(found, "bn USD", *limits, given)
        raise ValueError(f"an amount is from {limits[0]:g} to {limits[1]:g} bn USD{hint}")
    return found


Money = Annotated[
    Number, WrapValidator(_read_money), WithJsonSchema({"anyOf": [{"type": "number"}, WRITTEN]})
]


def _range(low: float, high: float, unit: str) -> str:
    if high >= FAR:
        return f"at least {low:g} {unit}".rstrip()
    return f"from {low:g} to {high:g} {unit}".rstrip()


def _number(low: float, high: float) -> JsonSchemaValue:
    limits = {"minimum": low, "maximum": high}
    return {"type": "number"} | {key: end for key, end in limits.items() if np.isfinite(end)}


def share(title: str, high: float = 1.0, **more: Any) -> Quantity:
    """Return the declaration of a part of something."""
    return Quantity(title, "share", 0.0, high, **more)


def log_rate(title: str) -> Quantity:
    """Return the declaration of a yearly growth rate of the logarithm."""
    return Quantity(title, "log/yr", -6.0, 6.0, largest_median=5.0)


def money(title: str, low: float = 0.0, **more: Any) -> Quantity:
    """Return the declaration of an amount of money of a lab's size."""
    return Quantity(title, "bn USD", low, 1e7, largest_median=1e3, **more)


def half_life(title: str) -> Quantity:
    """Return the declaration of a half-life."""
    return Quantity(title, "years", 0.05, 1e10)
