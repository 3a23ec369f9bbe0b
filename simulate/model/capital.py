"""How a lab is financed: what it is worth, money that is sought, debt, and failure.

As in ``quarter.py``, which calls these equations for a scenario that has ``[raising]``; ``x`` holds
its inputs. Growth is that of four quarters, in logarithms; a runway is in months.
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
from simulate.kernels.draws import draw_arrivals, draw_uniform, scores
from simulate.kernels.jit import exact_kernel, inlined, kernel
from simulate.kernels.vector_math import exp, log, maximum, minimum
from simulate.scenario.quarters import QUARTERS_A_YEAR

from .rows import Flow, Funding, Metric, Now, Raising

MONTHS_A_QUARTER = 3.0
QUARTERS_A_MONTH = 1.0 / MONTHS_A_QUARTER
# A lab that burns less has all the time there is; and months that count as that.
LEAST_BURN, LONGEST_RUNWAY = 1e-9, 120.0
# For what would be divided by nothing.
LEAST_VALUE = 1e-9


# 9. Capital


@inlined
def start_capital(inputs: Inputs, schedule: Schedule, s: Array) -> None:
    """Begin with the opening debt, with today's shares, and with what was raised before."""
    if not schedule.raises:
        return
    x, before = inputs.raising, schedule.raised_before
    for i in range(LANES):
        s[Now.DEBT + i] = x[Raising.OPENING_DEBT + i]
        s[Now.TODAYS_PART + i] = 1.0
        s[Now.RAISED + i] = before[0]
        s[Now.RAISED_BEFORE + i] = before[1]
        s[Now.RAISED_LONG_BEFORE + i] = before[2]
    # What a path divides by once, and not in every quarter.
    for i in range(LANES):
        s[Now.SHUT_CHANCE + i] = 1.0 - exp(-x[Raising.SHUT_RATE + i] / QUARTERS_A_YEAR)
        s[Now.PART_REPAID + i] = 1.0 / maximum(1.0, x[Raising.MATURITY + i])
        s[Now.PER_VALUE_TODAY + i] = 1.0 / x[Raising.VALUE_TODAY + i]


@inlined
def pay_interest(x: Array, s: Array) -> None:
    """Take interest on the debt off free cash flow; what failed before books nothing any more."""
    for i in range(LANES):
        s[Now.IS_BOOKED + i] = 1.0 - s[Now.FAILED + i]
        interest = s[Now.DEBT + i] * x[Raising.DEBT_INTEREST_RATE + i] / QUARTERS_A_YEAR
        s[Now.DEBT_INTEREST + i] = interest * s[Now.IS_BOOKED + i]
        s[Now.FREE_CASH_FLOW + i] -= interest


@kernel
def finance_quarter(quarter: int, plan: Plan, points: Points, inputs: Inputs, state: State) -> None:
    """Take free cash flow, dated rounds and the money that is sought to cash."""
    x, s = inputs.raising, state.now
    shut_funding(quarter, plan, points, s)
    repay_debt(s)
    value_shares(quarter, x, s, state.past)
    take_rounds(quarter, plan, points, inputs.funding, state)
    seek_money(quarter, plan, points, x, s)


@inlined
def shut_funding(quarter: int, plan: Plan, points: Points, s: Array) -> None:
    """Begin a time in which funding is shut for everybody, where one arrives."""
    draws = plan.draws
    if draws.shut_slot >= 0:
        dimension = draws.first_quarter + quarter * draws.per_quarter + draws.shut_slot
        chance = s[Now.SHUT_CHANCE : Now.SHUT_CHANCE + LANES]
        draw_arrivals(points, dimension, chance, plan.tables, draws.shut_table, s)
        for i in range(LANES):
            left = s[Now.SHUT_LEFT + i] - 1.0
            s[Now.SHUT_LEFT + i] = maximum(left, s[Drawn.ARRIVAL + i])


