"""Money that is sought, value, debt and failure, against identities and closed forms."""

import math
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulate.analysis.typical_paths import Line, cash_flow_statements
from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.engine.run import run, simulate_traces
from simulate.kernels.arrays import index
from simulate.model.catalogue import metrics_of, traced_metric
from simulate.model.rows import Flow, Hit, Metric, traced
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.added import (
    CAPACITY_METRICS,
    COMMITMENT_METRICS,
    COMPUTE_METRICS,
    CUT_METRICS,
)
from tests.capital import RAISING
from tests.contracts import CONTRACTS, WITH_CAPACITY
from tests.model.test_closed_forms import quiet
from tests.scenarios import changed

CONFIGS = Path(__file__).parents[2] / "configs"
PATHS = 1 << 14
ERRORS = 4.0
# What a quarter books, for identities: by name of a metric of the scenario's own.
BOOKED = {
    "rounds": "dated_rounds",
    "sold": "equity_raised",
    "borrowed": "debt_issued",
    "repaid": "debt_repaid",
    "interest": "debt_interest",
    "worth": "value",
}
PLAIN: dict[str, Any] = {
    "below_months": 12,
    "months": 24,
    "share_of_value": 1,
    "chance": 1,
    "full_growth": 0.01,
    "after_listing": 1,
    "value": {"today": 100, "multiple": 20},
}


def with_raising(scenario: Scenario, changes: dict[str, Any] | None = None) -> Scenario:
    """Return a scenario with money that is sought, and comes at once whatever it takes."""
    return changed(scenario, {"raising": deepcopy(PLAIN)} | (changes or {}))


def traced_by_name(scenario: Scenario, paths: int) -> dict[str, np.ndarray]:
    """Return metrics by title, shape (paths, quarters), with the quarter's own cash flow."""
    traces = simulate_traces(scenario, paths)
    found = {title: traces[:, traced_metric(m)] for m, title in metrics_of(scenario).items()}
    return found | {
        "own cash flow": traces[:, traced(Flow.FREE_CASH_FLOW)],
        "own revenue": traces[:, traced(Flow.REVENUE)],
    }


@cache
def burning(**changes: Any) -> Scenario:
    """A lab without uncertainty that burns more each year."""
    plain = quiet()
    at = {
        "horizon.last_quarter": "2031Q4",
        "training.growth.initial": 0.6,
        "training.growth.lasting": 0.5,
        "cash.interest_rate": 0.0,
    }
    return changed(
        plain, at | {"funding": []} | {k.replace("__", "."): v for k, v in changes.items()}
    )


# Identities


@pytest.fixture(
    scope="module",
    params=[("anthropic", {}), ("openai", {}), ("openai", CONTRACTS), ("anthropic", WITH_CAPACITY)],
    ids=["anthropic", "openai", "contracts", "capacity"],
)
def booked(request: pytest.FixtureRequest) -> tuple[Scenario, dict[str, np.ndarray]]:
    """The packaged labs with capital, with a loan of their own, whose every flow is traced."""
    lab, contracts = request.param
    metrics = {name: {"formula": of, "unit": "bn USD"} for name, of in BOOKED.items()}
    loan = {"name": "loan", "counts_in": "financing", "formula": "0.01 * previous(revenue)"}
    own = {"metrics": metrics, "lines": [loan], "raising.debt.opening": 2}
    scenario = changed(load_scenario(CONFIGS / f"{lab}-capital.toml"), contracts | own)
    traces = simulate_traces(scenario, PATHS)
    found = {title: traces[:, traced_metric(m)] for m, title in metrics_of(scenario).items()}
    found |= {"flow": traces[:, traced(Flow.FREE_CASH_FLOW)], "loan": traces[:, -1]}
    # Shares are known but where all of them are new.
    found["shares"] = 1 / (1 - found["dilution"])
    failed = np.cumsum(found["cash"] < 0, axis=1)
    found["is_booked"] = (failed - (found["cash"] < 0)) == 0
    return scenario, found


