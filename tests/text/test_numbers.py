"""Numbers are written to the digit that their error, or a reader, can use."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulate.engine.estimate import Estimate
from simulate.text.numbers import (
    MONEY,
    PROBABILITY,
    SHARE,
    dollars,
    dollars_with_error,
    exact_percent,
    money,
    money_unit,
    percent,
    share,
)


@pytest.mark.parametrize(
    ("value", "error", "written"),
    [
        (0.1374, 0.0002, "13.74% ± 0.02"),
        (0.1374, 0.003, "13.7% ± 0.3"),
        (0.000094, 0.000007, "0.0094% ± 0.0007"),
        (0.5, 0.2, "50% ± 20"),
        (0.5263, 0.00096, "52.6% ± 0.1"),
        (0.0018, 0.000099, "0.18% ± 0.01"),
        (0.1374, 0.00002, "13.740% ± 0.002"),
    ],
)
def test_a_probability_ends_at_the_first_digit_of_its_error(
    value: float, error: float, written: str
) -> None:
    assert percent(Estimate(value, error, 0.0, 1.0)) == written


def test_what_was_never_or_always_seen_has_its_bound() -> None:
    assert percent(Estimate(0.0, math.nan, 0.0, 0.0036)) == "0% (<0.4%)"
    assert percent(Estimate(1.0, math.nan, 0.9964, 1.0)) == "100% (>99.6%)"


def test_money_ends_at_the_first_digit_of_its_error() -> None:
    assert money(Estimate(12345.678, 3.2, 0.0, 0.0)) == "12,345.7 ± 3.2"
    assert money(Estimate(-10.8312, 0.0974, 0.0, 0.0)) == "-10.8 ± 0.1"
    assert money(Estimate(4.9031, 0.0032, 0.0, 0.0)) == "4.903 ± 0.003"
    assert money(Estimate(208135.3, 8264.8, 0.0, 0.0)) == "208,135 ± 8,265"


def estimate(value: float, error: float) -> Estimate:
    return Estimate(value, error, value - 2.0 * error, value + 2.0 * error)


def test_what_no_reader_can_use_is_less_than_what_one_can() -> None:
    """Less than a million dollars is nothing, and so is less than 0.0001 points."""
    for billions in (2.4e-5, -3e-5, 9e-4):
        assert MONEY.change(estimate(billions, 1e-6)) == "<0.001"
        assert money(estimate(billions, 1e-6)) == "0"
        assert dollars_with_error(estimate(billions, 1e-6)) == "$0"
    assert MONEY.change(estimate(-1.6e-3, 1e-4)) == "-0.0016 ± 0.0001"
    assert PROBABILITY.change(estimate(-2e-7, 1e-8)) == "<0.0001"
    assert percent(estimate(3e-9, 1e-9)) == "<0.0001%"
    assert MONEY.change(estimate(0.0, 0.0)) == "no change"


@pytest.mark.parametrize("value", [-0.04, -1e-9, -0.0])
def test_no_zero_has_a_sign(value: float) -> None:
    uncertain = estimate(value, 0.5)
    written = [
        MONEY.change(uncertain),
        money(uncertain),
        MONEY.amount(uncertain),
        dollars_with_error(estimate(value, 5.0)),
        PROBABILITY.change(estimate(value / 100.0, 0.004)),
        MONEY.rounded(value, 1),
        SHARE.rounded(value / 100.0, 0),
        MONEY.rounded_change(value, 1),
    ]
    assert written == ["0.0 ± 0.5"] * 3 + ["$0.0bn ± 5.0", "0.0 ± 0.4", "0.0", "0%", "no change"]


def test_three_digits_of_a_large_amount_need_no_power_of_ten() -> None:
    assert MONEY.significant(2019.6, 3) == "2,020"
    assert MONEY.significant(0.0081, 3) == "0.0081"


def test_an_amounts_error_has_its_unit() -> None:
    assert dollars_with_error(Estimate(19.623, 0.09, 0.0, 0.0)) == "$19.62bn ± 0.09"
    assert dollars_with_error(Estimate(-5990.4, 203.0, 0.0, 0.0)) == "-$6.0trn ± 0.2"


def test_a_target_keeps_its_digits() -> None:
    assert [exact_percent(x) for x in (0.7, 0.7333, 0.07)] == ["70%", "73.33%", "7%"]


@given(st.floats(0.0, 1.0))
@example(0.005)
@example(0.995)
def test_a_share_is_nought_or_one_only_where_it_is(value: float) -> None:
    assert (share(value) == "0%") == (value == 0.0)
    assert (share(value) == "100%") == (value == 1.0)


@pytest.mark.parametrize(
    ("billions", "written"),
    [
        (0.0, "$0"),
        (0.0123, "$12m"),
        (0.9996, "$1bn"),
        (-5.44, "-$5.4bn"),
        (12.3, "$12bn"),
        (999.4, "$999bn"),
        (999.6, "$1trn"),
        (1.6e7, "$16,000trn"),
    ],
)
def test_an_amount_has_two_or_three_digits_and_a_unit(billions: float, written: str) -> None:
    assert dollars(billions) == written


@given(st.floats(-1e7, 1e7))
def test_an_amount_reads_back_within_its_digits(billions: float) -> None:
    text = dollars(billions).replace(",", "").replace("$", "")
    number = float(text.rstrip("bnmtr"))
    unit = {"": 0.0, "m": 1e-3, "bn": 1.0, "trn": 1e3}[text.lstrip("-.0123456789")]
    assert number * unit == pytest.approx(billions, rel=0.06, abs=5.1e-4)


@given(st.floats(1e-3, 1.6e7))
def test_an_axis_of_money_has_numbers_that_can_be_read(largest: float) -> None:
    size, _ = money_unit(largest)
    assert 1.0 <= largest / size < 1.7e4


def test_ticks_of_an_axis_have_the_decimals_that_all_of_them_need() -> None:
    assert [SHARE.tick(tick, (0.0, 0.025, 0.05)) for tick in (0.0, 0.025)] == ["0.0%", "2.5%"]
    assert SHARE.tick(0.25, (0.0, 0.25, 0.5)) == "25%"
    assert SHARE.tick(0.0002, (0.0, 0.0002)) == "0.02%"
