"""What pages say in words agrees with the numbers."""

import math
import re

import pytest
from pydantic import TypeAdapter

from simulate.analysis.compare import (
    Beside,
    Comparison,
    Statistic,
    compare,
    odds_by_year,
    side_by_side,
)
from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.model.rows import Hit
from simulate.output.report import group_inputs
from simulate.plots.density import HEIGHT, WIDTH, sparkline
from simulate.scenario import Scenario, load_scenario
from simulate.scenario.distributions import AnyDistribution
from simulate.text.assumptions import correlation_table
from simulate.text.compare import change_sentence, headline_table, paired_error_sentence
from simulate.text.dates import cash_flow_sentences, margin_sentences
from simulate.text.numbers import percent
from simulate.text.run import (
    error_sentences,
    headline,
    headline_years,
    interval_sentence,
    margin_table,
)
from tests.scenarios import changed

pytestmark = pytest.mark.usefixtures("january")

PATHS = 1 << 13


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(anthropic, paths=PATHS)


@pytest.fixture(scope="module")
def pair(anthropic: Scenario) -> Comparison:
    """The scenario, and itself with slightly dearer sales."""
    dearer = changed(anthropic, {"inference.other_sales_cost": {"value": 0.07}})
    return compare([anthropic, dearer], paths=PATHS)


def percentages(sentence: str) -> list[int]:
    return [int(number) for number in re.findall(r"(\d+)%", sentence)]


def test_the_margins_sentences_agree_with_the_result(result: Result) -> None:
    median, ends = margin_sentences(result)
    by = {q: result.probability_by(Hit.MARGIN_PAYING, q).value for q in range(40)}
    first = next(q for q, chance in by.items() if chance >= 0.5)
    assert f"by {result.quarter_name(first)} " in median and "Half of the paths" in median
    target, never = percentages(median)
    assert target == 70
    assert never == round(100 * result.probability_never(Hit.MARGIN_PAYING).value)
    held = result.probability_by_year(Hit.MARGIN_PAYING_HELD, 2035).value
    assert percentages(ends) == [round(100 * by[39]), round(100 * held)]


def test_a_target_that_fewer_than_half_reach_is_said_to_be_so(anthropic: Scenario) -> None:
    bold = run(changed(anthropic, {"targets.gross_margin": 0.9}), paths=PATHS)
    assert margin_sentences(bold)[0].startswith("Fewer than half of the paths have reached 90% by")
    assert bold.probability_by_year(Hit.MARGIN_PAYING, 2035).value < 0.5


def test_the_cash_flows_sentences_agree_with_the_result(result: Result) -> None:
    median, ends = cash_flow_sentences(result)
    assert f"by {result.hitting_quarter(Hit.CASH_FLOW_HELD, 0.5).quarter}." in median
    assert percentages(ends) == [
        round(100 * result.probability_by_year(time, 2035).value)
        for time in (Hit.CASH_FLOW_POSITIVE, Hit.CASH_FLOW_HELD)
    ]


def test_the_headline_is_of_the_projected_year_and_of_2030(result: Result) -> None:
    assert headline_years(result) == (2027, 2030)
    margin = result.probability_by_year(Hit.MARGIN_PAYING, 2027)
    cash_flow = result.probability_by_year(Hit.CASH_FLOW_HELD, 2030)
    assert f"the company's projection, in {percent(margin)} of paths." in headline(result)
    assert f"for four quarters in a row by the end of 2030 in {percent(cash_flow)}." in headline(
        result
    )
    (marked,) = [row.name for row in margin_table(result).rows if row.note]
    assert marked == "2027"


def test_years_of_the_headline_stay_within_the_horizon(anthropic: Scenario) -> None:
    short = changed(anthropic, {"horizon.last_quarter": "2026Q4", "funding": []})
    assert headline_years(run(short, paths=1024)) == (2026, 2026)


def test_the_errors_sentences_agree_with_the_result(result: Result) -> None:
    how, few = error_sentences(result)
    assert few.startswith("With fewer than 16,384 paths")
    assert "8,192 paths are 16 replicates" in how and "Sobol'" in how
    assert percentages(how)[-1] == round(100 / math.sqrt(30))
    chance = result.probability_by_year(Hit.MARGIN_PAYING, 2027)
    low, high = (float(x) for x in re.findall(r"([\d.]+)%", interval_sentence(result))[-2:])
    assert low == pytest.approx(100 * chance.low, rel=5e-5)
    assert high == pytest.approx(100 * chance.high, rel=5e-5)


def test_a_comparisons_figures_are_those_of_its_results(pair: Comparison) -> None:
    margin, held, *_ = side_by_side(pair)
    for place, found in enumerate(pair.results):
        assert margin.estimates[place] == found.probability_by_year(Hit.MARGIN_PAYING, 2027)
        assert held.estimates[place] == found.probability_by_year(Hit.CASH_FLOW_HELD, 2030)
    assert margin.changes == (pair.change_by_year(1, Hit.MARGIN_PAYING, 2027),)
    for figure in side_by_side(pair):
        change = figure.estimates[1].value - figure.estimates[0].value
        assert figure.changes[0].value == pytest.approx(change, abs=1e-9)