def test_sources_of_cash_are_its_uses_in_every_quarter_of_every_path(booked: Any) -> None:
    scenario, found = booked
    opening = found["cash"][:, 0] - sum(
        found[name][:, 0] for name in ("flow", "rounds", "sold", "borrowed", "loan")
    )
    opening = opening + found["repaid"][:, 0]
    before = np.column_stack([opening, found["cash"][:, :-1]])
    sources = found["flow"] + found["rounds"] + found["sold"] + found["borrowed"]
    sources = sources + found["loan"] - found["repaid"]
    missing = (found["cash"] - before - sources)[found["is_booked"]]
    assert np.abs(missing).max() < 1e-9
    # The packaged labs open with amounts between these.
    low, high = scenario.cash.opening.quantile(0.0), scenario.cash.opening.quantile(1.0)
    assert low - 1e-3 <= opening.min() <= opening.max() <= high + 1e-3
    assert (~found["is_booked"]).any()


def test_debt_and_shares_roll_forward_in_every_quarter_of_every_path(booked: Any) -> None:
    _, found = booked
    is_on = found["is_booked"]
    debt = np.column_stack([np.full(len(found["debt"]), 2.0), found["debt"][:, :-1]])
    rolled = debt + found["borrowed"] - found["repaid"]
    assert np.abs((found["debt"] - rolled)[is_on]).max() < 1e-9
    # Where it fails, what new shares were sold for is no longer told.
    is_on = is_on & (found["cash"] >= 0)
    shares = np.column_stack([np.ones(len(debt)), found["shares"][:, :-1]])
    sold = 1 + (found["rounds"] + found["sold"]) / np.maximum(found["worth"], 1e-300)
    np.testing.assert_allclose(found["shares"][is_on], (shares * sold)[is_on], rtol=1e-9)
    per_share = found["worth"] / found["shares"]
    today = 900.0 if per_share[0, 0] > 0 and "Anthropic" in booked[0].name else 774.0
    np.testing.assert_allclose(found["return on today's price"][is_on], (per_share / today)[is_on])


def test_no_more_is_raised_than_a_share_of_value_in_four_quarters(booked: Any) -> None:
    scenario, found = booked
    share = scenario.raising.share_of_value.quantile(1.0)
    sought = found["sold"] + found["borrowed"]
    raised = sought + found["rounds"]
    of_year = np.cumsum(raised, axis=1)
    of_year[:, 4:] -= of_year[:, :-4].copy()
    is_on = (found["cash"] >= 0) & (sought > 0)
    assert is_on.sum() > 100
    assert np.all(of_year[is_on] <= share * found["worth"][is_on] + 1e-9)


def test_nothing_is_booked_after_a_failure_and_ratios_stay(booked: Any) -> None:
    _, found = booked
    after = ~found["is_booked"]
    assert after.any()
    parts = [CAPACITY_METRICS, COMMITMENT_METRICS, COMPUTE_METRICS, CUT_METRICS]
    added = {title: metric.unit for part in parts for title, metric in part.items()}
    ends = [title for title in found if added.get(title) == "bn USD"]
    stay = [t for t in found if t.startswith("gross margin") or added.get(t) == "share"]
    at_zero = ("revenue", "EBITDA", "cash", "training cost", "value", "debt", "flow", "loan")
    for title in (*at_zero, *ends):
        assert np.all(found[title][after] == 0), title
    for title in (*stay, "dilution", "lender's loss"):
        before = np.column_stack([found[title][:, 0], found[title][:, :-1]])
        assert np.all((found[title] == before)[after]), title
    assert np.all(found["return on today's price"][after] == 0)


