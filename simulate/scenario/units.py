"""Numbers as people write them: "4.5 bn", "900 m", "23%", "0.2 to 0.6"."""

import math
import re
from typing import Any

# A comma stands before three digits: "4,5" is no way to write 4.5 here.
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)"
NUMBER = rf"[-+]?(?:{DIGITS}(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
PERCENT = "%"
SUFFIXES = {
    PERCENT: 0.01,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "b": 1e9,
    "billion": 1e9,
    "tn": 1e12,
    "trillion": 1e12,
}
WRITTEN = re.compile(rf"\s*(?:USD|\$)?\s*({NUMBER})\s*(%|[a-z]*)\s*(?:USD)?\s*", re.IGNORECASE)
BETWEEN_ENDS = re.compile(r"\s+to\s+")
LONGEST = 100
# What a number without a suffix counts, by the first word of the unit.
BASES = {"bn": 1e9, "USD/yr": 1.0}
# Keys of a distribution's table whose texts are no numbers, and those that have no unit.
TEXTS = {"distribution", "source", "file", "column"}
WITHOUT_UNIT = {"weights", "times", "degrees_of_freedom"}


def in_unit(value: Any, unit: str) -> Any:
    """Return what a file gives for a quantity, with written numbers turned into plain ones.

    Parameters
    ----------
    value
        A number, a text such as ``"4.5 bn"`` or ``"10% to 30%"``, or a table of a distribution.
    unit
        Of the quantity: ``bn USD`` takes sizes, shares and rates take percentages.

    Raises
    ------
    ValueError
        If a text's suffix does not go with the unit.
    """
    if isinstance(value, dict):
        return {
            key: member
            if key in TEXTS
            else in_unit(member, "share" if key in WITHOUT_UNIT else unit)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [in_unit(member, unit) for member in value]
    if not isinstance(value, str) or len(value) > LONGEST:
        return value
    if interval := _interval(value, unit):
        return interval
    found = WRITTEN.fullmatch(value)
    return _plain(found, unit, found[2]) if found else value


def scale_hint(value: float, unit: str) -> str:
    """Return what to write instead, where a number is so large that its scale must be wrong."""
    if unit.startswith("bn"):
        if value >= 1e6:
            return f'; write "{value / 1e9:g} bn" if it is no billions'
        return f'; write "{value:g} m" if it is of millions' if value > 1.0 else ""
    if unit.startswith("USD"):
        return ""
    return f"; write {value / 100:g} for {value:g}%" if 1.0 < value <= 100.0 else ""


def scale_reminder(unit: str) -> str:
    """Return how numbers of a unit are written, where a distribution's must be of a wrong scale."""
    if unit == "share":
        return '; 23% is 0.23 or "23%"'
    return '; 4 is four billions, and "900 m" may be written' if unit.startswith("bn") else ""


def _interval(text: str, unit: str) -> str | None:
    """Return "low to high" with both ends in the unit; "10 to 30%" gives both the last suffix."""
    ends = BETWEEN_ENDS.split(text)
    if len(ends) != 2:
        return None
    low, high = WRITTEN.fullmatch(ends[0]), WRITTEN.fullmatch(ends[1])
    if low is None or high is None:
        return None
    if low[2] and not high[2]:
        raise ValueError(f"the second number has no unit; write {high[1]}{low[2]}")
    return f"{_plain(low, unit, low[2] or high[2])!r} to {_plain(high, unit, high[2])!r}"


def _plain(written: re.Match[str], unit: str, suffix: str) -> float:
    """Return a written number in the unit."""
    number = float(re.sub("[_,]", "", written[1]))
    suffix = suffix.lower()
    if not suffix:
        return number
    text, base = written[0].strip(), BASES.get(unit.split(" ")[0])
    if suffix not in SUFFIXES:
        known = f'"{number:g} m", "{number:g} bn"' if base else f'"{number:g}%"'
        raise ValueError(f'"{text}": unknown unit "{suffix}"; write {known}')
    if suffix == PERCENT and unit.startswith("log"):
        mend = "write it as a logarithm"
        if 0.0 < number < 100.0:
            part = number / 100.0
            more, less = math.log1p(part), -math.log1p(-part)
            mend = f"growth by {number:g}% is {more:.3g}, a fall by {number:g}% {less:.3g}"
        raise ValueError(f'"{text}" is a percentage; the unit here is {unit}: {mend}')
    if suffix == PERCENT and base is not None:
        raise ValueError(f'"{text}" is a percentage; the unit here is {unit}')
    if suffix != PERCENT and base is None:
        raise ValueError(f'"{text}" is an amount; the unit here is {unit or "share"}')
    # Divided where that is exact: 0.23 is 23 / 100, but not 23 * 0.01.
    if suffix == PERCENT:
        return number / 100.0
    return number * SUFFIXES[suffix] / (base or 1.0)
