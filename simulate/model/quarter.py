"""A block of paths through one quarter: the loops over lanes around the rules of ``economics``.

``x`` holds the lab's inputs and ``s`` its state. Each loop is short, which LLVM vectorises.
"""

import numpy as np

from simulate.kernels.arrays import (
    BASE_QUARTERS,
    LANES,
    Array,
    Drawn,
    Inputs,
    Plan,
    Points,
    Row,
    Schedule,
    State,
)
from simulate.kernels.draws import draw_arrivals, draw_shock, draw_yearly, scores
from simulate.kernels.jit import kernel, shared_kernel
from simulate.kernels.vector_math import exp

from . import economics as rule
from .rows import Flow, Funding, Hardware, Hit, Lab, Level, Metric, Now, Segment


@kernel
def clear(quarters: int, state: State) -> None:
    """Forget the block before; nothing is reached yet."""
    for place in range(state.now.size):
        state.now[place] = 0.0
    for place in range(state.hits.size):
        state.hits[place] = np.float64(quarters)


@kernel
def start_paths(inputs: Inputs, schedule: Schedule, state: State) -> None:
    """Set every level to the end of the base year."""
    x, s = inputs.lab, state.now
    reference, first, second = 0.0, 0.0, 0.0
    for k in range(schedule.segment_start.size):
        base = schedule.base_revenue[k]
        start_segment(base[BASE_QUARTERS - 1], inputs.segment[k], state.level[k])
        reference += base[BASE_QUARTERS - 1]
        first += base[0]
        second += base[1]
    for i in range(LANES):
        s[Now.REFERENCE_REVENUE + i] = reference
        s[Now.PREVIOUS_REVENUE + i] = first * first / second
        s[Now.TRAINING_PLAN + i] = schedule.base_training[BASE_QUARTERS - 1]
        s[Now.LAST_BELOW_ZERO + i] = -1.0
    for i in range(LANES):
        s[Now.USERS + i] = x[Lab.FREE_USERS + i]
        s[Now.LOSSES + i] = x[Lab.LOSSES_CARRIED_FORWARD + i]
        s[Now.FIXED_COST + i] = x[Lab.FIXED_COST + i] / rule.QUARTERS_A_YEAR
    for i in range(LANES):
        s[Now.FIXED_COST_GROWTH + i] = rule.quarterly_growth(x[Lab.FIXED_COST_GROWTH + i])
        # Shares of a limit, per unit: what is divided by once a path is no division a quarter.
        s[Now.SHARE_OF_CEILING + i] = 1.0 / x[Lab.FREE_USER_CEILING + i]
    for i in range(LANES):
        s[Now.GAIN_RATE + i] = x[Lab.EFFICIENCY_GAIN + i] - x[Lab.PRICE_EROSION + i]
        s[Now.FREE_GAIN_RATE + i] = x[Lab.EFFICIENCY_GAIN + i] - x[Lab.FREE_USAGE_GROWTH + i]
        s[Now.GAIN_DECAY + i] = rule.quarterly_decay(x[Lab.CATCH_UP_HALF_LIFE + i])
    for i in range(LANES):
        s[Now.TRAINING_EXCESS + i] = (
            x[Lab.TRAINING_GROWTH_INITIAL + i] - x[Lab.TRAINING_GROWTH_LASTING + i]
        )
        s[Now.TRAINING_DECAY + i] = rule.quarterly_decay(x[Lab.TRAINING_GROWTH_HALF_LIFE + i])
        s[Now.JUMP_CHANCE + i] = rule.chance_in_quarter(x[Lab.GENERATION_RATE + i])


@kernel
def start_segment(revenue: float, x: Array, level: Array) -> None:
    """Set a segment's levels to the end of the base year."""
    for i in range(LANES):
        level[Level.REVENUE + i] = revenue
        level[Level.UNADOPTED + i] = 1.0
        level[Level.SHARE_OF_MARKET + i] = rule.QUARTERS_A_YEAR / x[Segment.MARKET + i]
        level[Level.GROWTH_EXCESS + i] = (
            x[Segment.GROWTH_INITIAL + i] - x[Segment.GROWTH_LASTING + i]
        )
    for i in range(LANES):
        level[Level.GROWTH_DECAY + i] = rule.quarterly_decay(x[Segment.GROWTH_HALF_LIFE + i])
        level[Level.ADOPTION_DECAY + i] = rule.quarterly_decay(x[Segment.ADOPTION_HALF_LIFE + i])
        level[Level.LOSS_CHANCE + i] = rule.chance_in_quarter(x[Segment.CLIENT_LOSS_RATE + i])


