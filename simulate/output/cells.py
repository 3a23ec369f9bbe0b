"""A table of a sweep's cells, written as they come: nobody holds all of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from simulate.analysis.design import Design
from simulate.analysis.sweep import MOST_HELD, Sink
from simulate.scenario import Scenario, ScenarioError

from .new_file import NewFile

# Rows of a table that are held at a time.
ROWS = 4096


def is_streamed(file: NewFile, design: Design) -> bool:
    """Tell whether a table is written while cells come, and not at the end.

    Raises
    ------
    ScenarioError
        If there are too many cells for a table of its kind.
    """
    is_parquet = file.path.suffix == ".parquet"
    if design.cells > MOST_HELD and not is_parquet:
        raise ScenarioError(
            f"{file}: {design.cells:,} cells are too many for it; name a .parquet with --out"
        )
    return is_parquet and not design.is_shown_whole


@contextmanager
def streamed(file: NewFile, scenario: Scenario) -> Iterator[Sink]:
    """Give what takes rows of a Parquet table, which is there whole at the end, or not at all."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    from .parquet import metadata

    held: list[dict[str, Any]] = []
    writer: ParquetWriter | None = None

    with file.whole() as partial:

        def write() -> None:
            nonlocal writer
            if writer is None:
                kinds = {name: _kind(value) for name, value in held[0].items()}
                schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in kinds.items()])
                writer = ParquetWriter(partial, schema.with_metadata(metadata(schema, scenario)))
            writer.write_table(pa.Table.from_pylist(held, schema=writer.schema))
            held.clear()

        def take(rows: Sequence[dict[str, Any]]) -> None:
            held.extend(rows)
            if len(held) >= ROWS:
                write()

        try:
            yield take
            if held:
                write()
        finally:
            if writer is not None:
                writer.close()


def _kind(value: object) -> str:
    # What has no error, or no value, is a number too.
    return "string" if isinstance(value, str) else "float64"
