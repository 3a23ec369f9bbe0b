"""The economics of a lab, from revenue to cash and outcomes, in the order of ``docs/model.md``.

A function is an equation of that page, or a few that belong together, of a block of paths: a loop
over its lanes, in plain numbers of one path in one quarter. ``x`` holds inputs, ``s`` the lab's
state and ``level`` a segment's. Money is in billions of US dollars; flows are per quarter unless a
name says annual; rates and growth are per year, in logarithms; half-lives are in years;
volatilities are per quarter.
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
    Schedule,
    State,
)
from simulate.kernels.draws import draw_arrivals, draw_deviation, draw_shock, scores
from simulate.kernels.interpreter import run_stage
from simulate.kernels.jit import inlined, kernel
from simulate.kernels.vector_math import exp, log, maximum, minimum
from simulate.scenario.quantities import Stage

from .capital import end_failed_paths, fail, finance_quarter, pay_interest, start_capital
from .compute import (
    cut_training,
    follow_revenue,
    pay_in_cash,
    serve_within_capacity,
    share_base_revenue,
    share_revenue,
    spare_partners,
    start_contracts,
    train_within_capacity,
    use_compute,
)
from .rows import (
    MARGIN_DEFINITIONS,
    BaseQuarter,
    Flow,
    Funding,
    Hardware,
    Hit,
    Lab,
    Level,
    Metric,
    Now,
    Segment,
)

QUARTERS_A_YEAR = 4.0
QUARTERS_IN_A_ROW = 4.0
LN_2 = 0.6931471805599453
# Revenue a year at which volatility is stated, and the log of a size, in units of it, below which
# volatility rises no further: 10 million dollars a year.
SIZE_OF_VOLATILITY = 10.0
SMALLEST_LOG_SIZE = -6.907755278982137
STAGES = len(Stage)
# Quarters after the last and before the first: of what isn't reached, and of a path that is never
# below zero.
NEVER = 1e6
NEVER_BELOW_ZERO = -1.0


# A quarter


@kernel
def live_base_quarter(quarter: int, plan: Plan, inputs: Inputs, state: State) -> None:
    """Book a quarter before the horizon: it is known, and nothing is taxed or funded."""
    x, s, schedule = inputs.lab, state.now, plan.schedule
    base = inputs.base[quarter + BASE_QUARTERS]
    earn_base_quarter(base, schedule, inputs, state)
    bill_free_users(x, s)
    spend_capital(x, s)
    add_cost_of_revenue(x, s)
    share_base_revenue(schedule, inputs.share, s)
    if schedule.rents_compute:
        use_compute(quarter, schedule, inputs.commitment, x, s)
    operate_base_quarter(x, s)
    earn_ebitda(s)
    flow_cash(x, s)
    remember(quarter, s, state.past)
    for stage in range(STAGES):
        run_stage(plan.program, stage, quarter, inputs.rows, state)


@kernel
def live_quarter(quarter: int, plan: Plan, points: Points, inputs: Inputs, state: State) -> None:
    """Take a block through a quarter of the horizon."""
    x, s, schedule, program = inputs.lab, state.now, plan.schedule, plan.program
    if schedule.deviation[quarter] >= 0:
        draw_deviation(points, plan.draws, plan.tables, schedule.deviation[quarter], state)
        carry_overrun(x, s)
        carry_drift(x, s)
    earn_quarter(quarter, plan, points, inputs, state)
    run_stage(program, Stage.REVENUE, quarter, inputs.rows, state)
    bill_inference(s)
    bill_free_users(x, s)
    if schedule.has_capacity:
        serve_within_capacity(quarter, schedule, x, s)
    spend_capital(x, s)
    serve_from_own_hardware(quarter, schedule, inputs.hardware, s)
    add_cost_of_revenue(x, s)
    run_stage(program, Stage.COST_OF_REVENUE, quarter, inputs.rows, state)
    is_shared = schedule.share_is_within.size > 0
    if is_shared:
        share_revenue(quarter, schedule, inputs.share, state)
    if schedule.budget_follows:
        follow_revenue(x, s)
    train(quarter, plan, points, x, s)
    if schedule.budget_is_cut:
        cut_training(x, s)
    if schedule.has_capacity:
        train_within_capacity(x, s)
    if schedule.rents_compute:
        use_compute(quarter, schedule, inputs.commitment, x, s)
    operate(x, s)
    if is_shared:
        spare_partners(x, s)
    if is_shared or schedule.rents_compute:
        pay_in_cash(s)
    run_stage(program, Stage.OPERATING_COST, quarter, inputs.rows, state)
    earn_ebitda(s)
    pay_tax(x, s)
    run_stage(program, Stage.CAPITAL_SPENDING, quarter, inputs.rows, state)
    flow_cash(x, s)
    if schedule.raises:
        pay_interest(inputs.raising, s)
    run_stage(program, Stage.FINANCING, quarter, inputs.rows, state)
    if schedule.raises:
        finance_quarter(quarter, plan, points, inputs, state)
    else:
        add_to_cash(quarter, plan, points, inputs.funding, state)
    remember(quarter, s, state.past)
    measure(s, state.past, state.metrics)
    if schedule.raises:
        fail(inputs.raising, s, state.metrics)
    watch_margins(quarter, schedule, state)
    watch_cash(quarter, state)
    run_stage(program, Stage.END, quarter, inputs.rows, state)
    if schedule.raises:
        end_failed_paths(quarter, schedule, state)


# Shared terms


@inlined
def left_after_quarter(half_life: float) -> float:
    """Return what is left after a quarter of something that halves every ``half_life`` years."""
    return exp(-LN_2 / (QUARTERS_A_YEAR * half_life))


@inlined
def chance_in_quarter(annual_rate: float) -> float:
    """Return the chance of at least one arrival in a quarter of a Poisson process."""
    return 1.0 - exp(-annual_rate / QUARTERS_A_YEAR)


@inlined
def room_to_grow(share_of_limit: float) -> float:
    """Return the part of growth that a finite market leaves, or the last user."""
    return max(0.0, 1.0 - share_of_limit)


@inlined
def carried(previous: float, share: float, deviation: float) -> float:
    """Return the log level of a cost against plan, of which a share stays."""
    return share * previous + log(1.0 + deviation)


# The base quarters


@kernel
def start_paths(inputs: Inputs, schedule: Schedule, state: State) -> None:
    """Set every level to the end of the last base quarter."""
    x, s, base = inputs.lab, state.now, inputs.base
    last, first, second = base[BASE_QUARTERS - 1], base[0], base[1]
    # Sums over segments; until a quarter is booked, REVENUE has room for one of them.
    for k in range(schedule.segment_start.size):
        share = schedule.share_of_revenue[k]
        start_segment(share, last, inputs.segment[k], state.level[k])
        for i in range(LANES):
            s[Now.REFERENCE_REVENUE + i] += share * last[BaseQuarter.REVENUE + i]
            s[Now.PREVIOUS_REVENUE + i] += share * first[BaseQuarter.REVENUE + i]
            s[Now.REVENUE + i] += share * second[BaseQuarter.REVENUE + i]
    for i in range(LANES):
        # The quarter before the base, by the growth of its first two.
        first_revenue = s[Now.PREVIOUS_REVENUE + i]
        s[Now.PREVIOUS_REVENUE + i] = first_revenue * first_revenue / s[Now.REVENUE + i]
        s[Now.TRAINING_PLAN + i] = last[BaseQuarter.TRAINING + i]
        s[Now.DEMAND + i] = x[Lab.DEMAND_INITIAL + i]
        s[Now.SHOCK_SCALE + i] = 1.0
        size = QUARTERS_A_YEAR / SIZE_OF_VOLATILITY * s[Now.REFERENCE_REVENUE + i]
        s[Now.LOG_BASE_SIZE + i] = log(size)
        s[Now.USERS + i] = x[Lab.FREE_USERS + i]
        s[Now.LOSSES + i] = x[Lab.LOSSES_CARRIED_FORWARD + i]
        s[Now.FIXED_COST + i] = x[Lab.FIXED_COST + i] / QUARTERS_A_YEAR
        s[Now.LAST_BELOW_ZERO + i] = NEVER_BELOW_ZERO
    # What a path divides by, or takes an exponential of, once and not in every quarter.
    for i in range(LANES):
        s[Now.SHARE_OF_CEILING + i] = 1.0 / x[Lab.FREE_USER_CEILING + i]
        s[Now.FIXED_COST_GROWTH + i] = exp(x[Lab.FIXED_COST_GROWTH + i] / QUARTERS_A_YEAR)
        s[Now.JUMP_CHANCE + i] = chance_in_quarter(x[Lab.GENERATION_RATE + i])
    for i in range(LANES):
        efficiency = x[Lab.EFFICIENCY_GAIN + i]
        gain = efficiency - x[Lab.PRICE_EROSION + i]
        s[Now.GAIN_RATE + i] = x[Lab.NET_GAIN + i] if schedule.gain_is_net else gain
        s[Now.FREE_GAIN_RATE + i] = efficiency - x[Lab.FREE_USAGE_GROWTH + i]
        s[Now.GAIN_DECAY + i] = left_after_quarter(x[Lab.CATCH_UP_HALF_LIFE + i])
    for i in range(LANES):
        lasting = x[Lab.TRAINING_GROWTH_LASTING + i]
        s[Now.TRAINING_EXCESS + i] = x[Lab.TRAINING_GROWTH_INITIAL + i] - lasting
        s[Now.TRAINING_DECAY + i] = left_after_quarter(x[Lab.TRAINING_GROWTH_HALF_LIFE + i])
    start_contracts(inputs, schedule, state)
    start_capital(inputs, schedule, s)


@inlined
def start_segment(share: float, base: Array, x: Array, level: Array) -> None:
    """Set a segment's levels to the end of the last base quarter."""
    for i in range(LANES):
        age, half_life = x[Segment.GROWTH_AGE + i], x[Segment.GROWTH_HALF_LIFE + i]
        excess = x[Segment.GROWTH_INITIAL + i] - x[Segment.GROWTH_LASTING + i]
        level[Level.REVENUE + i] = share * base[BaseQuarter.REVENUE + i]
        level[Level.UNADOPTED + i] = 1.0
        level[Level.SHARE_OF_MARKET + i] = QUARTERS_A_YEAR / x[Segment.MARKET + i]
        level[Level.GROWTH_EXCESS + i] = excess * exp(-LN_2 * age / half_life)
        level[Level.PLATEAU + i] = QUARTERS_A_YEAR * x[Segment.GROWTH_PLATEAU + i]
    for i in range(LANES):
        level[Level.GROWTH_DECAY + i] = left_after_quarter(x[Segment.GROWTH_HALF_LIFE + i])
        level[Level.ADOPTION_DECAY + i] = left_after_quarter(x[Segment.ADOPTION_HALF_LIFE + i])
        level[Level.LOSS_CHANCE + i] = chance_in_quarter(x[Segment.CLIENT_LOSS_RATE + i])


