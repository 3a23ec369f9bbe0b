"""Members of lists that miss what they need, since their names are misspelt."""

from collections.abc import Sequence

from .errors import Mistake
from .layers import Table
from .mends import respell

LISTS = ("segments", "hardware", "funding")
MISSING = "missing; it has no default"


def misnamed_members(mistakes: Sequence[Mistake], table: Table) -> list[Mistake]:
    """Return mistakes with all that a member lacks as one, where its name is nearly another's.

    Parameters
    ----------
    mistakes
        With keys from the scenario's root.
    table
        The whole scenario's.
    """
    lacking: dict[tuple[str, ...], list[str]] = {}
    for mistake in mistakes:
        if mistake.wrong == MISSING and len(mistake.key) > 2 and mistake.key[0] in LISTS:
            lacking.setdefault(mistake.key[:2], []).append(".".join(mistake.key[2:]))
    found = list(mistakes)
    for (part, name), keys in lacking.items():
        others = [str(member.get("name")) for member in table[part] if isinstance(member, dict)]
        if mend := respell(name, others, "name"):
            about = [mistake for mistake in found if mistake.key[:2] == (part, name)]
            found = [mistake for mistake in found if mistake not in about]
            found.append(Mistake((part, name), f"{', '.join(keys)} are missing", mend))
    return found
