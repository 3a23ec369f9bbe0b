"""Dates as people say them, as answers print them."""

import re

from simulate.scenario.quarters import format_quarter, parse_quarter

# The end of a text, such as "by the end of 2027" or "in Q4 2027".
SAID = re.compile(
    r"(?P<when>\b(?:by|in|at|before) )?(?:(?:the )?end (?:of )?|(?:the )?end-)?"
    r"(?:(?P<year>\d{4})[ -]?(?P<quarter>Q[1-4])?"
    r"|(?P<before>Q[1-4])[ -]?(?:of )?(?P<after>\d{4}))$",
    re.IGNORECASE,
)


def with_plain_date(text: str) -> str:
    """Return a text whose date stands last as ``2027`` or ``2027Q4``, if it has one.

    What comes ``before`` a date comes by the one before that, and ``at`` a date is ``in`` it.
    """
    return SAID.sub(_plain, text)


def _plain(said: re.Match[str]) -> str:
    year = int(said["year"] or said["after"])
    quarter = (said["quarter"] or said["before"] or "").upper()
    when = (said["when"] or "").lower()
    if when == "before ":
        year, quarter = (year, _quarter_before(year, quarter)) if quarter else (year - 1, "")
        return f"by {quarter or year}"
    return f"{'in ' if when == 'at ' else when}{year}{quarter}"


def _quarter_before(year: int, quarter: str) -> str:
    return format_quarter(parse_quarter(f"{year}{quarter}") - 1)
