"""What is dated: deviations from plan, segments, hardware, contracts and funding rounds."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simulate.kernels.arrays import BASE_QUARTERS, Schedule, index
from simulate.scenario.expression import Expression, names_in
from simulate.scenario.frame import Horizon
from simulate.scenario.lab import Commitment, Hardware, Raising, RevenueShare, Segment
from simulate.scenario.quantities import OUTLIVES_FAILURE
from simulate.scenario.quantity import ZERO
from simulate.scenario.schema import Scenario

from .catalogue import AnyMetric, metrics_of
from .rows import MARGIN_DEFINITIONS, Hit, Metric

# Of a round that comes for certain: beyond every normal score that is drawn.
CERTAIN_SCORE = 40.0
# Of compute, where no limit is known.
UNLIMITED = 1e30
Array = NDArray[np.float64]


def schedule_of(scenario: Scenario) -> Schedule:
    """Return what a scenario dates, quarter by quarter."""
    first, quarters = scenario.horizon.first_quarter, scenario.horizon.quarters
    hardware = [_hardware_profile(purchase, first, quarters) for purchase in scenario.hardware]
    profiles = np.array(hardware).reshape(len(hardware), 3, quarters)
    compute, training = scenario.compute, scenario.training
    since, known = first - BASE_QUARTERS, quarters + BASE_QUARTERS
    contracts = [_commitment_profile(each, since, known) for each in scenario.commitments]
    committed = np.array(contracts).reshape(len(contracts), 4, known)
    due = [_is_due(each, first, quarters) for each in scenario.revenue_shares]
    by_year = compute.capacity_by_year if compute is not None else None
    return Schedule(
        quarters=quarters,
        deviation=_deviation_places(scenario.horizon),
        size_matters=scenario.demand.size_exponent != ZERO,
        gain_is_net=scenario.inference.net_gain is not None,
        segment_start=np.array([_start(s, first) for s in scenario.segments], np.int64),
        from_free_users=np.array([s.revenue_per_user is not None for s in scenario.segments]),
        share_of_revenue=np.array([s.share_of_revenue.quantile(0.5) for s in scenario.segments]),
        kept=np.array([_kept(s, first, quarters) for s in scenario.segments]),
        spending=np.ascontiguousarray(profiles[:, 0]),
        in_service=np.ascontiguousarray(profiles[:, 1]),
        depreciation=np.ascontiguousarray(profiles[:, 2]),
        funding_quarter=np.array([f.quarter - first for f in scenario.funding], np.int64),
        funding_score=np.array([_chance_score(f.chance) for f in scenario.funding]),
        rents_compute=compute is not None,
        has_capacity=compute is not None and compute.has_capacity,
        capacity_is_known=by_year is not None,
        known_capacity=_known_capacity(by_year or {}, first, quarters),
        committed=np.ascontiguousarray(committed[:, 0]),
        committed_known=np.ascontiguousarray(committed[:, 1]),
        ahead=np.ascontiguousarray(committed[:, 2]),
        ahead_known=np.ascontiguousarray(committed[:, 3]),
        share_is_due=np.array(due).reshape(len(due), quarters),
        share_is_within=np.array([each.within for each in scenario.revenue_shares], np.bool_),
        budget_follows=training.follows != ZERO,
        budget_is_cut=training.cut is not None,
        margin_target=scenario.targets.gross_margin,
        hold_quarters=scenario.targets.hold_quarters,
        raises=scenario.raising is not None,
        raised_before=_raised_before(scenario.raising, first),
        is_signed=np.array([f.chance >= 1.0 for f in scenario.funding], np.bool_),
        is_listing=np.array([f.kind == "listing" for f in scenario.funding], np.bool_),
        outlives=np.array(_outlive(scenario), np.bool_),
        stops_at_zero=np.array(
            [_stops_at_zero(metric) for metric in metrics_of(scenario)], np.bool_
        ),
    )


def _outlive(scenario: Scenario) -> list[bool]:
    """Return of each hitting time whether its condition is still known after a failure."""
    own, known = scenario.formulas, OUTLIVES_FAILURE
    for name, metric in own.metrics.items():
        # Each stands after those that it needs.
        if _names(metric.expression) <= known:
            known |= {name}
    stated = (own.outcomes[name] for name in scenario.outcomes)
    conditions = (*own.added_outcomes.values(), *stated)
    return [False] * len(Hit) + [_names(each.expression) <= known for each in conditions]


def _names(expression: Expression) -> frozenset[str]:
    """Return what an expression names, of a quarter or of earlier ones."""
    found = names_in(expression)
    return found.now | found.earlier


def _stops_at_zero(metric: AnyMetric) -> bool:
    if isinstance(metric, Metric):
        return index(metric) < len(Metric) - MARGIN_DEFINITIONS
    return metric.unit in ("bn USD", "months")


def _deviation_places(horizon: Horizon) -> NDArray[np.int64]:
    """Return the deviations that a quarter draws: its own, or a year's first those of the year."""
    if horizon.deviations == "by quarter":
        return np.arange(horizon.quarters)
    found = np.full(horizon.quarters, -1, np.int64)
    found[horizon.year_begins] = np.arange(horizon.years)
    return found


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


def _commitment_profile(commitment: Commitment, first: int, quarters: int) -> Array:
    """Return what is committed in each quarter and what in all later ones, shape (4, quarters).

    Of an amount's parts, then as amounts.
    """
    quarter, profile = np.arange(first, first + quarters), np.zeros((4, quarters))
    if commitment.by_year is not None:
        each = {4 * year + q: bn / 4 for year, bn in commitment.by_year.items() for q in range(4)}
        profile[1] = [each.get(now, 0.0) for now in quarter.tolist()]
        profile[3] = [sum(bn for q, bn in each.items() if q > now) for now in quarter.tolist()]
        return profile
    assert commitment.first_quarter is not None and commitment.last_quarter is not None
    start, stop = commitment.first_quarter, commitment.last_quarter + 1
    profile[0] = (quarter >= start) & (quarter < stop)
    profile[2] = np.clip(stop - quarter - 1, 0, stop - start)
    return profile / (stop - start)


def _is_due(share: RevenueShare, first: int, quarters: int) -> Array:
    """Return 1 in the quarters in which a share of revenue is due, else 0."""
    quarter = np.arange(first, first + quarters)
    begins = first if share.first_quarter is None else share.first_quarter
    ends = quarter[-1] if share.last_quarter is None else share.last_quarter
    return np.where((quarter >= begins) & (quarter <= ends), 1.0, 0.0)


def _raised_before(raising: Raising | None, first: int) -> Array:
    """Return what was raised in the three quarters before the first, the last of them first."""
    known = {} if raising is None else raising.raised_before
    return np.array([known.get(first - ago, 0.0) for ago in range(1, BASE_QUARTERS)])


def _known_capacity(by_year: Mapping[int, float], first: int, quarters: int) -> Array:
    """Return a quarter's capacity: a year's quarter, that of the last year given, or no limit."""
    known = [
        max((year for year in by_year if year <= q // 4), default=None)
        for q in range(first, first + quarters)
    ]
    return np.array([UNLIMITED if year is None else by_year[year] / 4.0 for year in known])
