"""A statistic of an outcome: texts that mean it, and the same number from every path."""

import re

import numpy as np
import pytest

from simulate.analysis.compare import compare
from simulate.analysis.sweep import sweep
from simulate.engine.run import run
from simulate.model.goal import parse_goal, parse_target
from simulate.model.outcome_texts import parse_outcome
from simulate.model.outcomes import Amount, Event, PeakFundingNeed
from simulate.model.rows import Hit, Metric
from simulate.model.statistics import OutcomeStatistic, parse_statistic
from simulate.plots.sweep import plot_sweep
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.own import OwnMetric
from tests.scenarios import changed

pytestmark = pytest.mark.usefixtures("january")

CASH_2028, REVENUE_2027 = Amount(Metric.CASH, 11, "2028"), Amount(Metric.REVENUE, 7, "2027")
SAID = {
    "P10(cash 2028)": OutcomeStatistic(CASH_2028, "p10"),
    "p10 ( cash  2028 )": OutcomeStatistic(CASH_2028, "p10"),
    "P10 of cash 2028": OutcomeStatistic(CASH_2028, "p10"),
    "P5 cash 2028Q4": OutcomeStatistic(CASH_2028, "p05"),
    "P05 of the cash 2028": OutcomeStatistic(CASH_2028, "p05"),
    "P90(peak funding need)": OutcomeStatistic(PeakFundingNeed(), "p90"),
    "P90 of the peak need": OutcomeStatistic(PeakFundingNeed(), "p90"),
    "mean(revenue 2027)": OutcomeStatistic(REVENUE_2027, "mean"),
    "Mean revenue of 2027": OutcomeStatistic(REVENUE_2027, "mean"),
    "median(revenue 2027)": OutcomeStatistic(REVENUE_2027, "p50"),
    "P50(revenue 2027)": OutcomeStatistic(REVENUE_2027, "p50"),
    "revenue twelve months to 2027Q4": OutcomeStatistic(REVENUE_2027, "p50"),
    "P(out of cash by 2028)": OutcomeStatistic(Event(Hit.OUT_OF_CASH, 11, "2028"), "mean"),
}


def statistic(text: str, scenario: Scenario) -> OutcomeStatistic:
    return parse_statistic(text, scenario, "here")


@pytest.mark.parametrize("text", SAID)
def test_a_statistic_is_said_in_several_ways_and_its_name_is_read_back(
    text: str, anthropic: Scenario
) -> None:
    found = statistic(text, anthropic)
    assert found == SAID[text]
    assert statistic(found.name, anthropic) == found
    assert statistic(found.in_words(anthropic), anthropic).kind == found.kind


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("P20(cash 2028)", 'P25, P50, P75, P90, P95, and no P20; write "P25(cash 2028)"'),
        ("P99.5 of peak need", 'no P99.5; write "P95(peak funding need)"'),
        ("P10(out of cash by 2028)", 'no P10; write "P(out of cash by 2028)"'),
        ("mean(revenue >= 30 by 2027)", 'no mean; write "P(revenue >= 30 by 2027)"'),
        ("mean(quarterly revenue 2027Q3)", 'write "revenue twelve months to 2027Q3"'),
        ("P(revenue 2027 >= 30)", 'the date stands last; write "revenue >= 30 by 2027", or "'),
        ("P10(P10(cash 2028))", 'a number of each is asked for; write "cash 2028"'),
        ("P10(cassh 2028)", 'no metric "cassh"; did you mean "cash"?'),
    ],
)
def test_what_is_no_statistic_is_explained(text: str, message: str, anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="^here: .*" + re.escape(message)):
        statistic(text, anthropic)


def test_where_a_number_of_each_path_is_asked_for_a_quantile_is_none(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match='a number of each is asked for; write "cash 2028"'):
        parse_outcome("P10(cash 2028)", anthropic, "here")


