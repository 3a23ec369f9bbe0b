"""What every part of a scenario is: checked as it is made, and never changed."""

from collections.abc import Callable, Generator, Mapping
from functools import cached_property, wraps
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from .mistakes import ScenarioError

Part = TypeVar("Part", bound=BaseModel)
Found = TypeVar("Found")


def kept(find: Callable[[Part], Found]) -> Callable[[Part], Found]:
    """Have what a function finds out of a part be found once, and kept with the part.

    Not what an attribute that can be written to tells, such as a dictionary.
    """
    name = f"_{find.__name__}"

    @wraps(find)
    def once(part: Part) -> Found:
        if name not in vars(part):
            vars(part)[name] = find(part)
        found: Found = vars(part)[name]
        return found

    return once


class Checked(BaseModel):
    """A part of a scenario: unknown keys are errors, values can't be changed.

    A class that is called answers a mistake with pydantic's ``ValidationError``, as validators
    within it need; copies and changes answer with a ``ScenarioError``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

    # The parts that what is found out of the whole says nothing of.
    _of_themselves: ClassVar[frozenset[str]] = frozenset()

    def __eq__(self, other: object) -> bool:
        # By what was stated: what is worked out from that, and kept, may hold arrays.
        return (
            isinstance(other, Checked)
            and type(self) is type(other)
            and all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)
            and self.model_extra == other.model_extra
        )

    def __iter__(self) -> Generator[tuple[str, Any], None, None]:
        """Go through keys and values; what a property has cached is none of them."""
        for name, value in super().__iter__():
            if not isinstance(getattr(type(self), name, None), cached_property):
                yield name, value

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Return a validated part, as everything else does that makes one."""
        return cls._checked(values)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some keys replaced, and validated.

        Raises
        ------
        ScenarioError
            If a key is none of this part, or can't have such a value.
        """
        if not update:
            copied = super().model_copy(deep=deep)
            # Who copies every part means to write to them.
            for key in self._found if deep else ():
                del vars(copied)[key]
            return copied
        copied = self._checked(dict(self) | dict(update))
        if self._of_themselves.issuperset(update):
            vars(copied).update(self._found)
        return copied

    @property
    def _found(self) -> dict[str, Any]:
        """What was found out of the whole, and is kept with it: all that is no field."""
        return {k: v for k, v in vars(self).items() if k not in type(self).model_fields}

    @classmethod
    def _checked(cls, values: dict[str, Any]) -> Self:
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ScenarioError(*(_by_key(item) for item in error.errors())) from None


def _by_key(item: Any) -> str:
    """Return what one item of an error of pydantic's says, by its key."""
    key = ".".join(map(str, item["loc"]))
    message = item["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message
