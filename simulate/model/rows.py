"""The rows of a block's flat arrays: an input with its key, a metric and an outcome with its names.

A row is LANES numbers, one a path, and a member's value is the place of its first: the loops
read ``x[Lab.PRICE_EROSION + i]``. One flat array a scope, with places that the compiler knows,
lets it see that rows don't overlap, which is what it needs to vectorise a loop over them.
"""

from enum import auto
from typing import TypeVar

from simulate.kernels.arrays import LANES, Drawn, Rows, index, width

AnyRows = TypeVar("AnyRows", bound=Rows)


def _next_row(rows: type[AnyRows]) -> AnyRows:
    """Return a new member after those that a kind of rows has, for it to be told more of."""
    place = len(rows.__members__) * LANES
    row = int.__new__(rows, place)
    row._value_ = place
    return row


class InputRows(Rows):
    """Rows of inputs, each with its key in the scenario, or in a member of one of its lists."""

    key: str

    def __new__(cls, key: str) -> "InputRows":
        """Add an input."""
        row = _next_row(cls)
        row.key = key
        return row


class Lab(InputRows):
    """Inputs of the lab as a whole."""

    DEMAND_PERSISTENCE = "demand.persistence"
    DEMAND_VOLATILITY = "demand.volatility"
    DEMAND_INITIAL = "demand.initial"
    SIZE_EXPONENT = "demand.size_exponent"
    BASE_OVERRUN = "inference.base_overrun"
    OVERRUN_CARRIED = "inference.overrun_carried"
    EFFICIENCY_GAIN = "inference.efficiency_gain"
    PRICE_EROSION = "inference.price_erosion"
    NET_GAIN = "inference.net_gain"
    CATCH_UP_HALF_LIFE = "inference.catch_up_half_life"
    OTHER_SALES_COST = "inference.other_sales_cost"
    FREE_USERS = "free_users.users"
    FREE_USER_GROWTH = "free_users.growth"
    FREE_USER_CEILING = "free_users.ceiling"
    FREE_USER_COST = "free_users.annual_cost"
    FREE_USAGE_GROWTH = "free_users.usage_growth"
    TRAINING_GROWTH_INITIAL = "training.growth.initial"
    TRAINING_GROWTH_LASTING = "training.growth.lasting"
    TRAINING_GROWTH_HALF_LIFE = "training.growth.half_life"
    TRAINING_DRIFT_CARRIED = "training.drift_carried"
    TRAINING_FLOOR = "training.floor"
    GENERATION_RATE = "training.generation.rate"
    FIXED_COST = "other_costs.fixed"
    FIXED_COST_GROWTH = "other_costs.fixed_growth"
    VARIABLE_COST = "other_costs.variable"
    SCALE_ELASTICITY = "other_costs.scale_elasticity"
    STOCK_PAY = "other_costs.stock_pay"
    PARTNER_SHARE = "other_costs.partner_share"
    OTHER_CAPITAL_SPENDING = "cash.capital_spending"
    WORKING_CAPITAL = "cash.working_capital"
    TAX_RATE = "cash.tax_rate"
    LOSSES_CARRIED_FORWARD = "cash.losses_carried_forward"
    INTEREST_RATE = "cash.interest_rate"
    OPENING_CASH = "cash.opening"
    COMPUTE_OF_TRAINING = "compute.of_training"
    RESOLD = "compute.resold"
    CAPACITY = "compute.capacity"
    CAPACITY_GROWTH = "compute.capacity_growth"
    CAPACITY_FOR_TRAINING = "compute.for_training"
    PASSED_TO_PRICE = "compute.passed_to_price"
    TRAINING_FOLLOWS = "training.follows"
    TRAINING_LAG = "training.lag"
    CUT_BELOW_MONTHS = "training.cut.below_months"
    MOST_CUT = "training.cut.most"
    # Which one a path lives in, counted from 0.
    ALTERNATIVE = "alternative"


class Segment(InputRows):
    """Inputs of one revenue segment."""

    GROWTH_INITIAL = "growth.initial"
    GROWTH_LASTING = "growth.lasting"
    GROWTH_HALF_LIFE = "growth.half_life"
    GROWTH_AGE = "growth.age"
    GROWTH_PLATEAU = "growth.plateau"
    VOLATILITY = "volatility"
    MARKET = "market"
    INFERENCE_COST = "inference_cost"
    CLIENT_LOSS_RATE = "client_loss.rate"
    STARTING_REVENUE = "starting_revenue"
    REVENUE_PER_USER = "revenue_per_user"
    ADOPTION_HALF_LIFE = "adoption_half_life"


class Hardware(InputRows):
    """Inputs of one purchase of hardware."""

    AMOUNT = "amount"
    RENT_REPLACED = "rent_replaced"
    SAVING = "saving"


class Commitment(InputRows):
    """Inputs of one commitment for compute."""

    AMOUNT = "amount"
    CANCELLABLE = "cancellable"


