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
from simulate.kernels.vector_math import exp, log
from simulate.scenario.quarters import QUARTERS_A_YEAR

from .rows import Flow, Funding, Metric, Now, Raising

MONTHS_A_QUARTER = 3.0
# Run rate a year at which a multiple is stated.
SIZE_OF_MULTIPLE = 10.0
# A lab that burns less has all the time there is; and months that count as that.
LEAST_BURN, LONGEST_RUNWAY = 1e-9, 120.0
LEAST_VALUE = 1e-9


# 9. Capital


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
    value_shares(quarter, x, s, state.past)
    repay_debt(x, s)
    take_rounds(quarter, plan, points, inputs.funding, state)
    seek_money(quarter, plan, points, x, s)


@inlined
def shut_funding(quarter: int, plan: Plan, points: Points, s: Array) -> None:
    """Begin a time in which funding is shut for everybody, where one arrives."""
    draws = plan.draws
    for i in range(LANES):
        s[Now.SHUT_LEFT + i] = max(0.0, s[Now.SHUT_LEFT + i] - 1.0)
    if draws.shut_slot >= 0:
        dimension = draws.first_quarter + quarter * draws.per_quarter + draws.shut_slot
        chance = s[Now.SHUT_CHANCE : Now.SHUT_CHANCE + LANES]
        draw_arrivals(points, dimension, chance, plan.tables, draws.shut_table, s)
        for i in range(LANES):
            s[Now.SHUT_LEFT + i] = max(s[Now.SHUT_LEFT + i], s[Drawn.ARRIVAL + i])


@inlined
def value_shares(quarter: int, x: Array, s: Array, past: Array) -> None:
    """Value all shares at a multiple of run rate, which falls with size and rises with growth."""
    # Until the quarter is remembered, its place still has the one a year before.
    year_before = past[quarter % BASE_QUARTERS]
    for i in range(LANES):
        revenue = s[Now.REVENUE + i]
        run_rate = QUARTERS_A_YEAR * revenue
        growth = log(revenue / year_before[Flow.REVENUE + i])
        by_size = -x[Raising.SIZE_EXPONENT + i] * log(run_rate / SIZE_OF_MULTIPLE)
        above = growth - x[Raising.REFERENCE_GROWTH + i]
        moved = exp(by_size + x[Raising.GROWTH_EXPONENT + i] * above)
        multiple = max(x[Raising.MULTIPLE + i] * moved, x[Raising.LEAST_MULTIPLE + i])
        s[Now.VALUE + i] = multiple * run_rate
        s[Now.GROWTH + i] = growth


