"""A choice between changes of the scenario, and what a path pays for each."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from simulate.scenario.distributions import Number
from simulate.scenario.units import in_unit

from .quantity import CertainShare
from .section import Count, Section, Source


def _read_money(given: Any) -> Any:
    return in_unit(given, "bn USD")


Money = Annotated[Number, BeforeValidator(_read_money)]


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
