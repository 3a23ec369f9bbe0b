"""What a lab pays for: inference, free users, hardware, training, the rest."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from simulate.scenario.distributions import AnyDistribution
from simulate.scenario.errors import Mistake
from simulate.scenario.mends import Mend, rewrite_all
from simulate.scenario.quarters import Quarter, format_quarter

from .quantity import NEVER_HALVES, ZERO, Quantity, half_life, log_rate, money, share
from .revenue import Growth
from .section import Count, Name, Section, Source


class Inference(Section):
    """Inference cost and the rest of cost of revenue."""

    base_overrun: Annotated[
        AnyDistribution, Quantity("overrun of the base year", "share", -0.9, 3.0, certain=True)
    ]
    overrun: Annotated[
        AnyDistribution,
        Quantity(
            "inference cost of a year against plan",
            "share",
            -0.95,
            1e7,
            largest_median=3.0,
            drawn="year",
        ),
    ]
    overrun_carried: Annotated[AnyDistribution, share("share of an overrun that stays")]
    efficiency_gain: Annotated[AnyDistribution, log_rate("fall of cost of the same work")]
    price_erosion: Annotated[AnyDistribution, log_rate("fall of the price of the same work")]
    catch_up_half_life: Annotated[
        AnyDistribution, half_life("half-life of the gain over prices")
    ] = NEVER_HALVES
    other_sales_cost: Annotated[AnyDistribution, share("other cost of sales over revenue")]


class FreeUsers(Section):
    """Users who pay nothing."""

    users: Annotated[AnyDistribution, Quantity("free users now", "bn", 0.0, 10.0, certain=True)]
    growth: Annotated[AnyDistribution, log_rate("early growth of free users")]
    ceiling: Annotated[
        AnyDistribution, Quantity("most free users", "bn", 1e-6, 100.0, largest_median=10.0)
    ]
    annual_cost: Annotated[
        AnyDistribution, Quantity("inference cost of a free user", "USD/yr", 0.0, 1e4, certain=True)
    ]
    usage_growth: Annotated[AnyDistribution, log_rate("growth of use per free user")]


class Hardware(Section):
    """Owned hardware: bought over some quarters, in service for some years."""

    name: Name
    amount: Annotated[AnyDistribution, money("spending")]
    first_quarter: Quarter
    last_quarter: Quarter
    life_years: Annotated[Count, Field(ge=1, le=20)]
    rent_replaced: Annotated[
        AnyDistribution,
        Quantity("rented inference replaced", "bn USD/yr", 0.0, 1e7, largest_median=1e3),
    ]
    saving: Annotated[AnyDistribution, share("rent saved, before depreciation")]
    source: Source = ""

    def _mistakes(self) -> Iterator[Mistake]:
        if self.last_quarter < self.first_quarter:
            yield Mistake(
                ("last_quarter",),
                "must not come before first_quarter",
                _swapped(self.first_quarter, self.last_quarter),
            )


def _swapped(first: int, last: int) -> Mend:
    quarters = {("first_quarter",): format_quarter(last), ("last_quarter",): format_quarter(first)}
    return replace(rewrite_all(quarters, "the two were swapped"), of_table=True)


class Generation(Section):
    """Jumps of the training budget with a new generation of models."""

    rate: Annotated[AnyDistribution, Quantity("jumps of training cost", "a year", 0.0, 4.0)]
    size: Annotated[
        AnyDistribution,
        Quantity("size of a jump", "share", -0.9, 100.0, largest_median=10.0, drawn="event"),
    ]


class Training(Section):
    """Training cost."""

    growth: Growth
    drift: Annotated[
        AnyDistribution,
        Quantity(
            "training cost of a year against plan",
            "share",
            -0.95,
            1e7,
            largest_median=3.0,
            drawn="year",
        ),
    ]
    drift_carried: Annotated[AnyDistribution, share("share of a drift that stays")]
    floor: Annotated[AnyDistribution, share("least training cost over revenue")] = ZERO
    generation: Generation | None = None


class OtherCosts(Section):
    """Staff, sales and the rest."""

    fixed: Annotated[
        AnyDistribution, Quantity("fixed part now", "bn USD/yr", 0.0, 1e7, largest_median=1e3)
    ]
    fixed_growth: Annotated[AnyDistribution, log_rate("growth of the fixed part")]
    variable: Annotated[
        AnyDistribution, share("variable part over revenue now", high=5.0, largest_median=2.0)
    ]
    scale_elasticity: Annotated[
        AnyDistribution,
        Quantity("growth of the variable part over that of revenue", "share", 0, 1.5),
    ]
    stock_pay: Annotated[AnyDistribution, share("part paid in stock, not cash")]
    not_operating: Annotated[
        AnyDistribution,
        money("base year's loss below EBITDA (for O5 only, not simulated)", low=-1e4, certain=True),
    ] = ZERO
