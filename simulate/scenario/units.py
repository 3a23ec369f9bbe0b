"""Numbers as people write them, with their units: what they are, and by what they seem off."""

import math
import re
from functools import lru_cache
from typing import Any

from .mistakes import meant
from .notation import AS_TYPED

# Of how many events there are, and of how many percent a quantity grows with a percent of another.
TIMES, ELASTICITY = "times a year", "log/log"
# Of a ratio that is told as so many times something, as a burn multiple is.
MULTIPLE = "times"
AFTER_MULTIPLES = (MULTIPLE, "x", "×")
# Units of what may be written as a percentage, and of logarithms, which may not.
PARTS = {"share", "a year", "a quarter", "", TIMES, ELASTICITY}
GROWTH, VOLATILITY = "log/yr", "log/quarter"
# From where on a plain number of a unit is likely to be a percentage. Below, a share may as well be
# meant as it stands, 1.5 as 150%, and a correlation of 2, or what persists, is a slip.
LEAST_PERCENTAGE = {"share": 2.0, "a year": 2.0, VOLATILITY: 2.0, "a quarter": 5.0, "": 5.0}
# Thousands are parted by groups of three digits, all in one way; "0,900" and "4,5" are none such.
DIGITS = r"(?:[1-9]\d{0,2}(?P<parted>[,_' ])\d{3}(?:(?P=parted)\d{3})*|\d+)"
NUMBER = rf"[-+]?(?:{DIGITS}(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
# What looks like a number, and how it is written where a comma is the decimal point.
ALMOST = r"[-+]?\d[\d.,_' ]*"
DECIMAL_COMMA = re.compile(
    r"[-+]?(?:(?:\d+|[1-9]\d{0,2}(?:[._' ]\d{3})+),\d+|[1-9]\d{0,2}(?:\.\d{3}){2,})"
)
AROUND = (
    r"\s*(?P<before>[^\d\s.,'+-]*)\s*(?P<number>{})\s*(?P<suffix>[^\d\s.,](?:[^\d]*[^\d\s])?)?\s*"
)
WRITTEN, ALMOST_WRITTEN = (
    re.compile(AROUND.format(number), re.IGNORECASE) for number in (NUMBER, ALMOST)
)
PERCENT = "%"
SIZES = {
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
# How many of it make a year.
PERIODS = {
    "year": 1.0,
    "years": 1.0,
    "quarter": 4.0,
    "quarters": 4.0,
    "month": 12.0,
    "months": 12.0,
}
YEARS = "years"
DOLLARS = ("usd", "us$", "$")
AFTER_AMOUNTS = re.compile(r"\s*(?:USD|(?:US )?dollars)$", re.IGNORECASE)
BETWEEN_ENDS = re.compile(r"\s+to\s+")
LONGEST = 100
# What a number without a suffix counts, by the first word of the unit.
BASES = {"bn": 1e9, "USD/yr": 1.0}
# Keys of a distribution's table whose texts are no numbers, and those with a unit of their own.
TEXTS = {"distribution", "source", "file", "column"}
# Keys that don't exist, where people write in words what a source says.
NOTES = {"note", "notes", "comment", "description", "reason"}
PLAIN_NUMBER = "a plain number"
OWN_UNITS = {"weights": "share", "times": "share", "degrees_of_freedom": "degrees"} | dict.fromkeys(
    ("mu", "sigma", "alpha", "beta", "shape"), PLAIN_NUMBER
)
# Keys of a distribution of scipy's whose numbers are of the quantity.
LOCATION = {"loc", "scale", "truncate"}


def scale_hint(
    value: float,
    unit: str,
    low: float = -math.inf,
    high: float = math.inf,
    given: Any = None,
) -> str:
    """Return what to write instead of a number that can't be, where its scale may be the reason.

    Parameters
    ----------
    value
        As a plain number.
    unit
        Of the quantity.
    low, high
        What the quantity can be; nothing outside of it is proposed.
    given
        What a person wrote: nothing is proposed where that states its unit.
    """
    if states_unit(given):
        return ""
    if unit.startswith("bn"):
        mended, hint = _smaller_amount(value)
    elif unit == GROWTH and 0.0 < value < 100.0:
        mended, hint = math.log1p(value / 100.0), percentage_as_logarithm(value, unit)
    elif abs(value) >= least_percentage(unit):
        mended, hint = value / 100.0, f"write {value / 100.0:g} for {value:g}%"
    else:
        return ""
    return f"; {hint}" if low <= mended <= high else ""


def least_percentage(unit: str) -> float:
    """Return from where on a plain number of a unit is likely to be a percentage, if ever."""
    return LEAST_PERCENTAGE.get(unit, math.inf)


def percentage_as_logarithm(number: float, unit: str) -> str:
    """Return how a percentage is written in a unit of logarithms."""
    part = number / 100.0
    if unit == VOLATILITY:
        return f"write {part:g} for {number:g}%"
    if part <= -1.0:
        return "write it as a logarithm"
    growth = f"growth by {number:g}% is {math.log1p(part):.3g}"
    if not 0.0 < part < 1.0:
        return growth
    # Falls are counted from 0 up.
    return f"{growth}; a fall of costs or prices by {number:g}% is {-math.log1p(-part):.3g}"


def scale_reminder(unit: str) -> str:
    """Return how numbers of a unit are written, where a distribution's must be of a wrong scale."""
    if unit == "share":
        return '; 23% is 0.23 or "23%"'
    return '; 4 is four billions, and "900 m" may be written' if unit.startswith("bn") else ""


def _smaller_amount(billions: float) -> tuple[float, str]:
    """Return an amount that is meant of millions or, if it is too large for that, of ones."""
    if billions < 1e6:
        return billions / 1e3, f'write "{billions:.12g} m" if it is of millions'
    mended = billions / 1e9
    amount = f"{mended:.12g} bn" if mended >= 1.0 else f"{1e3 * mended:.12g} m"
    return mended, f'write "{amount}" if it is no billions'


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
        If a text's suffix does not go with the unit, or its commas or points part no thousands.
    """
    if isinstance(value, dict):
        return {
            key: member if _holds_text(key) else in_unit(member, OWN_UNITS.get(key, unit))
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [in_unit(member, unit) for member in value]
    if not isinstance(value, str) or len(value) > LONGEST:
        return value
    if interval := _interval(value, unit):
        return interval
    found = _written(value)
    return value if found is None else _plain(found, unit, _suffix(found))


@lru_cache
def _holds_text(key: str) -> bool:
    """Tell whether what stands at a key, which may be misspelt, is no number by intent."""
    return key in TEXTS or key in NOTES or meant(key, TEXTS) is not None


def number_in_unit(text: str, unit: str) -> float:
    """Return the one number that a text must be.

    Raises
    ------
    ValueError
        If it is none of the unit.
    """
    found = in_unit(text.strip(), unit)
    if isinstance(found, str):
        raise ValueError(f'"{text.strip():.{LONGEST}}" is no number')
    return found


def states_unit(value: Any) -> bool:
    """Tell whether a text in what a file gives for a quantity says the unit of its number."""
    if isinstance(value, dict):
        return any(states_unit(member) for key, member in value.items() if key not in TEXTS)
    if isinstance(value, list):
        return any(map(states_unit, value))
    ends = BETWEEN_ENDS.split(value) if isinstance(value, str) and len(value) <= LONGEST else []
    return any((found := _written(end)) and _suffix(found) for end in ends)


def written_units(value: Any) -> set[str]:
    """Return the units in which a file writes the numbers of a quantity.

    ``bn USD`` of amounts, ``share`` of percentages, ``times`` of multiples, and nothing of plain
    numbers but 0, which is the same in all.
    """
    if isinstance(value, dict):
        of_scipy = str(value.get("distribution")).startswith("scipy.")
        counted = [
            member
            for key, member in value.items()
            if (key in LOCATION if of_scipy else key not in OWN_UNITS and not _holds_text(key))
        ]
        # What moves another is in its unit.
        return written_units(value.get("of", counted))
    if isinstance(value, list):
        return set().union(*map(written_units, value))
    if not isinstance(value, str):
        return {""} if isinstance(value, (int, float)) and value else set()
    ends = BETWEEN_ENDS.split(value) if len(value) <= LONGEST else []
    return {_unit_of(found) for found in map(_written, ends[-1:]) if found is not None}


def _unit_of(written: re.Match[str]) -> str:
    suffix = written["suffix"] or ""
    if suffix == PERCENT:
        return "share"
    if _suffix(written) in AFTER_MULTIPLES:
        return MULTIPLE
    is_amount = _suffix(written) in SIZES or written["before"].lower() in DOLLARS
    return "bn USD" if is_amount or AFTER_AMOUNTS.search(suffix) else ""


def _interval(text: str, unit: str) -> str | None:
    """Return "low to high" with both ends in the unit; "10 to 30%" gives both the last suffix."""
    ends = BETWEEN_ENDS.split(text)
    if len(ends) != 2:
        return None
    low, high = _written(ends[0]), _written(ends[1])
    if low is None or high is None:
        return None
    if _suffix(low) and not _suffix(high):
        raise ValueError(f"the second number has no unit; write {high['number']}{low['suffix']}")
    suffix = _suffix(low) or _suffix(high)
    return f"{_plain(low, unit, suffix)!r} to {_plain(high, unit, _suffix(high))!r}"


def _written(text: str) -> re.Match[str] | None:
    """Return the parts of a number with its unit, or None where a text looks like none.

    Raises
    ------
    ValueError
        If it looks like one, but what parts its digits can't be read.
    """
    text = text.translate(AS_TYPED)
    found = WRITTEN.fullmatch(text)
    if found is None and ALMOST_WRITTEN.fullmatch(text):
        mend = "write thousands in groups of three digits, as 1,200"
        if right := with_decimal_point(text):
            mend = f'write "{right}"'
        raise ValueError(f'"{text.strip()}": a comma parts thousands, a point decimals; {mend}')
    return found


def with_decimal_point(text: str) -> str | None:
    """Return a number with its unit whose comma can only be the decimal point, with a point."""
    found = ALMOST_WRITTEN.fullmatch(text.translate(AS_TYPED))
    digits = found["number"].strip() if found else ""
    if found is None or not DECIMAL_COMMA.fullmatch(digits):
        return None
    number = float(re.sub("[._' ]", "", digits).replace(",", "."))
    space = "" if found["suffix"] in (PERCENT, None) else " "
    return f"{found['before']}{number:.15g}{space}{found['suffix'] or ''}"


def _suffix(written: re.Match[str]) -> str:
    """Return what follows a number, without the dollars that it is of."""
    return AFTER_AMOUNTS.sub("", written["suffix"] or "").lower()


def _plain(written: re.Match[str], unit: str, suffix: str) -> float:
    """Return a written number in the unit."""
    number = float(re.sub("[,_' ]", "", written["number"]))
    _refuse_other_unit(written, number, unit, suffix)
    # Divided where that is exact: 0.23 is 23 / 100, but not 23 * 0.01.
    if suffix == PERCENT:
        number /= 100.0
    elif unit == YEARS:
        number /= PERIODS.get(suffix, 1.0)
    elif suffix in SIZES:
        number = number * SIZES[suffix] / BASES.get(unit.split(" ")[0], 1.0)
    if not math.isfinite(number):
        raise ValueError(f'"{written[0].strip()}" is too large for a number')
    return number


def _refuse_other_unit(written: re.Match[str], number: float, unit: str, suffix: str) -> None:
    """Raise unless what stands around a number goes with the unit."""
    text, before, base = (
        written[0].strip(),
        written["before"].lower(),
        BASES.get(unit.split(" ")[0]),
    )
    of_dollars = before in DOLLARS or AFTER_AMOUNTS.search(written["suffix"] or "") is not None
    has_size, is_known = suffix in SIZES, suffix in {"", PERCENT, unit.lower(), *SIZES}
    is_known = is_known or (unit == YEARS and suffix in PERIODS)
    is_known = is_known or (unit == MULTIPLE and suffix in AFTER_MULTIPLES)
    if not is_known or (before and before not in DOLLARS):
        unknown = written["before"] if is_known else written["suffix"]
        raise ValueError(f'"{text}": unknown unit "{unknown}"; {_known_units(unit)}')
    if suffix == PERCENT and unit not in PARTS:
        mend = f": {percentage_as_logarithm(number, unit)}" if unit in (GROWTH, VOLATILITY) else ""
        raise ValueError(f'"{text}" is a percentage; the unit here is {unit}{mend}')
    if (of_dollars and "USD" not in unit) or (has_size and base is None):
        raise ValueError(f'"{text}" is an amount; the unit here is {unit or "share"}')
    if of_dollars and not suffix and base != 1.0:
        raise ValueError(f'"{text}": dollars, or billions? Write it as "900 m" or "4.5 bn"')


def _known_units(unit: str) -> str:
    """Return how numbers of a unit are written."""
    if "USD" in unit:
        return 'amounts are in US dollars, as "900 m" or "4.5 bn"'
    if unit in BASES:
        return 'write "900 m" or "4.5 bn"'
    if unit == MULTIPLE:
        return 'write "1.3 times" or 1.3'
    return 'write "23%" or 0.23' if unit in PARTS else f"the unit here is {unit}"
