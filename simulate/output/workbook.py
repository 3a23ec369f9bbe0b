"""Tables as spreadsheets: how a workbook is written, and the sheets of a result."""

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

from simulate.engine.result import DISCLAIMER, NEVER, Result
from simulate.model.catalogue import FUNDING_NEED, hitting_times_of
from simulate.scenario import Scenario
from simulate.scenario.inputs import NO_SOURCE, list_inputs
from simulate.text.assumptions import frame_table, stated_correlations
from simulate.text.numbers import NO_LIMIT
from simulate.text.run import headline
from simulate.text.tables import Table
from simulate.version import package_version

from .sheet_names import (
    ALTERNATIVES,
    ANSWER,
    CORRELATIONS,
    FRAME,
    FUNDING,
    INPUTS,
    METRICS,
    OUTCOMES,
    TIMES,
)

# Full-width signs are read as plain ones by some programs, and blanks left out.
FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
LONGEST_TEXT = 32_767
NARROW, WIDE = 14, 80
# Three quarters of a picture's size, and rows of a fifth of an inch for 7.4 inches of it.
PICTURE, ROWS_OF_PICTURE = 0.75, 28
# The same tables, the same file: a workbook says when it was made.
MADE = datetime(1980, 1, 1)
# A spreadsheet opens it at once; Excel holds 1,048,576 rows and no more.
MOST_ROWS = 1 << 15
TRAILING = (
    "Billions of dollars, shares and multiples. Flows and margins are of the trailing four "
    "quarters, cash is the balance."
)


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


def sheets_of(result: Result, outcomes: pd.DataFrame | None) -> list[Sheet]:
    """Return what a spreadsheet shows of a result.

    Parameters
    ----------
    result
        From ``run``.
    outcomes
        Of those ``paths_shown``, with all columns; None if they weren't kept.
    """
    scenario = result.scenario
    alternatives = [Sheet(ALTERNATIVES, _by_alternative(result), percent=True)]
    sheets = [
        Sheet(ANSWER, _by_year(result), _about(result), percent=True),
        *(alternatives if result.alternatives else []),
        Sheet(TIMES, _with_never(result.hitting_times)),
        Sheet(METRICS, result.metrics, (TRAILING,)),
        Sheet(FUNDING, _funding(result), ("Peak funding need, in billions of dollars.",)),
        Sheet(INPUTS, _inputs(scenario)),
        Sheet(FRAME, _as_frame(frame_table(scenario))),
        Sheet(CORRELATIONS, _correlations(scenario)),
    ]
    if outcomes is not None:
        remark = f"{kept_in_words(result, len(outcomes))} Quarters are the first at the target."
        sheets.append(
            Sheet(
                OUTCOMES,
                outcomes.rename(columns={FUNDING_NEED: f"{FUNDING_NEED}, bn USD"}),
                (remark,),
            )
        )
    return sheets


def paths_shown(result: Result) -> int:
    """Return how many paths of each replicate a spreadsheet shows.

    They are its first, since only those of a sampler's points lie evenly.
    """
    return min(result.replicate_paths, max(1, MOST_ROWS // result.replicates))


def kept_in_words(result: Result, rows: int) -> str:
    """Return which of all paths a spreadsheet shows."""
    if rows == result.paths:
        return f"All {rows:,} paths."
    return (
        f"{rows:,} of {result.paths:,} paths, the first {paths_shown(result):,} of each replicate; "
        "all are in outcomes.parquet."
    )


def _about(result: Result) -> tuple[str, ...]:
    sampling = result.scenario.sampling
    made = (
        f"{result.paths:,} paths in {result.replicates} replicates, {sampling.sampler}, "
        f"seed {sampling.seed}, version {package_version()}."
    )
    lines = (result.scenario.name, headline(result), result.goal, made, DISCLAIMER)
    return tuple(line for line in lines if line)


def _by_year(result: Result) -> pd.DataFrame:
    """Return the probability of each outcome by the end of each year, with its error."""
    return pd.DataFrame([_in_year(result, year) for year in result.years])


def _by_alternative(result: Result) -> pd.DataFrame:
    """Return the same under each alternative, with its weight."""
    rows = [
        {"alternative": each.clause, "weight": result.alternatives[each.name]}
        | _in_year(result, year, each.name)
        for each in result.scenario.possible_alternatives
        for year in result.years
    ]
    return pd.DataFrame(rows)


def _in_year(result: Result, year: int, given: str | None = None) -> dict[str, float]:
    row: dict[str, float] = {"by the end of": year}
    for time, name in hitting_times_of(result.scenario).items():
        estimate = result.probability_by_year(time, year, given)
        row |= {name: estimate.value, f"{name}, standard error": estimate.standard_error}
    return row


def _with_never(times: pd.DataFrame) -> pd.DataFrame:
    return times.assign(quarter=[_quarter(quarter) for quarter in times["quarter"]])


def _quarter(quarter: str | float | None) -> str:
    return NEVER if pd.isna(quarter) else str(quarter)


def _funding(result: Result) -> pd.DataFrame:
    rows = [{"statistic": k, **estimate.as_dict()} for k, estimate in result.funding_need.items()]
    return pd.DataFrame(rows)


def _inputs(scenario: Scenario) -> pd.DataFrame:
    rows = []
    for member in list_inputs(scenario):
        distribution = member.distribution
        p10, p50, p90 = (_limit(distribution.quantile(level)) for level in (0.1, 0.5, 0.9))
        rows.append(
            {
                "input": member.quantity.title,
                "key": member.key,
                "P10": p10,
                "P50": p50,
                "P90": p90,
                "unit": member.quantity.unit,
                "drawn for each": member.quantity.drawn,
                "source": distribution.source or NO_SOURCE,
            }
        )
    return pd.DataFrame(rows)


def _limit(value: float) -> float | str:
    return "no limit" if value >= NO_LIMIT else value


def _correlations(scenario: Scenario) -> pd.DataFrame:
    columns = ["inputs", "correlation", "moved to", "of", "source", "note"]
    rows = [
        (c.inputs, c.value, c.moved_to, c.kind or "scores", c.source, c.note)
        for c in stated_correlations(scenario)
    ]
    return pd.DataFrame(rows, columns=columns).astype({"moved to": float})


def _as_frame(table: Table) -> pd.DataFrame:
    rows = [(row.name, *row.cells, row.note) for row in table.rows]
    return pd.DataFrame(rows, columns=[*table.columns, "note"])
