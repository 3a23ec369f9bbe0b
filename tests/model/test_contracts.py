"""Compute, partners and a budget that reacts: identities on every path, and closed forms."""

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from simulate.analysis.typical_paths import cash_flow_statements
from simulate.engine.run import run, simulate_traces
from simulate.kernels.arrays import index
from simulate.model.catalogue import metrics_of
from simulate.model.rows import TRACED, Flow, Metric, traced
from simulate.scenario import Scenario
from simulate.text.run import told_margins
from tests.contracts import BUDGET, CONTRACTS, REVENUE_SHARES, WITH_CAPACITY
from tests.january import of_january
from tests.model.test_closed_forms import MU, quiet
from tests.scenarios import changed

PATHS = 1024
# A lab whose revenue stands still and pays for all but training.
STILL: dict[str, Any] = {
    "horizon.last_quarter": "2029Q4",
    "base_year": {"revenue": 4.0, "monthly_revenue": 1 / 3}
    | {"training": 4.0, "training_run_rate": 4.0},
    "segments": [{"name": "all", "share_of_revenue": 1.0, "inference_cost": 0.0}],
    "free_users.annual_cost": 0.0,
    "inference.base_overrun": 0.0,
    "inference.other_sales_cost": 0.0,
    "training.growth": {"initial": 0.0, "lasting": 0.0, "half_life": 1.0},
    "training.floor": 0.0,
    "other_costs": {"fixed": 0.0, "variable": 1.0},
    "cash": {"opening": 4.0, "tax_rate": 0.0},
    "funding": [],
}


@cache
def still() -> Scenario:
    return changed(quiet(), STILL)


def flows(scenario: Scenario, flow: Flow) -> NDArray[np.float64]:
    """Return a flow by quarter on the one path of a scenario without chance."""
    return simulate_traces(scenario, 1)[0, traced(flow)]


def measured(scenario: Scenario, **formulas: str) -> dict[str, NDArray[np.float64]]:
    """Return what formulas come to, shape (paths, quarters)."""
    money = {name: {"formula": formula, "unit": "bn USD"} for name, formula in formulas.items()}
    asked = changed(scenario, {"metrics": money})
    traces, names = simulate_traces(asked, PATHS), [*asked.added_metrics, *asked.metrics]
    return {name: traces[:, TRACED + names.index(name)] for name in formulas}


def seen(scenario: Scenario, name: str) -> NDArray[np.float64]:
    """Return a quantity by quarter on the one path of a scenario without chance."""
    unit = "share" if name in ("unserved_share", "training_cut") else "bn USD"
    asked = changed(scenario, {"metrics": {"it": {"formula": name, "unit": unit}}})
    return simulate_traces(asked, 1)[0, TRACED + [*asked.added_metrics, *asked.metrics].index("it")]


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
@pytest.mark.parametrize("contracts", [CONTRACTS, WITH_CAPACITY], ids=["contracts", "capacity"])
def test_the_accounts_balance_in_every_quarter_of_every_path(lab: str, contracts: dict) -> None:
    certain = contracts["compute"] | {"of_training": 0.9, "resold": 0.25}
    commitments = [each | {"cancellable": 0.0} for each in contracts["commitments"]]
    scenario = changed(
        of_january(lab),
        contracts | {"compute": certain, "commitments": commitments, "funding": []},
    )
    found = measured(
        scenario,
        roll_forward="previous(commitments_ahead) - commitments - commitments_ahead",
        use="inference + 0.9 * training - compute_use",
        paid_for="min(compute_use, commitments) + idle_compute - commitments",
        cost_of_idle="0.75 * idle_compute - idle_compute_cost",
        result="revenue - cost_of_revenue - free_inference + depreciation - training"
        " - other_costs - ebitda",
        sources_and_uses="opening_cash + free_cash_flow - cash",
        most="revenue",
    )
    scale = found.pop("most") + 1.0
    for name, left in found.items():
        assert np.max(np.abs(left) / scale) < 1e-9, name


