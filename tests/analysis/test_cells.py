"""Cells of a sweep are the same bits whoever runs them, in whatever order, and are run once."""

import math
import pickle
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import simulate
from simulate.analysis.cells import (
    AT_ONCE,
    BATCHES,
    MOST_CELLS,
    MOST_PATHS,
    CellRuns,
    batches,
    in_order,
)
from simulate.analysis.design import Design
from simulate.analysis.sweep import Sweep, parse_swept, plan
from simulate.engine.execution import executor
from simulate.engine.layout import common_layout, layout_of
from simulate.engine.sampling import with_sampling
from simulate.engine.units import NO_TALLY, Counted, Counting, Done, ThreadUnits, Unit, Work
from simulate.plots.sweep import plot_sweep
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.setting import find_setting
from simulate.text.sweep import finding, gap
from tests.kept import kept_files, noted_units

GAIN, CASH = "inference.efficiency_gain", "cash.opening"
OVERRUN, DRIFT = "inference.overrun", "training.drift"
RANGES = (f"{GAIN}=-0.2:+0.2", f"{CASH}=8:16")
OUT, PATHS, CELLS = "out of cash by 2027", 1024, 7
ASKED: dict[str, Any] = {"of": OUT, "design": "sobol", "cells": CELLS, "paths": PATHS}


@pytest.fixture(scope="module")
def short(anthropic: Scenario) -> Scenario:
    return anthropic.changed({"horizon.last_quarter": "2027Q4"})


@pytest.fixture(scope="module")
def plain(short: Scenario) -> Sweep:
    return simulate.sweep(short, RANGES, threads=1, **ASKED)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """The batches that are run."""
    return noted_units(CellRuns, monkeypatch)


def resumed(scenario: Scenario, folder: Path, **other: Any) -> Sweep:
    with executor(2, checkpoint=folder) as threads:
        return simulate.sweep(scenario, RANGES, threads=threads, **ASKED | other)


class Backwards(ThreadUnits):
    """Does the last unit first, sent as a cluster sends it, so that the first is waited for."""

    def counted(self, work: Work, units: Iterable[Unit], done: Done) -> Counting:
        sent: Work = pickle.loads(pickle.dumps(work))
        yield from super().counted(sent, list(units)[::-1], done)


def test_cells_are_the_same_one_after_the_other_and_in_batches(
    short: Scenario, plain: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.analysis.sweep.MOST_PATHS_ALONE", 0)
    alone = simulate.sweep(short, RANGES, threads=2, **ASKED)
    assert alone.cells == plain.cells and alone.spans == plain.spans
    assert alone.common == plain.common


def test_rows_come_in_the_order_of_cells_however_these_are_done(
    short: Scenario, plain: Sweep
) -> None:
    rows: list[dict[str, Any]] = []
    simulate.sweep(short, RANGES, threads=Backwards(1), sink=rows.extend, **ASKED)
    pd.testing.assert_frame_equal(pd.DataFrame(rows), plain.table, check_exact=True)


def test_what_is_kept_is_run_once_and_what_is_lost_again(
    short: Scenario, plain: Sweep, tmp_path: Path, done: list[Unit]
) -> None:
    for _ in range(2):
        assert resumed(short, tmp_path).cells == plain.cells
        assert sorted(unit.first_replicate for unit in done) == list(range(CELLS))
    done.clear()
    # Apart from a baseline's counts, a cell takes some numbers.
    small = [file for file in kept_files(tmp_path) if file.stat().st_size < 1000]
    assert len(small) == 2 * CELLS
    for file in random.Random(1).sample(small, CELLS):
        file.write_bytes(file.read_bytes()[:-1])
    assert resumed(short, tmp_path).cells == plain.cells
    assert 0 < len(done) < CELLS


def digest(scenario: Scenario, **other: Any) -> str | None:
    """Return the digest of a sweep of a scenario, but for what is asked otherwise."""
    asked = ASKED | {"seed": 1, "vary": RANGES} | other
    planned = plan(scenario, asked["vary"], asked["design"], asked["cells"], asked["seed"])
    sampling = with_sampling(scenario, asked["paths"], asked["seed"]).sampling
    read = parse_swept(asked["of"], scenario)
    return CellRuns(scenario, planned, read, layout_of(scenario), sampling, ()).digest


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"paths": 2048},
        {"of": "out of cash by 2026"},
        {"of": "P10(cash 2026)"},
        {"cells": 8},
        {"design": "lhs"},
        {"vary": RANGES[:1]},
        {"vary": (RANGES[0], f"{CASH}=8:17")},
        {"vary": (RANGES[0], f"{CASH}=+8:+16")},
    ],
)
def test_another_sweep_finds_nothing_that_is_kept(other: dict[str, Any], short: Scenario) -> None:
    assert digest(short) == digest(short)
    assert digest(short, **other) != digest(short)


def test_another_assumption_finds_nothing_that_is_kept_and_another_title_all(
    short: Scenario,
) -> None:
    assert digest(short.changed({"cash.tax_rate": 0.2})) != digest(short)
    # Whose bits are the same, until a cell shifts another of its quantiles.
    certain = [
        short.changed({CASH: {"distribution": "uniform", "low": 9, "high": x}}) for x in (9.5, 10)
    ]
    assert len(set(map(digest, certain))) == 2
    assert digest(short.model_copy(update={"name": "other words"})) == digest(short)


def test_other_data_under_the_same_name_find_nothing_that_is_kept(
    short: Scenario, tmp_path: Path
) -> None:
    file = tmp_path / "rates.csv"
    table = {"distribution": "empirical", "file": str(file), "column": "rate"}
    digests = set()
    for last in (19, 29):
        file.write_text(
            "\n".join(["rate", *(f"0.{place}" for place in range(11, 19)), f"0.{last}"])
        )
        digests.add(digest(short.changed({"cash.tax_rate": table})))
    assert len(digests) == 2


@pytest.mark.parametrize("kind", ["grid", "sobol", "lhs"])
def test_a_part_of_a_design_has_the_cells_of_the_whole(kind: str, short: Scenario) -> None:
    values = [[1.0, 2.0, 3.0], [1.0, 2.0], [1.0, 2.0, 3.0, 4.0]]
    cash = find_setting(short, CASH)
    design = Design(kind, tuple((cash, each) for each in values), 24, 3)  # type: ignore[arg-type]
    whole = list(design.points())
    for first in range(24):
        assert list(design.points(first, min(5, 24 - first))) == whole[first : first + 5]


def test_batches_hold_each_cell_once_and_take_seconds(short: Scenario) -> None:
    cash = find_setting(short, CASH)
    for cells in (2, 255, 256, 5000, 100_000):
        for paths in (1 << 10, 1 << 14, 1 << 17):
            found = batches(Design("lhs", ((cash, [8.0, 9.0]),), cells), paths)
            assert sum(unit.replicates for unit in found) == cells
            assert sum(unit.paths for unit in found) == cells * paths
            assert max(unit.replicates for unit in found) <= MOST_CELLS
            assert max(unit.paths for unit in found) <= MOST_PATHS
            assert len(found) >= min(cells, BATCHES)


def test_of_many_batches_few_are_waited_for() -> None:
    asked: list[int] = []

    class Whole:
        digest, is_whole = None, True

        def count(self, unit: Unit, /) -> Counted:
            return Counted(unit, NO_TALLY, {})

    class Asked(Backwards):
        def counted(self, work: Work, units: Iterable[Unit], done: Done) -> Counting:
            backwards = list(units)[::-1]
            asked.append(len(backwards))
            for unit in backwards:
                done(unit.paths)
                yield work.count(unit)

    units = [Unit(place, 1, 0, 1) for place in range(AT_ONCE + 3)]
    assert [unit for unit, _ in in_order(Asked(1), Whole(), units, lambda _: None)] == units
    assert asked == [AT_ONCE, 3]


