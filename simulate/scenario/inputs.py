"""The inputs of a scenario, by key: in words, with the facts that they cite."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simulate.scenario.distributions.quantiles import QUANTILE_KEY

from .checked import kept
from .distributions import Uncertain
from .distributions.composed import AnyMixture, Discrete
from .own import OwnLine
from .own_inputs import INPUTS, declared_quantities, units_of
from .packaged import packaged_path
from .quantity import Quantity, Section
from .quarters import format_quarter
from .schema import Alternative, Scenario

# Whose members need no word of where they stand.
PLAIN_SECTIONS = (
    "base_quarters.",
    "segments.",
    "hardware.",
    "commitments.",
    "compute.",
    "revenue_shares.",
    "funding.",
    "lines.",
    "alternatives.",
    "inference.",
    "cash.",
)
NAMES = {
    "alternative": "which alternative holds",
    "inference.overrun": "inference overrun",
    "inference.overrun_carried": "share of an overrun that stays",
    "inference.base_overrun": "overrun of the base year",
    "inference.catch_up_half_life": "half-life of the gain over prices",
    "inference.net_gain": "fall of cost per dollar of revenue",
    "training.growth.half_life": "half-life of training growth",
    "training.drift_carried": "share of a training drift that stays",
    "training.generation.rate": "rate of jumps of training cost",
    "training.generation.size": "size of jumps of training cost",
    "training.follows": "share of training growth that follows revenue",
    "training.lag": "lag of training behind revenue",
    "training.cut.below_months": "runway below which training is cut",
    "training.cut.most": "most that is cut from training",
    "training.floor": "least training cost over revenue",
    "demand.initial": "demand shock at the start",
    "demand.size_exponent": "fall of volatility with revenue",
    "free_users.users": "number of free users",
    "free_users.ceiling": "most free users",
    "free_users.annual_cost": "inference cost of a free user",
    "free_users.usage_growth": "growth of use per free user",
    "other_costs.fixed_growth": "growth of fixed cost",
    "other_costs.not_operating": "base year's loss below EBITDA",
    "other_costs.stock_pay": "part of other costs paid in stock",
    "other_costs.partner_share": "partners' share of revenue",
    "cash.opening": "opening cash",
    "compute.of_training": "part of training cost that is compute",
    "compute.resold": "share that idle compute brings back",
    "compute.for_training": "share of capacity kept for training",
    "compute.passed_to_price": "part of a shortage that higher prices make up",
    "raising.below_months": "runway below which money is sought",
    "raising.months": "runway that is sought",
    "raising.share_of_value": "most that is raised a year over value",
    "raising.chance": "chance that money comes",
    "raising.full_growth": "growth from which on the chance is whole",
    "raising.after_listing": "chance that money comes after a listing",
    "raising.value.today": "value at which an investor buys now",
    "raising.value.multiple": "value over run rate",
    "raising.value.size_exponent": "fall of the multiple with run rate",
    "raising.value.growth_exponent": "rise of the multiple with growth",
    "raising.value.reference_growth": "growth at which the multiple is stated",
    "raising.value.floor": "least value over run rate",
    "raising.debt.share": "part of money sought that is borrowed",
    "raising.debt.interest_rate": "interest on debt",
    "raising.debt.maturity": "maturity of debt",
    "raising.debt.recovery": "what lenders get after failure",
    "raising.debt.opening": "debt at the start",
    "raising.shut.rate": "times that funding shuts",
    "raising.shut.quarters": "quarters for which funding is shut",
}
# Of the one segment of a lab that has no others: its revenue is the lab's.
WHOLE = "all"
OF_THE_WHOLE = {
    "share_of_revenue": "share of revenue",
    "inference_cost": "inference cost over revenue",
    "growth.initial": "initial growth of revenue",
    "growth.lasting": "lasting growth of revenue",
    "growth.half_life": "half-life of revenue growth",
    "growth.age": "age of revenue's initial growth",
    "growth.plateau": "years before revenue growth fades",
    "volatility": "volatility of revenue growth",
    "market": "size of the market",
    "adoption_half_life": "half-life of adoption",
    "client_loss.rate": "rate of client losses",
    "client_loss.share": "share lost with a client",
}
ATTRIBUTES = {
    "growth.initial": "initial growth",
    "growth.lasting": "lasting growth",
    "growth.half_life": "half-life of growth",
    "adoption_half_life": "half-life of adoption",
    "client_loss.rate": "rate of client losses",
    "client_loss.share": "share lost with a client",
    "fixed": "fixed part",
    "variable": "variable part",
    "cost": "inference cost per dollar",
    "cancellable": "cancellable share",
    "paid": "amount paid before the start",
    "training": "training cost",
}
# The input that says which alternative a path lives in.
ALTERNATIVE = "alternative"
WHICH_ALTERNATIVE = Quantity("alternative", "", 0.0)
LONGEST_SOURCE = 2000
# What is shown in the place of a source that a file leaves out.
NO_SOURCE = "no source given"
# The step of a key that stands for any member of a list.
MEMBER = "*"
ROW = re.compile(r"^\| ([A-Z]\d+) \|(.*)\|$", re.MULTILINE)
ID = re.compile(r"\b[A-Z]\d+\b")
SAME = "same"
# Words that Markdown makes bold or slanted.
EMPHASIS = re.compile(r"(?<!\w)(\*{1,2})(?=\S)(.+?)(?<=\S)\1(?!\w)")
FACT_FILES = ("facts.md", "facts-2026.md")


def words_of_key(key: str) -> str:
    """Return what a key, or a group of shocks, is called, such as ``initial growth of api``."""
    if key in NAMES:
        return NAMES[key]
    for section in PLAIN_SECTIONS:
        key = key.removeprefix(section)
    owner, dot, attribute = key.partition(".")
    if not dot:
        return _plain(owner)
    if owner == WHOLE and attribute in OF_THE_WHOLE:
        return OF_THE_WHOLE[attribute]
    attribute = attribute.removeprefix(f"{INPUTS}.")
    return f"{ATTRIBUTES.get(attribute, _plain(attribute))} of {_plain(owner)}"


def _words_of_correlation(pair: str) -> str:
    names = (words_of_key(name.strip()) for name in pair.strip('"').split(","))
    return f"correlation of {' and '.join(names)}"


def words_of_setting(key: str, inputs: Collection[str]) -> str:
    """Return what a key is called, with the quantile or parameter of an input that it names.

    Parameters
    ----------
    key
        As ``inference.efficiency_gain.p50``, which is ``median efficiency gain``.
    inputs
        Keys of the scenario's inputs.
    """
    section, _, pair = key.partition(".")
    if section == "correlations":
        return _words_of_correlation(pair)
    parent, _, last = key.rpartition(".")
    if key in inputs or parent not in inputs:
        return words_of_key(key)
    if last == "p50":
        return f"median {words_of_key(parent)}"
    name = last.upper() if QUANTILE_KEY.fullmatch(last) else _plain(last)
    return f"{name} of {words_of_key(parent)}"


def _plain(name: str) -> str:
    return name.replace(".", " ").replace("_", " ")


@dataclass(frozen=True)
class Input:
    """An input of a scenario: where it stands, what it is, and its distribution."""

    key: str
    quantity: Quantity
    distribution: Uncertain


@kept
def list_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Return every input that the scenario names or inherits, in the order of the schema.

    One that some alternatives change is what it is over all of them together.
    """
    possible = scenario.possible_alternatives
    return tuple(
        replace(member, distribution=_together(scenario.overridden[member.key], possible))
        if member.key in scenario.overridden
        else member
        for member in own_inputs(scenario)
    )


