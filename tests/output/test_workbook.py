"""Numbers in a spreadsheet: read back by another program's reader, as an analyst gets them."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import simulate.output.results
from simulate.engine.result import NEVER
from simulate.output.files import SUMMARY
from simulate.output.kinds import table_kinds
from simulate.output.results import OUTCOMES_TABLE, WORKBOOK
from simulate.output.sheet_names import ALTERNATIVES, NAMES, csv_file
from simulate.output.workbook import MOST_ROWS, Sheet, plain_text, write_csv, write_workbook
from simulate.plots import PICTURES
from tests.commands.test_command import call

pytestmark = pytest.mark.usefixtures("january", "blank_pictures")

SMALL = ["--paths", "2000", "--quiet", "--tables", "csv,xlsx", "--out", "out"]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Others are drawn in the same way, and take their time.
    monkeypatch.setattr(simulate.output.results, "PICTURES", {"fans": PICTURES["fans"]})


def read(workbook: Path, sheet: str, head: int = 0) -> pd.DataFrame:
    return pd.read_excel(workbook, sheet_name=sheet, header=head, keep_default_na=False)


def test_a_run_fills_a_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "run", "openai.toml", *SMALL) == 0
    file = Path("out", WORKBOOK)
    workbook = openpyxl.load_workbook(file)
    without = [name for name in NAMES if name != ALTERNATIVES]
    assert workbook.sheetnames == [*without, "Pictures"]
    answer: Any = workbook["Answer"]
    assert answer["A1"].value == "OpenAI, January 2026"
    lines = " ".join(str(row[0].value) for row in answer.iter_rows(max_row=5))
    assert "2,048 paths" in lines and "no investment advice" in lines
    pictures: Any = workbook["Pictures"]
    assert len(pictures._images) == 1
    times = pd.read_parquet("out/hitting_times.parquet")
    shown = read(file, "Hitting times")
    np.testing.assert_array_equal(shown["probability"], times["probability"])
    assert list(shown["quarter"])[40] == "never"
    assert "trailing four quarters" in str(workbook["Metrics"]["A1"].value)
    np.testing.assert_allclose(
        read(file, "Metrics", 2)["value"], pd.read_parquet("out/metrics.parquet")["value"]
    )
    inputs = read(file, "Inputs").set_index("key")
    assert inputs.loc["inference.overrun", "P90"] == pytest.approx(0.23)
    assert all(inputs["source"])


def test_correlations_and_years_are_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine.toml").write_text(
        'name = "Mine"\nlab = "Anthropic"\nextends = "packaged:anthropic.toml"\n'
        'copula.nearest = true\n[correlations]\n"cash.opening, cash.tax_rate" = 0.9\n'
        '"cash.tax_rate, cash.interest_rate" = 0.9\n"cash.opening, cash.interest_rate" = -0.9\n'
        '"segments.*.volatility" = { value = 0.25, kind = "kendall" }\n'
    )
    assert call(monkeypatch, "run", "mine.toml", *SMALL) == 0
    file = Path("out", WORKBOOK)
    shown = pd.read_excel(file, sheet_name="Correlations")
    assert shown["correlation"].dtype == float and shown["moved to"].dtype == float
    group = shown.set_index("inputs").loc["segments.*.volatility"]
    assert (group["correlation"], group["of"]) == (0.25, "kendall")
    # The nearest to three of a size 0.9 that contradict each other are three of a half.
    moved = shown.dropna(subset="moved to").set_index("inputs")["moved to"]
    assert sorted(moved) == pytest.approx([-0.5, 0.5, 0.5], abs=2e-3)
    answer: Any = openpyxl.load_workbook(file)["Answer"]
    years = [row[0] for row in answer.iter_rows() if isinstance(row[0].value, int)]
    assert [cell.value for cell in years] == list(range(2026, 2036))
    assert {cell.number_format for cell in years} == {"General"}
    assert answer.cell(years[0].row, 2).number_format == "0.00%"


def test_a_path_that_never_gets_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "run", "openai.toml", *SMALL) == 0
    outcomes = pd.read_parquet(Path("out", OUTCOMES_TABLE))
    out_of_cash = outcomes["out of cash"]
    never = out_of_cash == NEVER
    assert 0 < never.sum() < len(never)
    for shown in (
        read(Path("out", WORKBOOK), "Outcomes", head=2),
        pd.read_csv("out/outcomes.csv", keep_default_na=False),
    ):
        assert list(shown["out of cash"] == "never") == list(never)
        reached = shown.loc[~never, "out of cash"]
        assert reached.str.fullmatch(r"20\d\dQ[1-4]").all()


def test_a_large_table_is_cut_to_what_opens_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simulate.output.workbook.MOST_ROWS", 512)
    assert call(monkeypatch, "run", "openai.toml", *SMALL) == 0
    said = "512 of 2,048 paths, the first 32 of each replicate; all are in outcomes.parquet."
    assert said in capsys.readouterr().err
    sheet: Any = openpyxl.load_workbook(Path("out", WORKBOOK))["Outcomes"]
    assert sheet["A1"].value.startswith(said)
    shown = read(Path("out", WORKBOOK), "Outcomes", head=2)
    assert len(shown) == 512
    assert set(shown["path"]) == set(range(32))
    assert MOST_ROWS < 1_048_576


def test_a_run_without_spreadsheets_replaces_those_of_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert call(monkeypatch, "run", "openai.toml", *SMALL) == 0
    assert call(monkeypatch, "run", "openai.toml", *SMALL[:3], "--out", "out") == 0
    assert not Path("out", WORKBOOK).exists()
    assert not list(Path("out").glob("*.csv"))
    assert Path("out", SUMMARY).exists()


def test_the_same_tables_are_the_same_file() -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(Path(name), [Sheet("One", pd.DataFrame({"x": [1.5, np.nan]}))])
    assert Path("a.xlsx").read_bytes() == Path("b.xlsx").read_bytes()


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_no_formula(text: str) -> None:
    frame = pd.DataFrame({text: [text], "number": [-1.0]})
    write_csv(frame, Path("table.csv"))
    with Path("table.csv").open(newline="", encoding="utf-8") as file:
        head, row = csv.reader(file)
    assert head[0].startswith("'")
    assert row[0].startswith("'")
    assert row[1] == "-1.0"
    write_workbook(Path("table.xlsx"), [Sheet("One", frame, (text,))])
    sheet: Any = openpyxl.load_workbook(Path("table.xlsx"))["One"]
    for cell in ("A1", "A3", "A4"):
        assert sheet[cell].data_type == "s"
        assert sheet[cell].value == "".join(" " if c in "\t\r\n" else c for c in text)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1fb", "a\x7fb", "a\x9fb"])
def test_what_cannot_be_shown_is_left_out(text: str) -> None:
    assert plain_text(text) == "a b"
    write_workbook(Path("table.xlsx"), [Sheet("One", pd.DataFrame({"x": [text]}))])
    assert read(Path("table.xlsx"), "One")["x"][0] == "a b"


def test_numbers_that_are_none_are_empty_cells() -> None:
    frame = pd.DataFrame({"x": [1.5, np.nan, np.inf], "y": pd.array([1, None, 3], "Int64")})
    write_workbook(Path("table.xlsx"), [Sheet("One", frame)])
    sheet: Any = openpyxl.load_workbook(Path("table.xlsx"))["One"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [1.5, 1],
        [None, None],
        [None, 3],
    ]


@pytest.mark.parametrize("text", ["xls", "csv,ods", "", "csv xlsx"])
def test_a_kind_that_is_not_known_is_told_before_the_work(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", "--tables", text) == 2
    assert "is not known; write csv,xlsx" in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_kinds_are_named_in_any_order() -> None:
    assert table_kinds("xlsx, csv") == {"csv", "xlsx"}
    assert table_kinds(None) == set()


def test_the_tables_of_drivers_and_sweeps_are_written_too(monkeypatch: pytest.MonkeyPatch) -> None:
    few = ["--paths", "256", "--set", "sampling.replicates=4", "--quiet"]
    asked = ["--outcome", "peak funding need", "--tables", "csv,xlsx", "--out", "out"]
    assert call(monkeypatch, "drivers", "openai.toml", *few, *asked) == 0
    workbook = openpyxl.load_workbook(Path("out", WORKBOOK))
    assert workbook.sheetnames == ["Drivers", "Inputs", "Pictures"]
    assert len(pd.read_csv(Path("out", csv_file("Drivers")))) > 1
    vary = ["--vary", "cash.tax_rate=0,0.1", "--paths", "4096", "--out", "grid.xlsx"]
    assert call(monkeypatch, "sweep", "openai", *vary) == 0
    assert set(read(Path("grid.xlsx"), "Table", head=2)["cash.tax_rate"]) == {0.0, 0.1}
