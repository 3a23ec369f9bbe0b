"""What a lab's figures say on a day of its revenue, and which of them are to be used."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from .figures import RUN_RATE_DAYS, Figure, reconstructed
from .frame import BASE_QUARTERS
from .mistakes import ScenarioError
from .process import Process, RunRate, Trend, read_trend
from .quarters import QUARTERS_A_YEAR, first_day, last_day, middle_day, quarter_of, quarters_in
from .reconstruct import Revenue, revenue_by_quarter, usable

# So far back do figures of cost go: a year before the base year's first quarter.
LONGEST_BACK = 9
UNIT = "bn USD"


@dataclass(frozen=True)
class Reading:
    """A lab's figures on a day.

    Attributes
    ----------
    figures
        Of any labs and days; later ones don't count.
    lab, on
        Whose, and the day.
    process
        What all labs and days have in common.
    """

    figures: tuple[Figure, ...]
    lab: str
    on: date
    process: Process

    @cached_property
    def usable(self) -> list[Figure]:
        """The figures that may be used, one for each quantity."""
        found = usable(self.figures, self.lab, self.on)
        for figure in found:
            if figure.quantity in ("revenue", "run rate") and figure.unit != UNIT:
                raise ScenarioError(
                    f"{self.lab}: {figure.quantity} of {figure.period} is in {figure.unit}; "
                    f"a vintage takes {UNIT}"
                )
        return found

    @cached_property
    def last(self) -> int:
        """The last quarter that a sum tells of, or a run rate of its second half."""
        quarter = quarter_of(self.on)
        sums = [f.period for f in self.usable if f.quantity == "revenue" and f.kind == "level"]
        rates = [f.about for f in self.usable if f.quantity == "run rate" and f.kind == "level"]
        for candidate in range(quarter, quarter - 2 * QUARTERS_A_YEAR, -1):
            middle, end = middle_day(candidate), last_day(candidate)
            if end > self.on:
                continue
            if any(candidate in quarters_in(period) for period in sums) or any(
                middle <= day <= end for day in rates
            ):
                return candidate
        raise ScenarioError(f"{self.lab}: no revenue of the two years before {self.on} is known")

    @cached_property
    def back(self) -> Revenue:
        """Revenue as far back as figures of cost are read."""
        return revenue_by_quarter(
            self.usable, self.last, LONGEST_BACK, self.process.reconstruction_error
        )

    @cached_property
    def revenue(self) -> Revenue:
        """Revenue of the base quarters, and of the one before."""
        return revenue_by_quarter(
            self.usable, self.last, BASE_QUARTERS + 1, self.process.reconstruction_error
        )

    @property
    def base(self) -> range:
        """The four quarters before the start."""
        return range(self.last - BASE_QUARTERS + 1, self.last + 1)

    def find(
        self, quantity: str, period: str | None = None, definition: str | None = None
    ) -> Figure | None:
        """Return the figure of the newest period that is over, whole and within what is read."""
        found = [
            f
            for f in self.usable
            if f.quantity == quantity
            and (definition is None or f.definition == definition)
            and period in (None, f.period)
            and f.kind not in ("revision", "forecast error")
            and self.is_over(f.period)
        ]
        return max(found, key=lambda f: (f.about, -len(quarters_in(f.period))), default=None)

    def is_over(self, period: str) -> bool:
        """Tell whether a period is over, whole and within what is read."""
        quarters = quarters_in(period)
        return bool(quarters) and self.back.first <= quarters[0] and quarters[-1] <= self.last

    def cite(self, *figures: Figure | None) -> str:
        """Return ids, with what was published after the day."""
        given = [f for f in figures if f is not None]
        ids = ", ".join(dict.fromkeys(f.id for f in given))
        later = [f for f in given if reconstructed(f, self.on)]
        return f"{ids} (reconstructed: published later)" if later else ids

    @cached_property
    def trend(self) -> Trend:
        """The trend and the shock at the start."""
        return read_trend(self.revenue.values, self.revenue.errors, self.process, self.under_way[0])

    @cached_property
    def under_way(self) -> tuple[RunRate | None, Figure | None]:
        """The newest run rate of which all four weeks lie after the last quarter."""
        middle, ahead = (middle_day(quarter) for quarter in (self.last, self.last + 1))
        weeks = timedelta(days=RUN_RATE_DAYS)
        found = [
            f
            for f in self.usable
            if (f.quantity, f.kind) == ("run rate", "level")
            and first_day(self.last + 1) <= f.about - weeks
        ]
        if not found:
            return None, None
        newest = max(found, key=lambda f: f.about)
        way = ((newest.about - weeks / 2) - middle) / (ahead - middle)
        last = QUARTERS_A_YEAR * float(self.revenue.values[-1])
        return RunRate(way, math.log(newest.value / last)), newest
