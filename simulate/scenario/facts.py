"""The reported figures that sources cite by an id: the tables of docs/facts.md."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from .schema import Scenario

ROW = re.compile(r"^\| ([A-Z]\d+) \|(.*)\|$", re.MULTILINE)
ID = re.compile(r"\b[A-Z]\d+\b")
SAME = "same"


class Fact(NamedTuple):
    """A reported figure: its id, what it is, its value, and where and when it was reported."""

    id: str
    figure: str
    value: str
    where: str


def packaged_facts() -> Path:
    """Return the file of the facts that come with the package."""
    inside = Path(str(resources.files("simulate"))) / "facts.md"
    return inside if inside.is_file() else Path(__file__).parents[2] / "docs" / "facts.md"


@cache
def read_facts() -> dict[str, Fact]:
    """Return all facts by id, in the order of their tables."""
    facts: dict[str, Fact] = {}
    reported = ""
    for found in ROW.finditer(packaged_facts().read_text(encoding="utf-8")):
        figure, value, where = (cell.strip() for cell in found[2].split("|"))
        if where.startswith(SAME):
            where = reported + where.removeprefix(SAME)
        else:
            reported = where
        facts[found[1]] = Fact(found[1], figure, value, where)
    return facts


def cited_facts(scenario: Scenario) -> list[Fact]:
    """Return the facts that the scenario's sources name, in the order of their tables."""
    sources = " ".join(_sources(scenario.model_dump(mode="json")))
    cited = set(ID.findall(sources))
    return [fact for fact in read_facts().values() if fact.id in cited]


def _sources(table: Any) -> Iterator[str]:
    """Yield every source in a scenario's table."""
    if isinstance(table, list):
        for member in table:
            yield from _sources(member)
    elif isinstance(table, dict):
        for key, member in table.items():
            if key == "source" and isinstance(member, str):
                yield member
            else:
                yield from _sources(member)