@kept
def own_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Return the inputs of ``list_inputs`` as the scenario has them without its alternatives."""
    found = tuple(_walk(scenario, ""))
    if scenario.horizon.deviations == "by year":
        return found
    return tuple(_by_quarter(each) if each.quantity.is_deviation else each for each in found)


def _by_quarter(deviation: Input) -> Input:
    return replace(deviation, quantity=replace(deviation.quantity, drawn="quarter"))


@lru_cache(maxsize=64)
def _together(under: tuple[Uncertain, ...], possible: tuple[Alternative, ...]) -> Uncertain:
    """Return what an input is over all alternatives, from what it is under each."""
    if len(under) == 1:
        return under[0]
    source = "; ".join(
        f"if {alternative.clause}: {each.source}"
        for alternative, each in zip(possible, under, strict=True)
    )
    return AnyMixture(
        distribution="mixture",
        parts=under,
        weights=tuple(alternative.weight for alternative in possible),
        source=source[:LONGEST_SOURCE],
    )


@kept
def correlated_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Return the uncertain inputs and the deviations from plan; events can't be correlated.

    The first is which alternative a path lives in, where there are several; nothing is correlated
    with it.
    """
    inputs = [i for i in list_inputs(scenario) if i.quantity.drawn != "event"]
    path = [i for i in inputs if i.quantity.drawn == "path" and not i.distribution.is_certain]
    deviations = [i for i in inputs if i.quantity.is_deviation]
    return (*_which_alternative(scenario), *path, *deviations)


def _which_alternative(scenario: Scenario) -> list[Input]:
    weights = tuple(each.weight for each in scenario.possible_alternatives)
    if len(weights) < 2:
        return []
    which = Discrete(distribution="discrete", values=tuple(range(len(weights))), weights=weights)
    return [Input(ALTERNATIVE, WHICH_ALTERNATIVE, which)]


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
    if get_origin(annotation) in (tuple, list, dict, Union, UnionType):
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
            has_members = get_origin(field.annotation) in (tuple, dict)
            within = (name, MEMBER) if has_members else (name,)
            yield from ((*within, *below) for below in _homes(inner))


