"""What would be right in the place of a mistake: one source of the words and of the edits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .edits import Edit, Rename, Write, toml_value
from .key_moves import Move
from .names import meant, question

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Mend:
    """The one way to mend a mistake.

    Parameters
    ----------
    words
        For the message, after what is wrong.
    edits
        What to change, at keys from that of the mistake.
    assumes
        What is taken for granted of what was meant; empty where nothing is.
    of_table
        Whether the keys are from the table around the mistake's key.
    """

    words: str
    edits: tuple[Edit, ...]
    assumes: str = ""
    of_table: bool = False


class MendableError(ValueError):
    """A value at fault, with what would be right.

    Parameters
    ----------
    wrong
        What is wrong.
    mend
        If there is one.
    hint
        What to say where there is none, with what joins it to the rest.
    """

    def __init__(self, wrong: str, mend: Mend | None = None, hint: str = "") -> None:
        super().__init__(with_words(wrong, mend) if mend else wrong + hint)
        self.wrong = wrong if mend else wrong + hint
        self.mend = mend


def with_words(wrong: str, mend: Mend | None) -> str:
    """Return what is wrong and, where there is one, its mend."""
    return f"{wrong}; {mend.words}" if mend and mend.words else wrong


def rename(
    given: str, known: Iterable[str], whole: Callable[[str], str] = str, at: Steps = ()
) -> Mend | None:
    """Return the mend of a misspelt key, if one name is near.

    Parameters
    ----------
    given, known
        What is written, and what could be.
    whole
        Makes the whole key of the right name, where what is given is a part of it.
    at
        The key, from the mistake's, where that is of a table around it.
    """
    near = meant(given, known)
    return _misspelt(given, near, Rename(at, whole(near))) if near else None


def renamed(given: str, name: str) -> Mend:
    """Return the mend that calls a key, the last of the mistake's, by its right name."""
    return _misspelt(given, name, Rename((), name))


def move(key: Steps, to: Steps) -> Mend:
    """Return the mend that moves a key to another table, both from the scenario's root."""
    right = ".".join(to)
    return Mend(f"it is {right}", (Move((), key, to),), f"{'.'.join(key)} means {right}")


def respell(given: str, known: Iterable[str], *at: str) -> Mend | None:
    """Return the mend of a misspelt value.

    Parameters
    ----------
    given, known
        What is written, and what could be.
    *at
        Where it stands, from the mistake's key.
    """
    near = meant(given, known)
    return _misspelt(given, near, Write(at, near)) if near else None


def _misspelt(given: str, near: str, edit: Edit) -> Mend:
    return Mend(question(near), (edit,), f'"{given}" means "{near}"')


def rewrite(value: Any, *at: str, meaning: str = "", assumes: str = "") -> Mend:
    """Return the mend that writes another value.

    Parameters
    ----------
    value
        To write.
    *at
        Where, from the mistake's key.
    meaning
        What follows the value in words, such as "for 23%".
    assumes
        What is taken for granted.
    """
    words = f"write {toml_value(value)}{meaning and ' '}{meaning}"
    return Mend(words, (Write(at, value),), assumes)


def rewrite_all(values: Mapping[Steps, Any], assumes: str) -> Mend:
    """Return the mend that writes several other values, by their keys from the mistake's."""
    written = ", ".join(f"{'.'.join(at)} = {toml_value(value)}" for at, value in values.items())
    return Mend(f"write {written}", tuple(Write(at, v) for at, v in values.items()), assumes)