@inlined
def repay_debt(s: Array) -> None:
    """Add free cash flow to cash, and pay a constant part of the debt back."""
    for i in range(LANES):
        flow = s[Now.FREE_CASH_FLOW + i] * s[Now.IS_BOOKED + i]
        repaid = s[Now.DEBT + i] * s[Now.PART_REPAID + i] * s[Now.IS_BOOKED + i]
        s[Now.CUMULATIVE + i] += flow
        s[Now.CASH + i] += flow - repaid
        s[Now.DEBT + i] -= repaid
        s[Now.DEBT_REPAID + i] = repaid


@inlined
def value_shares(quarter: int, x: Array, s: Array, past: Array) -> None:
    """Value all shares at what debt leaves of a multiple of run rate.

    The multiple falls with size and rises with growth.
    """
    # Until the quarter is remembered, its place still has the one a year before.
    year_before = past[quarter % BASE_QUARTERS]
    for i in range(LANES):
        s[Now.GROWTH + i] = log(s[Now.REVENUE + i] / year_before[Flow.REVENUE + i])
    for i in range(LANES):
        log_size = s[Now.LOG_BASE_SIZE + i] + s[Now.LOG_REVENUE + i]
        above = s[Now.GROWTH + i] - x[Raising.REFERENCE_GROWTH + i]
        by_growth = x[Raising.GROWTH_EXPONENT + i] * above
        moved = exp(by_growth - x[Raising.SIZE_EXPONENT + i] * log_size)
        multiple = maximum(x[Raising.MULTIPLE + i] * moved, x[Raising.LEAST_MULTIPLE + i])
        of_all = multiple * QUARTERS_A_YEAR * s[Now.REVENUE + i]
        s[Now.VALUE + i] = maximum(0.0, of_all - s[Now.DEBT + i])


@inlined
def take_rounds(quarter: int, plan: Plan, points: Points, funding: Array, state: State) -> None:
    """Take the quarter's dated rounds; while funding is shut only those that are signed come."""
    s, score, schedule = state.now, state.shock[0], plan.schedule
    for i in range(LANES):
        s[Now.DATED_ROUNDS + i] = 0.0
    for j in range(schedule.funding_quarter.size):
        if schedule.funding_quarter[j] == quarter:
            scores(points, plan.draws.chance_coordinate[j], score)
            threshold, x = schedule.funding_score[j], funding[j]
            is_signed, listing = schedule.is_signed[j], 1.0 if schedule.is_listing[j] else 0.0
            for i in range(LANES):
                is_open = is_signed or s[Now.SHUT_LEFT + i] <= 0.0
                comes = s[Now.IS_BOOKED + i] if score[i] < threshold and is_open else 0.0
                amount = comes * x[Funding.AMOUNT + i]
                s[Now.DATED_ROUNDS + i] += amount
                s[Now.CASH + i] += amount
                s[Now.LISTED + i] = max(s[Now.LISTED + i], comes * listing)


