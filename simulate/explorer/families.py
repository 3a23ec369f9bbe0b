"""One distribution told as another family's, with about the same P10, P50 and P90."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from scipy import special

from simulate.scenario.distributions import AnyDistribution, Truncatable, Uncertain
from simulate.scenario.distributions.fitted import pert_shape, triangular_shape
from simulate.scenario.quantity import FAR, Quantity
from simulate.scenario.units import PARTS
from simulate.text.numbers import NO_LIMIT

from .tables import CERTAIN, KIND, KINDS, OUTER, Table, kind_of, restated, rounded

Array = NDArray[np.float64]
LEVELS = np.array([0.1, 0.5, 0.9])
OUTER_SCORES = special.ndtri(LEVELS[[0, 2]])
# Families that lie between limits, from 0 to 1 where nothing else is said.
OF_SHARES = ("logit_normal", "beta")
SHAPES: dict[str, Callable[[float, Array], Array]] = {
    "triangular": triangular_shape,
    "pert": pert_shape,
}
# What is a lot of a quantity that is 0 or without a limit, by its unit.
A_LOT = {
    "share": 0.5,
    "a year": 0.1,
    "a quarter": 1.0,
    "log/quarter": 0.5,
    "log/yr": 1.0,
    "log/log": 1.0,
    "times a year": 2.0,
    "years": 10.0,
    "bn": 1.0,
    "USD/yr": 100.0,
    "bn USD": 10.0,
    "bn USD/yr": 1000.0,
}
# How far a doubt about a certain number reaches, as a part of it.
PART_OF_NUMBER = 0.25
# So much further from the median must P90 be than P10 to make a tail, in parts of the spread.
LEAST_TAIL = 1e-3
DEGREES = 4.0
# From where on a median is met by two quantiles, in parts of the spread.
MEDIAN_MET = 0.02
ROUNDS = 6


@cache
def _reader() -> TypeAdapter[Any]:
    return TypeAdapter(AnyDistribution)


def read(quantity: Quantity, table: Any) -> Uncertain:
    """Return the distribution that a table states of a quantity.

    Raises
    ------
    ValueError
        If it states none, or one that the quantity can't have.
    """
    with np.errstate(all="ignore"):
        return quantity.read(table, _reader().validate_python)


def can_be(quantity: Quantity, table: Any) -> bool:
    """Tell whether a quantity can have the distribution that a table states."""
    try:
        read(quantity, table)
    except ValueError:
        return False
    return True


def a_lot_of(quantity: Quantity) -> float:
    """Return a large amount of a quantity, for where it has none of its own to go by."""
    return A_LOT.get(quantity.unit, 1.0)


def spread_of(given: Uncertain, quantity: Quantity) -> tuple[float, float, float]:
    """Return P10, P50 and P90, those of a doubt about it where a number is certain."""
    low, middle, high = (given.quantile(level) for level in LEVELS)
    if low < high:
        return low, middle, high
    middle = a_lot_of(quantity) if middle >= NO_LIMIT else middle
    reach = PART_OF_NUMBER * (abs(middle) or a_lot_of(quantity))
    # Of what can't be negative, a doubt about 0 lies above it.
    low, high = max(middle - reach, quantity.low), min(middle + reach, quantity.high)
    tail = LEVELS[0] * (high - low)
    return float(low + tail), (low + high) / 2.0, float(high - tail)


def kinds_for(given: Uncertain, quantity: Quantity) -> tuple[str, ...]:
    """Return the families that an input may be turned into, its own among them."""
    own = kind_of(restated(given))
    if quantity.certain:
        return (CERTAIN,)
    low, middle, high = spread_of(given, quantity)
    spread = high - low
    # Rounding leaves something of a P10 of 0.
    is_positive = rounded(low, spread) > 0.0
    is_share = quantity.unit in PARTS and is_positive and high < 1.0
    can = {
        "lognormal": is_positive or (high - middle) - (middle - low) > LEAST_TAIL * spread,
        "gamma": is_positive,
        "logit_normal": is_share,
        "beta": is_share,
    }
    kinds = [kind for kind in KINDS if can.get(kind, True)]
    return tuple(kinds if own in kinds else [own, *kinds])


def as_family(given: Uncertain, kind: str, quantity: Quantity) -> Table | None:
    """Return the table of a family with about the quantiles of a distribution, None if none has.

    Parameters
    ----------
    given
        The distribution.
    kind
        One of ``kinds_for``.
    quantity
        That has it.
    """
    if kind == kind_of(restated(given)):
        return restated(given)
    low, middle, high = spread_of(given, quantity)
    for table in _candidates(kind, low, middle, high, quantity):
        for limited in _limited(table, given, quantity):
            if can_be(quantity, limited):
                return _nearer(limited, np.array([low, high]), quantity)
    return None


def _candidates(
    kind: str, low: float, middle: float, high: float, quantity: Quantity
) -> Iterator[Table]:
    """Yield tables of a family with about these quantiles, the plainest first."""
    spread = high - low

    def near(value: float) -> float:
        return rounded(value, spread)

    if kind == CERTAIN:
        yield {CERTAIN: near(middle)}
        return
    outer = {KIND: kind, "p10": near(low), "p90": near(high)}
    three = {KIND: kind, "p10": near(low), "p50": near(middle), "p90": near(high)}
    if kind in SHAPES:
        yield from _three_points(kind, low, middle, high, quantity)
    elif kind == "uniform":
        beyond = spread / 8.0
        yield {KIND: kind} | _within(quantity, low=near(low - beyond), high=near(high + beyond))
    elif kind == "lognormal":
        met = low > 0.0 and abs(np.sqrt(low * high) - middle) < MEDIAN_MET * spread
        yield from (outer, three) if met else (three, outer)
    elif kind == "metalog":
        ends = list(_finite_ends(quantity).items())
        yield three
        yield from (three | dict(ends[:1]), three | dict(ends[1:]), three | dict(ends))
        yield outer
    elif kind == "student_t":
        yield outer | {"degrees_of_freedom": DEGREES}
    else:
        yield outer


def _three_points(
    kind: str, low: float, middle: float, high: float, quantity: Quantity
) -> Iterator[Table]:
    """Yield least, most likely and most, of a median as skewed as the family's can be."""
    shape = SHAPES[kind]

    def standard(place: float) -> tuple[float, float, float]:
        below, between, above = shape(place, LEVELS)
        return float(below), float((between - below) / (above - below)), float(above)

    wanted = np.clip((middle - low) / (high - low), standard(0.0)[1], standard(1.0)[1])
    places = np.linspace(0.0, 1.0, 1001)
    place = float(places[np.argmin([abs(standard(each)[1] - wanted) for each in places])])
    below, _, above = standard(place)
    width = (high - low) / (above - below)
    least = low - below * width
    points = _within(quantity, low=least, mode=least + place * width, high=least + width)
    yield {KIND: kind} | {name: rounded(value, high - low) for name, value in points.items()}


