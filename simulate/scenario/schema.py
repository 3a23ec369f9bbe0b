"""What a scenario file may say; each input is declared here once, with title, unit and range."""

import itertools
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    Tag,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from .distributions import OUTERMOST_SCORE, AnyDistribution, Fixed, Uncertain
from .quarters import QUARTERS_A_YEAR, Quarter, format_quarter
from .units import in_unit

Drawn = Literal["path", "year", "event"]
EXTREME_SCORES = np.array([-OUTERMOST_SCORE, OUTERMOST_SCORE])
INFINITE = float("inf")


@dataclass(frozen=True)
class Quantity:
    """The declaration of an input, and its check.

    Parameters
    ----------
    title, unit
        For people.
    low, high
        The closed range that no draw may leave.
    drawn
        Once a path, once a year, or at each event.
    certain
        Whether a distribution is refused, as for figures of the base year.
    """

    title: str
    unit: str
    low: float = -INFINITE
    high: float = INFINITE
    drawn: Drawn = "path"
    certain: bool = False

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        checked = core_schema.no_info_after_validator_function(self._check, handler(source))
        return core_schema.no_info_before_validator_function(self._read, checked)

    def _read(self, given: Any) -> Any:
        return given if isinstance(given, Uncertain) else in_unit(given, self.unit)

    def _check(self, given: Uncertain) -> Uncertain:
        if self.certain and not isinstance(given, Fixed):
            raise ValueError("must be a certain number: value = …")
        with np.errstate(all="ignore"):
            lowest, highest = given.quantile_at_score(EXTREME_SCORES)
        worst = lowest if lowest < self.low else highest
        if self.low <= worst <= self.high or np.isclose(worst, [self.low, self.high]).any():
            return given
        allowed = self._allowed()
        if isinstance(given, Fixed):
            hint = percent_hint(worst) if self.unit == "share" else ""
            raise ValueError(f"{self.title} is {allowed}{hint}")
        raise ValueError(
            f"draws reach {worst:.4g}, but {self.title} is {allowed}; "
            "narrow the distribution or add truncate = [low, high]"
        )

    def _allowed(self) -> str:
        if self.high == INFINITE:
            return f"at least {self.low:g} {self.unit}"
        return f"from {self.low:g} to {self.high:g} {self.unit}"


def percent_hint(value: float) -> str:
    """Return what to write instead where a percentage was given for a share."""
    return f"; write {value / 100:g} for {value:g}%" if 1.0 < value <= 100.0 else ""


def _share(title: str, high: float = 1.0, **more: Any) -> Quantity:
    return Quantity(title, "share", 0.0, high, **more)


def _log_rate(title: str) -> Quantity:
    return Quantity(title, "log/yr", -5.0, 5.0)


ZERO = Fixed(value=0.0, source="not in this scenario")
NO_LIMIT = Fixed(value=1e30, source="not in this scenario")
NEVER_HALVES = Fixed(value=1e9, source="not in this scenario")


