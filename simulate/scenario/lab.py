"""The lab: its revenue, its costs and its cash."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from .distributions import AnyDistribution, Fixed, Number
from .mistakes import Mend, Mistake, rewrite_all
from .quantity import (
    NEVER_HALVES,
    NO_LIMIT,
    UNCHANGED,
    ZERO,
    CertainShare,
    Count,
    Money,
    Name,
    Quantity,
    Section,
    Source,
    half_life,
    log_rate,
    money,
    refuse,
    share,
)
from .quarters import Quarter, format_quarter
from .units import ELASTICITY, MULTIPLE, TIMES


def _year(written: Any) -> Any:
    if isinstance(written, str) and not written.isdecimal():
        raise ValueError("is no year, such as 2027")
    return written


# A calendar year, as a key of a table.
Year = Annotated[int, Field(ge=2000, le=2200), BeforeValidator(_year)]
# A lab that can serve nobody has no margin and no growth.
LEAST_CAPACITY = 1e-3


class Growth(Section):
    """Growth that decays from an initial to a lasting rate."""

    initial: Annotated[AnyDistribution, log_rate("initial growth")]
    lasting: Annotated[AnyDistribution, log_rate("lasting growth")]
    half_life: Annotated[AnyDistribution, half_life("half-life of the excess growth")]


class RevenueGrowth(Growth):
    """Growth of a segment, which may go on for a while before it decays."""

    age: Annotated[
        AnyDistribution, Quantity("years since the initial growth was measured", "years", 0.0, 10.0)
    ] = ZERO
    plateau: Annotated[
        AnyDistribution, Quantity("years before growth begins to fade", "years", 0.0, 50.0)
    ] = ZERO


NO_GROWTH = RevenueGrowth(initial=ZERO, lasting=ZERO, half_life=NEVER_HALVES)


class ClientLoss(Section):
    """Loss of large clients."""

    rate: Annotated[AnyDistribution, Quantity("losses of a large client", TIMES, 0.0, 4.0)]
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
    growth: RevenueGrowth = NO_GROWTH
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
    initial: Annotated[
        AnyDistribution, Quantity("demand shock at the start", "log/quarter", -2.0, 2.0)
    ] = ZERO
    size_exponent: Annotated[
        AnyDistribution,
        Quantity("fall of volatility with revenue, from 10 bn USD a year on", ELASTICITY, 0.0, 1.0),
    ] = ZERO


NO_SHOCKS = Demand(persistence=ZERO, volatility=ZERO)


class Inference(Section):
    """Inference cost and the rest of cost of revenue."""

    base_overrun: Annotated[
        AnyDistribution, Quantity("overrun of the base year", "share", -0.9, 3.0, certain=True)
    ] = ZERO
    overrun: Annotated[
        AnyDistribution,
        Quantity(
            "inference cost against plan",
            "share",
            -0.95,
            1e7,
            largest_median=3.0,
            drawn="year",
        ),
    ] = ZERO
    overrun_carried: Annotated[AnyDistribution, share("share of an overrun that stays")] = ZERO
    efficiency_gain: Annotated[AnyDistribution, log_rate("fall of cost of the same work")] = ZERO
    price_erosion: (
        Annotated[AnyDistribution, log_rate("fall of the price of the same work")] | None
    ) = None
    net_gain: Annotated[AnyDistribution, log_rate("fall of cost per dollar of revenue")] | None = (
        None
    )
    catch_up_half_life: Annotated[
        AnyDistribution, half_life("half-life of the gain over prices")
    ] = NEVER_HALVES
    other_sales_cost: Annotated[AnyDistribution, share("other cost of sales over revenue")] = ZERO

    @model_validator(mode="before")
    @classmethod
    def _of_one_gain(cls, given: Any) -> Any:
        """Refuse both before either is read: what changes one that isn't there is incomplete."""
        if isinstance(given, dict) and None not in map(given.get, ("price_erosion", "net_gain")):
            wrong = "net_gain is given, which is efficiency_gain less price_erosion"
            refuse([Mistake(("price_erosion",), f"{wrong}; leave this out, and set net_gain")])
        return given

    def _mistakes(self) -> Iterator[Mistake]:
        if self.price_erosion is None and self.net_gain is None:
            yield Mistake(("price_erosion",), "missing; give it, or net_gain in its place")


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


