"""One text for a number of a path, understood wherever one is asked for."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from simulate.engine.reading import read
from simulate.engine.run import run
from simulate.kernels.arrays import index
from simulate.model.catalogue import FUNDING_NEED
from simulate.model.goal import parse_goal, parse_target
from simulate.model.observation import parse_observation
from simulate.model.outcome_texts import as_condition, parse_event, parse_outcome
from simulate.model.outcomes import (
    FLOWS,
    Amount,
    Event,
    Outcome,
    PeakFundingNeed,
    headline_events,
    refuse_uncounted,
)
from simulate.model.rows import Hit, Metric
from simulate.model.statistics import usual_statistic
from simulate.scenario import Scenario, ScenarioError
from tests.calling import call
from tests.scenarios import changed

pytestmark = pytest.mark.usefixtures("january")

ALIKE = {
    "out of cash by 2028": (
        "out of cash by 2028Q4",
        "P(out of cash by 2028)",
        "p( Out_of_cash  by 2028q4 )",
        "P(cash runs out by the end of 2028)",
    ),
    "gross margin 72.5% by 2027": (
        "gross margin, paying users 72.5 % by 2027",
        "P(gross margin (paying users) reaches 72.5% by the end of 2027)",
        "margin 72.5% by 2027",
        "gross_margin 0.725 by 2027Q4",
    ),
    "gross margin, paying users, held by 2029": ("margin held by 2029",),
    "free cash flow positive, four quarters in a row by 2030": (
        "4 quarters of cash flow > 0 by 2030",
        "P(free cash flow has been positive for four quarters in a row by the end of 2030)",
    ),
    "revenue 2027": (
        "Revenue 12 months to 2027Q4",
        "revenue twelve-months to 2027q4",
        "median revenue of 2027",
        "revenue in 2027",
    ),
    "revenue 2026Q3": ("quarterly revenue 2026Q3", "Quarterly  revenue of 2026q3"),
    "free cash flow 2027": ("cash flow 2027", "median cash flow of 2027", "free_cash_flow 2027"),
    "gross margin, paying users 2027": ("gross margin 2027", "margin twelve months to 2027Q4"),
    "cash 2027Q4": ("cash 2027", "Cash of 2027Q4"),
    "peak funding need": ("median peak funding need", "Peak_Funding_Need", "peak need"),
}


def outcome(text: str, scenario: Scenario) -> Outcome:
    return parse_outcome(text, scenario, "here")


def every_outcome(scenario: Scenario) -> list[Outcome]:
    """Return one of each hitting time and metric, by year and by twelve months, and the need."""
    amounts = [
        Amount(metric, quarter, date)
        for metric in Metric
        for quarter, date in ((7, "2027"), (5, "twelve months to 2027Q2"))
        if metric != Metric.CASH or quarter == 7
    ]
    return [
        *(Event(time, 7, "2027") for time in Hit),
        *amounts,
        *headline_events(scenario),
        PeakFundingNeed(),
    ]


@pytest.mark.parametrize(("text", "others"), ALIKE.items())
def test_what_means_the_same_is_the_same(
    text: str, others: tuple[str, ...], anthropic: Scenario
) -> None:
    assert [outcome(other, anthropic) for other in others] == [outcome(text, anthropic)] * len(
        others
    )


def test_other_numbers_are_other_outcomes(anthropic: Scenario, openai: Scenario) -> None:
    found = [outcome(text, anthropic) for text in ALIKE]
    assert len(set(found)) == len(found)
    assert outcome("revenue 2027Q4", anthropic) != outcome("revenue 2027", anthropic)
    assert outcome("margin by 2027", openai) == Event(Hit.MARGIN_ALL, 7, "2027")
    assert outcome("margin 2027", openai) == Amount(Metric.MARGIN_ALL, 7, "2027")


def test_every_name_that_is_printed_is_read_back(anthropic: Scenario) -> None:
    for known in every_outcome(anthropic):
        assert outcome(known.name, anthropic) == outcome(known.asked, anthropic) == known
        if isinstance(known, Event):
            is_margin = known.time.title.startswith("gross margin")
            for said in (known.in_words(anthropic), f"P({known.in_words(anthropic)})"):
                found = parse_event(said, anthropic, "here")
                assert (found.time, found.quarter) == (known.time, known.quarter)
                assert found.level == (0.7 if is_margin else None)


def test_each_question_takes_the_same_texts(anthropic: Scenario) -> None:
    for text in ("out of cash by 2028", "P(cash runs out by the end of 2028)"):
        event = Event(Hit.OUT_OF_CASH, 11, "2028")
        assert parse_event(text, anthropic, "here") == event
        assert parse_goal(f"{text} ± 0.1%", anthropic).statistic.outcome == event
        assert parse_target(f"{text} at most 10%", anthropic).statistic.outcome == event
        assert parse_observation(f"{text} = no", anthropic).seen == event
    for text in ("revenue 2027", "median revenue of 2027"):
        amount = Amount(Metric.REVENUE, 7, "2027")
        assert parse_goal(f"{text} ± 100 m", anthropic).statistic.outcome == amount
        assert parse_observation(f"{text} = 20 bn ± 5%", anthropic).seen == amount


def test_a_target_in_words_is_read_back(anthropic: Scenario) -> None:
    for text in (
        "gross margin 65% by 2027 >= 0.5",
        "P(4 quarters of cash flow > 0 by 2030) <= 40%",
        "out of cash by 2030 at most 10%",
    ):
        target = parse_target(text, anthropic)
        assert parse_target(target.in_words, anthropic) == target


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gross margin", 'not an outcome and a date; write it as "gross margin by 2027"'),
        ("peak fundng need", 'did you mean "peak funding need"?'),
        ("revenue by 2027", '"revenue" is an amount, which comes by no date; write "revenue 2027"'),
        ("out of cash 2027", 'an event, which comes by a date; write "out of cash by 2027"'),
        ("gross margin 70% 2027", 'write "gross margin 70% by 2027"'),
        ("peak funding need 2027", "is that of the whole horizon"),
        ("peak need by 2027", 'is that of the whole horizon; write "peak funding need"'),
        ("P(revenue 2027)", 'an amount has no probability; write "revenue 2027" without P( )'),
        ("revenu 2027", 'no metric "revenu"; did you mean "revenue"?'),
        ("run rate 2027", 'to count it, add [metrics.NAME] with formula = "run_rate"'),
        ("out of money by 2027", 'did you mean "out of cash"?'),
        ("quarterly revenue 2027", 'write "quarterly revenue 2027Q4"'),
        ("cash twelve months to 2027Q2", 'write "cash 2027Q2"'),
        ("revenue 2025", "2025 lies outside the horizon, 2026Q1 to 2035Q4"),
        ("out of cash by 2028Q5", "not an outcome and a date"),
    ],
)
def test_what_is_no_outcome_is_explained(text: str, message: str, anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="^here: .*" + re.escape(message)):
        outcome(text, anthropic)


def test_the_name_of_a_target_stands_for_it_by_its_date(anthropic: Scenario) -> None:
    wanted = {"title": "revenue >= 100", "when": "revenue >= 100", "by": "2028Q2"}
    scenario = anthropic.changed({"outcomes.big": wanted})
    by_its_date = outcome("revenue >= 100 by 2028Q2", scenario)
    assert outcome("revenue >= 100", scenario) == by_its_date
    assert outcome("P(revenue >= 100)", scenario) == by_its_date
    assert parse_target("P(revenue >= 100) >= 0.5", scenario).statistic.outcome == by_its_date
    assert outcome("revenue >= 100 by 2029", scenario) != by_its_date


def test_an_own_line_is_counted_by_a_metric(anthropic: Scenario) -> None:
    line = {"name": "free api", "counts_in": "operating cost", "formula": "0.1 * revenue"}
    with pytest.raises(ScenarioError, match=r'add \[metrics.NAME\] with formula = "free_api"'):
        outcome("free api 2027", changed(anthropic, {"lines": [line]}))


Parse = Callable[[str, Scenario], object]
UNANSWERED: dict[str, tuple[Parse, str, str]] = {
    "an amount that shall be probable": (
        parse_target,
        "P(revenue 2027) >= 0.5",
        'an amount has no probability; write "revenue 2027" without P( )',
    ),
    "an amount that shall be a percentage": (
        parse_target,
        "revenue 2027 >= 50%",
        '"50%" is a percentage; the unit here is bn USD',
    ),
    "a quarter's flow until an error": (
        parse_goal,
        "revenue 2026Q3 ± 0.1 bn",
        'not by quarter; write "revenue twelve months to 2026Q3"',
    ),
    "a percentage as an amount's error": (
        parse_goal,
        "revenue 2027 ± 1%",
        '"1%" is a percentage; the unit here is bn USD',
    ),
    "no error of an amount": (parse_goal, "peak funding need ± 0", "no standard error above 0"),
    "the need before the horizon's end": (
        parse_observation,
        "peak funding need = 3 bn ± 5%",
        "known at the end of the horizon only",
    ),
    "an error of yes": (parse_observation, "out of cash by 2027 = no ± 5%", "leave out ± 5%"),
}


@pytest.mark.parametrize("kind", UNANSWERED)
def test_a_question_says_what_it_can_be_asked(kind: str, anthropic: Scenario) -> None:
    parse, text, message = UNANSWERED[kind]
    with pytest.raises(ScenarioError, match=re.escape(message)):
        parse(text, anthropic)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["discover", "--target", "revenue 2027"], "revenue 2027 is an amount"),
        (["discover", "--of", "P10(cash 2028)"], 'as a condition, "cash < 5 bn in 2028"'),
        (["discover", "--of", "P90 of peak need"], '"peak funding need < 5 bn"'),
        (["drivers", "--of", "P90(revenue 2027)"], 'ask for "revenue 2027"'),
        (["sweep", "--vary", "cash.tax_rate=0,0.1", "--of", "revenue 2026Q3"], "not by quarter"),
        (["drivers", "--outcome", "margin 80% by 2027"], "--set targets.gross_margin=0.8"),
        (["run", "--until", "revenue 2027"], "not a goal; write it as"),
    ],
)
def test_what_a_command_can_not_answer_ends_in_status_2(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, *arguments) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_an_amount_is_told_a_condition_that_can_be_asked(anthropic: Scenario) -> None:
    of_a_quarter = [Amount(metric, 6, "2027Q3", is_own=True) for metric in FLOWS]
    every = [*every_outcome(anthropic), *of_a_quarter]
    amounts = [outcome for outcome in every if not isinstance(outcome, Event)]
    assert len(amounts) > len(Metric)
    for amount in amounts:
        event = parse_event(as_condition(amount), anthropic, "")
        assert event.quarter == getattr(amount, "quarter", event.quarter)


def test_a_runs_counts_and_its_kept_paths_tell_the_same(anthropic: Scenario) -> None:
    short = changed(anthropic, {"horizon.last_quarter": "2027Q4"})
    asked = [o for o in every_outcome(short) if not isinstance(o, Amount) or not o.is_own]
    amounts = {o.name: o.of_traces for o in asked if isinstance(o, Amount)}
    result = run(short, paths=4096, keep_outcomes=True, measures=amounts)
    assert result.outcomes is not None
    for each in asked:
        refuse_uncounted(each, "here")
        paths = each.of_paths(result.outcomes)
        counted = read(usual_statistic(each), result).estimate.value
        if each.is_probability:
            assert counted == pytest.approx(paths.mean(), abs=1e-12)
        else:
            # A bin of money is 1.6% wide, one of margin 0.002.
            assert counted == pytest.approx(np.median(paths), rel=0.017, abs=0.002)
        low, high = each.bounds
        assert low <= paths.min() and paths.max() <= high


def test_the_kernels_rows_and_traces_give_what_kept_paths_give(anthropic: Scenario) -> None:
    rng = np.random.default_rng(1)
    traces = rng.normal(size=(64, len(Metric), 40))
    names = [*(time.title for time in Hit), FUNDING_NEED]
    rows = {name: rng.integers(0, 41, 64).astype(np.float32) for name in names}
    year = outcome("EBITDA 2027", anthropic)
    np.testing.assert_array_equal(year.of_block(rows, traces), traces[:, index(Metric.EBITDA), 7])
    event = outcome("cumulative payback by 2030", anthropic)
    np.testing.assert_array_equal(event.of_block(rows, traces), rows[Hit.PAYBACK.title] <= 19)
    need = PeakFundingNeed().of_block(rows, traces)
    np.testing.assert_array_equal(need, rows[FUNDING_NEED])
