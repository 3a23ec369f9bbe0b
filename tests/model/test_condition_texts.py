"""What conditions on a command line are read as, and how they are printed."""

import pytest

from simulate.model.outcomes import Event, asked_of, parse_event, parse_outcome
from simulate.scenario import Scenario, ScenarioError
from tests.scenarios import changed

OWN = {
    "lines": [{"name": "fee", "counts_in": "operating cost", "formula": "0.1 * revenue"}],
    "metrics": {
        "below_plan": {"formula": "ebitda / revenue", "unit": "share"},
        "quarterly_growth": {"formula": "revenue / previous(revenue) - 1", "unit": "share"},
    },
    "outcomes": {
        "at_least_once": {"when": "ebitda > 0"},
        "ipo_in_2027": {"when": "ebitda > 0"},
        "odd": {"when": "ebitda > 0", "title": "{level} [b]  a_b", "words": "{level} of {0}"},
        "upper": {"when": "ebitda > 0", "title": "IPO"},
        "lower": {"when": "ebitda > 1", "title": "ipo"},
    },
}


@pytest.fixture(scope="module")
def own(anthropic: Scenario) -> Scenario:
    return changed(anthropic, OWN)


def formula_of(text: str, scenario: Scenario) -> str:
    event = parse_event(text, scenario, "--of")
    asked = asked_of(scenario, [event])
    return [*asked.outcomes.values()][-1].when


@pytest.mark.parametrize(
    ("said", "formula"),
    [
        ("Revenue ≥ $30bn", "revenue >= 30"),
        ("revenue > 30,000 m", "revenue > 30"),
        ("revenue > USD 30 billion", "revenue > 30"),
        ("revenue => 30 bn USD", "revenue >= 30"),
        ("revenue is no more than 0.5 trillion", "revenue <= 500"),
        ("revenue exceeds 1,200", "revenue > 1200"),
        ("free cash flow > −5 bn", "free_cash_flow > -5"),
        ("gross margin over 70 percent", "gross_margin > 0.7"),
        ("free users under 900 m", "free_users < 0.9"),
        ("revenue between 10 and 30", "10 <= revenue <= 30"),
        ("cash > 1 and margin between 60 and 70%", "cash > 1 and 0.6 <= gross_margin <= 0.7"),
        ("10 bn < revenue < $30 bn", "10 < revenue < 30"),
        ("EBITDA > 0 AND NOT Cash < 5 Or fee > 1", "ebitda > 0 and not cash < 5 or fee > 1"),
        ("Max(free cash flow, EBITDA) > 0", "max(free_cash_flow, ebitda) > 0"),
        ("below plan below 5%", "below_plan < 0.05"),
        ("quarterly growth > 10%", "quarterly_growth > 0.1"),
        ("below plan under 1.5 times", "below_plan < 1.5"),
        (
            "(below plan < 1.5x or ebitda > 2) and cash > 1",
            "(below_plan < 1.5 or ebitda > 2) and cash > 1",
        ),
        ("below plan between 0.5 and 1.5 ×", "0.5 <= below_plan <= 1.5"),
        (
            "annual revenue >= 3 and twelve-month free cash flow > 0",
            "revenue >= 3 and free_cash_flow > 0",
        ),
        ("revenue equals 3", "revenue == 3"),
        ("revenue <> 3", "revenue != 3"),
    ],
)
def test_people_write_conditions_in_many_ways(own: Scenario, said: str, formula: str) -> None:
    assert formula_of(f"P({said} by 2027)", own) == formula


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("by end of 2027", "by 2027"),
        ("by the end of Q4 2027", "by 2027Q4"),
        ("by 2027-q4", "by 2027Q4"),
        ("before 2028", "by 2027"),
        ("before Q1 2028", "by 2027Q4"),
        ("in Q3 2027", "in 2027Q3"),
        ("at the end of 2027", "in 2027"),
    ],
)
def test_dates_are_said_in_many_ways(own: Scenario, said: str, asked: str) -> None:
    texts = [f"P(cash < 3 {said})", f"P (cash < 3) {said}", f"cash < 3 {said}"]
    assert {parse_outcome(text, own, "--of").asked for text in texts} == {f"P(cash < 3 {asked})"}