NO_FREE_USERS = FreeUsers(
    users=ZERO, growth=ZERO, ceiling=UNCHANGED, annual_cost=ZERO, usage_growth=ZERO
)


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
        yield from _out_of_order(self.first_quarter, self.last_quarter)


def _out_of_order(first: int | None, last: int | None) -> Iterator[Mistake]:
    if first is not None and last is not None and last < first:
        wrong = "must not come before first_quarter"
        yield Mistake(("last_quarter",), wrong, _swapped(first, last))


def _swapped(first: int, last: int) -> Mend:
    quarters = {("first_quarter",): format_quarter(last), ("last_quarter",): format_quarter(first)}
    return replace(rewrite_all(quarters, "the two were swapped"), of_table=True)


class Commitment(Section):
    """Compute that a contract says is paid for: an amount over some quarters, or by year."""

    name: Name
    amount: Annotated[AnyDistribution, money("compute committed in all")] | None = None
    first_quarter: Quarter | None = None
    last_quarter: Quarter | None = None
    by_year: dict[Year, Annotated[Money, Field(ge=0.0)]] | None = Field(
        default=None, description="bn USD, as { 2026 = 20, 2027 = 30 }, in place of an amount"
    )
    cancellable: Annotated[AnyDistribution, share("share that can be cancelled at once")] = ZERO
    source: Source = ""

    def _mistakes(self) -> Iterator[Mistake]:
        dates = {"first_quarter": self.first_quarter, "last_quarter": self.last_quarter}
        if self.amount is None and not self.by_year:
            yield Mistake(
                ("amount",), "missing; give it with its quarters, or by_year in its place"
            )
        elif self.by_year is None:
            for key in (key for key, date in dates.items() if date is None):
                yield Mistake((key,), "missing; the amount is spread evenly from first to last")
        else:
            given = [key for key in ("amount", *dates) if getattr(self, key) is not None]
            for key in given:
                yield Mistake((key,), "does not go with by_year; leave one of them out")
        yield from _out_of_order(self.first_quarter, self.last_quarter)

    @property
    def ends(self) -> int | None:
        """The last quarter that it is for."""
        return self.last_quarter if self.by_year is None else 4 * max(self.by_year) + 3


class Compute(Section):
    """Compute that is rented, for training and for inference, and how much of it there is."""

    of_training: Annotated[AnyDistribution, share("part of training cost that is compute")] = Fixed(
        value=1.0, source="A9, O4: training is known as cost of compute; N21 leaves room for all"
    )
    resold: Annotated[
        AnyDistribution, share("share of its price that idle compute brings back")
    ] = ZERO
    capacity: (
        Annotated[
            AnyDistribution,
            Quantity(
                "compute that can be had at the start",
                "bn USD/yr",
                LEAST_CAPACITY,
                1e7,
                largest_median=1e4,
            ),
        ]
        | None
    ) = None
    capacity_growth: Annotated[AnyDistribution, log_rate("growth of capacity")] = ZERO
    capacity_by_year: dict[Year, Annotated[Money, Field(ge=LEAST_CAPACITY)]] | None = Field(
        default=None, description="bn USD, as { 2026 = 20, 2027 = 30 }, in place of capacity"
    )
    for_training: Annotated[
        AnyDistribution, share("share of capacity kept for training", high=0.99)
    ] = ZERO
    passed_to_price: Annotated[
        AnyDistribution, share("part of a small shortage that higher prices make up")
    ] = ZERO
    source: Source = ""

    @property
    def has_capacity(self) -> bool:
        """Whether there is a limit to what can be served."""
        return self.capacity is not None or self.capacity_by_year is not None

    def _mistakes(self) -> Iterator[Mistake]:
        if self.capacity is not None and self.capacity_by_year is not None:
            yield Mistake(("capacity_by_year",), "does not go with capacity; leave one of them out")
        if self.capacity_by_year == {}:
            yield Mistake(("capacity_by_year",), "names no year; give one, or leave it out")
        if self.capacity is None and self.capacity_growth != ZERO:
            yield Mistake(("capacity",), "missing; capacity_growth begins with it")
        for key in ("for_training", "passed_to_price"):
            if not self.has_capacity and getattr(self, key) != ZERO:
                yield Mistake((key,), "says how a capacity acts; give capacity, or leave this out")


