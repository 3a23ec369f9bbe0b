"""Parquet tables that say what they were made from: whole, or in parts that workers write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from platform import node
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from simulate.engine.columns import Columns, OutcomeSink, table_of
from simulate.engine.result import dated
from simulate.engine.units import Unit
from simulate.scenario import Scenario, ScenarioError
from simulate.version import package_version

from .files import PART, PREFIX, sync, told, whole_file

# What takes long to import stands in the functions that need it: the answer is told before.
if TYPE_CHECKING:
    import pandas as pd
    from pyarrow.parquet import ParquetWriter

# Bytes of a run of four million paths: more than that is written while it goes on.
MOST_HELD = 1 << 27
# By each thread of a worker.
MOST_HELD_OF_A_PART = 1 << 23
ROWS_OF_A_GROUP = 1 << 16
HOW_TO_REACH = (
    "name a folder that all workers reach with --out, or leave outcomes out with --no-outcomes"
)


def write_table(frame: "pd.DataFrame", file: Path, scenario: Scenario) -> None:
    """Write a Parquet table that holds the scenario it was made from."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(frame, preserve_index=False)
    parquet.write_table(table.replace_schema_metadata(metadata(table.schema, scenario)), file)


def metadata(schema: Any, scenario: Scenario) -> dict[bytes, bytes]:
    """Return what a table says of itself beside its columns: the scenario that it is made from."""
    return (schema.metadata or {}) | {
        b"scenario": scenario.model_dump_json().encode(),
        b"version": package_version().encode(),
    }


@contextmanager
def parquet_sink(file: Path | str, scenario: Scenario) -> Iterator["OutcomeWriter"]:
    """Give a ``sink`` of ``run`` that writes a Parquet table, which is there whole or not at all.

    On a cluster it is a folder of parts, each written by the worker that simulates its paths.

    Parameters
    ----------
    file
        Where it shall stand, and nothing yet does.
    scenario
        Of the run.

    Raises
    ------
    ScenarioError
        If something stands there, or it can't be written.

    Examples
    --------
    >>> with parquet_sink("outcomes.parquet", scenario) as sink:
    ...     result = simulate.run(scenario, client=client, sink=sink)
    """
    place = Path(file)
    if os.path.lexists(place):
        raise ScenarioError(f"{place}: exists; name another file, or take it away")
    with whole_file(place) as partial, OutcomeWriter(partial, scenario) as sink:
        yield sink


class OutcomeWriter:
    """Writes outcomes to a Parquet file: at the end, or as soon as they would fill the memory.

    Parameters
    ----------
    file
        To write, or a folder in its place if parts are asked for.
    scenario
        Of the run.
    most_held
        Bytes that are held before they are written.
    """

    def __init__(self, file: Path, scenario: Scenario, most_held: int | None = None) -> None:
        self._file, self._scenario = file, scenario
        self._most_held = MOST_HELD if most_held is None else most_held
        self._writer: ParquetWriter | None = None
        self._held: list[Columns] = []
        self._bytes = 0

    def __enter__(self) -> "OutcomeWriter":
        return self

    def parts(self) -> "OutcomeParts":
        """Make the folder of parts that workers write, in place of the file."""
        self._file.mkdir()
        return OutcomeParts(self._file.absolute(), self._scenario)

    def __call__(self, columns: Columns) -> None:
        """Take the outcomes of some paths."""
        self._held.append(columns)
        self._bytes += sum(column.nbytes for column in columns.values())
        if self._bytes > self._most_held:
            self._write_held()

    def _write_held(self) -> None:
        """Write what is held, with quarters by name."""
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter

        table = pa.Table.from_pandas(
            dated(table_of(self._held), self._scenario), preserve_index=False
        )
        self._held, self._bytes = [], 0
        if self._writer is None:
            schema = table.schema.with_metadata(metadata(table.schema, self._scenario))
            self._writer = ParquetWriter(self._file, schema)
        self._writer.write_table(table, ROWS_OF_A_GROUP)

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is None and self._held:
            self._write_held()
        if self._writer is not None:
            self._writer.close()
        for unfinished in self._file.glob(f".{PART}*"):
            # Of workers that died.
            unfinished.unlink(missing_ok=True)


@dataclass(frozen=True)
class OutcomeParts:
    """Writes parts of a table of outcomes, wherever paths are simulated: a file a unit.

    The names' order is that of replicates and paths. A unit that is done again gives the same file.

    Attributes
    ----------
    folder
        Of the table, which all that write have in common.
    scenario
        Of the run.
    """

    folder: Path
    scenario: Scenario

    @contextmanager
    def __call__(self, unit: Unit) -> Iterator[OutcomeSink]:
        """Give what takes the outcomes of a unit's paths; its part is there whole or not at all."""
        name = f"{PART}{unit.first_replicate:05}-{unit.first_block:010}.parquet"
        partial = self.folder / f".{name}-{token_hex(8)}"
        # The temporary folder's name would say nothing.
        lasting = next(each for each in self.folder.parents if not each.name.startswith(PREFIX))
        said = f", says the worker on {node()}"
        with told(lasting, f"{said}; {HOW_TO_REACH}"):
            partial.touch(exist_ok=False)
        with told(lasting, said):
            try:
                with OutcomeWriter(partial, self.scenario, MOST_HELD_OF_A_PART) as sink:
                    yield sink
                sync(partial)
                partial.replace(self.folder / name)
            finally:
                partial.unlink(missing_ok=True)
