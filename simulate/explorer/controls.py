"""What a page shows of what it may change: how it stands, its picture, and where it comes from."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulate.plots.density import density_of
from simulate.scenario import Scenario
from simulate.scenario.distributions import Uncertain
from simulate.scenario.inputs import ID, read_facts
from simulate.scenario.quantity import Quantity
from simulate.text.numbers import NO_LIMIT, Unit, unit_of

from .changed import Explored, stated_at
from .families import a_lot_of, kinds_for
from .places import Place, What, distribution_at, number_at, source_at
from .tables import kind_of, part_in_words, parts_of, rounded

Array = NDArray[np.float64]
# A picture is looked at so finely, and has so many points.
POINTS, BINS = 1001, 76
SHOWN_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
# Of a number that a scale covers.
OUTER_SCORES = special.ndtri(np.array([0.01, 0.1, 0.5, 0.9, 0.99]))
# How far a scale goes beyond P10 and P90, in parts of their distance, or of a number.
BELOW, ABOVE, OF_NUMBER = 1.0, 1.5, 1.5
# From this ratio of P90 to P10 on a scale is one of factors; below, what is so near to 0 is 0.
RATIO, NEAR = 3.0, 0.1
MOST_WEIGHT = 4.0
DIGITS, TOLD = 5, 4
BASE_RATE = re.compile(r"base-rates\.md: (.+?)(?:; (?:assumption|if )[^;]*)*$")


@dataclass(frozen=True)
class Handle:
    """A part of a control that a hand moves.

    Attributes
    ----------
    part
        Its key in the control's table, empty of a plain number.
    title
        What it is called.
    value, text
        Where it stands, and that in words.
    """

    part: str
    title: str
    value: float
    text: str


@dataclass(frozen=True)
class Shape:
    """A distribution's picture.

    Attributes
    ----------
    x, y
        Points of its density, the highest at 1.
    masses
        Single values with the probability of each.
    p10, p50, p90
        Its quantiles.
    text
        They in words.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    masses: tuple[tuple[float, float], ...]
    p10: float
    p50: float
    p90: float
    text: str


@dataclass(frozen=True)
class CitedFact:
    """A reported figure that a source names."""

    id: str
    text: str


@dataclass(frozen=True)
class Control:
    """What a page shows of a place that it may change; see the page's protocol."""

    key: str
    title: str
    section: str
    what: What
    unit: str
    value: Any
    kind: str
    kinds: tuple[str, ...]
    handles: tuple[Handle, ...]
    scale: tuple[float, float]
    shape: Shape | None
    source: str
    facts: tuple[CitedFact, ...]
    base_rate: str
    declared: str
    rank: int | None
    is_certain: bool
    is_changed: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        # Which copies nothing: a scene has a hundred controls.
        return vars(self) | {
            "handles": list(map(vars, self.handles)),
            "shape": self.shape and vars(self.shape),
            "facts": list(map(vars, self.facts)),
        }


def controls_of(explored: Explored, ranks: Mapping[str, int] | None = None) -> tuple[Control, ...]:
    """Return all controls of a scenario: those with a rank first, then in the schema's order."""
    found = [control_of(explored, key, explored.scenario, ranks) for key in explored.places]
    return tuple(sorted(found, key=lambda control: control.rank or math.inf))


def control_of(
    explored: Explored, key: str, now: Scenario, ranks: Mapping[str, int] | None = None
) -> Control:
    """Return the control of a place as a changed scenario has it.

    Parameters
    ----------
    explored
        The scenario without changes.
    key
        Of one of its places.
    now
        From ``with_changes``.
    ranks
        By key, the first of what moves the answer most.
    """
    place = explored.places[key]
    stated = stated_at(now, place)
    plain = _plain_control(explored, place, now, stated)
    plain = replace(plain, rank=(ranks or {}).get(key))
    if place.what != "input":
        return plain
    given = distribution_at(now, place)
    return replace(
        plain,
        kind=kind_of(stated),
        kinds=kinds_for(given, place.quantity),
        shape=None if given.is_certain else shape_of(given, unit_of(place.quantity.unit)),
        is_certain=given.is_certain,
    )


def _plain_control(explored: Explored, place: Place, now: Scenario, stated: Any) -> Control:
    quantity, handles = place.quantity, _handles(place, stated)
    source = source_at(now, place)
    return Control(
        key=place.key,
        title=place.title,
        section=place.section,
        what=place.what,
        unit=quantity.unit,
        value=stated,
        kind="",
        kinds=(),
        handles=handles,
        scale=scale_of(explored, place, now, [handle.value for handle in handles]),
        shape=None,
        source=source,
        facts=_cited(source),
        base_rate=_base_rate(source),
        declared=quantity.range if np.isfinite(quantity.high) or place.what == "input" else "",
        rank=None,
        is_certain=True,
        is_changed=stated != explored.stated[place.key],
    )


def _handles(place: Place, stated: Any) -> tuple[Handle, ...]:
    unit = unit_of(place.quantity.unit)
    if place.what != "input":
        return (Handle("", place.title, number(stated), in_words([stated], unit)[0]),)
    parts = parts_of(stated)
    values = [float(stated[part]) for part in parts]
    before = " before it is cut off" if "truncate" in stated else ""
    return tuple(
        Handle(part, f"{part_in_words(part)}{before}", number(value), text)
        for part, value, text in zip(parts, values, in_words(values, unit), strict=True)
    )


