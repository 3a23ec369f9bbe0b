"""How two scenarios' assumptions differ, in words."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from simulate.scenario import Scenario
from simulate.scenario.correlations import used_correlations
from simulate.scenario.dependence import kind_in_words
from simulate.scenario.distributions import Uncertain
from simulate.scenario.inputs import Input, list_inputs
from simulate.scenario.quantity import ABSENT
from simulate.scenario.quarters import format_quarter

from .assumptions import (
    amounts_by_year,
    kind_of,
    known_capacity_in_words,
    period,
    raised_before_in_words,
    tails_in_words,
)
from .numbers import PLAIN, SHARE, unit_of

LEVELS = (0.1, 0.5, 0.9)
# Closer than this, part of the spread, two quantiles are the same.
SAME = 1e-6
WIDER = 1.05
PARTS = (
    "base_quarters",
    "segments",
    "hardware",
    "commitments",
    "revenue_shares",
    "funding",
    "lines",
    "metrics",
    "outcomes",
    "alternatives",
)
# What of a member is no input, and no name or source.
DATES = ("starts", "quarter", "first_quarter", "last_quarter", "life_years", "from", "until", "by")
AS_GIVEN = ("counts_in", "formula", "when", "unit", "held")
SWITCHES = ("through_partners", "within")
# Of a number that counts.
DIGITS = 4


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
        "horizon": lambda s: period(s.horizon.first_quarter, s.horizon.last_quarter),
        "target of gross margin": lambda s: SHARE.significant(s.targets.gross_margin, DIGITS),
        "quarters that it must hold": lambda s: f"{s.targets.hold_quarters}",
        "projected year": lambda s: f"{s.targets.projected_year or 'none'}",
        "projected margin": lambda s: s.targets.projected_margin,
        "known capacity": known_capacity_in_words,
        "raised before the start": raised_before_in_words,
        "joint extremes": lambda s: tails_in_words(s.copula.degrees_of_freedom),
        "quarterly shocks": lambda s: tails_in_words(s.shocks.degrees_of_freedom),
    }.items():
        if read(before) != read(after):
            yield f"{name}: {read(before)} becomes {read(after)}"


def _members(before: Scenario, after: Scenario) -> Iterator[str]:
    """Tell which segments, purchases and rounds come and go, and how their dates differ."""
    for part in PARTS:
        old, new = (_by_name(getattr(scenario, part)) for scenario in (before, after))
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


def _by_name(members: Any) -> dict[str, Any]:
    return members if isinstance(members, dict) else {member.name: member for member in members}


def _facts(member: Any) -> dict[str, str]:
    """Return what of a member is no input, in words: dates, chances, known losses."""
    given = {key: value for key, value in member if value is not None}
    facts = {
        key: f"{given[key]} years" if key == "life_years" else format_quarter(given[key])
        for key in DATES
        if key in given
    }
    facts |= {key: " ".join(str(given[key]).split()) for key in AS_GIVEN if key in given}
    facts |= {key: "true" for key in SWITCHES if given.get(key)}
    if "by_year" in given:
        facts["by_year"] = amounts_by_year(given["by_year"])
    if (chance := getattr(member, "chance", None)) is not None:
        facts["chance"] = SHARE.significant(chance, DIGITS)
    if (weight := getattr(member, "weight", None)) is not None:
        facts["weight"] = PLAIN.significant(weight, DIGITS)
    if losses := getattr(member, "known_losses", ()):
        facts["known_losses"] = " and ".join(
            f"{SHARE.significant(loss.share, DIGITS)} in {format_quarter(loss.quarter)}"
            for loss in losses
        )
    return facts


def _inputs(before: Scenario, after: Scenario) -> Iterator[str]:
    old, new = (
        {i.key: i for i in list_inputs(scenario) if i.distribution not in ABSENT}
        for scenario in (before, after)
    )
    # Inputs of a member that is left out go with it.
    kept = {f"{part}.{name}" for part in PARTS for name in _by_name(getattr(after, part))}
    for key in old:
        part, *member = key.split(".")
        if key not in new and (part not in PARTS or f"{part}.{member[0]}" in kept):
            yield f"{key}: left out"
    for key, member in new.items():
        if key not in old:
            yield f"{key}: new, {in_quantiles(member)}"
        elif line := _moved(old[key], member):
            yield line


def _moved(old: Input, new: Input) -> str:
    """Return how an input's distribution differs, or nothing."""
    a, b = _quantiles(old.distribution), _quantiles(new.distribution)
    scale = max(abs(a[2] - a[0]), abs(b[2] - b[0]), 1e-9 * abs(a[1]), 1e-300)
    if all(abs(x - y) <= SAME * scale for x, y in zip(a, b, strict=True)):
        kinds = [kind_of(member.distribution) for member in (old, new)]
        return "" if kinds[0] == kinds[1] else f"{new.key}: {kinds[0]} becomes {kinds[1]}"
    change = f"{in_quantiles(old, with_unit=False)} becomes {in_quantiles(new)}"
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


def in_quantiles(member: Input, with_unit: bool = True) -> str:
    """Return P10 / P50 / P90 of an input, or its certain number; shares in percent."""
    unit = unit_of(member.quantity.unit)
    quantiles = [unit.significant(value, DIGITS) for value in _quantiles(member.distribution)]
    shown = quantiles[1] if member.distribution.is_certain else " / ".join(quantiles)
    return shown if unit.sign or not with_unit else f"{shown} {unit.name}"


def print_difference(before: Scenario, after: Scenario, out: Console) -> None:
    """Print how the second scenario differs from the first."""
    lines = describe_difference(before, after)
    out.print(Text(f"From: {before.name}\nTo:   {after.name}\n"))
    for line in lines or ["The two assume the same."]:
        out.print(Text(line))
    if lines:
        out.print(Text("\nInputs are P10 / P50 / P90, or one certain number."))
