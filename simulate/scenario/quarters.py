"""Calendar quarters as integers, and back."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

QUARTERS_A_YEAR = 4
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
        raise ValueError('not a quarter; write it as "2026Q1"')
    return int(match[1]) * QUARTERS_A_YEAR + int(match[2]) - 1


def format_quarter(quarter: int) -> str:
    """Return quarters since year 0 as ``"2026Q1"``."""
    return f"{quarter // QUARTERS_A_YEAR}Q{quarter % QUARTERS_A_YEAR + 1}"


Quarter = Annotated[
    int,
    BeforeValidator(parse_quarter),
    PlainSerializer(format_quarter),
    WithJsonSchema({"type": "string", "pattern": WRITTEN.pattern, "description": "as 2026Q1"}),
]