@inlined
def repay_debt(x: Array, s: Array) -> None:
    """Add free cash flow to cash, and pay a constant part of the debt back."""
    for i in range(LANES):
        flow = s[Now.FREE_CASH_FLOW + i] * s[Now.IS_BOOKED + i]
        repaid = s[Now.DEBT + i] / max(1.0, x[Raising.MATURITY + i]) * s[Now.IS_BOOKED + i]
        s[Now.CUMULATIVE + i] += flow
        s[Now.CASH + i] += flow - repaid
        s[Now.DEBT + i] -= repaid
        s[Now.DEBT_REPAID + i] = repaid


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
    place = Now.RAISED + quarter % BASE_QUARTERS * LANES
    raised = s[place : place + LANES]
    for i in range(LANES):
        raised[i] = 0.0
    for i in range(LANES):
        before = (s[Now.RAISED + i] + s[Now.RAISED_SECOND + i]) + (
            s[Now.RAISED_THIRD + i] + s[Now.RAISED_FOURTH + i]
        )
        most = x[Raising.SHARE_OF_VALUE + i] * s[Now.VALUE + i]
        room = max(0.0, most - (before + s[Now.DATED_ROUNDS + i]))
        burn = max(-s[Now.FREE_CASH_FLOW + i], LEAST_BURN)
        runway = MONTHS_A_QUARTER * s[Now.CASH + i] / burn
        wanted = x[Raising.MONTHS + i] / MONTHS_A_QUARTER * burn - s[Now.CASH + i]
        is_listed = s[Now.LISTED + i] > 0.0
        chance = x[Raising.AFTER_LISTING + i] if is_listed else x[Raising.CHANCE + i]
        grown = min(max(s[Now.GROWTH + i] / x[Raising.FULL_GROWTH + i], 0.0), 1.0)
        comes = s[Drawn.UNIFORM + i] < chance * grown and s[Now.SHUT_LEFT + i] <= 0.0
        is_sought = runway < x[Raising.BELOW_MONTHS + i] and comes
        amount = s[Now.IS_BOOKED + i] * min(max(0.0, wanted), room) if is_sought else 0.0
        issued = x[Raising.DEBT_SHARE + i] * amount
        s[Now.EQUITY_RAISED + i] = amount - issued
        s[Now.DEBT_ISSUED + i] = issued
    for i in range(LANES):
        equity, issued = s[Now.EQUITY_RAISED + i], s[Now.DEBT_ISSUED + i]
        rounds = s[Now.DATED_ROUNDS + i]
        raised[i] = rounds + equity + issued
        s[Now.CASH + i] += equity + issued
        s[Now.DEBT + i] += issued
        s[Now.SHARES + i] *= 1.0 + (rounds + equity) / max(s[Now.VALUE + i], LEAST_VALUE)
        s[Now.DILUTION + i] = 1.0 - 1.0 / s[Now.SHARES + i]
        burn = max(-s[Now.FREE_CASH_FLOW + i], LEAST_BURN)
        runway = MONTHS_A_QUARTER * s[Now.CASH + i] / burn
        s[Now.RUNWAY + i] = min(max(runway, 0.0), LONGEST_RUNWAY)


@inlined
def fail(x: Array, s: Array, metrics: Array) -> None:
    """Let a lab fail whose cash no money has filled; shares are worth nothing then."""
    for i in range(LANES):
        failed = 1.0 if s[Now.CASH + i] < 0.0 else s[Now.FAILED + i]
        debt = s[Now.DEBT + i]
        recovered = x[Raising.RECOVERY + i] * metrics[Metric.REVENUE + i]
        lost = max(0.0, debt - recovered) / debt if debt > 0.0 else 0.0
        is_new = failed * s[Now.IS_BOOKED + i]
        s[Now.LENDERS_LOSS + i] += is_new * lost
        s[Now.VALUE + i] *= 1.0 - failed
        per_share = s[Now.VALUE + i] / s[Now.SHARES + i]
        s[Now.RETURN + i] = per_share / x[Raising.VALUE_TODAY + i]
        s[Now.FAILED + i] = failed


@exact_kernel
def end_failed_paths(quarter: int, schedule: Schedule, state: State) -> None:
    """Count nothing more of paths that failed in an earlier quarter.

    Amounts of theirs are 0, ratios stay what they were, and they reach nothing but what outlives a
    failure, as a loss for who owned a share.
    """
    is_booked = state.now[Now.IS_BOOKED : Now.IS_BOOKED + LANES]
    for place in range(schedule.stops_at_zero.size):
        metric = state.metrics[place * LANES : (place + 1) * LANES]
        held = state.held[place]
        for i in range(LANES):
            after = 0.0 if schedule.stops_at_zero[place] else held[i]
            metric[i] = metric[i] if is_booked[i] == 1.0 else after
        for i in range(LANES):
            held[i] = metric[i]
    now, never = np.float64(quarter), np.float64(schedule.quarters)
    for time in range(schedule.outlives.size):
        if not schedule.outlives[time]:
            hits = state.hits[time * LANES : (time + 1) * LANES]
            for i in range(LANES):
                is_late = is_booked[i] == 0.0 and hits[i] == now
                hits[i] = never if is_late else hits[i]