# 1. Revenue


@kernel
def earn_base_quarter(place: int, schedule: Schedule, inputs: Inputs, state: State) -> None:
    """Book revenue and inference of one of the base year's four quarters."""
    s = state.now
    clear_revenue(s)
    for k in range(schedule.segment_start.size):
        earned = schedule.base_revenue[k, place]
        for i in range(LANES):
            s[Now.SEGMENT_REVENUE + i] = earned
        add_segment(inputs.lab, inputs.segment[k], s)
    for i in range(LANES):
        s[Now.FREE_INDEX + i] = 1.0


@kernel
def earn_quarter(quarter: int, plan: Plan, points: Points, inputs: Inputs, state: State) -> None:
    """Grow every segment by a quarter and book its revenue and inference."""
    draws, schedule = plan.draws, plan.schedule
    first = draws.first_quarter + quarter * draws.per_quarter
    s, shared_shock, own_shock = state.now, state.shock[0], state.shock[1]
    draw_shock(points, first, draws, plan.tables, s, shared_shock)
    move_demand(inputs.lab, shared_shock, s)
    clear_revenue(s)
    for k in range(schedule.segment_start.size):
        if quarter < schedule.segment_start[k]:
            continue
        x, level = inputs.segment[k], state.level[k]
        if quarter == schedule.segment_start[k]:
            enter_market(x, schedule.from_free_users[k], level)
        draw_shock(points, first + draws.segment_slot[k], draws, plan.tables, s, own_shock)
        grow_segment(x, level, own_shock, s)
        if draws.client_loss_slot[k] >= 0:
            chance = level[Level.LOSS_CHANCE : Level.LOSS_CHANCE + LANES]
            draw_arrivals(
                points,
                first + draws.client_loss_slot[k],
                chance,
                plan.tables,
                draws.client_loss_table[k],
                s,
            )
            lose_clients(level, s)
        if schedule.kept[k, quarter] != 1.0:
            keep_share(level, schedule.kept[k, quarter])
        if schedule.from_free_users[k]:
            earn_from_users(x, level, s)
        else:
            for i in range(LANES):
                s[Now.SEGMENT_REVENUE + i] = level[Level.REVENUE + i]
        add_segment(inputs.lab, x, s)


@kernel
def move_demand(x: Array, score: Array, s: Array) -> None:
    """Move the shared demand shock and the number of free users by a quarter."""
    for i in range(LANES):
        s[Now.DEMAND + i] = rule.demand_shock(
            s[Now.DEMAND + i],
            x[Lab.DEMAND_PERSISTENCE + i],
            x[Lab.DEMAND_VOLATILITY + i],
            score[i],
        )
    for i in range(LANES):
        s[Now.USERS + i] = rule.next_users(
            s[Now.USERS + i],
            x[Lab.FREE_USER_GROWTH + i],
            s[Now.USERS + i] * s[Now.SHARE_OF_CEILING + i],
        )


@kernel
def clear_revenue(s: Array) -> None:
    """Begin the sums over segments."""
    for i in range(LANES):
        s[Now.REVENUE + i] = 0.0
        s[Now.PAYING_BILL + i] = 0.0


@kernel
def enter_market(x: Array, from_free_users: bool, level: Array) -> None:
    """Set a later segment's revenue, or its index if free users drive it, at its start."""
    for i in range(LANES):
        level[Level.REVENUE + i] = (
            1.0 if from_free_users else x[Segment.STARTING_REVENUE + i] / rule.QUARTERS_A_YEAR
        )