class RevenueShare(Section):
    """A share of revenue that a partner gets, until a total has been paid."""

    name: Name
    share: Annotated[AnyDistribution, share("share of revenue that goes to the partner")]
    total: Annotated[AnyDistribution, Quantity("most that is paid in all", "bn USD", 0.0)] = (
        NO_LIMIT
    )
    paid: Annotated[AnyDistribution, money("paid of it before the start")] = ZERO
    first_quarter: Quarter | None = None
    last_quarter: Quarter | None = None
    within: StrictBool = Field(
        default=False, description="whether other_costs.variable has it in, as it was at the start"
    )
    source: Source = ""

    def _mistakes(self) -> Iterator[Mistake]:
        yield from _out_of_order(self.first_quarter, self.last_quarter)
        total, paid = self.total.quantile(0.5), self.paid.quantile(0.5)
        if paid > total:
            wrong = f"a median of {total:g} is below that of paid, {paid:g}"
            yield Mistake(("total",), f"{wrong}; it counts what was paid before the start, too")
        if self.within and self.first_quarter is not None:
            wrong = "leave it out: what is within the variable part has begun"
            yield Mistake(("first_quarter",), wrong)

    @property
    def ends(self) -> int | None:
        """The last quarter that it is for, if there is one."""
        return self.last_quarter


class Generation(Section):
    """Jumps of the training budget with a new generation of models."""

    rate: Annotated[AnyDistribution, Quantity("jumps of training cost", TIMES, 0.0, 4.0)]
    size: Annotated[
        AnyDistribution,
        Quantity("size of a jump", "share", -0.9, 100.0, largest_median=10.0, drawn="event"),
    ]


class Cut(Section):
    """What is cut from the training budget when cash runs short."""

    below_months: Annotated[
        AnyDistribution, Quantity("runway below which training is cut", "months", 0.1, 120.0)
    ]
    most: Annotated[AnyDistribution, share("most that is cut")]


class Training(Section):
    """Training cost."""

    growth: Growth
    drift: Annotated[
        AnyDistribution,
        Quantity(
            "training cost against plan",
            "share",
            -0.95,
            1e7,
            largest_median=3.0,
            drawn="year",
        ),
    ] = ZERO
    drift_carried: Annotated[AnyDistribution, share("share of a drift that stays")] = ZERO
    floor: Annotated[AnyDistribution, share("least training cost over revenue")] = ZERO
    follows: Annotated[
        AnyDistribution, share("part of the budget's growth that follows revenue's")
    ] = ZERO
    lag: Annotated[
        AnyDistribution, Quantity("quarters by which it lags behind", "quarters", 0.0, 40.0)
    ] = ZERO
    generation: Generation | None = None
    cut: Cut | None = None


class OtherCosts(Section):
    """Staff, sales and the rest."""

    fixed: Annotated[
        AnyDistribution, Quantity("fixed part now", "bn USD/yr", 0.0, 1e7, largest_median=1e3)
    ]
    fixed_growth: Annotated[AnyDistribution, log_rate("growth of the fixed part")] = ZERO
    variable: Annotated[
        AnyDistribution, share("variable part over revenue now", high=5.0, largest_median=2.0)
    ]
    scale_elasticity: Annotated[
        AnyDistribution,
        Quantity("growth of the variable part over that of revenue", ELASTICITY, 0, 1.5),
    ] = UNCHANGED
    stock_pay: Annotated[AnyDistribution, share("part paid in stock, not cash")] = ZERO
    partner_share: Annotated[
        AnyDistribution, share("partners' share of revenue, within the variable part")
    ] = ZERO
    not_operating: Annotated[
        AnyDistribution,
        money("base year's loss below EBITDA (for O5 only, not simulated)", low=-1e4, certain=True),
    ] = ZERO


class Cash(Section):
    """Cash and what moves it beside operations."""

    opening: Annotated[AnyDistribution, money("cash at the start")]
    interest_rate: Annotated[
        AnyDistribution, Quantity("interest on cash", "a year", -0.05, 0.5)
    ] = ZERO
    tax_rate: Annotated[AnyDistribution, share("tax on profit")]
    losses_carried_forward: Annotated[AnyDistribution, money("losses carried forward")] = ZERO
    working_capital: Annotated[
        AnyDistribution, Quantity("working capital over annualised revenue", "share", -2.0, 2.0)
    ] = ZERO
    capital_spending: Annotated[AnyDistribution, share("other capital spending over revenue")] = (
        ZERO
    )


