"""The inputs of a scenario, one after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .distributions import Uncertain
from .schema import Quantity, Scenario, Section

# What is shown in the place of a source that a file leaves out.
NO_SOURCE = "no source given"
# The step of a key that stands for any member of a list.
MEMBER = "*"


@dataclass(frozen=True)
class Input:
    """An input of a scenario: where it stands, what it is, and its distribution."""

    key: str
    quantity: Quantity
    distribution: Uncertain


def list_inputs(scenario: Scenario) -> list[Input]:
    """Return every input that the scenario names or inherits, in the order of the schema."""
    return list(_walk(scenario, ""))


def correlated_inputs(scenario: Scenario) -> list[Input]:
    """Return the uncertain inputs that a path or a year draws; events can't be correlated."""
    inputs = [i for i in list_inputs(scenario) if i.quantity.drawn != "event"]
    path = [i for i in inputs if i.quantity.drawn == "path" and not i.distribution.is_certain]
    return path + [i for i in inputs if i.quantity.drawn == "year"]


def declared_inputs(table: Mapping[str, Any]) -> dict[str, Quantity]:
    """Return the declaration of each input that a file's table has room for, by its key.

    Parameters
    ----------
    table
        As read, right or wrong; it need not be valid.
    """
    return dict(_declared(Scenario, table, ""))


def section_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation such as ``tuple[Segment, ...]`` is about."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, list, Union, UnionType):
        for option in get_args(annotation):
            if model := section_in(option):
                return model
    return None


def homes_of(name: str) -> list[tuple[str, ...]]:
    """Return the keys of a scenario's tables that end with a name, members' as well."""
    return [home for home in _homes(Scenario) if home[-1] == name and len(home) > 1]


def _homes(section: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, field in section.model_fields.items():
        yield (name,)
        inner = section_in(field.annotation)
        if inner is not None and issubclass(inner, Section):
            within = (name, MEMBER) if get_origin(field.annotation) is tuple else (name,)
            yield from ((*within, *below) for below in _homes(inner))


def _walk(part: Section, prefix: str) -> Iterator[Input]:
    for name, field in type(part).model_fields.items():
        value, key = getattr(part, name), f"{prefix}{name}"
        if isinstance(value, Uncertain):
            if quantity := _declaration(field):
                yield Input(key, quantity, value)
        elif isinstance(value, Section):
            yield from _walk(value, f"{key}.")
        elif isinstance(value, tuple):
            for member in value:
                if hasattr(member, "name"):
                    yield from _walk(member, f"{key}.{member.name}.")


def _declared(
    section: type[BaseModel], table: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, Quantity]]:
    for name, field in section.model_fields.items():
        key, below = f"{prefix}{name}", table.get(name)
        inner = section_in(field.annotation)
        if quantity := _declaration(field):
            yield key, quantity
        elif inner is None or not issubclass(inner, Section):
            continue
        elif get_origin(field.annotation) is tuple:
            for member in below if isinstance(below, list) else []:
                if isinstance(member, dict) and isinstance(member.get("name"), str):
                    yield from _declared(inner, member, f"{key}.{member['name']}.")
        elif isinstance(below, dict) or field.default is not None:
            yield from _declared(inner, below if isinstance(below, dict) else {}, f"{key}.")


def _declaration(field: FieldInfo) -> Quantity | None:
    """Return what declares a field to be an input."""
    # Optional inputs hold their declaration inside the union with None.
    options = [getattr(option, "__metadata__", ()) for option in get_args(field.annotation)]
    for mark in [*field.metadata, *(mark for marks in options for mark in marks)]:
        if isinstance(mark, Quantity):
            return mark
    return None