class Section(BaseModel):
    """A table of the file: unknown keys are errors, values can't be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _read_share(given: Any) -> Any:
    return in_unit(given, "share")


Share = Annotated[float, BeforeValidator(_read_share)]


class Horizon(Section):
    """The simulated quarters; whole fiscal years."""

    first_quarter: Quarter
    last_quarter: Quarter

    @model_validator(mode="after")
    def _check(self) -> "Horizon":
        if self.first_quarter % QUARTERS_A_YEAR != 0:
            raise ValueError("first_quarter must be a year's first, such as 2026Q1")
        if self.last_quarter % QUARTERS_A_YEAR != QUARTERS_A_YEAR - 1:
            raise ValueError("last_quarter must be a year's last, such as 2035Q4")
        if not 1 <= self.years <= 50:
            raise ValueError(
                f"{format_quarter(self.first_quarter)} to {format_quarter(self.last_quarter)} "
                "must span 1 to 50 years"
            )
        return self

    @property
    def quarters(self) -> int:
        """Number of quarters."""
        return self.last_quarter - self.first_quarter + 1

    @property
    def years(self) -> int:
        """Number of fiscal years."""
        return self.quarters // QUARTERS_A_YEAR

    @property
    def first_year(self) -> int:
        """First fiscal year."""
        return self.first_quarter // QUARTERS_A_YEAR

    @property
    def last_year(self) -> int:
        """Last fiscal year."""
        return self.last_quarter // QUARTERS_A_YEAR


class Targets(Section):
    """What is to be reached, and when the company says it will be."""

    gross_margin: Share = Field(gt=0.0, lt=1.0)
    hold_quarters: int = Field(default=4, ge=1, le=40)
    projected_year: int | None = None
    projected_margin: Literal["paying users", "with free users"] = "paying users"
    source: str = ""


class BaseYear(Section):
    """The last reported year, whose four quarters leave at the run rate."""

    revenue: Annotated[
        AnyDistribution, Quantity("revenue of the base year", "bn USD", 1e-3, 1e7, certain=True)
    ]
    monthly_revenue: Annotated[
        AnyDistribution, Quantity("monthly revenue now", "bn USD", 1e-4, 1e3, certain=True)
    ]
    training: Annotated[
        AnyDistribution, Quantity("training cost of the base year", "bn USD", 0, 1e7, certain=True)
    ]
    training_run_rate: Annotated[
        AnyDistribution, Quantity("training cost now, annualised", "bn USD", 0, 1e7, certain=True)
    ]

    @model_validator(mode="after")
    def _check(self) -> "BaseYear":
        revenue, monthly = self.revenue.quantile(0.5), self.monthly_revenue.quantile(0.5)
        if 3.0 * monthly >= revenue:
            raise ValueError(
                f"monthly_revenue = {monthly:g} makes a last quarter of {3 * monthly:g}, "
                f"which does not fit into the year's revenue of {revenue:g}"
            )
        training, run_rate = self.training.quantile(0.5), self.training_run_rate.quantile(0.5)
        if (training > 0.0) != (run_rate > 0.0) or (training > 0.0 and run_rate / 4.0 >= training):
            raise ValueError(
                f"training_run_rate = {run_rate:g} makes a last quarter of {run_rate / 4:g}, "
                f"which does not fit into the year's training of {training:g}"
            )
        return self


class Growth(Section):
    """Growth that decays from an initial to a lasting rate."""

    initial: Annotated[AnyDistribution, _log_rate("initial growth")]
    lasting: Annotated[AnyDistribution, _log_rate("lasting growth")]
    half_life: Annotated[
        AnyDistribution, Quantity("half-life of the excess growth", "years", 0.05, 1e10)
    ]


NO_GROWTH = Growth(initial=ZERO, lasting=ZERO, half_life=NEVER_HALVES)


class ClientLoss(Section):
    """Loss of large clients."""

    rate: Annotated[AnyDistribution, Quantity("losses of a large client", "a year", 0.0, 4.0)]
    share: Annotated[
        AnyDistribution, _share("share of the segment that is lost", high=0.95, drawn="event")
    ]


class KnownLoss(Section):
    """A large client whose going is known, or supposed by a stress test."""

    quarter: Quarter
    share: Share = Field(ge=0.0, le=0.95, description="of the segment's revenue")
    source: str = ""


class Segment(Section):
    """A source of revenue."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    share_of_revenue: Annotated[
        AnyDistribution, _share("share of the base year's revenue", certain=True)
    ] = ZERO
    inference_cost: Annotated[
        AnyDistribution, _share("planned inference cost over revenue", high=5.0)
    ]
    growth: Growth = NO_GROWTH
    volatility: Annotated[
        AnyDistribution, Quantity("volatility of growth", "log/quarter", 0.0, 1.0)
    ] = ZERO
    market: Annotated[AnyDistribution, Quantity("size of the market", "bn USD/yr", 1e-3)] = NO_LIMIT
    client_loss: ClientLoss | None = None
    known_losses: tuple[KnownLoss, ...] = ()
    starts: Quarter | None = None
    starting_revenue: (
        Annotated[
            AnyDistribution, Quantity("annualised revenue at the start", "bn USD/yr", 0.0, 1e7)
        ]
        | None
    ) = None
    revenue_per_user: (
        Annotated[AnyDistribution, Quantity("mature revenue per free user", "USD/yr", 0.0, 1e7)]
        | None
    ) = None
    adoption_half_life: Annotated[
        AnyDistribution, Quantity("half-life of the way to maturity", "years", 0.05, 1e10)
    ] = Fixed(value=1.0, source="assumption: half of maturity a year after the start")

    @model_validator(mode="after")
    def _check(self) -> "Segment":
        share = self.share_of_revenue.quantile(0.5)
        if self.starts is None and share == 0.0:
            raise ValueError("give share_of_revenue, or starts for a later segment")
        if self.starts is not None and share > 0.0:
            raise ValueError("a segment that starts later has no share_of_revenue")
        ways = (self.starting_revenue is not None) + (self.revenue_per_user is not None)
        if self.starts is not None and ways != 1:
            raise ValueError("a later segment takes starting_revenue or revenue_per_user")
        if self.starts is None and ways:
            raise ValueError("starting_revenue and revenue_per_user need starts")
        if self.revenue_per_user is not None and self.market != NO_LIMIT:
            raise ValueError("market does not go with revenue_per_user: users already saturate")
        return self


