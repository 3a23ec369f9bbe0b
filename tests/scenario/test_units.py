"""Numbers as people write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.units import in_unit, number_in_unit, scale_hint

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
    ("1,200 m", "bn USD"): 1.2,
    ("1,234,567.5 k", "bn USD"): 1.2345675,
    ("1 200 m", "bn USD"): 1.2,
    ("1\u00a0200\u00a0m", "bn USD"): 1.2,
    ("1\u202f200 m", "bn USD"): 1.2,
    ("1'200 m", "bn USD"): 1.2,
    ("1’200 m", "bn USD"): 1.2,
    ("1e3 bn", "bn USD"): 1000.0,
    ("\u22122 bn", "bn USD"): -2.0,
    ("\u22128 %", "share"): -0.08,
    ("+5%", "share"): 0.05,
    ("8 bn dollars", "bn USD"): 8.0,
    ("8 billion US dollars", "bn USD"): 8.0,
    ("US$8 bn", "bn USD"): 8.0,
    ("12 bn USD/yr", "bn USD/yr"): 12.0,
    ("$12", "USD/yr"): 12.0,
    ("5 years", "years"): 5.0,
    ("1 year", "years"): 1.0,
    ("18 months", "years"): 1.5,
    ("1 quarter", "years"): 0.25,
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
        ("1,200 m to 2,000 m", "bn USD", "1.2 to 2.0"),
        ("−8% to 23%", "share", "-0.08 to 0.23"),
        ("6 to 18 months", "years", "0.5 to 1.5"),
        ("9 months to 2 years", "years", "0.75 to 2.0"),
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
        ("4.5 billon", "bn USD", 'unknown unit "billon"; amounts are in US dollars'),
        ("8 bn EUR", "bn USD", 'unknown unit "bn EUR"; amounts are in US dollars'),
        ("€8 bn", "bn USD", 'unknown unit "€"; amounts are in US dollars'),
        ("£8bn", "bn USD", 'unknown unit "£"; amounts are in US dollars'),
        ("8 bn €", "bn USD/yr", 'unknown unit "bn €"; amounts are in US dollars'),
        ("RMB 8 bn", "bn USD", 'unknown unit "RMB"; amounts are in US dollars'),
        ("8 Mrd", "bn USD", 'unknown unit "Mrd"; amounts are in US dollars'),
        ("8 Mrd", "bn", 'unknown unit "Mrd"; write "900 m" or "4.5 bn"'),
        ("$4.5", "bn USD", "dollars, or billions?"),
        ("$8 bn", "bn", "is an amount; the unit here is bn"),
        ("5%", "years", "is a percentage; the unit here is years"),
        ("5 weeks", "years", 'unknown unit "weeks"; the unit here is years'),
        ("5 months", "a year", 'unknown unit "months"'),
        ("23 percent", "share", 'unknown unit "percent"; write "23%"'),
        ("10% to 20 bn", "share", "is an amount"),
    ],
)
def test_a_unit_of_another_kind_is_refused_in_words(text: str, unit: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        in_unit(text, unit)


@pytest.mark.parametrize("text", ["high", "bn", "%", "nan", "-inf", "", "2026Q1", "8 bn 12 m"])
def test_what_is_no_number_stays_a_text_for_others_to_refuse(text: str) -> None:
    assert in_unit(text, "bn USD") == text
    with pytest.raises(ValueError, match="is no number"):
        number_in_unit(text, "bn USD")


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("0,900 bn", 'write "0.9 bn"'),
        ("0,125", 'write "0.125"'),
        ("-0,5%", 'write "-0.5%"'),
        ("4,5 bn", 'write "4.5 bn"'),
        ("12,3456", 'write "12.3456"'),
        ("0012,5", 'write "12.5"'),
        ("1.200,5 m", 'write "1200.5 m"'),
        ("1 200,5 m", 'write "1200.5 m"'),
        ("1.200.000", 'write "1200000"'),
        ("8 bn to 12,5 bn", 'write "12.5 bn"'),
        ("1,20,000", "thousands in groups of three digits"),
        ("1,200'000", "thousands in groups of three digits"),
        ("4__5", "thousands in groups of three digits"),
        ("1.2.3", "thousands in groups of three digits"),
        ("1e400 bn", "is too large for a number"),
    ],
)
def test_what_parts_no_thousands_is_refused_with_what_would_be_right(text: str, mend: str) -> None:
    with pytest.raises(ValueError, match=re.escape(mend)):
        in_unit(text, "bn USD" if "%" not in text else "share")


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
    ("value", "unit", "limits", "hint"),
    [
        (70.0, "share", (0.0, 1.0), "; write 0.7 for 70%"),
        (-8.0, "share", (-0.9, 3.0), "; write -0.08 for -8%"),
        (
            35.0,
            "log/yr",
            (-6.0, 5.0),
            "; growth by 35% is 0.3; a fall of costs or prices by 35% is 0.431",
        ),
        (5.0, "log/quarter", (0.0, 1.0), "; write 0.05 for 5%"),
        (4500.0, "bn USD", (0.0, 1e3), '; write "4500 m" if it is of millions'),
        (4.5e9, "bn USD", (0.0, 1e3), '; write "4.5 bn" if it is no billions'),
        (9e8, "bn USD/yr", (0.0, 1e3), '; write "900 m" if it is no billions'),
        (1e10, "bn USD", (0.0, 1e3), '; write "10 bn" if it is no billions'),
        (1.5, "share", (0.0, 1.0), ""),  # as likely 150% as 1.5%
        (-5.0, "share", (0.0, 1.0), ""),  # -5% can't be, either
        (70.0, "a year", (-0.05, 0.5), ""),
        (5000.0, "share", (0.0, 1.0), ""),
        (1e15, "bn USD", (0.0, 1e3), ""),
        (1.2, "", (-1.0, 1.0), ""),
        (5.0, "a year", (-0.05, 0.5), "; write 0.05 for 5%"),
        (25.0, "a quarter", (0.0, 0.99), "; write 0.25 for 25%"),
        (2.0, "a quarter", (0.0, 0.99), ""),  # as a correlation is, no 2%
        (2.0, "log/log", (0.0, 1.0), ""),
        (5.0, "times a year", (0.0, 4.0), ""),
        (1e5, "USD/yr", (0.0, 1e4), ""),
        (1e12, "years", (0.05, 1e10), ""),
    ],
)
def test_a_wrong_scale_is_answered_with_one_that_can_be(
    value: float, unit: str, limits: tuple[float, float], hint: str
) -> None:
    assert scale_hint(value, unit, *limits) == hint


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("demand.size_exponent", 2.0),
        ("demand.size_exponent", 20.0),
        ("demand.persistence", 2.0),
        ("other_costs.scale_elasticity", 2.0),
        ("training.generation.rate", 5.0),
    ],
)
def test_what_is_no_percentage_is_not_taken_for_one(key: str, value: float) -> None:
    with pytest.raises(ScenarioError, match=" is from 0 to ") as refused:
        load_scenario("anthropic.toml").changed({key: value})
    assert "write" not in str(refused.value)
    assert refused.value.told[0].fix is None


@pytest.mark.parametrize(
    ("text", "unit", "mend"),
    [
        ("10% to 30", "share", "write 30%"),
        ("30%", "log/yr", "growth by 30% is 0.262; a fall of costs or prices by 30% is 0.357"),
        ("-5%", "log/yr", "growth by -5% is -0.0513$"),
        ("150%", "log/yr", "growth by 150% is 0.916$"),
        ("-100%", "log/yr", "write it as a logarithm"),
    ],
)
def test_a_text_of_doubtful_unit_is_refused(text: str, unit: str, mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        in_unit(text, unit)