class _Field(NamedTuple):
    """What a section's field holds, if it is an input, or a part that may have some.

    Attributes
    ----------
    name
        Of the field.
    quantity
        The declaration of the input.
    section
        The part; of a list, each member.
    of_members
        Whether it is a list of such parts.
    is_optional
        Whether a file may leave the part out, and then there is none.
    """

    name: str
    quantity: Quantity | None
    section: type[Section] | None
    of_members: bool
    is_optional: bool


@cache
def _fields_of(section: type[BaseModel]) -> tuple[_Field, ...]:
    """Return the fields of a section that are inputs or may have some, in the schema's order."""
    found = []
    for name, field in section.model_fields.items():
        quantity, inner = _declaration(field), section_in(field.annotation)
        within = inner if inner is not None and issubclass(inner, Section) else None
        if quantity is not None or within is not None:
            of_members = get_origin(field.annotation) is tuple
            found.append(_Field(name, quantity, within, of_members, field.default is None))
    return tuple(found)


def _walk(part: Section, prefix: str) -> Iterator[Input]:
    if isinstance(part, OwnLine):
        for name, quantity in part.quantities.items():
            yield Input(f"{prefix}{INPUTS}.{name}", quantity, part.inputs[name])
    for field in _fields_of(type(part)):
        value, key = getattr(part, field.name), f"{prefix}{field.name}"
        if field.quantity is not None:
            if isinstance(value, Uncertain):
                yield Input(key, field.quantity, value)
        elif isinstance(value, Section):
            yield from _walk(value, f"{key}.")
        elif isinstance(value, tuple):
            for member in value:
                if hasattr(member, "name"):
                    yield from _walk(member, f"{key}.{member.name}.")


def _declared(
    section: type[BaseModel], table: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, Quantity]]:
    own = table.get(INPUTS)
    if section is OwnLine and isinstance(own, dict):
        units = units_of(own, table.get("units"))
        for name, quantity in declared_quantities(str(table["name"]), units).items():
            yield f"{prefix}{INPUTS}.{name}", quantity
    for field in _fields_of(section):
        key, below = f"{prefix}{field.name}", table.get(field.name)
        if field.quantity is not None:
            yield key, field.quantity
        elif field.section is None:
            continue
        elif field.of_members:
            for member in below if isinstance(below, list) else []:
                if isinstance(member, dict) and isinstance(member.get("name"), str):
                    yield from _declared(field.section, member, f"{key}.{member['name']}.")
        elif isinstance(below, dict) or not field.is_optional:
            inner = below if isinstance(below, dict) else {}
            yield from _declared(field.section, inner, f"{key}.")


def _declaration(field: FieldInfo) -> Quantity | None:
    """Return what declares a field to be an input."""
    # Optional inputs hold their declaration inside the union with None.
    options = [getattr(option, "__metadata__", ()) for option in get_args(field.annotation)]
    for mark in [*field.metadata, *(mark for marks in options for mark in marks)]:
        if isinstance(mark, Quantity):
            return mark
    return None


class Fact(NamedTuple):
    """A reported figure: its id, what it is, its value, and where and when it was reported."""

    id: str
    figure: str
    value: str
    where: str


def packaged_facts() -> list[Path]:
    """Return the files of the facts that come with the package."""
    return [packaged_path(name, "docs") for name in FACT_FILES]


@cache
def read_facts() -> dict[str, Fact]:
    """Return all facts by id, in the order of their tables."""
    facts: dict[str, Fact] = {}
    reported = ""
    for found in ROW.finditer("\n".join(p.read_text(encoding="utf-8") for p in packaged_facts())):
        plain = EMPHASIS.sub(r"\2", found[2])
        figure, *cells, where = (cell.strip() for cell in plain.split("|"))
        if where.startswith(SAME):
            where = reported + where.removeprefix(SAME)
        else:
            reported = where
        value, about, known_on = [*cells[:3], "", "", ""][:3]
        on = about if known_on == SAME else known_on
        value = f"{value} ({about})" if about and about != on else value
        facts[found[1]] = Fact(found[1], figure, value, f"{where}, {on}" if on else where)
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


def funding_assumption(scenario: Scenario) -> str:
    """Return what is assumed where cash runs short, as in "assuming no funding round"."""
    reacts = scenario.training.cut is not None
    if scenario.raising is not None:
        comes = "money that comes by the chances of [raising]"
        return comes if reacts else f"{comes}, and no budget that reacts"
    last = scenario.horizon.last_quarter
    quarters = [f.quarter for f in scenario.funding if f.chance > 0.0 and f.quarter <= last]
    after = f" after {format_quarter(max(quarters))}" if quarters else ""
    reacting = "no investor" if reacts else "no budget or investor"
    return f"no funding round{after}, and {reacting} that reacts"
