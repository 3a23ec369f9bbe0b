"""What somebody may have meant who misspelt a name."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

# Comparing takes time by both lengths and by the number of names.
LONGEST, MOST = 100, 200


def did_you_mean(given: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """Return the question whether the known name nearest to a given one was meant, or nothing."""
    if len(given) > LONGEST:
        return ""
    close = get_close_matches(given, list(islice(known, MOST)), n=1, cutoff=cutoff)
    return f'did you mean "{close[0]}"?' if close else ""