def _within(quantity: Quantity, **values: float) -> dict[str, float]:
    """Return values moved into the range of a quantity."""
    return {name: min(max(value, quantity.low), quantity.high) for name, value in values.items()}


def _finite_ends(quantity: Quantity) -> dict[str, float]:
    ends = {"low": quantity.low, "high": quantity.high}
    return {name: end for name, end in ends.items() if abs(end) < FAR}


def _limited(table: Table, given: Uncertain, quantity: Quantity) -> Iterator[Table]:
    """Yield a table cut off as the distribution is, as it stands, and at the quantity's range."""
    if kind_of(table) == CERTAIN:
        yield table
        return
    own = restated(given).get("truncate")
    if isinstance(given, Truncatable) and own is not None:
        yield table | {"truncate": own}
    yield table
    near = _finite_ends(quantity)
    yield table | {"truncate": [near.get("low"), near.get("high")]}
    ends = (quantity.low, quantity.high)
    yield table | {"truncate": [end if np.isfinite(end) else None for end in ends]}


def _nearer(table: Table, wanted: Array, quantity: Quantity) -> Table:
    """Return a table with outer quantiles that, once it is cut off, are nearer to those wanted."""
    if "truncate" not in table or not {*OUTER} <= table.keys():
        return table
    spread = wanted[1] - wanted[0]
    best, least, stated = table, np.inf, table
    for _ in range(ROUNDS):
        try:
            found = read(quantity, stated)
        except ValueError:
            break
        misses = wanted - found.quantile_at_score(OUTER_SCORES)
        if np.abs(misses).max() >= least:
            break
        best, least = stated, float(np.abs(misses).max())
        moved = zip(OUTER, misses.tolist(), strict=True)
        stated = stated | {key: rounded(stated[key] + miss, spread) for key, miss in moved}
    return best
