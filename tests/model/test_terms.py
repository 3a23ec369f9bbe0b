"""Terms of growth, cost and margin by themselves, against what their equations say."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from simulate.engine.run import run, simulate_traces
from simulate.engine.tables import TruncatedShock
from simulate.kernels.arrays import index
from simulate.model.outcomes import FLOWS, MARGINS
from simulate.model.rows import Flow, Hit, Metric, traced
from simulate.scenario import Scenario
from tests.scenarios import changed, without_uncertainty

PATHS = 1 << 12
# Of float32 scores and tables.
CLOSE = 1e-5
START, LASTING, HALF_LIFE = 0.8, 0.1, 1.5


@pytest.fixture(scope="session")
def steady(anthropic: Scenario) -> Scenario:
    """One segment that has all of the revenue, in a market without an end; nothing is random."""
    segment = anthropic.segments[0].model_dump(mode="json", exclude_none=True)
    segment |= {
        "share_of_revenue": 1.0,
        "market": 1e30,
        "growth": {"initial": START, "lasting": LASTING, "half_life": HALF_LIFE},
    }
    one = changed(anthropic, {"segments": [segment], "correlations": {}})
    return without_uncertainty(one)


def flow_of(traces: np.ndarray, flow: Flow) -> np.ndarray:
    return traces[:, traced(flow)]


def log_growth(scenario: Scenario, paths: int = 64) -> np.ndarray:
    """Return log growth by path and quarter, from the horizon's second quarter on."""
    return np.diff(np.log(flow_of(simulate_traces(scenario, paths), Flow.REVENUE)), axis=1)


def test_growth_on_a_plateau_fades_only_after_it(steady: Scenario) -> None:
    growth = log_growth(changed(steady, {"segments.api.growth.plateau": 2.0}))[0]
    quarter = np.arange(1, len(growth) + 1)
    faded = 2.0 ** (-np.maximum(0, quarter - 8) / (4 * HALF_LIFE))
    np.testing.assert_allclose(growth, (LASTING + (START - LASTING) * faded) / 4, atol=CLOSE)


def test_growth_that_was_measured_earlier_has_faded_since(steady: Scenario) -> None:
    aged = changed(steady, {"segments.api.growth.age": 0.5})
    faded = LASTING + (START - LASTING) * 2 ** (-0.5 / HALF_LIFE)
    same = changed(steady, {"segments.api.growth.initial": faded})
    np.testing.assert_allclose(log_growth(aged), log_growth(same), atol=CLOSE)


def test_a_shock_at_the_start_passes_as_an_autoregression_does(steady: Scenario) -> None:
    shocked = changed(steady, {"demand.initial": 0.3, "demand.persistence": 0.6})
    calm = changed(steady, {"demand.persistence": 0.6})
    left = log_growth(shocked)[0] - log_growth(calm)[0]
    np.testing.assert_allclose(left, 0.3 * 0.6 ** np.arange(2, len(left) + 2), atol=CLOSE)


def test_volatility_falls_with_the_revenue_of_the_quarter_before(steady: Scenario) -> None:
    """The same shocks, at twice the exponent, are as much smaller as revenue is above 10 bn."""
    moved = {"demand.volatility": 0.001, "demand.persistence": 0.0}
    calm = flow_of(simulate_traces(steady, 1), Flow.REVENUE)[0]
    shocks = log_growth(changed(steady, moved), PATHS) - log_growth(steady)[0]
    scaled = log_growth(changed(steady, moved | {"demand.size_exponent": 0.2}), PATHS)
    scaled -= log_growth(steady)[0]
    ratio = scaled.std(axis=0) / shocks.std(axis=0)
    np.testing.assert_allclose(ratio, (4 * calm[:-1] / 10) ** -0.2, rtol=0.01)