@kernel
def grow_segment(x: Array, level: Array, score: Array, s: Array) -> None:
    """Move a segment's revenue by growth, saturation and shocks."""
    for i in range(LANES):
        s[Now.GROWTH + i] = (
            x[Segment.GROWTH_LASTING + i] + level[Level.GROWTH_EXCESS + i]
        ) * rule.saturation(level[Level.REVENUE + i] * level[Level.SHARE_OF_MARKET + i])
    for i in range(LANES):
        level[Level.REVENUE + i] = rule.next_revenue(
            level[Level.REVENUE + i],
            s[Now.GROWTH + i],
            s[Now.DEMAND + i],
            x[Segment.VOLATILITY + i] * score[i],
        )
    for i in range(LANES):
        level[Level.GROWTH_EXCESS + i] *= level[Level.GROWTH_DECAY + i]


@kernel
def lose_clients(level: Array, s: Array) -> None:
    """Take the lost clients' share out of a segment."""
    for i in range(LANES):
        level[Level.REVENUE + i] *= 1.0 - s[Drawn.ARRIVAL + i]


@kernel
def keep_share(level: Array, share: float) -> None:
    """Take clients whose going is known out of a segment."""
    for i in range(LANES):
        level[Level.REVENUE + i] *= share


@kernel
def earn_from_users(x: Array, level: Array, s: Array) -> None:
    """Book a segment that free users drive; its level is an index around 1."""
    for i in range(LANES):
        level[Level.UNADOPTED + i] *= level[Level.ADOPTION_DECAY + i]
    for i in range(LANES):
        s[Now.SEGMENT_REVENUE + i] = rule.revenue_from_users(
            level[Level.REVENUE + i],
            s[Now.USERS + i],
            x[Segment.REVENUE_PER_USER + i],
            level[Level.UNADOPTED + i],
        )


@kernel
def add_segment(lab: Array, x: Array, s: Array) -> None:
    """Add a segment's quarter to the lab's revenue and, at base cost, to its inference bill."""
    for i in range(LANES):
        s[Now.REVENUE + i] += s[Now.SEGMENT_REVENUE + i]
    for i in range(LANES):
        s[Now.PAYING_BILL + i] += rule.inference_bill(
            s[Now.SEGMENT_REVENUE + i], x[Segment.INFERENCE_COST + i], lab[Lab.BASE_OVERRUN + i]
        )


# 2. Cost of revenue


@kernel
def begin_year(year: int, plan: Plan, points: Points, x: Array, state: State) -> None:
    """Draw the year's inference overrun and training drift, and carry them on."""
    draw_yearly(points, plan.draws, plan.tables, year, state)
    s = state.now
    for i in range(LANES):
        s[Now.OVERRUN_LEVEL + i] = rule.carried_deviation(
            s[Now.OVERRUN_LEVEL + i], x[Lab.OVERRUN_CARRIED + i], s[Drawn.DEVIATION + i]
        )
    for i in range(LANES):
        s[Now.TRAINING_LEVEL + i] = rule.carried_deviation(
            s[Now.TRAINING_LEVEL + i], x[Lab.TRAINING_DRIFT_CARRIED + i], s[Drawn.DRIFT + i]
        )
    for i in range(LANES):
        s[Now.TRAINING_AGAINST_PLAN + i] = exp(s[Now.TRAINING_LEVEL + i])


@kernel
def bill_inference(s: Array) -> None:
    """Move both inference bills from the base year's cost to the quarter's."""
    for i in range(LANES):
        s[Now.NET_GAIN + i] += s[Now.GAIN_RATE + i] / rule.QUARTERS_A_YEAR
        s[Now.FREE_NET_GAIN + i] += s[Now.FREE_GAIN_RATE + i] / rule.QUARTERS_A_YEAR
    for i in range(LANES):
        s[Now.GAIN_RATE + i] *= s[Now.GAIN_DECAY + i]
        s[Now.FREE_GAIN_RATE + i] *= s[Now.GAIN_DECAY + i]
    for i in range(LANES):
        s[Now.PAYING_BILL + i] *= rule.cost_index(s[Now.NET_GAIN + i], s[Now.OVERRUN_LEVEL + i])
    for i in range(LANES):
        s[Now.FREE_INDEX + i] = rule.cost_index(s[Now.FREE_NET_GAIN + i], s[Now.OVERRUN_LEVEL + i])


@kernel
def bill_free_users(x: Array, s: Array) -> None:
    """Book inference of free users."""
    for i in range(LANES):
        s[Now.FREE_BILL + i] = rule.free_user_bill(
            s[Now.USERS + i], x[Lab.FREE_USER_COST + i], s[Now.FREE_INDEX + i]
        )