def test_what_contracts_move_stands_in_the_bridge_which_adds_up(anthropic: Scenario) -> None:
    fees = {"name": "fees", "counts_in": "revenue", "formula": "0.05 * segment_revenue"}
    levy = {"name": "levy", "counts_in": "operating cost", "formula": "0.1 * idle_compute_cost"}
    result = run(changed(anthropic, WITH_CAPACITY | {"lines": [fees, levy]}), paths=1024)
    names = ["unserved demand", "idle compute", "shares of revenue"]
    moved = dict.fromkeys(names, 0.0)
    for path in range(0, 64, 7):
        for year, lines in cash_flow_statements(result, path).items():
            trace = result.traces[path, :, result.last_quarter(year)]
            sums = [line for line in lines if line.is_sum]
            parts = np.cumsum([0.0 if line.is_sum else line.value for line in lines])
            totals = [parts[lines.index(line)] for line in sums]
            np.testing.assert_allclose([line.value for line in sums], totals, atol=1e-6)
            metrics = trace[[index(Metric.EBITDA), index(Metric.FREE_CASH_FLOW)]]
            np.testing.assert_allclose(totals[:2], metrics, atol=1e-6)
            before = next(k for k, line in enumerate(lines) if line.name == "inference")
            revenue = sum(line.value for line in lines[:before])
            assert revenue == pytest.approx(trace[index(Metric.REVENUE)])
            for line in lines:
                if line.name in moved:
                    moved[line.name] += line.value
    assert all(amount < 0.0 for amount in moved.values())


@pytest.mark.parametrize("lab", ["anthropic", "openai"])
def test_idle_compute_costs_what_it_lacks_of_resale_and_nothing_else(lab: str) -> None:
    signed = {"name": "cloud", "amount": 300.0, "first_quarter": "2026Q2"}
    compute = {"resold": 0.4}
    without = changed(of_january(lab), {"compute": compute})
    with_it = changed(without, {"commitments": [signed | {"last_quarter": "2032Q1"}]})
    before, after = (simulate_traces(each, PATHS) for each in (without, with_it))
    idle = measured(with_it, cost="idle_compute_cost")["cost"]
    assert np.mean(idle[:, 2] > 0.0) > 0.5
    lost = before[:, traced(Flow.EBITDA)] - after[:, traced(Flow.EBITDA)]
    np.testing.assert_allclose(lost, idle, rtol=1e-9, atol=1e-9)
    margins = slice(index(Metric.MARGIN_INFERENCE), index(Metric.MARGIN_ALL) + 1)
    np.testing.assert_array_equal(before[:, margins], after[:, margins])


def test_what_changes_nothing_leaves_every_path_as_it_is(anthropic: Scenario) -> None:
    nothing = {
        "compute": {"capacity_by_year": {"2026": 1e3}},
        "commitments": [
            {"name": "free", "amount": 900.0, "first_quarter": "2026Q1"}
            | {"last_quarter": "2030Q4", "cancellable": 1.0}
        ],
        "revenue_shares": [{"name": "none", "share": 0.0}],
        "training.lag": 3.0,
        "training.cut": {"below_months": 12.0, "most": 0.0},
    }
    early = {"horizon.last_quarter": "2028Q4"}
    plain, other = (
        run(changed(anthropic, early | more), paths=4096, keep_outcomes=True)
        for more in ({}, nothing)
    )
    assert other.outcomes.equals(plain.outcomes)
    np.testing.assert_array_equal(plain.tally.hits, other.tally.hits)
    np.testing.assert_array_equal(plain.tally.margin, other.tally.margin)


def test_a_part_is_counted_only_where_a_scenario_has_it(anthropic: Scenario) -> None:
    titles = ["compute in use", "committed compute", "cost of idle compute", "commitments to come"]
    with_them = changed(anthropic, CONTRACTS)
    assert not set(titles) & set(metrics_of(anthropic).values())
    assert list(metrics_of(with_them).values())[len(Metric) :] == [*titles, "cut of training"]


def test_without_contracts_their_names_are_free(anthropic: Scenario) -> None:
    line = {"name": "commitments", "counts_in": "operating cost", "formula": "0.1 * revenue"}
    scenario = changed(anthropic, {"lines": [line]})
    for part in ({"compute": {}}, {"training.cut": BUDGET["training.cut"]}):
        with pytest.raises(ValueError, match='"commitments" is a quantity of the model'):
            changed(scenario, part)


