"""Assumptions in words: inputs, facts, correlations, and the difference of two scenarios."""

import itertools
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from simulate.scenario import Scenario
from simulate.scenario.correlations import correlated_pairs, moved_correlations, used_correlations
from simulate.scenario.dependence import Kind, MatrixOfCorrelations, RankCorrelation, kind_in_words
from simulate.scenario.distributions import Uncertain
from simulate.scenario.inputs import NO_SOURCE, Input, cited_facts, list_inputs, unknown_facts
from simulate.scenario.quantity import NEVER_HALVES, NO_LIMIT, ZERO
from simulate.scenario.quarters import format_quarter

from .numbers import share
from .run import Row, Table

LEVELS = (0.1, 0.5, 0.9)
# Closer than this, part of the spread, two quantiles are the same.
SAME = 1e-6
WIDER = 1.05
# What stands for an input that a new member does without.
NOTHING = (ZERO, NO_LIMIT, NEVER_HALVES)
PARTS = ("segments", "hardware", "funding")
# What of a member is no input, and no name or source.
DATES = ("starts", "quarter", "first_quarter", "last_quarter", "life_years")
MOVED_BY = "the nearest that can be, as nearest = true under [copula] asks"
MOST_NAMED = 5
LISTS = {"segments": "segment", "hardware": "hardware", "funding": "funding"}


def describe_difference(before: Scenario, after: Scenario) -> list[str]:
    """Return one line for each way in which the second scenario differs from the first.

    Parameters
    ----------
    before, after
        Validated scenarios.

    Returns
    -------
    list of str
        Empty if they assume the same; names, sources and sampling do not count.
    """
    return [
        *_frame(before, after),
        *_members(before, after),
        *_inputs(before, after),
        *_correlations(before, after),
    ]


def _frame(before: Scenario, after: Scenario) -> Iterator[str]:
    for name, read in {
        "horizon": lambda s: (
            f"{format_quarter(s.horizon.first_quarter)} to {format_quarter(s.horizon.last_quarter)}"
        ),
        "target of gross margin": lambda s: _percent(s.targets.gross_margin),
        "quarters that it must hold": lambda s: f"{s.targets.hold_quarters}",
        "projected year": lambda s: f"{s.targets.projected_year or 'none'}",
        "projected margin": lambda s: s.targets.projected_margin,
        "joint extremes": lambda s: tails_in_words(s.copula.degrees_of_freedom),
        "quarterly shocks": lambda s: tails_in_words(s.shocks.degrees_of_freedom),
    }.items():
        if read(before) != read(after):
            yield f"{name}: {read(before)} becomes {read(after)}"


def _members(before: Scenario, after: Scenario) -> Iterator[str]:
    """Tell which segments, purchases and rounds come and go, and how their dates differ."""
    for part in PARTS:
        old = {member.name: member for member in getattr(before, part)}
        new = {member.name: member for member in getattr(after, part)}
        yield from (f"{part}.{name}: left out" for name in old if name not in new)
        for name, member in new.items():
            if name not in old:
                dates = ", ".join(f"{key} {value}" for key, value in _facts(member).items())
                yield f"{part}.{name}: new{', ' if dates else ''}{dates}"
                continue
            facts = _facts(old[name]), _facts(member)
            for key in dict.fromkeys([*facts[0], *facts[1]]):
                a, b = (of.get(key, "none") for of in facts)
                if a != b:
                    yield f"{part}.{name}.{key}: {a} becomes {b}"


def _facts(member: Any) -> dict[str, str]:
    """Return what of a member is no input, in words: dates, chances, known losses."""
    given = {key: value for key in DATES if (value := getattr(member, key, None)) is not None}
    facts = {
        key: f"{value} years" if key == "life_years" else format_quarter(value)
        for key, value in given.items()
    }
    if (chance := getattr(member, "chance", None)) is not None:
        facts["chance"] = _percent(chance)
    if losses := getattr(member, "known_losses", ()):
        facts["known_losses"] = " and ".join(
            f"{_percent(loss.share)} in {format_quarter(loss.quarter)}" for loss in losses
        )
    return facts


def _inputs(before: Scenario, after: Scenario) -> Iterator[str]:
    old = {member.key: member for member in list_inputs(before)}
    new = {member.key: member for member in list_inputs(after)}
    # Inputs of a member that is left out go with it.
    kept = {f"{part}.{m.name}" for part in PARTS for m in getattr(after, part)}
    for key in old:
        part, *member = key.split(".")
        if key not in new and (part not in PARTS or f"{part}.{member[0]}" in kept):
            yield f"{key}: left out"
    for key, member in new.items():
        if key not in old and member.distribution in NOTHING:
            continue
        if key not in old:
            yield f"{key}: new, {_shown(member)}"
        elif line := _moved(old[key], member):
            yield line


