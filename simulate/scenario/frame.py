"""The frame of a scenario: horizon, sampling, targets, and what came before the horizon."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from .distributions import AnyDistribution, Number
from .mistakes import Mend, Mistake, rewrite
from .quantity import UNCHANGED, CertainShare, Count, Quantity, Section, Source, money
from .quarters import MONTHS_A_QUARTER, QUARTERS_A_YEAR, Quarter, QuarterName, format_quarter

# From the narrowest to the widest, but for partners' shares, which not all labs pay.
MarginDefinition = Literal[
    "inference only", "paying users", "with partners' shares", "with free users"
]
LONGEST_HORIZON = 50
# Before the horizon: those that its first trailing figures are made of.
BASE_QUARTERS = 4
# As many months of now as make a year's revenue that grew up to tenfold, or fell by half.
LEAST_MONTHS, MOST_MONTHS = 3.0, 24.0


class Horizon(Section):
    """The simulated quarters: from any one on, to the end of a fiscal year."""

    first_quarter: Quarter
    last_quarter: Quarter
    deviations: Literal["by year", "by quarter"] = Field(
        default="by year", description="how often inference.overrun and training.drift are drawn"
    )

    def _mistakes(self) -> Iterator[Mistake]:
        if self.last_quarter % QUARTERS_A_YEAR != QUARTERS_A_YEAR - 1:
            yield Mistake(("last_quarter",), "must be a year's last, such as 2035Q4")
        elif not 1 <= self.years <= LONGEST_HORIZON:
            yield Mistake(
                ("last_quarter",),
                f"from {format_quarter(self.first_quarter)} it must be 1 to {LONGEST_HORIZON} "
                "years",
            )

    @property
    def quarters(self) -> int:
        """Number of quarters."""
        return self.last_quarter - self.first_quarter + 1

    @property
    def years(self) -> int:
        """Number of fiscal years; the first may have begun before."""
        return self.last_year - self.first_year + 1

    @property
    def periods(self) -> tuple[str, ...]:
        """Names of the periods that have deviations from plan of their own."""
        if self.deviations == "by quarter":
            return tuple(map(format_quarter, range(self.first_quarter, self.last_quarter + 1)))
        return tuple(map(str, range(self.first_year, self.last_year + 1)))

    def periods_of(self, first_year: int, last_year: int) -> tuple[str, ...]:
        """Return the periods of some years."""
        return tuple(p for p in self.periods if first_year <= int(p[:4]) <= last_year)

    def periods_after(self, start: int) -> int:
        """Return how many such periods lie between a quarter's own and the first."""
        if self.deviations == "by quarter":
            return self.first_quarter - start
        return self.first_year - start // QUARTERS_A_YEAR

    @property
    def first_year(self) -> int:
        """First fiscal year."""
        return self.first_quarter // QUARTERS_A_YEAR

    @property
    def last_year(self) -> int:
        """Last fiscal year."""
        return self.last_quarter // QUARTERS_A_YEAR

    def ending(self, last_quarter: int) -> "Horizon":
        """Return a horizon that begins as this one does, and ends with another quarter."""
        end = {"last_quarter": format_quarter(last_quarter)}
        return Horizon.model_validate(self.model_dump() | end)

    def holds(self, quarter: int) -> bool:
        """Tell whether a quarter is one of its own."""
        return self.first_quarter <= quarter <= self.last_quarter

    @property
    def span(self) -> str:
        """Its first and its last quarter, in words."""
        return f"{format_quarter(self.first_quarter)} to {format_quarter(self.last_quarter)}"

    @property
    def quarters_before(self) -> int:
        """Quarters of the first fiscal year that lie before the horizon."""
        return self.first_quarter % QUARTERS_A_YEAR

    def end_of(self, year: int) -> int:
        """Return a fiscal year's last quarter, counted from the first of the horizon."""
        return QUARTERS_A_YEAR * (year - self.first_year + 1) - 1 - self.quarters_before

    def year_of(self, quarter: int) -> int:
        """Return the fiscal year of a quarter that is counted from the first of the horizon."""
        return (self.first_quarter + quarter) // QUARTERS_A_YEAR

    @property
    def year_ends(self) -> list[int]:
        """The last quarter of each fiscal year, counted as ``end_of`` does."""
        return [self.end_of(year) for year in range(self.first_year, self.last_year + 1)]

    @property
    def year_begins(self) -> list[int]:
        """The first simulated quarter of each fiscal year, counted as ``end_of`` does."""
        return [0, *(end + 1 for end in self.year_ends[:-1])]

    @property
    def base_quarters(self) -> list[str]:
        """The names of the four quarters before it."""
        first = self.first_quarter
        return [format_quarter(quarter) for quarter in range(first - BASE_QUARTERS, first)]


