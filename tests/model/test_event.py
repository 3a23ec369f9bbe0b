"""Outcomes by a date, and what is wanted of their probability, as people write them."""

import re

import pytest

from simulate.engine.run import run
from simulate.model.goal import parse_goal, parse_target
from simulate.model.outcome_texts import parse_event
from simulate.model.outcomes import with_target
from simulate.model.rows import Hit
from simulate.scenario import Scenario, ScenarioError


@pytest.mark.parametrize(
    ("text", "time", "quarter", "target"),
    [
        ("gross_margin 70% by 2027", Hit.MARGIN_PAYING, 7, 0.70),
        ("Gross margin 65.5% by 2027Q2", Hit.MARGIN_PAYING, 5, 0.655),
        ("gross margin, with free users, held 80 % by 2035", Hit.MARGIN_ALL_HELD, 39, 0.80),
        ("out of cash by 2026Q1", Hit.OUT_OF_CASH, 0, 0.70),
        ("free cash flow positive, four quarters in a row by 2030", Hit.CASH_FLOW_HELD, 19, 0.70),
    ],
)
def test_an_event_is_read_as_it_is_said(
    text: str, time: Hit, quarter: int, target: float, anthropic: Scenario
) -> None:
    event = parse_event(text, anthropic, "here")
    assert (event.time, event.quarter) == (time, quarter)
    assert with_target(anthropic, event).targets.gross_margin == target


def test_gross_margin_alone_is_the_companys_own(openai: Scenario) -> None:
    assert parse_event("gross margin by 2029", openai, "here").time == Hit.MARGIN_ALL


def test_an_event_is_told_in_words_and_in_short(anthropic: Scenario) -> None:
    event = parse_event("gross margin 72.5% by 2028", anthropic, "here")
    asked = with_target(anthropic, event)
    assert event.in_words(asked) == "gross margin (paying users) reaches 72.5% by the end of 2028"
    assert event.in_short(asked) == "margin 72.5% by 2028"


def test_a_lower_margin_is_reached_more_often(anthropic: Scenario) -> None:
    reached = []
    for target in ("60%", "70%"):
        event = parse_event(f"gross margin {target} by 2027", anthropic, "here")
        result = run(with_target(anthropic, event), paths=4096)
        reached.append(result.probability_by(event.time, event.quarter).value)
    assert reached[0] > reached[1] > 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gross margin", "not an outcome and a date"),
        ("gros margin by 2027", 'did you mean "gross margin"?'),
        ("profit by 2027", "known are: gross margin"),
        ("gross margin 70 by 2027", "not between 0 and 100%; write 0.7 for 70%"),
        (
            "gross margin 0,7 by 2027",
            '"0,7": a comma parts thousands, a point decimals; write "0.7"',
        ),
        ("gross margin -5% by 2027", "a gross margin of -5% is not between 0 and 100%"),
        ("out of cash 5% by 2027", '"out of cash" takes no level'),
        ("gross margin by 2040", "outside the horizon, 2026Q1 to 2035Q4"),
    ],
)
def test_what_is_no_event_is_explained(text: str, message: str, anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="^here: .*" + re.escape(message)):
        parse_event(text, anthropic, "here")


def test_a_target_is_at_least_or_at_most(anthropic: Scenario) -> None:
    target = parse_target("P(gross margin 70% by 2027) >= 50%", anthropic)
    assert (target.at_least, target.level) == (True, 0.5)
    assert [target.is_met(p) for p in (0.4, 0.5, 0.6)] == [False, True, True]
    other = parse_target("P(out_of_cash by 2030) ≤ 0.1", anthropic)
    assert [other.is_met(p) for p in (0.0, 0.1, 0.2)] == [True, True, False]
    assert other.in_words == "P(cash runs out by the end of 2030) at most 10%"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gross margin by 2027", "not a target; write it as"),
        ("P(gross margin by 2027) = 0.5", "not a target; write it as"),
        ("P(gross margin by 2027) >= 1.5", "no probability between 0 and 1"),
        ("P(gross margin by 2027) >= 50", "no probability between 0 and 1; write 0.5 for 50%"),
        ("P(gross margin by 2027) >= half", '"half" is no number'),
        ("P(gross margin by 2027) >= 0,5", 'write "0.5"'),
        ("P(gross margin by 2027) >= nan", '"nan" is no number'),
    ],
)
def test_what_is_no_target_is_explained(text: str, message: str, anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        parse_target(text, anthropic)


def test_a_run_until_an_error_is_of_the_scenarios_own_margin(anthropic: Scenario) -> None:
    assert parse_goal("P(gross margin 70% by 2027) ± 0.1%", anthropic).error == pytest.approx(0.001)
    with pytest.raises(ScenarioError, match=re.escape("--set targets.gross_margin=0.8")):
        parse_goal("P(gross margin 80% by 2027) ± 0.001", anthropic)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("0,0005", 'write "0.0005"'),
        ("inf", '"inf" is no number'),
        ("150%", '"150%" is no standard error from 0.0000001 to 0.5'),
        ("-0.1%", "is no standard error"),
    ],
)
def test_an_error_that_can_not_be_is_explained(
    error: str, message: str, anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        parse_goal(f"P(gross margin by 2027) ± {error}", anthropic)


def test_a_percentage_may_stand_apart_from_its_sign(anthropic: Scenario) -> None:
    assert parse_target("P(gross margin by 2027) >= 50 %", anthropic).level == 0.5
    assert parse_goal("P(gross margin by 2027) ± 0.1 %", anthropic).error == 0.001


def test_an_event_may_stand_within_its_probability(anthropic: Scenario) -> None:
    within = parse_event("P(gross margin by 2027)", anthropic, "here")
    assert within == parse_event("gross margin by 2027", anthropic, "here")
