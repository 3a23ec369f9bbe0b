"""A mistake in a scenario: its error, what would mend it, and the name that was meant."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from .edits import Edit, Move, Rename, Write, toml_value

# By our name, written small and without "_", as what is compared is.
OTHER_NAMES = {
    "low": ("min", "minimum", "lower", "lowerbound"),
    "high": ("max", "maximum", "upper", "upperbound"),
    "mode": ("mostlikely", "likely"),
    "mean": ("mu", "average", "expected"),
    "sd": ("sigma", "std", "stdev", "stddev", "standarddeviation"),
    "alpha": ("a",),
    "beta": ("b",),
    "shape": ("k",),
    "scale": ("theta",),
    "weights": ("probabilities", "probs"),
    "degrees_of_freedom": ("df", "nu", "dof"),
    "distribution": ("dist", "type", "family"),
    "source": ("reference", "ref", "citation"),
    "extends": ("base", "parent", "inherits"),
    "chance": ("probability", "prob"),
    "quarter": ("date", "when"),
    "normal": ("gaussian", "gauss", "norm"),
    "student_t": ("t", "student"),
    "triangular": ("triangle", "triang", "tri"),
    "pert": ("betapert",),
    "scipy.expon": ("exponential", "exp"),
    "scipy.weibull_min": ("weibull",),
    "scipy.binom": ("binomial",),
    "scipy.nbinom": ("negativebinomial", "negbinom"),
    "scipy.geom": ("geometric",),
}
OURS = {other: name for name, others in OTHER_NAMES.items() for other in others}
# Alike in letters, and another thing.
NOT_MEANT = {("median", "mean"), ("pearson", "spearman")}
# Comparing takes time by both lengths and by the number of names.
LONGEST, MOST = 100, 200
MOST_ASKED = 4
# So alike, of 1, are a name and a slip of the pen; and by so much less the next name.
ALIKE, APART = 0.6, 0.04
Steps = tuple[str, ...]
# Control characters, marks of bidirectional text, separators of lines, and what is no character.
STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# How pydantic names what a value must be, and how a person does.
KINDS = {
    "string_type": "must be a text, in quotes",
    "bool_type": "must be true or false",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table",
    "path_type": "must be a file's name, in quotes",
    "string_too_short": "must not be empty",
}
# One of the values that pydantic lists; it may have an apostrophe of its own.
EXPECTED = re.compile(r"""(['"])(.*?)\1(?=, | or |$)""")
# Texts that may have several lines.
PROSE = {"description", "source", "formula", "when"}


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
        or [name for name in as_many if _is_of_another_member(_plain(name).split("."), steps)]
        or _nearest({name: _likeness(_plain(name), plain) for name in names if name not in as_many})
        # Of several words, those that were written.
        or [name for name in names if f"_{plain}_" in f"_{_plain(name).replace('.', '_')}_"]
    )


def _nearest(likeness: dict[str, float]) -> list[str]:
    most = max(likeness.values(), default=0.0)
    return [name for name, alike in likeness.items() if alike >= max(ALIKE, most - APART)]


def _is_of_another_member(name: list[str], given: list[str]) -> bool:
    """Tell whether two dotted names differ in a step in their midst alone, such as a segment's."""
    apart = [place for place, (a, b) in enumerate(zip(name, given, strict=True)) if a != b]
    return len(apart) == 1 and 0 < apart[0] < len(given) - 1


def _likeness(name: str, given: str) -> float:
    return SequenceMatcher(None, name, given).ratio()


def _plain(name: str) -> str:
    """Return a name without what hands and other programs write differently."""
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def _joined(name: str) -> str:
    return _plain(name).replace("_", "")


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
    column
        Where in a text, the first being 1; 0 where all of it is meant.
    """

    key: tuple[str, ...]
    wrong: str
    mend: Mend | None = None
    column: int = 0

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


def in_words(item: Any) -> str:
    """Return what one item of an error of pydantic's says, as a person would."""
    if item["type"] in KINDS:
        return KINDS[item["type"]]
    if item["type"] == "string_too_long":
        return f"must have at most {item['ctx']['max_length']} characters"
    if item["type"] == "literal_error":
        return f"must be {one_of(expected_values(item))}"
    message = re.sub("^Input should", "must", item["msg"].removeprefix("Value error, "))
    return message[0].lower() + message[1:]


def one_of(values: Iterable[str]) -> str:
    """Return in words that one of some values is meant."""
    *most, last = (f'"{value}"' for value in values)
    return f"{', '.join(most)} or {last}" if most else last


def expected_values(item: Any) -> list[str]:
    """Return the values of which one must be, by an item of an error of pydantic's."""
    return [value for _, value in EXPECTED.findall(item["ctx"]["expected"])]


def printable(text: str) -> str:
    r"""Return a text with what steers a terminal as its code, such as ``\x1b``."""
    return STEERING.sub(lambda found: _code(found[0]), text)


def steering_text(value: Any, key: str = "") -> str:
    """Return a text in a file's table that steers a terminal, in printable form, or nothing."""
    if isinstance(value, dict):
        named = (steering_text(name) or steering_text(value[name], name) for name in value)
        return next(filter(None, named), "")
    if isinstance(value, list):
        return next(filter(None, (steering_text(member, key) for member in value)), "")
    if not isinstance(value, str):
        return ""
    bare = value.translate({9: " ", 10: " "}) if key in PROSE else value
    return printable(value) if STEERING.search(bare) else ""


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
