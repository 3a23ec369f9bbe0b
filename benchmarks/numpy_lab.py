"""The model as a careful user would write it in numpy: vectorised over a chunk of paths.

Pseudo-random draws, closed-form quantiles where a distribution has one, chunks that stay in cache.
It knows segments with their own growth, which is what the base scenarios have.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simulate.engine.block import empty_tally
from simulate.engine.plan import prepare
from simulate.engine.tables import tail_curves
from simulate.kernels.arrays import index
from simulate.kernels.draws import SCORE_LIMIT
from simulate.model.base import base_quarters
from simulate.model.outcomes import MARGINS
from simulate.model.quarter import SIZE_OF_VOLATILITY, SMALLEST_LOG_SIZE
from simulate.model.rows import BaseQuarter, Flow, Hit, Metric
from simulate.model.schedule import schedule_of
from simulate.model.tally import (
    FIXED_POINT,
    MANTISSA_SHIFT,
    MARGIN_BINS,
    MARGIN_BINS_A_UNIT,
    MARGIN_LOW,
    MONEY_BINS,
    MONEY_METRICS,
    MONEY_OFFSET,
    MONEY_SIDE,
    Tally,
)
from simulate.scenario import Scenario
from simulate.scenario.correlations import correlation_matrix
from simulate.scenario.distributions import Lognormal, Normal, Triangular, Uncertain, Uniform
from simulate.scenario.inputs import ALTERNATIVE, Input, correlated_inputs, list_inputs
from simulate.scenario.quantity import ZERO

Array = NDArray[np.float64]


def draw(distribution: Uncertain, score: Array) -> Array:
    """Return the quantile function at normal scores, the fast way where there is one."""
    if isinstance(distribution, (Normal, Lognormal)) and distribution.truncate is None:
        z10, z50, z90 = (distribution.quantile(p) for p in (0.1, 0.5, 0.9))
        scale = 1.2815515655446004
        if isinstance(distribution, Normal):
            return z50 + (z90 - z10) / (2 * scale) * score
        origin = distribution.origin
        spread = np.log((z90 - origin) / (z10 - origin)) / (2 * scale)
        return origin + (z50 - origin) * np.exp(spread * score)
    if isinstance(distribution, Uniform):
        return distribution.low + (distribution.high - distribution.low) * ndtr(score)
    if isinstance(distribution, Triangular):
        u, low, mode, high = ndtr(score), distribution.low, distribution.mode, distribution.high
        width, turn = high - low, (mode - low) / (high - low)
        left = low + width * np.sqrt(u * turn)
        return np.where(u < turn, left, high - width * np.sqrt((1 - u) * (1 - turn)))
    return distribution.quantile_at_score(score)


CHUNK = 1 << 13
SHOCK_NODES = 1 << 12
Flows = list[dict[Flow, Any]]

# What is watched: the hitting time of the held level beside it, and the margin, or cash flow.
WATCHED = {margin.reached: (margin.held, margin.metric) for margin in MARGINS.values()} | {
    Hit.CASH_FLOW_POSITIVE: (Hit.CASH_FLOW_HELD, None)
}
TRAILING_METRICS = [metric for metric in Metric if metric < Metric.CASH]


def draw_inputs(scenario: Scenario, drawn: Sequence[Input], scores: Array) -> dict[str, Any]:
    """Return what paths draw once by key, of the alternative that each lives in."""
    v: dict[str, Any] = {}
    for each, score in zip(drawn, scores, strict=True):
        under = scenario.overridden.get(each.key, (each.distribution,))
        values = [draw(distribution, score) for distribution in under]
        v[each.key] = values[0] if len(values) == 1 else np.choose(v[ALTERNATIVE], values)
        if each.key == ALTERNATIVE:
            v[ALTERNATIVE] = values[0].astype(np.int64)
    return v


def shocks_of(scenario: Scenario) -> Callable[[Array], Array]:
    """Return what makes shocks of normal scores: nothing, or an interpolated table of fat tails."""
    if scenario.shocks.degrees_of_freedom is None:
        return lambda score: score
    nodes = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, SHOCK_NODES)
    values = tail_curves(scenario)[-1].quantile_at_score(nodes)
    return lambda score: np.interp(score, nodes, values)


def hits_by_quarter(scenario: Scenario, paths: int, seed: int) -> Array:
    """Return how many paths reach the margin target (paying users) by each quarter's end."""
    rng, quarters = np.random.default_rng(seed), scenario.horizon.quarters
    counts = np.zeros(quarters + 1)
    for first in range(0, paths, CHUNK):
        hit = np.full(min(CHUNK, paths - first), quarters)
        for t, past, _, _, _ in live(scenario, hit.size, rng):
            margin = 1 - trailing(past, Flow.PAYING_COST) / trailing(past, Flow.REVENUE)
            hit = np.where((hit == quarters) & (margin >= scenario.targets.gross_margin), t, hit)
        counts += np.bincount(hit, minlength=quarters + 1)
    return np.cumsum(counts[:-1])


