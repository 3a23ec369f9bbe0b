"""A cluster gives the bits of one machine, whoever of it does what, and whoever dies."""

import errno
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import Client, LocalCluster

import simulate
from simulate.analysis.drivers import index_table
from simulate.engine import cluster
from simulate.engine.cluster import warning_of
from simulate.engine.execution import executor
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.engine.units import FEWEST_BLOCKS
from simulate.kernels.arrays import LANES
from simulate.scenario import Scenario, ScenarioError
from tests.kept import kept_files

PATHS = 8 * FEWEST_BLOCKS * LANES + 5000
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


def local_client(workers: int) -> Iterator[Client]:
    asked: dict[str, Any] = {"dashboard_address": None, "host": "127.0.0.1", "silence_logs": 60}
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, **asked) as started,
        Client(started, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    yield from local_client(2)


@pytest.fixture(scope="module")
def short(anthropic: Scenario) -> Scenario:
    return anthropic.changed({"horizon.last_quarter": "2027Q4"})


@pytest.fixture(scope="module")
def plain(short: Scenario) -> Result:
    return run(short, paths=PATHS, threads=1)


def assert_same(found: Result, plain: Result) -> None:
    for counts, expected in zip(found.tally, plain.tally, strict=True):
        assert counts.dtype == expected.dtype
        np.testing.assert_array_equal(counts, expected)


def killing(client: Client, after: int) -> Callable[[int, int, float], None]:
    """Return a progress that kills a worker, whichever, once some tasks are done."""
    calls = iter(range(1 << 30))

    def progress(*_: object) -> None:
        if next(calls) == after:
            processes: Any = client.run(os.getpid)
            os.kill(next(iter(processes.values())), signal.SIGKILL)

    return progress


def test_two_workers_count_the_same(short: Scenario, plain: Result, client: Client) -> None:
    assert_same(run(short, paths=PATHS, client=client), plain)


def test_paths_come_in_the_same_order(short: Scenario, client: Client) -> None:
    asked: dict[str, Any] = {"keep_outcomes": True, "keep_inputs": True, "keep_deviations": True}
    expected = run(short, paths=PATHS, threads=1, **asked).outcomes
    assert run(short, paths=PATHS, client=client, **asked).outcomes.equals(expected)


def test_a_worker_that_is_killed_loses_nothing(
    short: Scenario, plain: Result, client: Client
) -> None:
    assert_same(run(short, paths=PATHS, client=client, progress=killing(client, 1)), plain)


def test_shares_of_variance_are_the_same(short: Scenario, client: Client) -> None:
    asked: dict[str, Any] = {
        "outcomes": ("P(gross margin by 2027)", "revenue 2027"),
        "paths": 4096,
    }
    with executor(client=client) as threads:
        found = index_table(simulate.drivers(short, threads=threads, **asked))
    assert found.equals(index_table(simulate.drivers(short, threads=1, **asked)))


def test_cells_of_a_sweep_are_the_same(short: Scenario, client: Client) -> None:
    asked: dict[str, Any] = {"design": "lhs", "cells": 6, "paths": 1024}
    vary = ("cash.opening=8:16", "inference.overrun=*0,*1")
    plain = simulate.sweep(short, vary, threads=1, **asked)
    with executor(client=client) as threads:
        found = simulate.sweep(short, vary, threads=threads, **asked)
    assert found.table.equals(plain.table)
    assert found.common.layout == plain.common.layout


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 4])
def test_so_many_workers_count_the_same(anthropic: Scenario, workers: int) -> None:
    for client in local_client(workers):
        assert_same(run(anthropic, paths=1 << 20, client=client), run(anthropic, paths=1 << 20))


@pytest.mark.slow
def test_workers_that_are_killed_at_20_moments_lose_nothing(
    anthropic: Scenario, client: Client
) -> None:
    plain, chance = run(anthropic, paths=1 << 21), random.Random(5)
    for _ in range(20):
        progress = killing(client, chance.randrange(20))
        assert_same(run(anthropic, paths=1 << 21, client=client, progress=progress), plain)


