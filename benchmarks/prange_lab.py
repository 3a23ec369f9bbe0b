"""The model as one would write it plainly in numba: a scalar loop over paths in ``prange``.

Pseudo-random draws and closed-form quantiles, as in ``numpy_lab``. It knows segments with their
own growth, which is what the base scenarios have, and its threads seed themselves.
"""
# Compiled code has a generator a thread only behind numpy's old names.
# ruff: noqa: NPY002

import math
from enum import IntEnum
from typing import Any

import numpy as np
from numba import config, njit, prange, set_num_threads
from numpy.typing import NDArray

from simulate.engine.plan import prepare
from simulate.model import rows
from simulate.scenario import Scenario
from simulate.scenario.distributions import Lognormal, Normal, Triangular, Uncertain, Uniform
from simulate.scenario.inputs import correlated_inputs

Array = NDArray[np.float64]
SCORE_OF_P90 = 1.2815515655446004
NORMAL, LOGNORMAL, UNIFORM, TRIANGULAR = range(4)

Lab: Any = IntEnum("Lab", [row.name for row in rows.Lab], start=0)
Segment: Any = IntEnum("Segment", [row.name for row in rows.Segment], start=0)
LAB_ROWS, SEGMENT_ROWS = len(Lab), len(Segment)

plain = njit(fastmath=True, error_model="numpy")


def law(distribution: Uncertain) -> tuple[float, float, float, float]:
    """Return which quantile function a distribution has, and its three numbers."""
    if isinstance(distribution, Uniform):
        return UNIFORM, distribution.low, distribution.high, 0.0
    if isinstance(distribution, Triangular):
        return TRIANGULAR, distribution.low, distribution.mode, distribution.high
    z10, z50, z90 = (distribution.quantile(p) for p in (0.1, 0.5, 0.9))
    if isinstance(distribution, Normal):
        return NORMAL, z50, (z90 - z10) / (2 * SCORE_OF_P90), 0.0
    if isinstance(distribution, Lognormal):
        origin = distribution.origin
        spread = math.log((z90 - origin) / (z10 - origin)) / (2 * SCORE_OF_P90)
        return LOGNORMAL, origin, z50 - origin, spread
    raise ValueError(f"No closed form for {distribution!r}.")


@plain
def draw(law: Array, score: float) -> float:
    """Return the quantile function at a normal score."""
    kind, a, b, c = law[0], law[1], law[2], law[3]
    if kind == NORMAL:
        return a + b * score
    if kind == LOGNORMAL:
        return a + b * math.exp(c * score)
    u = 0.5 * math.erfc(-score * math.sqrt(0.5))
    if kind == UNIFORM:
        return a + (b - a) * u
    if u < (b - a) / (c - a):
        return a + math.sqrt(u * (c - a) * (b - a))
    return c - math.sqrt((1 - u) * (c - a) * (c - b))


@plain
def correlated(factor: Array, line: int, raw: Array) -> float:
    """Return a score that depends on the raw ones up to its own."""
    total = 0.0
    for k in range(line + 1):
        total += factor[line, k] * raw[k]
    return total


@plain
def faded(initial: float, lasting: float, half_life: float, quarter: int) -> float:
    """Return growth on its way from its initial to its lasting rate."""
    return lasting + (initial - lasting) * math.exp(-math.log(2.0) * quarter / 4 / half_life)


@plain
def arrival(annual_rate: float, law: Array) -> float:
    """Return the size of what arrives in a quarter, 0 where nothing does."""
    if np.random.random() < 1 - math.exp(-annual_rate / 4):
        return draw(law, np.random.standard_normal())
    return 0.0