@inlined
def earn_base_quarter(base: Array, schedule: Schedule, inputs: Inputs, state: State) -> None:
    """Book revenue, inference and training of a base quarter."""
    s = state.now
    clear_revenue(s)
    for k in range(schedule.segment_start.size):
        share = schedule.share_of_revenue[k]
        for i in range(LANES):
            s[Now.SEGMENT_REVENUE + i] = share * base[BaseQuarter.REVENUE + i]
        add_segment(inputs.lab, inputs.segment[k], s)
    for i in range(LANES):
        s[Now.PAYING_BILL + i] *= base[BaseQuarter.COST + i]
        s[Now.FREE_INDEX + i] = 1.0
        s[Now.TRAINING + i] = base[BaseQuarter.TRAINING + i]


@inlined
def operate_base_quarter(x: Array, s: Array) -> None:
    """Book a base quarter's other cost: the fixed part and a plain share of revenue."""
    for i in range(LANES):
        variable = x[Lab.VARIABLE_COST + i] * s[Now.REVENUE + i]
        s[Now.OTHER_COST + i] = s[Now.FIXED_COST + i] + variable


@inlined
def open_cash(x: Array, s: Array) -> None:
    """Set cash to the balance with which the horizon begins."""
    for i in range(LANES):
        s[Now.CASH + i] = x[Lab.OPENING_CASH + i]


