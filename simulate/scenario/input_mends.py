"""What a refused input may have been meant to be: a percentage, millions, another order."""

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Set
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationError

from simulate.scenario.distributions.quantiles import QUANTILE_KEY, level_of

from .edits import Edit, Write
from .mistakes import Mend, MendableError, Steps, meant, rewrite, rewrite_all
from .units import (
    AFTER_AMOUNTS,
    BETWEEN_ENDS,
    LONGEST,
    OWN_UNITS,
    PERCENT,
    SIZES,
    TEXTS,
    WRITTEN,
    in_unit,
    least_percentage,
    with_decimal_point,
)

Read = TypeVar("Read")
Fits = Callable[[Any], bool]

SUFFIXES = {*SIZES, PERCENT}
FOR_INPUTS = "must be a number, or a table with a value or a distribution"
# Suffixes of other places that are near to none of here.
ALIASES = {"mil": "m", "mio": "m", "mrd": "bn", "pct": "%", "percent": "%"}
DASH = re.compile(r"\s*(?:-|–|—|\.\.+|…)\s*")
POINTS = ("low", "mode", "high")
# Beyond it a number is no share; but a percentage only if the largest is well above.
MOST_SHARE, MOST_PERCENT = 1.0, 1000.0
# From here on billions are millions, and millions dollars; in between are thousands of dollars.
LEAST_MILLIONS, LEAST_DOLLARS = 1e3, 1e8
# Not infinite, nor an integer that is no float.
BEYOND = 1e30


class OutOfRangeError(ValueError):
    """A value out of its range.

    Parameters
    ----------
    wrong
        What is wrong.
    hint
        What to say where it has no mend, with what joins it to the rest.
    """

    def __init__(self, wrong: str, hint: str) -> None:
        super().__init__(wrong)
        self.hint = hint


def mended(given: Any, unit: str, accept: Callable[[Any], Read]) -> Read:
    """Return what is read of an input, or raise what is wrong, with its mend if there is one.

    Parameters
    ----------
    given
        As the file says it: a number, a text or a table.
    unit
        Of the input.
    accept
        Reads what a file says, and raises a ValueError where that is wrong.
    """

    def fits(other: Any) -> bool:
        try:
            accept(other)
        except ValueError:
            return False
        return True

    try:
        return accept(given)
    except OutOfRangeError as error:
        raise MendableError(str(error), only_reading(given, unit, fits), error.hint) from None
    except ValueError as error:
        if (mend := only_reading(given, unit, fits)) is None:
            raise
        raise MendableError(_wrong(error).removesuffix(f"; {mend.words}"), mend) from None


def _wrong(error: ValueError) -> str:
    """Return what an error says is wrong."""
    if not isinstance(error, ValidationError):
        return str(error)
    reasons = [each.get("ctx", {}).get("error", FOR_INPUTS) for each in error.errors()]
    return "; ".join(dict.fromkeys(map(str, reasons)))


def only_reading(given: Any, unit: str, fits: Fits) -> Mend | None:
    """Return the mend of a refused input, if there is one way to read it that is right.

    Parameters
    ----------
    given
        As the file says it: a number, a text or a table.
    unit
        Of the input.
    fits
        Whether another value in its place would be right.
    """

    def is_right(mend: Mend) -> bool:
        return fits(with_written(given, mend.edits))

    found = [
        next(filter(is_right, mends), None)
        for mends in (
            _as_percentages(given, unit),
            _as_millions(given, unit),
            _as_dollars(given, unit),
            _in_order(given, unit),
            _respelt(given),
        )
    ]
    right = [mend for mend in found if mend is not None]
    return right[0] if len(right) == 1 else None


def with_written(given: Any, edits: tuple[Edit, ...]) -> Any:
    """Return a value, or a table or a list, with other values written in it."""
    changed = copy.deepcopy(given)
    for edit in edits:
        assert isinstance(edit, Write)
        value = float(edit.value) if isinstance(edit.value, Decimal) else edit.value
        if not edit.at:
            return value
        *around, last = edit.at
        here = changed
        for step in around:
            here = here[int(step) if isinstance(here, list) else step]
        here[int(last) if isinstance(here, list) else last] = value
    return changed