class Targets(Section):
    """What is to be reached, and when the company says it will be."""

    gross_margin: Annotated[Number, CertainShare("target of gross margin", 0.001, 0.999)]
    hold_quarters: Annotated[Count, Field(ge=1, le=40)] = 4
    projected_year: Annotated[Count, Field(ge=2000, le=2199)] | None = None
    projected_margin: MarginDefinition = "paying users"
    source: Source = ""


class Sampling(Section):
    """How many paths, and from which seed."""

    paths: Annotated[Count, Field(ge=1)] = 1_048_576
    replicates: Annotated[Count, Field(ge=2, le=256)] = 16
    seed: Annotated[Count, Field(ge=0, lt=2**63)] = 20260122
    sampler: Literal["sobol", "pseudo"] = "sobol"

    def _mistakes(self) -> Iterator[Mistake]:
        # Paths of a replicate are counted, and drawn, in 32 bits.
        most = self.replicates * (2**32 - 2**16)
        if self.paths > most:
            yield Mistake(("paths",), f"{self.replicates} replicates take {most}")


def _as_millions(monthly: float, revenue: float) -> Mend | None:
    """Return the mend of a monthly revenue in millions, where that makes about the year's."""
    months = revenue / (monthly / 1e3)
    if not LEAST_MONTHS < months < MOST_MONTHS:
        return None
    return rewrite(f"{monthly:.15g} m", assumes=f"{monthly:g} is of millions")


class BaseYear(Section):
    """The year before the horizon, whose four quarters leave at the run rate."""

    revenue: Annotated[AnyDistribution, money("revenue of the base year", low=1e-3, certain=True)]
    monthly_revenue: Annotated[
        AnyDistribution, money("monthly revenue now", low=1e-4, certain=True)
    ]
    training: Annotated[AnyDistribution, money("training cost of the base year", certain=True)]
    training_run_rate: Annotated[
        AnyDistribution, money("training cost now, annualised", certain=True)
    ]

    def _mistakes(self) -> Iterator[Mistake]:
        revenue, monthly = self.revenue.quantile(0.5), self.monthly_revenue.quantile(0.5)
        last = MONTHS_A_QUARTER * monthly
        if last >= revenue:
            yield Mistake(
                ("monthly_revenue",),
                f"makes a last quarter of {last:g}, which does not fit into the year's revenue of "
                f"{revenue:g}",
                _as_millions(monthly, revenue),
            )
        training, run_rate = self.training.quantile(0.5), self.training_run_rate.quantile(0.5)
        last = run_rate / QUARTERS_A_YEAR
        if (training > 0.0) != (run_rate > 0.0) or (training > 0.0 and last >= training):
            yield Mistake(
                ("training_run_rate",),
                f"makes a last quarter of {last:g}, which does not fit into the year's training of "
                f"{training:g}",
            )


class BaseQuarter(Section):
    """A quarter before the horizon, as it was reported; a spread is the error of measurement."""

    name: QuarterName
    revenue: Annotated[AnyDistribution, money("revenue of the quarter", low=1e-4)]
    cost: Annotated[
        AnyDistribution,
        Quantity(
            "inference cost per dollar over that of the last base quarter",
            "share",
            1e-3,
            1e3,
            largest_median=20.0,
        ),
    ] = UNCHANGED
    training: Annotated[AnyDistribution, money("training cost of the quarter")]
