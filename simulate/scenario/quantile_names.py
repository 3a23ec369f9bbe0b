"""Keys of quantiles as people write them elsewhere."""

import re

from .mends import Mend, rename, renamed

WRITTEN = re.compile(r"[pq]?_?(\d{1,2})(?:[._,](\d{1,6}))?_?%?", re.IGNORECASE)
# Letters that look like digits.
LOOK_ALIKES = str.maketrans("oOlI", "0011")
USUAL = ("p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99")


def rename_quantile(given: str) -> Mend | None:
    """Return the mend of a key that must be a quantile's, such as ``P10``, ``q90`` or ``p9O``."""
    if given.casefold() == "median":
        return renamed(given, "p50")
    found = WRITTEN.fullmatch(given.translate(LOOK_ALIKES))
    if found is None:
        return rename(given, USUAL)
    name = f"p{found[1]}" + (f"_{found[2]}" if found[2] else "")
    return renamed(given, name)
