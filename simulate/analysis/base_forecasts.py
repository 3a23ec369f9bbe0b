"""What simple forecasters say of a lab's figures, from what is known of it at a quarter's end.

A forecaster that lacks what it takes says nothing: a random walk takes five quarters of revenue,
the plan takes a plan of that year, and errors that plans have had.
"""

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from simulate.scenario.figures import Figure, known, newest
from simulate.scenario.mistakes import ScenarioError
from simulate.scenario.quarters import QUARTERS_A_YEAR, last_day
from simulate.scenario.reconstruct import revenue_by_quarter, usable
from simulate.scenario.scored import REVENUE, Scored, last_quarter

from .forecasters import Pocket, damped_trend, plan_with_error, random_walk

Array = NDArray[np.float64]

RANDOM_WALK, DAMPED, PLAN, POCKET = "random walk", "damped trend", "plan", "pocket model"
FORECASTERS = (RANDOM_WALK, DAMPED, PLAN, POCKET)
# The model without the sections that are laid over it, where some are.
PLAIN = "plain model"
MARGIN = "gross margin"
QUARTERS_OF_HISTORY = 5
# P13: the growth of a year is 80 to 85% of that of the year before.
HALF_LIFE = math.log(0.5) / math.log(0.825)
STEEPEST = 20.0
# Of a plan over the last quarter: less, or more than its inverse, is no plan of revenue.
LEAST_REST = 1e-3
# Of growth, relative to its mean: quarters on one straight line differ by a day in ninety.
LEAST_SPREAD = 1.0 / 90.0


@dataclass(frozen=True)
class Knowledge:
    """What is known of a lab when it is forecast.

    Attributes
    ----------
    figures
        Of all labs, known by then.
    lab
        Whose revenue, margin and plans.
    quarter
        The last whose revenue is known.
    on
        The day.
    """

    figures: tuple[Figure, ...]
    lab: str
    quarter: int
    on: date

    @cached_property
    def revenue(self) -> dict[int, float]:
        """Revenue of the last five quarters, or of none."""
        try:
            back = revenue_by_quarter(
                usable(self.figures, self.lab, self.on), self.quarter, QUARTERS_OF_HISTORY, 0.0
            )
        except ScenarioError:
            return {}
        return dict(enumerate(back.values.tolist(), back.first))

    @cached_property
    def history(self) -> Array | None:
        """Revenue of the last five quarters, unless it isn't known, or grew alike in all.

        Quarters that are read off one straight line tell nothing of how growth varies.
        """
        revenue = np.array(list(self.revenue.values()))
        if not len(revenue) or revenue.min() <= 0.0:
            return None
        growth = np.diff(np.log(revenue))
        return revenue if growth.std() > LEAST_SPREAD * abs(growth.mean()) else None

    def newest(self, kind: str, scored: Scored, period: str | None = None) -> float | None:
        """Return the newest figure of a kind of what is scored, of a period if one is named."""
        of_lab = (f for f in self.figures if (f.lab, f.kind) == (self.lab, kind))
        of_period = (f for f in of_lab if period in (None, f.period))
        found = newest(of_period, scored.quantity, scored.definition)
        return None if found is None else found.value


def knowledge(
    figures: Iterable[Figure], lab: str, quarter: int, on: date | None = None
) -> Knowledge:
    """Return what is known of a lab on a day.

    Parameters
    ----------
    figures
        Of any labs and days.
    lab
        Whose.
    quarter
        The last whose revenue is known.
    on
        The last day of that quarter, if not given.
    """
    day = on or last_day(quarter)
    return Knowledge(tuple(known(figures, day)), lab, quarter, day)


def base_forecasts(of: Knowledge, scored: Scored, paths: int, seed: int) -> dict[str, Array]:
    """Return paths of a figure by forecaster, each of shape (paths,); see ``FORECASTERS``.

    Parameters
    ----------
    of
        What they know.
    scored
        Which figure, of a quarter or a fiscal year.
    paths
        How many.
    seed
        Of all of their chance; each has its own for each lab and quarter.
    """
    last = last_quarter(scored.period)
    ahead = last - of.quarter
    window = range(last, last + 1) if "Q" in scored.period else range(last - 3, last + 1)
    found: dict[str, Array] = {}
    for name in FORECASTERS:
        chance = chance_of(seed, f"{name}, {of.lab}", of.quarter)
        columns = _columns(name, of, scored, ahead, paths, chance)
        if columns is not None and (summed := _over(window, columns, scored, of)) is not None:
            found[name] = summed
    return found


def chance_of(seed: int, whose: str, quarter: int) -> np.random.Generator:
    """Return chance of a name's and a quarter's own."""
    return np.random.default_rng([seed, zlib.crc32(whose.encode()), quarter])