# 1. Revenue


@kernel
def earn_quarter(quarter: int, plan: Plan, points: Points, inputs: Inputs, state: State) -> None:
    """Grow every segment by a quarter, and book its revenue and inference."""
    draws, schedule, tables = plan.draws, plan.schedule, plan.tables
    first = draws.first_quarter + quarter * draws.per_quarter
    s, shared_shock, own_shock = state.now, state.shock[0], state.shock[1]
    if schedule.size_matters:
        scale_shocks(inputs.lab, s)
    draw_shock(points, first, draws, tables, s, shared_shock)
    move_demand(inputs.lab, shared_shock, s)
    grow_free_users(inputs.lab, s)
    clear_revenue(s)
    for k in range(schedule.segment_start.size):
        if quarter < schedule.segment_start[k]:
            continue
        x, level = inputs.segment[k], state.level[k]
        if quarter == schedule.segment_start[k]:
            enter_market(x, schedule.from_free_users[k], level)
        draw_shock(points, first + draws.segment_slot[k], draws, tables, s, own_shock)
        grow_segment(x, own_shock, s, level)
        if draws.client_loss_slot[k] >= 0:
            slot, table = draws.client_loss_slot[k], draws.client_loss_table[k]
            chance = level[Level.LOSS_CHANCE : Level.LOSS_CHANCE + LANES]
            draw_arrivals(points, first + slot, chance, tables, table, s)
            lose_clients(s, level)
        if schedule.kept[k, quarter] != 1.0:
            keep_clients(schedule.kept[k, quarter], level)
        if schedule.from_free_users[k]:
            earn_from_free_users(x, level, s)
        else:
            for i in range(LANES):
                s[Now.SEGMENT_REVENUE + i] = level[Level.REVENUE + i]
        add_segment(inputs.lab, x, s)


