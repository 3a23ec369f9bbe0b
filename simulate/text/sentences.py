"""How sentences are put together: lists in words, first letters, full stops."""

from collections.abc import Iterable


def listed(items: Iterable[str], last: str = "and") -> str:
    """Return items as a list in words, such as ``a, b and c``."""
    *first, end = items
    return f"{', '.join(first)} {last} {end}" if first else end


def capitalized(words: str) -> str:
    """Return words that begin a sentence; ``str.capitalize`` would lower all other letters."""
    return words[:1].upper() + words[1:]


def uncapitalized(sentence: str) -> str:
    """Return a sentence that goes on another one."""
    return sentence[:1].lower() + sentence[1:]


def with_full_stop(text: str) -> str:
    """Return a text with a full stop, unless it ends with a sign of its own."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
