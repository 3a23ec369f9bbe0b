"""What is dated: the base year's quarters, segments, hardware and funding rounds."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from simulate.kernels.arrays import Schedule
from simulate.scenario.distributions import Uncertain
from simulate.scenario.frame import Horizon
from simulate.scenario.lab import Hardware, Segment
from simulate.scenario.quantity import ZERO
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.scenario.schema import Scenario

# Of a round that comes for certain: beyond every normal score that is drawn.
CERTAIN_SCORE = 40.0
Array = NDArray[np.float64]


def schedule_of(scenario: Scenario) -> Schedule:
    """Return what a scenario dates, quarter by quarter."""
    first, quarters = scenario.horizon.first_quarter, scenario.horizon.quarters
    base = scenario.base_year
    revenue = base_year_ramp(_value(base.revenue), 12.0 * _value(base.monthly_revenue))
    hardware = [_hardware_profile(purchase, first, quarters) for purchase in scenario.hardware]
    profiles = np.array(hardware).reshape(len(hardware), 3, quarters)
    return Schedule(
        quarters=quarters,
        deviation=_deviation_places(scenario.horizon),
        size_matters=scenario.demand.size_exponent != ZERO,
        gain_is_net=scenario.inference.net_gain is not None,
        segment_start=np.array([_start(s, first) for s in scenario.segments], np.int64),
        from_free_users=np.array([s.revenue_per_user is not None for s in scenario.segments]),
        base_revenue=np.array([_value(s.share_of_revenue) * revenue for s in scenario.segments]),
        kept=np.array([_kept(s, first, quarters) for s in scenario.segments]),
        base_training=base_year_ramp(_value(base.training), _value(base.training_run_rate)),
        spending=np.ascontiguousarray(profiles[:, 0]),
        in_service=np.ascontiguousarray(profiles[:, 1]),
        depreciation=np.ascontiguousarray(profiles[:, 2]),
        funding_quarter=np.array([f.quarter - first for f in scenario.funding], np.int64),
        funding_score=np.array([_chance_score(f.chance) for f in scenario.funding]),
        margin_target=scenario.targets.gross_margin,
        hold_quarters=scenario.targets.hold_quarters,
    )


def _deviation_places(horizon: Horizon) -> NDArray[np.int64]:
    """Return the deviations that a quarter draws: its own, or a year's first those of the year."""
    quarter = np.arange(horizon.quarters)
    if horizon.deviations == "by quarter":
        return quarter
    year = (horizon.first_quarter + quarter) // QUARTERS_A_YEAR - horizon.first_year
    return np.where(np.diff(year, prepend=-1) > 0, year, -1)


def base_year_ramp(annual: float, run_rate: float) -> Array:
    """Return four quarters in geometric progression that sum to a year and leave at a run rate.

    Parameters
    ----------
    annual
        The year's sum.
    run_rate
        The last quarter, annualised.

    Raises
    ------
    ValueError
        If no such progression exists: the last quarter exceeds the year.
    """
    last = run_rate / 4.0
    if annual == 0.0 and last == 0.0:
        return np.zeros(4)
    if not 0.0 < last < annual:
        raise ValueError(f"a last quarter of {last:g} does not fit into a year of {annual:g}")
    ratio = annual / last
    back = brentq(lambda q: 1.0 + q + q * q + q**3 - ratio, 0.0, ratio, xtol=1e-15, rtol=1e-14)
    quarters = last * back ** np.arange(3.0, -1.0, -1.0)
    return np.asarray(quarters * (annual / quarters.sum()))


def _value(known: Uncertain) -> float:
    return known.quantile(0.5)


def _start(segment: Segment, first: int) -> int:
    return -1 if segment.starts is None else segment.starts - first


def _kept(segment: Segment, first: int, quarters: int) -> Array:
    """Return what known losses of clients leave of a segment in each quarter's step."""
    kept = np.ones(quarters)
    for loss in segment.known_losses:
        if 0 <= loss.quarter - first < quarters:
            kept[loss.quarter - first] *= 1.0 - loss.share
    return kept


def _chance_score(chance: float) -> float:
    return float(np.clip(ndtri(chance), -CERTAIN_SCORE, CERTAIN_SCORE))


def _hardware_profile(hardware: Hardware, first: int, quarters: int) -> Array:
    """Return spending, share in service and depreciation by quarter, per unit of amount.

    Each quarter's part goes into service in the next quarter, and is written off in a straight
    line over its life, shape (3, quarters).
    """
    start, stop = hardware.first_quarter - first, hardware.last_quarter - first + 1
    life = 4 * hardware.life_years
    quarter = np.arange(quarters)
    spending = ((quarter >= start) & (quarter < stop)) / (stop - start)
    bought = np.arange(start, stop)
    in_use = (quarter[:, None] > bought) & (quarter[:, None] <= bought + life)
    in_service = in_use.sum(axis=1) / (stop - start)
    return np.array([spending, in_service, in_service / life])