@pytest.mark.parametrize(("degrees", "limit"), [(3.0, 4.0), (4.0, 5.0), (30.0, 2.0)])
def test_a_bounded_shock_has_unit_variance_and_is_that_of_a_truncated_t(
    degrees: float, limit: float
) -> None:
    student = stats.t(degrees)
    inside = student.cdf(limit) - student.cdf(-limit)
    second, _ = integrate.quad(lambda t: t * t * student.pdf(t) / inside, -limit, limit)
    scores = np.array([-6.5, -1.3, 0.0, 0.4, 2.5, 6.5])
    share = student.cdf(-limit) + stats.norm.cdf(scores) * inside
    expected = student.ppf(share) / math.sqrt(second)
    shock = TruncatedShock(degrees, limit)
    np.testing.assert_allclose(shock.quantile_at_score(scores), expected, rtol=1e-6, atol=1e-12)
    assert shock.quantile_at_score(np.array([40.0]))[0] == pytest.approx(limit / math.sqrt(second))
    variance, _ = integrate.quad(
        lambda z: shock.quantile_at_score(np.array([z]))[0] ** 2 * stats.norm.pdf(z), -9.0, 9.0
    )
    assert variance == pytest.approx(1.0, abs=1e-6)


def test_a_net_gain_stands_for_efficiency_less_erosion(steady: Scenario) -> None:
    apart = changed(steady, {"inference.efficiency_gain": 0.7, "inference.price_erosion": 0.3})
    net = changed(apart, {"inference.net_gain": 0.4, "inference.price_erosion": None})
    np.testing.assert_allclose(simulate_traces(net, 64), simulate_traces(apart, 64), rtol=1e-9)


def test_overruns_by_quarter_move_cost_in_every_quarter(steady: Scenario) -> None:
    """What is new of the logarithm of cost per dollar has the same spread in all quarters."""
    spread = 0.05
    overrun = {"distribution": "lognormal", "shift": -1.0, "mu": 0.0, "sigma": spread}
    scenario = changed(
        steady,
        {
            "horizon.deviations": "by quarter",
            "inference.overrun": overrun,
            "inference.overrun_carried": 1.0,
        },
    )
    traces = simulate_traces(scenario, PATHS)
    cost = np.log(flow_of(traces, Flow.PAYING_BILL) / flow_of(traces, Flow.REVENUE))
    np.testing.assert_allclose(np.diff(cost, axis=1).std(axis=0), spread, rtol=0.02)


def test_dates_crowd_in_first_quarters_only_where_deviations_are_of_years(
    anthropic: Scenario,
) -> None:
    """How many times as many dates of cash flow a first quarter has as another."""

    def crowding(deviations: str) -> float:
        scenario = changed(anthropic, {"horizon.deviations": deviations})
        hits = run(scenario, paths=1 << 15).hits(Hit.CASH_FLOW_POSITIVE).sum(axis=0)
        # From the second year on: what is known of the base year makes the first one's.
        by_quarter = hits[4:-1].reshape(-1, 4).sum(axis=0)
        return float(by_quarter[0] / by_quarter[1:].mean())

    assert crowding("by year") > 1.6
    assert crowding("by quarter") < 1.3


def test_margins_are_what_their_flows_leave_of_revenue(anthropic: Scenario) -> None:
    scenario = changed(anthropic, {"other_costs.partner_share": 0.1})
    traces = simulate_traces(scenario, 256)
    revenue = traces[:, index(Metric.REVENUE), 7]
    for margin in MARGINS.values():
        cost = sum(flow_of(traces, flow)[:, 4:8].sum(axis=1) for flow in margin.costs)
        np.testing.assert_allclose(traces[:, index(margin.metric), 7], 1 - cost / revenue)
    inference, paying, partners, free = (
        traces[:, index(margin.metric)] for margin in MARGINS.values()
    )
    assert np.all(inference >= paying)
    np.testing.assert_allclose(paying - partners, 0.1, atol=1e-12)
    assert np.all(paying >= free)


def test_partners_shares_cost_no_cash_beside_the_variable_part(anthropic: Scenario) -> None:
    paid = simulate_traces(changed(anthropic, {"other_costs.partner_share": 0.1}), 64)
    unpaid = simulate_traces(anthropic, 64)
    cash = index(Metric.CASH)
    np.testing.assert_array_equal(paid[:, cash], unpaid[:, cash])


def test_trailing_metrics_are_sums_of_a_traces_own_flows(anthropic: Scenario) -> None:
    traces = simulate_traces(anthropic, 64)
    for metric, flow in FLOWS.items():
        own = flow_of(traces, flow)
        trailing = own[:, 3:] + own[:, 2:-1] + own[:, 1:-2] + own[:, :-3]
        np.testing.assert_allclose(traces[:, index(metric), 3:], trailing, atol=1e-9)
