"""Calendar quarters as integers, the periods and days that they have, and back."""

import re
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from .mistakes import Mend, MendableError, rewrite

QUARTERS_A_YEAR, MONTHS_A_QUARTER = 4, 3
YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})[\s_/.:-]*q\s*0?(?P<quarter>[1-4])", re.ASCII | re.IGNORECASE
)
QUARTER_FIRST = re.compile(
    r"q?\s*(?P<quarter>[1-4])\s*q?[\s_/.,:-]*(?P<year>\d{4})", re.ASCII | re.IGNORECASE
)
WRITTEN = re.compile(r"^(1[0-9]{3}|2[01][0-9]{2})Q([1-4])$", re.ASCII)


def parse_quarter(text: Any) -> int:
    """Return the quarter ``"2026Q1"`` as quarters since year 0.

    Raises
    ------
    ValueError
        If the text is not a year, up to 2199, and a quarter from 1 to 4.
    """
    match = WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        mend = _as_quarter(text)
        raise MendableError("not a quarter", mend, hint='; write it as "2026Q1"')
    return int(match[1]) * QUARTERS_A_YEAR + int(match[2]) - 1


def _as_quarter(given: Any) -> Mend | None:
    """Return the mend of a quarter that is written in another way, or of a day in it."""
    if isinstance(given, date):
        return rewrite(
            format_quarter(quarter_of(given)), assumes="the quarter of that day is meant"
        )
    if not isinstance(given, str):
        return None
    found = YEAR_FIRST.fullmatch(given.strip()) or QUARTER_FIRST.fullmatch(given.strip())
    written = found and f"{found['year']}Q{found['quarter']}"
    return rewrite(written) if written and WRITTEN.fullmatch(written) else None


def format_quarter(quarter: int) -> str:
    """Return quarters since year 0 as ``"2026Q1"``."""
    return f"{quarter // QUARTERS_A_YEAR}Q{quarter % QUARTERS_A_YEAR + 1}"


def quarters_in(period: str) -> range:
    """Return the quarters of a year, a half or a quarter; none of any other period."""
    try:
        if len(period) == len("2025"):
            first = parse_quarter(f"{period}Q1")
            return range(first, first + QUARTERS_A_YEAR)
        if period.endswith(("H1", "H2")):
            first = parse_quarter(f"{period[:4]}Q{2 * int(period[-1]) - 1}")
            return range(first, first + 2)
        return range(parse_quarter(period), parse_quarter(period) + 1)
    except ValueError:
        return range(0)


def quarter_of(day: date) -> int:
    """Return the quarter of a day."""
    return day.year * QUARTERS_A_YEAR + (day.month - 1) // MONTHS_A_QUARTER


def first_day(quarter: int) -> date:
    """Return the first day of a quarter."""
    month = MONTHS_A_QUARTER * (quarter % QUARTERS_A_YEAR) + 1
    return date(quarter // QUARTERS_A_YEAR, month, 1)


def middle_day(quarter: int) -> date:
    """Return the day in the middle of a quarter."""
    return first_day(quarter) + (first_day(quarter + 1) - first_day(quarter)) / 2


def last_day(quarter: int) -> date:
    """Return the last day of a quarter."""
    return first_day(quarter + 1) - timedelta(days=1)


Quarter = Annotated[
    int,
    BeforeValidator(parse_quarter),
    PlainSerializer(format_quarter),
    WithJsonSchema({"type": "string", "pattern": WRITTEN.pattern, "description": "as 2026Q1"}),
]
QuarterName = Annotated[
    str,
    BeforeValidator(lambda given: format_quarter(parse_quarter(given))),
    WithJsonSchema({"type": "string", "pattern": WRITTEN.pattern, "description": "as 2026Q1"}),
]
