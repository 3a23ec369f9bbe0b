"""Shares of variance are the same bits whoever finds them, and are found once."""

from pathlib import Path

import pandas as pd
import pytest

import simulate
from simulate.analysis.drivers import index_table
from simulate.analysis.variance import Sharing
from simulate.engine.execution import executor
from simulate.engine.units import Unit
from simulate.scenario import Scenario
from tests.kept import kept_files, noted_units

PATHS = 4096
# One that a run counts, and one that is ranked among paths that are traced.
ASKED = ("P(gross margin by 2027)", "revenue 2027")


@pytest.fixture(scope="module")
def short(anthropic: Scenario) -> Scenario:
    return anthropic.changed({"horizon.last_quarter": "2027Q4"})


@pytest.fixture(scope="module")
def plain(short: Scenario) -> pd.DataFrame:
    return index_table(simulate.drivers(short, ASKED, paths=PATHS, threads=2))


@pytest.fixture
def shared_units(monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """The units that are shared out."""
    return noted_units(Sharing, monkeypatch)


def resumed(scenario: Scenario, folder: Path, seed: int | None = None) -> pd.DataFrame:
    with executor(2, checkpoint=folder) as threads:
        found = simulate.drivers(scenario, ASKED, paths=PATHS, seed=seed, threads=threads)
    return index_table(found)


def test_what_is_kept_is_shared_out_once(
    short: Scenario, plain: pd.DataFrame, tmp_path: Path, shared_units: list[Unit]
) -> None:
    replicates = short.sampling.replicates
    for _ in range(2):
        pd.testing.assert_frame_equal(resumed(short, tmp_path), plain, check_exact=True)
        assert sorted(unit.first_replicate for unit in shared_units) == list(range(replicates))


def test_what_is_lost_is_shared_out_again(
    short: Scenario, plain: pd.DataFrame, tmp_path: Path, shared_units: list[Unit]
) -> None:
    resumed(short, tmp_path)
    shared_units.clear()
    for file in kept_files(tmp_path)[::2]:
        file.write_bytes(file.read_bytes()[:-1])
    pd.testing.assert_frame_equal(resumed(short, tmp_path), plain, check_exact=True)
    assert 0 < len(shared_units) < short.sampling.replicates


def test_another_seed_finds_nothing_that_is_kept(
    short: Scenario, plain: pd.DataFrame, tmp_path: Path, shared_units: list[Unit]
) -> None:
    resumed(short, tmp_path)
    shared_units.clear()
    assert not resumed(short, tmp_path, seed=2).equals(plain)
    assert len(shared_units) == short.sampling.replicates


def test_progress_reaches_the_end_with_an_executor(short: Scenario, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with executor(1, checkpoint=tmp_path) as threads:
        simulate.drivers(
            short,
            ASKED,
            paths=PATHS,
            threads=threads,
            progress=lambda done, total, _: told.append((done, total)),
        )
    done, total = told[-1]
    assert done == total == max(done for done, _ in told)