def _moved(old: Input, new: Input) -> str:
    """Return how an input's distribution differs, or nothing."""
    a, b = _quantiles(old.distribution), _quantiles(new.distribution)
    scale = max(abs(a[2] - a[0]), abs(b[2] - b[0]), 1e-9 * abs(a[1]), 1e-300)
    if all(abs(x - y) <= SAME * scale for x, y in zip(a, b, strict=True)):
        kinds = [kind_of(member.distribution) for member in (old, new)]
        return "" if kinds[0] == kinds[1] else f"{new.key}: {kinds[0]} becomes {kinds[1]}"
    change = f"{_shown(old, with_unit=False)} becomes {_shown(new)}"
    return f"{new.key}: {change} ({', '.join(_ways(a, b, SAME * scale))})"


def _ways(a: list[float], b: list[float], same: float) -> list[str]:
    ways = []
    if abs(b[1] - a[1]) > same:
        ways.append("higher" if b[1] > a[1] else "lower")
    before, after = a[2] - a[0], b[2] - b[0]
    if before == 0.0 < after:
        ways.append("now uncertain")
    elif after == 0.0 < before:
        ways.append("now certain")
    elif after > WIDER * before:
        ways.append("wider")
    elif before > WIDER * after:
        ways.append("narrower")
    return ways or ["another shape"]


def _correlations(before: Scenario, after: Scenario) -> Iterator[str]:
    old, new = _correlations_in_words(before), _correlations_in_words(after)
    named = {member.key for member in list_inputs(after)}
    for pair in [*old, *(pair for pair in new if pair not in old)]:
        a, b = old.get(pair, "0"), new.get(pair, "0")
        if a != b and pair <= named:
            yield f"correlation of {' and '.join(sorted(pair))}: {a} becomes {b}"


def _correlations_in_words(scenario: Scenario) -> dict[frozenset[str], str]:
    """Return the correlation of every pair as paths have it, of the kind that was given."""
    return {
        frozenset((pair.first, pair.second)): f"{value:g}{kind_in_words(pair.kind)}"
        for pair, value in used_correlations(scenario).items()
    }


def _quantiles(distribution: Uncertain) -> list[float]:
    return [distribution.quantile(level) for level in LEVELS]


def kind_of(distribution: Uncertain) -> str:
    """Return the family that a distribution is of."""
    return str(getattr(distribution, "distribution", "certain"))


def _shown(member: Input, with_unit: bool = True) -> str:
    """Return P10 / P50 / P90 of an input, or its certain number; shares in percent."""
    is_share = member.quantity.unit == "share"
    write = _percent if is_share else _number
    quantiles = [write(value) for value in _quantiles(member.distribution)]
    shown = quantiles[1] if member.distribution.is_certain else " / ".join(quantiles)
    return shown if is_share or not with_unit else f"{shown} {member.quantity.unit}"


def _number(value: float) -> str:
    return f"{round(value, 12):.4g}"


def _percent(value: float) -> str:
    return f"{_number(100.0 * value)}%"


def tails_in_words(degrees: float | None) -> str:
    """Return how often extremes come, normal or Student's."""
    return "normal" if degrees is None else f"Student-t of {degrees:g} degrees of freedom"


class StatedCorrelation(NamedTuple):
    """A correlation of a scenario.

    Attributes
    ----------
    inputs
        Two, or the pattern of a group.
    value
        As given.
    kind
        Of ranks; None for the correlation of scores.
    source
        As given, or what moved it.
    note
        What is to be said of it.
    moved_to
        What paths have, where it can't be as given.
    """

    inputs: str
    value: float
    kind: Kind | None
    source: str
    note: str = ""
    moved_to: float | None = None


def frame_table(scenario: Scenario) -> Table:
    """Return the assumptions that are no inputs: targets, dates, chances and joint extremes."""
    rows = [*_target_rows(scenario), *_dated_rows(scenario)]
    for name, tails in (
        ("copula, of the inputs' joint extremes", scenario.copula),
        ("distribution of quarterly shocks", scenario.shocks),
    ):
        rows.append(Row(name, (tails_in_words(tails.degrees_of_freedom), tails.source)))
    return Table("Targets, dates and chances", ("assumption", "value", "source"), tuple(rows))


def _target_rows(scenario: Scenario) -> Iterator[Row]:
    horizon, targets = scenario.horizon, scenario.targets
    yield Row("horizon", (period(horizon.first_quarter, horizon.last_quarter), ""))
    target = f"{targets.gross_margin:.0%}, held for {targets.hold_quarters} quarters"
    yield Row("target of gross margin", (target, targets.source or NO_SOURCE))
    if targets.projected_year is not None:
        projected = f"by {targets.projected_year} ({targets.projected_margin})"
        yield Row("the company's projection of it", (projected, targets.source or NO_SOURCE))


