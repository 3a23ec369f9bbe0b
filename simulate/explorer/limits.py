"""How far a hand may move a part of a control, all else as it is, and what stops it there."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from simulate.scenario.correlations import can_be_correlated
from simulate.scenario.mistakes import in_words as mistake_in_words
from simulate.text.numbers import unit_of

from .changed import Changes, Explored, Refused, stated_at
from .controls import in_words, scale_of
from .families import read
from .places import Place
from .tables import rounded

# How often a range is halved, between what was judged by itself and as a whole scenario.
HALVINGS, WHOLE_HALVINGS = 20, 13
# How far out an end is looked for, in widths of the control's scale.
FURTHEST = 1e3
# So near to a rounder number, in parts of the scale and of itself, it is that.
NEAR_SCALE, NEAR_NUMBER = 1e-4, 2e-5
# What of a refusal is no reason: the numbers tried, which pair is named, and what would mend it.
ASIDE = re.compile(
    r"^(?:\w+ = [^\s,:]+(?:, )?)+: |^correlations\.\".*?\": | \(least eigenvalue .*?\)|; .*",
    re.DOTALL,
)
NOT_LIKE_THIS = "no inputs can be correlated like this"
# Whether a number can be: nothing, or why not.
Judge = Callable[[float], str]


@dataclass(frozen=True)
class Limits:
    """How far a part may be moved.

    Attributes
    ----------
    key, part
        Of the control, and of its table.
    low, high
        The outermost numbers that can be.
    low_text, high_text
        They in words.
    why_low, why_high
        What stops a hand there, empty where nothing does.
    """

    key: str
    part: str
    low: float
    high: float
    low_text: str
    why_low: str
    high_text: str
    why_high: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def limits_of(explored: Explored, changes: Changes, key: str, part: str) -> Limits:
    """Return how far a part of a control may be moved, all else as changes have it.

    Parameters
    ----------
    explored
        The scenario without changes.
    changes
        As they stand.
    key, part
        Of the control, and of its table; the part of a plain number is empty.

    Raises
    ------
    Refused
        If the changes can't be as they are, or there is no such part.
    """
    place = explored.places.get(key)
    if place is None:
        raise Refused("", f'"{key!s:.60}" is nothing that can be changed')
    now = explored.with_changes(changes)
    stated = stated_at(now, place)
    start = stated.get(part) if place.what == "input" else stated
    if isinstance(start, bool) or not isinstance(start, (int, float)):
        raise Refused(key, f'has no part "{part!s:.20}" to be moved')
    low_end, high_end = scale_of(explored, place, now, [start])

    def with_part(value: float) -> Any:
        if place.what == "count":
            return round(value)
        return stated | {part: value} if place.what == "input" else value

    def by_itself(value: float) -> str:
        if place.what == "correlation" and len(place.steps) == 2:
            # A whole refusal takes time to say how they could be.
            return "" if can_be_correlated(now, {place.steps[-1]: value}) else NOT_LIKE_THIS
        return _why_not(place, with_part(value))

    def as_a_whole(value: float) -> str:
        try:
            explored.with_changes(changes | {key: with_part(value)})
        except Refused as refused:
            return ASIDE.sub("", refused.text)
        return ""

    ends = [
        _end(place, float(start), sign * (high_end - low_end), by_itself, as_a_whole)
        for sign in (-1.0, 1.0)
    ]
    (low, why_low), (high, why_high) = ends
    unit = unit_of(place.quantity.unit)
    low_text, high_text = (in_words([end], unit)[0] for end in (low, high))
    return Limits(key, part, low, high, low_text, why_low, high_text, why_high)


def _why_not(place: Place, value: Any) -> str:
    """Return why an input can't have a distribution, as far as that is told by itself."""
    if place.what != "input":
        return ""
    try:
        read(place.quantity, value)
    except ValidationError as error:
        return ASIDE.sub("", mistake_in_words(error.errors()[0]))
    except ValueError as error:
        return ASIDE.sub("", str(error))
    return ""


def _end(
    place: Place, start: float, width: float, by_itself: Judge, as_a_whole: Judge
) -> tuple[float, str]:
    """Return the outermost number that can be on one side, and what stops it there."""
    inside, outside, why = start, start, ""
    for outside in _outwards(place, start, width):
        if why := by_itself(outside):
            break
        inside = outside
    if why:
        inside, why = _halved(inside, outside, why, by_itself, HALVINGS)
        inside = _rounded_inwards(inside, start, width, by_itself)
    if beyond := as_a_whole(inside):
        found, why = _halved(start, inside, beyond, as_a_whole, WHOLE_HALVINGS)
        inside = _rounded_inwards(found, start, width, as_a_whole)
    declared = place.quantity.low if width < 0.0 else place.quantity.high
    if not why and inside == declared:
        why = f"{place.quantity.title} is {place.quantity.range}"
    return inside, why


def _outwards(place: Place, start: float, width: float) -> Iterator[float]:
    """Yield numbers ever further out, to the end of what is declared or far enough."""
    declared = place.quantity.low if width < 0.0 else place.quantity.high
    if place.what != "input" and math.isfinite(declared):
        yield declared
        return
    distance = width
    while abs(distance) <= FURTHEST * abs(width):
        further = start + distance
        if (further - declared) * width >= 0.0:
            yield declared
            return
        yield further
        distance *= 2.0


def _halved(inside: float, outside: float, why: str, judge: Judge, most: int) -> tuple[float, str]:
    """Return the outermost number that can be between one that can and one that can't, and why."""
    for _ in range(most):
        middle = (inside + outside) / 2.0
        if refusal := judge(middle):
            outside, why = middle, refusal
        else:
            inside = middle
    return inside, why


def _rounded_inwards(value: float, start: float, width: float, judge: Judge) -> float:
    """Return a round number beside the outermost one, which may be beyond it if it can be."""
    step = 10.0 ** (math.floor(math.log10(abs(width))) - 4)
    round_number, nearest = float(f"{value:.2g}"), rounded(value, abs(width))
    inwards = rounded(nearest - math.copysign(step, width), abs(width))
    for candidate in (round_number, nearest, inwards):
        near = max(NEAR_SCALE * abs(width), NEAR_NUMBER * abs(value), step)
        is_near = abs(candidate - value) <= near and (candidate - start) * width >= 0.0
        if is_near and not judge(candidate):
            return candidate
    return value
