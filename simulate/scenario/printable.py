"""Characters that steer a terminal, or turn the order of a text, are refused and never printed."""

import re
from typing import Any

# Control characters, marks of bidirectional text, separators of lines, and what is no character.
STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Texts that may have several lines.
PROSE = {"description", "source"}


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
