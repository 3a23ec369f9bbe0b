"""Quarters, the periods that are made of them, and their days."""

from datetime import date

from simulate.scenario.quarters import (
    first_day,
    last_day,
    middle_day,
    parse_quarter,
    quarter_of,
    quarters_in,
)


def test_periods_are_quarters_and_a_month_is_none() -> None:
    first = parse_quarter("2025Q1")
    assert quarters_in("2025") == range(first, first + 4)
    assert quarters_in("2025H2") == range(first + 2, first + 4)
    assert quarters_in("2025Q3") == range(first + 2, first + 3)
    assert not quarters_in("2025-03")


def test_a_quarter_ends_on_its_last_day() -> None:
    ends = [last_day(parse_quarter(f"2024Q{q}")) for q in (1, 2, 3, 4)]
    assert ends == [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30), date(2024, 12, 31)]


def test_every_day_of_a_quarter_is_in_it() -> None:
    quarter = parse_quarter("2024Q1")
    for day in (first_day(quarter), middle_day(quarter), last_day(quarter)):
        assert quarter_of(day) == quarter
    assert first_day(quarter) == date(2024, 1, 1)
    assert middle_day(quarter) == date(2024, 2, 15)
