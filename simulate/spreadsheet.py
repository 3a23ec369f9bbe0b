"""Tables for spreadsheets: as CSV, and as the sheets of a workbook.

Texts stay texts. Spreadsheets take some for formulas, which may come from a scenario's names: a
workbook says of each cell what it is; a CSV file can't, and has an apostrophe before such a text.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from simulate.scenario import ScenarioError

KINDS = ("csv", "xlsx")
# Full-width signs are read as plain ones by some programs, and blanks left out.
FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
LONGEST_TEXT = 32_767
NARROW, WIDE = 14, 80
# Three quarters of a picture's size, and rows of a fifth of an inch for 7.4 inches of it.
PICTURE, ROWS_OF_PICTURE = 0.75, 28
# The same tables, the same file: a workbook says when it was made.
MADE = datetime(1980, 1, 1)


@dataclass(frozen=True)
class Sheet:
    """A table with what is to be said of it.

    Attributes
    ----------
    name
        Of the sheet, and of a CSV file.
    table
        Its cells are numbers, texts, or missing.
    remarks
        Lines above it.
    percent
        Whether its numbers are shares; whole ones, such as years, are none.
    """

    name: str
    table: pd.DataFrame
    remarks: tuple[str, ...] = ()
    percent: bool = False


def csv_file(name: str) -> str:
    """Return the name of a sheet's CSV file."""
    return f"{name.lower().replace(' ', '_')}.csv"


def parse_kinds(text: str | None) -> frozenset[str]:
    """Return the kinds of files that a list such as ``csv,xlsx`` names.

    Raises
    ------
    ScenarioError
        If there is no such kind.
    """
    kinds = [kind.strip() for kind in text.split(",")] if text is not None else []
    for kind in kinds:
        if kind not in KINDS:
            raise ScenarioError(f'--tables "{text}": "{kind}" is not known; write csv,xlsx')
    return frozenset(kinds)


def write_csv(table: pd.DataFrame, file: Path) -> None:
    """Write a CSV table whose texts no spreadsheet takes for formulas."""
    texts = table.select_dtypes(exclude="number")
    plain = table.assign(**{str(name): texts[name].map(_plain_cell) for name in texts})
    plain.rename(columns=plain_text).to_csv(file, index=False)


def plain_text(text: str) -> str:
    """Return a text as every spreadsheet shows it, with an apostrophe where it began a formula."""
    return f"'{_shown(text)}" if FORMULA.match(text) else _shown(text)


def _plain_cell(cell: object) -> object:
    return plain_text(cell) if isinstance(cell, str) else cell


def _shown(text: str) -> str:
    """Return a text without what can't be shown."""
    return CONTROLS.sub(" ", text)[:LONGEST_TEXT]


def write_workbook(file: Path, sheets: Iterable[Sheet], pictures: Sequence[Path] = ()) -> None:
    """Write a workbook for Excel, LibreOffice and the like.

    Parameters
    ----------
    file
        Ending in ``.xlsx``.
    sheets
        In their order.
    pictures
        PNG files for a last sheet, one below the other.
    """
    # In memory, since the folder for temporary files may be on a small disk.
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": MADE})
        head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        share = workbook.add_format({"num_format": "0.00%"})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            _write_table(page, sheet, head, share if sheet.percent else None)
        if pictures:
            _insert(workbook.add_worksheet("Pictures"), pictures)


def _write_table(page: Worksheet, sheet: Sheet, head: Format, number: Format | None) -> None:
    top = len(sheet.remarks) + bool(sheet.remarks)
    for column, name in enumerate(sheet.table):
        page.write_string(top, column, _shown(str(name)), head)
        page.set_column(column, column, _width(sheet.table.iloc[:, column]))
    for row, cells in enumerate(sheet.table.itertuples(index=False), start=top + 1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(row, column, _shown(cell))
            elif not pd.isna(cell) and math.isfinite(cell):
                shown = number if isinstance(cell, float) else None
                page.write_number(row, column, float(cell), shown)
    page.freeze_panes(top + 1, 1)
    for row, remark in enumerate(sheet.remarks):
        page.write_string(row, 0, _shown(remark))


def _width(column: pd.Series) -> int:
    """Return a column's width in characters, from its first cells."""
    if pd.api.types.is_numeric_dtype(column):
        return NARROW
    return min(max(map(len, column.head(100).astype(str)), default=0) + 2, WIDE)


def _insert(page: Worksheet, pictures: Sequence[Path]) -> None:
    row = 0
    for picture in pictures:
        page.insert_image(row, 0, str(picture), {"x_scale": PICTURE, "y_scale": PICTURE})
        row += ROWS_OF_PICTURE