def test_outcomes_are_those_of_the_quarters_before_the_failure() -> None:
    scenario = load_scenario(CONFIGS / "openai-capital.toml")
    kept = run(scenario, paths=PATHS, keep_outcomes=True).outcomes
    never = scenario.horizon.quarters
    failed = kept["failed"].to_numpy()
    assert np.array_equal(failed, kept["out of cash"])
    assert 0.2 < np.mean(failed < never) < 0.95
    for title in (hit.title for hit in Hit):
        hit = kept[title].to_numpy()
        assert np.all((hit <= failed) | (hit == never)), title
    traces = simulate_traces(scenario, 1024)
    need = np.maximum(0, -np.cumsum(traces[:, traced(Flow.FREE_CASH_FLOW)], axis=1).min(axis=1))
    first = kept[kept["replicate"] == 0].sort_values("path").iloc[:1024]
    np.testing.assert_allclose(first["peak funding need"], need, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("contracts", [{}, CONTRACTS, WITH_CAPACITY])
def test_statements_add_up_with_money_that_is_sought_on_paths_that_live_and_that_fail(
    contracts: dict[str, Any],
) -> None:
    scenario = changed(load_scenario(CONFIGS / "openai-capital.toml"), contracts)
    result = run(scenario, paths=PATHS)
    cash = result.traces[:, index(Metric.CASH)]
    has_failed = (cash < 0).any(axis=1)
    borrowed = result.paths_of("debt issued").to_numpy().max(axis=1) > 0
    for path in (np.argmax(has_failed & borrowed), np.argmax(~has_failed & borrowed)):
        statements = cash_flow_statements(result, int(path))
        every = [line for lines in statements.values() for line in lines]
        assert sum(line.value for line in every if line.name in ("shares sold", "debt issued")) > 0
        for year, lines in statements.items():
            for line in lines:
                if line.is_sum:
                    so_far = sum(each.value for each in lines_before(lines, line))
                    assert line.value == pytest.approx(so_far, abs=1e-9), (year, line.name)


def lines_before(lines: list[Line], total: Line) -> list[Line]:
    """Return the lines that a sum is of, without the sums before it."""
    return [line for line in lines[: lines.index(total)] if not line.is_sum]


# Money that is sought


def test_money_is_sought_when_the_runway_is_short_and_lasts_as_long_as_asked() -> None:
    found = traced_by_name(with_raising(burning()), 1)
    cash, flow = found["cash"][0], found["own cash flow"][0]
    opening = cash[0] - flow[0]
    expected, balances = opening, []
    for burn in -flow:
        expected -= burn
        if burn > 0 and 3 * expected / burn < 12:
            expected = 24 / 3 * burn
        balances.append(expected)
    np.testing.assert_allclose(cash, balances, rtol=1e-12)
    raises = found["equity raised"][0] > 0
    assert raises.any()
    first = int(np.argmax(raises))
    assert found["runway"][0][first] == pytest.approx(24)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_gap_that_is_filled_to_the_last_dollar_is_no_failure(share: float) -> None:
    debt = {"interest_rate": 0.0, "maturity": 200, "share": share}
    sought = {"raising.below_months": 0, "raising.months": 0, "raising.debt": debt}
    generous = {"raising.value": {"today": 100, "multiple": 900}}
    scenario = load_scenario(CONFIGS / "openai-capital.toml")
    at = sought | generous | {f"raising.{key}": PLAIN[key] for key in ("chance", "after_listing")}
    certain = {"raising.share_of_value": 1, "raising.full_growth": 0.001, "raising.shut": None}
    cash = traced_by_name(changed(scenario, at | certain), 512)["cash"]
    # Zeros of paths that live: those that have failed come after a quarter below 0.
    is_filled = (cash == 0.0) & ~np.logical_or.accumulate(cash < 0.0, axis=1)
    assert is_filled.sum() > 100
    # What isn't filled is no last digit.
    assert np.all(cash[cash < 0.0] < -1e-6)


def test_no_money_comes_where_growth_is_gone_and_all_of_its_chance_where_it_is_whole() -> None:
    growth = "segments.api.growth"
    still = {f"{growth}.initial": 0.0, f"{growth}.lasting": 0.0}
    result = run(with_raising(changed(burning(), still)), paths=4096)
    # After a year the growth of four quarters is that of the horizon.
    assert result.probability("failed by 2031").value == 1.0
    half = {f"{growth}.initial": 0.25, f"{growth}.lasting": 0.25, "raising.full_growth": 0.5}
    scenario = with_raising(burning(), half | {"raising.chance": 0.8, "raising.below_months": 0.01})
    found = traced_by_name(scenario, PATHS)
    failed = found["cash"] < 0
    first = int(np.argmax(failed.any(axis=0)))
    assert first >= 4
    assert failed[:, first].mean() == pytest.approx(1 - 0.8 * 0.5, abs=0.02)


def test_a_listing_changes_the_chance() -> None:
    scenario = burning()
    start = scenario.horizon.first_quarter
    listing = {"name": "ipo", "kind": "listing", "quarter": "2026Q1", "amount": 0.0, "chance": 0.5}
    assert start == 4 * 2026
    at = {"raising.chance": 0.0, "raising.after_listing": 1.0, "funding": [listing]}
    result = run(with_raising(scenario, at), paths=PATHS)
    assert result.probability("failed by 2031").value == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("rate", "quarters"), [(0.4, 1), (0.4, 3), (1.5, 2)])
