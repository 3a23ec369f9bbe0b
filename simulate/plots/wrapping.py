"""Text that fits a width, as measured with the font that it is drawn in."""

import re
from collections.abc import Callable
from functools import cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

FAMILY = "DejaVu Sans"
# A renderer rounds each letter's place to a pixel.
SAFETY = 0.97
ELLIPSIS = "…"
# A number stays with its error.
BREAK = re.compile(r"(?<!±)\s+(?!±)")


@cache
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of one line, in points."""
    font = FontProperties(family=FAMILY, size=size, weight=weight)
    return TextToPath().get_text_width_height_descent(text, font, ismath=False)[0]


def wrap(text: str, width: float, size: float, weight: str = "normal", most: int = 2) -> str:
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
    """

    def fits(line: str) -> bool:
        return text_width(line, size, weight) <= SAFETY * width

    lines = [""]
    for word in BREAK.split(text.strip()):
        longer = f"{lines[-1]} {word}".strip()
        if fits(longer):
            lines[-1] = longer
            continue
        pieces = _pieces(word, fits)
        lines = [*lines, *pieces] if lines[-1] else pieces
        if len(lines) > most:
            break
    if len(lines) <= most:
        return "\n".join(lines)
    last = lines[most - 1]
    while last and not fits(last + ELLIPSIS):
        last = last[:-1]
    return "\n".join([*lines[: most - 1], last.rstrip() + ELLIPSIS])


def _pieces(word: str, fits: Callable[[str], bool]) -> list[str]:
    """Return a word in pieces that fit, as long as can be."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and not fits(pieces[-1] + letter):
            pieces.append("")
        pieces[-1] += letter
    return pieces