@kernel
def serve_from_own_hardware(quarter: int, schedule: Schedule, hardware: Array, s: Array) -> None:
    """Book owned hardware: what it saves of the rented bill, its depreciation, its spending."""
    for j in range(schedule.spending.shape[0]):
        x = hardware[j]
        in_service = schedule.in_service[j, quarter]
        spending, depreciation = schedule.spending[j, quarter], schedule.depreciation[j, quarter]
        for i in range(LANES):
            s[Now.PAYING_BILL + i] = rule.bill_after_saving(
                s[Now.PAYING_BILL + i],
                x[Hardware.RENT_REPLACED + i],
                in_service,
                x[Hardware.SAVING + i],
            )
        for i in range(LANES):
            s[Now.DEPRECIATION + i] += x[Hardware.AMOUNT + i] * depreciation
            s[Now.CAPITAL_SPENDING + i] += x[Hardware.AMOUNT + i] * spending


@kernel
def spend_capital(x: Array, s: Array) -> None:
    """Book capital spending beside owned hardware, and begin the sum of depreciation."""
    for i in range(LANES):
        s[Now.CAPITAL_SPENDING + i] = x[Lab.OTHER_CAPITAL_SPENDING + i] * s[Now.REVENUE + i]
        s[Now.DEPRECIATION + i] = 0.0


@kernel
def add_cost_of_revenue(x: Array, s: Array) -> None:
    """Book cost of revenue for paying users."""
    for i in range(LANES):
        s[Now.PAYING_COST + i] = rule.cost_of_revenue(
            s[Now.PAYING_BILL + i],
            s[Now.REVENUE + i],
            x[Lab.OTHER_SALES_COST + i],
            s[Now.DEPRECIATION + i],
        )


# 3. Training


@kernel
def train(quarter: int, plan: Plan, points: Points, x: Array, s: Array) -> None:
    """Grow the training budget by a quarter, and book it with its drift and its floor."""
    draws = plan.draws
    for i in range(LANES):
        s[Drawn.ARRIVAL + i] = 0.0
    if draws.generation_slot >= 0:
        dimension = draws.first_quarter + quarter * draws.per_quarter + draws.generation_slot
        chance = s[Now.JUMP_CHANCE : Now.JUMP_CHANCE + LANES]
        draw_arrivals(points, dimension, chance, plan.tables, draws.generation_table, s)
    for i in range(LANES):
        s[Now.TRAINING_PLAN + i] = rule.next_training(
            s[Now.TRAINING_PLAN + i],
            x[Lab.TRAINING_GROWTH_LASTING + i] + s[Now.TRAINING_EXCESS + i],
            s[Drawn.ARRIVAL + i],
        )
    for i in range(LANES):
        s[Now.TRAINING_EXCESS + i] *= s[Now.TRAINING_DECAY + i]
    for i in range(LANES):
        s[Now.TRAINING + i] = rule.training_cost(
            s[Now.TRAINING_PLAN + i],
            s[Now.TRAINING_AGAINST_PLAN + i],
            x[Lab.TRAINING_FLOOR + i],
            s[Now.REVENUE + i],
        )


# 4. Other operating cost


@kernel
def operate_base_quarter(x: Array, s: Array) -> None:
    """Book the base year's other cost: the fixed part and a plain share of revenue."""
    for i in range(LANES):
        s[Now.OTHER_COST + i] = (
            s[Now.FIXED_COST + i] + x[Lab.VARIABLE_COST + i] * s[Now.REVENUE + i]
        )


@kernel
def operate(x: Array, s: Array) -> None:
    """Grow the fixed part of other operating cost, and add the part that follows revenue."""
    for i in range(LANES):
        s[Now.FIXED_COST + i] *= s[Now.FIXED_COST_GROWTH + i]
    for i in range(LANES):
        s[Now.OTHER_COST + i] = s[Now.FIXED_COST + i] + rule.variable_cost(
            x[Lab.VARIABLE_COST + i],
            s[Now.REVENUE + i],
            s[Now.REFERENCE_REVENUE + i],
            x[Lab.SCALE_ELASTICITY + i],
        )


