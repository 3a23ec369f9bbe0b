"""A run in progress: replicates side by side, advanced by blocks of paths on threads."""

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.kernels.arrays import BASE_QUARTERS, Inputs, Points, State
from simulate.kernels.deviations import draw_deviations
from simulate.kernels.rows import LANES, Flow, Hit, Level, Metric, Now, width
from simulate.kernels.simulate import simulate_blocks
from simulate.kernels.tally import (
    MARGIN_BINS,
    MARGIN_METRICS,
    MONEY_BINS,
    MONEY_METRICS,
    Tally,
)
from simulate.result import OUTCOME_COLUMNS, Result
from simulate.sampling.layout import Layout
from simulate.sampling.plan import Prepared, prepare
from simulate.scenario.schema import Scenario

Array = NDArray[np.float64]
Progress = Callable[[int, int, float], None]
OutcomeSink = Callable[[pd.DataFrame], None]
# From metrics by path and quarter, shape (paths, metrics, quarters), to a number a path.
Measure = Callable[[Array], Array]

BLOCKS_A_TASK = 128
# Traces of so many blocks are held at a time: 3 MB a thread at 40 quarters.
TRACED_BLOCKS = 16
DEVIATIONS = ("inference.overrun", "training.drift")


@dataclass(frozen=True)
class Workspace:
    """What one thread writes to while it simulates."""

    inputs: Inputs
    state: State


