"""What a scenario asks, and how it is simulated: horizon, targets, sampling."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from simulate.scenario.distributions import Number
from simulate.scenario.errors import Mistake
from simulate.scenario.quarters import QUARTERS_A_YEAR, Quarter, format_quarter

from .quantity import CertainShare
from .section import Count, Section, Source

LONGEST_HORIZON = 50


class Horizon(Section):
    """The simulated quarters; whole fiscal years."""

    first_quarter: Quarter
    last_quarter: Quarter

    def _mistakes(self) -> Iterator[Mistake]:
        if self.first_quarter % QUARTERS_A_YEAR != 0:
            yield Mistake(("first_quarter",), "must be a year's first, such as 2026Q1")
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

    gross_margin: Annotated[Number, CertainShare("target of gross margin", 0.001, 0.999)]
    hold_quarters: Annotated[Count, Field(ge=1, le=40)] = 4
    projected_year: Annotated[Count, Field(ge=2000, le=2199)] | None = None
    projected_margin: Literal["paying users", "with free users"] = "paying users"
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
