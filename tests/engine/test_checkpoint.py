"""Work that is kept is not done again, whatever ended the process that did it."""

import errno
import json
import os
import random
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.engine.checkpoint import MANIFEST, UNFINISHED, Store
from simulate.engine.execution import executor
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.engine.units import (
    FEWEST_BLOCKS,
    MOST_BLOCKS,
    NO_TALLY,
    Counted,
    RunWork,
    ThreadUnits,
    Unit,
    cut,
)
from simulate.kernels.arrays import LANES
from simulate.scenario import Scenario, ScenarioError
from tests.calling import call
from tests.kept import kept_files, noted_units

# Some whole units, and one that isn't.
PATHS = 3 * FEWEST_BLOCKS * LANES + 5000


def assert_same(found: Result, plain: Result) -> None:
    for counts, expected in zip(found.tally, plain.tally, strict=True):
        assert counts.dtype == expected.dtype
        np.testing.assert_array_equal(counts, expected)


@pytest.fixture
def done_units(monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """The units that are simulated."""
    return noted_units(RunWork, monkeypatch)


@pytest.fixture(scope="module")
def short(anthropic: Scenario) -> Scenario:
    return anthropic.changed({"horizon.last_quarter": "2027Q4"})


@pytest.fixture(scope="module")
def plain(short: Scenario) -> Result:
    return run(short, paths=PATHS, threads=1)


def resumed(scenario: Scenario, folder: Path, **asked: Any) -> Result:
    with executor(2, checkpoint=folder) as threads:
        return run(scenario, paths=PATHS, threads=threads, **asked)


@given(st.integers(1, 256), st.integers(0, 10**6), st.integers(1, 10**8), st.sampled_from([8, 256]))
def test_pieces_of_a_unit_are_the_unit(
    replicates: int, first: int, blocks: int, pieces: int
) -> None:
    unit = Unit(3, replicates, first, blocks)
    found = list(cut(unit, pieces))
    assert sum(piece.paths for piece in found) == unit.paths
    assert max(piece.replicates * piece.blocks for piece in found) <= MOST_BLOCKS
    # Each begins where the one before ends, in its replicates or behind them.
    replicate, block = 3, first
    for piece in found:
        assert (piece.first_replicate, piece.first_block) == (replicate, block)
        block += piece.blocks
        if block == first + blocks:
            replicate, block = replicate + piece.replicates, first
    assert (replicate, block) == (3 + replicates, first)


def test_what_is_kept_is_counted_once(
    short: Scenario, plain: Result, tmp_path: Path, done_units: list[Unit]
) -> None:
    assert_same(resumed(short, tmp_path), plain)
    first = len(done_units)
    assert sum(unit.paths for unit in done_units) == plain.paths
    assert_same(resumed(short, tmp_path), plain)
    assert len(done_units) == first > 3


def test_half_of_it_is_gone_on_from(
    short: Scenario, plain: Result, tmp_path: Path, done_units: list[Unit]
) -> None:
    resumed(short, tmp_path)
    lost = kept_files(tmp_path)[::2]
    for file in lost:
        file.unlink()
    done_units.clear()
    assert_same(resumed(short, tmp_path), plain)
    assert len(done_units) == len(lost)


def test_another_scenario_shares_nothing_but_the_folder(
    short: Scenario, plain: Result, tmp_path: Path, done_units: list[Unit]
) -> None:
    resumed(short, tmp_path)
    done_units.clear()
    richer = short.changed({"cash.opening": 60})
    assert_same(resumed(richer, tmp_path), run(richer, paths=PATHS))
    assert sum(unit.paths for unit in done_units) == plain.paths


def test_a_name_alone_makes_no_other_work(
    short: Scenario, tmp_path: Path, done_units: list[Unit]
) -> None:
    resumed(short, tmp_path)
    done_units.clear()
    resumed(short.model_copy(update={"name": "another"}), tmp_path)
    assert not done_units


@pytest.mark.parametrize("is_damaged", [False, True])
def test_kept_paths_come_in_the_same_order(
    short: Scenario, tmp_path: Path, is_damaged: bool
) -> None:
    asked: dict[str, Any] = {"keep_outcomes": True, "keep_inputs": True, "keep_deviations": True}
    expected = run(short, paths=PATHS, threads=1, **asked).outcomes
    resumed(short, tmp_path, **asked)
    if is_damaged:
        kept_files(tmp_path)[0].write_bytes(b"")
    assert resumed(short, tmp_path, **asked).outcomes.equals(expected)


def test_a_goal_is_met_at_the_same_paths(short: Scenario, tmp_path: Path) -> None:
    goal = "P(gross margin by 2027) ± 0.002"
    expected = run(short, paths=PATHS, until=goal)
    for _ in range(2):
        found = resumed(short, tmp_path, until=goal)
        assert (found.goal, found.paths) == (expected.goal, expected.paths)
        assert_same(found, expected)


def damage(file: Path, others: list[Path], chance: random.Random) -> None:
    """Damage a file as disks, and people, do."""
    content = file.read_bytes()
    place = chance.randrange(len(content))
    way = chance.choice(("bit", "cut", "empty", "zeros", "longer", "another's"))
    if way == "bit":
        flipped = bytes([content[place] ^ 1 << chance.randrange(8)])
        file.write_bytes(content[:place] + flipped + content[place + 1 :])
    elif way == "cut":
        file.write_bytes(content[:place])
    elif way == "empty":
        file.write_bytes(b"")
    elif way == "zeros":
        file.write_bytes(bytes(len(content)))
    elif way == "longer":
        file.write_bytes(content + b"\0")
    else:
        shutil.copy(chance.choice([other for other in others if other != file]), file)


def test_each_of_200_damages_is_found(tmp_path: Path) -> None:
    store, chance = Store(tmp_path), random.Random(7)
    contents = {f"unit {i}": chance.randbytes(50 + i) for i in range(20)}
    for name, content in contents.items():
        store.put(name, content)
    place = {name: store._place(name) for name in contents}
    for _ in range(200):
        name = chance.choice(list(contents))
        damage(place[name], list(place.values()), chance)
        assert store.get(name) is None
        store.put(name, contents[name])
        assert all(store.get(each) == content for each, content in contents.items())


def test_damaged_units_are_made_again(
    short: Scenario, plain: Result, tmp_path: Path, done_units: list[Unit]
) -> None:
    chance = random.Random(3)
    resumed(short, tmp_path)
    files = kept_files(tmp_path)
    for file in files[:2]:
        damage(file, files, chance)
    (tmp_path / MANIFEST).write_bytes(b"{")
    done_units.clear()
    assert_same(resumed(short, tmp_path), plain)
    assert len(done_units) == 2


def test_a_full_disk_ends_it_and_keeps_what_was_finished(
    short: Scenario, plain: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = iter([True] * 6)

    def fsync(handle: int) -> None:
        if not next(room, False):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fdatasync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(ScenarioError, match=r"can't be written: No space left.*stays"):
            resumed(short, tmp_path)
    assert len(kept_files(tmp_path)) == 2
    assert not list(tmp_path.rglob(f"{UNFINISHED}*"))
    assert_same(resumed(short, tmp_path), plain)


def test_two_at_once_use_one_folder(short: Scenario, plain: Result, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda _: resumed(short, tmp_path), range(2)):
            assert_same(found, plain)
    assert_same(resumed(short, tmp_path), plain)


def test_what_a_killed_process_left_unfinished_is_cleared_away_later(tmp_path: Path) -> None:
    Store(tmp_path).put("unit", b"counts")
    (shelf,) = {file.parent for file in kept_files(tmp_path)}
    left = [folder / f"{UNFINISHED}{age}" for folder in (tmp_path, shelf) for age in ("old", "new")]
    for file in left:
        file.touch()
        if file.name.endswith("old"):
            os.utime(file, (0, 0))
    assert Store(tmp_path).get("unit") == b"counts"
    assert sorted(tmp_path.rglob(f"{UNFINISHED}*")) == sorted(left[1::2])


def test_what_the_disk_does_not_give_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.put("unit", b"counts")

    def read_bytes(_: Path) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert store.get("unit") is None


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ScenarioError, match=r"thesis\.tex, which is of no checkpoint"):
        Store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    with pytest.raises(ScenarioError, match="kept: can't be written: File exists"):
        Store(tmp_path / "kept")


def test_another_versions_checkpoint_is_refused_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Store(Path("kept"))
    manifest = Path("kept") / MANIFEST
    made_by = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(made_by | {"version": "0.0.9"}))
    asked = ("anthropic.toml", "--paths", "4096", "--no-pictures", "--checkpoint", "kept")
    assert call(monkeypatch, "run", *asked) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "kept: is a checkpoint of version 0.0.9" in told


