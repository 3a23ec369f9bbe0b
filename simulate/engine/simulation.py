"""A scenario's paths on threads, counted and kept; more of them continue the same sequence."""

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import reduce

import numpy as np

from simulate.kernels.arrays import LANES, Points
from simulate.model.tally import Tally
from simulate.scenario import Scenario

from .block import Workspace, empty_tally
from .columns import OUTCOMES_ALONE, Columns, Kept, OutcomeSink, columns_of
from .memory import Zeros
from .plan import Prepared
from .result import Result
from .units import (
    BLOCKS_A_ROUND,
    Executor,
    PartedSink,
    Parts,
    RunWork,
    Threads,
    Unit,
    own_copy,
    thread_count,
)

Progress = Callable[[int, int, float], None]


class Simulation:
    """A scenario's paths so far; more of them continue the same sequence.

    Parameters
    ----------
    scenario
        Of which the run is.
    prepared
        The same as kernels see it.
    points
        Of each replicate; they are copied, so that several simulations may share them.
    threads
        By default one a processor; or who else does the work. The numbers don't depend on it.
    sinks
        Called with outcomes, arrays by column, in a fixed order. A single ``PartedSink`` takes
        them in parts, where whoever does the work is elsewhere.
    kept
        What they are given beside outcomes.
    zeros
        Gives the arrays of its counts.
    """

    def __init__(
        self,
        scenario: Scenario,
        prepared: Prepared,
        points: Sequence[Points],
        threads: Threads = None,
        sinks: Sequence[OutcomeSink] = (),
        kept: Kept = OUTCOMES_ALONE,
        zeros: Zeros = np.zeros,
    ) -> None:
        self._scenario, self._prepared = scenario, prepared
        self._quarters = scenario.horizon.quarters
        self._kept = kept
        self._replicates = range(len(points))
        self._executor = threads if isinstance(threads, Executor) else None
        periods, parts = tuple(scenario.horizon.periods), _parts(sinks, threads)
        self._work = RunWork(prepared, tuple(points), kept if sinks else None, periods, parts)
        self._sinks = sinks if parts is None else ()
        self._threads = min(thread_count(threads), BLOCKS_A_ROUND * len(points))
        if self._executor is not None:
            # It has its own.
            self._threads = 1
        # With more threads than replicates, several share one, each with points and a tally.
        self._parts = range(-(-self._threads // len(points)))
        self._points = [[own_copy(each) for _ in self._parts] for each in points]
        self._tallies = [empty_tally(prepared, len(points), zeros=zeros) for _ in self._parts]
        self._is_shared = False
        self._spaces = [Workspace(prepared) for _ in range(self._threads)]
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
        if self._is_shared and self._blocks < wanted:
            self._tallies = [Tally(*map(np.copy, tally)) for tally in self._tallies]
            self._is_shared = False
        of = wanted * LANES * len(self._replicates)
        if self._executor is not None and self._blocks < wanted:
            self._have_done(self._executor, wanted, of, progress)
        with ThreadPoolExecutor(self._threads) as pool:
            while self._blocks < wanted:
                count = min(BLOCKS_A_ROUND, wanted - self._blocks)
                try:
                    for columns in pool.map(self._simulate, *self._tasks(count)):
                        if columns is not None:
                            for sink in self._sinks:
                                sink(columns)
                except BaseException:
                    pool.shutdown(wait=True, cancel_futures=True)
                    raise
                self._blocks += count
                if progress is not None:
                    progress(self.paths, of, math.nan)
        self._seconds += time.perf_counter() - started

    def result(self) -> Result:
        """Return the result of the paths so far; further ones are counted apart from it."""
        self._is_shared = True
        return self.passing_result()

    def passing_result(self) -> Result:
        """Return the result of the paths so far, which holds until there are further ones.

        To count those apart takes as long as 200,000 paths.
        """
        return Result(
            scenario=self._scenario,
            replicate_paths=self._blocks * LANES,
            # Of one part alone, the counts themselves.
            tally=Tally(*(reduce(np.add, parts) for parts in zip(*self._tallies, strict=True))),
            seconds=self._seconds,
            prepared=self._prepared,
        )

    def _have_done(
        self, executor: Executor, wanted: int, of: int, progress: Progress | None
    ) -> None:
        """Have paths simulated elsewhere, and add what is counted of them."""
        replicates, begun, reached = len(self._replicates), self._blocks, self.paths
        # What is kept of paths goes to sinks in the order of rounds.
        step = BLOCKS_A_ROUND if self._sinks else wanted - begun
        units = [
            Unit(0, replicates, first, min(step, wanted - first))
            for first in range(begun, wanted, step)
        ]
        early: dict[Unit, Columns] = {}
        order = iter(units)
        awaited = next(order)

        def done(paths: int) -> None:
            nonlocal reached
            reached += paths
            if progress is not None:
                progress(reached, of, math.nan)

        with closing(executor.counted(self._work, units, done)) as doing:
            for unit, tally, columns in doing:
                rows = slice(unit.first_replicate, unit.first_replicate + unit.replicates)
                for total, counts in zip(self._tallies[0], tally, strict=True):
                    total[rows] += counts
                if self._sinks:
                    early[unit] = columns
                while awaited in early:
                    self._give(awaited, early.pop(awaited))
                    awaited = next(order, units[0])
        self._blocks = wanted

    def _give(self, unit: Unit, columns: Columns) -> None:
        """Give sinks what is kept of a unit's paths, replicate by replicate."""
        paths = unit.blocks * LANES
        for first in range(0, unit.paths, paths):
            for sink in self._sinks:
                sink({name: each[first : first + paths] for name, each in columns.items()})

    def _tasks(self, count: int) -> tuple[list[int], list[int], list[int], list[int]]:
        """Cut a round into tasks: replicate, part of it, first block and number of blocks.

        A part has one task a round, so its tally needs no lock; where there are fewer blocks than
        parts, some have none.
        """
        active = min(len(self._parts), count)
        cuts = [count * part // active for part in range(active + 1)]
        tasks = [
            (replicate, part, self._blocks + cuts[part], cuts[part + 1] - cuts[part])
            for replicate in self._replicates
            for part in range(active)
        ]
        replicates, parts, firsts, counts = zip(*tasks, strict=True)
        return list(replicates), list(parts), list(firsts), list(counts)

    def _simulate(self, replicate: int, part: int, first_block: int, count: int) -> Columns | None:
        points = self._points[replicate][part]
        tally = Tally(*(counts[replicate] for counts in self._tallies[part]))
        space = self._spaces.pop()
        try:
            if self._sinks:
                return columns_of(
                    self._prepared,
                    self._kept,
                    self._work.periods,
                    space,
                    points,
                    replicate,
                    first_block,
                    count,
                    tally,
                )
            space.simulate(points, first_block, count, tally)
            return None
        finally:
            self._spaces.append(space)


def _parts(sinks: Sequence[OutcomeSink], threads: Threads) -> Parts | None:
    """Return what takes paths where they are simulated, if nobody needs them here."""
    if not (isinstance(threads, Executor) and threads.takes_parts and len(sinks) == 1):
        return None
    (sink,) = sinks
    return sink.parts() if isinstance(sink, PartedSink) else None
