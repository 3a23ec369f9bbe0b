"""The inputs that a user's own line declares: their units, by how they are written."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic import ValidatorFunctionWrapHandler as Validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from .dimensions import MONEY, SHARE, Unit
from .distributions import Uncertain
from .quantity import WRITTEN, Quantity, money
from .units import written_units

InputUnit = Literal["share", "bn USD"]
UNITS: Mapping[str, Unit] = {"share": SHARE, "bn USD": MONEY}
INPUTS = "inputs"
LARGEST = 1e5
AMOUNTS = 'write all of its numbers with a unit, as "5 m" or "5%", or none of them'


class Written(NamedTuple):
    """An input as a file gives it, with what it is called and its unit."""

    given: Any
    title: str
    unit: str | None


class OwnInput:
    """The mark of an input that a line declares itself."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(_read_input, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe a certain number, a written one, or a table of a distribution."""
        return {"anyOf": [{"type": "number"}, WRITTEN, handler(schema)]}


def _read_input(given: Any, inner: Validator) -> Uncertain:
    written = given if isinstance(given, Written) else Written(given, "", "share")
    if written.unit is None:
        raise ValueError(AMOUNTS)
    return _quantity(written.title, written.unit).validate(written.given, inner)


def _quantity(title: str, unit: str) -> Quantity:
    if unit == "bn USD":
        return money(title, low=-LARGEST)
    return Quantity(title, unit, -LARGEST, LARGEST)


def units_of(inputs: Mapping[str, Any], stated: Any) -> dict[str, str | None]:
    """Return the unit of each input, by how it is written; None where its numbers differ in it.

    Parameters
    ----------
    inputs
        As a file gives them, by name.
    stated
        Units that are given by themselves, if that is a table.
    """
    known = stated if isinstance(stated, dict) else {}
    return {name: known.get(name) or _unit_of(given) for name, given in inputs.items()}


def _unit_of(given: Any) -> str | None:
    try:
        units = written_units(given)
    except ValueError:
        return "share"  # what looks like a number and is none is told when it is read
    if "bn USD" not in units:
        return "share"
    return "bn USD" if len(units) == 1 else None


def declared_quantities(line: str, units: Mapping[str, str | None]) -> dict[str, Quantity]:
    """Return the declaration of each input of a line, by name.

    Parameters
    ----------
    line
        The line's name.
    units
        Of its inputs, by name.
    """
    return {
        name: _quantity(f"{words_of_name(name)} of {words_of_name(line)}", unit or "share")
        for name, unit in units.items()
    }


def words_of_name(name: str) -> str:
    """Return a name as it is printed."""
    return name.replace("_", " ")
