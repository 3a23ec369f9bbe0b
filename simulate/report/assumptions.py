"""Every assumption of a scenario with its source, as a page lists them."""

import itertools
from dataclasses import dataclass

from simulate.assumption_parts import LISTS, name_of_member
from simulate.number_format import NO_LIMIT
from simulate.scenario import Scenario
from simulate.scenario.difference import kind_of
from simulate.scenario.inputs import NO_SOURCE, Input, list_inputs

from .sparkline import Sparkline, sparkline


@dataclass(frozen=True)
class Assumption:
    """An input as a row of the page.

    Attributes
    ----------
    title, key
        What it is, in words and in the scenario's file.
    kind
        Of the distribution, and how often it is drawn if not once a path.
    values
        P10, P50 and P90, or a certain number alone.
    unit
        Of the values.
    source
        A row of the facts, or ``assumption:`` and why.
    picture
        Of the distribution, None for a certain number.
    """

    title: str
    key: str
    kind: str
    values: tuple[str, ...]
    unit: str
    source: str
    picture: Sparkline | None


@dataclass(frozen=True)
class Group:
    """The inputs of a part of the scenario."""

    title: str
    members: tuple[Assumption, ...]


def group_inputs(scenario: Scenario) -> tuple[Group, ...]:
    """Return every input, by the part of the scenario that it stands in."""
    grouped = itertools.groupby(list_inputs(scenario), lambda member: _part(member.key))
    return tuple(Group(title, tuple(map(_assumption, members))) for title, members in grouped)


def _part(key: str) -> str:
    """Return the title of the part of the scenario that an input stands in."""
    first, *rest = key.split(".")
    title = name_of_member(first, rest[0]) if first in LISTS else first.replace("_", " ")
    return title[0].upper() + title[1:]


def _assumption(member: Input) -> Assumption:
    quantity, distribution = member.quantity, member.distribution
    certain = distribution.is_certain
    levels = (0.5,) if certain else (0.1, 0.5, 0.9)
    often = "" if quantity.drawn == "path" else f", each {quantity.drawn}"
    return Assumption(
        title=quantity.title,
        key=member.key,
        kind=f"{kind_of(distribution).replace('_', ' ')}{often}",
        values=tuple(_written(distribution.quantile(level), quantity.unit) for level in levels),
        unit="" if quantity.unit == "share" else quantity.unit,
        source=distribution.source or NO_SOURCE,
        picture=None if certain else sparkline(distribution),
    )


def _written(value: float, unit: str) -> str:
    if value >= NO_LIMIT:
        return "no limit"
    value = round(value, 12) + 0.0
    if unit == "share":
        return f"{100.0 * value:.3g}%"
    return f"{value:.3g}" if abs(value) < 1000.0 else f"{value:,.0f}"
