"""Running a scenario: blocks of paths over replicates and threads, into a result."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.kernels.arrays import BASE_QUARTERS, Inputs, Plan, Points, State
from simulate.kernels.rows import LANES, Flow, Hit, Level, Metric, Now, width
from simulate.kernels.simulate import simulate_blocks
from simulate.kernels.tally import MARGIN_BINS, MONEY_BINS, Tally
from simulate.result import HITTING_TIMES, METRICS, OUTCOME_COLUMNS, Result
from simulate.sampling.plan import Sampling, make_sampling
from simulate.scenario.schema import Scenario

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]
OutcomeSink = Callable[[pd.DataFrame], None]

BLOCKS_A_TASK = 128


@dataclass(frozen=True)
class Workspace:
    """What one thread writes to while it simulates."""

    inputs: Inputs
    state: State


def run(
    scenario: Scenario,
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    keep_outcomes: bool = False,
    keep_inputs: bool = False,
    progress: Progress | None = None,
    sink: OutcomeSink | None = None,
) -> Result:
    """Simulate a scenario.

    Parameters
    ----------
    scenario
        From ``load_scenario``.
    paths
        At least this many paths; rounded up to whole blocks of 64 in every replicate.
    seed
        In place of the scenario's own.
    threads
        By default one a processor. The numbers don't depend on it.
    keep_outcomes
        Keep every path's outcomes in ``Result.outcomes``.
    keep_inputs
        Keep every path's uncertain inputs beside them.
    progress
        Called with the paths done and the paths in all.
    sink
        Called with frames of outcomes in a fixed order, for runs too large to keep.

    Returns
    -------
    Result
    """
    scenario = with_sampling(scenario, paths, seed)
    options = scenario.sampling
    sampling = make_sampling(scenario)
    blocks = -(-options.paths // (options.replicates * LANES))
    kept: list[pd.DataFrame] = []
    sinks = [s for s in (sink, kept.append if keep_outcomes else None) if s is not None]
    started = time.perf_counter()
    tallies = _simulate(
        sampling, scenario, blocks, _thread_count(threads), progress, sinks, keep_inputs
    )
    return Result(
        scenario=scenario,
        replicate_paths=blocks * LANES,
        tally=Tally(*(np.stack(parts) for parts in zip(*tallies, strict=True))),
        seconds=time.perf_counter() - started,
        outcomes=pd.concat(kept, ignore_index=True) if keep_outcomes else None,
    )


def simulate_traces(scenario: Scenario, paths: int, seed: int | None = None) -> Array:
    """Return the metrics of a first few paths, quarter by quarter.

    Returns
    -------
    ndarray, shape (paths, metrics, quarters)
        The paths of replicate 0, in the order of ``METRICS``.
    """
    scenario = with_sampling(scenario, paths, seed)
    sampling, options = make_sampling(scenario), scenario.sampling
    blocks = -(-paths // LANES)
    quarters = scenario.horizon.quarters
    trace = np.empty((blocks * LANES, len(METRICS), quarters))
    _simulate_blocks(
        sampling.plan,
        sampling.points(options.sampler, options.seed, 0),
        _workspace(sampling),
        0,
        blocks,
        _empty_tally(quarters),
        _no_outcomes(),
        _no_inputs(sampling),
        trace,
    )
    return trace[:paths]


def with_sampling(scenario: Scenario, paths: int | None, seed: int | None) -> Scenario:
    """Return the scenario with another number of paths or seed, where given."""
    given = {"paths": paths, "seed": seed}
    update = {name: value for name, value in given.items() if value is not None}
    if not update:
        return scenario
    sampling = type(scenario.sampling).model_validate(scenario.sampling.model_dump() | update)
    return scenario.model_copy(update={"sampling": sampling})


def _thread_count(threads: int | None) -> int:
    if threads is not None and threads < 1:
        raise ValueError(f"threads = {threads}: must be at least 1")
    if threads is not None:
        return threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _simulate(
    sampling: Sampling,
    scenario: Scenario,
    blocks: int,
    threads: int,
    progress: Progress | None,
    sinks: list[OutcomeSink],
    keep_inputs: bool,
) -> list[Tally]:
    """Advance all replicates side by side, a task of blocks at a time."""
    options = scenario.sampling
    replicates = range(options.replicates)
    points = [sampling.points(options.sampler, options.seed, r) for r in replicates]
    tallies = [_empty_tally(scenario.horizon.quarters) for _ in replicates]
    spaces = [_workspace(sampling) for _ in range(threads)]
    total, done = blocks * LANES * options.replicates, 0

    def task(replicate: int, first: int, count: int) -> pd.DataFrame | None:
        space = spaces.pop()
        try:
            paths = count * LANES if sinks else 0
            outcomes = np.empty((paths, len(HITTING_TIMES) + 1), np.float32)
            drawn = np.empty((paths if keep_inputs else 0, len(sampling.drawn_keys)), np.float32)
            _simulate_blocks(
                sampling.plan,
                points[replicate],
                space,
                first,
                count,
                tallies[replicate],
                outcomes,
                drawn,
                _no_trace(),
            )
        finally:
            spaces.append(space)
        return _frame(replicate, first, outcomes, drawn, sampling) if sinks else None

    with ThreadPoolExecutor(threads) as pool:
        try:
            for first in range(0, blocks, BLOCKS_A_TASK):
                count = min(BLOCKS_A_TASK, blocks - first)
                tasks = [pool.submit(task, replicate, first, count) for replicate in replicates]
                for finished in tasks:
                    frame = finished.result()
                    for sink in sinks:
                        if frame is not None:
                            sink(frame)
                    done += count * LANES
                    if progress is not None:
                        progress(done, total)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return tallies


def _simulate_blocks(
    plan: Plan,
    points: Points,
    space: Workspace,
    first: int,
    count: int,
    tally: Tally,
    outcomes: NDArray[np.float32],
    drawn: NDArray[np.float32],
    trace: Array,
) -> None:
    simulate_blocks(
        plan,
        points,
        space.inputs,
        space.state,
        first,
        count,
        tally,
        outcomes,
        drawn,
        trace,
    )


def _frame(
    replicate: int,
    first: int,
    outcomes: NDArray[np.float32],
    drawn: NDArray[np.float32],
    sampling: Sampling,
) -> pd.DataFrame:
    frame = pd.DataFrame(outcomes, columns=list(OUTCOME_COLUMNS))
    hitting = list(OUTCOME_COLUMNS[:-1])
    frame[hitting] = frame[hitting].astype(np.uint8)
    frame.insert(0, "path", np.arange(first * LANES, first * LANES + len(frame), dtype=np.int64))
    frame.insert(0, "replicate", np.int16(replicate))
    if len(drawn) == 0:
        return frame
    inputs = pd.DataFrame(drawn, columns=list(sampling.drawn_keys))
    return pd.concat([frame, inputs], axis=1)


def _empty_tally(quarters: int) -> Tally:
    return Tally(
        hits=np.zeros((len(HITTING_TIMES), quarters + 1), np.uint32),
        money=np.zeros((len(METRICS), quarters, MONEY_BINS), np.uint32),
        margin=np.zeros((2, quarters, MARGIN_BINS), np.uint32),
        sums=np.zeros((len(METRICS), quarters), np.int64),
        funding_need=np.zeros(MONEY_BINS, np.uint32),
        funding_need_sum=np.zeros(1, np.int64),
    )


def _no_outcomes() -> NDArray[np.float32]:
    return np.empty((0, len(HITTING_TIMES) + 1), np.float32)


def _no_inputs(sampling: Sampling) -> NDArray[np.float32]:
    return np.empty((0, len(sampling.drawn_keys)), np.float32)


def _no_trace() -> Array:
    return np.empty((0, 0, 0))


def _workspace(sampling: Sampling) -> Workspace:
    """Return one thread's arrays."""
    drawn = len(sampling.drawn_keys)
    state = State(
        now=np.zeros(width(Now)),
        level=np.zeros((sampling.segments, width(Level))),
        past=np.zeros((BASE_QUARTERS, width(Flow))),
        metrics=np.zeros(width(Metric)),
        hits=np.zeros(width(Hit)),
        raw=np.zeros((drawn + 2, LANES), np.float32),
        shock=np.zeros((2, LANES), np.float32),
        bins=np.zeros(LANES, np.int32),
    )
    return Workspace(sampling.inputs(), state)
