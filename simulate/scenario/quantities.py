"""The quantities of the model that formulas know, with their units, and when they are known."""

from enum import IntEnum
from typing import NamedTuple

from .dimensions import CONDITION, MONEY, SHARE, USERS, Unit
from .frame import MarginDefinition


class Stage(IntEnum):
    """Where in a quarter a line is booked, in order; last comes what is known of the whole."""

    REVENUE = 0
    COST_OF_REVENUE = 1
    OPERATING_COST = 2
    CAPITAL_SPENDING = 3
    FINANCING = 4
    END = 5


class ModelQuantity(NamedTuple):
    """A quantity of the model.

    Attributes
    ----------
    unit
        In formulas.
    known
        The first stage of a quarter whose lines may use it.
    words
        For people.
    is_flow
        Whether it is money of the quarter, which an event takes over twelve months.
    from_start
        Whether it has no value in the quarters before the horizon.
    """

    unit: Unit
    known: Stage
    words: str
    is_flow: bool = False
    from_start: bool = False


def _flow(known: Stage, words: str, from_start: bool = False) -> ModelQuantity:
    return ModelQuantity(MONEY, known, words, is_flow=True, from_start=from_start)


def _balance(known: Stage, words: str) -> ModelQuantity:
    return ModelQuantity(MONEY, known, words, from_start=True)


def _reaction(known: Stage, words: str) -> ModelQuantity:
    return ModelQuantity(SHARE, known, words, from_start=True)


def _margin(words: str) -> ModelQuantity:
    return ModelQuantity(SHARE, Stage.END, f"gross margin of twelve months, {words}")