def test_a_metric_of_ones_own_may_begin_with_a_statistics_name(anthropic: Scenario) -> None:
    own = {"mean_margin": OwnMetric(formula="gross_margin", unit="share")}
    scenario = anthropic.model_copy(update={"metrics": own})
    asked = statistic("mean margin >= 60% by 2027", scenario)
    assert asked.name == "P(mean margin >= 60% by 2027)"
    assert statistic("mean margin 2027", scenario).name == "median mean margin 2027"
    assert statistic("P10(mean margin 2027)", scenario).name == "P10 of mean margin 2027"


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("P10(cash 2028) >= 0", 0.0, "P10 of cash 2028 at least 0 bn USD"),
        ("mean(revenue 2027) > $900 m", 0.9, "mean revenue 2027 at least 0.9 bn USD"),
        (
            "median gross margin 2027 is at least 70%",
            0.7,
            "median gross margin, paying users 2027 at least 70%",
        ),
        ("peak need at most 50", 50.0, "median peak funding need at most 50 bn USD"),
        ("EBITDA 2027 <= -2 bn", -2.0, "median EBITDA 2027 at most -2 bn USD"),
        (
            "P(revenue >= 30 by 2027) >= 0.5",
            0.5,
            "P(twelve-month revenue is at least 30 bn by the end of 2027) at least 50%",
        ),
    ],
)
def test_a_target_is_a_statistic_and_its_level(
    text: str, level: float, words: str, anthropic: Scenario
) -> None:
    target = parse_target(text, anthropic)
    assert target.level == pytest.approx(level)
    assert target.in_words == words
    if not target.statistic.outcome.is_probability:
        assert parse_target(words, anthropic) == target


def test_a_level_is_in_the_unit_of_its_amount(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match=re.escape("at most 1; write 0.7 for 70%")):
        parse_target("gross margin 2027 >= 70", anthropic)
    with pytest.raises(ScenarioError, match='"70%" is a percentage; the unit here is bn USD'):
        parse_target("P10(cash 2028) >= 70%", anthropic)
    assert parse_goal("P10(gross margin 2027) ± 0.1%", anthropic).error == pytest.approx(0.001)


def test_a_run_knows_each_statistic_as_its_paths_have_it(anthropic: Scenario) -> None:
    short = changed(anthropic, {"horizon.last_quarter": "2028Q4"})
    result = run(short, paths=4096, keep_outcomes=True, measures={"cash 2028": CASH_2028.of_traces})
    cash = result.outcomes["cash 2028"].to_numpy()
    need = result.outcomes["peak funding need"].to_numpy()
    # A bin of money is 1.6% wide; sums are kept to 2**-16 billion a path.
    assert result.statistic("mean(cash 2028)").value == pytest.approx(cash.mean(), abs=2e-5)
    for level in (5, 10, 25, 50, 75, 90, 95):
        for name, paths in (("cash 2028", cash), ("peak funding need", need)):
            expected = np.percentile(paths, level)
            found = result.statistic(f"P{level}({name})").value
            assert found == pytest.approx(expected, rel=0.017, abs=0.05)
    assert result.statistic("cash 2028") == result.statistic("P50(cash 2028)")
    assert result.statistic("out of cash by 2028") == result.probability("out of cash by 2028")


def test_paths_are_added_until_a_quantile_is_known(anthropic: Scenario) -> None:
    short = changed(anthropic, {"horizon.last_quarter": "2027Q4"})
    result = run(short, until="P10(cash 2027) ± 0.5 bn", paths=1 << 15)
    assert result.goal.startswith("Goal met: P10(cash 2027) ± 0.5 bn")
    assert result.statistic("P10(cash 2027)").standard_error <= 0.5


def test_a_grid_is_of_the_quantile_that_is_asked_for(anthropic: Scenario) -> None:
    found = sweep(anthropic, "cash.opening=10,20", "P10(cash 2027)", paths=2048)
    richer = anthropic.changed({"cash.opening": 20})
    _, there = compare([anthropic, richer], paths=2048).results
    assert found.cells[1].figures[0].value == there.statistic("P10(cash 2027)").value
    assert found.figures[0].short == "P10 of cash 2027, bn USD"
    assert plot_sweep(found).axes[0].get_ylabel() == "P10, bn USD"
