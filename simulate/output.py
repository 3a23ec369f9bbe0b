"""What a run writes into its folder."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simulate.folder import SUMMARY, whole_folder
from simulate.plots import PICTURES
from simulate.plots.style import save_picture
from simulate.result import Result, dated
from simulate.scenario import Scenario
from simulate.version import package_version

HITTING_TABLE = "hitting_times.parquet"
METRICS_TABLE = "metrics.parquet"
OUTCOMES_TABLE = "outcomes.parquet"
PICTURE_KINDS = (".png", ".svg")
OWN_FILES = {SUMMARY, HITTING_TABLE, METRICS_TABLE, OUTCOMES_TABLE} | {
    f"{name}{kind}" for name in PICTURES for kind in PICTURE_KINDS
}


def output_folder(folder: Path, scenario: Scenario, force: bool) -> AbstractContextManager[Path]:
    """Give a temporary folder for a run's files; see ``whole_folder``."""
    made_from = {"scenario": scenario.model_dump(mode="json"), "version": package_version()}
    return whole_folder(folder, OWN_FILES, made_from, force)


def write_result(result: Result, folder: Path) -> None:
    """Write a result's tables, summary and pictures into a folder."""
    write_table(result.hitting_times, folder / HITTING_TABLE, result.scenario)
    write_table(result.metrics, folder / METRICS_TABLE, result.scenario)
    (folder / SUMMARY).write_text(result.to_json() + "\n", encoding="utf-8")
    for name, draw in PICTURES.items():
        figure = draw(result)
        for kind in PICTURE_KINDS:
            save_picture(figure, folder / f"{name}{kind}")


def write_table(frame: pd.DataFrame, file: Path, scenario: Scenario) -> None:
    """Write a Parquet table that holds the scenario it was made from."""
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
        """Write one frame, with quarters by name."""
        table = pa.Table.from_pandas(dated(frame, self._scenario), preserve_index=False)
        if self._writer is None:
            schema = table.schema.with_metadata(_metadata(table.schema, self._scenario))
            self._writer = pq.ParquetWriter(self._file, schema)
        self._writer.write_table(table)

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
