"""From a scenario to the plain arrays that kernels take."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import BASE_QUARTERS, LANES, Draws, Inputs, Plan, Points, aligned_zeros
from simulate.model.base import base_quarters
from simulate.model.catalogue import metrics_of, outcome_columns, traces_of
from simulate.model.formulas import formulas_of
from simulate.model.rows import (
    BaseQuarter,
    Commitment,
    Funding,
    Hardware,
    Lab,
    Raising,
    Segment,
    Share,
)
from simulate.model.schedule import schedule_of
from simulate.scenario.correlations import correlation_matrix
from simulate.scenario.distributions import Fixed, Uncertain
from simulate.scenario.inputs import ALTERNATIVE, correlated_inputs, list_inputs
from simulate.scenario.load import validated
from simulate.scenario.own import LINES
from simulate.scenario.quantity import ZERO
from simulate.scenario.schema import Scenario

from .layout import GENERATION, RAISING, SHUT, Layout, client_loss_slot, layout_of, segment_slot
from .sampling import point_set
from .tables import Tabulate, build_tables, copula_of, tabulate, tail_curves


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
    segments, purchases, rounds, commitments, shares
        Numbers of revenue segments, purchases of hardware, funding rounds, commitments for compute
        and partners' shares of revenue.
    alternatives
        How many a path may live in; 1 where there are none.
    outcome_columns
        What is written of each path: its hitting times, and its peak funding need.
    metrics, traces
        How many a path has, with those of formulas.
    memory
        How many numbers that of a block holds; see ``Formulas``.
    """

    plan: Plan
    layout: Layout
    rows: tuple[Uncertain, ...]
    drawn_keys: tuple[str, ...]
    segments: int
    purchases: int
    rounds: int
    commitments: int
    shares: int
    alternatives: int
    outcome_columns: tuple[str, ...]
    metrics: int
    traces: int
    memory: int

    @property
    def hitting_times(self) -> int:
        """How many a path has."""
        return len(self.outcome_columns) - 1

    def points(self, sampler: str, seed: int, replicate: int) -> Points:
        """Return a replicate's point set."""
        return point_set(sampler, seed, replicate, self.layout.dimensions)

    def inputs(self) -> Inputs:
        """Return room for a block's inputs, with those that are certain filled in."""
        rows = aligned_zeros(len(self.rows), LANES)
        for row, distribution in zip(rows, self.rows, strict=True):
            if isinstance(distribution, Fixed):
                row[:] = distribution.value
        counts = (
            len(Lab),
            self.segments * len(Segment),
            self.purchases * len(Hardware),
            self.rounds * len(Funding),
            self.commitments * len(Commitment),
            self.shares * len(Share),
            BASE_QUARTERS * len(BaseQuarter),
            self.plan.schedule.raises * len(Raising),
        )
        parts = np.split(rows.reshape(-1), np.cumsum(counts) * LANES)
        lab, segment, hardware, funding, commitment, share, base, raising, _ = parts
        return Inputs(
            rows=rows,
            lab=lab,
            segment=segment.reshape(self.segments, len(Segment) * LANES),
            hardware=hardware.reshape(self.purchases, len(Hardware) * LANES),
            funding=funding.reshape(self.rounds, len(Funding) * LANES),
            commitment=commitment.reshape(self.commitments, len(Commitment) * LANES),
            share=share.reshape(self.shares, len(Share) * LANES),
            base=base.reshape(BASE_QUARTERS, len(BaseQuarter) * LANES),
            raising=raising,
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
    base = dict(zip(_base_keys(scenario), chain(*base_quarters(scenario)), strict=True))
    by_key = {i.key: i.distribution for i in list_inputs(scenario)} | base
    own_keys = [key for key in by_key if key.startswith(f"{LINES}.")]
    of_raising = [row.key for row in Raising] if scenario.raising else []
    rows = [*_row_keys(scenario), *base, *of_raising, *own_keys]
    formulas = formulas_of(scenario, {key: rows.index(key) for key in own_keys})
    inputs = correlated_inputs(scenario)
    of_path = [i for i in inputs if i.quantity.drawn == "path"]
    drawn = tuple(i.key for i in of_path)
    under = [scenario.overridden.get(i.key, (i.distribution,)) for i in of_path]
    draws = _draws(scenario, layout, drawn, [rows.index(key) for key in drawn], under)
    curves = [
        *(distribution for each in under for distribution in each),
        *(i.distribution for i in inputs[len(of_path) :]),
        *_event_sizes(scenario),
        *tail_curves(scenario),
    ]
    return Prepared(
        plan=Plan(draws, build_tables(curves, tabulate), schedule_of(scenario), formulas.program),
        layout=layout,
        rows=tuple(by_key.get(key, ZERO) for key in rows),
        drawn_keys=drawn,
        segments=len(scenario.segments),
        purchases=len(scenario.hardware),
        rounds=len(scenario.funding),
        commitments=len(scenario.commitments),
        shares=len(scenario.revenue_shares),
        alternatives=max(1, len(scenario.possible_alternatives)),
        metrics=len(metrics_of(scenario)),
        outcome_columns=outcome_columns(scenario),
        traces=traces_of(scenario),
        memory=formulas.memory,
    )


def _event_sizes(scenario: Scenario) -> list[Uncertain]:
    """Return what may arrive in a quarter: losses by segment, a new generation's jump, no money."""
    sizes: list[Uncertain] = [
        s.client_loss.share for s in scenario.segments if s.client_loss is not None
    ]
    if scenario.training.generation is not None:
        sizes.append(scenario.training.generation.size)
    if scenario.raising is not None and scenario.raising.shut is not None:
        sizes.append(scenario.raising.shut.quarters)
    return sizes


def _draws(
    scenario: Scenario,
    layout: Layout,
    drawn: tuple[str, ...],
    input_row: list[int],
    under: Sequence[Sequence[Uncertain]],
) -> Draws:
    """Say which coordinate and which table feeds what; the tables of tails come last."""
    segments, events = scenario.segments, len(_event_sizes(scenario))
    input_table, tables = _input_tables(under)
    is_joint = scenario.copula.degrees_of_freedom is not None
    has_generation = scenario.training.generation is not None
    has_shut = scenario.raising is not None and scenario.raising.shut is not None
    has_loss = np.array([s.client_loss is not None for s in segments])
    first_event_table = tables + 2
    first_tail_table = first_event_table + events
    slot = {name: place for place, name in enumerate(layout.slots)}
    loss_slots = [slot.get(client_loss_slot(s.name), -1) for s in segments]
    chances = [layout.first_round + layout.rounds.index(f.name) for f in scenario.funding]
    return Draws(
        input_row=np.array(input_row, np.int64),
        input_coordinate=np.array([layout.inputs.index(key) for key in drawn], np.int64),
        input_table=input_table,
        by_alternative=np.array([len(each) > 1 for each in under], np.bool_),
        alternative=drawn.index(ALTERNATIVE) if ALTERNATIVE in drawn else -1,
        mixing=np.linalg.cholesky(correlation_matrix(scenario)),
        copula=copula_of(scenario.copula, layout.joint_scale, first_tail_table),
        shock_table=first_tail_table + 2 * is_joint if scenario.shocks.degrees_of_freedom else -1,
        overrun_table=tables,
        drift_table=tables + 1,
        client_loss_table=np.where(has_loss, np.cumsum(has_loss) - 1 + first_event_table, 0),
        generation_table=first_event_table + int(has_loss.sum()),
        chance_coordinate=np.array(chances, np.int64),
        first_deviation=layout.first_deviation_of(scenario.horizon),
        first_quarter=layout.first_quarter_of(scenario.horizon),
        per_quarter=len(layout.slots),
        segment_slot=np.array([slot[segment_slot(s.name)] for s in segments], np.int64),
        client_loss_slot=np.where(has_loss, loss_slots, -1),
        generation_slot=slot[GENERATION] if has_generation else -1,
        raising_slot=-1 if scenario.raising is None else slot[RAISING],
        shut_slot=slot[SHUT] if has_shut else -1,
        shut_table=first_event_table + events - 1,
    )


def _input_tables(under: Sequence[Sequence[Uncertain]]) -> tuple[NDArray[np.int64], int]:
    """Return the table of each drawn input under each alternative, and how many tables there are.

    Parameters
    ----------
    under
        Of each input, its distribution under each alternative, or one under all.
    """
    counts = np.array([len(each) for each in under], np.int64)
    first = np.cumsum(counts) - counts
    column = np.arange(counts.max(initial=1))
    return first[:, None] + np.minimum(column, counts[:, None] - 1), int(counts.sum())


def _row_keys(scenario: Scenario) -> list[str]:
    """Return the key of each row of the inputs in the kernel's order; the base's follow."""
    keys = [row.key for row in Lab]
    for part, members, rows in (
        ("segments", scenario.segments, Segment),
        ("hardware", scenario.hardware, Hardware),
        ("funding", scenario.funding, Funding),
        ("commitments", scenario.commitments, Commitment),
        ("revenue_shares", scenario.revenue_shares, Share),
    ):
        keys += [f"{part}.{member.name}.{row.key}" for member in members for row in rows]
    return keys


def _base_keys(scenario: Scenario) -> list[str]:
    """Return the key of each row of the base quarters; a year's are called alike."""
    names = scenario.horizon.base_quarters
    return [f"base_quarters.{name}.{row.key}" for name in names for row in BaseQuarter]