def test_commitments_by_year_are_those_of_the_same_amount(anthropic: Scenario) -> None:
    even = {"name": "it", "amount": 24.0, "first_quarter": "2027Q1", "last_quarter": "2028Q4"}
    by_year = {"name": "it", "by_year": {"2027": 12.0, "2028": "12 bn"}}
    both = [
        simulate_traces(changed(anthropic, {"compute": {}, "commitments": [each]}), PATHS)
        for each in (even, by_year)
    ]
    np.testing.assert_allclose(*both, rtol=1e-12)


def test_half_of_a_commitment_of_twice_the_use_stands_idle() -> None:
    # A bn a quarter of training is all the compute; two are committed, from mid-2025 to mid-2028.
    signed = {"name": "cloud", "amount": 24.0, "first_quarter": "2025Q3"}
    scenario = changed(
        still(),
        {"compute": {"resold": 0.25}, "commitments": [signed | {"last_quarter": "2028Q2"}]},
    )
    idle = np.repeat([1.0, 0.0], [10, 6])
    np.testing.assert_allclose(seen(scenario, "idle_compute"), idle, atol=1e-9)
    ahead = 2.0 * np.maximum(0, 9 - np.arange(16))
    np.testing.assert_allclose(seen(scenario, "commitments_ahead"), ahead, atol=1e-9)
    np.testing.assert_allclose(flows(scenario, Flow.EBITDA), -1.0 - 0.75 * idle, rtol=1e-6)
    # A quarter of it can be cancelled: 1.5 are left to pay for.
    less = changed(scenario, {"commitments.cloud.cancellable": 0.25})
    np.testing.assert_allclose(seen(less, "idle_compute"), 0.5 * idle, atol=1e-6)


def test_a_share_ends_in_the_quarter_in_which_its_total_is_paid() -> None:
    share, total, paid = 0.2, 8.0, 1.5
    given = {"name": "patron", "share": share, "total": total, "paid": paid}
    scenario = changed(quiet(), {"revenue_shares": [given]})
    before = flows(quiet(), Flow.REVENUE)
    found = flows(scenario, Flow.PARTNER_SHARE) - flows(quiet(), Flow.PARTNER_SHARE)
    first, rate = before[0], math.exp(MU / 4)
    # The sum of a geometric series reaches what is left after so many quarters.
    quarters = math.log(1 + (total - paid) * (rate - 1) / (share * first)) / math.log(rate)
    whole = int(quarters)
    np.testing.assert_allclose(found[:whole], share * before[:whole], rtol=1e-9)
    assert 0.0 < found[whole] < share * before[whole]
    assert not found[whole + 1 :].any()
    assert found.sum() == pytest.approx(total - paid, rel=1e-12)
    less = flows(quiet(), Flow.EBITDA) - flows(scenario, Flow.EBITDA)
    np.testing.assert_allclose(less, found, atol=1e-9)


def test_the_margin_with_partners_shares_is_told_where_there_are_some(anthropic: Scenario) -> None:
    shared = changed(anthropic, {"revenue_shares": REVENUE_SHARES})
    assert "with partners' shares" not in told_margins(anthropic)
    assert "with partners' shares" in told_margins(shared)


def test_the_total_that_was_paid_is_the_cap_on_every_path(anthropic: Scenario) -> None:
    capped = [REVENUE_SHARES[0] | {"total": 3.0, "paid": 0.5, "last_quarter": None}]
    paid = measured(changed(anthropic, {"revenue_shares": capped}), it="total(partner_share)")["it"]
    plain = measured(anthropic, it="total(partner_share)")["it"]
    # Within the base quarters it was paid, too, and counts there as reported.
    since = (paid - plain) - (paid - plain)[:, :1]
    assert np.all(np.diff(since) >= -1e-9)
    end = since[:, -1] + flows_of_first_quarter(anthropic, capped)
    np.testing.assert_allclose(end, 2.5, rtol=1e-9)


def flows_of_first_quarter(scenario: Scenario, shares: list[dict[str, Any]]) -> NDArray[np.float64]:
    """Return what partners get in the first quarter."""
    traces = simulate_traces(changed(scenario, {"revenue_shares": shares}), PATHS)
    before = simulate_traces(scenario, PATHS)
    place = traced(Flow.PARTNER_SHARE)
    return traces[:, place, 0] - before[:, place, 0]


