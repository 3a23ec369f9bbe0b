"""Stress tests and sweeps: what changes, by how much, and what is said of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulate.analysis.compare import compare
from simulate.analysis.stress import Stresses, stress
from simulate.analysis.sweep import Sweep, sweep
from simulate.engine.run import run
from simulate.model.rows import Hit
from simulate.plots.stress import plot_stresses
from simulate.plots.sweep import plot_sweep
from simulate.scenario import Scenario, load_scenario
from simulate.scenario.load import list_changes
from simulate.scenario.setting import parse_variation
from simulate.text.numbers import percent
from simulate.text.stress import finding, print_stresses
from simulate.text.sweep import finding as finding_of_sweep
from simulate.text.terminal import console
from tests.calling import call
from tests.scenarios import changed

pytestmark = pytest.mark.usefixtures("january", "blank_pictures")

PATHS = 1 << 14
JUNE = Path(__file__).parents[2] / "configs" / "anthropic.toml"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def stresses(anthropic: Scenario) -> Stresses:
    titles = list_changes("anthropic.toml").stresses
    tests = {name: load_scenario("anthropic.toml", stress=name) for name in titles}
    return stress(anthropic, tests, titles, paths=PATHS)


def test_every_scenario_has_the_reports_shocks() -> None:
    for file in ("anthropic.toml", "openai.toml"):
        assert {"overrun_repeats", "training_over_plan", "no_next_round"} <= set(
            list_changes(file).stresses
        )


def test_a_shock_that_changes_nothing_changes_nothing(anthropic: Scenario) -> None:
    found = stress(anthropic, {"none": anthropic}, {}, paths=PATHS)
    (test,) = found.tests
    assert [change.value for change in test.changes] == [0.0, 0.0, 0.0, 0.0]
    assert [found.worst(figure) for figure in range(4)] == [None] * 4
    assert finding(found) == "No stress test lowers the chance of margin 70% by 2027"


def test_a_change_is_that_of_two_runs_on_the_same_paths(
    stresses: Stresses, anthropic: Scenario
) -> None:
    (lost,) = [test for test in stresses.tests if test.name == "largest_client_lost"]
    other = load_scenario("anthropic.toml", stress="largest_client_lost")
    both = compare([anthropic, other], paths=PATHS)
    assert lost.changes[1] == both.change_by_year(1, Hit.CASH_FLOW_HELD, 2030)
    assert lost.changes[3] == both.change_of_funding_need(1, "p50")


def test_no_round_is_no_matter_of_margins(stresses: Stresses) -> None:
    (test,) = [test for test in stresses.tests if test.name == "no_next_round"]
    assert test.changes[0].value == 0.0
    assert test.changes[2].low > 0.05


def test_paired_errors_are_below_those_of_the_figures(stresses: Stresses) -> None:
    (test,) = [test for test in stresses.tests if test.name == "largest_client_lost"]
    for base, change in zip(stresses.base[1:], test.changes[1:], strict=True):
        assert change.standard_error < base.standard_error


def test_the_words_say_what_the_numbers_say(stresses: Stresses) -> None:
    """The margin falls most where the overrun repeats, and so the finding says."""
    falls = {test.title: test.changes[0].value for test in stresses.tests}
    worst = min(falls, key=lambda name: falls[name])
    (test,) = [test for test in stresses.tests if test.title == worst]
    assert test.figures[0].value == pytest.approx(stresses.base[0].value + falls[worst])
    assert finding(stresses) == (
        "Worst for the chance of margin 70% by 2027, "
        f"from {percent(stresses.base[0])} to {percent(test.figures[0])}: {worst}"
    )
    rises = {test.name: test.changes[2].value for test in stresses.tests}
    out_of_cash = stresses.worst(2)
    assert out_of_cash is not None
    assert rises[out_of_cash.name] == max(rises.values()) > 0.0


def test_tests_that_errors_do_not_tell_apart_are_tied(anthropic: Scenario) -> None:
    dearer = changed(anthropic, {"inference.other_sales_cost": 0.1})
    much_dearer = changed(anthropic, {"inference.other_sales_cost": 0.16})
    tests = {"dearer": dearer, "much_dearer": much_dearer, "as_dear": much_dearer}
    found = stress(anthropic, tests, {}, paths=PATHS)
    worst = found.worst(0)
    assert worst is not None and worst.name == "much_dearer"
    assert [test.name for test in found.ties(0)] == ["as_dear"]
    assert finding(found).endswith(": much_dearer; not told apart: as_dear")
    alone = stress(anthropic, {"dearer": dearer, "much": much_dearer}, {}, paths=PATHS)
    assert alone.ties(0) == []


def test_no_test_is_worst_for_a_funding_need_that_stays_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not even one that moves the median's bin by some paths: what is in it is nothing."""
    rich, dearer = (load_scenario(JUNE, stress=name) for name in (None, "overrun_stays"))
    found = stress(rich, {"overrun_stays": dearer}, {}, paths=PATHS)
    assert found.tests[0].changes[3].value == 0.0
    assert found.worst(3) is None
    print_stresses(found, console())
    printed = " ".join(capsys.readouterr().out.split())
    assert "- median peak funding need: none of them." in printed
    for nothing in ("0.00 ± 0.00", "0.0000", "-0.0 "):
        assert nothing not in printed


