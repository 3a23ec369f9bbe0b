"""How a text file writes its columns and its numbers: as stated, or else as can be told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

DECIMALS, THOUSANDS = (".", ","), (",", ".", " ", "'")
TAB = "tab"
# A number within a currency, a unit or a mark.
AROUND = re.compile(r"[^\d+.(-]*([+-]?\d[\d.,']*)\D*")
SEPARATOR = re.compile(rf"""{TAB}|[^\w"'.+\r\n-]""")
NOTHING = {"", "na", "n/a", "#n/a", "nan", "null", "none", "-", "inf", "+inf", "-inf", "infinity"}
PERCENT = "%"
# "(0.05)", "(5%)" and "(5)%".
BRACKETED = re.compile(r"\(\s*([^\s()+-][^()]*?)\s*\)\s*(%?)")
# A minus, an apostrophe and spaces that hold together, of spreadsheets and typesetters.
AS_TYPED = str.maketrans("\u2212\u2019\u00a0\u2009\u202f", "-'   ")


@dataclass(frozen=True)
class Notation:
    """What separates columns, and the signs within numbers; None where it isn't stated.

    Raises
    ------
    ValueError
        If one of them can't be what it is said to be.
    """

    separator: str | None = None
    decimal: str | None = None
    thousands: str | None = None

    def __post_init__(self) -> None:
        separator = self.separator
        if (
            separator is not None
            and separator != TAB
            and not re.fullmatch("[^\\w\"'.+\n-]", separator)
        ):
            raise ValueError(
                f'separator = "{separator:.20}": must be one sign such as ";", or {TAB}'
            )
        for name, given, known in (
            ("decimal", self.decimal, DECIMALS),
            ("thousands", self.thousands, THOUSANDS),
        ):
            if given is not None and given not in known:
                signs = " or ".join(f'"{sign}"' for sign in known)
                raise ValueError(f'{name} = "{given:.20}": must be {signs}')
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError(f'decimal and thousands are both "{self.decimal}"')

    @property
    def stated(self) -> dict[str, str]:
        """What is not None, by its name."""
        return {name: sign for name, sign in vars(self).items() if isinstance(sign, str)}

    def in_words(self) -> str:
        """Return what is stated as a scenario writes it."""
        return ", ".join(f'{name} = "{sign}"' for name, sign in self.stated.items())


@dataclass(frozen=True)
class _Convention:
    """A way to write numbers: the decimal sign, and what groups of three digits stand apart by."""

    decimal: str
    thousands: str = ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        point, apart = re.escape(self.decimal), re.escape(self.thousands)
        grouped = rf"[1-9]\d{{0,2}}(?:{apart}\d{{3}})+|" if apart else ""
        whole = rf"(?:{grouped}\d+)"
        return re.compile(
            rf"[+-]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE
        )

    def holds(self, cell: str) -> bool:
        return self._pattern.fullmatch(_bare(cell)[0]) is not None

    def value(self, cell: str) -> float:
        bare, places = _bare(cell)
        whole = bare.replace(self.thousands, "") if self.thousands else bare
        number = whole.replace(self.decimal, ".")
        return float(Decimal(number).scaleb(places)) if places else float(number)


def _bare(cell: str) -> tuple[str, int]:
    """Return a cell without an accountant's brackets and a percent sign, and what that moves it.

    Brackets are a minus, and a percentage is a share: its point moves by two places.
    """
    bracketed = BRACKETED.fullmatch(cell)
    bare = f"-{bracketed[1]}{bracketed[2]}" if bracketed else cell
    return (bare[:-1].rstrip(), -2) if bare.endswith(PERCENT) else (bare, 0)


PLAIN = _Convention(".")
CONVENTIONS = (
    PLAIN,
    _Convention(","),
    *(_Convention(d, t) for t in THOUSANDS for d in DECIMALS if d != t),
)