def test_a_share_within_the_variable_part_is_spared_once_it_ends() -> None:
    of_partner = {"name": "patron", "share": 0.1, "within": True, "last_quarter": "2027Q4"}
    plain = changed(quiet(), {"other_costs.scale_elasticity": 0.9})
    scenario = changed(plain, {"revenue_shares": [of_partner]})
    revenue, start = flows(plain, Flow.REVENUE), 3 * 0.75
    spared = 0.1 * revenue * (revenue / start) ** (0.9 - 1.0)
    gained = flows(scenario, Flow.EBITDA) - flows(plain, Flow.EBITDA)
    np.testing.assert_allclose(gained[:8], 0.0, atol=1e-9)
    np.testing.assert_allclose(gained[8:], spared[8:], rtol=1e-9)
    shared = flows(scenario, Flow.PARTNER_SHARE) - flows(plain, Flow.PARTNER_SHARE)
    np.testing.assert_allclose(shared, 0.1 * revenue * (np.arange(40) < 8), atol=1e-9)


def test_a_budget_that_follows_at_once_keeps_its_share_of_revenue() -> None:
    scenario = changed(quiet(), {"training.follows": 1.0, "training.floor": 0.0})
    training, revenue = flows(scenario, Flow.TRAINING), flows(scenario, Flow.REVENUE)
    np.testing.assert_allclose(training / training[0], revenue / revenue[0], rtol=1e-9)


def test_followed_growth_goes_over_to_that_of_revenue_by_a_half_of_what_is_left() -> None:
    plan = 0.3
    growth = {"initial": plan, "lasting": plan, "half_life": 1.0}
    lagging = {"training.follows": 0.6, "training.lag": 1.0, "training.floor": 0.0}
    scenario = changed(quiet(), lagging | {"training.growth": growth})
    training = np.log(flows(scenario, Flow.TRAINING))
    # In the base quarters revenue grew as in the ramp of the year.
    left = (base_growth() - MU / 4) * 0.5 ** np.arange(2, 41)
    expected = 0.4 * plan / 4 + 0.6 * (MU / 4 + left)
    np.testing.assert_allclose(np.diff(training), expected, rtol=1e-9)


def base_growth() -> float:
    """Return the log growth a quarter at which 4.5 a year leaves at 0.75 a month."""
    ratio = np.roots([2.25, 2.25, 2.25, 2.25 - 4.5])
    (real,) = ratio[np.isreal(ratio)].real
    return -math.log(real)


def test_training_is_cut_as_the_runway_falls_below_a_year() -> None:
    cut = {"below_months": 12.0, "most": 0.5}
    scenario = changed(still(), {"training.cut": cut})
    # 4 bn last 12 months at 1 a quarter: nothing is cut. 3 bn last 9: an eighth. 2.125 bn at 0.875
    # last 51/7 months: (1 - 17/28)/2 = 11/56. So on.
    cash, trained = 4.0, [1.0, 7 / 8, 45 / 56]
    for spent in trained:
        cash -= spent
    trained += [1 - 0.5 * (1 - 3 * cash / trained[-1] / 12)]
    found = flows(scenario, Flow.TRAINING)
    np.testing.assert_allclose(found[:4], trained, rtol=1e-6)
    np.testing.assert_allclose(found[-1], 0.5, rtol=1e-6)
    # Out of cash, the most is cut; the floor stays, and once there is money the plan is back.
    out = changed(scenario, {"cash.opening": 0.0})
    np.testing.assert_allclose(flows(out, Flow.TRAINING), 0.5, rtol=1e-6)
    floored = changed(out, {"training.floor": 0.7})
    np.testing.assert_allclose(flows(floored, Flow.TRAINING), 0.7, rtol=1e-6)
    round_ = {"name": "late", "quarter": "2026Q4", "amount": 50.0}
    saved = changed(out, {"funding": [round_]})
    expected = np.repeat([0.5, 1.0], 4)
    np.testing.assert_allclose(flows(saved, Flow.TRAINING)[:8], expected, rtol=1e-6)


