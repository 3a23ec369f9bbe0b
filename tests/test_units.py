"""Numbers as people write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.scenario.units import in_unit, scale_hint

WRITTEN = {
    ("4.5 bn", "bn USD"): 4.5,
    ("4.5bn", "bn USD"): 4.5,
    ("$4.5 bn", "bn USD"): 4.5,
    ("USD 4.5 billion", "bn USD"): 4.5,
    ("4.5 BN USD", "bn USD"): 4.5,
    ("900 m", "bn USD"): 0.9,
    ("900 million", "bn USD"): 0.9,
    ("4,500 m", "bn USD"): 4.5,
    ("4_500 m", "bn USD"): 4.5,
    ("1.2 tn", "bn USD/yr"): 1200.0,
    ("-2 bn", "bn USD"): -2.0,
    ("800 m", "bn"): 0.8,
    ("4.5", "bn USD"): 4.5,
    ("3 k", "USD/yr"): 3000.0,
    ("23%", "share"): 0.23,
    ("23 %", "share"): 0.23,
    ("-8%", "share"): -0.08,
    ("+1.5e1%", "share"): 0.15,
    (".5%", "a year"): 0.005,
    ("7%", ""): 0.07,
}


@pytest.mark.parametrize(("text", "unit"), WRITTEN)
def test_a_number_is_read_with_its_unit(text: str, unit: str) -> None:
    assert in_unit(text, unit) == WRITTEN[text, unit]


@pytest.mark.parametrize(
    ("text", "unit", "read"),
    [
        ("8 bn to 18 bn", "bn USD", "8.0 to 18.0"),
        ("8 to 18 bn", "bn USD", "8.0 to 18.0"),
        ("900 m to 1.5 bn", "bn USD", "0.9 to 1.5"),
        ("10 to 30%", "share", "0.1 to 0.3"),
        ("-8% to 23%", "share", "-0.08 to 0.23"),
        ("0.2  to  0.6", "share", "0.2 to 0.6"),
    ],
)
def test_both_ends_of_an_interval_are_read_and_share_a_last_unit(
    text: str, unit: str, read: str
) -> None:
    assert in_unit(text, unit) == read


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("23%", "bn USD", '"23%" is a percentage; the unit here is bn USD'),
        ("4.5 bn", "share", '"4.5 bn" is an amount; the unit here is share'),
        ("4.5 bn", "a year", '"4.5 bn" is an amount; the unit here is a year'),
        ("4.5 billon", "bn USD", 'unknown unit "billon"; write "4.5 m", "4.5 bn"'),
        ("23 percent", "share", 'unknown unit "percent"; write "23%"'),
        ("10% to 20 bn", "share", "is an amount"),
    ],
)
def test_a_unit_of_another_kind_is_refused_in_words(text: str, unit: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        in_unit(text, unit)


@pytest.mark.parametrize("text", ["4,5 bn", "45,00 m", "high", "bn", "%", "1e bn", "€5", "2026Q1"])
def test_what_is_no_number_stays_a_text_for_others_to_refuse(text: str) -> None:
    assert in_unit(text, "bn USD") == text


def test_a_table_is_read_in_its_unit_but_for_texts_weights_and_factors() -> None:
    table = {
        "distribution": "mixture",
        "source": "23%",
        "parts": ["1 bn to 2 bn", {"p10": "900 m", "degrees_of_freedom": "5"}],
        "weights": ["30%", "70%"],
        "times": "150%",
    }
    assert in_unit(table, "bn USD") == {
        "distribution": "mixture",
        "source": "23%",
        "parts": ["1.0 to 2.0", {"p10": 0.9, "degrees_of_freedom": 5.0}],
        "weights": [0.3, 0.7],
        "times": 1.5,
    }


@given(st.decimals(-999, 999, places=2))
def test_a_percentage_is_the_double_nearest_to_its_hundredth(number) -> None:
    assert in_unit(f"{number}%", "share") == float(number) / 100.0


@pytest.mark.parametrize(
    ("value", "unit", "hint"),
    [
        (70.0, "share", "; write 0.7 for 70%"),
        (35.0, "log/yr", "; write 0.35 for 35%"),
        (4500.0, "bn USD", '; write "4500 m" if it is of millions'),
        (4.5e9, "bn USD", '; write "4.5 bn" if it is no billions'),
        (0.5, "share", ""),
        (0.5, "bn USD", ""),
        (5000.0, "share", ""),
        (1e5, "USD/yr", ""),
    ],
)
def test_a_wrong_scale_is_answered_with_the_right_one(value: float, unit: str, hint: str) -> None:
    assert scale_hint(value, unit) == hint


@pytest.mark.parametrize(
    ("text", "unit", "mend"),
    [
        ("10% to 30", "share", "write 30%"),
        ("30%", "log/yr", "growth by 30% is 0.262, a fall by 30% 0.357"),
        ("-5%", "log/yr", "write it as a logarithm"),
    ],
)
def test_a_text_of_doubtful_unit_is_refused(text: str, unit: str, mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        in_unit(text, unit)
