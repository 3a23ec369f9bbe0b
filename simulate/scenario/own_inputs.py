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
from .units import MULTIPLE, written_units

# What an input or a metric of one's own is of.
OwnUnit = Literal["share", "bn USD", "times"]
UNITS: Mapping[OwnUnit, Unit] = {"share": SHARE, "bn USD": MONEY, MULTIPLE: SHARE}
INPUTS = "inputs"
LARGEST = 1e5
AMOUNTS = 'write all of its numbers with a unit, as "5 m" or "5%", or none of them'


class Written(NamedTuple):
    """An input as a file gives it, with what it is called and its unit."""

    given: Any
    title: str
    unit: OwnUnit | None


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


def _quantity(title: str, unit: OwnUnit) -> Quantity:
    if unit == "bn USD":
        return money(title, low=-LARGEST)
    return Quantity(title, unit, -LARGEST, LARGEST)


def stated_units(inputs: Mapping[str, Any]) -> dict[str, OwnUnit]:
    """Return the unit of each input that is written with one."""
    written = {name: _written_units(given) for name, given in inputs.items()}
    return {name: unit for name, units in written.items() for unit in UNITS if units == {unit}}


def units_of(inputs: Mapping[str, Any], given: Any) -> dict[str, OwnUnit | None]:
    """Return the unit of each input; None where its numbers are written in several.

    Parameters
    ----------
    inputs
        As a file gives them, by name.
    given
        Units that are given beside them, if that is a table.
    """
    known = given if isinstance(given, dict) else {}
    return {
        name: known[name] if known.get(name) in [*UNITS] else _unit_of(_written_units(value))
        for name, value in inputs.items()
    }


def _unit_of(written: set[str]) -> OwnUnit | None:
    stated: list[OwnUnit] = [unit for unit in UNITS if unit in written]
    if stated in ([], ["share"]):
        return "share"
    return stated[0] if len(written) == 1 else None


def _written_units(given: Any) -> set[str]:
    try:
        return written_units(given)
    except ValueError:
        return set()  # what looks like a number and is none is told when it is read


def declared_quantities(line: str, units: Mapping[str, OwnUnit | None]) -> dict[str, Quantity]:
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