def test_what_capacity_leaves_unserved_is_lost_or_passed_to_prices() -> None:
    bills = flows(quiet(), Flow.INFERENCE)
    short = {"capacity": 4 * bills[0] / 0.8, "capacity_growth": 0.0, "for_training": 0.6}
    plain = flows(quiet(), Flow.REVENUE)
    served = np.minimum(1.0, 0.4 * bills[0] / 0.8 / bills)
    for passed in (0.0, 0.25, 1.0):
        scenario = changed(quiet(), {"compute": short | {"passed_to_price": passed}})
        expected = plain * served ** (1.0 - passed)
        np.testing.assert_allclose(flows(scenario, Flow.REVENUE), expected, rtol=1e-9)
        np.testing.assert_allclose(flows(scenario, Flow.INFERENCE), bills * served, rtol=1e-9)
        # Three fifths of the capacity are left for training.
        training = flows(scenario, Flow.TRAINING)
        np.testing.assert_allclose(training, 0.6 * bills[0] / 0.8, rtol=1e-9)


def test_a_year_without_a_capacity_has_that_of_the_last_one_before() -> None:
    known = {"compute": {"capacity_by_year": {"2027": 1.0, "2029": 2.0}}}
    unserved = seen(
        changed(still(), {"segments.all.inference_cost": 0.5} | known), "unserved_share"
    )
    # Half a bn a quarter is needed; a quarter of one can be had, then half.
    np.testing.assert_allclose(unserved, np.repeat([0.0, 0.5, 0.5, 0.0], 4), atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"commitments": [{"name": "a"}]}, "give it with its quarters, or by_year"),
        ({"commitments": [{"name": "a", "amount": 3.0}]}, "first_quarter|spread evenly"),
        (
            {
                "commitments": [
                    {"name": "a", "amount": 3.0, "first_quarter": "2027Q2"}
                    | {"last_quarter": "2027Q1"}
                ]
            },
            "must not come before first_quarter",
        ),
        (
            {"commitments": [{"name": "a", "amount": 3.0, "by_year": {"2027": 1.0}}]},
            "does not go with by_year",
        ),
        (
            {"commitments": [{"name": "a", "by_year": {"2024": 1.0}}], "compute": {}},
            "2024Q4 lies before the horizon",
        ),
        ({"commitments": [{"name": "a", "by_year": {"2027": 1.0}}]}, "the table may be empty"),
        ({"compute": {"capacity_growth": 0.2}}, "capacity_growth begins with it"),
        ({"compute": {"for_training": 0.2}}, "says how a capacity acts"),
        (
            {"compute": {"capacity": 3.0, "capacity_by_year": {"2027": 1.0}}},
            "does not go with capacity",
        ),
        (
            {"revenue_shares": [{"name": "a", "share": 0.1, "last_quarter": "2025Q4"}]},
            "2025Q4 lies before the horizon",
        ),
        (
            {
                "revenue_shares": [
                    {"name": "a", "share": 0.1, "within": True, "first_quarter": "2027Q1"}
                ]
            },
            "what is within the variable part has begun",
        ),
        ({"revenue_shares": 2 * [{"name": "a", "share": 0.1}]}, '"a" is used twice'),
        (
            {"revenue_shares": [{"name": "a", "share": 0.1, "total": 3.0, "paid": 5.0}]},
            "a median of 3 is below that of paid, 5",
        ),
        (
            {"revenue_shares": [{"name": "a", "share": 0.9, "within": True}]},
            "is below 0.9, what revenue_shares are within it",
        ),
        ({"compute": {"capacity": 0.0}}, "from 0.001 to 10000 bn"),
        ({"compute": {"capacity_by_year": {"2027": 0.0}}}, "greater than or equal to 0.001"),
        ({"compute": {"capacity_by_year": {}}}, "names no year"),
        ({"compute": {"capacity_by_year": {"2027Q1": 5.0}}}, "is no year, such as 2027"),
        ({"compute": {"capacity": 3.0, "for_training": 1.0}}, "from 0 to 0.99"),
    ],
)
def test_what_a_contract_lacks_is_said(anthropic: Scenario, changes: dict, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        changed(anthropic, changes)