def read_numbers(cells: Sequence[str], notation: Notation) -> tuple[NDArray[np.float64], Notation]:
    """Return the numbers of a column, and the signs in them that were told from the numbers alone.

    Parameters
    ----------
    cells
        What the file says; of nothing, or of an infinity, the number is ``nan``.
    notation
        As far as it is known.

    Raises
    ------
    ValueError
        If they are no numbers, or may be several.
    """
    typed = [cell.strip().translate(AS_TYPED) for cell in cells]
    given = {place: cell for place, cell in enumerate(typed) if cell.lower() not in NOTHING}
    _refuse_booleans(set(given.values()))
    _refuse_mixed_percent(given)
    convention = _convention(given, notation)
    values = np.full(len(cells), np.nan)
    values[list(given)] = [convention.value(cell) for cell in given.values()]
    signs = {"decimal": convention.decimal, "thousands": convention.thousands or None}
    told = {k: v for k, v in signs.items() if convention != PLAIN and getattr(notation, k) is None}
    return values, replace(Notation(), **told)


def looks_like_number(cell: str) -> bool:
    """Tell whether a cell is a number by any convention."""
    typed = cell.strip().translate(AS_TYPED)
    return any(convention.holds(typed) for convention in CONVENTIONS)


def _refuse_booleans(cells: set[str]) -> None:
    if cells and {cell.lower() for cell in cells} <= {"true", "false"}:
        raise ValueError("holds no numbers but booleans; write 1 and 0")


def _refuse_mixed_percent(given: dict[int, str]) -> None:
    """Raise if some cells are percentages and others, which may be ones or shares, are not."""
    apart: dict[bool, int] = {}
    for place, cell in given.items():
        apart.setdefault(PERCENT in cell, place)
    if len(apart) > 1:
        first, other = apart[True], apart[False]
        raise ValueError(
            f"{given[first][:60]!r} in row {first + 1} is a percentage and {given[other][:60]!r} "
            f"in row {other + 1} is none; write all of them alike"
        )


def read_number(cell: str) -> float:
    """Return the number of a cell with a decimal point: plain, a percentage, or in brackets.

    Raises
    ------
    ValueError
        If it is none.
    """
    typed = cell.strip().translate(AS_TYPED)
    if not PLAIN.holds(typed):
        raise ValueError("must be a number such as 0.4, 40% or (0.4), which is -0.4")
    return PLAIN.value(typed)


def _convention(given: dict[int, str], notation: Notation) -> _Convention:
    """Return the only convention that all cells can be read by, or the first of several alike."""
    possible = [
        convention
        for convention in CONVENTIONS
        if notation.decimal in (None, convention.decimal)
        and notation.thousands in (None, convention.thousands)
    ]
    # Between semicolons a comma may be the decimal sign, and so a point one of thousands.
    if PLAIN in possible and notation.separator != ";" and all(map(PLAIN.holds, given.values())):
        return PLAIN
    strange = {c: [p for p, cell in given.items() if not c.holds(cell)] for c in possible}
    fitting = [convention for convention in possible if not strange[convention]]
    if not fitting:
        places = min(strange.values(), key=len)
        others = f", nor are {len(places) - 1} others" if len(places) > 1 else ""
        first = given[places[0]]
        raise ValueError(
            f"{first[:60]!r} in row {places[0] + 1} is no number{others}{_hint(first)}"
        )
    for place, cell in given.items():
        read = {convention.value(cell): convention for convention in fitting}
        if len(read) > 1:
            values = " or ".join(f"{value:.10g}" for value in read)
            sign = next(sign for sign in cell if sign in DECIMALS)
            raise ValueError(
                f'{cell!r} in row {place + 1} may be {values}; say decimal = "{sign}" or '
                f'thousands = "{sign}"'
            )
    return fitting[0]


def _hint(cell: str) -> str:
    """Return what would be right in the place of a cell that is no number, with what joins it."""
    if found := AROUND.fullmatch(cell):
        return f"; write {found[1]} alone, and its unit in the column's name"
    return ""
