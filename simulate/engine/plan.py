"""From a scenario to the plain arrays that kernels take."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simulate.kernels.arrays import LANES, Draws, Inputs, Plan, Points, Schedule
from simulate.model.ramp import base_year_ramp
from simulate.model.rows import Funding, Hardware, Lab, Segment
from simulate.scenario import schema
from simulate.scenario.correlations import correlation_matrix
from simulate.scenario.distributions import Fixed, Uncertain
from simulate.scenario.inputs import correlated_inputs, list_inputs
from simulate.scenario.load import validated
from simulate.scenario.quantity import ZERO
from simulate.scenario.schema import Scenario

from .layout import GENERATION, Layout, client_loss_slot, layout_of, segment_slot
from .sampling import point_set
from .tables import Tabulate, build_tables, copula_of, tabulate, tail_curves

Array = NDArray[np.float64]

# Which key of the scenario fills which row of the kernel's inputs.
LAB_KEYS = {
    Lab.DEMAND_PERSISTENCE: "demand.persistence",
    Lab.DEMAND_VOLATILITY: "demand.volatility",
    Lab.BASE_OVERRUN: "inference.base_overrun",
    Lab.OVERRUN_CARRIED: "inference.overrun_carried",
    Lab.EFFICIENCY_GAIN: "inference.efficiency_gain",
    Lab.PRICE_EROSION: "inference.price_erosion",
    Lab.CATCH_UP_HALF_LIFE: "inference.catch_up_half_life",
    Lab.OTHER_SALES_COST: "inference.other_sales_cost",
    Lab.FREE_USERS: "free_users.users",
    Lab.FREE_USER_GROWTH: "free_users.growth",
    Lab.FREE_USER_CEILING: "free_users.ceiling",
    Lab.FREE_USER_COST: "free_users.annual_cost",
    Lab.FREE_USAGE_GROWTH: "free_users.usage_growth",
    Lab.TRAINING_GROWTH_INITIAL: "training.growth.initial",
    Lab.TRAINING_GROWTH_LASTING: "training.growth.lasting",
    Lab.TRAINING_GROWTH_HALF_LIFE: "training.growth.half_life",
    Lab.TRAINING_DRIFT_CARRIED: "training.drift_carried",
    Lab.TRAINING_FLOOR: "training.floor",
    Lab.GENERATION_RATE: "training.generation.rate",
    Lab.FIXED_COST: "other_costs.fixed",
    Lab.FIXED_COST_GROWTH: "other_costs.fixed_growth",
    Lab.VARIABLE_COST: "other_costs.variable",
    Lab.SCALE_ELASTICITY: "other_costs.scale_elasticity",
    Lab.STOCK_PAY: "other_costs.stock_pay",
    Lab.OTHER_CAPITAL_SPENDING: "cash.capital_spending",
    Lab.WORKING_CAPITAL: "cash.working_capital",
    Lab.TAX_RATE: "cash.tax_rate",
    Lab.LOSSES_CARRIED_FORWARD: "cash.losses_carried_forward",
    Lab.INTEREST_RATE: "cash.interest_rate",
    Lab.OPENING_CASH: "cash.opening",
}
SEGMENT_KEYS = {
    Segment.GROWTH_INITIAL: "growth.initial",
    Segment.GROWTH_LASTING: "growth.lasting",
    Segment.GROWTH_HALF_LIFE: "growth.half_life",
    Segment.VOLATILITY: "volatility",
    Segment.MARKET: "market",
    Segment.INFERENCE_COST: "inference_cost",
    Segment.CLIENT_LOSS_RATE: "client_loss.rate",
    Segment.STARTING_REVENUE: "starting_revenue",
    Segment.REVENUE_PER_USER: "revenue_per_user",
    Segment.ADOPTION_HALF_LIFE: "adoption_half_life",
}
HARDWARE_KEYS = {
    Hardware.AMOUNT: "amount",
    Hardware.RENT_REPLACED: "rent_replaced",
    Hardware.SAVING: "saving",
}
FUNDING_KEYS = {Funding.AMOUNT: "amount"}

CERTAIN_SCORE = 40.0


@dataclass(frozen=True)
class Prepared:
    """A scenario as kernels see it.

    Attributes
    ----------
    plan
        Arrays for the kernel.
    layout
        The coordinates of a path's point.
    rows
        The distribution of each row of ``Inputs.rows``.
    drawn_keys
        The keys of the inputs that a path draws, in the order of their coordinates.
    segments, purchases, rounds
        Numbers of revenue segments, purchases of hardware and funding rounds.
    """

    plan: Plan
    layout: Layout
    rows: tuple[Uncertain, ...]
    drawn_keys: tuple[str, ...]
    segments: int
    purchases: int
    rounds: int

    def points(self, sampler: str, seed: int, replicate: int) -> Points:
        """Return a replicate's point set."""
        return point_set(sampler, seed, replicate, self.layout.dimensions)

    def inputs(self) -> Inputs:
        """Return room for a block's inputs, with those that are certain filled in."""
        rows = np.zeros((len(self.rows), LANES))
        for row, distribution in zip(rows, self.rows, strict=True):
            if isinstance(distribution, Fixed):
                row[:] = distribution.value
        counts = len(Lab), self.segments * len(Segment), self.purchases * len(Hardware)
        lab, segment, hardware, funding = np.split(rows.reshape(-1), np.cumsum(counts) * LANES)
        return Inputs(
            rows=rows,
            lab=lab,
            segment=segment.reshape(self.segments, len(Segment) * LANES),
            hardware=hardware.reshape(self.purchases, len(Hardware) * LANES),
            funding=funding.reshape(self.rounds, len(Funding) * LANES),
        )