def _dated_rows(scenario: Scenario) -> Iterator[Row]:
    for segment in scenario.segments:
        name = name_of_member("segments", segment.name)
        if segment.starts is not None:
            yield Row(name, (f"starts in {format_quarter(segment.starts)}", ""))
        for loss in segment.known_losses:
            lost = f"loses {share(loss.share)} of its revenue in {format_quarter(loss.quarter)}"
            yield Row(name, (lost, loss.source or NO_SOURCE))
    for bought in scenario.hardware:
        when = period(bought.first_quarter, bought.last_quarter)
        life = f"bought {when}, in service for {bought.life_years} years"
        yield Row(name_of_member("hardware", bought.name), (life, bought.source or NO_SOURCE))
    for funding in scenario.funding:
        chance = f"in {format_quarter(funding.quarter)}, with a chance of {share(funding.chance)}"
        yield Row(name_of_member("funding", funding.name), (chance, funding.source or NO_SOURCE))


def correlation_table(scenario: Scenario) -> Table:
    """Return the correlations of ``stated_correlations`` in words."""
    rows = [
        Row(stated.inputs, (_in_words(stated), stated.source), stated.note)
        for stated in stated_correlations(scenario)
    ]
    return Table("Correlations between inputs", ("inputs", "correlation", "source"), tuple(rows))


def _in_words(stated: StatedCorrelation) -> str:
    if stated.moved_to is not None:
        return _move(stated.value, stated.moved_to, stated.kind)
    return f"{stated.value:g}{kind_in_words(stated.kind)}"


def stated_correlations(scenario: Scenario) -> list[StatedCorrelation]:
    """Return the correlations as the scenario gives them, those of a matrix one by one.

    Those that can't be follow, with the nearest that can and that paths have.
    """
    in_use = correlated_pairs(scenario).keys()
    stated = [
        each
        for key, given in scenario.correlations.items()
        for each in (
            _of_matrix(given)
            if isinstance(given, MatrixOfCorrelations)
            else [_of_key(key, given, in_use)]
        )
    ]
    moved = [
        StatedCorrelation(f"{p.first}, {p.second}", p.value, p.kind, MOVED_BY, moved_to=value)
        for p, value in moved_correlations(scenario).items()
    ]
    return [*stated, *moved]


def moved_sentences(scenario: Scenario) -> list[str]:
    """Return which correlations were moved, pair by pair, if any."""
    moved = moved_correlations(scenario)
    shown = [f"{p.first}, {p.second} {_move(p.value, to, p.kind)}" for p, to in moved.items()]
    return [f"Correlations moved to the nearest that can be: {'; '.join(shown)}."] if shown else []


def _move(value: float, to: float, kind: Kind | None) -> str:
    return f"{value:g} → {to:.3f}{kind_in_words(kind)}"


def fact_table(scenario: Scenario) -> Table:
    """Return the reported figures that the scenario's sources cite."""
    rows = [
        Row(f"{fact.id}: {fact.figure}", (fact.value, fact.where)) for fact in cited_facts(scenario)
    ]
    return Table(
        "Facts cited, money in billions of US dollars", ("fact", "value", "source"), tuple(rows)
    )


def source_sentences(scenario: Scenario) -> list[str]:
    """Say which inputs have no source, and which facts are cited that nobody knows."""
    said = []
    if keys := [m.key for m in list_inputs(scenario) if not m.distribution.source.strip()]:
        more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
        said.append(f"No source is given for {', '.join(keys[:MOST_NAMED])}{more}.")
    if unknown := unknown_facts(scenario):
        cited = ", ".join(f"{fact} ({key})" for fact, key in unknown.items())
        said.append(f"Not among the reported figures of docs/facts.md: {cited}.")
    return said


def _of_matrix(given: MatrixOfCorrelations) -> list[StatedCorrelation]:
    pairs, source = itertools.combinations(enumerate(given.inputs), 2), given.source or NO_SOURCE
    return [
        StatedCorrelation(f"{first}, {second}", given.matrix[i][j], given.kind, source)
        for (i, first), (j, second) in pairs
        if given.matrix[i][j] != 0.0
    ]


def _of_key(key: str, given: Uncertain, in_use: Collection[frozenset[str]]) -> StatedCorrelation:
    pair = frozenset(name.strip() for name in key.split(","))
    idle = len(pair) == 2 and pair not in in_use
    note = "without effect: one of the two is certain" if idle else ""
    kind = given.kind if isinstance(given, RankCorrelation) else None
    return StatedCorrelation(key, given.quantile(0.5), kind, given.source or NO_SOURCE, note)


def name_of_member(part: str, name: str) -> str:
    """Return what a member of a list is called, such as ``funding: round 2026``."""
    return f"{LISTS[part]}: {name.replace('_', ' ')}"


def period(first: int, last: int) -> str:
    """Return the quarters between two in words."""
    return f"{format_quarter(first)} to {format_quarter(last)}"