# Runs a scenario that is read from its input, and prints a digest of its counts.
KEPT_RUN = """
import sys
from simulate.engine.execution import executor
from simulate.engine.run import run
from simulate.scenario import Scenario
from tests.engine.test_checkpoint import MANY_PATHS, digest

scenario = Scenario.model_validate_json(sys.stdin.read())
with executor(2, checkpoint="kept") as threads:
    print(digest(run(scenario, paths=MANY_PATHS, threads=threads)))
"""
MANY_PATHS = 1_500_000


def digest(result: Result) -> str:
    return sha256(b"".join(counts.tobytes() for counts in result.tally)).hexdigest()


def begun_run(scenario: Scenario, folder: Path) -> Popen[str]:
    """Begin a run in a process of its own, which keeps its work in a folder's ``kept``."""
    process = Popen(
        [sys.executable, "-c", KEPT_RUN],
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdin is not None
    process.stdin.write(scenario.model_dump_json())
    process.stdin.flush()
    return process


def killed_runs(scenario: Scenario, folder: Path, kills: int, chance: random.Random) -> list[int]:
    """Kill runs at some moment after each has kept something more, and let one end well.

    Returns how many units were kept after each kill.
    """
    kept: list[int] = []
    for _ in range(kills):
        before = len(kept_files(folder / "kept"))
        with begun_run(scenario, folder) as process:
            assert process.stdin is not None
            process.stdin.close()
            while process.poll() is None and len(kept_files(folder / "kept")) <= before:
                time.sleep(0.005)
            time.sleep(0.1 * chance.random())
            process.kill()
        kept.append(len(kept_files(folder / "kept")))
    told, _ = begun_run(scenario, folder).communicate()
    assert told.strip() == digest(run(scenario, paths=MANY_PATHS))
    return kept


def test_runs_that_are_killed_end_with_the_same_bits(short: Scenario, tmp_path: Path) -> None:
    kept = killed_runs(short, tmp_path, 2, random.Random(1))
    assert 0 < kept[0] < kept[1]


def test_two_processes_use_one_folder(short: Scenario, tmp_path: Path) -> None:
    both = [begun_run(short, tmp_path) for _ in range(2)]
    told = [process.communicate()[0].strip() for process in both]
    assert told == 2 * [digest(run(short, paths=MANY_PATHS))]
    store = tmp_path / "kept"
    assert not list(store.rglob(f"{UNFINISHED}*"))
    kept = {file: file.stat().st_mtime_ns for file in kept_files(store)}
    again, _ = begun_run(short, tmp_path).communicate()
    assert again.strip() == told[0]
    assert {file: file.stat().st_mtime_ns for file in kept_files(store)} == kept


@pytest.mark.slow
def test_a_run_that_is_killed_20_times_ends_with_the_same_bits(
    anthropic: Scenario, tmp_path: Path
) -> None:
    kept = killed_runs(anthropic, tmp_path, 20, random.Random(2))
    assert kept == sorted(kept)


def test_what_is_begun_is_given_up_without_waiting_for_it() -> None:
    released = Event()

    class Endless:
        digest: str | None = None
        is_whole: bool = True

        def count(self, unit: Unit, /) -> Counted:
            if unit.first_block:
                released.wait()
            return Counted(unit, NO_TALLY, {})

    doing = ThreadUnits(2).counted(Endless(), [Unit(0, 1, first, 1) for first in range(3)], print)
    assert next(doing).unit.first_block == 0
    # This would wait for ever.
    doing.close()
    released.set()


def test_work_that_cannot_be_told_from_others_is_not_kept(short: Scenario, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="can't be told from others"):
        run(
            short,
            paths=1024,
            checkpoint=tmp_path,
            keep_outcomes=True,
            measures={"first": lambda traces: traces[:, 0, 0]},
        )
    assert kept_files(tmp_path) == []
