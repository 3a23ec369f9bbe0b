"""Reported figures as data: what was known when."""

from datetime import date
from pathlib import Path

import pytest

from simulate import ScenarioError
from simulate.scenario.figures import (
    Figure,
    known,
    packaged_figures,
    read_figures,
    reconstructed,
)

JANUARY = date(2026, 1, 22)
HEAD = (
    "id,lab,quantity,definition,period,value,error,unit,kind,about,known_on,firmness,report,note\n"
)


def row(**changes: str) -> str:
    """Return a line of a lab's revenue, with some cells changed."""
    cells = {
        "id": "A1",
        "lab": "x",
        "quantity": "revenue",
        "definition": "",
        "period": "2024",
        "value": "1",
        "error": "",
        "unit": "bn USD",
        "kind": "level",
        "about": "2024-12-31",
        "known_on": "2026-01-22",
        "firmness": "L",
        "report": "r",
        "note": "",
    }
    return ",".join((cells | changes).values())


def read(folder: Path, *rows: str) -> tuple[Figure, ...]:
    file = folder / "figures.csv"
    file.write_text(HEAD + "".join(f"{line}\n" for line in rows))
    return read_figures(file)


def test_percentages_and_accountants_brackets_are_read(tmp_path: Path) -> None:
    margin = {"quantity": "gross margin", "unit": "share"}
    cells = ("40%", "(5%)", "(0.05)", "0.4")
    periods = ("2021", "2022", "2023", "2024")
    lines = [
        row(**margin, value=cell, period=year, about=f"{year}-12-31")
        for cell, year in zip(cells, periods, strict=True)
    ]
    assert [figure.value for figure in read(tmp_path, *lines)] == [0.4, -0.05, -0.05, 0.4]


@pytest.mark.parametrize(
    ("again", "said"),
    [
        (row(), r'line 3: value = "1": says the same as line 2; leave one of the two out'),
        (row(value="2"), r'line 3: value = "2": is 1 in line 2; leave one of the two out'),
        (row(lab="y"), r'line 3: id = "A1": is of x in line 2; an id is of one lab'),
    ],
)
def test_what_stands_twice_is_refused_with_both_lines(
    again: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, row(), again)


def test_an_id_may_tell_of_several_periods_and_of_a_ranges_ends(tmp_path: Path) -> None:
    other = row(period="2023", about="2023-12-31")
    ends = (row(kind="plan", note="lower end"), row(kind="plan", value="2", note="upper end"))
    assert len(read(tmp_path, row(), other, *ends)) == 4


def test_a_plan_counts_once_it_is_known_and_a_level_once_its_period_is_over() -> None:
    figures = {(f.id, f.kind) for f in known(packaged_figures(), JANUARY)}
    assert {("A5", "level"), ("P9", "plan"), ("M1", "level")} <= figures
    assert not {("N16", "level"), ("M20", "plan"), ("N28", "plan")} & figures


def test_what_was_published_later_is_reconstructed() -> None:
    (audited,) = (f for f in packaged_figures() if f.id == "M1" and f.quantity == "revenue")
    assert reconstructed(audited, JANUARY)
    assert not reconstructed(audited, date(2026, 6, 16))


def test_what_came_later_changes_nothing_that_is_known() -> None:
    before = known(packaged_figures(), JANUARY)
    later = [f for f in packaged_figures() if f not in before]
    tenfold = [*before, *(f.model_copy(update={"value": 10.0 * f.value}) for f in later)]
    assert known(tenfold, JANUARY) == before


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A1,x,revenue,,2024,much,,bn USD,level,2024-12-31,2026-01-22,L,r,", "much"),
        ("A1,x,revenue,,2024,1,,bn USD,level,2024-13-31,2026-01-22,L,r,", "2024-13-31|month"),
        (row(value="$1"), 'value = "\\$1": must be a number such as 0.4, 40% or'),
        (row(value="40%"), 'value = "40%": a percentage is a share, and the unit is bn USD'),
        (row(value="(0.4)"), 'value = "\\(0.4\\)": revenue is never negative'),
        (row(value="4500000"), "beyond 10000 bn USD no figure is taken; is it in m USD"),
        (row(value="40", unit="share"), "a share is from -10 to 10; write 0.4, or 40%, if"),
        (row(quantity="gross margin", value="7", unit="share"), "at most 1; write 0.07, or 7%"),
        (row(error="-1"), 'error = "-1"'),
        (row(unit="percent"), 'unit = "percent": must be share, or bn or m of a currency'),
        (row(period="2024-13"), 'period = "2024-13": write a period as 2025'),
        (row(period="0024"), 'period = "0024": write a period as 2025'),
        (row(period="2023"), 'about = "2024-12-31": is no day of 2023'),
    ],
)
def test_a_row_that_is_none_is_named(row: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(HEAD + row + "\n")
    with pytest.raises(ScenarioError, match=rf"figures\.csv, line 2: .*({said})"):
        read_figures(file)