@inlined
def scale_shocks(x: Array, s: Array) -> None:
    """Scale volatility by the lab's size: larger firms' growth varies less.

    Notes
    -----
    Volatility falls as size^-0.2 for firms' sales (Amaral and others, "Scaling behavior in
    economics: I", *Journal de Physique I* 7, 1997).
    """
    for i in range(LANES):
        log_size = s[Now.LOG_BASE_SIZE + i] + s[Now.LOG_REVENUE + i]
        s[Now.SHOCK_SCALE + i] = exp(-x[Lab.SIZE_EXPONENT + i] * max(log_size, SMALLEST_LOG_SIZE))


@inlined
def move_demand(x: Array, score: Array, s: Array) -> None:
    """Move the log demand shock that all segments share, an AR(1)."""
    for i in range(LANES):
        volatility = x[Lab.DEMAND_VOLATILITY + i] * s[Now.SHOCK_SCALE + i]
        kept = x[Lab.DEMAND_PERSISTENCE + i] * s[Now.DEMAND + i]
        s[Now.DEMAND + i] = kept + volatility * score[i]


@inlined
def grow_free_users(x: Array, s: Array) -> None:
    """Grow free users logistically towards their ceiling."""
    for i in range(LANES):
        users = s[Now.USERS + i]
        room = room_to_grow(users * s[Now.SHARE_OF_CEILING + i])
        s[Now.USERS + i] = users * (1.0 + x[Lab.FREE_USER_GROWTH + i] / QUARTERS_A_YEAR * room)


@inlined
def clear_revenue(s: Array) -> None:
    """Begin the sums over segments."""
    for i in range(LANES):
        s[Now.REVENUE + i] = 0.0
        s[Now.PAYING_BILL + i] = 0.0


@inlined
def enter_market(x: Array, from_free_users: bool, level: Array) -> None:
    """Set a later segment's revenue, or its index if free users drive it, at its start."""
    for i in range(LANES):
        level[Level.REVENUE + i] = (
            1.0 if from_free_users else x[Segment.STARTING_REVENUE + i] / QUARTERS_A_YEAR
        )