# 5. Cash


@kernel
def earn_ebitda(s: Array) -> None:
    """Book EBITDA, which counts the inference of free users."""
    for i in range(LANES):
        s[Now.EBITDA + i] = rule.ebitda(
            s[Now.REVENUE + i],
            s[Now.PAYING_COST + i] + s[Now.FREE_BILL + i],
            s[Now.DEPRECIATION + i],
            s[Now.TRAINING + i],
            s[Now.OTHER_COST + i],
        )


@kernel
def pay_tax(x: Array, s: Array) -> None:
    """Book tax on profit after depreciation, once losses carried forward are used up."""
    for i in range(LANES):
        s[Now.PROFIT + i] = s[Now.EBITDA + i] - s[Now.DEPRECIATION + i]
    for i in range(LANES):
        s[Now.TAX + i] = rule.tax(s[Now.PROFIT + i], s[Now.LOSSES + i], x[Lab.TAX_RATE + i])
    for i in range(LANES):
        s[Now.LOSSES + i] = rule.losses_left(s[Now.LOSSES + i], s[Now.PROFIT + i])


@kernel
def flow_cash(x: Array, s: Array) -> None:
    """Book free cash flow."""
    for i in range(LANES):
        s[Now.BOUND_CAPITAL + i] = rule.working_capital_change(
            s[Now.REVENUE + i], s[Now.PREVIOUS_REVENUE + i], x[Lab.WORKING_CAPITAL + i]
        )
    for i in range(LANES):
        s[Now.FREE_CASH_FLOW + i] = rule.free_cash_flow(
            s[Now.EBITDA + i] + x[Lab.STOCK_PAY + i] * s[Now.OTHER_COST + i],
            s[Now.CAPITAL_SPENDING + i],
            s[Now.TAX + i],
            s[Now.BOUND_CAPITAL + i],
            rule.interest(s[Now.CASH + i], x[Lab.INTEREST_RATE + i]),
        )
    for i in range(LANES):
        s[Now.PREVIOUS_REVENUE + i] = s[Now.REVENUE + i]


@kernel
def add_to_cash(quarter: int, plan: Plan, points: Points, funding: Array, state: State) -> None:
    """Add free cash flow and the quarter's funding rounds to cash."""
    s, score = state.now, state.shock[0]
    for i in range(LANES):
        s[Now.CUMULATIVE + i] += s[Now.FREE_CASH_FLOW + i]
        s[Now.CASH + i] += s[Now.FREE_CASH_FLOW + i]
    for j in range(plan.schedule.funding_quarter.size):
        if plan.schedule.funding_quarter[j] == quarter:
            scores(points, plan.draws.chance_coordinate[j], score)
            threshold, x = plan.schedule.funding_score[j], funding[j]
            for i in range(LANES):
                s[Now.CASH + i] += x[Funding.AMOUNT + i] if score[i] < threshold else 0.0


# Trailing sums


@kernel
def remember(quarter: int, s: Array, past: Array) -> None:
    """Keep the quarter's flows for the trailing sums."""
    flow = past[(quarter + BASE_QUARTERS) % BASE_QUARTERS]
    for i in range(LANES):
        flow[Flow.REVENUE + i] = s[Now.REVENUE + i]
        flow[Flow.PAYING_COST + i] = s[Now.PAYING_COST + i]
        flow[Flow.FREE_COST + i] = s[Now.FREE_BILL + i]
        flow[Flow.EBITDA + i] = s[Now.EBITDA + i]
    for i in range(LANES):
        flow[Flow.FREE_CASH_FLOW + i] = s[Now.FREE_CASH_FLOW + i]
        flow[Flow.TRAINING + i] = s[Now.TRAINING + i]
        flow[Flow.INFERENCE + i] = s[Now.PAYING_BILL + i] + s[Now.FREE_BILL + i]


