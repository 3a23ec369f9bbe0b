"""The economics of a lab, one rule a function, in the order of ``docs/model.md``.

Every function takes and returns plain numbers of one path in one quarter. Money is in billions of
US dollars; flows are per quarter unless the name says annual; rates and growth are per year, in
logarithms; ``half_life`` is in years; volatilities are per quarter.
"""

from simulate.kernels.jit import kernel
from simulate.kernels.vector_math import exp, log

QUARTERS_A_YEAR = 4.0
LN_2 = 0.6931471805599453


# 1. Revenue


@kernel
def quarterly_decay(half_life: float) -> float:
    """Return what is left after a quarter of something that halves every ``half_life`` years."""
    return exp(-LN_2 / (QUARTERS_A_YEAR * half_life))


@kernel
def demand_shock(previous: float, persistence: float, volatility: float, score: float) -> float:
    """Return the log demand shock that all segments share, an AR(1): d = phi d + sigma eps."""
    return persistence * previous + volatility * score


@kernel
def saturation(share_of_limit: float) -> float:
    """Return the part of growth that a finite market leaves, or the last user: 1 - R/M >= 0."""
    return max(0.0, 1.0 - share_of_limit)


@kernel
def next_revenue(revenue: float, growth: float, shared_shock: float, own_shock: float) -> float:
    """Return R e^(mu/4 + d + sigma eps), where mu has already been cut by saturation."""
    return revenue * exp(growth / QUARTERS_A_YEAR + shared_shock + own_shock)


@kernel
def chance_in_quarter(annual_rate: float) -> float:
    """Return the chance of at least one arrival in a quarter of a Poisson process."""
    return 1.0 - exp(-annual_rate / QUARTERS_A_YEAR)


@kernel
def next_users(users: float, growth: float, share_of_ceiling: float) -> float:
    """Return free users after a quarter of logistic growth towards their ceiling."""
    return users * (1.0 + growth / QUARTERS_A_YEAR * saturation(share_of_ceiling))


@kernel
def revenue_from_users(
    index: float, users: float, annual_revenue_per_user: float, unadopted: float
) -> float:
    """Return the revenue of a segment that free users drive, such as advertising.

    ``unadopted`` = 2^(-t/h) is what the young product lacks of its mature revenue per user.
    """
    return index * users * annual_revenue_per_user / QUARTERS_A_YEAR * (1.0 - unadopted)


# 2. Cost of revenue


@kernel
def carried_deviation(previous: float, carried: float, deviation: float) -> float:
    """Return the log level of cost against plan: L = rho L + log(1 + O)."""
    return carried * previous + log(1.0 + deviation)


@kernel
def cost_index(net_gain: float, level: float) -> float:
    """Return cost per dollar of revenue against the base year: e^(L - G)."""
    return exp(level - net_gain)


@kernel
def inference_bill(revenue: float, planned_share: float, base_overrun: float) -> float:
    """Return inference cost of paying users at the base year's cost per dollar of revenue."""
    return revenue * planned_share * (1.0 + base_overrun)


@kernel
def free_user_bill(users: float, annual_cost_per_user: float, index: float) -> float:
    """Return inference cost of free users."""
    return users * annual_cost_per_user / QUARTERS_A_YEAR * index


@kernel
def bill_after_saving(bill: float, annual_rent: float, in_service: float, saving: float) -> float:
    """Return a rented inference bill less what owned hardware saves of the part it serves."""
    return bill - saving * min(bill, annual_rent / QUARTERS_A_YEAR * in_service)


@kernel
def cost_of_revenue(
    inference: float, revenue: float, other_sales_share: float, depreciation: float
) -> float:
    """Return cost of revenue as the narrower margin counts it: paying users only."""
    return inference + other_sales_share * revenue + depreciation


@kernel
def gross_margin(revenue: float, cost: float) -> float:
    """Return 1 - cost/revenue."""
    return 1.0 - cost / revenue


# 3. Training


@kernel
def next_training(training: float, growth: float, jump: float) -> float:
    """Return the training budget after a quarter's growth and a new generation's jump."""
    return training * exp(growth / QUARTERS_A_YEAR) * (1.0 + jump)


@kernel
def training_cost(
    planned: float, cost_against_plan: float, floor_share: float, revenue: float
) -> float:
    """Return training cost with its drift against plan, e^L, at least its floor."""
    return max(planned * cost_against_plan, floor_share * revenue)


# 4. Other operating cost


@kernel
def quarterly_growth(annual: float) -> float:
    """Return what a quarter of steady growth multiplies by."""
    return exp(annual / QUARTERS_A_YEAR)


@kernel
def variable_cost(share: float, revenue: float, reference: float, elasticity: float) -> float:
    """Return operating cost that grows slower than revenue: s R (R/R0)^(eta-1)."""
    return share * revenue * exp((elasticity - 1.0) * log(revenue / reference))


# 5. Cash


@kernel
def ebitda(
    revenue: float, cost: float, depreciation: float, training: float, other: float
) -> float:
    """Return EBITDA: gross profit before depreciation, less training and other operating cost."""
    return revenue - cost + depreciation - training - other


@kernel
def losses_left(losses: float, profit: float) -> float:
    """Return losses carried forward after a quarter's taxable profit or loss."""
    return max(0.0, losses - profit)


@kernel
def tax(profit: float, losses: float, rate: float) -> float:
    """Return tax on the profit that losses carried forward don't cover."""
    return rate * max(0.0, profit - losses)


@kernel
def working_capital_change(revenue: float, previous: float, share: float) -> float:
    """Return cash bound by growth: working capital is a share of annualised revenue."""
    return share * QUARTERS_A_YEAR * (revenue - previous)


@kernel
def interest(cash: float, annual_rate: float) -> float:
    """Return interest on the opening balance; a gap that nobody has funded earns nothing."""
    return max(0.0, cash) * annual_rate / QUARTERS_A_YEAR


@kernel
def free_cash_flow(
    cash_ebitda: float,
    capital_spending: float,
    tax_paid: float,
    working_capital: float,
    interest_earned: float,
) -> float:
    """Return cash EBITDA - capital spending - tax - change in working capital + interest."""
    return cash_ebitda - capital_spending - tax_paid - working_capital + interest_earned