@inlined
def grow_segment(x: Array, score: Array, s: Array, level: Array) -> None:
    """Move a segment's revenue by growth, as far as its market has room, and by shocks.

    Growth begins to fade after the quarter that completes the plateau.
    """
    for i in range(LANES):
        revenue, excess = level[Level.REVENUE + i], level[Level.GROWTH_EXCESS + i]
        room = room_to_grow(revenue * level[Level.SHARE_OF_MARKET + i])
        growth = (x[Segment.GROWTH_LASTING + i] + excess) * room
        own_shock = x[Segment.VOLATILITY + i] * s[Now.SHOCK_SCALE + i] * score[i]
        level[Level.REVENUE + i] = revenue * exp(
            growth / QUARTERS_A_YEAR + s[Now.DEMAND + i] + own_shock
        )
        plateau = level[Level.PLATEAU + i] - 1.0
        fading = level[Level.GROWTH_DECAY + i] if plateau < 0.0 else 1.0
        level[Level.PLATEAU + i] = plateau
        level[Level.GROWTH_EXCESS + i] = excess * fading


@inlined
def lose_clients(s: Array, level: Array) -> None:
    """Take the lost clients' share out of a segment."""
    for i in range(LANES):
        level[Level.REVENUE + i] *= 1.0 - s[Drawn.ARRIVAL + i]


@inlined
def keep_clients(share: float, level: Array) -> None:
    """Take clients whose going is known out of a segment."""
    for i in range(LANES):
        level[Level.REVENUE + i] *= share


@inlined
def earn_from_free_users(x: Array, level: Array, s: Array) -> None:
    """Book a segment that free users drive; its level is an index around 1."""
    for i in range(LANES):
        index, annual_per_user = level[Level.REVENUE + i], x[Segment.REVENUE_PER_USER + i]
        # What the young product lacks of its mature revenue per user.
        unadopted = level[Level.UNADOPTED + i] * level[Level.ADOPTION_DECAY + i]
        mature = index * s[Now.USERS + i] * annual_per_user / QUARTERS_A_YEAR
        s[Now.SEGMENT_REVENUE + i] = mature * (1.0 - unadopted)
        level[Level.UNADOPTED + i] = unadopted


@inlined
def add_segment(lab: Array, x: Array, s: Array) -> None:
    """Add a segment's quarter to the lab's revenue and, at base cost, to its inference bill."""
    for i in range(LANES):
        revenue = s[Now.SEGMENT_REVENUE + i]
        planned_bill = revenue * x[Segment.INFERENCE_COST + i]
        s[Now.REVENUE + i] += revenue
        s[Now.PAYING_BILL + i] += planned_bill * (1.0 + lab[Lab.BASE_OVERRUN + i])


# 2. Cost of revenue


@inlined
def carry_overrun(x: Array, s: Array) -> None:
    """Carry inference overruns on into a new year, or a new quarter."""
    for i in range(LANES):
        s[Now.OVERRUN_LEVEL + i] = carried(
            s[Now.OVERRUN_LEVEL + i], x[Lab.OVERRUN_CARRIED + i], s[Drawn.DEVIATION + i]
        )


@inlined
def bill_inference(s: Array) -> None:
    """Move both inference bills from the last base quarter's cost to the quarter's."""
    for i in range(LANES):
        gain = s[Now.NET_GAIN + i] + s[Now.GAIN_RATE + i] / QUARTERS_A_YEAR
        free_gain = s[Now.FREE_NET_GAIN + i] + s[Now.FREE_GAIN_RATE + i] / QUARTERS_A_YEAR
        s[Now.PAYING_BILL + i] *= exp(s[Now.OVERRUN_LEVEL + i] - gain)
        s[Now.FREE_INDEX + i] = exp(s[Now.OVERRUN_LEVEL + i] - free_gain)
        s[Now.NET_GAIN + i], s[Now.FREE_NET_GAIN + i] = gain, free_gain
        s[Now.GAIN_RATE + i] *= s[Now.GAIN_DECAY + i]
        s[Now.FREE_GAIN_RATE + i] *= s[Now.GAIN_DECAY + i]


@inlined
def bill_free_users(x: Array, s: Array) -> None:
    """Book inference of free users."""
    for i in range(LANES):
        at_base_cost = s[Now.USERS + i] * x[Lab.FREE_USER_COST + i] / QUARTERS_A_YEAR
        s[Now.FREE_BILL + i] = at_base_cost * s[Now.FREE_INDEX + i]


@inlined
def spend_capital(x: Array, s: Array) -> None:
    """Book capital spending beside owned hardware, and begin the sum of depreciation."""
    for i in range(LANES):
        s[Now.CAPITAL_SPENDING + i] = x[Lab.OTHER_CAPITAL_SPENDING + i] * s[Now.REVENUE + i]
        s[Now.DEPRECIATION + i] = 0.0


