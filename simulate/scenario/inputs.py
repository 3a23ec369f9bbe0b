"""The inputs of a scenario, one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from .distributions import Uncertain
from .schema import Quantity, Scenario


@dataclass(frozen=True)
class Input:
    """An input of a scenario: where it stands, what it is, and its distribution."""

    key: str
    quantity: Quantity
    distribution: Uncertain


def list_inputs(scenario: Scenario) -> list[Input]:
    """Return every input that the scenario names or inherits, in the order of the schema."""
    return list(_walk(scenario, ""))


def _walk(part: BaseModel, prefix: str) -> Iterator[Input]:
    for name in type(part).model_fields:
        value, key = getattr(part, name), f"{prefix}{name}"
        if isinstance(value, Uncertain):
            yield Input(key, _declaration(part, name), value)
        elif isinstance(value, BaseModel):
            yield from _walk(value, f"{key}.")
        elif isinstance(value, tuple):
            for member in value:
                if hasattr(member, "name"):
                    yield from _walk(member, f"{key}.{member.name}.")


def _declaration(part: BaseModel, name: str) -> Quantity:
    field = type(part).model_fields[name]
    for mark in field.metadata:
        if isinstance(mark, Quantity):
            return mark
    # Optional inputs hold their declaration inside the union with None.
    for option in getattr(field.annotation, "__args__", ()):
        for mark in getattr(option, "__metadata__", ()):
            if isinstance(mark, Quantity):
                return mark
    raise TypeError(f"{type(part).__name__}.{name} has no Quantity")


def correlated_inputs(scenario: Scenario) -> list[Input]:
    """Return the uncertain inputs that a path or a year draws; events can't be correlated."""
    inputs = [i for i in list_inputs(scenario) if i.quantity.drawn != "event"]
    path = [i for i in inputs if i.quantity.drawn == "path" and not i.distribution.is_certain]
    return path + [i for i in inputs if i.quantity.drawn == "year"]
