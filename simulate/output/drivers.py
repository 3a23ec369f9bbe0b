"""What ``simulate drivers`` writes into its folder."""

from collections.abc import Callable, Sequence, Set
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulate.analysis.drivers import Drivers, effect_table, index_table, summary
from simulate.engine.summary import in_json
from simulate.plots import plot_of

from .files import SUMMARY, refuse_other_content, whole_folder
from .parquet import write_table
from .pictures import Drawing, begin_drawing, picture_files, write_pictures
from .results import WORKBOOK, write_spreadsheets
from .sheet_names import csv_file
from .workers import Workers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRIVERS = "drivers"
DRIVERS_TABLE, INPUTS_TABLE = "drivers.parquet", "inputs.parquet"
DRIVERS_SHEET, INPUTS_SHEET = "Drivers", "Inputs"
PICTURES: "dict[str, Callable[[Drivers], Figure]]" = {
    "drivers": plot_of("drivers", "plot_drivers"),
    "tornado": plot_of("effects", "plot_tornado"),
    "tenths": plot_of("effects", "plot_tenths"),
}
OWN_FILES = {SUMMARY, DRIVERS_TABLE, INPUTS_TABLE} | picture_files(PICTURES)

SPREADSHEET_FILES = {WORKBOOK, csv_file(DRIVERS_SHEET), csv_file(INPUTS_SHEET)}


def drivers_folder(
    folder: Path, force: bool, tell: Callable[[str], None]
) -> AbstractContextManager[Path]:
    """Give a temporary folder for the files of drivers; see ``whole_folder``."""
    refuse_other_content(folder, DRIVERS, force)
    return whole_folder(folder, OWN_FILES | SPREADSHEET_FILES, DRIVERS, force, tell)


def draw_drivers(drivers: Drivers, kinds: Sequence[str], workers: Workers) -> Drawing:
    """Let workers begin to draw the pictures; see ``begin_drawing``."""
    plots = {name: partial(plot, drivers) for name, plot in PICTURES.items()}
    return begin_drawing(plots, kinds, workers)


def write_drivers(
    drivers: Drivers,
    folder: Path,
    tell: Callable[[str], None],
    kinds: Set[str],
    drawing: Drawing,
) -> None:
    """Write tables, summary and pictures into a folder; see ``write_result``."""
    from .workbook import Sheet

    indices, effects = index_table(drivers), effect_table(drivers)
    write_table(indices, folder / DRIVERS_TABLE, drivers.scenario)
    write_table(effects, folder / INPUTS_TABLE, drivers.scenario)
    (folder / SUMMARY).write_text(in_json(summary(drivers)) + "\n", encoding="utf-8")
    write_pictures(drawing, folder, tell)
    sheets = [Sheet(DRIVERS_SHEET, indices), Sheet(INPUTS_SHEET, effects)]
    write_spreadsheets(sheets, folder, kinds, PICTURES)
