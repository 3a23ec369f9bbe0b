"""Reported figures as data: what was known when, and revenue by quarter."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from simulate import ScenarioError
from simulate.scenario.figures import (
    Figure,
    known,
    packaged_figures,
    quarterly_revenue,
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


@pytest.mark.parametrize(("lab", "year"), [("Anthropic", 4.5), ("OpenAI", 13.07)])
def test_quarters_sum_to_the_firmest_figure_of_the_year(lab: str, year: float) -> None:
    quarters = quarterly_revenue(packaged_figures(), lab, 2025)
    assert quarters.sum() == pytest.approx(year, rel=1e-12)
    assert np.all(np.diff(quarters) > 0.0)


def test_quarters_sum_to_the_half_that_is_known() -> None:
    assert quarterly_revenue(packaged_figures(), "OpenAI", 2025)[:2].sum() < 4.3 * 1.0001
    assert quarterly_revenue(packaged_figures(), "OpenAI", 2025)[:2].sum() > 4.3 * 0.9999


def test_steady_growth_gives_quarters_that_grow_by_it() -> None:
    example = packaged_figures()[0]

    def figure(quantity: str, period: str, value: float, about: date) -> Figure:
        return example.model_copy(
            update={
                "lab": "x",
                "quantity": quantity,
                "period": period,
                "value": value,
                "about": about,
            }
        )

    rates = [
        figure("run rate", "a", 1.0, date(2025, 1, 31)),
        figure("run rate", "b", 4.0, date(2026, 1, 31)),
    ]
    quarters = quarterly_revenue(
        [*rates, figure("revenue", "2025", 3.0, date(2025, 12, 31))], "x", 2025
    )
    assert np.diff(np.log(quarters)) == pytest.approx(np.log(4.0) / 4.0, rel=0.002)


def test_a_year_of_which_nothing_is_known_is_refused() -> None:
    with pytest.raises(ValueError, match="revenue of 2024 by quarter takes its sum"):
        quarterly_revenue(packaged_figures(), "Zhipu", 2024)


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
