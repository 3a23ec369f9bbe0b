"""A run's folder: written whole or not at all, and never over something else."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simulate.plots import PICTURES
from simulate.plots.style import save_picture
from simulate.result import Result
from simulate.scenario import Scenario, ScenarioError
from simulate.version import package_version

SUMMARY = "summary.json"
HITTING_TABLE = "hitting_times.parquet"
METRICS_TABLE = "metrics.parquet"
OUTCOMES_TABLE = "outcomes.parquet"
PICTURE_KINDS = (".png", ".svg")
OWN_FILES = {SUMMARY, HITTING_TABLE, METRICS_TABLE, OUTCOMES_TABLE} | {
    f"{name}{kind}" for name in PICTURES for kind in PICTURE_KINDS
}


@contextmanager
def output_folder(folder: Path, scenario: Scenario, force: bool) -> Iterator[Path]:
    """Give a temporary folder to write to, and move its files into place at the end.

    Parameters
    ----------
    folder
        Where the files shall stand.
    scenario
        Of the run; a folder that holds the same run may be written again.
    force
        Replace the files of another run. Files that no run writes are never touched.

    Raises
    ------
    ScenarioError
        If the folder holds something else, or can't be written.
    """
    try:
        refuse_other_content(folder, scenario, force)
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise ScenarioError(f"{folder}: can't be written: {error.strerror}") from None
    try:
        yield partial
        folder.mkdir(exist_ok=True)
        for name in OWN_FILES - {file.name for file in partial.iterdir()}:
            (folder / name).unlink(missing_ok=True)
        for file in sorted(partial.iterdir()):
            file.replace(folder / file.name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ScenarioError(f"{folder}: can't be written: {reason}; nothing was kept") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_other_content(folder: Path, scenario: Scenario, force: bool) -> None:
    """Raise unless the folder is new, empty, holds the same run, or may be written over."""
    if folder.exists() and not folder.is_dir():
        raise ScenarioError(f"{folder}: is a file; --out must name a folder")
    for name in sorted(OWN_FILES):
        if (folder / name).is_dir():
            raise ScenarioError(f"{folder / name}: is a folder, where a run writes a file")
    if force or not folder.exists() or not any(folder.iterdir()):
        return
    if not _holds_same_run(folder, scenario):
        raise ScenarioError(
            f"{folder}: exists and holds something else than this run;",
            "choose another folder with --out, or replace its files with --force",
        )


def _holds_same_run(folder: Path, scenario: Scenario) -> bool:
    if {path.name for path in folder.iterdir()} - OWN_FILES:
        return False
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and (summary.get("scenario"), summary.get("version")) == (
        scenario.model_dump(mode="json"),
        package_version(),
    )


def write_result(result: Result, folder: Path) -> None:
    """Write a result's tables, summary and pictures into a folder."""
    _write_table(result.hitting_times, folder / HITTING_TABLE, result.scenario)
    _write_table(result.metrics, folder / METRICS_TABLE, result.scenario)
    (folder / SUMMARY).write_text(result.to_json() + "\n", encoding="utf-8")
    for name, draw in PICTURES.items():
        figure = draw(result)
        for kind in PICTURE_KINDS:
            save_picture(figure, folder / f"{name}{kind}")


def _write_table(frame: pd.DataFrame, file: Path, scenario: Scenario) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table.replace_schema_metadata(_metadata(table.schema, scenario)), file)


def _metadata(schema: Any, scenario: Scenario) -> dict[bytes, bytes]:
    return (schema.metadata or {}) | {
        b"scenario": scenario.model_dump_json().encode(),
        b"version": package_version().encode(),
    }


class OutcomeWriter:
    """Streams frames of outcomes to a Parquet file, one row group a frame."""

    def __init__(self, folder: Path, scenario: Scenario) -> None:
        self._file = folder / OUTCOMES_TABLE
        self._scenario = scenario
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "OutcomeWriter":
        return self

    def __call__(self, frame: pd.DataFrame) -> None:
        """Write one frame."""
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if self._writer is None:
            schema = table.schema.with_metadata(_metadata(table.schema, self._scenario))
            self._writer = pq.ParquetWriter(self._file, schema)
        self._writer.write_table(table)

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