def test_the_picture_holds_every_test(stresses: Stresses) -> None:
    written = {text.get_text() for text in plot_stresses(stresses).axes[0].texts}
    assert {test.title for test in stresses.tests} <= written


def test_the_command_prints_in_80_columns_and_draws(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "stress", "openai", "--paths", "4096") == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    for part in (
        "baseline",
        "share_to_microsoft",
        "The worst test",
        "common random numbers",
        "advice",
    ):
        assert part in printed
    assert Path("results/openai/openai-stress.png").read_bytes().startswith(b"\x89PNG")
    Path("results/openai/openai-stress.png").write_text("mine")
    assert call(monkeypatch, "stress", "openai", "--paths", "4096") == 2
    assert "did not write" in capsys.readouterr().err


def test_a_scenario_without_stress_tests_is_told_how_to_have_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("plain.toml").write_text('name = "nothing"\n')
    assert call(monkeypatch, "stress", "plain.toml") == 2
    assert "has no stress tests; name one as [stresses.dearer]" in capsys.readouterr().err


GAIN = "inference.efficiency_gain"


@pytest.fixture(scope="module")
def line(anthropic: Scenario) -> Sweep:
    return sweep(anthropic, [parse_variation(anthropic, f"{GAIN}=-0.2,+0,+0.2")], paths=PATHS)


def test_a_sweep_at_the_scenarios_own_value_is_the_scenario(line: Sweep) -> None:
    assert line.cells[1].place == (0.0,)
    assert line.cells[1].figures[0] == line.base[0]
    assert [change.value for change in line.cells[1].changes] == [0.0] * 4


def test_cheaper_inference_helps_every_figure(line: Sweep) -> None:
    for place, figure in enumerate(line.figures):
        steps = np.diff(line.grid(place))
        assert (steps > 0.0).all() if figure.more_is_better else (steps < 0.0).all()


def test_the_finding_of_a_sweep_names_its_ends(line: Sweep) -> None:
    low, high = (percent(line.cells[place].figures[0]) for place in (0, -1))
    assert finding_of_sweep(line) == (
        f"Margin 70% by 2027: from {low} (shift of efficiency gain -0.2 log/yr) "
        f"to {high} (+0.2 log/yr); {percent(line.base[0])} in the baseline"
    )


def test_the_table_is_tidy(line: Sweep) -> None:
    table = line.table
    assert len(table) == 3 * 4
    shift = f"shift of {GAIN}"
    assert set(table[shift]) == {-0.2, 0.0, 0.2}
    row = table[(table[shift] == 0.2) & (table["figure"] == line.figures[2].name)].iloc[0]
    assert row["value"] == line.cells[2].figures[2].value
    assert row["change_value"] == line.cells[2].changes[2].value
    assert row["change_low"] < row["change_value"] < row["change_high"]


