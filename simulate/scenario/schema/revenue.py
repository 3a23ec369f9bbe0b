"""Where revenue comes from: segments, their growth, clients who leave, demand."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulate.scenario.distributions import AnyDistribution, Fixed, Number
from simulate.scenario.errors import Mistake
from simulate.scenario.quarters import Quarter

from .quantity import (
    NEVER_HALVES,
    NO_LIMIT,
    ZERO,
    CertainShare,
    Quantity,
    half_life,
    log_rate,
    share,
)
from .section import Name, Section, Source


class Growth(Section):
    """Growth that decays from an initial to a lasting rate."""

    initial: Annotated[AnyDistribution, log_rate("initial growth")]
    lasting: Annotated[AnyDistribution, log_rate("lasting growth")]
    half_life: Annotated[AnyDistribution, half_life("half-life of the excess growth")]


NO_GROWTH = Growth(initial=ZERO, lasting=ZERO, half_life=NEVER_HALVES)


class ClientLoss(Section):
    """Loss of large clients."""

    rate: Annotated[AnyDistribution, Quantity("losses of a large client", "a year", 0.0, 4.0)]
    share: Annotated[
        AnyDistribution, share("share of the segment that is lost", high=0.95, drawn="event")
    ]


class KnownLoss(Section):
    """A large client whose going is known, or supposed by a stress test."""

    quarter: Quarter
    share: Annotated[Number, CertainShare("share of the segment that is lost", 0.0, 0.95)]
    source: Source = ""


class Segment(Section):
    """A source of revenue."""

    name: Name
    share_of_revenue: Annotated[
        AnyDistribution, share("share of the base year's revenue", certain=True)
    ] = ZERO
    inference_cost: Annotated[
        AnyDistribution,
        share("planned inference cost over revenue", high=5.0, largest_median=2.0),
    ]
    growth: Growth = NO_GROWTH
    volatility: Annotated[
        AnyDistribution, Quantity("volatility of growth", "log/quarter", 0.0, 1.0)
    ] = ZERO
    market: Annotated[AnyDistribution, Quantity("size of the market", "bn USD/yr", 1e-3)] = NO_LIMIT
    client_loss: ClientLoss | None = None
    known_losses: tuple[KnownLoss, ...] = Field(default=(), max_length=100)
    starts: Quarter | None = None
    starting_revenue: (
        Annotated[
            AnyDistribution,
            Quantity("annualised revenue at the start", "bn USD/yr", 0.0, 1e7, largest_median=1e3),
        ]
        | None
    ) = None
    revenue_per_user: (
        Annotated[
            AnyDistribution,
            Quantity("mature revenue per free user", "USD/yr", 0.0, 1e7, largest_median=1e4),
        ]
        | None
    ) = None
    adoption_half_life: Annotated[
        AnyDistribution, half_life("half-life of the way to maturity")
    ] = Fixed(value=1.0, source="assumption: half of maturity a year after the start")

    def _mistakes(self) -> Iterator[Mistake]:
        share = self.share_of_revenue.quantile(0.5)
        starting = self.starting_revenue, self.revenue_per_user
        if self.starts is None:
            if share == 0.0:
                yield Mistake(
                    ("share_of_revenue",), "must be above 0, or give starts for a later segment"
                )
            if starting != (None, None):
                yield Mistake(("starts",), "missing; starting_revenue, revenue_per_user need it")
        else:
            if share > 0.0:
                yield Mistake(
                    ("share_of_revenue",), "must be left out by a segment that starts later"
                )
            if None not in starting or starting == (None, None):
                yield Mistake(
                    ("starts",), "a later segment takes starting_revenue or revenue_per_user"
                )
        if self.revenue_per_user is not None and self.market != NO_LIMIT:
            yield Mistake(("market",), "does not go with revenue_per_user: users already saturate")


class Demand(Section):
    """The shock to demand that all segments share."""

    persistence: Annotated[
        AnyDistribution, Quantity("persistence of demand shocks", "a quarter", 0.0, 0.99)
    ]
    volatility: Annotated[
        AnyDistribution, Quantity("volatility of demand shocks", "log/quarter", 0.0, 1.0)
    ]
