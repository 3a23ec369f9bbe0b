"""What is left in files of what each alternative gives."""

import json
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.output import results
from simulate.output.report import view_report
from simulate.output.results import ALTERNATIVES_TABLE, write_result
from simulate.output.stored_run import read_run
from simulate.scenario import Scenario
from tests.scenarios import changed
from tests.stored import store_summary

EVENT = "out of cash by 2028"
ALTERNATIVES = [
    {"name": "steady", "title": "growth goes on", "source": "assumption: as it was"},
    {"name": "slump", "title": "growth slumps", "weight": 3, "segments.api.growth.initial": 0.1},
]


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(changed(anthropic, {"alternatives": ALTERNATIVES}), paths=2048)


def told(message: str) -> None:
    raise AssertionError(message)


def test_a_table_and_a_workbook_hold_each_alternatives_probabilities(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "PICTURES", {})
    write_result(result, tmp_path, told, {"csv", "xlsx"})
    under = {name: result.probability(EVENT, given=name).value for name in ("steady", "slump")}
    table = pd.read_parquet(tmp_path / ALTERNATIVES_TABLE)
    rows = table[(table["outcome"] == "out of cash") & (table["quarter"] == "2028Q4")]
    assert dict(zip(rows["alternative"], rows["cumulative"], strict=True)) == under
    assert rows["weight"].tolist() == [0.25, 0.75]
    sheet = pd.read_csv(tmp_path / "alternatives.csv")
    years = sheet[sheet["by the end of"] == 2028].set_index("alternative")["out of cash"]
    assert years.tolist() == pytest.approx(list(under.values()))
    assert load_workbook(tmp_path / "workbook.xlsx")["Alternatives"].max_row == 1 + 2 * 10


def test_a_scenario_without_alternatives_leaves_no_such_table(
    anthropic: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "PICTURES", {})
    write_result(run(anthropic, paths=1024), tmp_path, told, {"csv"})
    assert not (tmp_path / ALTERNATIVES_TABLE).exists()
    assert not (tmp_path / "alternatives.csv").exists()


def test_a_stored_run_runs_again_with_its_alternatives(result: Result, tmp_path: Path) -> None:
    stored = read_run(store_summary(json.loads(result.to_json()), tmp_path))
    again = run(stored.scenario)
    stored.refuse_another(again)
    assert again.alternatives == result.alternatives
    assert again.probability(EVENT, given="slump") == result.probability(EVENT, given="slump")


def test_a_page_tells_the_range_and_its_ends(result: Result) -> None:
    page = view_report(result, "simulate report")
    margin, cash, out, _ = page.cards
    for card in (margin, cash, out):
        assert card.value.startswith("about ")
        assert "if growth slumps" in card.detail
        assert "if growth goes on" in card.detail
    assert page.sections[0].tables[1].title == "Probability by alternative"
    frame = {row.name: row.cells for row in page.frame.rows}
    assert frame["alternative: growth slumps"] == ("weight 75%", "no source given")
    assert frame["alternative: growth goes on"] == ("weight 25%", "assumption: as it was")
