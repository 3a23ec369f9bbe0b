"""Compute, partners and a training budget that reacts: what a scenario adds to ``quarter.py``.

Each function is called where its part is present: ``[compute]``, commitments, revenue shares,
``follows`` and ``[training.cut]``. They are written as those of ``quarter.py`` are.
"""

from simulate.kernels.arrays import BASE_QUARTERS, LANES, Array, Inputs, Schedule, State
from simulate.kernels.jit import inlined
from simulate.kernels.vector_math import exp, log, maximum, minimum

from .rows import BaseQuarter, Commitment, Lab, Now, Share

QUARTERS_A_YEAR = 4.0
MONTHS_A_QUARTER = 3.0
# For what would be divided by nothing.
TINY = 1e-9


# 8. Compute, partners, and a budget that reacts


@inlined
def start_contracts(inputs: Inputs, schedule: Schedule, state: State) -> None:
    """Set what partners have been paid, and the growth that a budget has followed."""
    s, base = state.now, inputs.base
    for j in range(schedule.share_is_within.size):
        x, paid = inputs.share[j], state.paid[j]
        for i in range(LANES):
            paid[i] = x[Share.PAID + i]
    if schedule.budget_follows:
        first, last = base[0], base[BASE_QUARTERS - 1]
        for i in range(LANES):
            growth = log(last[BaseQuarter.REVENUE + i] / first[BaseQuarter.REVENUE + i])
            s[Now.FOLLOWED_GROWTH + i] = growth / (BASE_QUARTERS - 1)


@inlined
def share_base_revenue(schedule: Schedule, shares: Array, s: Array) -> None:
    """Book partners' shares of a base quarter: those that its other cost has in."""
    for j in range(schedule.share_is_within.size):
        if schedule.share_is_within[j]:
            x = shares[j]
            for i in range(LANES):
                s[Now.PARTNER_SHARE + i] += x[Share.SHARE + i] * s[Now.REVENUE + i]


@inlined
def serve_within_capacity(quarter: int, schedule: Schedule, x: Array, s: Array) -> None:
    """Cut both bills to what can be served, and revenue by less: prices rise, too."""
    known = schedule.known_capacity[quarter]
    for i in range(LANES):
        grown = exp(x[Lab.CAPACITY_GROWTH + i] * quarter / QUARTERS_A_YEAR)
        drawn = x[Lab.CAPACITY + i] / QUARTERS_A_YEAR * grown
        capacity = known if schedule.capacity_is_known else drawn
        needed = s[Now.PAYING_BILL + i] + s[Now.FREE_BILL + i]
        for_users = (1.0 - x[Lab.CAPACITY_FOR_TRAINING + i]) * capacity
        served = minimum(1.0, maximum(for_users, TINY) / maximum(needed, TINY))
        earned = exp((1.0 - x[Lab.PASSED_TO_PRICE + i]) * log(served))
        s[Now.REVENUE + i] *= earned
        s[Now.UNSHARED_REVENUE + i] *= earned
        s[Now.PAYING_BILL + i] *= served
        s[Now.FREE_BILL + i] *= served
        s[Now.UNSERVED + i] = 1.0 - served
        s[Now.CAPACITY_LEFT + i] = maximum(0.0, capacity - served * needed)


@inlined
def share_revenue(quarter: int, schedule: Schedule, shares: Array, state: State) -> None:
    """Pay each partner its share of revenue, until its total has been paid."""
    s = state.now
    for i in range(LANES):
        s[Now.SHARES_BESIDE + i] = 0.0
        s[Now.SHARES_SPARED + i] = 0.0
    for j in range(schedule.share_is_within.size):
        x, paid, is_due = shares[j], state.paid[j], schedule.share_is_due[j, quarter]
        within = 1.0 if schedule.share_is_within[j] else 0.0
        for i in range(LANES):
            due = x[Share.SHARE + i] * (s[Now.REVENUE + i] - s[Now.UNSHARED_REVENUE + i])
            so_far = paid[i]
            in_all = maximum(so_far, minimum(so_far + is_due * due, x[Share.TOTAL + i]))
            now = in_all - so_far
            s[Now.PARTNER_SHARE + i] += now
            s[Now.SHARES_BESIDE + i] += (1.0 - within) * now
            s[Now.SHARES_SPARED + i] += within * (due - now)
            paid[i] = in_all