@inlined
def serve_from_own_hardware(quarter: int, schedule: Schedule, hardware: Array, s: Array) -> None:
    """Book owned hardware: what it saves of the rented bill, its depreciation, its spending."""
    for j in range(schedule.spending.shape[0]):
        x, in_service = hardware[j], schedule.in_service[j, quarter]
        spending, depreciation = schedule.spending[j, quarter], schedule.depreciation[j, quarter]
        for i in range(LANES):
            bill, amount = s[Now.PAYING_BILL + i], x[Hardware.AMOUNT + i]
            served = min(bill, x[Hardware.RENT_REPLACED + i] / QUARTERS_A_YEAR * in_service)
            s[Now.PAYING_BILL + i] = bill - x[Hardware.SAVING + i] * served
            s[Now.DEPRECIATION + i] += amount * depreciation
            s[Now.CAPITAL_SPENDING + i] += amount * spending


@inlined
def add_cost_of_revenue(x: Array, s: Array) -> None:
    """Book cost of revenue of paying users, and the part of it that partners get beside that."""
    for i in range(LANES):
        other = x[Lab.OTHER_SALES_COST + i] * s[Now.REVENUE + i]
        s[Now.PAYING_COST + i] = s[Now.PAYING_BILL + i] + other + s[Now.DEPRECIATION + i]
        shared = s[Now.REVENUE + i] - s[Now.UNSHARED_REVENUE + i]
        s[Now.PARTNER_SHARE + i] = x[Lab.PARTNER_SHARE + i] * shared


# 3. Training


@inlined
def carry_drift(x: Array, s: Array) -> None:
    """Carry drifts of training cost on into a new year, or a new quarter."""
    for i in range(LANES):
        s[Now.TRAINING_LEVEL + i] = carried(
            s[Now.TRAINING_LEVEL + i], x[Lab.TRAINING_DRIFT_CARRIED + i], s[Drawn.DRIFT + i]
        )
    for i in range(LANES):
        s[Now.TRAINING_AGAINST_PLAN + i] = exp(s[Now.TRAINING_LEVEL + i])


@inlined
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
        growth = x[Lab.TRAINING_GROWTH_LASTING + i] + s[Now.TRAINING_EXCESS + i]
        jump = s[Drawn.ARRIVAL + i]
        planned = s[Now.TRAINING_PLAN + i] * exp(growth / QUARTERS_A_YEAR) * (1.0 + jump)
        floor = x[Lab.TRAINING_FLOOR + i] * s[Now.REVENUE + i]
        s[Now.TRAINING + i] = max(planned * s[Now.TRAINING_AGAINST_PLAN + i], floor)
        s[Now.TRAINING_PLAN + i] = planned
        s[Now.TRAINING_EXCESS + i] *= s[Now.TRAINING_DECAY + i]


# 4. Other operating cost


@inlined
def operate(x: Array, s: Array) -> None:
    """Grow the fixed part of other operating cost, and add the part that follows revenue."""
    for i in range(LANES):
        s[Now.LOG_REVENUE + i] = log(s[Now.REVENUE + i] / s[Now.REFERENCE_REVENUE + i])
    for i in range(LANES):
        revenue, elasticity = s[Now.REVENUE + i], x[Lab.SCALE_ELASTICITY + i]
        fixed = s[Now.FIXED_COST + i] * s[Now.FIXED_COST_GROWTH + i]
        scale = exp((elasticity - 1.0) * s[Now.LOG_REVENUE + i])
        unshared = x[Lab.PARTNER_SHARE + i] * s[Now.UNSHARED_REVENUE + i]
        variable = x[Lab.VARIABLE_COST + i] * revenue - unshared
        s[Now.OTHER_COST + i] = fixed + variable * scale
        s[Now.FIXED_COST + i] = fixed


# 5. Cash


@inlined
def earn_ebitda(s: Array) -> None:
    """Book EBITDA: gross profit before depreciation, less training and other operating cost."""
    for i in range(LANES):
        cost_of_revenue = s[Now.PAYING_COST + i] + s[Now.FREE_BILL + i]
        gross_profit = s[Now.REVENUE + i] - cost_of_revenue + s[Now.DEPRECIATION + i]
        s[Now.EBITDA + i] = gross_profit - s[Now.TRAINING + i] - s[Now.OTHER_COST + i]


