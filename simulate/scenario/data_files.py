"""Columns of delimited texts and of Parquet files."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .notation import TAB, Notation, looks_like_number

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

SEPARATORS = (",", ";", "\t", "|")
# Of a column that stands alone no sign is a separator, but one that no text has.
NO_SEPARATOR = "\x1f"
TRIED_ROWS, MOST_ROWS = 100, 10_000_000
# What Excel takes for no row, and some programs write for it.
DECLARED = re.compile(r"\"?sep=(?P<sign>[^\r\n\"])\"?\r?\n", re.IGNORECASE)
WORD = re.compile(r"\w+")
SUMMARIES = {"total", "subtotal", "sum", "average", "mean", "median", "summe"}
# What a label may say beside, and dates; with other words it may name a row: "Total Energies".
BESIDE_SUMMARIES = {"grand", "sub", "overall", "all", "of", "the", "in", "for", "fy", "n"}
# How gzip, zip (and so .xlsx), bzip2, xz and zstandard begin.
COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# What a column may hold instead, by pyarrow's test of it, and what it would be right to do.
INSTEAD = (
    ("is_duration", "spans of time; store their number of days, or of hours, as float64"),
    ("is_temporal", "dates or times; store numbers, such as of days since the first"),
    ("is_boolean", "booleans; store 1 and 0 as float64"),
    ("is_decimal", "decimals; cast them to float64"),
    ("is_dictionary", "categories; store the numbers that they stand for, as float64"),
    ("is_null", "nothing; store float64"),
    ("is_nested", "lists or tables; store each of their numbers as a column"),
)


class Header(NamedTuple):
    """The first line of a table.

    Attributes
    ----------
    names
        Of the columns.
    with_numbers
        Those of columns that begin with a number.
    separator
        What stands between them.
    """

    names: list[str]
    with_numbers: list[str]
    separator: str


def decode(content: bytes) -> str:
    """Return a file's text, whose encoding a mark at its beginning tells; UTF-8 without one.

    Raises
    ------
    ValueError
        If it holds no text.
    """
    if content.startswith(COMPRESSED):
        raise ValueError("it is compressed; unpack it first, or save a sheet as CSV")
    try:
        text = content.decode(ENCODINGS.get(content[:2], "utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("its text is neither UTF-8 nor UTF-16; save it as UTF-8") from None
    if "\0" in text:
        raise ValueError("it holds no text; save a sheet or a table as CSV or Parquet")
    # Line ends after the last row make no row.
    return text.rstrip("\r\n")


def split_declared(text: str) -> tuple[str | None, str]:
    """Return the separator that a first line such as ``sep=;`` declares, and the text below it."""
    declared = DECLARED.match(text)
    if declared is None:
        return None, text
    return _named(declared["sign"]), text[declared.end() :]


def read_header(text: str, notation: Notation) -> Header:
    """Return the columns' names, and what separates them as stated, or as their line tells.

    Raises
    ------
    ValueError
        If the first line can't be that of a table.
    """
    if not text:
        raise ValueError("it is empty")
    if not text.partition("\n")[0].strip():
        raise ValueError("its first line is blank, where columns have their names")
    separator = "\t" if notation.separator == TAB else notation.separator
    if separator is None:
        separator = _separator(text, "," in (notation.decimal, notation.thousands))
    names, *rows = islice(_rows(text, separator), TRIED_ROWS)
    names = [name.strip() for name in names]
    if all(looks_like_number(name) for name in names):
        raise ValueError("its first line holds numbers, where columns have their names")
    if not any(rows):
        raise ValueError("it has no rows below its first line")
    begins = next(row for row in rows if row)
    numbers = [n for n, cell in zip(names, begins, strict=False) if n and looks_like_number(cell)]
    return Header(names, numbers, separator)


def read_cells(text: str, header: Header, place: int) -> list[str]:
    """Return what stands in a column, below its name.

    A blank line has a row's place, and nothing in it.

    Raises
    ------
    ValueError
        If a row has more or fewer fields than the header or something in a column without a name,
        or is none. Only the first may have none: programs number rows there.
    """
    nameless = [i for i, name in enumerate(header.names) if i > 0 and not name]
    cells: list[str] = []
    last: list[str] = []
    for number, row in enumerate(islice(_rows(text, header.separator), 1, None), 1):
        if row and len(row) != len(header.names):
            raise ValueError(_told(number, row, header))
        if row and any(row[i].strip() for i in nameless):
            mend = _name_or_quote(header)
            raise ValueError(f"row {number} has something in a column without a name; {mend}")
        if number > MOST_ROWS:
            raise ValueError(f"it has more than {MOST_ROWS:,} rows")
        cells.append(row[place] if row else "")
        last = row or last
    labels = [cell.strip() for cell in last[:place] + last[place + 1 :]]
    if summary := next(filter(_names_summary, labels), ""):
        raise ValueError(f'its last row is the "{summary:.60}" of the others; leave it out')
    return cells


def _names_summary(label: str) -> bool:
    """Tell whether a label is of a summary of rows, such as "TOTAL 2024:" or "Mean, all"."""
    words = {word for word in WORD.findall(label.lower()) if word.isalpha()}
    return bool(words & SUMMARIES) and words <= SUMMARIES | BESIDE_SUMMARIES


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    lines = StringIO(text, newline="")
    try:
        yield from csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    except csv.Error as error:
        raise ValueError(f"its quotes don't match, or a field has no end ({error})") from None


def _separator(text: str, has_commas: bool) -> str:
    """Return the one sign that can separate the columns; commas may stand in numbers alone."""
    found = [sign for sign in SEPARATORS if _fields(text, sign)[0] > 1]
    if not found:
        return NO_SEPARATOR if has_commas else ","
    if len(found) > 1:
        found = [sign for sign in found if len(set(_fields(text, sign))) == 1] or found
    if len(found) > 1:
        signs = " or ".join(f'"{_named(sign)}"' for sign in found)
        raise ValueError(f"its columns may be separated by {signs}; say which with separator")
    return found[0]


def _fields(text: str, separator: str) -> list[int]:
    """Return how many fields the header and some rows have."""
    try:
        return [len(row) for row in islice(_rows(text, separator), TRIED_ROWS) if row]
    except ValueError:
        return [0]


def _told(number: int, row: list[str], header: Header) -> str:
    def count(fields: int) -> str:
        return f"{fields} field" + ("s" if fields != 1 else "")

    told = f"row {number} has {count(len(row))}, the header {count(len(header.names))}"
    if len(row) < len(header.names):
        return told
    if len(header.names) == 1 and header.separator == ",":
        return f'{told}; if the comma is a decimal sign, say decimal = ","'
    return f"{told}; {_name_or_quote(header)}"


def _name_or_quote(header: Header) -> str:
    return f'name every column, and quote a field that holds "{_named(header.separator)}"'


def _named(separator: str) -> str:
    return TAB if separator == "\t" else separator


def told_separator(header: Header, notation: Notation) -> str | None:
    """Return the separator that was told from the file and is worth saying."""
    is_plain = notation.separator is not None or header.separator in (",", NO_SEPARATOR)
    return None if is_plain else _named(header.separator)


def open_parquet(content: bytes) -> "ParquetFile":
    """Return a Parquet file.

    Raises
    ------
    ValueError
        If it is none, or too long.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(pa.BufferReader(content))
    except (OSError, ValueError, pa.ArrowException):
        raise ValueError("it is damaged, or no Parquet") from None
    if file.metadata.num_rows > MOST_ROWS:
        raise ValueError(f"it has more than {MOST_ROWS:,} rows")
    return file


def number_columns(file: "ParquetFile") -> list[str]:
    """Return the names of columns that hold numbers."""
    return [field.name for field in file.schema_arrow if _holds_numbers(field.type)]


def read_parquet_column(file: "ParquetFile", column: str) -> NDArray[np.float64]:
    """Return the numbers of a column, ``nan`` where one is missing.

    Raises
    ------
    ValueError
        If it holds something else, or is damaged.
    """
    import pyarrow as pa

    kind = file.schema_arrow.field(column).type
    if not _holds_numbers(kind):
        said = next(
            (words for test, words in INSTEAD if getattr(pa.types, test)(kind)),
            "text; convert it to numbers, as float64",
        )
        raise ValueError(f"holds no numbers ({kind!s:.60}) but {said}")
    try:
        found = file.read(columns=[column]).column(0)
        return found.cast(pa.float64(), safe=False).to_numpy()
    except (OSError, ValueError, pa.ArrowException):
        raise ValueError("is damaged") from None


def _holds_numbers(kind: Any) -> bool:
    import pyarrow as pa

    return pa.types.is_integer(kind) or pa.types.is_floating(kind)