def test_a_round_comes_unless_funding_is_shut_and_what_is_signed_comes_anyhow(
    rate: float, quarters: int
) -> None:
    rounds = [
        {"name": "loose", "quarter": "2027Q4", "amount": 1.0, "chance": 0.999999},
        {"name": "signed", "quarter": "2028Q1", "amount": 2.0},
    ]
    at = {
        "funding": rounds,
        "raising.shut": {"rate": rate, "quarters": quarters},
        "raising.chance": 0.0,
        "cash.opening": 900.0,
    }
    metrics = {"rounds": {"formula": "dated_rounds", "unit": "bn USD"}}
    found = traced_by_name(with_raising(burning(), at | {"metrics": metrics}), PATHS)
    loose, signed = found["rounds"][:, 7], found["rounds"][:, 8]
    # Open where nothing has shut it in this quarter or so many before.
    is_open = math.exp(-rate / 4 * quarters)
    assert np.mean(loose == 1.0) == pytest.approx(is_open, abs=0.01)
    assert np.all(signed == 2.0)


def test_what_was_raised_before_the_start_counts_in_the_first_year() -> None:
    # The oldest of four quarters is over when the first is out; the others leave one by one.
    before = {"2025Q1": 1000, "2025Q2": 3, "2025Q3": 5, "2025Q4": 7}
    # Cash that is short, and more is wanted than may come.
    at = {
        "cash.opening": 20.0,
        "raising.below_months": 60,
        "raising.months": 120,
        "raising.share_of_value": 0.05,
        "raising.value": {"today": 100, "multiple": 20},
    }
    plain, counted = (
        traced_by_name(with_raising(burning(), at | more), 1)
        for more in ({}, {"raising.raised_before": before})
    )
    most = 0.05 * plain["value"][0]
    # Trailing sums of the first four quarters, which began with nothing.
    own = np.diff(counted["equity raised"][0][:4], prepend=0.0)
    left = [7 + 5 + 3, 7 + 5, 7, 0]
    for quarter in range(4):
        expected = most[quarter] - left[quarter] - sum(own[:quarter])
        assert own[quarter] == pytest.approx(max(0.0, expected), rel=1e-9), quarter


def test_money_that_comes_is_in_the_cash_by_which_training_is_cut() -> None:
    cut = {"training.cut": {"below_months": 9, "most": 0.5}}
    raised, refused = (
        traced_by_name(with_raising(burning(), cut | {"cash.opening": 9.0} | more), 1)
        for more in ({}, {"raising.chance": 0})
    )
    assert np.all(raised["cut of training"][0] == 0.0)
    assert raised["equity raised"][0].max() > 0.0
    assert refused["cut of training"][0].max() > 0.1


# Value


