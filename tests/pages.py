"""Pages that are written by running code, compared as far as every machine writes them alike."""

import re
from itertools import zip_longest

# A number with a fraction or in percent; others are words, such as years, ids and counts of paths.
ESTIMATE = re.compile(r"(?<![\w.,])([-−+]?\d+\.\d+|[-−+]?\d+(?=%))(?![\w.])")


def first_difference(written: str, kept: str) -> str:
    """Return the first line that differs by more than a last digit, or nothing.

    The last digit of an estimate may be another with another version of a library.
    """
    for new, old in zip_longest(written.splitlines(), kept.splitlines(), fillvalue=""):
        if not _same_but_for_a_last_digit(new, old):
            return f"{old!r} would be {new!r}"
    return ""


def _same_but_for_a_last_digit(new: str, old: str) -> bool:
    new_parts, old_parts = ESTIMATE.split(new), ESTIMATE.split(old)
    if new_parts[::2] != old_parts[::2]:
        return False
    return all(map(_close, new_parts[1::2], old_parts[1::2]))


def _close(new: str, old: str) -> bool:
    digits = [len(number.partition(".")[2]) for number in (new, old)]
    unit = 10.0 ** -min(digits)
    values = [float(number.replace("−", "-")) for number in (new, old)]
    return abs(values[0] - values[1]) < 1.5 * unit