def _leaves(
    given: Any, at: Steps = (), without: Set[str] = TEXTS | OWN_UNITS.keys()
) -> Iterator[tuple[Steps, Any]]:
    """Return each number and each text of an input, by default those that count in its unit."""
    if isinstance(given, dict):
        for key, member in given.items():
            if key not in without:
                yield from _leaves(member, (*at, key), without)
    elif isinstance(given, list):
        for place, member in enumerate(given):
            yield from _leaves(member, (*at, str(place)), without)
    else:
        yield at, given


def _numbers(given: Any) -> dict[Steps, float]:
    """Return the plain numbers of an input, those in quotes as well."""
    found = ((at, _without_quotes(value)) for at, value in _leaves(given))
    return {
        at: value
        for at, value in found
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < BEYOND
    }


def _without_quotes(value: Any) -> Any:
    """Return the number that a text without a unit is; anything else as it is."""
    found = WRITTEN.fullmatch(value) if isinstance(value, str) and len(value) <= LONGEST else None
    return value if found is None or found["suffix"] or found["before"] else _plain(value, "")


def _scaled(number: float, power: int) -> Decimal:
    """Return a number times a power of ten, to its last digit."""
    return Decimal(repr(number)).scaleb(power).normalize()


def _of_scale(
    numbers: Mapping[Steps, float], write: Callable[[float], Any], meaning: str, one: str, all_: str
) -> Mend:
    """Return the mend that writes numbers in another way, if that is what they are.

    Parameters
    ----------
    numbers
        By their keys.
    write
        Writes one of them.
    meaning
        What follows a value in words, with the number in the place of braces.
    one, all_
        What the number is, or what all of them are, such as "percentages".
    """
    values = {at: write(number) for at, number in numbers.items()}
    if len(numbers) > 1:
        return rewrite_all(values, f"the numbers are {all_}")
    ((at, number),) = numbers.items()
    assumes = f"{number:g} is {one}"
    if at:
        return rewrite_all(values, assumes)
    return rewrite(values[at], meaning=meaning.format(f"{number:g}"), assumes=assumes)


def _as_percentages(given: Any, unit: str) -> Iterator[Mend]:
    """Return percentages as shares: those that can be nothing else, or all of them."""
    numbers = _numbers(given)
    beyond = {at: value for at, value in numbers.items() if abs(value) > MOST_SHARE}
    largest = max(map(abs, numbers.values()), default=0.0)
    if not least_percentage(unit) <= largest <= MOST_PERCENT:
        return
    for chosen in (beyond, numbers):
        yield _of_scale(
            chosen, partial(_scaled, power=-2), "for {}%", "a percentage", "percentages"
        )


def _as_millions(given: Any, unit: str) -> Iterator[Mend]:
    """Return millions where billions are due: those that can be nothing else, or all of them."""
    numbers = _numbers(given)
    if not unit.startswith("bn") or max(numbers.values(), default=0.0) <= 1.0:
        return
    beyond = {at: value for at, value in numbers.items() if value >= LEAST_MILLIONS}
    all_alike = numbers if len(numbers) == len(dict(_leaves(given))) else {}
    for chosen in (beyond, all_alike):
        if chosen:
            of = "of millions"
            yield _of_scale(chosen, lambda n: f"{_scaled(n, 0):f} m", f"if it is {of}", of, of)


def _as_dollars(given: Any, unit: str) -> Iterator[Mend]:
    """Return dollars where billions are due."""
    numbers = _numbers(given)
    beyond = {at: value for at, value in numbers.items() if value >= LEAST_DOLLARS}
    if unit.startswith("bn") and beyond:
        of = "of dollars"
        yield _of_scale(beyond, lambda n: f"{_scaled(n, -9):f} bn", "if it is no billions", of, of)


