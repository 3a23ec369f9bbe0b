"""Numbers as people write them: "4.5 bn", "900 m", "23%", "0.2 to 0.6"."""

import re
from typing import Any

NUMBER = r"[-+]?\d[\d_,]*(?:\.\d+)?(?:[eE][-+]?\d+)?"
SUFFIXES = {
    "": 1.0,
    "%": 0.01,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "b": 1e9,
    "billion": 1e9,
    "tn": 1e12,
    "trillion": 1e12,
}
WRITTEN = re.compile(rf"\s*(?:USD|\$)?\s*({NUMBER})\s*(%|[a-zA-Z]*)\s*(?:USD)?\s*", re.IGNORECASE)
# What a number without a suffix counts, by the first word of the unit.
BASES = {"bn": 1e9, "USD/yr": 1.0}
# Keys of a distribution's table whose texts are no numbers.
TEXTS = {"distribution", "source", "file", "column"}


def in_unit(value: Any, unit: str) -> Any:
    """Return what a file gives for a quantity, with written numbers turned into plain ones.

    Parameters
    ----------
    value
        A number, a text such as ``"4.5 bn"`` or ``"10% to 30%"``, or a table of a distribution.
    unit
        Of the quantity: ``bn USD`` takes sizes, shares and rates take percentages.

    Raises
    ------
    ValueError
        If a text's suffix does not go with the unit.
    """
    if isinstance(value, dict):
        return {k: v if k in TEXTS else in_unit(v, unit) for k, v in value.items()}
    if isinstance(value, list):
        return [in_unit(member, unit) for member in value]
    if not isinstance(value, str):
        return value
    ends = re.split(r"\s+to\s+", value)
    if len(ends) == 2 and all(WRITTEN.fullmatch(end) for end in ends):
        # "10 to 30%" means both.
        last = WRITTEN.fullmatch(ends[1])
        first = WRITTEN.fullmatch(ends[0])
        assert first is not None and last is not None
        shared = last[2] if not first[2] else ""
        low, high = _plain(f"{ends[0].strip()} {shared}", unit), _plain(ends[1], unit)
        return f"{low!r} to {high!r}"
    return _plain(value, unit) if WRITTEN.fullmatch(value) else value


def _plain(text: str, unit: str) -> float:
    """Return a written number in the unit."""
    found = WRITTEN.fullmatch(text)
    assert found is not None
    number, suffix = float(re.sub("[_,]", "", found[1])), found[2].lower()
    base = BASES.get(unit.split()[0] if unit else "", BASES.get(unit))
    if suffix not in SUFFIXES:
        known = ", ".join(f'"{number:g} {s}"' for s in ("m", "bn")) if base else f'"{number:g}%"'
        raise ValueError(f'"{text.strip()}": unknown unit "{found[2]}"; write {known}')
    if suffix == "%" and base is not None:
        raise ValueError(f'"{text.strip()}" is a percentage; this is a number of {unit}')
    if suffix not in ("", "%") and base is None:
        raise ValueError(f'"{text.strip()}" is an amount; this is a {unit or "share"}')
    if suffix == "":
        return number
    return number * SUFFIXES[suffix] / (base or 1.0)
