"""The model as a careful user would write it in numpy: vectorised over a chunk of paths.

Pseudo-random draws, closed-form quantiles where a distribution has one, chunks that stay in cache.
It knows segments with their own growth, which is what the base scenarios have.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simulate.sampling.ramp import base_year_ramp
from simulate.scenario import Scenario
from simulate.scenario.correlations import correlation_matrix
from simulate.scenario.distributions import Lognormal, Normal, Triangular, Uncertain, Uniform
from simulate.scenario.inputs import correlated_inputs, list_inputs

Array = NDArray[np.float64]


def draw(distribution: Uncertain, score: Array) -> Array:
    """Return the quantile function at normal scores, the fast way where there is one."""
    if isinstance(distribution, (Normal, Lognormal)) and distribution.truncate is None:
        z10, z50, z90 = (distribution.quantile(p) for p in (0.1, 0.5, 0.9))
        scale = 1.2815515655446004
        if isinstance(distribution, Normal):
            return z50 + (z90 - z10) / (2 * scale) * score
        origin = distribution._origin
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


def hits_by_quarter(scenario: Scenario, paths: int, seed: int, chunk: int = 1 << 13) -> Array:
    """Return how many paths reach the margin target (paying users) by each quarter's end."""
    rng = np.random.default_rng(seed)
    counts: Counter[int] = Counter()
    for first in range(0, paths, chunk):
        size = min(chunk, paths - first)
        hit = first_passage(scenario, size, rng)
        counts.update(dict(zip(*np.unique(hit, return_counts=True), strict=True)))
    quarters = scenario.horizon.quarters
    return np.cumsum([counts[q] for q in range(quarters)]).astype(float)


def first_passage(scenario: Scenario, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Simulate n paths over the whole model; return the first quarter at the target."""
    inputs = correlated_inputs(scenario)
    factor = np.linalg.cholesky(correlation_matrix(scenario))
    drawn = [i for i in inputs if i.quantity.drawn == "path"]
    count = len(drawn)
    raw = rng.standard_normal((count, n))
    scores = factor[:count, :count] @ raw
    v: dict[str, Array | float] = {
        i.key: draw(i.distribution, z) for i, z in zip(drawn, scores, strict=True)
    }
    every = {i.key: i.distribution for i in list_inputs(scenario)}
    v |= {key: d.quantile(0.5) for key, d in every.items() if d.is_certain}
    yearly = [i.distribution for i in inputs[count:]]

    quarters, t0 = scenario.horizon.quarters, scenario.horizon.first_quarter
    revenue_ramp = base_year_ramp(v["base_year.revenue"], 12 * v["base_year.monthly_revenue"])
    training = base_year_ramp(v["base_year.training"], v["base_year.training_run_rate"])[3]
    names = [f"segments.{s.name}" for s in scenario.segments]
    base_share = sum(v[f"{k}.share_of_revenue"] * v[f"{k}.inference_cost"] for k in names)
    base_share = base_share * (1 + v["inference.base_overrun"])
    x = v["inference.other_sales_cost"]
    level = [np.full(n, v[f"{k}.share_of_revenue"] * revenue_ramp[3]) for k in names]
    users, fixed = np.full(n, v["free_users.users"]), v["other_costs.fixed"] / 4
    demand = overrun = drift = gain = free_gain = np.zeros(n)
    cash, losses = v["cash.opening"] + np.zeros(n), v["cash.losses_carried_forward"] + np.zeros(n)
    previous = np.full(n, revenue_ramp[3])
    trailing_revenue = [np.full(n, r) for r in revenue_ramp]
    trailing_cost = [np.full(n, r * (base_share + x)) for r in revenue_ramp]
    hit = np.full(n, quarters)
    cumulative = need = np.zeros(n)

    def faded(key: str, t: int) -> Array | float:
        lasting = v[f"{key}.lasting"]
        return lasting + (v[f"{key}.initial"] - lasting) * 2 ** (-t / 4 / v[f"{key}.half_life"])

    def arrivals(rate: Array | float, size: Uncertain) -> Array:
        come = rng.random(n) < 1 - np.exp(-rate / 4)
        arrived = np.zeros(n)
        arrived[come] = draw(size, rng.standard_normal(int(come.sum())))
        return arrived

    for t in range(quarters):
        if t % 4 == 0:
            both = factor[count:] @ np.vstack([raw, rng.standard_normal((2, n))])
            overrun = v["inference.overrun_carried"] * overrun + np.log1p(draw(yearly[0], both[0]))
            drift = v["training.drift_carried"] * drift + np.log1p(draw(yearly[1], both[1]))
        demand = v["demand.persistence"] * demand + v["demand.volatility"] * rng.standard_normal(n)
        users = users * (
            1 + v["free_users.growth"] / 4 * np.maximum(0, 1 - users / v["free_users.ceiling"])
        )
        revenue, bill = np.zeros(n), np.zeros(n)
        for k, segment in enumerate(scenario.segments):
            key = names[k]
            growth = faded(f"{key}.growth", t) * np.maximum(
                0, 1 - 4 * level[k] / v[f"{key}.market"]
            )
            level[k] = level[k] * np.exp(
                growth / 4 + demand + v[f"{key}.volatility"] * rng.standard_normal(n)
            )
            if segment.client_loss is not None:
                level[k] = level[k] * (
                    1 - arrivals(v[f"{key}.client_loss.rate"], segment.client_loss.share)
                )
            revenue = revenue + level[k]
            bill = bill + level[k] * v[f"{key}.inference_cost"] * (1 + v["inference.base_overrun"])
        left = 2 ** (-t / 4 / v["inference.catch_up_half_life"]) / 4
        gain = gain + (v["inference.efficiency_gain"] - v["inference.price_erosion"]) * left
        free_gain = (
            free_gain + (v["inference.efficiency_gain"] - v["free_users.usage_growth"]) * left
        )
        cost = bill * np.exp(overrun - gain) + x * revenue
        free = users * v["free_users.annual_cost"] / 4 * np.exp(overrun - free_gain)
        generation = scenario.training.generation
        jump = arrivals(v["training.generation.rate"], generation.size) if generation else 0.0
        training = training * np.exp(faded("training.growth", t) / 4) * (1 + jump)
        trained = np.maximum(training * np.exp(drift), v["training.floor"] * revenue)
        fixed = fixed * np.exp(v["other_costs.fixed_growth"] / 4)
        other = fixed + v["other_costs.variable"] * revenue * (revenue / revenue_ramp[3]) ** (
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
        previous, cumulative = revenue, cumulative + flow
        cash, need = cash + flow, np.maximum(need, -cumulative)
        for funding in scenario.funding:
            if funding.quarter - t0 == t:
                cash = cash + (rng.random(n) < funding.chance) * v[f"funding.{funding.name}.amount"]
        trailing_revenue = [*trailing_revenue[1:], revenue]
        trailing_cost = [*trailing_cost[1:], cost]
        margin = 1 - sum(trailing_cost) / sum(trailing_revenue)
        hit = np.where((hit == quarters) & (margin >= scenario.targets.gross_margin), t, hit)
    return hit