class Share(InputRows):
    """Inputs of one partner's share of revenue."""

    SHARE = "share"
    TOTAL = "total"
    PAID = "paid"


class Funding(InputRows):
    """Inputs of one funding round."""

    AMOUNT = "amount"


class Raising(InputRows):
    """Inputs of money that is sought, of what the lab is worth and of its debt."""

    BELOW_MONTHS = "raising.below_months"
    MONTHS = "raising.months"
    SHARE_OF_VALUE = "raising.share_of_value"
    CHANCE = "raising.chance"
    FULL_GROWTH = "raising.full_growth"
    AFTER_LISTING = "raising.after_listing"
    VALUE_TODAY = "raising.value.today"
    MULTIPLE = "raising.value.multiple"
    SIZE_EXPONENT = "raising.value.size_exponent"
    GROWTH_EXPONENT = "raising.value.growth_exponent"
    REFERENCE_GROWTH = "raising.value.reference_growth"
    LEAST_MULTIPLE = "raising.value.floor"
    DEBT_SHARE = "raising.debt.share"
    DEBT_INTEREST_RATE = "raising.debt.interest_rate"
    MATURITY = "raising.debt.maturity"
    RECOVERY = "raising.debt.recovery"
    OPENING_DEBT = "raising.debt.opening"
    SHUT_RATE = "raising.shut.rate"


class BaseQuarter(InputRows):
    """Inputs of one of the four quarters before the horizon."""

    REVENUE = "revenue"
    COST = "cost"
    TRAINING = "training"


class Level(Rows):
    """What a segment carries from quarter to quarter."""

    REVENUE = auto()
    GROWTH_EXCESS = auto()
    GROWTH_DECAY = auto()
    PLATEAU = auto()
    SHARE_OF_MARKET = auto()
    LOSS_CHANCE = auto()
    UNADOPTED = auto()
    ADOPTION_DECAY = auto()


class Now(Rows):
    """What the lab carries from quarter to quarter, a quarter's results, and room to work.

    They follow the rows of ``Drawn`` in the same array.
    """

    DEMAND = width(Drawn)
    SHOCK_SCALE = auto()
    LOG_BASE_SIZE = auto()
    LOG_REVENUE = auto()
    USERS = auto()
    SHARE_OF_CEILING = auto()
    OVERRUN_LEVEL = auto()
    GAIN_RATE = auto()
    FREE_GAIN_RATE = auto()
    GAIN_DECAY = auto()
    NET_GAIN = auto()
    FREE_NET_GAIN = auto()
    TRAINING_EXCESS = auto()
    TRAINING_DECAY = auto()
    TRAINING_PLAN = auto()
    TRAINING_LEVEL = auto()
    TRAINING_AGAINST_PLAN = auto()
    JUMP_CHANCE = auto()
    FIXED_COST = auto()
    FIXED_COST_GROWTH = auto()
    REFERENCE_REVENUE = auto()
    LOSSES = auto()
    CASH = auto()
    CUMULATIVE = auto()
    # A quarter's results
    REVENUE = auto()
    PREVIOUS_REVENUE = auto()
    SEGMENT_REVENUE = auto()
    PAYING_BILL = auto()
    FREE_BILL = auto()
    FREE_INDEX = auto()
    DEPRECIATION = auto()
    CAPITAL_SPENDING = auto()
    PAYING_COST = auto()
    PARTNER_SHARE = auto()
    TRAINING = auto()
    OTHER_COST = auto()
    EBITDA = auto()
    TAX = auto()
    BOUND_CAPITAL = auto()
    FREE_CASH_FLOW = auto()
    # Of revenue what partners have no share of, and of other cost what is all cash
    UNSHARED_REVENUE = auto()
    COST_IN_CASH = auto()
    # Compute, partners, and a budget that reacts
    UNSERVED = auto()
    CAPACITY_LEFT = auto()
    COMPUTE_USE = auto()
    COMMITTED = auto()
    FIRMLY_COMMITTED = auto()
    COMMITTED_AHEAD = auto()
    IDLE_COMPUTE = auto()
    IDLE_COST = auto()
    SHARES_BESIDE = auto()
    SHARES_SPARED = auto()
    FOLLOWED_GROWTH = auto()
    TRAINING_CUT = auto()
    # Outcomes on the way
    FUNDING_NEED = auto()
    LAST_BELOW_ZERO = auto()
    RUN_MARGIN_INFERENCE = auto()
    RUN_MARGIN_PAYING = auto()
    RUN_MARGIN_PARTNERS = auto()
    RUN_MARGIN_ALL = auto()
    RUN_CASH_FLOW = auto()
    # Of scenarios with [raising]; of all shares those of today are a part
    VALUE = auto()
    GROWTH = auto()
    TODAYS_PART = auto()
    DILUTION = auto()
    RETURN = auto()
    DEBT = auto()
    DEBT_INTEREST = auto()
    DEBT_ISSUED = auto()
    DEBT_REPAID = auto()
    DATED_ROUNDS = auto()
    EQUITY_RAISED = auto()
    RAISED = auto()
    RAISED_BEFORE = auto()
    RAISED_LONG_BEFORE = auto()
    RUNWAY = auto()
    LISTED = auto()
    PART_REPAID = auto()
    PER_VALUE_TODAY = auto()
    SHUT_CHANCE = auto()
    SHUT_LEFT = auto()
    LENDERS_LOSS = auto()
    FAILED = auto()
    # 1 in every quarter that a path books, 0 in those after its failure
    IS_BOOKED = auto()