def test_value_is_a_multiple_of_run_rate_by_size_and_growth() -> None:
    value = {
        "today": 965,
        "multiple": 30,
        "size_exponent": 0.4,
        "growth_exponent": 0.3,
        "reference_growth": 1.0,
        "floor": 9,
    }
    scenario = with_raising(burning(), {"raising.value": value, "cash.opening": 900.0})
    found = traced_by_name(scenario, 1)
    revenue = found["own revenue"][0]
    for quarter in (4, 12, 23):
        growth = math.log(revenue[quarter] / revenue[quarter - 4])
        multiple = 30 * (4 * revenue[quarter] / 10) ** -0.4 * math.exp(0.3 * (growth - 1.0))
        expected = max(multiple, 9) * 4 * revenue[quarter]
        assert found["value"][0][quarter] == pytest.approx(expected, rel=1e-9)
    assert multiple < 9


def test_the_packaged_multiples_go_through_the_prices_that_were_paid() -> None:
    # N32 over N1, M12 over M8 and N32 over N6, with the growth of the year before.
    paid = {
        "anthropic": [(350, 9, math.log(9 / 1.0)), (965, 47, math.log(47 / 3.0))],
        "openai": [(852, 25, math.log(25 / 6.7))],
    }
    for lab, prices in paid.items():
        raising = load_scenario(CONFIGS / f"{lab}-capital.toml").raising
        assert raising is not None
        of = raising.value
        level, size = of.multiple.quantile(0.5), of.size_exponent.quantile(0.5)
        by_growth, reference = of.growth_exponent.quantile(0.5), of.reference_growth.quantile(0.5)
        for value, run_rate, growth in prices:
            multiple = level * (run_rate / 10) ** -size * math.exp(by_growth * (growth - reference))
            assert multiple * run_rate == pytest.approx(value, rel=0.1)


def test_shares_are_worth_what_debt_leaves_and_are_sold_at_that_price() -> None:
    debt = {"interest_rate": 0.0, "maturity": 8, "opening": 40.0}
    at = {"cash.opening": 0.0, "funding": [{"name": "a", "quarter": "2026Q3", "amount": 30.0}]}
    plain, owing = (
        traced_by_name(with_raising(burning(), at | more), 1)
        for more in ({}, {"raising.debt": debt})
    )
    worth = plain["value"][0] - 40.0 * (7 / 8) ** np.arange(1, 25)
    assert worth[0] > 0
    np.testing.assert_allclose(owing["value"][0], worth, rtol=1e-9)
    # All that is sold in a year is 30 in one quarter, and what was sought in each.
    kept, before = 1.0, np.append(0.0, owing["equity raised"][0])
    for quarter in range(3):
        sold = before[quarter + 1] - before[quarter]
        kept *= worth[quarter] / (worth[quarter] + sold)
        assert owing["dilution"][0][quarter] == pytest.approx(1 - kept, rel=1e-9)
    # More debt than the lab is worth leaves nothing for which shares could be sold but a round's.
    drowned = {"raising.debt": debt | {"opening": 900.0, "maturity": 200}, "cash.opening": 90.0}
    found = traced_by_name(with_raising(burning(), at | drowned), 1)
    assert np.all(found["value"][0][:3] == 0.0)
    assert found["dilution"][0][2] == pytest.approx(1.0)


# Debt


def test_debt_is_repaid_by_a_constant_part_and_costs_interest() -> None:
    at = {"cash.opening": 900.0}
    debt = {"interest_rate": 0.08, "maturity": 10, "opening": 5.0}
    plain = traced_by_name(with_raising(burning(), at), 1)
    owing = traced_by_name(with_raising(burning(), at | {"raising.debt": debt}), 1)
    quarter = np.arange(24)
    balance = 5.0 * 0.9 ** (quarter + 1)
    np.testing.assert_allclose(owing["debt"][0], balance, rtol=1e-12)
    interest = plain["own cash flow"][0] - owing["own cash flow"][0]
    np.testing.assert_allclose(interest, 0.02 * balance / 0.9, rtol=1e-6, atol=1e-12)


