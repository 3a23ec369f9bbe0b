"""Which parts of a scenario a change leaves as they are: they need no validation again."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .checked import Checked
from .layers import Table
from .quantity import Section
from .schema import Scenario


class Known(NamedTuple):
    """A valid scenario, and the table that makes it."""

    scenario: Scenario
    table: Table

    def within(self, table: Table) -> Any:
        """Return another table, with the scenario's parts in it where it says the same."""
        return _with_parts(table, self.table, self.scenario)

    def says_of(self, parts: Iterable[str], table: Table) -> bool:
        """Tell whether the scenario says of some parts what another table does."""
        return all(self.table.get(name) == table.get(name) for name in parts)


def table_of(scenario: Scenario) -> Table:
    """Return a scenario as a file would say it whole."""
    return scenario.model_dump(mode="json", exclude_none=True)


def _with_parts(table: Any, before: Any, part: Any) -> Any:
    """Return a table with what is known of it: a part that the table before it makes."""
    if type(table) is not type(before):
        return table
    if table == before and _is_checked(part):
        return part
    old, parts = _by_name(before), _parts_of(part)
    found = {
        name: _with_parts(value, old[name], parts[name]) if name in old and name in parts else value
        for name, value in _by_name(table).items()
    }
    if not found:
        return table
    return list(found.values()) if isinstance(table, list) else found


def _is_checked(part: Any) -> bool:
    members = part if isinstance(part, tuple) else (part,)
    return all(isinstance(member, Checked) for member in members)


def _parts_of(part: Any) -> Mapping[str, Any]:
    """Return what stands in a section, a dictionary or a list of members that have names."""
    if isinstance(part, tuple):
        return {member.name: member for member in part if hasattr(member, "name")}
    return dict(part) if isinstance(part, (Section, dict)) else {}


def _by_name(table: Any) -> Mapping[str, Any]:
    """Return a table, or a list of tables that have names as a table of them."""
    if not isinstance(table, list):
        return table if isinstance(table, dict) else {}
    named = {m["name"]: m for m in table if isinstance(m, dict) and isinstance(m.get("name"), str)}
    return named if len(named) == len(table) else {}