def summarise(scenario: Scenario, paths: int, seed: int) -> Tally:
    """Return what the engine keeps of a run: all hitting times, and all metrics' histograms."""
    rng = np.random.default_rng(seed)
    tally = empty_tally(prepare(scenario))
    for first in range(0, paths, CHUNK):
        count_chunk(scenario, min(CHUNK, paths - first), rng, tally)
    return tally


def count_chunk(scenario: Scenario, n: int, rng: np.random.Generator, tally: Tally) -> None:
    """Add n paths to a tally."""
    quarters, targets = scenario.horizon.quarters, scenario.targets
    hits = {time: np.full(n, quarters) for time in Hit}
    runs = {time: np.zeros(n, np.int64) for time in WATCHED}
    below, need, lives_in = np.full(n, -1), np.zeros(n), np.zeros(n, np.int64)
    for t, past, cash, cumulative, alternative in live(scenario, n, rng):
        lives_in = alternative
        metrics, flow = measure(past, cash), past[-1][Flow.FREE_CASH_FLOW]
        for time, (held, metric) in WATCHED.items():
            met = flow >= 0 if metric is None else metrics[metric] >= targets.gross_margin
            runs[time] = np.where(met, runs[time] + 1, 0)
            hold = 4 if metric is None else targets.hold_quarters
            for which, length in ((time, 1), (held, hold)):
                reached = (runs[time] >= length) & (hits[which] == quarters)
                hits[which] = np.where(reached, t, hits[which])
        out = (metrics[Metric.CASH] < 0) & (hits[Hit.OUT_OF_CASH] == quarters)
        hits[Hit.OUT_OF_CASH] = np.where(out, t, hits[Hit.OUT_OF_CASH])
        below = np.where(cumulative < 0, t, below)
        need = np.maximum(need, -cumulative)
        for metric, value in metrics.items():
            place = index(metric)
            tally.sums[place, t] += np.int64(value.sum() * FIXED_POINT)
            if place < MONEY_METRICS:
                tally.money[place, t] += count_money(value)
            else:
                tally.margin[place - MONEY_METRICS, t] += count_margin(value)
    hits[Hit.PAYBACK] = below + 1
    for time, hit in hits.items():
        np.add.at(tally.hits[:, index(time)], (lives_in, hit), np.uint32(1))
    for place, margin in enumerate(MARGINS.values()):
        both = (lives_in, hits[margin.reached], hits[Hit.CASH_FLOW_HELD])
        np.add.at(tally.joint[:, place], both, np.uint32(1))
    tally.funding_need[:] += count_money(need)


def count_money(value: Array) -> NDArray[np.uint32]:
    """Return the histogram of amounts in the engine's bins, the fast way: from their bits."""
    magnitude = (np.abs(value).view(np.int64) >> MANTISSA_SHIFT) - (MONEY_OFFSET - 1)
    distance = np.clip(magnitude, 0, MONEY_SIDE)
    bins = np.where(value < 0, -distance, distance) + MONEY_SIDE
    return np.bincount(bins, minlength=MONEY_BINS).astype(np.uint32)


def count_margin(value: Array) -> NDArray[np.uint32]:
    """Return the histogram of margins in the engine's bins."""
    bins = np.clip((value - MARGIN_LOW) * MARGIN_BINS_A_UNIT, 0, MARGIN_BINS - 1).astype(np.int64)
    return np.bincount(bins, minlength=MARGIN_BINS).astype(np.uint32)


