"""What stands at a key that a scenario's file does not give."""

from collections.abc import Mapping
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from .distributions import Uncertain
from .inputs import section_in
from .layers import Key
from .quantity import Section
from .schema import Scenario


def default_at(key: Key, table: Mapping[str, Any]) -> Any:
    """Return what a key stands at where it isn't given, as a file would say it.

    Parameters
    ----------
    key
        In steps; a member of a list goes by its name.
    table
        The scenario's, valid or not.

    Returns
    -------
    object
        None where nothing stands there.

    Raises
    ------
    LookupError
        If a scenario has no such key or member, or it is one within an input.
    """
    return _default(Scenario, key, table)


def _default(section: type[BaseModel], key: Key, table: Mapping[str, Any]) -> Any:
    first, *rest = key
    field, below = section.model_fields[first], table.get(first)
    inner = section_in(field.annotation)
    if inner is None or not issubclass(inner, Section):
        if rest:
            raise LookupError(rest[0])
        return _as_given(field.get_default(call_default_factory=True))
    if get_origin(field.annotation) is tuple and rest:
        members = {m.get("name"): m for m in below or () if isinstance(m, dict)}
        below, rest = members[rest[0]], rest[1:]
    is_left_out = below is None and field.default is None
    found = _default(inner, tuple(rest), below if isinstance(below, dict) else {}) if rest else None
    return None if is_left_out else found


def _as_given(default: Any) -> Any:
    if isinstance(default, Uncertain):
        return default.model_dump(mode="json", exclude_none=True)
    return None if default is PydanticUndefined else default
