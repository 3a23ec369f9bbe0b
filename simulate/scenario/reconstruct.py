"""A lab's quarters on a day, reconstructed from the figures that may be used by then."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from .figures import FIRMNESS, REALISED, RUN_RATE_DAYS, Figure, known
from .mistakes import ScenarioError
from .quarters import MONTHS_A_QUARTER, QUARTERS_A_YEAR, first_day, middle_day, quarters_in

Array = NDArray[np.float64]
DAYS_A_YEAR = 365.25
DAYS_A_MONTH = DAYS_A_YEAR / 12.0
MONTHS_A_YEAR = QUARTERS_A_YEAR * MONTHS_A_QUARTER
# Of a run rate by itself, the growth that makes a year's sum of it is sought within e to this.
STEEPEST = 12.0
KINDS = (*REALISED, "plan", "revision")


def usable(figures: Iterable[Figure], lab: str, on: date) -> list[Figure]:
    """Return a lab's figures that a forecast made on a day stands on, one for each quantity.

    Of a period that was over, what had been published counts, if only a plan; a level first, then
    the firmest and the newest. Where nothing of the period had been published, it is
    reconstructed from what was published later.
    """
    own = [f for f in known(figures, on) if f.lab == lab]
    published = {f.period for f in own if f.known_on <= on and _is_account(f)}
    best: dict[tuple[str, str, str, date], Figure] = {}
    for figure in sorted(own, key=_rank):
        if figure.known_on <= on or figure.period not in published:
            key = figure.quantity, figure.definition, figure.period, figure.about
            best.setdefault(key, figure)
    return list(best.values())


def _is_account(figure: Figure) -> bool:
    """Tell whether a figure shows that its period has been reported on."""
    return figure.kind in REALISED and figure.quantity == "revenue"


def _rank(figure: Figure) -> tuple[int, int, int]:
    order = KINDS.index(figure.kind), FIRMNESS.index(figure.firmness)
    return *order, -figure.known_on.toordinal()


def _months(quarters: range) -> Array:
    """Return the middles of the months of quarters in a row, as ordinals of days."""
    starts = [
        date(first_day(quarter).year, first_day(quarter).month + month, 1).toordinal()
        for quarter in quarters
        for month in range(MONTHS_A_QUARTER)
    ]
    ends = [*starts[1:], first_day(quarters.stop).toordinal()]
    return np.add(starts, ends) / 2.0


@dataclass(frozen=True)
class Revenue:
    """Revenue of quarters in a row.

    Attributes
    ----------
    first
        The first of them, in quarters since year 0.
    values
        In the unit of the figures, shape (quarters,).
    errors
        One standard deviation of their logarithms, shape (quarters,).
    sources
        Of each, the ids of the figures that it is made from.
    """

    first: int
    values: Array
    errors: Array
    sources: tuple[str, ...]

    def of(self, quarters: range) -> Array:
        """Return the revenue of some of the quarters."""
        return self.values[quarters.start - self.first : quarters.stop - self.first]


def revenue_by_quarter(figures: Sequence[Figure], last: int, count: int, error: float) -> Revenue:
    """Return a lab's revenue by quarter, from run rates and from the sums that are known.

    Parameters
    ----------
    figures
        Of one lab, as ``usable`` returns them.
    last, count
        The last quarter, and how many to go back.
    error
        Standard deviation of the logarithm of a quarter that only run rates tell of.

    Raises
    ------
    ScenarioError
        If neither two run rates are known nor one with the revenue of its year.

    Notes
    -----
    As ``quarterly_revenue``: the logarithm of the run rate is a straight line between those that
    are known. Quarters are scaled to the sums of quarters, halves and years that are known; those
    of no such sum as the nearest that are.
    """
    first = min([last - count + 1, *(q.start for q in map(quarters_in, _sums(figures)) if q)])
    rates = np.exp(_log_run_rate(figures, _months(range(first, last + 1)))) / MONTHS_A_YEAR
    plain = rates.reshape(-1, MONTHS_A_QUARTER).sum(axis=1)
    values, is_known = plain.copy(), np.zeros(len(plain), bool)
    errors = np.full(len(plain), error)
    ids = [_rates_around(figures, quarter) for quarter in range(first, last + 1)]
    for period, figure in sorted(_sums(figures).items(), key=lambda item: -len(item[0])):
        places = np.array([q - first for q in quarters_in(period)], int)
        if not len(places) or places[-1] >= len(plain):
            continue
        free = places[~is_known[places]]
        left = figure.value - values[places[is_known[places]]].sum()
        values[free] *= left / values[free].sum()
        is_known[free] = True
        for place in free:
            ids[place] = figure.id if len(free) == 1 else f"{figure.id}, {ids[place]}"
        if len(free) == 1:
            errors[free] = (figure.error or 0.0) / figure.value
    if is_known.any():
        nearest = np.abs(np.arange(len(plain))[:, None] - np.flatnonzero(is_known)).argmin(axis=1)
        of_known = (values / plain)[is_known][nearest]
        values = np.where(is_known, values, plain * of_known)
    keep = slice(last - count + 1 - first, None)
    return Revenue(last - count + 1, values[keep], errors[keep], tuple(ids[keep]))


def quarterly_revenue(figures: Sequence[Figure], lab: str, year: int) -> Array:
    """Return a year's revenue by quarter, from run rates, halves and the whole of the year.

    Parameters
    ----------
    figures
        Of which the lab's levels count.
    lab
        Whose.
    year
        Which; its revenue must be among the figures.

    Returns
    -------
    ndarray, shape (4,)
        In the unit of the figures. The quarters sum to the halves and the year that are known.

    Raises
    ------
    ValueError
        If the year's revenue isn't known, or no two run rates are.

    Notes
    -----
    The logarithm of the run rate is a straight line between those that are known, each at the
    middle of its four weeks, and goes on as it was beyond the first and the last.
    """
    levels = [f for f in figures if f.lab == lab and f.kind == "level"]
    firmest_last = sorted(levels, key=lambda f: -FIRMNESS.index(f.firmness))
    revenue = {f.period: f.value for f in firmest_last if f.quantity == "revenue"}
    rates = sorted({(f.about, f.value) for f in levels if f.quantity == "run rate"})
    if str(year) not in revenue or len(rates) < 2:
        raise ValueError(f"revenue of {year} by quarter takes its sum and two run rates")
    days = np.array(
        [(day - timedelta(days=RUN_RATE_DAYS / 2) - date(year, 1, 1)).days for day, _ in rates],
        float,
    )
    middles = (np.arange(QUARTERS_A_YEAR * MONTHS_A_QUARTER) + 0.5) * DAYS_A_MONTH
    logs = np.log([rate for _, rate in rates])
    by_month = np.exp(straight_line(middles, days, logs))
    quarters = by_month.reshape(QUARTERS_A_YEAR, MONTHS_A_QUARTER).sum(axis=1)
    first_half, whole = revenue.get(f"{year}H1"), revenue[str(year)]
    if first_half is not None:
        quarters[:2] *= first_half / quarters[:2].sum()
        quarters[2:] *= (whole - first_half) / quarters[2:].sum()
    return np.asarray(quarters * (whole / quarters.sum()))


def _sums(figures: Iterable[Figure]) -> dict[str, Figure]:
    return {f.period: f for f in figures if _is_level(f, "revenue")}


def _log_run_rate(figures: Sequence[Figure], at: Array) -> Array:
    """Return the logarithm of the run rate at some days; quarters tell it where no rates do."""
    middle = timedelta(days=RUN_RATE_DAYS / 2)
    rates = {f.about - middle: f.value for f in figures if _is_run_rate(f)}
    if len(rates) < 2:
        spans = ((quarters_in(period), f.value) for period, f in _sums(figures).items())
        rates |= {middle_day(q[0]): QUARTERS_A_YEAR * v for q, v in spans if len(q) == 1}
    days = np.array([day.toordinal() for day in sorted(rates)], float)
    logs = np.log([rates[day] for day in sorted(rates)])
    if len(days) > 1:
        return straight_line(at, days, logs)
    years = [period for period in _sums(figures) if len(period) == len("2025")]
    if not len(days) or not years:
        lab = figures[0].lab if figures else "the lab"
        raise ScenarioError(
            f"{lab}: its quarters take two run rates, or one and the revenue of a year, or revenue "
            "of two quarters"
        )
    growth = _growth_through(float(days[0]), float(logs[0]), _sums(figures)[max(years)])
    return logs[0] + growth * (at - days[0]) / DAYS_A_YEAR


def straight_line(at: ArrayLike, known_at: Array, values: Array) -> Array:
    """Interpolate between known values, and go on with the outermost slopes."""
    at = np.asarray(at, float)
    found = np.interp(at, known_at, values)
    for side, first, second in ((at < known_at[0], 0, 1), (at > known_at[-1], -1, -2)):
        slope = (values[first] - values[second]) / (known_at[first] - known_at[second])
        found = np.where(side, values[first] + slope * (at - known_at[first]), found)
    return found


def _growth_through(day: float, log_rate: float, year: Figure) -> float:
    """Return the yearly growth, above 0, at which a year's revenue goes through a run rate.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    months = _months(quarters_in(year.period))

    def excess(growth: float) -> float:
        rates = np.exp(log_rate + growth * (months - day) / DAYS_A_YEAR)
        return float(np.log(rates.mean() / year.value))

    if excess(0.0) * excess(STEEPEST) > 0.0:
        raise ScenarioError(
            f"{year.lab}: no growth leads through a run rate of {math.exp(log_rate):g} and a "
            f"revenue of {year.value:g} in {year.period}"
        )
    return float(scipy.optimize.brentq(excess, 0.0, STEEPEST))


