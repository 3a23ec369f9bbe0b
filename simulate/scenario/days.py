"""Calendar days, as files say them."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from .mistakes import Mend, MendableError, rewrite

# Of a day that is written in another way; which of two numbers is the month, a dot tells.
OTHER_WAYS = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
)


def parse_day(given: Any) -> date:
    """Return the day that a file says, as a date of TOML or a text such as ``"2026-06-30"``.

    Raises
    ------
    ValueError
        If it is none, or has a time.
    """
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    found = _read(given, "%Y-%m-%d")
    if found is None:
        raise MendableError("not a day", _as_day(given), hint="; write it as 2026-06-30")
    return found


def _as_day(given: Any) -> Mend | None:
    """Return the mend of a day that is written in another way, if it can be only one."""
    if isinstance(given, datetime):
        return rewrite(given.date())
    days = {day for way in OTHER_WAYS if (day := _read(given, way)) is not None}
    return rewrite(days.pop()) if len(days) == 1 else None


def _read(given: Any, way: str) -> date | None:
    try:
        return datetime.strptime(given.strip(), way).date() if isinstance(given, str) else None
    except ValueError:
        return None


Day = Annotated[
    date,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]