@inlined
def pay_tax(x: Array, s: Array) -> None:
    """Book tax on the profit after depreciation that losses carried forward don't cover."""
    for i in range(LANES):
        losses, profit = s[Now.LOSSES + i], s[Now.EBITDA + i] - s[Now.DEPRECIATION + i]
        s[Now.TAX + i] = x[Lab.TAX_RATE + i] * max(0.0, profit - losses)
        s[Now.LOSSES + i] = max(0.0, losses - profit)


@inlined
def flow_cash(x: Array, s: Array) -> None:
    """Book free cash flow; working capital is a share of annualised revenue."""
    for i in range(LANES):
        revenue, spending = s[Now.REVENUE + i], s[Now.CAPITAL_SPENDING + i]
        part_paid = s[Now.OTHER_COST + i] - s[Now.COST_IN_CASH + i]
        cash_ebitda = s[Now.EBITDA + i] + x[Lab.STOCK_PAY + i] * part_paid
        growth = revenue - s[Now.PREVIOUS_REVENUE + i]
        bound = x[Lab.WORKING_CAPITAL + i] * QUARTERS_A_YEAR * growth
        # A gap that nobody has funded costs no interest.
        interest = max(0.0, s[Now.CASH + i]) * x[Lab.INTEREST_RATE + i] / QUARTERS_A_YEAR
        s[Now.FREE_CASH_FLOW + i] = cash_ebitda - spending - s[Now.TAX + i] - bound + interest
        s[Now.BOUND_CAPITAL + i] = bound
        s[Now.PREVIOUS_REVENUE + i] = revenue


@inlined
def add_to_cash(quarter: int, plan: Plan, points: Points, funding: Array, state: State) -> None:
    """Add free cash flow and the quarter's funding rounds to cash."""
    s, score, schedule = state.now, state.shock[0], plan.schedule
    for i in range(LANES):
        s[Now.CUMULATIVE + i] += s[Now.FREE_CASH_FLOW + i]
        s[Now.CASH + i] += s[Now.FREE_CASH_FLOW + i]
    for j in range(schedule.funding_quarter.size):
        if schedule.funding_quarter[j] == quarter:
            scores(points, plan.draws.chance_coordinate[j], score)
            threshold, x = schedule.funding_score[j], funding[j]
            for i in range(LANES):
                s[Now.CASH + i] += x[Funding.AMOUNT + i] if score[i] < threshold else 0.0


# 6. Trailing figures


@inlined
def remember(quarter: int, s: Array, past: Array) -> None:
    """Keep the quarter's flows for the trailing sums."""
    flow = past[(quarter + BASE_QUARTERS) % BASE_QUARTERS]
    for i in range(LANES):
        flow[Flow.REVENUE + i] = s[Now.REVENUE + i]
        flow[Flow.PAYING_BILL + i] = s[Now.PAYING_BILL + i]
        flow[Flow.PAYING_COST + i] = s[Now.PAYING_COST + i]
        flow[Flow.PARTNER_SHARE + i] = s[Now.PARTNER_SHARE + i]
        flow[Flow.FREE_COST + i] = s[Now.FREE_BILL + i]
        flow[Flow.EBITDA + i] = s[Now.EBITDA + i]
        flow[Flow.FREE_CASH_FLOW + i] = s[Now.FREE_CASH_FLOW + i]
        flow[Flow.TRAINING + i] = s[Now.TRAINING + i]
        flow[Flow.INFERENCE + i] = s[Now.PAYING_BILL + i] + s[Now.FREE_BILL + i]
        flow[Flow.DEPRECIATION + i] = s[Now.DEPRECIATION + i]


@inlined
def trailing(past: Array, place: int) -> float:
    """Return a flow's sum over the last four quarters."""
    return (past[0, place] + past[1, place]) + (past[2, place] + past[3, place])


