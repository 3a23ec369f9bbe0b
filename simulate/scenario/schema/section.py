"""What all tables of a scenario file have in common."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from simulate.scenario.checked import Checked
from simulate.scenario.errors import Mistake


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