@inlined
def seek_money(quarter: int, plan: Plan, points: Points, x: Array, s: Array) -> None:
    """Seek money where the runway is short, and book what comes as shares and as debt."""
    draws = plan.draws
    dimension = draws.first_quarter + quarter * draws.per_quarter + draws.raising_slot
    draw_uniform(points, dimension, s)
    for i in range(LANES):
        # Comparisons are multiplied out: a division takes as long as ten of them.
        burn = maximum(-s[Now.FREE_CASH_FLOW + i], LEAST_BURN)
        runway_burnt = MONTHS_A_QUARTER * s[Now.CASH + i]
        wanted = QUARTERS_A_MONTH * x[Raising.MONTHS + i] * burn - s[Now.CASH + i]
        in_three = s[Now.RAISED + i] + s[Now.RAISED_BEFORE + i] + s[Now.RAISED_LONG_BEFORE + i]
        most = x[Raising.SHARE_OF_VALUE + i] * s[Now.VALUE + i]
        room = most - (in_three + s[Now.DATED_ROUNDS + i])
        full, growth = x[Raising.FULL_GROWTH + i], s[Now.GROWTH + i]
        listed, after = s[Now.LISTED + i], x[Raising.AFTER_LISTING + i]
        chance = x[Raising.CHANCE + i]
        chance = after if listed > 0.0 else chance
        whole = chance * minimum(maximum(growth, 0.0), full)
        comes = s[Now.IS_BOOKED + i]
        comes = comes if s[Drawn.UNIFORM + i] * full < whole else 0.0
        comes = comes if s[Now.SHUT_LEFT + i] <= 0.0 else 0.0
        comes = comes if runway_burnt < x[Raising.BELOW_MONTHS + i] * burn else 0.0
        amount = comes * maximum(0.0, minimum(wanted, room))
        issued = x[Raising.DEBT_SHARE + i] * amount
        # Both parts could sum to less, and a gap that is filled must not be one by a last digit.
        s[Now.CASH + i] += amount
        s[Now.EQUITY_RAISED + i] = amount - issued
        s[Now.DEBT_ISSUED + i] = issued
    for i in range(LANES):
        equity, issued = s[Now.EQUITY_RAISED + i], s[Now.DEBT_ISSUED + i]
        rounds, value = s[Now.DATED_ROUNDS + i], maximum(s[Now.VALUE + i], LEAST_VALUE)
        s[Now.RAISED_LONG_BEFORE + i] = s[Now.RAISED_BEFORE + i]
        s[Now.RAISED_BEFORE + i] = s[Now.RAISED + i]
        s[Now.RAISED + i] = rounds + equity + issued
        s[Now.DEBT + i] += issued
        s[Now.TODAYS_PART + i] *= value / (value + (rounds + equity))
        s[Now.DILUTION + i] = 1.0 - s[Now.TODAYS_PART + i]
        burn = maximum(-s[Now.FREE_CASH_FLOW + i], LEAST_BURN)
        runway = MONTHS_A_QUARTER * s[Now.CASH + i] / burn
        s[Now.RUNWAY + i] = minimum(maximum(runway, 0.0), LONGEST_RUNWAY)


@inlined
def fail(x: Array, s: Array, metrics: Array) -> None:
    """Let a lab fail whose cash no money has filled; shares are worth nothing then."""
    for i in range(LANES):
        before = s[Now.FAILED + i]
        failed = 1.0 if s[Now.CASH + i] < 0.0 else before
        debt = s[Now.DEBT + i]
        recovered = x[Raising.RECOVERY + i] * metrics[Metric.REVENUE + i]
        lost = maximum(0.0, debt - recovered) / maximum(debt, LEAST_VALUE)
        is_new = failed * s[Now.IS_BOOKED + i]
        s[Now.LENDERS_LOSS + i] += is_new * lost
        s[Now.VALUE + i] *= 1.0 - failed
        per_share = s[Now.VALUE + i] * s[Now.TODAYS_PART + i]
        s[Now.RETURN + i] = per_share * s[Now.PER_VALUE_TODAY + i]
        s[Now.FAILED + i] = failed


@exact_kernel
def end_failed_paths(quarter: int, schedule: Schedule, state: State) -> None:
    """Count nothing more of paths that failed in an earlier quarter.

    Amounts of theirs are 0, ratios stay what they were, and they reach nothing but what outlives a
    failure, as a loss for who owned a share.
    """
    is_booked = state.now[Now.IS_BOOKED : Now.IS_BOOKED + LANES]
    failed = np.int64(0)
    for i in range(LANES):
        failed += np.int64(state.now[Now.FAILED + i] > 0.0)
    if failed == 0:
        return
    for place in range(schedule.stops_at_zero.size):
        metric, held = state.metrics[place * LANES : (place + 1) * LANES], state.held[place]
        if schedule.stops_at_zero[place]:
            for i in range(LANES):
                now = metric[i]
                metric[i] = now if is_booked[i] == 1.0 else 0.0
        else:
            for i in range(LANES):
                now, before = metric[i], held[i]
                now = now if is_booked[i] == 1.0 else before
                metric[i], held[i] = now, now
    now, never = np.float64(quarter), np.float64(schedule.quarters)
    for time in range(schedule.outlives.size):
        if not schedule.outlives[time]:
            hits = state.hits[time * LANES : (time + 1) * LANES]
            for i in range(LANES):
                hit = hits[i]
                late = never if hit == now else hit
                hits[i] = late if is_booked[i] == 0.0 else hit