@njit(parallel=True, fastmath=True, error_model="numpy")
def first_passages(
    paths: int,
    certain: Array,
    input_row: NDArray[np.int64],
    laws: Array,
    factor: Array,
    loss_law: NDArray[np.int64],
    jump_law: int,
    base_revenue: Array,
    base_training: Array,
    funding_quarter: NDArray[np.int64],
    funding_chance: Array,
    target: float,
    quarters: int,
) -> NDArray[np.int64]:
    """Simulate paths over the whole model; return each one's first quarter at the target."""
    hits = np.empty(paths, np.int64)
    for path in prange(paths):
        hits[path] = first_passage(
            certain,
            input_row,
            laws,
            factor,
            loss_law,
            jump_law,
            base_revenue,
            base_training,
            funding_quarter,
            funding_chance,
            target,
            quarters,
        )
    return hits


@plain
def first_passage(
    certain: Array,
    input_row: NDArray[np.int64],
    laws: Array,
    factor: Array,
    loss_law: NDArray[np.int64],
    jump_law: int,
    base_revenue: Array,
    base_training: Array,
    funding_quarter: NDArray[np.int64],
    funding_chance: Array,
    target: float,
    quarters: int,
) -> int:
    """Simulate one path over the whole model; return its first quarter at the target."""
    inputs, segments = input_row.size, base_revenue.shape[0]
    v, raw = certain.copy(), np.empty(inputs + 2)
    for j in range(inputs):
        raw[j] = np.random.standard_normal()
        v[input_row[j]] = draw(laws[j], correlated(factor, j, raw))
    overrun_2025 = 1 + v[Lab.BASE_OVERRUN]
    sales_cost = v[Lab.OTHER_SALES_COST]

    level = base_revenue[:, 3].copy()
    trailing_revenue, trailing_cost = np.zeros(4), np.zeros(4)
    for q in range(4):
        for k in range(segments):
            unit_cost = v[LAB_ROWS + k * SEGMENT_ROWS + Segment.INFERENCE_COST] * overrun_2025
            trailing_revenue[q] += base_revenue[k, q]
            trailing_cost[q] += base_revenue[k, q] * (unit_cost + sales_cost)
    reference = previous = trailing_revenue[3]
    demand = overrun = drift = gain = free_gain = cumulative = need = 0.0
    users, fixed, training = v[Lab.FREE_USERS], v[Lab.FIXED_COST] / 4, base_training[3]
    cash, losses = v[Lab.OPENING_CASH], v[Lab.LOSSES_CARRIED_FORWARD]
    hit = quarters

    for t in range(quarters):
        if t % 4 == 0:
            raw[inputs] = np.random.standard_normal()
            raw[inputs + 1] = np.random.standard_normal()
            deviation = draw(laws[inputs], correlated(factor, inputs, raw))
            overrun = v[Lab.OVERRUN_CARRIED] * overrun + math.log(1 + deviation)
            deviation = draw(laws[inputs + 1], correlated(factor, inputs + 1, raw))
            drift = v[Lab.TRAINING_DRIFT_CARRIED] * drift + math.log(1 + deviation)
        demand = v[Lab.DEMAND_PERSISTENCE] * demand
        demand += v[Lab.DEMAND_VOLATILITY] * np.random.standard_normal()
        users *= 1 + v[Lab.FREE_USER_GROWTH] / 4 * max(0.0, 1 - users / v[Lab.FREE_USER_CEILING])
        revenue = bill = 0.0
        for k in range(segments):
            x = v[LAB_ROWS + k * SEGMENT_ROWS : LAB_ROWS + (k + 1) * SEGMENT_ROWS]
            growth = faded(
                x[Segment.GROWTH_INITIAL],
                x[Segment.GROWTH_LASTING],
                x[Segment.GROWTH_HALF_LIFE],
                t,
            ) * max(0.0, 1 - 4 * level[k] / x[Segment.MARKET])
            own = x[Segment.VOLATILITY] * np.random.standard_normal()
            level[k] *= math.exp(growth / 4 + demand + own)
            if loss_law[k] >= 0:
                level[k] *= 1 - arrival(x[Segment.CLIENT_LOSS_RATE], laws[loss_law[k]])
            revenue += level[k]
            bill += level[k] * x[Segment.INFERENCE_COST] * overrun_2025
        left = math.exp(-math.log(2.0) * t / 4 / v[Lab.CATCH_UP_HALF_LIFE]) / 4
        gain += (v[Lab.EFFICIENCY_GAIN] - v[Lab.PRICE_EROSION]) * left
        free_gain += (v[Lab.EFFICIENCY_GAIN] - v[Lab.FREE_USAGE_GROWTH]) * left
        cost = bill * math.exp(overrun - gain) + sales_cost * revenue
        free = users * v[Lab.FREE_USER_COST] / 4 * math.exp(overrun - free_gain)
        growth = faded(
            v[Lab.TRAINING_GROWTH_INITIAL],
            v[Lab.TRAINING_GROWTH_LASTING],
            v[Lab.TRAINING_GROWTH_HALF_LIFE],
            t,
        )
        jump = arrival(v[Lab.GENERATION_RATE], laws[jump_law]) if jump_law >= 0 else 0.0
        training *= math.exp(growth / 4) * (1 + jump)
        trained = max(training * math.exp(drift), v[Lab.TRAINING_FLOOR] * revenue)
        fixed *= math.exp(v[Lab.FIXED_COST_GROWTH] / 4)
        scale = math.exp((v[Lab.SCALE_ELASTICITY] - 1) * math.log(revenue / reference))
        other = fixed + v[Lab.VARIABLE_COST] * revenue * scale
        ebitda = revenue - cost - free - trained - other
        tax = v[Lab.TAX_RATE] * max(0.0, ebitda - losses)
        losses = max(0.0, losses - ebitda)
        flow = (
            ebitda
            + v[Lab.STOCK_PAY] * other
            - v[Lab.OTHER_CAPITAL_SPENDING] * revenue
            - tax
            - v[Lab.WORKING_CAPITAL] * 4 * (revenue - previous)
            + max(0.0, cash) * v[Lab.INTEREST_RATE] / 4
        )
        previous = revenue
        cumulative += flow
        cash += flow
        need = max(need, -cumulative)
        for j in range(funding_quarter.size):
            if funding_quarter[j] == t and np.random.random() < funding_chance[j]:
                cash += v[LAB_ROWS + segments * SEGMENT_ROWS + j]
        trailing_revenue[t % 4], trailing_cost[t % 4] = revenue, cost
        margin = 1 - trailing_cost.sum() / trailing_revenue.sum()
        if hit == quarters and margin >= target:
            hit = t
    return hit


