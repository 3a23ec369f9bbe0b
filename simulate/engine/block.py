"""Blocks of paths through the kernel, with names for what is kept of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import (
    BASE_QUARTERS,
    LANES,
    Plan,
    Points,
    State,
    aligned_zeros,
    width,
)
from simulate.kernels.draws import draw_deviations
from simulate.model.block import simulate_blocks
from simulate.model.formulas import STATE_WIDTH
from simulate.model.rows import MARGIN_DEFINITIONS, Flow, Level
from simulate.model.tally import MARGIN_BINS, MONEY_BINS, Tally

from .memory import Zeros
from .plan import Prepared

Array = NDArray[np.float64]
Narrow = NDArray[np.float32]
DEVIATIONS = ("inference.overrun", "training.drift")
# The kernel keeps nothing where there is no row.
NO_ROWS, NO_TRACES = np.empty((0, 0), np.float32), np.empty((0, 0, 0))


def empty_tally(prepared: Prepared, *leading: int, zeros: Zeros = np.zeros) -> Tally:
    """Return tallies of no paths.

    Parameters
    ----------
    prepared
        The scenario that is to be counted.
    leading
        Lengths of the axes before each array's own, such as the number of replicates.
    zeros
        Gives its arrays.
    """
    quarters, alternatives = prepared.plan.schedule.quarters, prepared.alternatives
    formulas = len(prepared.plan.program.watched)
    may_miss = prepared.hitting_times if prepared.plan.schedule.raises else 0
    return Tally(
        hits=zeros((*leading, alternatives, prepared.hitting_times, quarters + 1), np.uint32),
        joint=zeros(
            (*leading, alternatives, MARGIN_DEFINITIONS, quarters + 1, quarters + 1), np.uint32
        ),
        money=zeros(
            (*leading, prepared.metrics - MARGIN_DEFINITIONS, quarters, MONEY_BINS), np.uint32
        ),
        margin=zeros((*leading, MARGIN_DEFINITIONS, quarters, MARGIN_BINS), np.uint32),
        sums=zeros((*leading, prepared.metrics, quarters), np.int64),
        no_value=zeros((*leading, formulas, quarters), np.uint32),
        funding_need=zeros((*leading, MONEY_BINS), np.uint32),
        funding_need_sum=zeros((*leading, 1), np.int64),
        failed_first=zeros((*leading, alternatives, may_miss, quarters + 1), np.uint32),
    )


class Workspace:
    """What one thread simulates blocks of a scenario's paths with.

    Parameters
    ----------
    prepared
        The scenario.

    Attributes
    ----------
    inputs, state
        Of the last block that was simulated.
    """

    def __init__(self, prepared: Prepared) -> None:
        self._prepared, self._plan = prepared, prepared.plan
        self.inputs = prepared.inputs()
        memory = aligned_zeros(prepared.memory)
        metrics = slice(STATE_WIDTH, STATE_WIDTH + prepared.metrics * LANES)
        self.state = State(
            now=memory[:STATE_WIDTH],
            level=aligned_zeros(prepared.segments, width(Level)),
            past=aligned_zeros(BASE_QUARTERS, width(Flow)),
            paid=aligned_zeros(prepared.shares, LANES),
            metrics=memory[metrics],
            hits=aligned_zeros(prepared.hitting_times * LANES),
            raw=aligned_zeros(len(prepared.drawn_keys) + 2, LANES, dtype=np.float32),
            shock=aligned_zeros(2, LANES, dtype=np.float32),
            bins=aligned_zeros(LANES, dtype=np.uint32),
            counted=aligned_zeros(LANES),
            memory=memory,
            held=aligned_zeros(prepared.metrics if self._plan.schedule.raises else 0, LANES),
        )

    def simulate(
        self,
        points: Points,
        first_block: int,
        blocks: int,
        tally: Tally | None = None,
        *,
        plan: Plan | None = None,
        outcomes: Narrow | None = None,
        inputs: Narrow | None = None,
        traces: Array | None = None,
    ) -> None:
        """Simulate blocks of LANES paths.

        Parameters
        ----------
        points
            The replicate's point set; of two threads each has its own.
        first_block, blocks
            Which, and how many.
        tally
            Where they are counted, if they are.
        plan
            In place of the scenario's own: with another mixing of draws, or fewer quarters.
        outcomes
            Where hitting times and peak funding need are kept, shape (paths, times + 1).
        inputs
            Where the uncertain inputs are kept, shape (paths, inputs).
        traces
            Where metrics and flows by quarter are kept, shape (paths, traces, quarters).
        """
        plan = plan or self._plan
        simulate_blocks(
            plan,
            points,
            self.inputs,
            self.state,
            first_block,
            blocks,
            self._not_asked_for if tally is None else tally,
            NO_ROWS if outcomes is None else outcomes,
            NO_ROWS if inputs is None else inputs,
            NO_TRACES if traces is None else traces,
        )

    def deviations(self, points: Points, first_block: int, blocks: int) -> Narrow:
        """Return each period's overrun and drift by path, shape (paths, periods * 2)."""
        periods = int(self._plan.schedule.deviation.max()) + 1
        found = np.empty((blocks * LANES, periods * len(DEVIATIONS)), np.float32)
        draw_deviations(self._plan, points, self.inputs, self.state, first_block, blocks, found)
        return found

    @cached_property
    def _not_asked_for(self) -> Tally:
        """Room for counts: the kernel always counts."""
        return empty_tally(self._prepared)


@dataclass(frozen=True)
class TracedPaths:
    """Paths quarter by quarter.

    Attributes
    ----------
    by_quarter
        Metrics and flows, shape (paths, traces, quarters).
    inputs
        What each path draws once, shape (paths, keys of ``drawn_keys``).
    """

    by_quarter: Array
    inputs: Narrow


def trace_paths(prepared: Prepared, points: Points, paths: int) -> TracedPaths:
    """Return a point set's first paths, quarter by quarter."""
    blocks = -(-paths // LANES)
    traces = np.empty((blocks * LANES, prepared.traces, prepared.plan.schedule.quarters))
    inputs = np.empty((blocks * LANES, len(prepared.drawn_keys)), np.float32)
    Workspace(prepared).simulate(points, 0, blocks, inputs=inputs, traces=traces)
    return TracedPaths(traces[:paths], inputs[:paths])