class Demand(Section):
    """The shock to demand that all segments share."""

    persistence: Annotated[
        AnyDistribution, Quantity("persistence of demand shocks", "a quarter", 0.0, 0.99)
    ]
    volatility: Annotated[
        AnyDistribution, Quantity("volatility of demand shocks", "log/quarter", 0.0, 1.0)
    ]


class Inference(Section):
    """Inference cost and the rest of cost of revenue."""

    base_overrun: Annotated[
        AnyDistribution, Quantity("overrun of the base year", "share", -0.9, 10.0, certain=True)
    ]
    overrun: Annotated[
        AnyDistribution,
        Quantity("inference cost of a year against plan", "share", -0.95, 1e7, drawn="year"),
    ]
    overrun_carried: Annotated[AnyDistribution, _share("share of an overrun that stays")]
    efficiency_gain: Annotated[AnyDistribution, _log_rate("fall of cost of the same work")]
    price_erosion: Annotated[AnyDistribution, _log_rate("fall of the price of the same work")]
    catch_up_half_life: Annotated[
        AnyDistribution, Quantity("half-life of the gain over prices", "years", 0.05, 1e10)
    ] = NEVER_HALVES
    other_sales_cost: Annotated[AnyDistribution, _share("other cost of sales over revenue")]


class FreeUsers(Section):
    """Users who pay nothing."""

    users: Annotated[AnyDistribution, Quantity("free users now", "bn", 0.0, 10.0, certain=True)]
    growth: Annotated[AnyDistribution, _log_rate("early growth of free users")]
    ceiling: Annotated[AnyDistribution, Quantity("most free users", "bn", 1e-6, 100.0)]
    annual_cost: Annotated[
        AnyDistribution, Quantity("inference cost of a free user", "USD/yr", 0.0, 1e4, certain=True)
    ]
    usage_growth: Annotated[AnyDistribution, _log_rate("growth of use per free user")]


