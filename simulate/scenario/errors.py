"""The one kind of error that a user's files and flags can cause."""

from pathlib import Path
from typing import NamedTuple

from .edits import Edit
from .mends import Mend, with_words


class Mistake(NamedTuple):
    """What is wrong with a scenario, apart from where it was written.

    Attributes
    ----------
    key
        The key at fault, from the root or from the table that was checked.
    wrong
        What is wrong, in words.
    mend
        What would be right, if that is one thing.
    """

    key: tuple[str, ...]
    wrong: str
    mend: Mend | None = None

    @property
    def message(self) -> str:
        """What is wrong, and what would be right."""
        return with_words(self.wrong, self.mend)


class Fix(NamedTuple):
    """A mend at its place in a file.

    Attributes
    ----------
    file
        The file to change.
    edits
        At keys of the file.
    assumes
        What is taken for granted of what was meant.
    """

    file: Path
    edits: tuple[Edit, ...]
    assumes: str


class Told(NamedTuple):
    """One line to the person who wrote something wrong, and how to mend that, if it is known."""

    line: str
    fix: Fix | None = None


class ScenarioError(Exception):
    """What is wrong with a scenario or a request, in words for the person who wrote it.

    Parameters
    ----------
    *told
        One or two lines each: which file, which key, which value, what would be right.
    """

    def __init__(self, *told: str | Told) -> None:
        self.told = tuple(Told(each) if isinstance(each, str) else each for each in told)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """What is told, without how to mend it."""
        return tuple(told.line for told in self.told)