def _in_order(given: Any, unit: str) -> Iterator[Mend]:
    """Return quantiles, limits and ends of intervals in rising order."""
    for at, value in _leaves(given):
        if isinstance(value, str) and len(ends := BETWEEN_ENDS.split(value)) == 2:
            yield rewrite(_turned(*ends), *at, assumes="the two ends were swapped")
    if not isinstance(given, dict):
        return
    quantiles = sorted((key for key in given if _is_level(key)), key=level_of)
    points = [key for key in POINTS if key in given]
    groups = [[(key,) for key in keys] for keys in (quantiles, points)]
    groups += [
        [(key, str(place)) for place in range(len(given[key]))]
        for key in ("interval", "truncate")
        if isinstance(given.get(key), list)
    ]
    values = dict(_leaves(given))
    for group in groups:
        plain = {at: _plain(values.get(at), unit) for at in group}
        if None in plain.values():
            continue
        rising = sorted(group, key=lambda at: plain[at] or 0.0)
        moved = {at: values[other] for at, other in zip(group, rising, strict=True) if at != other}
        if moved:
            names = " and ".join(".".join(at) for at in moved)
            swapped = f"{names} were swapped"
            order = "the numbers are right, and their order is not"
            yield rewrite_all(moved, swapped if len(moved) == 2 else order)


def _is_level(key: Any) -> bool:
    return (
        isinstance(key, str) and QUANTILE_KEY.fullmatch(key) is not None and key.strip("p0_") != ""
    )


def _plain(value: Any, unit: str) -> float | None:
    """Return a number in its unit, or None of what is none."""
    try:
        read = in_unit(value, unit)
    except ValueError:
        return None
    return read if isinstance(read, (int, float)) else None


def _turned(low: str, high: str) -> str:
    """Return an interval with its ends swapped; a unit at its end is that of both."""
    first, last = WRITTEN.fullmatch(low), WRITTEN.fullmatch(high)
    if first and last and last["suffix"] and not first["suffix"]:
        end = last.end("number")
        return f"{high[:end].strip()} to {low.strip()}{high[end:]}"
    return f"{high.strip()} to {low.strip()}"


def _respelt(given: Any) -> Iterator[Mend]:
    """Return texts with units that are known, and with "to" between the ends of an interval."""
    values: dict[Steps, str] = {}
    texts = dict(_leaves(given, without=TEXTS))
    for at, value in texts.items():
        if isinstance(value, str) and (right := _with_known_units(value)) != value:
            values[at] = right
    if len(values) == 1:
        ((at, right),) = values.items()
        yield rewrite(right, *at, assumes=f'"{texts[at]}" means "{right}"')
    elif values:
        yield rewrite_all(values, "the units mean those")


def _with_known_units(text: str) -> str:
    ends = [with_decimal_point(end) or end for end in BETWEEN_ENDS.split(text)]
    if len(ends) == 1 and not WRITTEN.fullmatch(ends[0]):
        ends = DASH.split(text.strip())
    found = [WRITTEN.fullmatch(end) for end in ends]
    written = [one for one in found if one is not None]
    if len(written) != len(ends) or len(ends) > 2:
        return text
    suffixes = [_known((one["suffix"] or "").casefold()) for one in written]
    if suffixes[0] and not suffixes[-1]:
        suffixes[-1] = suffixes[0]
    parts = [_with_suffix(one, suffix) for one, suffix in zip(written, suffixes, strict=True)]
    return " to ".join(part.strip() for part in parts)


def _with_suffix(one: re.Match[str], suffix: str) -> str:
    """Return a written number with another suffix."""
    end = one.end("number")
    if not one["suffix"]:
        return one[0][:end] + _spaced("", suffix)
    space = one[0][end : one.start("suffix")]
    return one[0][:end] + _spaced(space, suffix) + one[0][one.end("suffix") :]


def _spaced(space: str, suffix: str) -> str:
    return space + suffix if space or suffix in ("", "%") else f" {suffix}"


def _known(suffix: str) -> str:
    """Return the known unit that a suffix must mean, or itself."""
    suffix, dollars = AFTER_AMOUNTS.sub("", suffix), AFTER_AMOUNTS.search(suffix)
    if dollars:
        return f"{_known(suffix)} USD"
    if not suffix or suffix in SUFFIXES:
        return suffix
    return ALIASES.get(suffix) or meant(suffix, SUFFIXES) or suffix
