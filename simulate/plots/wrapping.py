"""Text that fits a width, as measured with the font that it is drawn in."""

import re
from functools import cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

FAMILY = "DejaVu Sans"
# A renderer rounds each letter's place to a pixel.
SAFETY = 0.95
NARROWER = 0.96
ELLIPSIS = "…"
# A number stays with its error.
BREAK = re.compile(r"(?<!±)\s+(?!±)")


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of one line, in points."""
    return size * sum(_letter_width(letter, weight) for letter in text)


@cache
def _letter_width(letter: str, weight: str) -> float:
    """Return how far a letter of size 1 moves the next one; the font has no kerning to speak of."""
    font = FontProperties(family=FAMILY, size=100.0, weight=weight)
    return TextToPath().get_text_width_height_descent(letter, font, ismath=False)[0] / 100.0


def wrap(
    text: str,
    width: float,
    size: float,
    weight: str = "normal",
    most: int = 2,
    balanced: bool = False,
) -> str:
    """Return a text in lines of at most a width, the last of them cut if there are too many.

    Parameters
    ----------
    text
        Words; one that is wider than a line is cut in pieces.
    width
        In points.
    size, weight
        Of the font.
    most
        Lines.
    balanced
        Make the lines of about the same length, no more of them for it.
    """
    font = (size, weight)
    room = SAFETY * width
    words = [piece for word in BREAK.split(text.strip()) for piece in _pieces(word, room, font)]
    lines = _fill(words, room, font)
    if len(lines) > most:
        last = lines[most - 1]
        while last and text_width(last + ELLIPSIS, *font) > room:
            last = last[:-1]
        return "\n".join([*lines[: most - 1], last.rstrip() + ELLIPSIS])
    widest = max(text_width(word, *font) for word in words)
    while balanced and len(lines) > 1 and (room := NARROWER * room) > widest:
        narrower = _fill(words, room, font)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return "\n".join(lines)


def _fill(words: list[str], room: float, font: tuple[float, str]) -> list[str]:
    """Return words in lines, each as full as can be."""
    lines, filled = [""], 0.0
    space = text_width(" ", *font)
    for word in words:
        wide = text_width(word, *font)
        if lines[-1] and filled + space + wide > room:
            lines.append("")
        filled = filled + space + wide if lines[-1] else wide
        lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines


def _pieces(word: str, room: float, font: tuple[float, str]) -> list[str]:
    """Return a word in pieces that fit, as long as can be."""
    if text_width(word, *font) <= room:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, *font) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces
