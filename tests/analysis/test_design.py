"""Sweeps of any number of settings: which cells they have, and what moves a figure most."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

import simulate
from simulate.analysis.design import APART, Design, Effects, parse_kind
from simulate.analysis.sweep import Sweep, plan
from simulate.plots.sweep import plot_sweep
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.setting import Between, find_setting
from simulate.text.design import extremes_tables
from simulate.text.sweep import finding
from tests.calling import call

GAIN, CASH, RATE = "inference.efficiency_gain", "cash.opening", "cash.interest_rate.mode"
THREE = (f"{GAIN}=-0.2,+0.2", f"{CASH}=8,16", f"{RATE}=0.02,0.03")
RANGES = (f"{GAIN}=-0.2:+0.2", f"{CASH}=8:16", f"{RATE}=0.02,0.03")
OUT, PATHS = "out of cash by 2030", 1024


def of_the_unit_cube(
    scenario: Scenario, kind: Any, cells: int, dimensions: int = 3, seed: int = 7
) -> Design:
    setting = find_setting(scenario, CASH)
    return Design(kind, ((setting, Between(0.0, 1.0)),) * dimensions, cells, seed)


def shares_of(design: Design, function: Any) -> tuple[float, ...]:
    effects = Effects(design)
    for point in design.points():
        effects.add(point, function(*point))
    return effects.shares()


def test_cells_of_a_sobol_design_are_scipys_points(anthropic: Scenario) -> None:
    design = of_the_unit_cube(anthropic, "sobol", 50)
    sampler = qmc.Sobol(3, bits=32, rng=np.random.default_rng([7, APART]))
    np.testing.assert_allclose(list(design.points()), sampler.random(64)[:50], atol=1e-9)


def test_a_latin_hypercube_has_one_cell_in_each_stratum_of_each_setting(
    anthropic: Scenario,
) -> None:
    points = np.array(list(of_the_unit_cube(anthropic, "lhs", 37).points()))
    for column in points.T:
        assert sorted(np.floor(37 * column)) == list(range(37))
    assert not np.array_equal(points[:, 0].argsort(), points[:, 1].argsort())


@pytest.mark.parametrize("kind", ["sobol", "lhs"])
def test_another_seed_has_other_cells_and_the_same_one_the_same(
    kind: str, anthropic: Scenario
) -> None:
    first, again, other = (
        list(of_the_unit_cube(anthropic, kind, 8, seed=seed).points()) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_over_a_grid_a_sum_is_of_its_terms_and_a_product_of_both_together(
    anthropic: Scenario,
) -> None:
    setting = find_setting(anthropic, CASH)
    grid = Design("grid", ((setting, [1.0, 2.0, 3.0]), (setting, [1.0, 2.0])), 6)
    values = dict(zip(grid.points(), (grid.place(point) for point in grid.points()), strict=True))

    def summed(*point: float) -> float:
        down, across = values[point]
        return 1e6 + 2.0 * float(down) + float(across)

    # Of 1, 2, 3 the variance is 2/3, of 1, 2 it is 1/4: 8/3 and 1/4 of 35/12.
    assert shares_of(grid, summed) == pytest.approx((32 / 35, 3 / 35), abs=1e-12)
    corners = Design("grid", ((setting, [-1.0, 1.0]),) * 2, 4)
    assert shares_of(corners, lambda x, y: (x - 0.5) * (y - 0.5)) == (0.0, 0.0)
    assert shares_of(corners, lambda *_: 0.3) == (0.0, 0.0)


@pytest.mark.parametrize("kind", ["sobol", "lhs"])
def test_over_ranges_a_setting_has_its_share_of_a_sum(kind: str, anthropic: Scenario) -> None:
    design = of_the_unit_cube(anthropic, kind, 4096)
    # Of coefficients 3, 1 and 0: 9, 1 and 0 tenths.
    shares = shares_of(design, lambda x, y, _: 3.0 * x + y)
    assert shares == pytest.approx((0.9, 0.1, 0.0), abs=0.02)
    # A parabola about the middle has no slope, and moves all the same.
    assert shares_of(design, lambda x, *_: (x - 0.5) ** 2)[0] == pytest.approx(1.0, abs=0.02)


def test_what_no_setting_moves_has_no_share_by_chance(anthropic: Scenario) -> None:
    noise = np.random.default_rng(3)
    design = of_the_unit_cube(anthropic, "lhs", 512)
    shares = [shares_of(design, lambda *_: noise.normal())[0] for _ in range(40)]
    # Means of 16 parts would have 15/511 of the variance, were that not taken off.
    assert np.mean(shares) < 0.02


def test_a_cell_without_a_value_counts_for_nothing(anthropic: Scenario) -> None:
    design = of_the_unit_cube(anthropic, "sobol", 64, dimensions=2)
    whole = shares_of(design, lambda x, _: x)
    part = shares_of(design, lambda x, y: x if y < 0.5 else float("nan"))
    assert part[0] == pytest.approx(whole[0], abs=0.05)


@pytest.fixture(scope="module")
def cube(anthropic: Scenario) -> Sweep:
    return simulate.sweep(anthropic, THREE, OUT, paths=PATHS)


def test_a_grid_of_three_settings_has_the_cells_of_separate_runs(
    cube: Sweep, anthropic: Scenario
) -> None:
    assert cube.grid(0).shape == (2, 2, 2)
    assert [cell.place for cell in cube.cells][:3] == [
        (-0.2, 8.0, 0.02),
        (-0.2, 8.0, 0.03),
        (-0.2, 16.0, 0.02),
    ]
    changed = find_setting(anthropic, GAIN, "by").at(-0.2).changed({CASH: 16, RATE: 0.02})
    alone = cube.common.run(changed)
    assert cube.grid(0)[0, 1, 0] == alone.probability_by_year("out of cash", 2030).value


def test_the_span_of_a_grid_is_that_of_its_cells(cube: Sweep) -> None:
    (span,) = cube.spans
    values = cube.grid(0)
    assert span is not None
    assert span.least.figures[0].value == values.min()
    assert span.most.figures[0].value == values.max()
    means = [values.mean(axis=tuple({0, 1, 2} - {k})) for k in range(3)]
    assert span.shares == pytest.approx([np.var(m) / np.var(values) for m in means], abs=1e-12)


@pytest.mark.parametrize("design", ["sobol", "lhs"])
def test_a_cell_of_a_design_is_a_run_of_its_own(design: str, anthropic: Scenario) -> None:
    found = simulate.sweep(anthropic, RANGES, OUT, design=design, cells=5, paths=PATHS, seed=3)
    assert len(found.cells) == 5
    for gain, cash, rate in (cell.place for cell in found.cells):
        assert -0.2 <= float(gain) <= 0.2 and 8 <= float(cash) <= 16 and rate in (0.02, 0.03)
    gain, cash, rate = found.cells[4].place
    changed = find_setting(anthropic, GAIN, "by").at(gain).changed({CASH: cash, RATE: rate})
    alone = found.common.run(changed).probability_by_year("out of cash", 2030)
    assert found.cells[4].figures[0] == alone


def test_of_many_cells_few_are_held_and_all_are_given_away(
    cube: Sweep, anthropic: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulate.analysis.sweep.MOST_HELD", 3)
    rows: list[dict[str, Any]] = []
    found = simulate.sweep(anthropic, THREE, OUT, paths=PATHS, sink=rows.extend)
    assert 2 <= len(found.cells) <= 4
    assert found.spans == cube.spans
    pd.testing.assert_frame_equal(pd.DataFrame(rows), cube.table)


def test_a_range_of_whole_numbers_has_each_of_them() -> None:
    chip = simulate.load_scenario("openai-chip.toml")
    design = plan(chip, ["hardware.chip.life_years=3:6.5"], "sobol", 8)
    ((_, values),) = design.variations
    assert list(values) == [3.0, 4.0, 5.0, 6.0]
    # Eight points of a Sobol' sequence are two in each quarter.
    assert sorted(s.hardware[0].life_years for s in design.scenarios()) == [3, 3, 4, 4, 5, 5, 6, 6]


@pytest.mark.parametrize(
    ("design", "cells", "message"),
    [
        ("halton", 8, "must be sobol or lhs"),
        ("sobol", None, "give the number of cells"),
        ("lhs", 1, "must be 2 to 1,000,000"),
        ("sobol", 10**9, "must be 2 to 1,000,000"),
        (None, 8, "goes with --design"),
    ],
)
def test_a_design_that_can_not_be_is_told(
    design: str | None, cells: int | None, message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        parse_kind(design, cells)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vary", f"{CASH}=8:12"], "write key=first:last:count"),
        (["--vary", f"{CASH}=8:12", "--design", "sobol"], "give the number of cells"),
        (["--vary", f"{CASH}=8", "--cells", "4"], "goes with --design"),
        (["--vary", CASH, "--design", "lhs", "--cells", "4"], "write it as cash.opening=0.1:0.5"),
        (["--vary", f"{CASH}=12:8", "--design", "lhs", "--cells", "4"], "is no range"),
        (["--vary", f"{CASH}=8:inf", "--design", "lhs", "--cells", "4"], "inf"),
        (
            ["--vary", "cash.tax_rate=0:3", "--design", "sobol", "--cells", "8"],
            "tax on profit is from 0 to 1",
        ),
        (
            [f"--vary={GAIN}=0:1:99", f"--vary={CASH}=8:12:101", f"--vary={RATE}=0:0.1:101"],
            "1009899 cells are too many; the most is 1000000",
        ),
        (
            [f"--vary={CASH}=8:9", "--design=lhs", "--cells=20000", "--out=x.csv"],
            "20,000 cells are too many for it; name a .parquet",
        ),
    ],
)
def test_a_design_that_can_not_be_run_ends_in_a_line(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, "sweep", "anthropic", *arguments) == 2
    told = capsys.readouterr().err
    assert message in told and "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("january")
def test_the_table_of_a_design_is_written_while_it_runs(
    cube: Sweep,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simulate.output.cells.ROWS", 3)
    vary = [word for text in THREE for word in ("--vary", text)]
    asked = ["anthropic", *vary, "--of", OUT, "--paths", str(PATHS), "--no-pictures"]
    for file in ("cells.parquet", "cells.csv"):
        assert call(monkeypatch, "sweep", *asked, "--out", file) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
    for table in (pd.read_parquet("cells.parquet"), pd.read_csv("cells.csv")):
        pd.testing.assert_frame_equal(table, cube.table)
    assert call(monkeypatch, "sweep", *asked, "--out", "cells.parquet") == 2
    assert "exists" in capsys.readouterr().err


def test_a_value_of_a_range_is_written_as_finely_as_the_range_needs(anthropic: Scenario) -> None:
    narrow, wide = (f"{CASH}=8.1:8.101", f"{GAIN}=-0.2:+0.2")
    found = simulate.sweep(anthropic, [narrow, wide], OUT, design="lhs", cells=2, paths=PATHS)
    (span,) = found.spans
    assert span is not None
    (table,) = extremes_tables(found)
    _, cash, gain = (row.cells[0] for row in table.rows)
    assert cash == f"{span.least.place[0]:.5f}".rstrip("0") + " bn USD"
    assert gain == f"{span.least.place[1]:+.3f}".rstrip("0") + " log/yr"


def test_the_finding_and_the_picture_say_what_moves_it_most(cube: Sweep) -> None:
    (span,) = cube.spans
    assert span is not None and span.shares[0] == max(span.shares)
    told = finding(cube)
    assert (
        f"; shift of efficiency gain moves it most ({100 * span.shares[0]:.0f}% of the variance)"
        in told
    )
    figure = plot_sweep(cube)
    assert figure.get_label() == told
    names = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    # What moves it most stands beside the figure.
    assert "efficiency" in names[-2] and "Out of" in names[-1]
