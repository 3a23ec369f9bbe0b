"""A column of measured numbers, read from a CSV or Parquet file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .mistakes import ScenarioError, did_you_mean
from .notation import Notation, read_numbers
from .reach import read_regular

LEAST_VALUES = 8
NO_NUMBERS = "none holds numbers; the first line must name the columns"
LARGEST = 100_000_000
AS_STATED = Notation()


class Column(NamedTuple):
    """The numbers of a column.

    Attributes
    ----------
    values
        Shape (n,), n >= 8, finite and not all alike.
    told
        What of the file's notation was told from the file itself.
    name
        Of the column.
    """

    values: NDArray[np.float64]
    told: Notation
    name: str


def read_column(
    file: str | Path, column: str, notation: Notation = AS_STATED
) -> NDArray[np.float64]:
    """Return the numbers of one column, whatever its notation; see ``find_column``."""
    return find_column(file, column, notation).values


def find_column(file: str | Path, column: str | None, notation: Notation = AS_STATED) -> Column:
    """Return the numbers of one column, and how they were read.

    Parameters
    ----------
    file
        A ``.parquet`` file, or one of comma-separated values with a header. Each line below that
        is a row, a blank one as well, but for those at the end.
    column
        The column's name; None for the only one that holds numbers.
    notation
        As far as it is known of a text file; the rest is told from the file.

    Raises
    ------
    ScenarioError
        If there is no such file or column, if not every row has a finite number in it, or if they
        can be read in several ways.
    """
    path = Path(file)
    try:
        content = read_regular(path, LARGEST, "a CSV or Parquet file")
    except FileNotFoundError:
        raise ScenarioError(f"{path}: no such file") from None
    is_parquet = path.suffix.lower() in (".parquet", ".pq")
    found = (_in_parquet if is_parquet else _in_text)(path, content, column, notation)
    _refuse(found.values, f'{path}: column "{found.name}"')
    return found


def _in_text(path: Path, content: bytes, column: str | None, notation: Notation) -> Column:
    from .data_files import decode, read_cells, read_header, split_declared, told_separator

    try:
        declared, text = split_declared(decode(content))
        if declared and notation.separator is None:
            notation = replace(notation, separator=declared)
        header = read_header(text, notation)
        place = _place(path, column and column.strip(), header.names, header.with_numbers)
        cells = read_cells(text, header, place)
    except ValueError as error:
        raise ScenarioError(f"{path}: not readable as a table: {error}") from None
    separated = replace(notation, separator=told_separator(header, notation) or notation.separator)
    try:
        values, told = read_numbers(cells, separated)
    except ValueError as error:
        raise ScenarioError(f'{path}: column "{header.names[place]}": {error}') from None
    told = replace(told, separator=told_separator(header, notation))
    return Column(values, told, header.names[place])


def _in_parquet(path: Path, content: bytes, column: str | None, notation: Notation) -> Column:
    from .data_files import number_columns, open_parquet, read_parquet_column

    if notation.stated:
        raise ScenarioError(f"{path}: is Parquet, which has no {next(iter(notation.stated))}")
    try:
        table = open_parquet(content)
    except ValueError as error:
        raise ScenarioError(f"{path}: not readable as Parquet: {error}") from None
    names = table.schema_arrow.names
    name = names[_place(path, column, names, number_columns(table))]
    try:
        return Column(read_parquet_column(table, name), Notation(), name)
    except ValueError as error:
        raise ScenarioError(f'{path}: column "{name}" {error}') from None


def _place(path: Path, column: str | None, names: Sequence[str], numbers: Sequence[str]) -> int:
    """Return the place of the one column of a name, or of the only one with numbers."""
    if column is None:
        if len(numbers) == 1:
            return names.index(numbers[0])
        hint = (
            f"say which column; {_listed(numbers)}" if numbers else f"of its columns {NO_NUMBERS}"
        )
        raise ScenarioError(f"{path}: {hint:.500}")
    count = names.count(column)
    if count == 1:
        return names.index(column)
    if count > 1:
        raise ScenarioError(
            f'{path}: {count} columns are called "{column:.60}"; rename all but one'
        )
    # Names of columns without numbers stay unsaid: the file may be no table at all.
    hint = did_you_mean(column, numbers) or (_listed(numbers) if numbers else NO_NUMBERS)
    if not numbers and any(column in name for name in names):
        hint = "it is a part of a longer name; say what separates the columns with separator"
    raise ScenarioError(f'{path}: there is no column "{column:.60}"; {hint:.500}')


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(f"{name:.60}" for name in columns[:20])
    return f"the columns are: {shown}{', ...' if len(columns) > 20 else ''}"


def _refuse(values: NDArray[np.float64], where: str) -> None:
    """Raise unless numbers can be fitted to."""
    lost = ~np.isfinite(values)
    if lost.any():
        raise ScenarioError(
            f"{where}: {lost.sum()} of {lost.size} values are missing or infinite, the first in "
            f"row {int(np.argmax(lost)) + 1}; leave those rows out, blank ones as well"
        )
    if values.size < LEAST_VALUES:
        raise ScenarioError(
            f"{where}: {values.size} values are too few to fit; {LEAST_VALUES} are needed"
        )
    if values.min() == values.max():
        raise ScenarioError(f"{where}: all {values.size} values are {values[0]:g}; nothing to fit")