def test_lenders_lose_what_trailing_revenue_does_not_bring_back() -> None:
    debt = {"interest_rate": 0.0, "maturity": 200, "opening": 50.0, "recovery": 0.25}
    at = {"raising.chance": 0.0, "raising.after_listing": 0.0, "raising.debt": debt}
    found = traced_by_name(with_raising(burning(), at), 1)
    failed = int(np.argmax(found["cash"][0] < 0))
    owed = 50.0 * (1 - 1 / 200) ** (failed + 1)
    lost = 1 - 0.25 * found["revenue"][0][failed] / owed
    assert 0 < lost < 1
    loss = found["lender's loss"][0]
    np.testing.assert_allclose(loss[failed:], lost, rtol=1e-9)
    assert np.all(loss[:failed] == 0)


# Failure competes


def aalen_johansen(first: np.ndarray, which: np.ndarray, cause: int, times: int) -> np.ndarray:
    """Return the cumulative incidence of a cause, of paths that are all followed to the end."""
    survival, incidence, found = 1.0, 0.0, []
    for t in range(times):
        at_risk = np.sum(first >= t)
        here = first == t
        if at_risk:
            incidence += survival * np.sum(here & (which == cause)) / at_risk
            survival *= 1.0 - np.sum(here) / at_risk
        found.append(incidence)
    return np.array(found)


def test_cumulative_incidence_is_that_of_aalen_and_johansen() -> None:
    scenario = load_scenario(CONFIGS / "openai-capital.toml")
    result = run(scenario, paths=PATHS, keep_outcomes=True)
    kept, quarters = result.outcomes, scenario.horizon.quarters
    reached, failed = (kept[n].to_numpy() for n in (Hit.CASH_FLOW_HELD.title, "failed"))
    first, which = np.minimum(reached, failed), np.where(reached <= failed, 1, 2)
    for year in (2027, 2030, 2035):
        last = result.last_quarter(year)
        success = result.probability_by_year(Hit.CASH_FLOW_HELD, year).value
        failure = result.probability_failed_first(Hit.CASH_FLOW_HELD, year).value
        of_success = aalen_johansen(first, which, 1, quarters)[last]
        of_failure = aalen_johansen(first, which, 2, quarters)[last]
        assert success == pytest.approx(of_success, abs=1e-12)
        assert failure == pytest.approx(of_failure, abs=1e-12)
    neither = result.probability_neither(Hit.CASH_FLOW_HELD).value
    assert success + failure + neither == pytest.approx(1.0, abs=1e-12)


def test_aalen_johansen_of_competing_exponentials() -> None:
    one, other, times = 0.05, 0.11, 40
    draws = np.random.default_rng(5).exponential(size=(400_000, 2)) / [one, other]
    first, which = np.floor(draws.min(axis=1)), 1 + draws.argmin(axis=1)
    both = one + other
    expected = one / both * -np.expm1(-both * np.arange(1, times + 1))
    np.testing.assert_allclose(aalen_johansen(first, which, 1, times), expected, atol=0.004)


def test_a_chance_of_success_and_a_chance_of_failure_compete_as_geometric_times_do() -> None:
    rate, comes = 0.5, 0.9
    growth, key = 0.3, "segments.api"
    loss = {"rate": rate, "share": 0.5}
    # Cash is short in every quarter from the first on, and lasts for one where money comes.
    at = {
        f"{key}.client_loss": loss,
        f"{key}.growth.initial": growth,
        f"{key}.growth.lasting": growth,
        "cash.opening": 0.0,
        "training.growth.initial": 1.0,
        "raising.below_months": 3.0,
        "raising.months": 3.0,
        "raising.chance": comes,
        "outcomes": {"loses_a_client": {"when": "quarterly_revenue < previous(quarterly_revenue)"}},
    }
    result = run(with_raising(burning(), at), paths=1 << 16)
    lost, fails = -math.expm1(-rate / 4), 1 - comes
    goes_on = (1 - lost) * (1 - fails)
    for quarters in (1, 4, 8):
        passed = (1 - goes_on**quarters) / (1 - goes_on)
        near(result.probability_by("loses a client", quarters - 1), lost * passed)
    failed_first = result.probability_failed_first("loses a client", 2027)
    near(failed_first, (1 - lost) * fails * (1 - goes_on**8) / (1 - goes_on))