def test_a_grid_has_the_cells_of_separate_runs(anthropic: Scenario) -> None:
    rates, taxes = "cash.interest_rate.mode", "cash.tax_rate.low"
    found = sweep(
        anthropic,
        [parse_variation(anthropic, text) for text in (f"{rates}=0.02,0.03", f"{taxes}=0.1,0.2")],
        "out of cash by 2030",
        paths=PATHS,
    )
    assert [cell.place for cell in found.cells] == [
        (0.02, 0.1),
        (0.02, 0.2),
        (0.03, 0.1),
        (0.03, 0.2),
    ]
    alone = run(changed(anthropic, {rates: 0.02, taxes: 0.2}), paths=PATHS)
    assert found.grid(0)[0, 1] == alone.probability_by_year(Hit.OUT_OF_CASH, 2030).value
    assert [figure.name for figure in found.figures] == ["P(cash runs out by the end of 2030)"]
    axes = plot_sweep(found).axes[0]
    assert f"{found.grid(0)[1, 1]:.1%}" in {text.get_text() for text in axes.texts}


def test_a_sweep_may_be_of_dates(anthropic: Scenario) -> None:
    variation = parse_variation(anthropic, "funding.round_2026.quarter=2026Q1,2028Q1")
    found = sweep(anthropic, [variation], paths=PATHS)
    assert found.cells[0].changes[2].value == 0.0 < found.cells[1].changes[2].low
    assert [t.get_text() for t in plot_sweep(found).axes[0].get_xticklabels()] == [
        "2026Q1",
        "2028Q1",
    ]


def test_the_sweep_command_writes_its_table_and_picture(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vary = ["--vary", f"{GAIN}=0.6:1.0:2", "--vary", "cash.opening=-2,+0", "--paths", "4096"]
    for file in ("grid.csv", "grid.parquet"):
        out = ["--out", file, "--picture", f"{file}.png"]
        assert call(monkeypatch, "sweep", "anthropic", *vary, *out) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    pd.testing.assert_frame_equal(pd.read_csv("grid.csv"), pd.read_parquet("grid.parquet"))
    assert len(pd.read_csv("grid.csv")) == 2 * 2 * 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--vary: give it at least once"),
        (
            ["--vary", "cash.tax_rate=0, 2"],
            "at 2: cash.tax_rate = 2.0: tax on profit is from 0 to 1",
        ),
        (["--vary", f"{GAIN}.p90=1,2", "--vary", f"{GAIN}=0, 1"], "both change"),
        (["--vary", f"{GAIN}=1,2", "--out", "x.doc"], "--out must end in .csv, .xlsx or .parquet"),
        (["--vary", f"{GAIN}=1,2", "--of", "profit by 2030"], 'no outcome "profit"'),
        (
            ["--vary", "cash.tax_rate=0:0.05:1000", "--vary", "demand.persistence=0:0.1:1000"],
            "most is",
        ),
    ],
)
def test_a_sweep_that_can_not_be_ends_in_a_line(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, "sweep", "anthropic", *arguments) == 2
    assert message in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_heat_map_frames_the_baseline_only_where_a_cell_is_it(anthropic: Scenario) -> None:
    for values, is_framed in (("+0,+0.2", True), ("+0.1,+0.2", False)):
        texts = [f"{GAIN}={values}", "cash.opening=-2,+0"]
        grid = sweep(anthropic, [parse_variation(anthropic, text) for text in texts], paths=4096)
        figure = plot_sweep(grid)
        assert ("baseline" in str(figure.texts[1].get_text())) == is_framed
        assert (len(figure.axes[0].patches) == 1) == is_framed


def test_a_sweep_that_changes_nothing_goes_from_nothing_to_nothing(anthropic: Scenario) -> None:
    found = sweep(anthropic, [parse_variation(anthropic, "cash.opening=10,12")], paths=4096)
    (margin,) = {cell.figures[0].value for cell in found.cells}
    assert finding_of_sweep(found).startswith(f"Margin 70% by 2027: {100 * margin:.1f}")
    assert " at every value; " in finding_of_sweep(found)
