"""The one kind of error that a user's files and flags can cause."""

from typing import NamedTuple


class Mistake(NamedTuple):
    """What is wrong with a scenario, apart from where it was written.

    Attributes
    ----------
    key
        The key at fault, from the root or from the table that was checked.
    message
        The mend, in words.
    """

    key: tuple[str, ...]
    message: str


class ScenarioError(Exception):
    """What is wrong with a scenario or a request, in words for the person who wrote it.

    Parameters
    ----------
    *lines
        One or two lines each: which file, which key, which value, what would be right.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