@inlined
def measure(s: Array, past: Array, metrics: Array) -> None:
    """Write the quarter's metrics, with gross margin in each of its definitions."""
    for i in range(LANES):
        revenue = trailing(past, Flow.REVENUE + i)
        metrics[Metric.REVENUE + i] = revenue
        metrics[Metric.EBITDA + i] = trailing(past, Flow.EBITDA + i)
        metrics[Metric.FREE_CASH_FLOW + i] = trailing(past, Flow.FREE_CASH_FLOW + i)
        metrics[Metric.TRAINING + i] = trailing(past, Flow.TRAINING + i)
        metrics[Metric.INFERENCE + i] = trailing(past, Flow.INFERENCE + i)
        metrics[Metric.CASH + i] = s[Now.CASH + i]
        paying_cost = trailing(past, Flow.PAYING_COST + i)
        free_cost = trailing(past, Flow.FREE_COST + i)
        partner_share = trailing(past, Flow.PARTNER_SHARE + i)
        inference = trailing(past, Flow.PAYING_BILL + i)
        # One division, which takes as long as ten multiplications.
        of_revenue = 1.0 / revenue
        metrics[Metric.MARGIN_INFERENCE + i] = 1.0 - inference * of_revenue
        metrics[Metric.MARGIN_PAYING + i] = 1.0 - paying_cost * of_revenue
        metrics[Metric.MARGIN_PARTNERS + i] = 1.0 - (paying_cost + partner_share) * of_revenue
        metrics[Metric.MARGIN_ALL + i] = 1.0 - (paying_cost + free_cost) * of_revenue


# 7. Outcomes


@inlined
def quarters_in_a_row(before: float, is_met: bool) -> float:
    """Return how many quarters in a row a condition has been met."""
    return before + 1.0 if is_met else 0.0


@inlined
def first_time(hit: float, now: float, is_reached: bool) -> float:
    """Return the first quarter in which something is reached."""
    return minimum(hit, now if is_reached else NEVER)


@inlined
def watch_margins(quarter: int, schedule: Schedule, state: State) -> None:
    """Record when each margin reaches the target, and when it has held it."""
    s, metrics, hits, now = state.now, state.metrics, state.hits, np.float64(quarter)
    target, hold = schedule.margin_target, np.float64(schedule.hold_quarters)
    for margin in range(MARGIN_DEFINITIONS):
        metric = Metric.MARGIN_INFERENCE + margin * LANES
        run_row = Now.RUN_MARGIN_INFERENCE + margin * LANES
        reached = Hit.MARGIN_INFERENCE + 2 * margin * LANES
        held = reached + LANES
        for i in range(LANES):
            is_met = metrics[metric + i] >= target
            run = quarters_in_a_row(s[run_row + i], is_met)
            s[run_row + i] = run
            hits[reached + i] = first_time(hits[reached + i], now, is_met)
            hits[held + i] = first_time(hits[held + i], now, run >= hold)


@inlined
def watch_cash(quarter: int, state: State) -> None:
    """Record when cash flow turns positive, all is paid back or cash is out, and the need."""
    s, hits, now = state.now, state.hits, np.float64(quarter)
    for i in range(LANES):
        is_met = s[Now.FREE_CASH_FLOW + i] >= 0.0
        run = quarters_in_a_row(s[Now.RUN_CASH_FLOW + i], is_met)
        s[Now.RUN_CASH_FLOW + i] = run
        hits[Hit.CASH_FLOW_POSITIVE + i] = first_time(hits[Hit.CASH_FLOW_POSITIVE + i], now, is_met)
        hits[Hit.CASH_FLOW_HELD + i] = first_time(
            hits[Hit.CASH_FLOW_HELD + i], now, run >= QUARTERS_IN_A_ROW
        )
    for i in range(LANES):
        cumulative = s[Now.CUMULATIVE + i]
        below = now if cumulative < 0.0 else NEVER_BELOW_ZERO
        last_below = maximum(s[Now.LAST_BELOW_ZERO + i], below)
        s[Now.LAST_BELOW_ZERO + i] = last_below
        s[Now.FUNDING_NEED + i] = maximum(s[Now.FUNDING_NEED + i], -cumulative)
        hits[Hit.PAYBACK + i] = last_below + 1.0
        hits[Hit.OUT_OF_CASH + i] = first_time(
            hits[Hit.OUT_OF_CASH + i], now, s[Now.CASH + i] < 0.0
        )
