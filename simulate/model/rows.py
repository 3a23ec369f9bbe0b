"""Where each row stands in a block's flat arrays.

A row is LANES numbers, one a path, and a member's value is the place of its first: the loops
read ``x[Lab.PRICE_EROSION + i]``. One flat array a scope, with places that the compiler knows,
lets it see that rows don't overlap, which is what it needs to vectorise a loop over them.
"""

from enum import auto
from typing import Any

from simulate.kernels.arrays import LANES, Drawn, Rows, width


class Lab(Rows):
    """Inputs of the lab as a whole."""

    DEMAND_PERSISTENCE = auto()
    DEMAND_VOLATILITY = auto()
    BASE_OVERRUN = auto()
    OVERRUN_CARRIED = auto()
    EFFICIENCY_GAIN = auto()
    PRICE_EROSION = auto()
    CATCH_UP_HALF_LIFE = auto()
    OTHER_SALES_COST = auto()
    FREE_USERS = auto()
    FREE_USER_GROWTH = auto()
    FREE_USER_CEILING = auto()
    FREE_USER_COST = auto()
    FREE_USAGE_GROWTH = auto()
    TRAINING_GROWTH_INITIAL = auto()
    TRAINING_GROWTH_LASTING = auto()
    TRAINING_GROWTH_HALF_LIFE = auto()
    TRAINING_DRIFT_CARRIED = auto()
    TRAINING_FLOOR = auto()
    GENERATION_RATE = auto()
    FIXED_COST = auto()
    FIXED_COST_GROWTH = auto()
    VARIABLE_COST = auto()
    SCALE_ELASTICITY = auto()
    STOCK_PAY = auto()
    OTHER_CAPITAL_SPENDING = auto()
    WORKING_CAPITAL = auto()
    TAX_RATE = auto()
    LOSSES_CARRIED_FORWARD = auto()
    INTEREST_RATE = auto()
    OPENING_CASH = auto()


class Segment(Rows):
    """Inputs of one revenue segment."""

    GROWTH_INITIAL = auto()
    GROWTH_LASTING = auto()
    GROWTH_HALF_LIFE = auto()
    VOLATILITY = auto()
    MARKET = auto()
    INFERENCE_COST = auto()
    CLIENT_LOSS_RATE = auto()
    STARTING_REVENUE = auto()
    REVENUE_PER_USER = auto()
    ADOPTION_HALF_LIFE = auto()


class Hardware(Rows):
    """Inputs of one purchase of hardware."""

    AMOUNT = auto()
    RENT_REPLACED = auto()
    SAVING = auto()


class Funding(Rows):
    """Inputs of one funding round."""

    AMOUNT = auto()


class Level(Rows):
    """What a segment carries from quarter to quarter."""

    REVENUE = auto()
    GROWTH_EXCESS = auto()
    GROWTH_DECAY = auto()
    SHARE_OF_MARKET = auto()
    LOSS_CHANCE = auto()
    UNADOPTED = auto()
    ADOPTION_DECAY = auto()


class Now(Rows):
    """What the lab carries from quarter to quarter, a quarter's results, and room to work.

    They follow the rows of ``Drawn`` in the same array.
    """

    @staticmethod
    def _generate_next_value_(
        name: str,  # noqa: ARG004
        start: int,  # noqa: ARG004
        count: int,
        last_values: list[Any],  # noqa: ARG004
    ) -> int:
        return width(Drawn) + count * LANES

    DEMAND = auto()
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
    TRAINING = auto()
    OTHER_COST = auto()
    EBITDA = auto()
    TAX = auto()
    FREE_CASH_FLOW = auto()
    # Outcomes on the way
    FUNDING_NEED = auto()
    LAST_BELOW_ZERO = auto()
    RUN_MARGIN_PAYING = auto()
    RUN_MARGIN_ALL = auto()
    RUN_CASH_FLOW = auto()
    # Room to work
    GROWTH = auto()
    PROFIT = auto()
    BOUND_CAPITAL = auto()
    TRAILING_COST = auto()


class Metric(Rows):
    """A path's numbers of a quarter: money, then shares; flows of the trailing four quarters."""

    REVENUE = auto()
    EBITDA = auto()
    FREE_CASH_FLOW = auto()
    TRAINING = auto()
    INFERENCE = auto()
    CASH = auto()
    MARGIN_PAYING = auto()
    MARGIN_ALL = auto()


class Hit(Rows):
    """Hitting times, in quarters from the first of the horizon."""

    MARGIN_PAYING = auto()
    MARGIN_PAYING_HELD = auto()
    MARGIN_ALL = auto()
    MARGIN_ALL_HELD = auto()
    CASH_FLOW_POSITIVE = auto()
    CASH_FLOW_HELD = auto()
    PAYBACK = auto()
    OUT_OF_CASH = auto()


class Flow(Rows):
    """Flows that are summed over the trailing four quarters; the metrics' come first, as there."""

    REVENUE = auto()
    EBITDA = auto()
    FREE_CASH_FLOW = auto()
    TRAINING = auto()
    INFERENCE = auto()
    PAYING_COST = auto()
    FREE_COST = auto()
