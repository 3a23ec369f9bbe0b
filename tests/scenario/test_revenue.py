"""Revenue by quarter, as far as figures tell it."""

from datetime import date

import numpy as np
import pytest

from simulate.scenario.figures import known, packaged_figures
from simulate.scenario.quarters import parse_quarter
from simulate.scenario.revenue import revenue_by_quarter
from tests.figures import figure, revenues, run_rate

# Constant growth of 0.3 a quarter, in run rates.
STEADY = [run_rate(date(year, 1, 14), float(np.exp(1.2 * (year - 2024)))) for year in (2024, 2025)]


def test_quarters_that_are_reported_are_taken_as_they_are() -> None:
    found = revenue_by_quarter(revenues("2024Q3", 1.0, 2.0, 3.0), "Some Lab")
    assert found == {
        parse_quarter(f"{y}Q{q}"): v for y, q, v in ((2024, 3, 1.0), (2024, 4, 2.0), (2025, 1, 3.0))
    }


def test_a_quarter_that_no_year_holds_yet_is_scaled_as_the_last_year() -> None:
    """Revenue is 0.9 of the run rates in 2024, so it is taken to be that in 2025, too."""
    rates = [*STEADY, run_rate(date(2025, 4, 14), float(np.exp(1.5)))]
    year = 0.9 * sum(np.exp(1.2 * (m + 0.5) / 12.0) / 12.0 for m in range(12))
    found = revenue_by_quarter([*rates, figure("revenue", "2024", float(year))], "Some Lab")
    first = found[parse_quarter("2025Q1")]
    by_hand = 0.9 * sum(np.exp(1.2 * (m + 0.5) / 12.0) / 12.0 for m in range(12, 15))
    assert first == pytest.approx(by_hand, rel=0.01)


def test_the_quarters_of_a_half_that_is_reported_sum_to_it() -> None:
    on = known(packaged_figures(), date(2025, 9, 30))
    found = revenue_by_quarter(on, "OpenAI")
    assert found[parse_quarter("2025Q1")] + found[parse_quarter("2025Q2")] == pytest.approx(4.3)


def test_quarters_sum_to_the_year_and_end_with_the_last_run_rate() -> None:
    found = revenue_by_quarter(known(packaged_figures(), date(2025, 12, 31)), "Anthropic")
    assert sum(list(found.values())[-4:]) == pytest.approx(4.5)
    assert max(found) == parse_quarter("2025Q4")


def test_without_a_year_that_tells_the_scale_no_quarter_is_known() -> None:
    assert revenue_by_quarter(STEADY, "Some Lab") == {}
