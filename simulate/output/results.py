"""What a run writes into its folder."""

from collections.abc import Callable, Iterable, Sequence, Set
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from simulate.engine.result import Result
from simulate.plots import (
    COMPUTE_PICTURES,
    OWN_PICTURES,
    PICTURES,
    RAISING_PICTURES,
    own_pictures,
    picture_of,
)
from simulate.scenario import Scenario
from simulate.scenario.figures import Figures

from .files import SUMMARY, refuse_other_content, whole_folder
from .parquet import write_table
from .pictures import Drawing, begin_drawing, picture_files, write_pictures
from .sheet_names import NAMES, csv_file
from .workers import Workers

# What takes long to import stands in the functions that need it: the answer is told before.
if TYPE_CHECKING:
    import pandas as pd

    from .workbook import Sheet

RUN = "run"
HITTING_TABLE = "hitting_times.parquet"
METRICS_TABLE = "metrics.parquet"
OUTCOMES_TABLE = "outcomes.parquet"
ALTERNATIVES_TABLE = "alternatives.parquet"
WORKBOOK = "workbook.xlsx"
TABLES = {HITTING_TABLE, METRICS_TABLE, OUTCOMES_TABLE, ALTERNATIVES_TABLE}
OWN_FILES = {SUMMARY, *TABLES} | picture_files(
    [*PICTURES, *OWN_PICTURES, *COMPUTE_PICTURES, *RAISING_PICTURES]
)
SPREADSHEET_FILES = {WORKBOOK} | {csv_file(name) for name in NAMES}


def output_folder(
    folder: Path, force: bool, tell: Callable[[str], None]
) -> AbstractContextManager[Path]:
    """Give a temporary folder for a run's files; see ``whole_folder``."""
    refuse_other_content(folder, RUN, force)
    return whole_folder(folder, OWN_FILES | SPREADSHEET_FILES, RUN, force, tell)


def draw_result(
    result: Result, kinds: Sequence[str], workers: Workers, figures: Figures = None
) -> Drawing:
    """Let workers begin to draw a result's pictures.

    Parameters
    ----------
    result
        From ``run``.
    kinds, workers
        As for ``begin_drawing``.
    figures
        Reported figures to mark; see ``plot_revenue``.
    """
    if kinds:
        find_what_is_drawn(result)
    plots = {name: picture_of(name, result, figures) for name in _drawn(result.scenario)}
    return begin_drawing(plots, kinds, workers)


def _drawn(scenario: Scenario) -> list[str]:
    """Return the names of the pictures that are drawn of a scenario's run."""
    return [*PICTURES, *own_pictures(scenario)]


def find_what_is_drawn(result: Result) -> None:
    """Let a result trace its paths: a worker has no kernels, and would have to load them."""
    _ = result.traces, result.traced_alternatives


def write_result(
    result: Result,
    folder: Path,
    tell: Callable[[str], None],
    kinds: Set[str] = frozenset(),
    drawing: Drawing | None = None,
) -> None:
    """Write a result's tables, summary and pictures into a folder.

    Parameters
    ----------
    result
        With traces, from ``run``.
    folder
        That exists.
    tell
        Called with each picture that can't be drawn, and why, and with what is left out.
    kinds
        Of spreadsheets to write beside: ``csv``, ``xlsx``.
    drawing
        Of its pictures, from ``draw_result``.
    """
    write_table(result.hitting_times, folder / HITTING_TABLE, result.scenario)
    write_table(result.metrics, folder / METRICS_TABLE, result.scenario)
    if result.alternatives:
        write_table(result.by_alternative, folder / ALTERNATIVES_TABLE, result.scenario)
    (folder / SUMMARY).write_text(result.to_json() + "\n", encoding="utf-8")
    if drawing is not None:
        write_pictures(drawing, folder, tell)
    if kinds:
        from .workbook import kept_in_words, sheets_of

        outcomes = _first_paths(result, folder)
        if outcomes is not None and len(outcomes) < result.paths:
            tell(f"For a spreadsheet: {kept_in_words(result, len(outcomes))}")
        drawn = _drawn(result.scenario)
        write_spreadsheets(sheets_of(result, outcomes), folder, kinds, drawn)


def _first_paths(result: Result, folder: Path) -> "pd.DataFrame | None":
    """Return the outcomes that go into a spreadsheet, if outcomes were written.

    They come replicate by replicate, whoever wrote them.
    """
    file = folder / OUTCOMES_TABLE
    if not file.exists():
        return None
    from pyarrow.parquet import read_table

    from .workbook import paths_shown

    first = [("path", "<", paths_shown(result))]
    by_path = [("replicate", "ascending"), ("path", "ascending")]
    return read_table(file, filters=first).sort_by(by_path).to_pandas()


def write_spreadsheets(
    sheets: "Sequence[Sheet]", folder: Path, kinds: Set[str], pictures: Iterable[str]
) -> None:
    """Write tables for spreadsheets.

    Parameters
    ----------
    sheets
        A CSV file each, or all in a workbook.
    folder
        Where the pictures are.
    kinds
        ``csv``, ``xlsx`` or both.
    pictures
        Names of those that go into the workbook, if they could be drawn.
    """
    from .workbook import write_csv, write_workbook

    if "csv" in kinds:
        for sheet in sheets:
            write_csv(sheet.table, folder / csv_file(sheet.name))
    if "xlsx" in kinds:
        drawn = [file for name in pictures if (file := folder / f"{name}.png").exists()]
        write_workbook(folder / WORKBOOK, sheets, drawn)
