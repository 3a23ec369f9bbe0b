"""Distributions as tables of what a hand can move: quantiles, limits, a number."""

import math
from collections.abc import Mapping
from typing import Any

from simulate.scenario.distributions import Uncertain
from simulate.scenario.distributions.quantiles import QUANTILE_KEY, level_of

Table = dict[str, Any]
KIND, CERTAIN = "distribution", "value"
# What an input can be turned into.
KINDS = (
    CERTAIN,
    "normal",
    "lognormal",
    "logit_normal",
    "uniform",
    "triangular",
    "pert",
    "student_t",
    "gamma",
    "beta",
    "metalog",
)
# Families that two quantiles state as well as parameters do, and these.
OUTER = ("p10", "p90")
PARAMETERS: Mapping[str, frozenset[str]] = {
    "normal": frozenset({"mean", "sd"}),
    "lognormal": frozenset({"mean", "sd", "mu", "sigma"}),
    "logit_normal": frozenset({"mu", "sigma"}),
    "student_t": frozenset({"location", "scale"}),
    "gamma": frozenset({"mean", "sd", "shape", "scale"}),
    "beta": frozenset({"mean", "sd", "alpha", "beta"}),
}
# Families whose limits are moved by hand, and the order of those.
BY_LIMITS = ("uniform", "triangular", "pert")
LIMITS = ("low", "mode", "high")
# Digits of a quantile that is told of parameters, as a part of the spread.
DIGITS = 4


def restated(given: Uncertain) -> Table:
    """Return a distribution as a table without sources, by quantiles where parameters state it."""
    table = without_sources(given.model_dump(mode="json", exclude_none=True))
    stated = PARAMETERS.get(kind_of(table), frozenset()) & table.keys()
    if not stated:
        return table
    whole = given.model_copy(update={"truncate": None})
    low, high = (whole.quantile(level_of(key)) for key in OUTER)
    outer = zip(OUTER, (low, high), strict=True)
    kept = {key: value for key, value in table.items() if key not in stated}
    return kept | {key: rounded(value, high - low) for key, value in outer}


def without_sources(value: Any) -> Any:
    """Return a table without the sources in it, and a list with null for what is not finite."""
    if isinstance(value, dict):
        return {key: without_sources(each) for key, each in value.items() if key != "source"}
    if isinstance(value, list):
        return [without_sources(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def kind_of(table: Mapping[str, Any]) -> str:
    """Return the family that a table states, ``value`` of a certain number."""
    return str(table.get(KIND, CERTAIN))


def parts_of(table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of a table that a hand moves, from low to high."""
    kind = kind_of(table)
    if kind == CERTAIN:
        return (CERTAIN,)
    quantiles = sorted(filter(QUANTILE_KEY.fullmatch, table), key=level_of)
    limits = LIMITS if kind in BY_LIMITS else ()
    return (*quantiles, *(key for key in limits if key in table))


def part_in_words(part: str) -> str:
    """Return what a part is called, such as ``P10``; nothing of a plain number."""
    if QUANTILE_KEY.fullmatch(part):
        return part.upper().replace("_", ".")
    return {CERTAIN: "value", "low": "least", "mode": "most likely", "high": "most"}.get(part, part)


def rounded(value: float, spread: float) -> float:
    """Return a value to a ten-thousandth of the spread that it is about."""
    if not (math.isfinite(value) and spread > 0.0 and math.isfinite(spread)):
        return value
    return round(value, DIGITS - math.floor(math.log10(spread))) + 0.0
