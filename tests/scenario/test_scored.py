"""Which figures are scored, and what came true of them."""

from datetime import date

import pytest

from simulate.scenario.figures import packaged_figures, told_figures
from simulate.scenario.quarters import parse_quarter
from simulate.scenario.scored import (
    came_true,
    each_quarter_of_revenue,
    packaged_list,
    reported_after,
)
from tests.figures import figure, revenues, run_rate, scored

NEWEST = parse_quarter("2026Q1")


def test_the_list_scores_no_run_rate_and_nothing_after_the_first_quarter_of_2026() -> None:
    for each in packaged_list():
        assert each.quantity != "run rate"
        assert each.last_known + each.quarters_ahead <= NEWEST
        assert each.quarters_ahead in (1, 2)


def test_the_list_has_each_labs_quarters_ahead_of_five_quarter_ends() -> None:
    for lab in ("Anthropic", "OpenAI"):
        revenue = [s for s in packaged_list() if (s.lab, s.quantity) == (lab, "revenue")]
        assert len(revenue) == len(set(revenue)) == 5 + 4
        assert {s.last_known for s in revenue} == set(range(NEWEST - 5, NEWEST))


def test_all_of_the_list_is_told_by_the_figures_that_it_names() -> None:
    ids = {figure.id for figure in packaged_figures()}
    for each in packaged_list():
        assert set(each.id.split()) <= ids
        assert came_true(each, packaged_figures()) != 0.0


@pytest.mark.parametrize(
    ("lab", "quantity", "definition", "value"),
    [
        ("Anthropic", "revenue", "", 4.8),
        ("OpenAI", "revenue", "", 5.7),
        ("OpenAI", "gross margin", "with free users", 0.39),
        ("OpenAI", "free cash flow", "", -3.7),
        ("OpenAI", "operating result", "", -9.3),
    ],
)
def test_the_first_quarter_of_2026_came_true_as_reported(
    lab: str, quantity: str, definition: str, value: float
) -> None:
    """N16 and M6 of docs/facts-2026.md; N17, what the company expects of the next, is no fact."""
    found = {
        came_true(s, packaged_figures())
        for s in packaged_list()
        if (s.lab, s.quantity, s.definition, s.period) == (lab, quantity, definition, "2026Q1")
    }
    assert found == {value}


def test_plans_and_estimates_do_not_come_true() -> None:
    figures = [
        figure("revenue", "2026Q1", 2.0, kind="plan"),
        figure("revenue", "2026Q1", 3.0, kind="estimate"),
        run_rate(date(2026, 3, 31), 9.0),
    ]
    assert list(each_quarter_of_revenue(figures)) == []
    with pytest.raises(ValueError, match="takes its sum"):
        came_true(scored("revenue", "2026Q1"), figures)


def test_the_firmest_account_is_what_came_true() -> None:
    accounts = [figure("revenue", "2026Q1", v, firmness=f) for v, f in ((1.0, "C"), (2.0, "A"))]
    assert came_true(scored("revenue", "2026Q1"), accounts) == 2.0


def test_a_scenario_is_scored_on_years_and_quarters_that_end_after_its_start() -> None:
    figures = [
        *revenues("2025Q3", 1.0, 2.0, 3.0),
        figure("revenue", "2025", 5.0),
        figure("EBITDA", "2026", -5.0),
    ]
    found = list(reported_after(figures, "Some Lab", parse_quarter("2025Q4")))
    assert [(s.quantity, s.period, s.quarters_ahead) for s in found] == [
        ("revenue", "2026Q1", 1),
        ("EBITDA", "2026", 4),
    ]


def test_each_quarter_is_forecast_one_and_two_quarters_ahead() -> None:
    found = [
        (s.period, s.quarters_ahead) for s in each_quarter_of_revenue(revenues("2025Q4", 1.0, 2.0))
    ]
    assert found == [("2025Q4", 1), ("2025Q4", 2), ("2026Q1", 1), ("2026Q1", 2)]


def test_millions_of_dollars_are_billions_and_other_money_is_refused() -> None:
    dollars, yuan = (figure("revenue", "2026Q1", 79.0, unit=unit) for unit in ("m USD", "m RMB"))
    assert came_true(scored("revenue", "2026Q1"), told_figures([dollars])) == pytest.approx(0.079)
    with pytest.raises(ValueError, match="is in m RMB, the model in bn USD"):
        came_true(scored("revenue", "2026Q1"), told_figures([yuan]))
