"""What ``simulate hindcast`` writes into its folder."""

from collections.abc import Callable, Sequence, Set
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulate.analysis.figure_scores import MODEL
from simulate.analysis.hindcast import Hindcast, summary
from simulate.engine.summary import in_json
from simulate.plots import plot_of

from .files import SUMMARY, refuse_other_content, whole_folder
from .pictures import Drawing, begin_drawing, picture_files, write_pictures
from .results import WORKBOOK, write_spreadsheets
from .sheet_names import csv_file
from .workers import Workers

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

HINDCAST = "hindcast"
SHEET = "Scores"
PICTURES: "dict[str, Callable[[Hindcast], Figure]]" = {
    "forecasts": plot_of("hindcast", "plot_forecasts"),
    "ranks": plot_of("hindcast", "plot_ranks"),
}
OWN_FILES = {SUMMARY, WORKBOOK, csv_file(SHEET)} | picture_files(PICTURES)


def hindcast_folder(
    folder: Path, force: bool, tell: Callable[[str], None]
) -> AbstractContextManager[Path]:
    """Give a temporary folder for the files of a hindcast; see ``whole_folder``."""
    refuse_other_content(folder, HINDCAST, force)
    return whole_folder(folder, OWN_FILES, HINDCAST, force, tell)


def draw_hindcast(found: Hindcast, kinds: Sequence[str], workers: Workers) -> Drawing:
    """Let workers begin to draw the pictures; see ``begin_drawing``."""
    plots = {name: partial(plot, found) for name, plot in PICTURES.items()}
    return begin_drawing(plots, kinds, workers)


def write_hindcast(
    found: Hindcast,
    folder: Path,
    tell: Callable[[str], None],
    kinds: Set[str],
    drawing: Drawing,
) -> None:
    """Write summary, pictures and tables into a folder; see ``write_result``."""
    from .workbook import Sheet

    (folder / SUMMARY).write_text(in_json(summary(found)) + "\n", encoding="utf-8")
    write_pictures(drawing, folder, tell)
    write_spreadsheets([Sheet(SHEET, score_frame(found))], folder, kinds, PICTURES)


def score_frame(found: Hindcast) -> "pd.DataFrame":
    """Return a row for each figure and forecaster."""
    import pandas as pd

    rows = []
    for score in summary(found)["scores"]:
        others = score.pop("base_forecasters")
        rows += [score | {"forecaster": MODEL}]
        rows += [score | {"forecaster": name} | other for name, other in others.items()]
    return pd.DataFrame(rows)
