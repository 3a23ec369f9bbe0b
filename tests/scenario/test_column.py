"""A column of numbers, as people's files have it."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.column import find_column, read_column
from simulate.scenario.notation import Notation
from tests.calling import call
from tests.families import of_quick_families

pytestmark = pytest.mark.usefixtures("january")

NUMBERS = [3.683, 12.5, 1.699, 3.0, 0.25, 7.125, 11.0, 5.5]
THOUSANDS = [1234.5, 1000000.25, 999.0, 4321.0, 12.5, 45678.75, 1001.0, 8.0]


def rows(cells: list[str], separator: str, end: str = "\n", title: str = "price") -> str:
    lines = [f"day{separator}{title}", *(f"{d}{separator}{c}" for d, c in enumerate(cells))]
    return end.join([*lines, ""])


def written(values: list[float], decimal: str, thousands: str = "") -> list[str]:
    signs = str.maketrans({",": thousands, ".": decimal})
    return [f"{value:,}".translate(signs) for value in values]


def quoted(cells: list[str]) -> list[str]:
    return [f'"{cell}"' for cell in cells]


FILES: dict[str, tuple[str, list[float], dict[str, str]]] = {
    "plain": (rows(written(NUMBERS, "."), ","), NUMBERS, {}),
    "lines of Windows": (rows(written(NUMBERS, "."), ",", "\r\n"), NUMBERS, {}),
    "lines of old": (rows(written(NUMBERS, "."), ",", "\r"), NUMBERS, {}),
    "a mark at the beginning": ("\ufeff" + rows(written(NUMBERS, "."), ","), NUMBERS, {}),
    "blank lines at the end": (rows(written(NUMBERS, "."), ",") + "\n\r\n", NUMBERS, {}),
    "a minus of typesetters": (
        rows([f"\u2212{n}" for n in written(NUMBERS, ".")], ","),
        [-n for n in NUMBERS],
        {},
    ),
    "numbered rows": (rows(written(NUMBERS, "."), ",").removeprefix("day"), NUMBERS, {}),
    "spaces": (rows(written(NUMBERS, "."), ", ", title=" price "), NUMBERS, {}),
    "quotes": (rows(quoted(written(NUMBERS, ".")), ","), NUMBERS, {}),
    "tabs": (rows(written(NUMBERS, "."), "\t"), NUMBERS, {"separator": "tab"}),
    "a separator that Excel is told": ("sep=;\r\n" + rows(written(NUMBERS, "."), ";"), NUMBERS, {}),
    "a rare one that it is told": ("SEP=^\n" + rows(written(NUMBERS, "."), "^"), NUMBERS, {}),
    "a tab that it is told": ("sep=\t\n" + rows(written(NUMBERS, "."), "\t"), NUMBERS, {}),
    "bars": (rows(written(NUMBERS, "."), "|"), NUMBERS, {"separator": "|"}),
    "a decimal comma": (
        rows(written(NUMBERS, ","), ";"),
        NUMBERS,
        {"separator": ";", "decimal": ","},
    ),
    "a decimal comma in quotes": (
        rows(quoted(written(NUMBERS, ",")), ","),
        NUMBERS,
        {"decimal": ","},
    ),
    "a comma in a name": (
        rows(written(NUMBERS, "."), ";").replace("day", "day, of 2026"),
        NUMBERS,
        {"separator": ";"},
    ),
    "thousands as in New York": (
        rows(quoted(written(THOUSANDS, ".", ",")), ","),
        THOUSANDS,
        {"decimal": ".", "thousands": ","},
    ),
    "thousands as in Berlin": (
        rows(written(THOUSANDS, ",", "."), ";"),
        THOUSANDS,
        {"separator": ";", "decimal": ",", "thousands": "."},
    ),
    "thousands as in Paris": (
        rows(written(THOUSANDS, ",", "\u202f"), ";"),
        THOUSANDS,
        {"separator": ";", "decimal": ",", "thousands": " "},
    ),
    "thousands as in Zurich": (
        rows(written(THOUSANDS, ".", "’"), ";"),
        THOUSANDS,
        {"separator": ";", "decimal": ".", "thousands": "'"},
    ),
}


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("case", FILES)
def test_numbers_are_read_as_they_were_meant_and_the_reading_is_told(
    case: str, coding: str, tmp_path: Path
) -> None:
    text, values, told = FILES[case]
    file = tmp_path / "prices.csv"
    file.write_bytes(text.encode(coding))
    found = find_column(file, "price")
    np.testing.assert_array_equal(found.values, values)
    assert found.told.stated == told
    again = find_column(file, "price", found.told)
    np.testing.assert_array_equal(again.values, values)
    assert again.told == Notation()


THREES = ["3,683", "1,699", "2,003", "5,111", "4,250", "7,125", "1,100", "5,500"]
POINTS = [cell.replace(",", ".") for cell in THREES]
MEANT = [3.683, 1.699, 2.003, 5.111, 4.25, 7.125, 1.1, 5.5]


@pytest.mark.parametrize(
    ("text", "may_be", "sign"),
    [
        (rows(THREES, ";"), r"'3,683' in row 1 may be 3.683 or 3683", ","),
        (rows(quoted(THREES), ","), r"'3,683' in row 1 may be 3.683 or 3683", ","),
        (rows(POINTS, ";"), r"'3.683' in row 1 may be 3.683 or 3683", "."),
    ],
)
def test_numbers_that_may_be_two_are_refused_until_one_is_stated(
    text: str, may_be: str, sign: str, tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(text)
    with pytest.raises(ScenarioError, match=may_be):
        read_column(file, "price")
    np.testing.assert_array_equal(read_column(file, "price", Notation(decimal=sign)), MEANT)
    many = read_column(file, "price", Notation(thousands=sign))
    np.testing.assert_allclose(many, 1000.0 * np.array(MEANT))


def test_a_decimal_comma_in_a_column_that_stands_alone_must_be_stated(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("\n".join(["price", *THREES]))
    with pytest.raises(ScenarioError, match=r'row 1 has 2 fields, the header 1 .*decimal = ","'):
        read_column(file, "price")
    np.testing.assert_array_equal(read_column(file, "price", Notation(decimal=",")), MEANT)


PLAIN = written(NUMBERS, ".")
REFUSED = {
    "rows too long": (
        "price,volume\n" + "".join(f"{n},1,\n" for n in NUMBERS),
        "row 1 has 3 fields, the header 2 fields; name every column",
    ),
    "a row too long": (rows([*PLAIN, "1.5,2"], ","), "row 9 has 3 fields, the header 2"),
    "a row too short": (rows(PLAIN, ",") + "9\n", "row 9 has 1 field, the header 2"),
    "a column without a name": (
        "price,\n" + "3,683\n" * 9,
        "row 1 has something in a column without a name; name every column, and quote a field",
    ),
    "a blank line": (
        rows(PLAIN, ",") + "\n8,1.5\n",
        "1 of 10 values are missing or infinite, the first in row 9; .* blank ones as well",
    ),
    "a blank first line": ("\n" + rows(PLAIN, ","), "first line is blank"),
    "names missing": ("\n".join(PLAIN), "first line holds numbers"),
    "names alone": ("day,price\n", "no rows"),
    "nothing": ("", "it is empty"),
    "two columns of one name": (
        "price,price\n" + "".join(f"1,{n}\n" for n in NUMBERS),
        '2 columns are called "price"',
    ),
    "a summary": (rows(PLAIN, ",") + "Total,44.757\n", 'last row is the "Total"'),
    "a summary of a year": (rows(PLAIN, ",") + "TOTAL FY2024:,44.757\n", 'the "TOTAL FY2024:"'),
    "a summary of all": (rows(PLAIN, ",") + "Mean (n = 8),5.6\n", 'the "Mean \\(n = 8\\)"'),
    "percentages and shares": (
        rows(["40%", "0.3", *PLAIN], ","),
        "'40%' in row 1 is a percentage and '0.3' in row 2 is none; write all of them alike",
    ),
    "a currency": (rows([f"${n}" for n in PLAIN], ","), r"in row 1 is no number, nor .*; write 3"),
    "dates": (rows([f"2026-01-0{n}" for n in range(1, 9)], ","), "'2026-01-01' in row 1"),
    "quotes that don't match": (rows(['"1.5', *PLAIN], ","), "quotes"),
    "bytes that are no text": ("a\0b", "no text"),
    "several separators": ("day;at,price\n" + "1;2,3\n" * 9, 'separated by "," or ";"'),
    "another column's hint": (rows(PLAIN, ",", title="prize"), 'did you mean "prize"'),
}


def test_a_last_row_whose_name_begins_like_a_summary_is_a_row(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(rows(PLAIN, ",") + "Total Energies,44.5\n")
    assert read_column(file, "price")[-1] == 44.5


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_clean_table_is_refused_with_row_and_reason(
    case: str, tmp_path: Path
) -> None:
    text, expected = REFUSED[case]
    file = tmp_path / "prices.csv"
    file.write_bytes(text.encode())
    with pytest.raises(ScenarioError, match=expected) as refused:
        read_column(file, "price")
    (line,) = refused.value.lines
    assert line.startswith(f"{file}: ")


@pytest.mark.parametrize(
    ("given", "mend"),
    [
        ({"separator": "::"}, "must be one sign"),
        ({"separator": "1"}, "must be one sign"),
        ({"decimal": ";"}, 'must be "." or ","'),
        ({"thousands": "_"}, "must be "),
        ({"decimal": ",", "thousands": ","}, "both"),
    ],
)
def test_a_notation_that_can_not_be_is_refused(given: dict[str, str], mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        Notation(**given)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([timedelta(days=n) for n in range(9)], "duration.*spans of time"),
        (list(pd.date_range("2026-01-01", periods=9)), "timestamp.*dates or times"),
        ([True, False] * 5, "bool.*booleans"),
        ([Decimal(n) for n in range(9)], "decimal.*cast them to float64"),
        (pd.Categorical(["1", "2", "3"] * 3), "dictionary.*categories"),
        ([[1.0]] * 9, "list.*lists"),
        ([{"a": 1.0}] * 9, "struct.*lists or tables"),
        (["1.5"] * 9, "string.*text; convert it to numbers"),
        ([None] * 9, "null.*nothing"),
    ],
)
def test_a_parquet_column_of_something_else_is_refused_with_what_it_is(
    values: Any, what: str, tmp_path: Path
) -> None:
    file = tmp_path / "prices.parquet"
    pd.DataFrame({"price": values}).to_parquet(file)
    with pytest.raises(ScenarioError, match=f'column "price" holds no numbers .*{what}'):
        read_column(file, "price")


@pytest.mark.parametrize("kind", ["int8", "uint16", "int64", "Int64", "float16", "float32"])
def test_a_parquet_column_of_any_numbers_is_read(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.parquet"
    pd.DataFrame({"price": pd.Series(range(9), dtype=kind)}).to_parquet(file)
    np.testing.assert_array_equal(read_column(file, "price"), np.arange(9.0))


def test_a_missing_value_in_parquet_is_refused_by_its_row(tmp_path: Path) -> None:
    file = tmp_path / "prices.parquet"
    pd.DataFrame({"price": pd.Series([*range(9), None], dtype="Int64")}).to_parquet(file)
    with pytest.raises(ScenarioError, match=r"1 of 10 values are missing .* row 10"):
        read_column(file, "price")


@pytest.mark.parametrize("sign", ["^", "~", ":", " "])
def test_a_rare_separator_is_asked_for_and_taken(sign: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(rows(written(NUMBERS, "."), sign), encoding="utf-8")
    with pytest.raises(ScenarioError, match="say what separates the columns with separator"):
        find_column(file, "price")
    assert list(find_column(file, "price", Notation(separator=sign)).values) == NUMBERS


def test_a_scenario_states_how_its_data_are_written(tmp_path: Path) -> None:
    cells = written([n / 100 for n in NUMBERS], ",")
    (tmp_path / "rates.csv").write_text(rows(cells, ";", title="rate"))
    file = tmp_path / "mine.toml"
    lines = ['extends = "anthropic.toml"', "[cash.tax_rate]", 'distribution = "empirical"']
    lines += ['file = "rates.csv"', 'column = "rate"', 'source = "assumption: a test"']
    file.write_text("\n".join(lines))
    with pytest.raises(ScenarioError, match=r'add separator = ";", decimal = ","'):
        load_scenario(file)
    file.write_text("\n".join([*lines, 'separator = ";"', 'decimal = ","']))
    assert load_scenario(file).cash.tax_rate.quantile(0.99) == pytest.approx(0.125)
    file.write_text("\n".join([*lines, 'separator = ";"', 'decimal = ";"']))
    with pytest.raises(ScenarioError, match=r'decimal = ";": must be "\." or ","'):
        load_scenario(file)


def test_fit_says_what_it_told_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.csv").write_text(rows(THREES, ";"))
    fit = ("fit", "prices.csv", "--column", "price")
    assert call(monkeypatch, *fit) == 2
    assert "may be 3.683 or 3683" in capsys.readouterr().err
    assert call(monkeypatch, *fit, "--decimal", ";") == 2
    assert '--decimal = ";": must be' in capsys.readouterr().err
    with of_quick_families():
        assert call(monkeypatch, *fit, "--decimal", ",", "--no-pictures") == 0
    assert 'Told from prices.csv: separator = ";"' in capsys.readouterr().out


@pytest.mark.parametrize("compress", [bz2.compress, gzip.compress, lzma.compress])
def test_a_compressed_file_is_told_to_be_unpacked(
    compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv.gz"
    file.write_bytes(compress(rows(PLAIN, ",").encode()))
    with pytest.raises(ScenarioError, match="it is compressed; unpack it first"):
        read_column(file, "price")


def test_percentages_are_shares_and_brackets_a_minus(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    cells = ["40%", "(5%)", "12.5 %", "(5)%", "7%", "0.1%", "-3%", "100%"]
    file.write_text("growth\n" + "\n".join(cells) + "\n")
    expected = [0.4, -0.05, 0.125, -0.05, 0.07, 0.001, -0.03, 1.0]
    assert read_column(file, "growth").tolist() == expected
    file.write_text("growth\n" + "\n".join(["(0.05)", "(1)", *map(str, range(2, 9))]) + "\n")
    assert read_column(file, "growth").tolist() == [-0.05, -1.0, *range(2, 9)]


def test_the_only_column_of_numbers_needs_no_name_and_others_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text("day,price\n" + "".join(f"mon,{n}\n" for n in range(9)))
    assert find_column(file, None).name == "price"
    file.write_text("day,price,size\n" + "".join(f"mon,{n},{n}\n" for n in range(9)))
    with pytest.raises(ScenarioError, match="say which column; the columns are: price, size"):
        find_column(file, None)
    file.write_text("day\n" + "mon\n" * 9)
    with pytest.raises(ScenarioError, match="of its columns none holds numbers"):
        find_column(file, None)
