"""A column of measured numbers, read from a CSV or Parquet file."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import ScenarioError
from .names import did_you_mean

LEAST_VALUES = 8


def read_column(file: str | Path, column: str) -> NDArray[np.float64]:
    """Return the numbers of one column.

    Parameters
    ----------
    file
        A ``.parquet`` file, or one of comma-separated values with a header.
    column
        The column's name.

    Returns
    -------
    Array
        Shape (n,), n >= 8, finite and not all alike.

    Raises
    ------
    ScenarioError
        If there is no such file or column, or not enough of finite numbers in it.
    """
    path = Path(file)
    table = _read_table(path)
    if column not in table.columns:
        names = [str(name) for name in table.columns]
        known = f"the columns are: {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}"
        hint = did_you_mean(column, names) or known
        raise ScenarioError(f'{path}: there is no column "{column:.60}"; {hint:.500}')
    return _numbers(table[column], f'{path}: column "{column}"')


def _read_table(path: Path) -> pd.DataFrame:
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        raise ScenarioError(f"{path!s:.100}: {error.strerror}") from None
    if is_folder:
        raise ScenarioError(f"{path}: is a folder; name a CSV or Parquet file in it")
    if not is_file:  # a device, which may have no end, is none
        raise ScenarioError(f"{path}: no such file")
    parquet = path.suffix.lower() in (".parquet", ".pq")
    try:
        if parquet:
            return pd.read_parquet(path)
        return pd.read_csv(path, encoding="utf-8-sig", skipinitialspace=True, low_memory=False)
    # Readers raise their libraries' own errors as well; the first line of each says what it is.
    except (OSError, ValueError, TypeError) as error:
        kind = "Parquet" if parquet else "comma-separated values"
        reason = (str(error).splitlines() or ["broken"])[0]
        raise ScenarioError(f"{path}: not readable as {kind}: {reason}") from None


def _numbers(series: pd.Series, where: str) -> NDArray[np.float64]:
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
        raise ScenarioError(f"{where}: holds no numbers but {series.dtype}")
    numbers = pd.to_numeric(series, errors="coerce")
    strange = series.notna() & numbers.isna()
    if strange.any():
        place = int(np.argmax(strange.to_numpy()))
        raise ScenarioError(
            f"{where}: {str(series.iloc[place])!r} in row {place + 1} is no number"
            f"{_others(int(strange.sum()))}"
        )
    values = numbers.to_numpy(dtype=float, na_value=np.nan)
    lost = ~np.isfinite(values)
    if lost.any():
        raise ScenarioError(
            f"{where}: {lost.sum()} of {lost.size} values are missing or infinite, the first in "
            f"row {int(np.argmax(lost)) + 1}; leave those rows out"
        )
    if values.size < LEAST_VALUES:
        raise ScenarioError(
            f"{where}: {values.size} values are too few to fit; {LEAST_VALUES} are needed"
        )
    if np.ptp(values) == 0.0:
        raise ScenarioError(f"{where}: all {values.size} values are {values[0]:g}; nothing to fit")
    return values


def _others(count: int) -> str:
    return "" if count == 1 else f", nor are {count - 1} others"