def _columns(
    name: str, of: Knowledge, scored: Scored, ahead: int, paths: int, chance: np.random.Generator
) -> Array | None:
    """Return what a forecaster says of each quarter ahead, shape (paths, ahead)."""
    if name == PLAN:
        return _plan(of, scored, ahead, paths, chance)
    if of.history is None:
        return None
    if scored.quantity == REVENUE:
        if name == POCKET:
            return _pocket(of.history, 0.0, 0.0).paths(of.history[-1], 1.0, ahead, paths, chance)[0]
        forecast = random_walk if name == RANDOM_WALK else damped_trend
        return forecast(of.history, ahead, paths, chance)
    margin = of.newest("level", scored)
    gains = net_gains(of.figures)
    if name != POCKET or scored.quantity != MARGIN or margin is None or len(gains) < 2:
        return None
    spread = float(np.std(gains, ddof=1)) * math.sqrt(1.0 + 1.0 / len(gains))
    pocket = _pocket(of.history, float(np.mean(gains)), spread)
    return pocket.paths(of.history[-1], 1.0 - margin, ahead, paths, chance)[1]


def _over(window: range, columns: Array, scored: Scored, of: Knowledge) -> Array | None:
    """Return the figure of a window of quarters, of which the first may be known."""
    forecast = columns[:, [quarter - of.quarter - 1 for quarter in window if quarter > of.quarter]]
    if len(window) == 1:
        return forecast[:, 0]
    before = [quarter for quarter in window if quarter <= of.quarter]
    if scored.quantity == MARGIN or any(quarter not in of.revenue for quarter in before):
        return None
    if before and scored.quantity != REVENUE:
        return None
    return np.asarray(forecast.sum(axis=1) + sum(of.revenue[quarter] for quarter in before))


def _pocket(history: Array, net_gain: float, net_gain_error: float) -> Pocket:
    """Return the pocket model of a lab whose revenue is known."""
    growth = np.diff(np.log(history))
    spread = float(growth.std(ddof=1))
    return Pocket(
        trend=float(growth.mean()),
        trend_error=spread / math.sqrt(len(growth)),
        half_life=HALF_LIFE,
        volatility=spread,
        net_gain=net_gain,
        net_gain_error=net_gain_error,
    )


def net_gains(figures: Iterable[Figure]) -> list[float]:
    """Return by how much cost per dollar of revenue fell from year to year, in logarithms.

    Of each lab the definition of gross margin that most years are known of counts.
    """
    shares: dict[str, dict[str, dict[int, float]]] = {}
    for figure in figures:
        is_of_year = (figure.kind, figure.quantity) == ("level", MARGIN) and figure.period.isdigit()
        if is_of_year and figure.value < 1.0:
            of_lab = shares.setdefault(figure.lab, {}).setdefault(figure.definition, {})
            of_lab[int(figure.period)] = 1.0 - figure.value
    return [
        math.log(by_year[year] / by_year[year + 1])
        for definitions in shares.values()
        for by_year in [max(definitions.values(), key=len)]
        for year in sorted(by_year)
        if year + 1 in by_year
    ]


def _plan(
    of: Knowledge, scored: Scored, ahead: int, paths: int, chance: np.random.Generator
) -> Array | None:
    """Return the company's plan with the errors that plans have had, if both are known."""
    error, planned = plan_error(of.figures), planned_quarters(of, scored, ahead)
    if scored.quantity == MARGIN or error is None or planned is None:
        return None
    return plan_with_error(planned, error, paths, chance)


def plan_error(figures: Iterable[Figure]) -> float | None:
    """Return the root mean square of the logarithms of costs over their plans, None of too few."""
    logs = [
        math.log1p(figure.value)
        for figure in figures
        if figure.kind == "forecast error"
        and figure.quantity.endswith("cost against plan")
        and figure.value > -1.0
    ]
    return math.sqrt(sum(x * x for x in logs) / len(logs)) if len(logs) > 1 else None


def planned_quarters(of: Knowledge, scored: Scored, ahead: int) -> list[float] | None:
    """Return the plan of each quarter ahead, None where a year of theirs has none.

    Revenue grows evenly from the quarter before, so that the year sums to its plan; of anything
    else a quarter is a fourth of its year.
    """
    quarters = range(of.quarter + 1, of.quarter + ahead + 1)
    planned: dict[int, float] = {}
    for year in sorted({quarter // QUARTERS_A_YEAR for quarter in quarters}):
        whole = of.newest("plan", scored, str(year))
        if whole is None:
            return None
        of_year = range(QUARTERS_A_YEAR * year, QUARTERS_A_YEAR * (year + 1))
        left = [quarter for quarter in of_year if quarter > of.quarter]
        if scored.quantity != REVENUE:
            planned |= dict.fromkeys(left, whole / QUARTERS_A_YEAR)
            continue
        known_quarters = of.revenue | planned
        before = [quarter for quarter in of_year if quarter <= of.quarter]
        if any(quarter not in known_quarters for quarter in (*before, left[0] - 1)):
            return None
        last = known_quarters[left[0] - 1]
        rest = whole - sum(known_quarters[quarter] for quarter in before)
        if last <= 0.0 or not LEAST_REST < rest / last < 1.0 / LEAST_REST:
            return None
        planned |= dict(zip(left, even_growth(last, rest, len(left)), strict=True))
    return [planned[quarter] for quarter in quarters]


def even_growth(last: float, total: float, quarters: int) -> list[float]:
    """Return quarters that grow evenly from the last one on, and sum to a total."""
    places = np.arange(1, quarters + 1)
    growth = brentq(lambda g: last * np.exp(g * places).sum() - total, -STEEPEST, STEEPEST)
    return [float(value) for value in last * np.exp(growth * places)]
