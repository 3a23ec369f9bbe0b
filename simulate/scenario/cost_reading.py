"""What a lab's figures say on a day of its costs: inference by quarter, training, and the rest."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .figures import Figure, known
from .quarters import QUARTERS_A_YEAR, format_quarter, quarters_in
from .reading import Reading
from .reconstruct import decline_through
from .table_text import rounded

Array = NDArray[np.float64]
Table = dict[str, Any]
PAYING, WITH_FREE, BY_ACCOUNTS = "paying users", "with free users", "by the accounts"
RESULTS = ("EBITDA", "operating result")
# Of a normal, in standard deviations above its median.
P90 = 1.2815515655446004
# More of other cost than this is not taken to be no cash.
MOST_NOT_CASH = 0.95
UNKNOWN = {"value": 0.0, "source": "assumption: not known by the day; not judged"}


@dataclass(frozen=True)
class InferenceCost:
    """Inference cost over revenue.

    Attributes
    ----------
    share, sd
        As planned, in the last base quarter, and the standard deviation of its logarithm.
    index
        Of each base quarter, over the last one's.
    other
        Other cost of sales over revenue.
    overrun
        Over plan, in the last known period.
    source
        What it is read from, and how.
    """

    share: float
    sd: float
    index: Array
    other: float
    overrun: float
    source: str


@dataclass(frozen=True)
class Costs:
    """A lab's costs on a day.

    Attributes
    ----------
    reading
        Its figures.
    assumed
        What is assumed where they say nothing, as a scenario's table.
    """

    reading: Reading
    assumed: Table

    @cached_property
    def free_cost(self) -> tuple[float, Figure | None, Figure | None]:
        """Cost of free users a year, from two definitions of one period's margin."""
        for definition in (PAYING, BY_ACCOUNTS):
            paying = self.reading.find("gross margin", definition=definition)
            wider = paying and self.reading.find("gross margin", paying.period, WITH_FREE)
            if paying and wider:
                quarters = quarters_in(paying.period)
                revenue = float(self.reading.back.of(quarters).sum())
                gap = 1.0 - wider.value - self._paying_share(paying)
                return gap * revenue * QUARTERS_A_YEAR / len(quarters), paying, wider
        users, each = (number_of(self.assumed["free_users"][k]) for k in ("users", "annual_cost"))
        return users * each, None, None

    def _paying_share(self, margin: Figure) -> float:
        """Return cost of revenue over revenue; to the digit where the accounts give both."""
        cost = self.reading.find("cost of revenue", margin.period)
        if margin.definition == BY_ACCOUNTS and cost is not None:
            return cost.value / float(self.reading.back.of(quarters_in(margin.period)).sum())
        return 1.0 - margin.value

    @cached_property
    def shares(self) -> list[tuple[range, float, Figure]]:
        """The periods whose cost over revenue is known, for paying users."""
        found: dict[str, tuple[range, float, Figure]] = {}
        for definition in (PAYING, BY_ACCOUNTS, WITH_FREE):
            for figure in self.reading.usable:
                if (figure.quantity, figure.definition) != ("gross margin", definition):
                    continue
                if figure.kind == "forecast error" or not self.reading.is_over(figure.period):
                    continue
                quarters = quarters_in(figure.period)
                share = self._paying_share(figure)
                if definition == WITH_FREE:
                    free = self.free_cost[0] * len(quarters) / QUARTERS_A_YEAR
                    share -= free / float(self.reading.back.of(quarters).sum())
                found.setdefault(figure.period, (quarters, share, figure))
        return sorted(found.values(), key=lambda each: each[0].stop)

    @cached_property
    def inference(self) -> InferenceCost | None:
        """Cost of inference over revenue, by quarter; None if no margin is known."""
        if not self.shares:
            return None
        process, last = self.reading.process, self.reading.last
        quarters, _, newest = self.shares[-1]
        other, rows = self._other_sales_cost()
        level, decline, keep, source = self._decline(other, rows)
        # Beyond the last known period, and around its middle, by a fall that is not quite known.
        ahead = process.gain + keep * (decline - process.gain)
        beyond, within = last - (quarters.stop - 1), (len(quarters) - 1) / 2.0
        years = (beyond + within) / QUARTERS_A_YEAR
        of_fall = process.gain_sd * math.sqrt(1.0 - keep) * years
        logs = [
            decline * max(0, quarters.stop - 1 - quarter) + ahead * min(beyond, last - quarter)
            for quarter in self.reading.base
        ]
        if beyond:
            source += f", then by {ahead:.2f} (base-rates.md)"
        overrun = self.overrun_of(newest)
        over_plan = overrun.value if overrun is not None else 0.0
        return InferenceCost(
            share=level * math.exp(-ahead * beyond / QUARTERS_A_YEAR) / (1.0 + over_plan),
            sd=math.hypot(of_fall, process.cost_shock * math.sqrt(beyond)),
            index=np.exp(np.array(logs) / QUARTERS_A_YEAR),
            other=other,
            overrun=over_plan,
            source=source,
        )

    def _decline(self, other: float, rows: str) -> tuple[float, float, float, str]:
        """Return the share in the last known quarter, its yearly fall, and what of that is kept.

        Of one known period the fall is that of all labs; of two, it is the lab's own, of which the
        part that is no noise is kept. The last of what is returned says so.
        """
        process, back = self.reading.process, self.reading.back
        inference = [(quarters, share - other) for quarters, share, _ in self.shares[-2:]]
        quarters, share = inference[-1]
        cited = self.reading.cite(*(figure for _, _, figure in self.shares[-2:]))
        if len(inference) > 1:
            level, decline = decline_through(inference, back)
            keep = process.gain_sd**2 / (process.gain_sd**2 + process.gain_noise**2)
            how = f"{cited}{rows}: falls by {decline:.2f} a year from one to the other"
            return level, decline, keep, how
        decline = process.gain
        weights = back.of(quarters) / back.of(quarters).sum()
        earlier = (quarters.stop - 1 - np.array(quarters)) / QUARTERS_A_YEAR
        level = share / float(weights @ np.exp(decline * earlier))
        how = f"{cited}; assumption: fell by {decline:.2f} a year, the mean of all labs"
        return level, decline, 0.0, how

    def _other_sales_cost(self) -> tuple[float, str]:
        """Return other cost of sales over revenue: what plan, margin and overrun leave."""
        margin = self.reading.find("gross margin", definition=PAYING)
        overrun = margin and self.overrun_of(margin)
        plans = [
            f
            for f in known(self.reading.figures, self.reading.on)
            if margin is not None
            and (f.lab, f.quantity, f.definition) == (self.reading.lab, margin.quantity, PAYING)
            and (f.kind, f.period) == ("plan", margin.period)
        ]
        if margin is None or overrun is None or not plans:
            return number_of(self.assumed["inference"]["other_sales_cost"]), ""
        planned = (plans[0].value - margin.value) / overrun.value
        return 1.0 - plans[0].value - planned, f", {plans[0].id}, {overrun.id}"

    def overrun_of(self, margin: Figure) -> Figure | None:
        """Return the overrun of the period of a margin."""
        errors = (f for f in self.reading.usable if f.quantity == "inference cost against plan")
        return next((f for f in errors if f.period == margin.period), None)

    @property
    def _training(self) -> Figure | None:
        figure = self.reading.find("training cost")
        return figure if figure and len(quarters_in(figure.period)) == QUARTERS_A_YEAR else None

    @cached_property
    def training(self) -> list[Table]:
        """Training cost of the base quarters: a year's, growing by a steady rate."""
        figure = self._training
        if figure is None:
            return [dict(UNKNOWN) for _ in self.reading.base]
        growth = number_of(self.assumed["base"]["training_growth"]) / QUARTERS_A_YEAR
        year = np.array(quarters_in(figure.period))
        unit = figure.value / np.exp(growth * (year - year[-1])).sum()
        found = []
        for quarter in self.reading.base:
            value = float(unit * np.exp(growth * (quarter - year[-1])))
            beyond = max(0, quarter - int(year[-1]))
            error = self.reading.process.training_shock * math.sqrt(beyond)
            source = (
                f"{self.reading.cite(figure)}; {self.assumed['base']['training_growth']['source']}"
            )
            if quarter == self.reading.last and (left := self._left_for_training()) is not None:
                value, error, source = left
            found.append(measured(value, error, source))
        return found

    def _left_for_training(self) -> tuple[float, float, str] | None:
        """Return the last quarter's training by its operating result, if that is known."""
        period = format_quarter(self.reading.last)
        result, margin = (
            self.reading.find("operating result", period),
            self.reading.find("gross margin", period, WITH_FREE),
        )
        if result is None or margin is None:
            return None
        revenue = float(self.reading.revenue.values[-1])
        other = self._fixed / QUARTERS_A_YEAR + self.variable[0] * revenue
        value = margin.value * revenue - other - result.value
        rows = self.reading.cite(result, margin)
        return value, 0.0, f"{rows}: what the operating result leaves beside other cost"

    @property
    def _fixed(self) -> float:
        return number_of(self.assumed["other_costs"]["fixed"])

    @cached_property
    def variable(self) -> tuple[float, str | None]:
        """Other cost that follows revenue, over revenue: what the year's result leaves."""
        training = self._training
        results = training and (self.reading.find(name, training.period) for name in RESULTS)
        result = next(filter(None, results or ()), None)
        if training is None or result is None or self.inference is None:
            return number_of(self.assumed["other_costs"]["variable"]), None
        quarters = quarters_in(training.period)
        revenue = float(self.reading.back.of(quarters).sum())
        cost = next(share for q, share, _ in self.shares if q == quarters)
        gross = revenue * (1.0 - cost) - self.free_cost[0]
        other = gross - training.value - result.value
        rows = self.reading.cite(result, training, *self.free_cost[1:])
        source = (
            f"{rows}: {other:.2f} of other cost in {training.period} less {self._fixed:g}, over "
            f"revenue of {revenue:.4g}"
        )
        return (other - self._fixed) / revenue, source

    def not_cash(self) -> Table | None:
        """Return the part of other cost that is no cash, by the newest result and cash flow."""
        pay = self.reading.find("stock pay")
        flow = pay and self.reading.find("free cash flow", pay.period)
        result = pay and self.reading.find("operating result", pay.period)
        if result is None or pay is None or flow is None:
            return None
        quarters = quarters_in(result.period)
        revenue = float(self.reading.back.of(quarters).sum())
        other = self._fixed * len(quarters) / QUARTERS_A_YEAR + self.variable[0] * revenue
        rows = self.reading.cite(result, pay, flow)
        low = pay.value / other
        high = min(MOST_NOT_CASH, (flow.value - result.value) / other)
        return {
            "distribution": "uniform",
            "low": rounded(low, 3),
            "high": rounded(high, 3),
            "source": f"{rows}: from stock pay to all that lies between "
            f"operating result and cash flow, over other cost of {other:.3g}; assumption: alike",
        }


def number_of(given: Mapping[str, Any] | float) -> float:
    """Return a certain number, as a file gives it."""
    return float(given["value"] if isinstance(given, Mapping) else given)


def measured(median: float, error: float, source: str) -> Table:
    """Return an amount with an error of its logarithm, as a file says it."""
    if error == 0.0:
        return {"value": rounded(median, 12), "source": source}
    return {
        "distribution": "lognormal",
        "p50": rounded(median, 6),
        "p90": rounded(median * math.exp(P90 * error), 4),
        "source": source,
    }