class Metric(Rows):
    """A path's numbers of a quarter: money, then shares; flows of the trailing four quarters."""

    title: str

    def __new__(cls, title: str) -> "Metric":
        """Add a metric."""
        row = _next_row(cls)
        row.title = title
        return row

    REVENUE = "revenue"
    EBITDA = "EBITDA"
    FREE_CASH_FLOW = "free cash flow"
    TRAINING = "training cost"
    INFERENCE = "inference cost"
    CASH = "cash"
    MARGIN_INFERENCE = "gross margin, inference only"
    MARGIN_PAYING = "gross margin, paying users"
    MARGIN_PARTNERS = "gross margin, with partners' shares"
    MARGIN_ALL = "gross margin, with free users"


class Flow(Rows):
    """A quarter's flows, of which trailing sums are made."""

    REVENUE = auto()
    EBITDA = auto()
    FREE_CASH_FLOW = auto()
    TRAINING = auto()
    INFERENCE = auto()
    PAYING_BILL = auto()
    PAYING_COST = auto()
    PARTNER_SHARE = auto()
    FREE_COST = auto()
    DEPRECIATION = auto()


class Hit(Rows):
    """Hitting times, in quarters from the first of the horizon.

    Attributes
    ----------
    title
        The name that columns have, and that people ask for.
    clause
        Says of a path that it has come.
    short
        The head of a narrow column.
    """

    title: str
    clause: str
    short: str

    def __new__(cls, title: str, clause: str, short: str) -> "Hit":
        """Add an outcome; ``{level}`` stands for the target of gross margin."""
        row = _next_row(cls)
        row.title, row.clause, row.short = title, clause, short
        return row

    def clause_at(self, level: str) -> str:
        """Return the clause at a target of gross margin."""
        return self.clause.format(level=level)

    def short_at(self, level: str) -> str:
        """Return the head of a column at a target of gross margin."""
        return self.short.format(level=level)

    MARGIN_INFERENCE = (
        "gross margin, inference only",
        "gross margin (inference only) reaches {level}",
        "margin {level}",
    )
    MARGIN_INFERENCE_HELD = (
        "gross margin, inference only, held",
        "gross margin (inference only) has been held at {level}",
        "margin {level} held",
    )
    MARGIN_PAYING = (
        "gross margin, paying users",
        "gross margin (paying users) reaches {level}",
        "margin {level}",
    )
    MARGIN_PAYING_HELD = (
        "gross margin, paying users, held",
        "gross margin (paying users) has been held at {level}",
        "margin {level} held",
    )
    MARGIN_PARTNERS = (
        "gross margin, with partners' shares",
        "gross margin (with partners' shares) reaches {level}",
        "margin {level}",
    )
    MARGIN_PARTNERS_HELD = (
        "gross margin, with partners' shares, held",
        "gross margin (with partners' shares) has been held at {level}",
        "margin {level} held",
    )
    MARGIN_ALL = (
        "gross margin, with free users",
        "gross margin (with free users) reaches {level}",
        "margin {level}",
    )
    MARGIN_ALL_HELD = (
        "gross margin, with free users, held",
        "gross margin (with free users) has been held at {level}",
        "margin {level} held",
    )
    CASH_FLOW_POSITIVE = (
        "free cash flow positive",
        "free cash flow turns positive",
        "cash flow > 0",
    )
    CASH_FLOW_HELD = (
        "free cash flow positive, four quarters in a row",
        "free cash flow has been positive for four quarters in a row",
        "4 quarters of cash flow > 0",
    )
    PAYBACK = ("cumulative payback", "cumulative free cash flow is paid back", "payback")
    OUT_OF_CASH = ("out of cash", "cash runs out", "out of cash")


# Gross margins, by definition; each has a metric, a hitting time and one of being held.
MARGIN_DEFINITIONS = sum(metric.name.startswith("MARGIN") for metric in Metric)
# What a path's trace has of a quarter: its metrics, then its flows.
TRACED = len(Metric) + len(Flow)


def traced(flow: Flow) -> int:
    """Return which row of a trace holds a quarter's own flow."""
    return len(Metric) + index(flow)