def hits_by_quarter(scenario: Scenario, paths: int, threads: int = 1) -> Array:
    """Return how many paths reach the margin target (paying users) by each quarter's end."""
    set_num_threads(min(threads, config.NUMBA_NUM_THREADS))
    prepared = prepare(scenario)
    draws, schedule = prepared.plan.draws, prepared.plan.schedule
    sizes = [s.client_loss.share for s in scenario.segments if s.client_loss is not None]
    generation = scenario.training.generation
    sizes += [] if generation is None else [generation.size]
    distributions = [i.distribution for i in correlated_inputs(scenario)] + sizes
    hits = first_passages(
        paths,
        np.array([row.quantile(0.5) if row.is_certain else 0.0 for row in prepared.rows]),
        draws.input_row,
        np.array([law(distribution) for distribution in distributions]),
        draws.mixing,
        np.where(draws.client_loss_slot >= 0, draws.client_loss_table, -1),
        draws.generation_table if draws.generation_slot >= 0 else -1,
        schedule.base_revenue,
        schedule.base_training,
        schedule.funding_quarter,
        np.array([funding.chance for funding in scenario.funding]),
        schedule.margin_target,
        schedule.quarters,
    )
    return np.cumsum(np.bincount(hits, minlength=schedule.quarters + 1)[:-1]).astype(float)