class Funding(Section):
    """A funding round: its date, its size and the chance that it comes."""

    name: Name
    kind: Literal["round", "listing"] = Field(
        default="round", description="a listing changes the chance of raising, with [raising]"
    )
    quarter: Quarter
    amount: Annotated[AnyDistribution, money("size of the round")]
    chance: Annotated[Number, CertainShare("chance that the round comes", 0.0, 1.0)] = 1.0
    source: Source = ""


class Value(Section):
    """What the shares of a lab are worth: a multiple of its run rate."""

    today: Annotated[
        AnyDistribution, Quantity("value at which an investor buys now", "bn USD", 1e-3, 1e7)
    ]
    multiple: Annotated[
        AnyDistribution,
        Quantity(
            "value over run rate, at 10 bn USD a year and the reference growth", MULTIPLE, 0, 1e3
        ),
    ]
    size_exponent: Annotated[
        AnyDistribution, Quantity("fall of the multiple with run rate", ELASTICITY, 0.0, 1.0)
    ] = ZERO
    growth_exponent: Annotated[
        AnyDistribution, Quantity("rise of the multiple with growth", "per log/yr", 0.0, 5.0)
    ] = ZERO
    reference_growth: Annotated[
        AnyDistribution, log_rate("growth of four quarters at which the multiple is stated")
    ] = ZERO
    floor: Annotated[AnyDistribution, Quantity("least value over run rate", MULTIPLE, 0.0, 1e3)] = (
        ZERO
    )


class Debt(Section):
    """What a lab borrows."""

    interest_rate: Annotated[AnyDistribution, Quantity("interest on debt", "a year", 0.0, 1.0)]
    maturity: Annotated[
        AnyDistribution, Quantity("quarters over which debt is repaid", "quarters", 1.0, 200.0)
    ]
    recovery: Annotated[
        AnyDistribution,
        share("what lenders get after failure, over trailing revenue", high=20.0),
    ] = ZERO
    opening: Annotated[AnyDistribution, money("debt at the start")] = ZERO
    share: Annotated[
        AnyDistribution, Quantity("part of money sought that is borrowed", "share", 0.0, 1.0)
    ] = ZERO


class Shut(Section):
    """Times in which funding is shut for everybody."""

    rate: Annotated[AnyDistribution, Quantity("times that funding shuts", TIMES, 0.0, 4.0)]
    quarters: Annotated[
        AnyDistribution,
        Quantity("quarters for which funding is shut", "quarters", 1.0, 40.0, drawn="event"),
    ]


class Raising(Section):
    """Money that is sought when the runway is short, beside dated rounds."""

    below_months: Annotated[
        AnyDistribution, Quantity("runway below which money is sought", "months", 0.0, 60.0)
    ]
    months: Annotated[AnyDistribution, Quantity("runway that is sought", "months", 0.0, 120.0)]
    share_of_value: Annotated[
        AnyDistribution, share("most that is raised in four quarters, over value")
    ]
    chance: Annotated[AnyDistribution, share("chance a quarter that money comes")]
    full_growth: Annotated[
        AnyDistribution,
        Quantity("growth from which on the chance is whole", "log/yr", 1e-3, 6.0),
    ] = Fixed(value=0.3, source="assumption: less growth than 35% a year makes it less likely")
    after_listing: Annotated[AnyDistribution, share("chance a quarter after a listing")] = Fixed(
        value=0.9, source="assumption: a listed company sells shares in most quarters"
    )
    raised_before: dict[Quarter, Annotated[Money, Field(ge=0.0)]] = Field(
        default_factory=dict,
        description="bn USD by quarter before the horizon, as { 2025Q4 = 30 }; those of the last "
        "three count in the first year's most",
    )
    value: Value
    debt: Debt | None = None
    shut: Shut | None = None
    source: Source = ""

    def _mistakes(self) -> Iterator[Mistake]:
        below, months = self.below_months.quantile(0.5), self.months.quantile(0.5)
        if months < below:
            wrong = f"a median of {months:g} is below that of below_months, {below:g}"
            yield Mistake(("months",), f"{wrong}; money that came would be sought again at once")