def test_the_sentence_on_paired_errors_agrees_with_them(pair: Comparison) -> None:
    figures = side_by_side(pair)
    apart = [math.hypot(*(e.standard_error for e in f.estimates)) for f in figures]
    ratios = [f.changes[0].standard_error / a for f, a in zip(figures, apart, strict=True)]
    known = sorted(ratio for ratio in ratios if ratio > 0.0)
    low, high, middle = percentages(paired_error_sentence(figures))
    assert (low, high) == (round(100 * known[0]), round(100 * known[-1]))
    assert known[0] <= middle / 100 + 0.005 and middle / 100 - 0.005 <= known[-1]
    assert high < 60  # so alike are the two


def test_a_change_is_told_only_where_it_is_clear_of_its_error() -> None:
    odds = Statistic("odds", "odds", "odds", "probability", True, lambda _: pytest.fail("not read"))

    def moved(*changes: tuple[float, float]) -> str:
        levels = [Estimate(0.5 + change, 0.01, 0.0, 1.0) for change, _ in [(0.0, 0.0), *changes]]
        moves = [Estimate(change, error, 0.0, 0.0) for change, error in changes]
        return change_sentence(Beside(odds, tuple(levels), tuple(moves)))

    assert moved((0.1, 0.01), (-0.1, 0.01)) == (
        "odds: 50% in A; 60% in B (+10.0 ± 1.0 points); 40% in C (-10.0 ± 1.0 points)."
    )
    assert "(+1.0 ± 1.0 points, which can't be told from none)" in moved((0.01, 0.01))
    assert moved((0.0, math.nan)) == "odds: 50% in A; 50% in B (the same count of paths)."


def test_a_scenario_against_itself_has_no_change_and_no_sentence_on_errors(
    anthropic: Scenario,
) -> None:
    figures = side_by_side(compare([anthropic, anthropic], paths=1024))
    assert {row.cells[2] for row in headline_table(figures, "", [1]).rows} == {"no change"}
    assert paired_error_sentence(figures) == ""


def test_horizons_of_different_length_are_compared_over_the_shorter(anthropic: Scenario) -> None:
    short = changed(anthropic, {"horizon.last_quarter": "2028Q4"})
    both = compare([anthropic, short], paths=1024)
    assert list(odds_by_year(both, Hit.MARGIN_PAYING)) == [2026, 2027, 2028]
    assert "by the end of 2028" in side_by_side(both)[1].figure.name


def test_a_correlation_with_a_certain_number_is_said_to_be_without_effect() -> None:
    certain = load_scenario("anthropic.toml", settings=["segments.api.growth.initial=0.9"])
    noted = [row.name for row in correlation_table(certain).rows if row.note]
    assert noted and all("segments.api.growth.initial" in name for name in noted)


def test_a_matrix_of_correlations_is_listed_pair_by_pair(anthropic: Scenario) -> None:
    names = ["inference.efficiency_gain", "inference.price_erosion", "training.growth.initial"]
    matrix = [[1.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 1.0]]
    given = {"all": {"inputs": names, "matrix": matrix, "source": "assumption: mine"}}
    rows = correlation_table(changed(anthropic, {"correlations": given})).rows
    assert [row.cells for row in rows] == [("0.5", "assumption: mine"), ("0.2", "assumption: mine")]


def test_a_sparkline_fills_its_box_and_marks_the_quantiles(anthropic: Scenario) -> None:
    shown = sparkline(anthropic.inference.overrun_carried)
    heights = [float(point.split()[1]) for point in re.findall(r"[\d.]+ [\d.]+", shown.area)]
    assert min(heights) == 0.0 and max(heights) == HEIGHT
    p10, p50, p90 = shown.marks
    # Uniform, with its limits inside the box.
    assert p50 == pytest.approx(WIDTH / 2.0, abs=0.1)
    assert p90 - p50 == pytest.approx(p50 - p10, abs=0.1)
    assert shown.stems == ""


def test_a_sparkline_of_single_values_is_stems_as_high_as_they_are_probable() -> None:
    odds = {"distribution": "discrete", "values": [1.0, 2.0, 4.0], "weights": [0.2, 0.5, 0.3]}
    shown = sparkline(TypeAdapter(AnyDistribution).validate_python(odds))
    tops = [float(top) for top in re.findall(r"M[\d.]+ ([\d.]+)V", shown.stems)]
    assert tops == pytest.approx([HEIGHT * (1 - mass / 0.5) for mass in (0.2, 0.5, 0.3)], abs=0.06)
    assert shown.area == ""


def test_a_page_writes_a_quantity_as_people_read_it(anthropic: Scenario) -> None:
    listed = {m.key: m for group in group_inputs(anthropic) for m in group.members}
    assert listed["inference.overrun"].values == ("-8%", "2%", "23%")
    assert listed["inference.overrun"].kind == "lognormal, each year"
    assert listed["free_users.growth"].values == ("0", "0.3", "0.6")
    assert listed["base_year.revenue"].values == ("4.5",)
    assert listed["base_year.revenue"].picture is None
