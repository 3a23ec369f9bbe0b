"""Calendar quarters as integers, and back."""

import re
from datetime import date
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
        quarter = (given.month - 1) // MONTHS_A_QUARTER + 1
        return rewrite(f"{given.year}Q{quarter}", assumes="the quarter of that day is meant")
    if not isinstance(given, str):
        return None
    found = YEAR_FIRST.fullmatch(given.strip()) or QUARTER_FIRST.fullmatch(given.strip())
    written = found and f"{found['year']}Q{found['quarter']}"
    return rewrite(written) if written and WRITTEN.fullmatch(written) else None


def format_quarter(quarter: int) -> str:
    """Return quarters since year 0 as ``"2026Q1"``."""
    return f"{quarter // QUARTERS_A_YEAR}Q{quarter % QUARTERS_A_YEAR + 1}"


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
