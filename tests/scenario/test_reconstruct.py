"""A lab's quarters, reconstructed from run rates and sums, with what a day allows."""

from datetime import date

import numpy as np
import pytest

from simulate import ScenarioError
from simulate.scenario.figures import Figure, Kind, packaged_figures
from simulate.scenario.quarters import parse_quarter
from simulate.scenario.reconstruct import (
    Revenue,
    decline_through,
    quarterly_revenue,
    revenue_by_quarter,
    usable,
)

DAY = date(2026, 1, 22)


def figure(
    quantity: str,
    period: str,
    value: float,
    about: date,
    *,
    known_on: date = date(2020, 1, 1),
    kind: Kind = "level",
) -> Figure:
    return packaged_figures()[0].model_copy(
        update={
            "lab": "x",
            "quantity": quantity,
            "definition": "",
            "period": period,
            "value": value,
            "error": 0.1,
            "about": about,
            "known_on": known_on,
            "kind": kind,
        }
    )


def test_what_had_been_published_of_a_period_counts_before_what_came_later() -> None:
    def margins(on: date) -> set[str]:
        given = usable(packaged_figures(), "OpenAI", on)
        return {f.id for f in given if (f.quantity, f.period) == ("gross margin", "2025")}

    # O2 was published on 22 January, and M3 in February; nothing of 2025 at its end.
    assert margins(DAY) == {"O2"}
    assert margins(date(2025, 12, 31)) == {"M3"}
    assert margins(date(2026, 6, 30)) == {"M3"}


def test_one_run_rate_and_the_years_sum_make_a_line_through_both() -> None:
    # Growth of e a year: the year's mean is (e - 1) / sqrt(e) times the rate in its middle, and
    # the rate's four weeks lie around 2 July.
    rate, year = 10.0, 10.0 * (np.e - 1.0) / np.sqrt(np.e)
    given = [
        figure("run rate", "2025-07", rate, date(2025, 7, 16)),
        figure("revenue", "2025", year, date(2025, 12, 31)),
    ]
    found = revenue_by_quarter(given, parse_quarter("2025Q4"), 4, 0.1)
    assert found.values.sum() == pytest.approx(year, rel=1e-12)
    # Months are booked at their middles, which costs a little.
    assert np.diff(np.log(found.values)) == pytest.approx([0.25] * 3, abs=0.01)


def test_quarters_of_no_known_sum_are_scaled_as_the_nearest_that_are() -> None:
    rates = [
        figure("run rate", "2025-01", 8.0, date(2025, 1, 1)),
        figure("run rate", "2026-12", 8.0, date(2026, 12, 31)),
    ]
    half_of_it = figure("revenue", "2025", 4.0, date(2025, 12, 31))
    found = revenue_by_quarter([*rates, half_of_it], parse_quarter("2026Q2"), 6, 0.1)
    assert found.values == pytest.approx([1.0] * 6)
    assert found.errors == pytest.approx([0.1] * 6)


def test_a_reported_quarter_stands_and_the_year_is_shared_by_the_others() -> None:
    given = [
        figure("run rate", "2025-01", 8.0, date(2025, 1, 1)),
        figure("run rate", "2025-12", 8.0, date(2025, 12, 31)),
        figure("revenue", "2025", 10.0, date(2025, 12, 31)),
        figure("revenue", "2025Q4", 4.0, date(2025, 12, 31)),
    ]
    found = revenue_by_quarter(given, parse_quarter("2025Q4"), 4, 0.1)
    assert found.values == pytest.approx([2.0, 2.0, 2.0, 4.0])
    assert found.errors == pytest.approx([0.1, 0.1, 0.1, 0.1 / 4.0])


def test_too_few_figures_are_refused() -> None:
    with pytest.raises(ScenarioError, match="x: its quarters take two run rates"):
        revenue_by_quarter(
            [figure("revenue", "2025", 4.0, date(2025, 12, 31))], parse_quarter("2025Q4"), 4, 0.1
        )


def test_a_share_that_falls_steadily_is_found_from_its_means_over_two_years() -> None:
    first = parse_quarter("2024Q1")
    revenue = Revenue(first, np.array([1.0, 2.0, 3.0, 5.0, 8.0, 8.0, 9.0, 12.0]), np.zeros(8), ())
    shares = 0.9 * np.exp(-0.3 * np.arange(8))
    years = [
        (range(first + k, first + k + 4), float(shares[k : k + 4] @ w / w.sum()))
        for k in (0, 4)
        for w in [revenue.values[k : k + 4]]
    ]
    last, decline = decline_through(years, revenue)
    assert last == pytest.approx(shares[-1], rel=1e-9)
    assert decline == pytest.approx(4.0 * 0.3, rel=1e-9)


@pytest.mark.parametrize(("lab", "year"), [("Anthropic", 4.5), ("OpenAI", 13.07)])
def test_quarters_sum_to_the_firmest_figure_of_the_year(lab: str, year: float) -> None:
    quarters = quarterly_revenue(packaged_figures(), lab, 2025)
    assert quarters.sum() == pytest.approx(year, rel=1e-12)
    assert np.all(np.diff(quarters) > 0.0)


def test_quarters_sum_to_the_half_that_is_known() -> None:
    assert quarterly_revenue(packaged_figures(), "OpenAI", 2025)[:2].sum() < 4.3 * 1.0001
    assert quarterly_revenue(packaged_figures(), "OpenAI", 2025)[:2].sum() > 4.3 * 0.9999


def test_steady_growth_gives_quarters_that_grow_by_it() -> None:
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