def _rates_around(figures: Iterable[Figure], quarter: int) -> str:
    """Return the ids of the run rates that tell of a quarter: within it, and next to it."""
    rates = sorted((f for f in figures if _is_run_rate(f)), key=lambda f: f.about)
    start, end = first_day(quarter), first_day(quarter + 1)
    before = [f for f in rates if f.about < start][-1:]
    within = [f for f in rates if start <= f.about < end]
    after = [f for f in rates if f.about >= end][:1]
    return ", ".join(dict.fromkeys(f.id for f in (*before, *within, *after)))


def _is_run_rate(figure: Figure) -> bool:
    return _is_level(figure, "run rate")


def _is_level(figure: Figure, quantity: str) -> bool:
    """Tell whether a figure is a level; of none at all growth has no logarithm."""
    return (figure.quantity, figure.kind) == (quantity, "level") and figure.value > 0.0


def decline_through(shares: Sequence[tuple[range, float]], revenue: Revenue) -> tuple[float, float]:
    """Return the share of revenue that a cost is in a quarter, and its yearly decline.

    Parameters
    ----------
    shares
        The quarters of the last two periods in which it is known, and the cost over their revenue.
    revenue
        Of all of these quarters.

    Returns
    -------
    tuple of float
        The share at the middle of the last period's last quarter, and the yearly fall of its
        logarithm: that at which both periods come out as they are known.
    """
    (before, share_before), (after, share_after) = shares

    def level(quarters: range, share: float, decline: float) -> float:
        earlier = (after.stop - 1 - np.array(quarters)) / QUARTERS_A_YEAR
        weights = revenue.of(quarters) / revenue.of(quarters).sum()
        return math.log(share / float(weights @ np.exp(decline * earlier)))

    def gap(decline: float) -> float:
        return level(before, share_before, decline) - level(after, share_after, decline)

    decline = float(scipy.optimize.brentq(gap, -STEEPEST, STEEPEST))
    return math.exp(level(after, share_after, decline)), decline
