"""The last reported year, which paths start from."""

from collections.abc import Iterator
from typing import Annotated

from simulate.scenario.distributions import AnyDistribution
from simulate.scenario.errors import Mistake
from simulate.scenario.mends import Mend, rewrite
from simulate.scenario.quarters import QUARTERS_A_YEAR

from .quantity import money
from .section import Section

MONTHS_A_QUARTER = 3.0
# As many months of now as make a year's revenue that grew up to tenfold, or fell by half.
LEAST_MONTHS, MOST_MONTHS = 3.0, 24.0


def _as_millions(monthly: float, revenue: float) -> Mend | None:
    """Return the mend of a monthly revenue in millions, where that makes about the year's."""
    months = revenue / (monthly / 1e3)
    if not LEAST_MONTHS < months < MOST_MONTHS:
        return None
    return rewrite(f"{monthly:.15g} m", assumes=f"{monthly:g} is of millions")


class BaseYear(Section):
    """The last reported year, whose four quarters leave at the run rate."""

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