def near(found: Estimate, expected: float) -> None:
    """Check an estimate within four of its standard errors."""
    assert abs(found.value - expected) < ERRORS * found.standard_error, (found, expected)


# What may be asked


@pytest.fixture(scope="module")
def owned() -> Result:
    return run(load_scenario(CONFIGS / "anthropic-capital.toml"), paths=PATHS)


@pytest.mark.parametrize(
    ("asked", "title", "is_met"),
    [
        ("P(return >= 3 in 2030)", "return on today's price", lambda x: x >= 3),
        ("P(return < 1 in 2030)", "return on today's price", lambda x: x < 1),
        ("P(return on today's price >= 2x in 2030)", "return on today's price", lambda x: x >= 2),
        ("debt > 10 bn in 2030", "debt", lambda x: x > 10),
        ("dilution > 10% in 2030", "dilution", lambda x: x > 0.1),
        ("lender's loss > 50% in 2030", "lender's loss", lambda x: x > 0.5),
    ],
)
def test_conditions_may_name_what_an_investor_and_a_lender_ask(
    asked: str, title: str, is_met: Any
) -> None:
    scenario = load_scenario(CONFIGS / "anthropic-capital.toml")
    result = run(scenario, paths=PATHS)
    quarter = scenario.horizon.end_of(2030)
    metric = next(m for m, name in metrics_of(scenario).items() if name == title)
    traces = simulate_traces(scenario, result.replicate_paths)
    is_alive = traces[:, index(Metric.REVENUE), quarter] > 0
    # An owner has lost what a failed lab was worth, and a lender; of its debt nothing is told.
    met = is_met(traces[:, traced_metric(metric), quarter]) & (is_alive | (title != "debt"))
    assert (~is_alive).any()
    chance = result.probability(asked)
    assert abs(chance.value - met.mean()) < 0.02 + ERRORS * chance.standard_error


def test_what_is_made_of_what_outlives_a_failure_may_be_asked_of_labs_that_failed() -> None:
    own = {
        "twice_lost": {"formula": "2 * lenders_loss", "unit": "share"},
        "four_times_lost": {"formula": "2 * twice_lost", "unit": "share"},
    }
    scenario = changed(load_scenario(CONFIGS / "openai-capital.toml"), {"metrics": own})
    result = run(scenario, paths=PATHS)
    plain = result.probability("lender's loss > 25% in 2035").value
    assert plain > 0.01
    for asked in ("twice lost > 50% in 2035", "four times lost > 100% in 2035"):
        assert result.probability(asked).value == plain


def test_without_raising_names_are_free_and_nothing_fails(anthropic: Scenario) -> None:
    line = {"name": "debt", "counts_in": "financing", "formula": "0.1 * previous(revenue)"}
    scenario = changed(anthropic, {"lines": [line]})
    result = run(scenario, paths=1024)
    assert list(metrics_of(scenario)) == list(Metric)
    assert result.tally.failed_first.size == 0
    with pytest.raises(ScenarioError, match=r"no path fails without \[raising\]"):
        result.probability_failed_first("out of cash")
    with pytest.raises(ValueError, match='"debt" is a quantity of the model'):
        changed(scenario, {"raising": RAISING})


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"raising.months": 6}, r"a median of 6 is below that of below_months, 12"),
        ({"raising.value": {"today": 9}}, "multiple"),
        ({"raising.chance": 1.2}, "from 0 to 1"),
        ({"raising.shut": {"rate": 0.1}}, "quarters"),
        ({"raising.debt": {"interest_rate": 0.1}}, "maturity"),
        ({"raising.raised_before": {"2026Q1": 3}}, "lies in the horizon, which begins in 2026Q1"),
        ({"raising.raised_before": {"2025Q4": -3}}, "greater than or equal to 0"),
    ],
)
def test_mistakes_are_told(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        with_raising(burning(), changes)
