"""Reported figures as data: what was known when."""

from datetime import date
from pathlib import Path

import pytest

from simulate import ScenarioError
from simulate.scenario.figures import (
    known,
    packaged_figures,
    read_figures,
    reconstructed,
)

JANUARY = date(2026, 1, 22)
HEAD = (
    "id,lab,quantity,definition,period,value,error,unit,kind,about,known_on,firmness,report,note\n"
)


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
    ],
)
def test_a_row_that_is_none_is_named(row: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(HEAD + row + "\n")
    with pytest.raises(ScenarioError, match=rf"figures\.csv, line 2: .*({said})"):
        read_figures(file)
