"""Own lines, metrics and outcomes, against identities and against tables of kept paths."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulate.engine.result import Result
from simulate.engine.run import run, simulate_traces
from simulate.kernels.arrays import index
from simulate.model.catalogue import FUNDING_NEED
from simulate.model.rows import TRACED, Hit, Metric
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.own import STAGES
from simulate.scenario.quantities import QUANTITIES, TOLD_BY_NAME
from tests.model.test_paths import draws_by_path
from tests.scenarios import changed, without_uncertainty
from tests.slow_lab import live

PATHS = 4096
RULE_OF_40 = (
    "trailing(revenue) / trailing(previous(revenue, 4)) - 1 "
    "+ trailing(free_cash_flow) / trailing(revenue)"
)


def with_line(scenario: Scenario, counts_in: str, formula: str, **more: object) -> Scenario:
    line = {"name": "own", "counts_in": counts_in, "formula": formula, **more}
    return changed(scenario, {"lines": [line]})


def with_metric(scenario: Scenario, formula: str, unit: str = "share") -> Scenario:
    return changed(scenario, {"metrics": {"own": {"formula": formula, "unit": unit}}})


def test_a_share_of_revenue_is_as_many_points_more_of_other_cost_of_sales(
    anthropic: Scenario,
) -> None:
    first = anthropic.horizon.first_quarter
    share = anthropic.inference.other_sales_cost.quantile(0.5)
    dear = changed(anthropic, {"inference.other_sales_cost": share + 0.03})
    # What the base quarters cost is known, so both begin alike only where they are over.
    own = with_line(anthropic, "cost of revenue", "0.03 * revenue")
    before, after = (simulate_traces(each, PATHS) for each in (dear, own))
    quarters = slice(4, None)
    np.testing.assert_allclose(
        after[:, : len(Metric), quarters], before[:, : len(Metric), quarters], rtol=1e-9, atol=1e-9
    )
    assert own.lines[0].from_quarter is None and first > 0


@pytest.mark.parametrize("counts_in", STAGES)
def test_a_line_of_nothing_changes_no_bit(anthropic: Scenario, counts_in: str) -> None:
    plain, own = (
        run(each, paths=PATHS, keep_outcomes=True)
        for each in (anthropic, with_line(anthropic, counts_in, "0 * segment_revenue"))
    )
    assert plain.outcomes.equals(own.outcomes)
    np.testing.assert_array_equal(plain.tally.sums, own.tally.sums)


def test_financing_adds_to_cash_alone(anthropic: Scenario) -> None:
    free = changed(anthropic, {"cash.interest_rate": 0.0})
    loan = with_line(free, "financing", "(year - 2025) * unit", inputs={"unit": "1 bn"})
    before, after = (simulate_traces(each, 64) for each in (free, loan))
    cash = index(Metric.CASH)
    raised = np.cumsum(np.repeat(np.arange(1.0, 11.0), 4))
    np.testing.assert_allclose(after[:, cash], before[:, cash] + raised, rtol=1e-9, atol=1e-7)
    others = [index(metric) for metric in Metric if metric != Metric.CASH]
    np.testing.assert_array_equal(after[:, others], before[:, others])


def test_partners_share_own_revenue_only_where_it_goes_through_them(anthropic: Scenario) -> None:
    paid = changed(anthropic, {"other_costs.partner_share": 0.1})
    apart, through = (
        run(with_line(paid, "revenue", "1 + 0 * segment_revenue", through_partners=yes), paths=1024)
        for yes in (False, True)
    )
    margins = "gross margin, with partners' shares", "gross margin, paying users"
    taken = [r.paths_of(margins[1]) - r.paths_of(margins[0]) for r in (apart, through)]
    np.testing.assert_allclose(taken[1].iloc[:, 8:], 0.1, atol=1e-12)
    own = 4.0 / through.paths_of("revenue")
    np.testing.assert_allclose(taken[0].iloc[:, 8:], 0.1 * (1.0 - own.iloc[:, 8:]), atol=1e-12)


def test_a_line_is_booked_within_its_quarters_only(anthropic: Scenario) -> None:
    dated = {"from": "2027Q2", "until": "2027Q4"}
    own = with_line(anthropic, "operating cost", "1 + 0 * revenue", **dated)
    booked = simulate_traces(own, 64)[:, TRACED]
    expected = np.zeros(40)
    expected[5:8] = 1.0
    np.testing.assert_array_equal(booked, np.broadcast_to(expected, booked.shape))


def test_a_cap_on_the_total_is_reached_and_not_passed(anthropic: Scenario) -> None:
    capped = "min(0.2 * revenue, 7 - previous(total(own)))"
    booked = simulate_traces(with_line(anthropic, "operating cost", capped), 64)[:, TRACED]
    np.testing.assert_allclose(booked.sum(axis=1), 7.0, rtol=1e-12)
    assert booked.min() >= -1e-15


def test_what_cannot_be_is_no_value_and_books_nothing(anthropic: Scenario) -> None:
    own = with_line(anthropic, "operating cost", "revenue / (year - 2026)")
    plain = simulate_traces(anthropic, 64)
    traces = simulate_traces(own, 64)
    assert np.isnan(traces[:, TRACED, :4]).all() and np.isfinite(traces[:, TRACED, 4:]).all()
    np.testing.assert_array_equal(traces[:, : len(Metric), :4], plain[:, : len(Metric), :4])
    shares = run(own, paths=1024).without_value["own"]
    np.testing.assert_array_equal(shares, np.r_[np.ones(4), np.zeros(36)])


def test_the_rule_of_40_is_that_of_tables_of_paths(anthropic: Scenario) -> None:
    result = run(with_metric(anthropic, RULE_OF_40), paths=PATHS)
    revenue, flow = result.paths_of("revenue"), result.paths_of("free cash flow")
    expected = revenue / revenue.shift(4, axis="columns") - 1.0 + flow / revenue
    found = result.paths_of("own")
    np.testing.assert_allclose(found.iloc[:, 4:], expected.iloc[:, 4:], rtol=1e-9)
    assert result.without_value["own"].tolist() == [1.0] * 3 + [0.0] * 37


def test_the_burn_multiple_is_that_of_tables_of_paths(anthropic: Scenario) -> None:
    added = "trailing(revenue) - trailing(previous(revenue, 4))"
    burn = f"where(trailing(free_cash_flow) < 0, -trailing(free_cash_flow) / ({added}), 0)"
    result = run(with_metric(anthropic, burn), paths=PATHS)
    revenue, flow = result.paths_of("revenue"), result.paths_of("free cash flow")
    expected = (-flow / (revenue - revenue.shift(4, axis="columns"))).where(flow < 0.0, 0.0)
    # A division by nearly nothing shows the rounding of what is subtracted.
    np.testing.assert_allclose(result.paths_of("own").iloc[:, 4:], expected.iloc[:, 4:], rtol=1e-6)


def test_a_metric_of_the_model_is_counted_as_the_model_counts_it(anthropic: Scenario) -> None:
    result = run(with_metric(anthropic, "trailing(ebitda)", "bn USD"), paths=PATHS)
    np.testing.assert_array_equal(result.tally.money[:, -1], result.tally.money[:, 1])
    np.testing.assert_array_equal(result.tally.sums[:, -1], result.tally.sums[:, 1])


def test_an_outcome_of_the_model_is_counted_as_the_model_counts_it(anthropic: Scenario) -> None:
    target = anthropic.targets.gross_margin
    own = {
        "flows": {"when": "quarterly_free_cash_flow >= 0", "held": 4},
        "at_target": {"when": f"gross_margin_paying_users >= {target}"},
        "broke": {"when": "cash < 0"},
    }
    result = run(changed(anthropic, {"outcomes": own}), paths=PATHS)
    for name, time in (
        ("flows", Hit.CASH_FLOW_HELD),
        ("at_target", Hit.MARGIN_PAYING),
        ("broke", Hit.OUT_OF_CASH),
    ):
        np.testing.assert_array_equal(result.hits(name), result.hits(time))


@pytest.fixture(scope="module")
def counted(anthropic: Scenario) -> Result:
    return run(anthropic, paths=PATHS)


def test_a_condition_at_a_date_is_what_the_histogram_says(counted: Result) -> None:
    # An edge of a bin of money, so that none is shared.
    asked = counted.probability("P(revenue >= 64 in 2028)")
    assert asked == counted.probability_at_least("revenue", 2028, 64.0)


def test_a_condition_by_a_date_is_the_outcome_that_says_the_same(counted: Result) -> None:
    asked = counted.probability("cash < 0 by 2029")
    assert asked == counted.probability("out of cash by 2029")


@pytest.mark.parametrize(
    ("said", "same"),
    [
        (
            "gross margin >= 70% and free cash flow > 0 by 2029",
            "free_cash_flow > 0 and gross_margin >= 0.7 by 2029",
        ),
        ("P(run rate at least $50bn by 2026Q4)", "run_rate >= 50 by 2026Q4"),
        ("quarterly revenue > 900 m by 2027", "quarterly_revenue > 0.9 by 2027"),
        ("peak funding need < 50", "peak funding need < 50 in 2035"),
        ("gross margin, paying users ≥ 70% by 2028", "gross margin, paying users 70% by 2028"),
    ],
)
def test_a_condition_may_be_written_in_many_ways(counted: Result, said: str, same: str) -> None:
    assert counted.probability(said) == counted.probability(same)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("revnue >= 30 by 2027", 'did you mean "revenue"'),
        ("revenue >= 30", 'write "revenue >= 30 by 2027"'),
        ("revenue >= gross margin by 2027", "can't be compared"),
        ("revenue >= 30 by 2050", "outside the horizon"),
        ("revenue >= by 2027", "can't be read"),
    ],
)
def test_a_condition_that_is_none_is_told(counted: Result, text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        counted.probability(text)


def test_nothing_is_called_as_the_model_calls_its_own() -> None:
    said = {name for time in Hit for name in (time.title, time.short.replace(" {level}", ""))}
    said |= {metric.title for metric in Metric} | {"cash flow", "margin", FUNDING_NEED}
    names = {name.lower().replace(" ", "_") for name in said}
    could_be = {name for name in names if re.fullmatch(r"[a-z][a-z0-9_]*", name)}
    assert could_be <= TOLD_BY_NAME | set(QUANTITIES)


@pytest.mark.parametrize("name", ["payback", "training_cost"])
def test_an_outcome_can_not_be_called_as_another_is(anthropic: Scenario, name: str) -> None:
    with pytest.raises(ValidationError, match="choose another name"):
        changed(anthropic, {"outcomes": {name: {"when": "ebitda > 0"}}})


NAMES = ("revenue", "training", "free_cash_flow", "inference", "cost_of_revenue")
ratios = st.deferred(lambda: leaves | made)
leaves = st.one_of(
    st.sampled_from([0.0, 0.25, 1.0, 3.0, -2.0]).map(repr),
    st.sampled_from(NAMES).map(lambda name: f"({name} / revenue)"),
    st.just("(year - 2028)"),
    st.just("gross_margin"),
)
made = st.one_of(
    st.tuples(ratios, st.sampled_from("+-*/"), ratios).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    st.tuples(st.sampled_from(["min", "max"]), ratios, ratios).map(
        lambda t: f"{t[0]}({t[1]}, {t[2]})"
    ),
    st.tuples(st.sampled_from(["abs", "exp", "log", "total"]), ratios).map(
        lambda t: f"{t[0]}({t[1]})"
    ),
    st.tuples(st.sampled_from(["previous", "trailing"]), ratios, st.integers(1, 6)).map(
        lambda t: f"{t[0]}({t[1]}, {t[2]})"
    ),
    st.tuples(ratios, st.integers(-2, 3)).map(lambda t: f"({t[0]}) ** {t[1]}"),
    st.tuples(ratios, st.sampled_from(["<", ">=", "=="]), ratios, ratios, ratios).map(
        lambda t: f"where({t[0]} {t[1]} {t[2]}, {t[3]}, {t[4]})"
    ),
)


@pytest.fixture(scope="module")
def certain(anthropic: Scenario) -> Scenario:
    return changed(without_uncertainty(anthropic), {"horizon.last_quarter": "2028Q4"})


@given(formula=ratios)
@settings(max_examples=60, deadline=None)
def test_a_formula_is_worth_what_plain_python_makes_of_it(certain: Scenario, formula: str) -> None:
    own = with_metric(certain, f"0 * revenue / revenue + ({formula})")
    traced = simulate_traces(own, 1)[0, TRACED]
    points = np.full((1, 200), 0.5)
    slow = [each["own"] for each in live(own, draws_by_path(own, points)[0]).own_metrics]
    for fast, plain in zip(traced, slow, strict=True):
        if plain is None:
            assert not math.isfinite(fast)
        elif math.isfinite(fast):
            assert fast == pytest.approx(plain, rel=1e-6, abs=1e-6) or abs(plain) > 1e6


def test_a_value_of_many_paths_is_told_within_its_bin(anthropic: Scenario) -> None:
    """The octave from 8 to 16 has bins of an eighth, and a mean has none."""
    capped = {"formula": "min(max(trailing(revenue) / ebitda, -10), 10)", "unit": "times"}
    result = run(changed(anthropic, {"metrics": {"capped": capped}}), paths=4096)
    paths = result.paths_of("capped")["2027Q4"]
    assert (paths.abs() == 10.0).mean() > 0.2
    found = result.in_year("capped", 2027)
    assert 10.0 <= found["p90"].value <= 10.125 and -10.125 <= found["p05"].value <= -10.0
    assert result.probability("capped >= 10 in 2027").value > 0.1