@kernel
def measure(s: Array, past: Array, metrics: Array) -> None:
    """Write the quarter's metrics."""
    a, b, c, d = past[0], past[1], past[2], past[3]
    # Rows of flows that are metrics have the same places in both.
    for j in range(Metric.CASH):
        metrics[j] = (a[j] + b[j]) + (c[j] + d[j])
    for i in range(LANES):
        metrics[Metric.CASH + i] = s[Now.CASH + i]
    for i in range(LANES):
        s[Now.TRAILING_COST + i] = (a[Flow.PAYING_COST + i] + b[Flow.PAYING_COST + i]) + (
            c[Flow.PAYING_COST + i] + d[Flow.PAYING_COST + i]
        )
    for i in range(LANES):
        metrics[Metric.MARGIN_PAYING + i] = rule.gross_margin(
            metrics[Metric.REVENUE + i], s[Now.TRAILING_COST + i]
        )
    for i in range(LANES):
        s[Now.TRAILING_COST + i] += (a[Flow.FREE_COST + i] + b[Flow.FREE_COST + i]) + (
            c[Flow.FREE_COST + i] + d[Flow.FREE_COST + i]
        )
    for i in range(LANES):
        metrics[Metric.MARGIN_ALL + i] = rule.gross_margin(
            metrics[Metric.REVENUE + i], s[Now.TRAILING_COST + i]
        )


# Outcomes

QUARTERS_IN_A_ROW = 4


@kernel
def watch(quarter: int, schedule: Schedule, state: State) -> None:
    """Record what is reached for the first time in this quarter."""
    s, metrics, hits = state.now, state.metrics, state.hits
    target, hold = schedule.margin_target, schedule.hold_quarters
    run = s[Now.RUN_MARGIN_PAYING : Now.RUN_MARGIN_PAYING + LANES]
    lengthen_run(metrics[Metric.MARGIN_PAYING : Metric.MARGIN_PAYING + LANES], target, run)
    hit_after(run, 1, quarter, hits[Hit.MARGIN_PAYING : Hit.MARGIN_PAYING + LANES])
    hit_after(run, hold, quarter, hits[Hit.MARGIN_PAYING_HELD : Hit.MARGIN_PAYING_HELD + LANES])
    run = s[Now.RUN_MARGIN_ALL : Now.RUN_MARGIN_ALL + LANES]
    lengthen_run(metrics[Metric.MARGIN_ALL : Metric.MARGIN_ALL + LANES], target, run)
    hit_after(run, 1, quarter, hits[Hit.MARGIN_ALL : Hit.MARGIN_ALL + LANES])
    hit_after(run, hold, quarter, hits[Hit.MARGIN_ALL_HELD : Hit.MARGIN_ALL_HELD + LANES])
    run = s[Now.RUN_CASH_FLOW : Now.RUN_CASH_FLOW + LANES]
    lengthen_run(s[Now.FREE_CASH_FLOW : Now.FREE_CASH_FLOW + LANES], 0.0, run)
    hit_after(run, 1, quarter, hits[Hit.CASH_FLOW_POSITIVE : Hit.CASH_FLOW_POSITIVE + LANES])
    hit_after(
        run, QUARTERS_IN_A_ROW, quarter, hits[Hit.CASH_FLOW_HELD : Hit.CASH_FLOW_HELD + LANES]
    )
    for i in range(LANES):
        out = np.float64(quarter) if s[Now.CASH + i] < 0.0 else hits[Hit.OUT_OF_CASH + i]
        hits[Hit.OUT_OF_CASH + i] = min(hits[Hit.OUT_OF_CASH + i], out)
    for i in range(LANES):
        s[Now.FUNDING_NEED + i] = max(s[Now.FUNDING_NEED + i], -s[Now.CUMULATIVE + i])
    for i in range(LANES):
        below = np.float64(quarter) if s[Now.CUMULATIVE + i] < 0.0 else s[Now.LAST_BELOW_ZERO + i]
        s[Now.LAST_BELOW_ZERO + i] = below
        hits[Hit.PAYBACK + i] = below + 1.0


@shared_kernel
def lengthen_run(value: Row, level: float, run: Row) -> None:
    """Count the quarters in a row at or above a level."""
    for i in range(LANES):
        run[i] = run[i] + 1.0 if value[i] >= level else 0.0


@shared_kernel
def hit_after(run: Row, hold: int, quarter: int, hit: Row) -> None:
    """Record the quarter that completes the first run of ``hold`` quarters."""
    for i in range(LANES):
        reached = np.float64(quarter) if run[i] >= hold else hit[i]
        hit[i] = min(hit[i], reached)