# What formulas call gross margin in each definition.
MARGIN_NAMES: dict[MarginDefinition, str] = {
    "inference only": "gross_margin_inference_only",
    "paying users": "gross_margin_paying_users",
    "with partners' shares": "gross_margin_with_partners_shares",
    "with free users": "gross_margin_with_free_users",
}
QUANTITIES: dict[str, ModelQuantity] = {
    "year": ModelQuantity(SHARE, Stage.REVENUE, "the year, such as 2027"),
    "quarter": ModelQuantity(SHARE, Stage.REVENUE, "the quarter of the year, 1 to 4"),
    "segment_revenue": _flow(Stage.REVENUE, "revenue of all segments, before own lines"),
    "free_users": ModelQuantity(USERS, Stage.REVENUE, "free users"),
    "opening_cash": _balance(Stage.REVENUE, "cash before the quarter"),
    "revenue": _flow(Stage.COST_OF_REVENUE, "revenue"),
    "run_rate": ModelQuantity(
        MONEY, Stage.COST_OF_REVENUE, "annualised revenue, four times the quarter's"
    ),
    "paying_inference": _flow(Stage.COST_OF_REVENUE, "inference of paying users"),
    "free_inference": _flow(Stage.COST_OF_REVENUE, "inference of free users"),
    "inference": _flow(Stage.COST_OF_REVENUE, "inference of all users"),
    "depreciation": _flow(Stage.COST_OF_REVENUE, "depreciation of owned hardware"),
    "cost_of_revenue": _flow(Stage.OPERATING_COST, "cost of revenue of paying users"),
    "partner_share": _flow(Stage.OPERATING_COST, "partners' share of revenue"),
    "training": _flow(Stage.OPERATING_COST, "training cost"),
    "gross_profit": _flow(Stage.OPERATING_COST, "revenue less cost of revenue of paying users"),
    "other_costs": _flow(Stage.CAPITAL_SPENDING, "other operating cost"),
    "ebitda": _flow(Stage.CAPITAL_SPENDING, "EBITDA"),
    "operating_result": _flow(Stage.CAPITAL_SPENDING, "EBITDA less depreciation"),
    "tax": _flow(Stage.CAPITAL_SPENDING, "tax on profit", from_start=True),
    "capital_spending": _flow(Stage.FINANCING, "capital spending", from_start=True),
    "working_capital": _flow(Stage.FINANCING, "cash bound in working capital", from_start=True),
    "free_cash_flow": _flow(Stage.FINANCING, "free cash flow"),
    "cash": _balance(Stage.END, "cash after the quarter"),
    "cumulative_cash_flow": _balance(Stage.END, "free cash flow since the start"),
    "funding_need": _balance(Stage.END, "peak funding need so far"),
    "gross_margin": _margin("of the definition that the company projects"),
    **{name: _margin(definition) for definition, name in MARGIN_NAMES.items()},
}
# Those of a scenario that has [compute] or [training.cut].
COMPUTE_QUANTITIES: dict[str, ModelQuantity] = {
    "unserved_share": _reaction(
        Stage.COST_OF_REVENUE, "share of demand that capacity leaves unserved"
    ),
    "training_cut": _reaction(
        Stage.OPERATING_COST, "share cut from the training budget as cash runs short"
    ),
    "commitments": _flow(Stage.OPERATING_COST, "compute that is committed"),
    "commitments_ahead": ModelQuantity(
        MONEY, Stage.OPERATING_COST, "compute committed for later quarters"
    ),
    "compute_use": _flow(
        Stage.OPERATING_COST, "compute in use that is rented; 0 without [compute]"
    ),
    "idle_compute": _flow(Stage.OPERATING_COST, "compute that is firmly committed and not used"),
    "idle_compute_cost": _flow(
        Stage.OPERATING_COST, "what idle compute costs, less what resale brings"
    ),
}
# Those of a scenario that has [raising]: before the start nothing was raised or owed.
RAISING_QUANTITIES: dict[str, ModelQuantity] = {
    "debt_interest": _flow(Stage.FINANCING, "interest on debt, a part of free cash flow"),
    "dated_rounds": _flow(Stage.END, "money from dated funding rounds"),
    "equity_raised": _flow(Stage.END, "money that was sought, for shares"),
    "debt_issued": _flow(Stage.END, "money that was sought, borrowed"),
    "debt_repaid": _flow(Stage.END, "debt that was paid back"),
    "debt": ModelQuantity(MONEY, Stage.END, "debt after the quarter"),
    "runway": ModelQuantity(
        SHARE, Stage.END, "months that cash lasts at the quarter's burn", from_start=True
    ),
    "value": _balance(Stage.END, "what all shares are worth"),
    "dilution": ModelQuantity(SHARE, Stage.END, "part of the shares that is new since the start"),
    "return_on_todays_price": ModelQuantity(
        SHARE, Stage.END, "value per share over that of the start", from_start=True
    ),
    "lenders_loss": ModelQuantity(SHARE, Stage.END, "part of the debt lost with a failure"),
    "failed": ModelQuantity(CONDITION, Stage.END, "whether the lab has failed"),
}

# What is still so of a lab that has failed, and what a date is by.
OUTLIVES_FAILURE = frozenset(
    {"year", "quarter", "value", "dilution", "return_on_todays_price", "lenders_loss", "failed"}
)

# What answers call by a name that a metric or an outcome could have, too.
TOLD_BY_NAME = frozenset(
    {
        "cash_flow",
        "cumulative_payback",
        "free_cash_flow_positive",
        "free_cash_flow_positive_four_quarters_in_a_row",
        "inference_cost",
        "margin",
        "margin_held",
        "out_of_cash",
        "payback",
        "peak_funding_need",
        "peak_need",
        "training_cost",
        *(f"{name}_held" for name in MARGIN_NAMES.values()),
    }
)


def quantities_of(*, has_compute: bool, raises: bool) -> dict[str, ModelQuantity]:
    """Return the quantities of a scenario's model, by name.

    Parameters
    ----------
    has_compute
        Whether the scenario has [compute] or [training.cut].
    raises
        Whether it has [raising].
    """
    compute = COMPUTE_QUANTITIES if has_compute else {}
    return QUANTITIES | compute | (RAISING_QUANTITIES if raises else {})
