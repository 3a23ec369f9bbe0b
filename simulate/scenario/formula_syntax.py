"""From a formula's text to the tree that Python's own parser makes of it, and nothing worse."""

import ast
import keyword
import re

from .units import MULTIPLE, number_in_unit

LONGEST, DEEPEST = 1000, 50
# What a formula is written with; Python's own parser says whether it makes sense together.
TOKEN = re.compile(
    r"(?P<space>[ \t\n]+)"
    r"|(?P<number>(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)(?P<suffix>[A-Za-z_%]\w*|%)?"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|[<>=!]=|[-+*/<>(),])"
)
WORDS = {"and", "or", "not"}
# How numbers that are written with a unit stand in a formula.
PLAIN = {
    "bn USD": "money is a plain number, in bn USD",
    MULTIPLE: "a multiple is a plain number, and * multiplies",
}
AMOUNT = re.compile(r"(?<![\w.])\d+(?:\.\d*)?[ \t]+[A-Za-z]+")
# What other languages write, and what is written here.
HINTS = {
    "=": "write == to compare",
    "!": "write not, or != to compare",
    "^": "write ** for a power",
    "&": "write and",
    "|": "write or",
    "%": "write 0.05 for 5%",
    "×": "write *",
    "÷": "write /",
    "−": "write -",
    "≥": "write >=",
    "≤": "write <=",
    "≠": "write !=",
    ".": "names have no points in them",
    '"': "there are no texts in it",
    "'": "there are no texts in it",
    "[": "write previous(x, n) for earlier quarters",
    "if": "write where(condition, then, otherwise)",
    "else": "write where(condition, then, otherwise)",
    "is": "write ==",
    "True": "write 1 == 1",
    "False": "write 1 == 0",
}


class FormulaError(ValueError):
    """What is wrong with a formula.

    Parameters
    ----------
    message
        What is wrong and what would be right.
    column
        Where in the text, the first being 1.
    mended
        The text with what is wrong put right, where that is one thing.
    """

    def __init__(self, message: str, column: int, mended: str | None = None) -> None:
        super().__init__(f"column {column}: {message}")
        self.message = message
        self.column = column
        self.mended = mended


def parse(text: str) -> ast.expr:
    """Return the tree of a text that has only a formula's words in it.

    Raises
    ------
    FormulaError
        If it has others, or Python's parser refuses it.
    """
    _check_words(text)
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        # An end that comes too early stands nowhere.
        end = len(text) + 1
        column = min(place_in(text, error.lineno or 1, error.offset), end) if error.offset else end
        said = _said(error, text[column - 1 :].split())
    except (ValueError, MemoryError, RecursionError):
        column, said = 1, "it is too deep"
    for amount in AMOUNT.finditer(text):
        if right := _plain_amount(amount[0]):
            raise FormulaError(right, amount.start() + 1)
    raise FormulaError(f"the formula can't be read: {said}", column)


def place_in(text: str, line: int, offset: int) -> int:
    """Return where in a text something stands that stands so far within a line of it."""
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + offset


def _said(error: SyntaxError, rest: list[str]) -> str:
    """Return what Python's parser says of a text, by what stands from the mistake on."""
    said = error.msg.removeprefix("invalid syntax. ").partition(";")[0]
    if said == "invalid syntax":
        return f"what is {rest[0]:.20} here?" if rest else "it ends too early"
    if said == "unexpected indent":
        return "it begins with a space"
    return f"{said[0].lower()}{said[1:]}"


def _plain_amount(written: str) -> str:
    """Return how a formula says a number that is written with its unit, or nothing if none is."""
    for unit, words in PLAIN.items():
        try:
            number = number_in_unit(written, unit)
        except ValueError:
            continue
        return f"write {number:.15g} for {written}; {words}"
    return ""


def _check_words(text: str) -> None:
    """Raise unless a text is of a formula's words, and neither too long nor too deep."""
    if len(text) > LONGEST:
        raise FormulaError(f"a formula has at most {LONGEST:,} characters", LONGEST + 1)
    if not text.strip():
        raise FormulaError("the formula is empty", 1)
    at = depth = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise FormulaError(_unknown_word(text[at]), at + 1)
        if wrong := _wrong_token(found):
            raise FormulaError(wrong, at + 1)
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth > DEEPEST:
            raise FormulaError(f"brackets go at most {DEEPEST} deep", at + 1)
        at = found.end()


def _unknown_word(character: str) -> str:
    shown = ascii(character)[1:-1] if not character.isprintable() else character
    hint = HINTS.get(character, "")
    return f"{shown} has no meaning in a formula{hint and '; '}{hint}"


def _wrong_token(found: re.Match[str]) -> str:
    """Return what is wrong with a token by itself, or nothing."""
    word, suffix = found["word"], found["suffix"]
    if suffix == "%":
        return f"write {float(found['number'].replace('_', '')) / 100.0:.15g} for {found[0]}"
    if suffix:
        return _plain_amount(found[0]) or f"{found[0]} is no number, and * multiplies"
    if word and word.lower() in WORDS - {word}:
        return f"{word} has no meaning in a formula; write {word.lower()} between conditions"
    if word and keyword.iskeyword(word) and word not in WORDS:
        return _unknown_word(word) if word in HINTS else f"{word} has no meaning in a formula"
    return ""
