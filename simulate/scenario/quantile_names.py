"""Keys of quantiles as people write them elsewhere."""

import re
from collections.abc import Collection

from .mends import Mend, rename, renamed

WRITTEN = re.compile(r"[pq]?_?(\d{1,2})(?:[._,](\d{1,6}))?_?%?", re.IGNORECASE)
# Letters that look like digits.
LOOK_ALIKES = str.maketrans("oOlI", "0011")
OTHER_TAIL = {"p1": "p99", "p5": "p95", "p10": "p90", "p25": "p75"}
OTHER_TAIL |= {high: low for low, high in OTHER_TAIL.items()}
USUAL = ("p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99")


def rename_quantile(given: str, table: Collection[str]) -> Mend | None:
    """Return the mend of a key that must be a quantile's, such as ``P10``, ``q90`` or ``p9O``.

    Parameters
    ----------
    given
        The key.
    table
        All keys of its table: the other tail of one of them comes first.
    """
    if given.casefold() == "median":
        return renamed(given, "p50")
    found = WRITTEN.fullmatch(given.translate(LOOK_ALIKES))
    if found is None:
        missing = [OTHER_TAIL[key] for key in table if key in OTHER_TAIL]
        missing = [key for key in missing if key not in table]
        return rename(given, missing) or rename(given, USUAL)
    name = f"p{found[1]}" + (f"_{found[2]}" if found[2] else "")
    return renamed(given, name)
