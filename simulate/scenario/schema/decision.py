"""A choice between changes of the scenario, and what a path pays for each."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator

from simulate.scenario.distributions import Number
from simulate.scenario.scale import scale_hint
from simulate.scenario.units import in_unit, states_unit

from .quantity import CertainShare
from .section import Count, Section, Source

MOST_MONEY = 1e3


def _read_money(given: Any, handler: ValidatorFunctionWrapHandler) -> float:
    found: float = handler(in_unit(given, "bn USD"))
    if abs(found) > MOST_MONEY:
        limits = -MOST_MONEY, MOST_MONEY
        hint = "" if states_unit(given) else scale_hint(found, "bn USD", *limits)
        raise ValueError(f"an amount is from {limits[0]:g} to {limits[1]:g} bn USD{hint}")
    return found


Money = Annotated[Number, WrapValidator(_read_money)]


class Option(Section):
    """A course of a decision: keys of the scenario to set, as in a variant, and what it costs."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    title: str = ""
    cost: Money = Field(default=0.0, description="beside what the simulation pays, bn USD")
    source: Source = ""


class Decision(Section):
    """A choice that is to be made now, and what a path pays for each option, in bn USD."""

    title: str
    payoff: Literal["free cash flow", "cash"] = Field(
        default="free cash flow", description="the sum of free cash flow to the year's end, or cash"
    )
    year: Count = Field(description="the last fiscal year that counts")
    discount_rate: Annotated[Number, CertainShare("discount rate a year", 0.0, 0.99)] = 0.0
    out_of_cash_cost: Annotated[Money, Field(ge=0.0)] = Field(
        default=0.0, description="taken off where cash runs out by then, bn USD"
    )
    source: Source = ""
    options: dict[str, Option] = Field(min_length=2)