def live(
    scenario: Scenario, n: int, rng: np.random.Generator
) -> Iterator[tuple[int, Flows, Array, Array, Array]]:
    """Simulate n paths over the whole model.

    Yields
    ------
    tuple
        The quarter, the flows of the trailing four, cash, cumulative free cash flow, and the
        alternative that a path lives in.
    """
    inputs = correlated_inputs(scenario)
    factor = np.linalg.cholesky(correlation_matrix(scenario))
    drawn = [i for i in inputs if i.quantity.drawn == "path"]
    count = len(drawn)
    raw = rng.standard_normal((count, n))
    scores = factor[:count, :count] @ raw
    v = draw_inputs(scenario, drawn, scores)
    every = {i.key: i.distribution for i in list_inputs(scenario)}
    v |= {key: d.quantile(0.5) for key, d in every.items() if d.is_certain}
    yearly = [i.distribution for i in inputs[count:]]

    quarters, t0 = scenario.horizon.quarters, scenario.horizon.first_quarter
    base = [
        [
            v.get(f"base_quarters.{name}.{row.key}", known.quantile(0.5)) + np.zeros(n)
            for row, known in zip(BaseQuarter, inputs_of_quarter, strict=True)
        ]
        for name, inputs_of_quarter in zip(
            scenario.horizon.base_quarters, base_quarters(scenario), strict=True
        )
    ]
    last, _, training = base[3]
    alternative = v.get(ALTERNATIVE, np.zeros(n, np.int64))
    shock, deviation = shocks_of(scenario), schedule_of(scenario).deviation
    names = [f"segments.{s.name}" for s in scenario.segments]
    base_share = sum(v[f"{k}.share_of_revenue"] * v[f"{k}.inference_cost"] for k in names)
    base_share = base_share * (1 + v["inference.base_overrun"])
    x = v["inference.other_sales_cost"]
    level = [v[f"{k}.share_of_revenue"] * last for k in names]
    excess = [initial_excess(v, f"{k}.growth") for k in names]
    held = [4 * v.get(f"{k}.growth.plateau", 0.0) for k in names]
    users, fixed = np.full(n, v["free_users.users"]), v["other_costs.fixed"] / 4
    overrun = drift = gain = free_gain = log_revenue = np.zeros(n)
    demand = v["demand.initial"] + np.zeros(n)
    if scenario.inference.net_gain is not None:
        net_gain = v["inference.net_gain"]
    else:
        net_gain = v["inference.efficiency_gain"] - v["inference.price_erosion"]
    cash, losses = v["cash.opening"] + np.zeros(n), v["cash.losses_carried_forward"] + np.zeros(n)
    previous = last
    past = base_flows(v, base, base_share)
    cumulative = np.zeros(n)

    def faded(key: str, t: int) -> Array | float:
        lasting = v[f"{key}.lasting"]
        return lasting + (v[f"{key}.initial"] - lasting) * 2 ** (-t / 4 / v[f"{key}.half_life"])

    def volatility_of_size() -> Array | float:
        log_size = np.log(last / SIZE_OF_VOLATILITY * 4) + log_revenue
        return np.exp(-v["demand.size_exponent"] * np.maximum(log_size, SMALLEST_LOG_SIZE))

    def arrivals(rate: Array | float, size: Uncertain) -> Array:
        come = rng.random(n) < 1 - np.exp(-rate / 4)
        arrived = np.zeros(n)
        arrived[come] = draw(size, rng.standard_normal(int(come.sum())))
        return arrived

    for t in range(quarters):
        if deviation[t] >= 0:
            both = factor[count:] @ np.vstack([raw, rng.standard_normal((2, n))])
            overrun = v["inference.overrun_carried"] * overrun + np.log1p(draw(yearly[0], both[0]))
            drift = v["training.drift_carried"] * drift + np.log1p(draw(yearly[1], both[1]))
        scale = volatility_of_size() if scenario.demand.size_exponent != ZERO else 1.0
        shared = v["demand.volatility"] * scale * shock(rng.standard_normal(n))
        demand = v["demand.persistence"] * demand + shared
        users = users * (
            1 + v["free_users.growth"] / 4 * np.maximum(0, 1 - users / v["free_users.ceiling"])
        )
        revenue, bill = np.zeros(n), np.zeros(n)
        for k, segment in enumerate(scenario.segments):
            key = names[k]
            room = np.maximum(0, 1 - 4 * level[k] / v[f"{key}.market"])
            growth = (v[f"{key}.growth.lasting"] + excess[k]) * room
            own = v[f"{key}.volatility"] * scale * shock(rng.standard_normal(n))
            level[k] = level[k] * np.exp(growth / 4 + demand + own)
            fading = 2 ** (-0.25 / v[f"{key}.growth.half_life"])
            excess[k] = excess[k] * np.where(t + 1 > held[k], fading, 1.0)
            if segment.client_loss is not None:
                level[k] = level[k] * (
                    1 - arrivals(v[f"{key}.client_loss.rate"], segment.client_loss.share)
                )
            revenue = revenue + level[k]
            bill = bill + level[k] * v[f"{key}.inference_cost"] * (1 + v["inference.base_overrun"])
        left = 2 ** (-t / 4 / v["inference.catch_up_half_life"]) / 4
        gain = gain + net_gain * left
        free_gain = (
            free_gain + (v["inference.efficiency_gain"] - v["free_users.usage_growth"]) * left
        )
        bill = bill * np.exp(overrun - gain)
        cost = bill + x * revenue
        free = users * v["free_users.annual_cost"] / 4 * np.exp(overrun - free_gain)
        inference = bill + free
        generation = scenario.training.generation
        jump = arrivals(v["training.generation.rate"], generation.size) if generation else 0.0
        training = training * np.exp(faded("training.growth", t) / 4) * (1 + jump)
        trained = np.maximum(training * np.exp(drift), v["training.floor"] * revenue)
        fixed = fixed * np.exp(v["other_costs.fixed_growth"] / 4)
        other = fixed + v["other_costs.variable"] * revenue * (revenue / last) ** (
            v["other_costs.scale_elasticity"] - 1
        )
        ebitda = revenue - cost - free - trained - other
        tax = v["cash.tax_rate"] * np.maximum(0, ebitda - losses)
        losses = np.maximum(0, losses - ebitda)
        flow = (
            ebitda
            + v["other_costs.stock_pay"] * other
            - v["cash.capital_spending"] * revenue
            - tax
            - v["cash.working_capital"] * 4 * (revenue - previous)
            + np.maximum(0, cash) * v["cash.interest_rate"] / 4
        )
        log_revenue = np.log(revenue / last)
        previous, cumulative, cash = revenue, cumulative + flow, cash + flow
        for funding in scenario.funding:
            if funding.quarter - t0 == t:
                cash = cash + (rng.random(n) < funding.chance) * v[f"funding.{funding.name}.amount"]
        quarter = {
            Flow.REVENUE: revenue,
            Flow.EBITDA: ebitda,
            Flow.FREE_CASH_FLOW: flow,
            Flow.TRAINING: trained,
            Flow.INFERENCE: inference,
            Flow.PAYING_BILL: bill,
            Flow.PAYING_COST: cost,
            Flow.PARTNER_SHARE: v["other_costs.partner_share"] * revenue,
            Flow.FREE_COST: free,
        }
        past = [*past[1:], quarter]
        yield t, past, cash, cumulative, alternative