def test_what_a_cluster_does_is_kept_here(
    short: Scenario, plain: Result, client: Client, tmp_path: Path
) -> None:
    assert_same(run(short, paths=PATHS, client=client, checkpoint=tmp_path), plain)
    assert len(kept_files(tmp_path)) > 1
    done: list[int] = []
    again = run(
        short,
        paths=PATHS,
        checkpoint=tmp_path,
        threads=1,
        progress=lambda paths, *_: done.append(paths),
    )
    assert_same(again, plain)
    assert done == [again.paths]


def test_another_version_on_a_worker_is_told_in_a_line(
    short: Scenario, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "package_version", lambda: "9.9")
    cluster.made_by.cache_clear()
    with pytest.raises(ScenarioError, match=r"^tcp://.* has version .*, here is 9\.9; install"):
        run(short, paths=PATHS, client=client)
    cluster.made_by.cache_clear()


def test_another_numpy_on_a_worker_is_told_in_a_line(
    short: Scenario, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cluster.made_by()
    monkeypatch.setattr(cluster, "made_by", lambda: here._replace(numpy="1.0"))
    with pytest.raises(ScenarioError, match=r"^tcp://.* has numpy .*, here is 1\.0; install"):
        run(short, paths=PATHS, client=client)


def test_a_worker_that_is_gone_when_it_is_asked_has_no_other_version(
    short: Scenario, plain: Result, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "run", lambda *_, **__: {"tcp://gone": ConnectionResetError()})
    assert_same(run(short, paths=PATHS, client=client), plain)


def out_of_memory(_traces: np.ndarray) -> np.ndarray:
    raise MemoryError


def test_a_worker_out_of_memory_is_told_in_a_line(short: Scenario, client: Client) -> None:
    with pytest.raises(ScenarioError, match="a worker is out of memory"):
        run(short, paths=4096, client=client, keep_outcomes=True, measures={"never": out_of_memory})


def without_room(_traces: np.ndarray) -> np.ndarray:
    raise OSError(errno.ENOSPC, "No space left on device", "/scratch/part")


def test_what_a_worker_cannot_write_is_told_in_a_line(short: Scenario, client: Client) -> None:
    with pytest.raises(ScenarioError, match=r"^tcp://.*: /scratch/part: No space left on"):
        run(short, paths=4096, client=client, keep_outcomes=True, measures={"full": without_room})


def deadly(_traces: np.ndarray) -> np.ndarray:
    os._exit(1)


def test_workers_that_die_at_the_same_work_are_told_of_in_a_line(
    short: Scenario, client: Client
) -> None:
    with pytest.raises(ScenarioError, match="workers died at the same work"):
        run(short, paths=4096, client=client, keep_outcomes=True, measures={"deadly": deadly})


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://localhost:8786", True),
        ("tls://10.0.0.5:8786", True),
        ("inproc://10.0.0.5/1/2", True),
        ("tcp://10.0.0.5:8786", False),
        ("ws://example.org:8786", False),
    ],
)
def test_a_cluster_that_others_may_reach_is_warned_of(address: str, is_safe: bool) -> None:
    assert (warning_of(address) == "") is is_safe


def test_an_address_at_which_nothing_answers_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 0.2)
    with (
        pytest.raises(ScenarioError, match="no Dask scheduler answers there"),
        executor(cluster="tcp://127.0.0.1:1"),
    ):
        pass


@pytest.mark.parametrize("address", ["host", "host:8786", "tcp://host", "http://host:80", ""])
def test_what_is_no_address_is_told_in_a_line(address: str) -> None:
    with pytest.raises(ScenarioError, match="is no address such as"), executor(cluster=address):
        pass


def test_tls_without_certificates_is_told_in_a_line() -> None:
    with (
        pytest.raises(ScenarioError, match="needs certificates"),
        executor(cluster="tls://127.0.0.1:1"),
    ):
        pass


def test_without_dask_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "simulate.engine.cluster")
    with pytest.raises(ScenarioError, match=r"ai-lab-risk\[cluster\]"), executor(workers=1):
        pass
