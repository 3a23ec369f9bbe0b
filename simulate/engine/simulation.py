"""A scenario's paths on threads, counted and kept; more of them continue the same sequence."""

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import LANES, Points
from simulate.model.outcomes import Measure
from simulate.model.tally import Tally
from simulate.scenario import Scenario

from .block import DEVIATIONS, Workspace, empty_tally
from .memory import Zeros
from .plan import Prepared
from .result import Result

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, float], None]
# Of some paths, by name: shape (paths,) each.
Columns = dict[str, NDArray[Any]]
OutcomeSink = Callable[[Columns], None]
BLOCKS_A_TASK = 128
# Traces of so many blocks are held at a time: 3 MB a thread at 40 quarters.
TRACED_BLOCKS = 16


@dataclass(frozen=True)
class Kept:
    """What sinks are given of every path beside its outcomes.

    Attributes
    ----------
    inputs
        Whether its uncertain inputs.
    deviations
        Whether every year's inference overrun and training drift.
    measures
        These numbers, by column.
    """

    inputs: bool = False
    deviations: bool = False
    measures: Mapping[str, Measure] = field(default_factory=dict)


OUTCOMES_ALONE = Kept()


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
        By default one a processor. The numbers don't depend on it.
    sinks
        Called with outcomes, arrays by column, in a fixed order.
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
        threads: int | None = None,
        sinks: Sequence[OutcomeSink] = (),
        kept: Kept = OUTCOMES_ALONE,
        zeros: Zeros = np.zeros,
    ) -> None:
        self._scenario, self._prepared = scenario, prepared
        self._quarters = scenario.horizon.quarters
        self._sinks, self._kept = sinks, kept
        self._replicates = range(len(points))
        self._threads = min(thread_count(threads), BLOCKS_A_TASK * len(points))
        # With more threads than replicates, several share one, each with points and a tally.
        self._parts = range(-(-self._threads // len(points)))
        self._points = [[_own_copy(each) for _ in self._parts] for each in points]
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
        with ThreadPoolExecutor(self._threads) as pool:
            while self._blocks < wanted:
                count = min(BLOCKS_A_TASK, wanted - self._blocks)
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
                    progress(self.paths, wanted * LANES * len(self._replicates), math.nan)
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
                return self._columns(space, points, replicate, first_block, count, tally)
            space.simulate(points, first_block, count, tally)
            return None
        finally:
            self._spaces.append(space)

    def _columns(
        self,
        space: Workspace,
        points: Points,
        replicate: int,
        first_block: int,
        count: int,
        tally: Tally,
    ) -> Columns:
        """Simulate blocks, and return what sinks are given of their paths."""
        kept, keys, paths = self._kept, self._prepared.drawn_keys, count * LANES
        outcomes = np.empty((paths, len(self._prepared.outcome_columns)), np.float32)
        inputs = np.empty((paths, len(keys)), np.float32) if kept.inputs else None
        measured = np.empty((paths, len(kept.measures)))
        step = TRACED_BLOCKS if kept.measures else count
        traces = np.empty(
            (step * LANES if kept.measures else 0, self._prepared.traces, self._quarters)
        )
        for done in range(0, count, step):
            blocks = min(step, count - done)
            rows = slice(done * LANES, (done + blocks) * LANES)
            space.simulate(
                points,
                first_block + done,
                blocks,
                tally,
                outcomes=outcomes[rows],
                inputs=None if inputs is None else inputs[rows],
                traces=traces if kept.measures else None,
            )
            for column, measure in enumerate(kept.measures.values()):
                measured[rows, column] = measure(traces[: blocks * LANES])
        names = self._prepared.outcome_columns
        columns = _outcome_columns(names, outcomes, replicate, first_block * LANES)
        if inputs is not None:
            columns |= zip(keys, inputs.T, strict=True)
        if kept.deviations:
            horizon = self._scenario.horizon
            names = deviation_columns(horizon.periods)
            deviations = space.deviations(points, first_block, count)
            columns |= zip(names, deviations.T, strict=True)
        return columns | dict(zip(kept.measures, measured.T, strict=True))


def deviation_columns(periods: Iterable[str]) -> list[str]:
    """Return the columns of the periods' deviations, such as ``inference.overrun 2026``."""
    return [f"{key} {period}" for period in periods for key in DEVIATIONS]


def thread_count(threads: int | None) -> int:
    """Return the number of threads asked for, by default one a processor."""
    if threads is not None and threads < 1:
        raise ValueError(f"threads = {threads}: must be at least 1")
    if threads is not None:
        return threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def table_of(parts: Sequence[Columns]) -> "pd.DataFrame":
    """Return columns of paths, some after the other, as one table."""
    import pandas as pd

    return pd.DataFrame({name: np.concatenate([p[name] for p in parts]) for name in parts[0]})


def _outcome_columns(
    names: Sequence[str], outcomes: NDArray[np.float32], replicate: int, first_path: int
) -> Columns:
    paths = len(outcomes)
    columns: Columns = {
        "replicate": np.full(paths, replicate, np.int16),
        "path": np.arange(first_path, first_path + paths, dtype=np.int64),
    }
    *hitting, need = names
    columns |= {name: outcomes[:, k].astype(np.uint8) for k, name in enumerate(hitting)}
    return columns | {need: outcomes[:, -1].copy()}


def _own_copy(points: Points) -> Points:
    """Return a point set that one thread may enter blocks of."""
    return points._replace(low=points.low.copy(), base=points.base.copy())