def initial_excess(v: dict[str, Any], key: str) -> Array:
    """Return by how much growth begins above its lasting rate, at the age that it has."""
    faded = 2 ** (-v.get(f"{key}.age", 0.0) / v[f"{key}.half_life"])
    return (v[f"{key}.initial"] - v[f"{key}.lasting"]) * faded


def base_flows(v: dict[str, Any], base: list[list[Array]], last_bill: Array | float) -> Flows:
    """Return the flows of the base quarters, from each one's revenue, cost index and training.

    ``last_bill`` is the last one's inference over revenue.
    """
    past: Flows = []
    previous = base[0][0] ** 2 / base[1][0]
    free = v["free_users.users"] * v["free_users.annual_cost"] / 4
    for r, index_of_cost, trained in base:
        bill = last_bill * index_of_cost
        cost = r * (bill + v["inference.other_sales_cost"])
        other = v["other_costs.fixed"] / 4 + v["other_costs.variable"] * r
        ebitda = r - cost - free - trained - other
        flow = (
            ebitda
            + v["other_costs.stock_pay"] * other
            - v["cash.capital_spending"] * r
            - v["cash.working_capital"] * 4 * (r - previous)
        )
        past.append(
            {
                Flow.REVENUE: r,
                Flow.EBITDA: ebitda,
                Flow.FREE_CASH_FLOW: flow,
                Flow.TRAINING: trained,
                Flow.INFERENCE: r * bill + free,
                Flow.PAYING_BILL: r * bill,
                Flow.PAYING_COST: cost,
                Flow.PARTNER_SHARE: v["other_costs.partner_share"] * r,
                Flow.FREE_COST: free,
            }
        )
        previous = r
    return past


def trailing(past: Flows, flow: Flow) -> Array:
    """Return a flow's sum over the trailing four quarters."""
    return past[0][flow] + past[1][flow] + past[2][flow] + past[3][flow]


def measure(past: Flows, cash: Array) -> dict[Metric, Array]:
    """Return all metrics of a quarter."""
    metrics = {metric: trailing(past, Flow[metric.name]) for metric in TRAILING_METRICS}
    metrics[Metric.CASH] = cash
    for margin in MARGINS.values():
        cost = sum(trailing(past, flow) for flow in margin.costs)
        metrics[margin.metric] = 1 - cost / metrics[Metric.REVENUE]
    return metrics