def test_an_amount_has_a_quarter_in_either_order(own: Scenario) -> None:
    assert parse_outcome("revenue Q3 2027", own, "--of").name == "revenue 2027Q3"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("30 <= revenue", "twelve-month revenue is at least 30 bn"),
        (
            "10 < revenue < 30",
            "twelve-month revenue is above 10 bn and twelve-month revenue is below 30 bn",
        ),
        (
            "(ebitda > 0 or cash > 1) and not cash < 5",
            "(twelve-month EBITDA is above 0 bn or cash is above 1 bn) and cash is at least 5 bn",
        ),
        ("trailing(revenue, 8) > 100", "8-quarter revenue is above 100 bn"),
        (
            "quarterly fee > 2 * previous(revenue)",
            "quarterly fee is above 2 * twelve-month revenue a quarter before",
        ),
        ("total(fee) > 5000 bn", "the total of quarterly fee is above 5000 bn"),
        ("gross margin >= 70%", "gross margin is at least 70%"),
        ("run rate > 12345 bn", "run rate is above 12,345 bn"),
        ("free users < 900 m", "free users is below 0.9 bn users"),
    ],
)
def test_what_is_printed_says_what_was_understood(own: Scenario, said: str, words: str) -> None:
    event = parse_event(f"{said} by 2028", own, "--of")
    assert event.in_words(own) == f"{words} by the end of 2028"


@pytest.mark.parametrize(
    "text",
    [
        "at least once by 2027",
        "ipo in 2027 by 2029",
        "{level} [b] a b by 2028",
        "revenue > 30 in 2028",
        "peak need < 50",
        "below plan between 3 and 4% by 2030",
    ],
)
def test_what_is_printed_is_read_back(own: Scenario, text: str) -> None:
    event = parse_outcome(text, own, "--of")
    again = parse_outcome(event.asked, own, "--of")
    assert isinstance(event, Event) and again == event
    assert asked_of(own, [again]).outcomes == asked_of(own, [event]).outcomes


def test_a_title_is_printed_as_it_is(own: Scenario) -> None:
    event = parse_event("{level} [b] a_b by 2028", own, "--of")
    assert event.in_words(own) == "{level} of {0} by the end of 2028"
    assert event.name == "{level} [b] a_b by 2028"


def test_a_title_in_its_own_letters_comes_first(own: Scenario) -> None:
    assert parse_event("IPO by 2028", own, "--of").time != parse_event("ipo by 2028", own, "").time


def test_a_long_condition_is_called_as_it_is_written(own: Scenario) -> None:
    asked = " and ".join(f"{name} > 1" for name in ("revenue", "cash", "ebitda", "training", "fee"))
    event = parse_event(f"P({asked} and free cash flow > 1 in 2027)", own, "--of")
    assert event.in_words(own) == f"{asked} and free cash flow > 1 in 2027"
    assert changed(asked_of(own, [event]), {"cash.opening": 1.0}).outcomes
    with pytest.raises(ScenarioError, match=r"at most 200 characters; give it a title"):
        parse_event(f"{asked} and {asked} and {asked} by 2027", own, "--of")


def test_an_own_metric_may_have_a_word_of_comparisons(own: Scenario) -> None:
    assert parse_outcome("below plan 2027", own, "--of").name == "below plan 2027"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("revenue > 70% by 2027", "revenue is in bn USD, and 70% has no unit"),
        ("gross margin > 5 bn by 2027", "gross_margin has no unit, and 5 bn is in bn USD"),
        ("gross margin > 70 by 2027", "a margin is at most 1; write 0.7 for 70%"),
        ("revenue > $30 by 2027", "dollars, or billions"),
        ("cash > 1,00 by 2027", "--of: "),
        ("revenue > €30 by 2027", "€ has no meaning"),
        ("revenue > 30 bn by 2027 in 2028", "what is by here"),
        ("cash burn > 5 by 2027", "what is burn here"),
    ],
)
def test_what_is_no_condition_is_told(own: Scenario, said: str, told: str) -> None:
    with pytest.raises(ScenarioError, match="--of: ") as refused:
        parse_outcome(said, own, "--of")
    assert told in str(refused.value)
    assert "written_" not in str(refused.value)


@pytest.mark.parametrize(
    "part", ["a ", "$", "1", "1,000 ", "1e1", "gross margin ", "median ", "(", "not ", "by ", "P( "]
)
@pytest.mark.parametrize("times", [300, 20_000])
def test_long_texts_are_refused_at_once(own: Scenario, part: str, times: int) -> None:
    text = (part * times)[: max(900, times)]
    for hostile in (f"{text} > 3 by 2027", f"revenue > {text}", f"{text} between 1 and {text}"):
        with pytest.raises(ScenarioError):
            parse_outcome(hostile, own, "--of")
