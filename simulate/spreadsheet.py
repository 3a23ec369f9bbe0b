"""Texts in a spreadsheet, which takes some of them for formulas."""

import re

import pandas as pd

# Programs read a formula from these signs, or after blanks that they leave out.
FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")


def plain_text(text: str) -> str:
    """Return a text as every spreadsheet shows it, with an apostrophe where it began a formula."""
    shown = CONTROLS.sub(" ", text)
    return f"'{shown}" if FORMULA.match(text) else shown


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with plain texts, in its cells and its head."""
    plain = frame.map(lambda cell: plain_text(cell) if isinstance(cell, str) else cell)
    return plain.rename(columns=lambda name: plain_text(str(name)))