@pytest.mark.parametrize(
    ("vary", "design"),
    [
        # In one cell only an input is certain, or another one is uncertain.
        ((f"{OVERRUN}=*1,*0,*0.5", f"{DRIFT}=*0,*1"), None),
        ((f"{CASH}.distribution=normal,lognormal", f"{OVERRUN}=*0,*1"), None),
        (('correlations."inference.overrun, training.drift"=0,0.5', f"{CASH}=*0,*1"), None),
        ((f"{OVERRUN}=*0:*1", "funding.round_2026.chance=0,0.5,1"), "sobol"),
    ],
)
def test_cells_share_the_layout_of_all_of_them(
    vary: tuple[str, ...], design: Any, short: Scenario
) -> None:
    cells = None if design is None else 9
    short = short.changed({CASH: {"distribution": "normal", "p10": 10.0, "p90": 12.0}})
    found = simulate.sweep(short, vary, OUT, paths=PATHS, design=design, cells=cells)
    planned = plan(short, vary, design, cells, found.common.sampling.seed)
    assert found.common.layout == common_layout([short, *planned.scenarios()])


def test_the_first_cell_that_can_not_be_is_told_before_any_is_run(
    short: Scenario, done: list[Unit]
) -> None:
    with pytest.raises(ScenarioError, match=r"cash\.tax_rate: at 1\.5: "):
        simulate.sweep(short, "cash.tax_rate=0.1,1.5,0.2,1.7", paths=PATHS, threads=Backwards(1))
    assert done == []


def test_judging_and_running_are_told_by_cells_and_paths(short: Scenario) -> None:
    judged: list[tuple[int, int]] = []
    ran: list[tuple[int, int]] = []
    simulate.sweep(
        short,
        RANGES,
        judging=lambda *done: judged.append(done),
        progress=lambda done, total, _: ran.append((done, total)),
        **ASKED,
    )
    assert judged[-1] == (CELLS, CELLS)
    assert ran[-1] == ((CELLS + 1) * PATHS,) * 2
    assert [done for done, _ in ran] == sorted(done for done, _ in ran)


@pytest.fixture(scope="module")
def long(anthropic: Scenario) -> Scenario:
    """Of so many years that amounts may grow beyond counting."""
    return anthropic.changed({"horizon.last_quarter": "2030Q4"})


def test_a_cell_beyond_counting_has_no_figures_and_is_named(long: Scenario) -> None:
    found = simulate.sweep(long, f"{GAIN}==-6,=0,=0.5", OUT, paths=PATHS)
    assert [math.isnan(cell.figures[0].value) for cell in found.cells] == [True, False, False]
    assert found.beyond is not None and found.beyond == (1, (-6.0,))
    assert gap(found).startswith("In 1 of the 3 cells amounts grow beyond counting, first with ")


def test_a_sweep_whose_cells_are_all_beyond_counting_is_refused(long: Scenario) -> None:
    with pytest.raises(ScenarioError, match="passes"):
        simulate.sweep(long, f"{GAIN}==-6,=-5.9", OUT, paths=PATHS)


@pytest.mark.parametrize("vary", [1, 2, 3])
def test_what_no_setting_moves_is_said_in_words_and_in_the_picture(
    vary: int, short: Scenario
) -> None:
    still = ("cash.tax_rate=0.1,0.2", f"{DRIFT}=*1,*0.9", "cash.opening=8,9")[:vary]
    found = simulate.sweep(short, still, "gross margin by 2026", paths=PATHS)
    assert ("at every value" if vary < 3 else "in every cell") in finding(found)
    shown = [text.get_text() for text in plot_sweep(found).axes[0].texts]
    assert ("No setting moves it." in shown) is (vary == 3)
