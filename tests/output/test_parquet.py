"""Outcomes in parts that workers write: the rows of one machine's table, whoever dies."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from distributed import Client
from pyarrow import parquet as pq

from simulate import Result, Scenario, ScenarioError, run
from simulate.engine import units
from simulate.engine.columns import Kept
from simulate.engine.result import dated
from simulate.engine.run import Session
from simulate.engine.units import Parts, RunWork, Unit
from simulate.kernels.arrays import LANES
from simulate.output import parquet
from simulate.output.files import PART
from simulate.output.parquet import OutcomeParts, OutcomeWriter, parquet_sink
from simulate.output.results import OUTCOMES_TABLE, write_result
from tests.engine.test_cluster import assert_same, killing, local_client

PATHS = 1 << 15


@pytest.fixture(scope="module")
def short(anthropic: Scenario) -> Scenario:
    return anthropic.changed({"horizon.last_quarter": "2027Q4", "sampling.replicates": 2})


@pytest.fixture(autouse=True)
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster's tasks have 2,048 paths."""
    monkeypatch.setattr(units, "FEWEST_BLOCKS", 32)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    yield from local_client(2)


@pytest.fixture(scope="module")
def table(short: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's outcomes with its inputs, written by this process."""
    file = tmp_path_factory.mktemp("alone") / OUTCOMES_TABLE
    with parquet_sink(file, short) as sink:
        run(short, paths=PATHS, keep_inputs=True, sink=sink)
    return file


def by_path(file: Path) -> pd.DataFrame:
    return pd.read_parquet(file).sort_values(["replicate", "path"], ignore_index=True)


def in_parts(
    scenario: Scenario,
    file: Path,
    client: Client,
    progress: Callable[[int, int, float], None] | None = None,
) -> Result:
    asked = {"keep_inputs": True, "client": client, "progress": progress}
    with parquet_sink(file, scenario) as sink:
        return run(scenario, paths=PATHS, sink=sink, **asked)


def test_workers_write_the_rows_that_one_machine_writes(
    short: Scenario, table: Path, client: Client, tmp_path: Path
) -> None:
    file = tmp_path / OUTCOMES_TABLE
    result = in_parts(short, file, client)
    assert pd.read_parquet(file).equals(by_path(table))
    assert_same(result, run(short, paths=PATHS, threads=1))
    parts = sorted(file.iterdir())
    assert len(parts) > 2 and all(part.name.startswith(PART) for part in parts)
    assert {pq.read_schema(part).metadata[b"scenario"] for part in parts} == {
        short.model_dump_json().encode()
    }
    assert file.stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_worker_that_is_killed_leaves_no_half_part_and_no_row_twice(
    short: Scenario, table: Path, client: Client, tmp_path: Path
) -> None:
    file = tmp_path / OUTCOMES_TABLE
    in_parts(short, file, client, killing(client, 1))
    assert pd.read_parquet(file).equals(by_path(table))
    assert all(part.name.startswith(PART) for part in file.iterdir())


def test_a_folder_that_a_worker_does_not_reach_is_told_in_a_line(
    short: Scenario, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = OutcomeParts(tmp_path / "elsewhere" / OUTCOMES_TABLE, short)
    monkeypatch.setattr(OutcomeWriter, "parts", lambda _: elsewhere)
    said = r"^/.*elsewhere: can't be written: No such file or directory, says the worker on .*--out"
    with pytest.raises(ScenarioError, match=said):
        in_parts(short, tmp_path / OUTCOMES_TABLE, client)
    assert list(tmp_path.iterdir()) == []


def test_with_a_checkpoint_outcomes_come_back_and_are_there_again(
    short: Scenario, table: Path, client: Client, tmp_path: Path
) -> None:
    for file in (tmp_path / "first", tmp_path / "again"):
        with parquet_sink(file, short) as sink:
            run(short, paths=PATHS, client=client, checkpoint=tmp_path / "kept", sink=sink)
    first = (tmp_path / "first").read_bytes()
    assert first == (tmp_path / "again").read_bytes()
    columns = pq.read_schema(tmp_path / "first").names
    few = by_path(table).query(f"path < {PATHS // 2}")[columns]
    assert by_path(tmp_path / "first").equals(few.reset_index(drop=True))


def test_what_the_caller_keeps_too_is_written_by_the_caller(
    short: Scenario, client: Client, tmp_path: Path
) -> None:
    with parquet_sink(tmp_path / OUTCOMES_TABLE, short) as sink:
        result = run(short, paths=PATHS, client=client, sink=sink, keep_outcomes=True)
    assert pd.read_parquet(tmp_path / OUTCOMES_TABLE).equals(dated(result.outcomes, short))


def test_a_spreadsheet_is_the_same_of_a_table_in_parts(
    short: Scenario, table: Path, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.output.workbook.MOST_ROWS", 512)
    result = in_parts(short, tmp_path / OUTCOMES_TABLE, client)
    for folder in (tmp_path, table.parent):
        write_result(result, folder, print, {"csv"})
    assert (tmp_path / "outcomes.csv").read_bytes() == (table.parent / "outcomes.csv").read_bytes()


def work_of(scenario: Scenario, parts: Parts) -> RunWork:
    work = Session(1).simulation(scenario, sinks=[print], kept=Kept(inputs=True))._work
    return replace(work, parts=parts)


def test_a_unit_that_is_done_twice_gives_the_same_part(short: Scenario, tmp_path: Path) -> None:
    part = tmp_path / "part-00000-0000000256.parquet"
    contents = set()
    for _ in range(2):
        counted = work_of(short, OutcomeParts(tmp_path, short)).count(Unit(0, 2, 256, 300))
        assert counted.columns == {}
        contents.add(part.read_bytes())
    assert list(tmp_path.iterdir()) == [part]
    assert len(contents) == 1
    assert pq.read_metadata(part).num_rows == 2 * 300 * LANES


def test_rows_of_a_part_are_written_while_they_are_counted(
    short: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MOST_HELD_OF_A_PART", 1 << 20)
    work_of(short, OutcomeParts(tmp_path, short)).count(Unit(0, 1, 0, 512))
    (part,) = tmp_path.iterdir()
    assert pq.read_metadata(part).num_row_groups > 1


def test_a_part_that_ends_midway_is_not_there(short: Scenario, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), OutcomeParts(tmp_path, short)(Unit(0, 1, 0, 64)) as sink:
        run(short, paths=1024, sink=sink)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_dead_workers_left_unfinished_is_cleared_away(short: Scenario, tmp_path: Path) -> None:
    file = tmp_path / OUTCOMES_TABLE
    with OutcomeWriter(file, short) as sink:
        parts = sink.parts()
        (file / ".part-00000-0000000000.parquet-dead").write_bytes(b"PAR1")
        work_of(short, parts).count(Unit(0, 1, 0, 64))
    assert [part.name for part in file.iterdir()] == ["part-00000-0000000000.parquet"]


def test_what_stands_there_is_not_written_over(short: Scenario, tmp_path: Path) -> None:
    (tmp_path / OUTCOMES_TABLE).mkdir()
    with (
        pytest.raises(ScenarioError, match=r"outcomes\.parquet: exists; name another file"),
        parquet_sink(tmp_path / OUTCOMES_TABLE, short),
    ):
        pass
