"""The kernel that Python calls: a range of blocks of paths of one replicate."""

import numpy as np

from simulate.kernels.arrays import (
    BASE_QUARTERS,
    LANES,
    Array,
    Inputs,
    Plan,
    Points,
    Program,
    State,
)
from simulate.kernels.draws import draw_inputs, enter_block
from simulate.kernels.interpreter import run_stage
from simulate.kernels.jit import entry_kernel, kernel

from .quarter import STAGES, live_base_quarter, live_quarter, open_cash, start_paths
from .rows import TRACED, Flow, Metric, Now
from .tally import LARGEST_AMOUNT, Tally, count_formulas, count_metrics, count_outcomes

METRICS, FLOWS = len(Metric), len(Flow)
# What formulas need before the first quarter stands behind their stages in one.
START = STAGES


@entry_kernel
def simulate_blocks(
    plan: Plan,
    points: Points,
    inputs: Inputs,
    state: State,
    first_block: int,
    blocks: int,
    tally: Tally,
    outcomes: Array,
    drawn: Array,
    trace: Array,
) -> None:
    """Simulate ``blocks`` blocks of LANES paths from ``first_block`` on, and tally them.

    Parameters
    ----------
    plan, points
        What to simulate, and the replicate's point set.
    inputs, state
        Room to work in, one a thread; inputs that are certain are filled in already.
    tally
        The replicate's counts, added to.
    outcomes
        Hitting times and peak funding need by path, float32, shape (paths, times + 1), or (0, .).
    drawn
        The uncertain inputs by path, float32, shape (paths, inputs), or (0, .).
    trace
        Metrics and flows by path and quarter, float64, shape (paths, TRACED, quarters), or
        (0, ., .).
    """
    for b in range(blocks):
        enter_block(points, first_block + b)
        simulate_block(plan, points, inputs, state, tally, trace, b * LANES)
        count_outcomes(tally, inputs.lab, state)
        if outcomes.shape[0] > 0:
            keep_outcomes(state, outcomes, b * LANES)
        if drawn.shape[0] > 0:
            keep_drawn(plan.draws.input_row, inputs.rows, drawn, b * LANES)


@kernel
def simulate_block(
    plan: Plan,
    points: Points,
    inputs: Inputs,
    state: State,
    tally: Tally,
    trace: Array,
    first_path: int,
) -> None:
    """Simulate one block over the base quarters and the horizon."""
    clear(plan.schedule.quarters, state)
    draw_inputs(points, plan.draws, plan.tables, inputs, state)
    start_paths(inputs, plan.schedule, state)
    run_stage(plan.program, START, -BASE_QUARTERS, inputs.rows, state)
    for quarter in range(-BASE_QUARTERS, 0):
        live_base_quarter(quarter, plan, inputs, state)
    open_cash(inputs.lab, state.now)
    for quarter in range(plan.schedule.quarters):
        live_quarter(quarter, plan, points, inputs, state)
        count_metrics(tally, quarter, state)
        count_formulas(tally, plan.program, quarter, state)
        if trace.shape[0] > 0:
            keep_trace(quarter, plan.program, state, trace, first_path)
            if plan.schedule.raises:
                clear_failed(quarter, state, trace, first_path)


@kernel
def clear(quarters: int, state: State) -> None:
    """Forget the block before; nothing is reached yet."""
    for place in range(state.now.size):
        state.now[place] = 0.0
    for place in range(state.hits.size):
        state.hits[place] = np.float64(quarters)


@kernel
def keep_outcomes(state: State, outcomes: Array, first_path: int) -> None:
    """Copy a block's outcomes out, path by path."""
    times = state.hits.size // LANES
    for i in range(LANES):
        for time in range(times):
            outcomes[first_path + i, time] = state.hits[time * LANES + i]
        outcomes[first_path + i, times] = min(state.now[Now.FUNDING_NEED + i], LARGEST_AMOUNT)


@kernel
def keep_drawn(input_row: Array, rows: Array, drawn: Array, first_path: int) -> None:
    """Copy a block's uncertain inputs out, path by path."""
    for j in range(input_row.size):
        for i in range(LANES):
            drawn[first_path + i, j] = rows[input_row[j], i]


@kernel
def keep_trace(quarter: int, program: Program, state: State, trace: Array, first_path: int) -> None:
    """Copy a quarter's metrics and flows out, path by path, and then what formulas give."""
    flow = state.past[quarter % BASE_QUARTERS]
    for metric in range(METRICS):
        for i in range(LANES):
            trace[first_path + i, metric, quarter] = state.metrics[metric * LANES + i]
    for place in range(FLOWS):
        for i in range(LANES):
            trace[first_path + i, METRICS + place, quarter] = flow[place * LANES + i]
    for k in range(program.kept.size):
        for i in range(LANES):
            trace[first_path + i, TRACED + k, quarter] = state.memory[program.kept[k] + i]


@kernel
def clear_failed(quarter: int, state: State, trace: Array, first_path: int) -> None:
    """Clear what a path that has failed before would have booked: its flows and its lines."""
    metrics, traces = state.metrics.size // LANES, trace.shape[1]
    for i in range(LANES):
        if state.now[Now.IS_BOOKED + i] == 0.0:
            for place in range(METRICS, TRACED):
                trace[first_path + i, place, quarter] = 0.0
            for place in range(TRACED + metrics - METRICS, traces):
                trace[first_path + i, place, quarter] = 0.0