def in_words(values: Iterable[float], unit: Unit) -> list[str]:
    """Return values with as many digits as tell them apart."""
    values = list(values)
    if len(values) == 1:
        written = with_minus(unit.significant(values[0], TOLD))
        return ["no limit" if values[0] >= NO_LIMIT else written]
    return unit.readable(values)


def with_minus(text: str) -> str:
    """Return a number's text with the sign that a page has."""
    return text.replace("-", "−")


def number(value: float) -> float:
    """Return a number as a page is told it."""
    return float(f"{value:.{DIGITS}g}")


def shape_of(given: Uncertain, unit: Unit) -> Shape:
    """Return the picture of an uncertain input."""
    density = density_of(given, POINTS, BINS)
    middles = (density.edges[1:] + density.edges[:-1]) / 2.0
    highest = density.height.max(initial=0.0)
    has_density = highest > 0.0
    spread = float(np.ptp(density.edges))
    levels = SHOWN_LEVELS.items()
    quantiles = {name: rounded(given.quantile(level), spread) for name, level in levels}
    words = in_words(quantiles.values(), unit)
    named = zip(quantiles, words, strict=True)
    return Shape(
        x=_numbers(middles) if has_density else (),
        y=_numbers(density.height / highest) if has_density else (),
        masses=tuple(zip(_numbers(density.values), _numbers(density.masses), strict=True)),
        **{name: number(value) for name, value in quantiles.items()},
        text=" · ".join(f"{name.upper()} {word}" for name, word in named),
    )


def _numbers(values: Array) -> tuple[float, ...]:
    return tuple(map(number, values.tolist()))


def scale_of(
    explored: Explored, place: Place, now: Scenario, handles: Iterable[float]
) -> tuple[float, float]:
    """Return the range of a control's picture: that of the scenario opened, widened as needed."""
    low, high = _scale(explored.scenario, place)
    if place.what == "input":
        given = distribution_at(now, place)
        outer = given.quantile_at_score(OUTER_SCORES).tolist()
        handles = [*handles, *outer]
    inside = [value for value in handles if abs(value) < NO_LIMIT]
    if inside and (min(inside) < low or max(inside) > high):
        low, high = _rounded_out(min(low, *inside), max(high, *inside), place.quantity)
    return low, high


def _scale(scenario: Scenario, place: Place) -> tuple[float, float]:
    """Return a generous range around what stands at a place."""
    if place.what == "weight":
        return 0.0, max(MOST_WEIGHT, *(2.0 * each.weight for each in scenario.alternatives))
    if place.what == "level":
        level = number_at(scenario, place)
        reach = OF_NUMBER * abs(level) or a_lot_of(place.quantity)
        return _rounded_out(
            min(0.0, level - reach * (level <= 0.0)), max(level, 0.0) + reach, place.quantity
        )
    if place.what == "count":
        return place.quantity.low, place.quantity.high
    if place.what != "input":
        return (-1.0, 1.0) if place.what == "correlation" else (0.0, 1.0)
    quantity, given = place.quantity, distribution_at(scenario, place)
    lowest, p10, middle, p90, highest = given.quantile_at_score(OUTER_SCORES).tolist()
    if p10 >= p90:
        middle = 0.0 if middle >= NO_LIMIT else middle
        reach = OF_NUMBER * abs(middle) or a_lot_of(quantity)
        return _rounded_out(middle - reach, middle + reach, quantity)
    if quantity.low >= 0.0 < p10 and p90 / p10 > RATIO:
        factor = p90 / p10
        return _rounded_out(min(p10 / factor, lowest), max(p90 * factor, highest), quantity)
    spread = p90 - p10
    low, high = min(p10 - BELOW * spread, lowest), max(p90 + ABOVE * spread, highest)
    return _rounded_out(0.0 if 0.0 < low < NEAR * high else low, high, quantity)


def _rounded_out(low: float, high: float, quantity: Quantity) -> tuple[float, float]:
    """Return a range within what a quantity can be, its ends rounded outwards."""
    step = 10.0 ** (math.floor(math.log10(high - low)) - 1)
    # An end near 0 keeps digits of its own: the scale may be one of factors.
    fine = min(step, 10.0 ** (math.floor(math.log10(low)) - 1)) if low > 0.0 else step
    low, high = math.floor(low / fine) * fine, math.ceil(high / step) * step
    if low < quantity.low:
        low = max(quantity.low, low) if quantity.low < 0.0 else 0.0
    return number(low), number(min(high, quantity.high))


def _cited(source: str) -> tuple[CitedFact, ...]:
    """Return the facts that a source names."""
    known = read_facts()
    found = (known[each] for each in dict.fromkeys(ID.findall(source)) if each in known)
    return tuple(CitedFact(f.id, f"{f.figure}: {f.value} ({f.where})") for f in found)


def _base_rate(source: str) -> str:
    """Return what a source says after it names the base rates."""
    found = BASE_RATE.search(source)
    return found[1] if found else ""
