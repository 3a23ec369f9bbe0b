"""A column of a Parquet file."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .delimited import MOST_ROWS

# What a column may hold instead of numbers, and what it would be right to do.
INSTEAD = (
    (pa.types.is_duration, "spans of time; store their number of days, or of hours, as float64"),
    (pa.types.is_temporal, "dates or times; store numbers, such as of days since the first"),
    (pa.types.is_boolean, "booleans; store 1 and 0 as float64"),
    (pa.types.is_decimal, "decimals; cast them to float64"),
    (pa.types.is_dictionary, "categories; store the numbers that they stand for, as float64"),
    (pa.types.is_null, "nothing; store float64"),
    (pa.types.is_nested, "lists or tables; store each of their numbers as a column"),
)


def open_parquet(content: bytes) -> pq.ParquetFile:
    """Return a Parquet file.

    Raises
    ------
    ValueError
        If it is none, or too long.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
    except (OSError, ValueError, pa.ArrowException):
        raise ValueError("it is damaged, or no Parquet") from None
    if file.metadata.num_rows > MOST_ROWS:
        raise ValueError(f"it has more than {MOST_ROWS:,} rows")
    return file


def number_columns(file: pq.ParquetFile) -> list[str]:
    """Return the names of columns that hold numbers."""
    return [field.name for field in file.schema_arrow if _holds_numbers(field.type)]


def read_parquet_column(file: pq.ParquetFile, column: str) -> NDArray[np.float64]:
    """Return the numbers of a column, ``nan`` where one is missing.

    Raises
    ------
    ValueError
        If it holds something else, or is damaged.
    """
    kind = file.schema_arrow.field(column).type
    if not _holds_numbers(kind):
        said = next(
            (words for holds, words in INSTEAD if holds(kind)),
            "text; convert it to numbers, as float64",
        )
        raise ValueError(f"holds no numbers ({kind!s:.60}) but {said}")
    try:
        found = file.read(columns=[column]).column(0)
        return found.cast(pa.float64(), safe=False).to_numpy()
    except (OSError, ValueError, pa.ArrowException):
        raise ValueError("is damaged") from None


def _holds_numbers(kind: Any) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)