class Hardware(Section):
    """Owned hardware: bought over some quarters, in service for some years."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    amount: Annotated[AnyDistribution, Quantity("spending", "bn USD", 0.0, 1e7)]
    first_quarter: Quarter
    last_quarter: Quarter
    life_years: int = Field(ge=1, le=20)
    rent_replaced: Annotated[
        AnyDistribution, Quantity("rented inference replaced", "bn USD/yr", 0.0, 1e7)
    ]
    saving: Annotated[AnyDistribution, _share("rent saved, before depreciation")]
    source: str = ""

    @model_validator(mode="after")
    def _check(self) -> "Hardware":
        if self.last_quarter < self.first_quarter:
            raise ValueError("last_quarter must not come before first_quarter")
        return self


class Generation(Section):
    """Jumps of the training budget with a new generation of models."""

    rate: Annotated[AnyDistribution, Quantity("jumps of training cost", "a year", 0.0, 4.0)]
    size: Annotated[
        AnyDistribution, Quantity("size of a jump", "share", -0.9, 100.0, drawn="event")
    ]


class Training(Section):
    """Training cost."""

    growth: Growth
    drift: Annotated[
        AnyDistribution,
        Quantity("training cost of a year against plan", "share", -0.95, 1e7, drawn="year"),
    ]
    drift_carried: Annotated[AnyDistribution, _share("share of a drift that stays")]
    floor: Annotated[AnyDistribution, _share("least training cost over revenue")] = ZERO
    generation: Generation | None = None


class OtherCosts(Section):
    """Staff, sales and the rest."""

    fixed: Annotated[AnyDistribution, Quantity("fixed part now", "bn USD/yr", 0.0, 1e7)]
    fixed_growth: Annotated[AnyDistribution, _log_rate("growth of the fixed part")]
    variable: Annotated[AnyDistribution, _share("variable part over revenue now", high=5.0)]
    scale_elasticity: Annotated[
        AnyDistribution,
        Quantity("growth of the variable part over that of revenue", "share", 0, 1.5),
    ]
    stock_pay: Annotated[AnyDistribution, _share("part paid in stock, not cash")]
    not_operating: Annotated[
        AnyDistribution,
        Quantity(
            "base year's loss below EBITDA (for O5 only, not simulated)",
            "bn USD",
            -1e4,
            1e4,
            certain=True,
        ),
    ] = ZERO


class Cash(Section):
    """Cash and what moves it beside operations."""

    opening: Annotated[AnyDistribution, Quantity("cash at the start", "bn USD", 0.0, 1e7)]
    interest_rate: Annotated[AnyDistribution, Quantity("interest on cash", "a year", -0.05, 0.5)]
    tax_rate: Annotated[AnyDistribution, _share("tax on profit")]
    losses_carried_forward: Annotated[
        AnyDistribution, Quantity("losses carried forward", "bn USD", 0.0, 1e7)
    ]
    working_capital: Annotated[
        AnyDistribution, Quantity("working capital over annualised revenue", "share", -2.0, 2.0)
    ]
    capital_spending: Annotated[AnyDistribution, _share("other capital spending over revenue")]


class Funding(Section):
    """A funding round: its date, its size and the chance that it comes."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    quarter: Quarter
    amount: Annotated[AnyDistribution, Quantity("size of the round", "bn USD", 0.0, 1e7)]
    chance: Share = Field(default=1.0, ge=0.0, le=1.0)
    source: str = ""


class Tails(Section):
    """Whether extremes are as rare as normal ones, or Student's."""

    distribution: Literal["normal", "student_t"] = "normal"
    degrees_of_freedom: float | None = Field(default=None, gt=0.0, le=1000.0)
    source: str = ""

    @model_validator(mode="after")
    def _check(self) -> "Tails":
        if (self.distribution == "student_t") != (self.degrees_of_freedom is not None):
            raise ValueError('distribution = "student_t" and degrees_of_freedom go together')
        return self


class Copula(Tails):
    """How inputs are joined: a Student-t copula makes their extremes come together."""

    degrees_of_freedom: float | None = Field(default=None, ge=1.0, le=1000.0)


class Shocks(Tails):
    """The quarterly shocks to demand and growth, of unit variance times their volatility."""

    # From 3 on the variance, which volatility scales, is not that of a few freak draws.
    degrees_of_freedom: float | None = Field(default=None, ge=3.0, le=1000.0)


def _read_money(given: Any) -> Any:
    return in_unit(given, "bn USD")


Money = Annotated[float, BeforeValidator(_read_money)]


