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
    cited = {each for each, _ in _citations(scenario)}
    return [fact for fact in read_facts().values() if fact.id in cited]


def unknown_facts(scenario: Scenario) -> dict[str, str]:
    """Return ids as of facts that no table has, each with the first key whose source names it."""
    known = read_facts()
    letters = {each[0] for each in known}
    found: dict[str, str] = {}
    for cited, key in _citations(scenario):
        # "H100" and "Q1" are like no fact.
        if cited not in known and cited[0] in letters:
            found.setdefault(cited, key)
    return found


def _citations(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield every id in a source, and the source's key."""
    for key, source in _sources(scenario.model_dump(mode="json"), ()):
        for cited in ID.findall(source):
            yield cited, ".".join(key)


def _sources(table: Any, key: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every source in a scenario's table, and the key that it is of."""
    if isinstance(table, list):
        for place, member in enumerate(table):
            name = member.get("name", place) if isinstance(member, dict) else place
            yield from _sources(member, (*key, str(name)))
    elif isinstance(table, dict):
        for name, member in table.items():
            if name == "source" and isinstance(member, str):
                yield key, member
            else:
                yield from _sources(member, (*key, name))