class Simulation:
    """A scenario's paths so far; more of them continue the same sequence.

    Parameters
    ----------
    scenario
        From ``load_scenario``.
    threads
        By default one a processor. The numbers don't depend on it.
    sinks
        Called with frames of outcomes in a fixed order.
    keep_inputs
        Give sinks every path's uncertain inputs beside its outcomes.
    layout
        From ``common_layout``, for common random numbers.
    keep_deviations
        Give them every year's inference overrun and training drift as well.
    measures
        Give them these numbers as well, by column.

    Attributes
    ----------
    prepared
        The scenario as the arrays that kernels take.
    """

    def __init__(
        self,
        scenario: Scenario,
        threads: int | None = None,
        sinks: Sequence[OutcomeSink] = (),
        keep_inputs: bool = False,
        layout: Layout | None = None,
        keep_deviations: bool = False,
        measures: Mapping[str, Measure] | None = None,
    ) -> None:
        self._scenario = scenario
        self.prepared = prepare(scenario, layout)
        self._sinks = sinks
        self._keep_inputs = keep_inputs
        self._keep_deviations = keep_deviations and bool(sinks)
        self._measures = (measures or {}) if sinks else {}
        options = scenario.sampling
        self._replicates = range(options.replicates)
        self._threads = min(thread_count(threads), BLOCKS_A_TASK * len(self._replicates))
        # With more threads than replicates, several share one, each with points and a tally.
        self._parts = -(-self._threads // len(self._replicates))
        self._points = [
            _copies(self.prepared.points(options.sampler, options.seed, replicate), self._parts)
            for replicate in self._replicates
        ]
        self._tallies = [
            [empty_tally(scenario.horizon.quarters) for _ in range(self._parts)]
            for _ in self._replicates
        ]
        self._spaces = [workspace(self.prepared) for _ in range(self._threads)]
        self._blocks = 0
        self._seconds = 0.0

    @property
    def paths(self) -> int:
        """Number of paths so far."""
        return self._blocks * LANES * len(self._replicates)

    def advance(self, paths: int, progress: Progress | None = None) -> None:
        """Simulate on until there are at least ``paths`` paths.

        Parameters
        ----------
        paths
            Rounded up to whole blocks of 64 in every replicate.
        progress
            Called with the paths done, the paths wanted, and the error of the goal (NaN here).
        """
        started = time.perf_counter()
        wanted = -(-paths // (LANES * len(self._replicates)))
        with ThreadPoolExecutor(self._threads) as pool:
            while self._blocks < wanted:
                count = min(BLOCKS_A_TASK, wanted - self._blocks)
                try:
                    for frame in pool.map(self._simulate, *self._tasks(count)):
                        if frame is not None:
                            for sink in self._sinks:
                                sink(frame)
                except BaseException:
                    pool.shutdown(wait=True, cancel_futures=True)
                    raise
                self._blocks += count
                if progress is not None:
                    progress(self.paths, wanted * LANES * len(self._replicates), math.nan)
        self._seconds += time.perf_counter() - started

    def result(self) -> Result:
        """Return the result of the paths so far."""
        return Result(
            scenario=self._scenario,
            replicate_paths=self._blocks * LANES,
            tally=_stacked([_added(parts) for parts in self._tallies]),
            seconds=self._seconds,
        )

    def _tasks(self, count: int) -> tuple[list[int], list[int], list[int], list[int]]:
        """Cut a round into tasks: replicate, part of it, first block and number of blocks.

        A part has one task a round, so its tally needs no lock; where there are fewer blocks than
        parts, some have none.
        """
        active = min(self._parts, count)
        cuts = [count * part // active for part in range(active + 1)]
        tasks = [
            (replicate, part, self._blocks + cuts[part], cuts[part + 1] - cuts[part])
            for replicate in self._replicates
            for part in range(active)
        ]
        replicates, parts, firsts, counts = zip(*tasks, strict=True)
        return list(replicates), list(parts), list(firsts), list(counts)

    def _simulate(
        self, replicate: int, part: int, first_block: int, count: int
    ) -> pd.DataFrame | None:
        plan, points = self.prepared.plan, self._points[replicate][part]
        paths = count * LANES if self._sinks else 0
        outcomes = np.empty((paths, len(OUTCOME_COLUMNS)), np.float32)
        drawn = np.empty(
            (paths if self._keep_inputs else 0, len(self.prepared.drawn_keys)), np.float32
        )
        measured = np.empty((paths, len(self._measures)))
        traced = TRACED_BLOCKS if self._measures else 0
        trace = np.empty((traced * LANES, len(Metric), self._scenario.horizon.quarters))
        deviations = self._room_for_deviations(paths)
        step = traced or count
        space = self._spaces.pop()
        try:
            for done in range(0, count, step):
                blocks = min(step, count - done)
                rows = slice(done * LANES, (done + blocks) * LANES)
                simulate_blocks(
                    plan,
                    points,
                    space.inputs,
                    space.state,
                    first_block + done,
                    blocks,
                    self._tallies[replicate][part],
                    outcomes[rows],
                    drawn[rows],
                    trace,
                )
                for column, measure in enumerate(self._measures.values()):
                    measured[rows, column] = measure(trace[: blocks * LANES])
            if self._keep_deviations:
                draw_deviations(
                    plan, points, space.inputs, space.state, first_block, count, deviations
                )
        finally:
            self._spaces.append(space)
        if not self._sinks:
            return None
        return pd.concat(
            [
                self._frame(replicate, first_block, outcomes),
                *self._further_columns(drawn, deviations, measured),
            ],
            axis=1,
        )

    def _room_for_deviations(self, paths: int) -> NDArray[np.float32]:
        kept = paths if self._keep_deviations else 0
        return np.empty((kept, self._scenario.horizon.years * len(DEVIATIONS)), np.float32)

    def _frame(
        self, replicate: int, first_block: int, outcomes: NDArray[np.float32]
    ) -> pd.DataFrame:
        frame = pd.DataFrame(outcomes, columns=list(OUTCOME_COLUMNS))
        hitting = list(OUTCOME_COLUMNS[:-1])
        frame[hitting] = frame[hitting].astype(np.uint8)
        first = first_block * LANES
        frame.insert(0, "path", np.arange(first, first + len(frame), dtype=np.int64))
        frame.insert(0, "replicate", np.int16(replicate))
        return frame

    def _further_columns(
        self, drawn: NDArray[np.float32], deviations: NDArray[np.float32], measured: Array
    ) -> list[pd.DataFrame]:
        found = []
        if self._keep_inputs:
            found.append(pd.DataFrame(drawn, columns=list(self.prepared.drawn_keys)))
        if self._keep_deviations:
            horizon = self._scenario.horizon
            names = deviation_columns(range(horizon.first_year, horizon.last_year + 1))
            found.append(pd.DataFrame(deviations, columns=names))
        if self._measures:
            found.append(pd.DataFrame(measured, columns=list(self._measures)))
        return found


def deviation_columns(years: Iterable[int]) -> list[str]:
    """Return the columns of the years' deviations, such as ``inference.overrun 2026``."""
    return [f"{key} {year}" for year in years for key in DEVIATIONS]


def thread_count(threads: int | None) -> int:
    """Return the number of threads asked for, by default one a processor."""
    if threads is not None and threads < 1:
        raise ValueError(f"threads = {threads}: must be at least 1")
    if threads is not None:
        return threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _copies(points: Points, count: int) -> list[Points]:
    """Return point sets that threads may enter blocks of at once."""
    return [points._replace(low=points.low.copy(), base=points.base.copy()) for _ in range(count)]


def _added(tallies: Sequence[Tally]) -> Tally:
    return Tally(*(reduce(np.add, parts) for parts in zip(*tallies, strict=True)))


def _stacked(tallies: Sequence[Tally]) -> Tally:
    return Tally(*(np.stack(parts) for parts in zip(*tallies, strict=True)))


def empty_tally(quarters: int) -> Tally:
    """Return a tally of no paths."""
    return Tally(
        hits=np.zeros((len(Hit), quarters + 1), np.uint32),
        joint=np.zeros((MARGIN_METRICS, quarters + 1, quarters + 1), np.uint32),
        money=np.zeros((MONEY_METRICS, quarters, MONEY_BINS), np.uint32),
        margin=np.zeros((MARGIN_METRICS, quarters, MARGIN_BINS), np.uint32),
        sums=np.zeros((len(Metric), quarters), np.int64),
        funding_need=np.zeros(MONEY_BINS, np.uint32),
        funding_need_sum=np.zeros(1, np.int64),
    )


def workspace(prepared: Prepared) -> Workspace:
    """Return one thread's arrays."""
    state = State(
        now=np.zeros(width(Now)),
        level=np.zeros((prepared.segments, width(Level))),
        past=np.zeros((BASE_QUARTERS, width(Flow))),
        metrics=np.zeros(width(Metric)),
        hits=np.zeros(width(Hit)),
        raw=np.zeros((len(prepared.drawn_keys) + 2, LANES), np.float32),
        shock=np.zeros((2, LANES), np.float32),
        bins=np.zeros(LANES, np.uint32),
    )
    return Workspace(prepared.inputs(), state)