def prepare(
    scenario: Scenario, layout: Layout | None = None, tabulate: Tabulate = tabulate
) -> Prepared:
    """Turn a scenario into the arrays that kernels take.

    Parameters
    ----------
    scenario
        From ``load_scenario``; one that was made in another way is validated first.
    layout
        From ``common_layout`` for common random numbers; by default its own.
    tabulate
        As for ``build_tables``.

    Returns
    -------
    Prepared

    Raises
    ------
    ScenarioError
        If it is no valid scenario.
    """
    scenario = validated(scenario)
    layout = layout or layout_of(scenario)
    by_key = {i.key: i.distribution for i in list_inputs(scenario)}
    rows = _row_keys(scenario)
    inputs = correlated_inputs(scenario)
    drawn = tuple(i.key for i in inputs if i.quantity.drawn == "path")
    draws = _draws(scenario, layout, drawn, [rows.index(key) for key in drawn])
    curves = [
        *(i.distribution for i in inputs),
        *_event_sizes(scenario),
        *tail_curves(scenario),
    ]
    return Prepared(
        plan=Plan(draws, build_tables(curves, tabulate), _schedule(scenario)),
        layout=layout,
        rows=tuple(by_key.get(key, ZERO) for key in rows),
        drawn_keys=drawn,
        segments=len(scenario.segments),
        purchases=len(scenario.hardware),
        rounds=len(scenario.funding),
    )


def _event_sizes(scenario: Scenario) -> list[Uncertain]:
    """Return what may arrive in a quarter: losses by segment, and last a new generation's jump."""
    sizes: list[Uncertain] = [
        s.client_loss.share for s in scenario.segments if s.client_loss is not None
    ]
    generation = scenario.training.generation
    return sizes if generation is None else [*sizes, generation.size]


def _draws(
    scenario: Scenario, layout: Layout, drawn: tuple[str, ...], input_row: list[int]
) -> Draws:
    """Say which coordinate and which table feeds what; the tables of tails come last."""
    inputs, segments, events = len(drawn), scenario.segments, len(_event_sizes(scenario))
    is_joint = scenario.copula.degrees_of_freedom is not None
    has_generation = scenario.training.generation is not None
    has_loss = np.array([s.client_loss is not None for s in segments])
    first_event_table = inputs + 2
    first_tail_table = first_event_table + events
    slot = {name: place for place, name in enumerate(layout.slots)}
    loss_slots = [slot.get(client_loss_slot(s.name), -1) for s in segments]
    chances = [layout.first_round + layout.rounds.index(f.name) for f in scenario.funding]
    return Draws(
        input_row=np.array(input_row, np.int64),
        input_coordinate=np.array([layout.inputs.index(key) for key in drawn], np.int64),
        mixing=np.linalg.cholesky(correlation_matrix(scenario)),
        copula=copula_of(scenario.copula, layout.joint_scale, first_tail_table),
        shock_table=first_tail_table + 2 * is_joint if scenario.shocks.degrees_of_freedom else -1,
        overrun_table=inputs,
        drift_table=inputs + 1,
        client_loss_table=np.where(has_loss, np.cumsum(has_loss) - 1 + first_event_table, 0),
        generation_table=first_event_table + events - 1,
        chance_coordinate=np.array(chances, np.int64),
        first_year=layout.first_year,
        first_quarter=layout.first_quarter,
        per_quarter=len(layout.slots),
        segment_slot=np.array([slot[segment_slot(s.name)] for s in segments], np.int64),
        client_loss_slot=np.where(has_loss, loss_slots, -1),
        generation_slot=slot[GENERATION] if has_generation else -1,
    )


def _row_keys(scenario: Scenario) -> list[str]:
    """Return the key of each row of the inputs, in the kernel's order."""
    keys = list(LAB_KEYS.values())
    for part, members, fields in (
        ("segments", scenario.segments, SEGMENT_KEYS),
        ("hardware", scenario.hardware, HARDWARE_KEYS),
        ("funding", scenario.funding, FUNDING_KEYS),
    ):
        keys += [f"{part}.{member.name}.{key}" for member in members for key in fields.values()]
    return keys


def _schedule(scenario: Scenario) -> Schedule:
    first, quarters = scenario.horizon.first_quarter, scenario.horizon.quarters
    base = scenario.base_year
    revenue = base_year_ramp(_value(base.revenue), 12.0 * _value(base.monthly_revenue))
    hardware = [_hardware_profile(purchase, first, quarters) for purchase in scenario.hardware]
    profiles = np.array(hardware).reshape(len(hardware), 3, quarters)
    return Schedule(
        quarters=quarters,
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


def _value(known: Uncertain) -> float:
    return known.quantile(0.5)


def _start(segment: schema.Segment, first: int) -> int:
    return -1 if segment.starts is None else segment.starts - first


def _kept(segment: schema.Segment, first: int, quarters: int) -> Array:
    """Return what known losses of clients leave of a segment in each quarter's step."""
    kept = np.ones(quarters)
    for loss in segment.known_losses:
        if 0 <= loss.quarter - first < quarters:
            kept[loss.quarter - first] *= 1.0 - loss.share
    return kept


def _chance_score(chance: float) -> float:
    return float(np.clip(ndtri(chance), -CERTAIN_SCORE, CERTAIN_SCORE))


def _hardware_profile(hardware: schema.Hardware, first: int, quarters: int) -> Array:
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
