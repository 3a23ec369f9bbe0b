"""Cash, and what moves it beside operations."""

from typing import Annotated

from simulate.scenario.distributions import AnyDistribution, Number
from simulate.scenario.quarters import Quarter

from .quantity import CertainShare, Quantity, money, share
from .section import Name, Section, Source


class Cash(Section):
    """Cash and what moves it beside operations."""

    opening: Annotated[AnyDistribution, money("cash at the start")]
    interest_rate: Annotated[AnyDistribution, Quantity("interest on cash", "a year", -0.05, 0.5)]
    tax_rate: Annotated[AnyDistribution, share("tax on profit")]
    losses_carried_forward: Annotated[AnyDistribution, money("losses carried forward")]
    working_capital: Annotated[
        AnyDistribution, Quantity("working capital over annualised revenue", "share", -2.0, 2.0)
    ]
    capital_spending: Annotated[AnyDistribution, share("other capital spending over revenue")]


class Funding(Section):
    """A funding round: its date, its size and the chance that it comes."""

    name: Name
    quarter: Quarter
    amount: Annotated[AnyDistribution, money("size of the round")]
    chance: Annotated[Number, CertainShare("chance that the round comes", 0.0, 1.0)] = 1.0
    source: Source = ""
