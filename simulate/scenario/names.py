"""What somebody may have meant who misspelt a name."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import islice

from .synonyms import NOT_MEANT, OURS

# Comparing takes time by both lengths and by the number of names.
LONGEST, MOST = 100, 200
MOST_ASKED = 4
# So alike, of 1, are a name and a slip of the pen; and by so much less the next name.
ALIKE, APART = 0.6, 0.04


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return the question which of the known names nearest to a given one was meant, or nothing."""
    return question(*near_names(given, known))


def meant(given: str, known: Iterable[str]) -> str | None:
    """Return the known name that must have been meant, or None where two could have been."""
    near = near_names(given, known)
    return near[0] if len(near) == 1 else None


def question(*names: str) -> str:
    """Return the question which of some names was meant, or nothing."""
    others = ["another"] if len(names) > MOST_ASKED else []
    quoted = " or ".join([*(f'"{name}"' for name in names[:MOST_ASKED]), *others])
    return f"did you mean {quoted}?" if names else ""


def near_names(given: str, known: Iterable[str]) -> list[str]:
    """Return the known names nearest to a given one: more than one where none stands out."""
    if len(given) > LONGEST:
        return []
    plain, joined = _plain(given), _joined(given)
    names = [
        name for name in islice(known, MOST) if name != given and (joined, name) not in NOT_MEANT
    ]
    same = [name for name in names if _joined(name) == joined]
    same = same or [name for name in names if name == OURS.get(joined)]
    if same or not plain:
        return same
    # A dotted name of which steps were left out: "growth" is a step of many.
    around = [name for name in names if f".{plain}." in f".{_plain(name)}."]
    if around:
        return around
    # Of as many steps, each must be alike; one of more or fewer is the second choice.
    steps = plain.split(".")
    as_many = [name for name in names if name.count(".") == len(steps) - 1]
    return (
        _nearest({name: min(map(_likeness, _plain(name).split("."), steps)) for name in as_many})
        or _nearest({name: _likeness(_plain(name), plain) for name in names if name not in as_many})
        # Of several words, those that were written.
        or [name for name in names if f"_{plain}_" in f"_{_plain(name).replace('.', '_')}_"]
    )


def _nearest(likeness: dict[str, float]) -> list[str]:
    most = max(likeness.values(), default=0.0)
    return [name for name, alike in likeness.items() if alike >= max(ALIKE, most - APART)]


def _likeness(name: str, given: str) -> float:
    return SequenceMatcher(None, name, given).ratio()


def _plain(name: str) -> str:
    """Return a name without what hands and other programs write differently."""
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def _joined(name: str) -> str:
    return _plain(name).replace("_", "")