@inlined
def follow_revenue(x: Array, s: Array) -> None:
    """Move a part of the training budget's growth from its plan to that of revenue."""
    for i in range(LANES):
        growth = log(s[Now.REVENUE + i] / s[Now.PREVIOUS_REVENUE + i])
        before = s[Now.FOLLOWED_GROWTH + i]
        s[Now.FOLLOWED_GROWTH + i] = before + (growth - before) / (1.0 + x[Lab.TRAINING_LAG + i])
    for i in range(LANES):
        planned = x[Lab.TRAINING_GROWTH_LASTING + i] + s[Now.TRAINING_EXCESS + i]
        instead = s[Now.FOLLOWED_GROWTH + i] - planned / QUARTERS_A_YEAR
        s[Now.TRAINING_PLAN + i] *= exp(x[Lab.TRAINING_FOLLOWS + i] * instead)


@inlined
def cut_training(x: Array, s: Array) -> None:
    """Cut training where cash lasts for less than so many months; the plan stays."""
    for i in range(LANES):
        # Both are still those of the quarter before.
        burn = maximum(-s[Now.FREE_CASH_FLOW + i], TINY)
        runway = MONTHS_A_QUARTER * s[Now.CASH + i] / burn
        short = 1.0 - runway / x[Lab.CUT_BELOW_MONTHS + i]
        cut = x[Lab.MOST_CUT + i] * maximum(0.0, minimum(1.0, short))
        planned = s[Now.TRAINING_PLAN + i] * s[Now.TRAINING_AGAINST_PLAN + i]
        floor = x[Lab.TRAINING_FLOOR + i] * s[Now.REVENUE + i]
        s[Now.TRAINING + i] = maximum((1.0 - cut) * planned, floor)
        s[Now.TRAINING_CUT + i] = cut


@inlined
def train_within_capacity(x: Array, s: Array) -> None:
    """Leave training what compute is left beside that of users."""
    for i in range(LANES):
        most = s[Now.CAPACITY_LEFT + i] / maximum(x[Lab.COMPUTE_OF_TRAINING + i], TINY)
        s[Now.TRAINING + i] = minimum(s[Now.TRAINING + i], most)


@inlined
def use_compute(quarter: int, schedule: Schedule, commitments: Array, x: Array, s: Array) -> None:
    """Compare the compute that is rented with what is committed, and find what stands idle.

    What that cost in the base quarters is within what was reported.
    """
    place = quarter + BASE_QUARTERS
    for i in range(LANES):
        s[Now.COMMITTED + i] = 0.0
        s[Now.FIRMLY_COMMITTED + i] = 0.0
        s[Now.COMMITTED_AHEAD + i] = 0.0
    for j in range(schedule.committed.shape[0]):
        of, part, later = commitments[j], schedule.committed[j, place], schedule.ahead[j, place]
        known, known_later = schedule.committed_known[j, place], schedule.ahead_known[j, place]
        for i in range(LANES):
            amount = of[Commitment.AMOUNT + i]
            due = amount * part + known
            s[Now.COMMITTED + i] += due
            s[Now.FIRMLY_COMMITTED + i] += (1.0 - of[Commitment.CANCELLABLE + i]) * due
            s[Now.COMMITTED_AHEAD + i] += amount * later + known_later
    for i in range(LANES):
        of_training = x[Lab.COMPUTE_OF_TRAINING + i] * s[Now.TRAINING + i]
        use = s[Now.PAYING_BILL + i] + s[Now.FREE_BILL + i] + of_training
        idle = maximum(0.0, s[Now.FIRMLY_COMMITTED + i] - use)
        s[Now.COMPUTE_USE + i] = use
        s[Now.IDLE_COMPUTE + i] = idle
        s[Now.IDLE_COST + i] = (1.0 - x[Lab.RESOLD + i]) * idle


@inlined
def spare_partners(x: Array, s: Array) -> None:
    """Take out of other cost the shares within it that are due no more."""
    for i in range(LANES):
        scale = exp((x[Lab.SCALE_ELASTICITY + i] - 1.0) * s[Now.LOG_REVENUE + i])
        s[Now.OTHER_COST + i] -= s[Now.SHARES_SPARED + i] * scale


@inlined
def pay_in_cash(s: Array) -> None:
    """Add to other cost idle compute and the shares beside it, which are all cash."""
    for i in range(LANES):
        paid = s[Now.IDLE_COST + i] + s[Now.SHARES_BESIDE + i]
        s[Now.OTHER_COST + i] += paid
        s[Now.COST_IN_CASH + i] = paid