class Option(Section):
    """A course of a decision: keys of the scenario to set, as in a variant, and what it costs."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    title: str = ""
    cost: Money = Field(default=0.0, description="beside what the simulation pays, bn USD")
    source: str = ""


class Decision(Section):
    """A choice that is to be made now, and what a path pays for each option, in bn USD."""

    title: str
    payoff: Literal["free cash flow", "cash"] = Field(
        default="free cash flow", description="the sum of free cash flow to the year's end, or cash"
    )
    year: int = Field(description="the last fiscal year that counts")
    discount_rate: Share = Field(default=0.0, ge=0.0, lt=1.0, description="a year")
    out_of_cash_cost: Money = Field(
        default=0.0, ge=0.0, description="taken off where cash runs out by then, bn USD"
    )
    source: str = ""
    options: dict[str, Option] = Field(min_length=2)


class Sampling(Section):
    """How many paths, and from which seed."""

    paths: int = Field(default=1_048_576, ge=1)
    replicates: int = Field(default=16, ge=2, le=256)
    seed: int = Field(default=20260122, ge=0, lt=2**63)
    sampler: Literal["sobol", "pseudo"] = "sobol"

    @model_validator(mode="after")
    def _check(self) -> "Sampling":
        # Paths of a replicate are counted, and drawn, in 32 bits.
        most = self.replicates * (2**32 - 2**16)
        if self.paths > most:
            raise ValueError(f"paths = {self.paths}: {self.replicates} replicates take {most}")
        return self


class MatrixOfCorrelations(Section):
    """Correlations of several inputs at once."""

    inputs: tuple[str, ...] = Field(min_length=2, max_length=100)
    matrix: tuple[tuple[Annotated[float, Field(ge=-1.0, le=1.0)], ...], ...]
    source: str = ""

    @model_validator(mode="after")
    def _check(self) -> "MatrixOfCorrelations":
        count = len(self.inputs)
        if repeated := {name for name in self.inputs if self.inputs.count(name) > 1}:
            raise ValueError(f'inputs: "{min(repeated)}" stands twice')
        if len(self.matrix) != count or any(len(row) != count for row in self.matrix):
            raise ValueError(f"matrix must have {count} rows of {count} numbers, one an input")
        for i, j in itertools.product(range(count), repeat=2):
            a, b = self.matrix[i][j], self.matrix[j][i]
            if i == j and a != 1.0:
                raise ValueError(f"matrix: {self.inputs[i]} with itself is {a:g}; it must be 1")
            if a != b:
                raise ValueError(
                    f"matrix: {self.inputs[i]}, {self.inputs[j]} is {a:g} in one half and {b:g} "
                    "in the other; they must be the same"
                )
        return self


def _kind_of_correlation(value: Any) -> str:
    is_matrix = isinstance(value, MatrixOfCorrelations) or (
        isinstance(value, dict) and ("inputs" in value or "matrix" in value)
    )
    return "matrix" if is_matrix else "pair"


AnyCorrelation = Annotated[
    Annotated[MatrixOfCorrelations, Tag("matrix")]
    | Annotated[
        Annotated[AnyDistribution, Quantity("correlation", "", -0.9999, 0.9999, certain=True)],
        Tag("pair"),
    ],
    Discriminator(_kind_of_correlation),
]


class Scenario(Section):
    """A validated scenario."""

    name: str
    description: str = ""
    horizon: Horizon
    targets: Targets
    base_year: BaseYear
    segments: tuple[Segment, ...] = Field(min_length=1)
    demand: Demand
    inference: Inference
    free_users: FreeUsers
    hardware: tuple[Hardware, ...] = ()
    training: Training
    other_costs: OtherCosts
    cash: Cash
    funding: tuple[Funding, ...] = ()
    correlations: dict[str, AnyCorrelation] = Field(default_factory=dict)
    copula: Copula = Copula()
    shocks: Shocks = Shocks()
    decision: Decision | None = None
    sampling: Sampling = Sampling()

    @model_validator(mode="after")
    def _check(self) -> "Scenario":
        shares = sum(segment.share_of_revenue.quantile(0.5) for segment in self.segments)
        if abs(shares - 1.0) > 1e-9:
            raise ValueError(f"segments: share_of_revenue sums to {shares:g}; it must be 1")
        for kind in ("segments", "hardware", "funding"):
            names = [part.name for part in getattr(self, kind)]
            if repeated := {name for name in names if names.count(name) > 1}:
                raise ValueError(f'{kind}: the name "{min(repeated)}" is used twice')
        first_year, last_year = self.horizon.first_year, self.horizon.last_year
        if self.decision is not None and not first_year <= self.decision.year <= last_year:
            raise ValueError(
                f"decision.year = {self.decision.year} lies outside the horizon, "
                f"{first_year} to {last_year}"
            )
        dated = [("segments", s.name, "starts", s.starts) for s in self.segments]
        dated += [("funding", f.name, "quarter", f.quarter) for f in self.funding]
        first = self.horizon.first_quarter
        for kind, name, key, quarter in dated:
            if quarter is not None and quarter < first:
                raise ValueError(
                    f'{kind}.{name}.{key} = "{format_quarter(quarter)}" lies before the horizon, '
                    f"which begins in {format_quarter(first)}"
                )
        return self
