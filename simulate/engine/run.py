"""From a scenario to a result: blocks of paths on threads, until all or enough are done."""

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError

from simulate.kernels.arrays import BASE_QUARTERS, LANES, Drawn, Inputs, Points, State, width
from simulate.kernels.draws import draw_deviations
from simulate.model.block import simulate_blocks
from simulate.model.goal import Goal, parse_goal
from simulate.model.outcomes import METRICS, OUTCOME_COLUMNS, Measure
from simulate.model.rows import Flow, Hit, Level, Metric, Now
from simulate.model.tally import (
    LARGEST_AMOUNT,
    MARGIN_BINS,
    MARGIN_METRICS,
    MONEY_BINS,
    MONEY_METRICS,
    Tally,
)
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.frame import Sampling
from simulate.scenario.load import refuse_other
from simulate.scenario.quarters import format_quarter

from .layout import Layout
from .plan import Prepared, prepare
from .reading import read
from .result import LEVELS, Result

LARGEST = f"{LARGEST_AMOUNT / 1e6:.0f} million bn USD"
# What makes an amount grow; the other amounts follow these.
GROWS_BY = {
    Metric.TRAINING: "training.growth",
    Metric.REVENUE: "the segments' growth or market",
    Metric.INFERENCE: "the growth of segments and free users",
}


Array = NDArray[np.float64]
Progress = Callable[[int, int, float], None]
OutcomeSink = Callable[[pd.DataFrame], None]
BLOCKS_A_TASK = 128
# Traces of so many blocks are held at a time: 3 MB a thread at 40 quarters.
TRACED_BLOCKS = 16
DEVIATIONS = ("inference.overrun", "training.drift")
LIMIT_OF_GOAL = 1 << 28
FIRST_PATHS = 1 << 14
TRACED_PATHS = 1 << 10


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
        now=np.zeros(width(Drawn) + width(Now)),
        level=np.zeros((prepared.segments, width(Level))),
        past=np.zeros((BASE_QUARTERS, width(Flow))),
        metrics=np.zeros(width(Metric)),
        hits=np.zeros(width(Hit)),
        raw=np.zeros((len(prepared.drawn_keys) + 2, LANES), np.float32),
        shock=np.zeros((2, LANES), np.float32),
        bins=np.zeros(LANES, np.uint32),
    )
    return Workspace(prepared.inputs(), state)


def run(
    scenario: Scenario,
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    keep_outcomes: bool = False,
    keep_inputs: bool = False,
    keep_deviations: bool = False,
    measures: Mapping[str, Measure] | None = None,
    until: str | None = None,
    progress: Progress | None = None,
    sink: OutcomeSink | None = None,
    layout: Layout | None = None,
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
    keep_deviations
        Keep every year's inference overrun and training drift beside them, in columns such as
        ``inference.overrun 2026``.
    measures
        Keep these numbers beside them, by column: functions of metrics by path and quarter, shape
        (paths, metrics, quarters), that give one number a path, shape (paths,).
    until
        A goal such as ``P(gross margin by 2027) ± 0.0005`` or ``revenue 2027 ± 0.1 bn``: paths are
        doubled until that standard error is met; ``paths`` is then the limit, 2**28 if not given.
    progress
        Called with the paths done, the paths wanted, and the error of the goal, NaN without one.
    sink
        Called with frames of outcomes in a fixed order, for runs too large to keep.
    layout
        From ``common_layout``: runs of several scenarios with one layout, seed and number of paths
        have common random numbers, and ``estimate.difference`` compares them.

    Returns
    -------
    Result

    Raises
    ------
    ScenarioError
        If there can't be so many paths, no such seed or goal, or amounts grow beyond counting.
    """
    scenario, goal = as_asked(scenario, paths, seed, until)
    kept: list[pd.DataFrame] = []
    sinks = [s for s in (sink, kept.append if keep_outcomes else None) if s is not None]
    simulation = Simulation(
        scenario, threads, sinks, keep_inputs, layout, keep_deviations, measures
    )
    outcome = ""
    if goal is None:
        simulation.advance(scenario.sampling.paths, progress)
    else:
        outcome = _advance_until(goal, simulation, scenario.sampling.paths, progress)
    outcomes = pd.concat(kept, ignore_index=True) if keep_outcomes else None
    result = simulation.result()
    refuse_beyond_range(result)
    traces = _traces(scenario, simulation.prepared, TRACED_PATHS)
    return replace(result, outcomes=outcomes, goal=outcome, traces=traces, layout=layout)


def as_asked(
    scenario: Scenario, paths: int | None, seed: int | None, until: str | None
) -> tuple[Scenario, Goal | None]:
    """Return the scenario with its number of paths, or their limit, and seed; and the goal."""
    goal = parse_goal(until, scenario) if until is not None else None
    if goal is not None and paths is None:
        paths = LIMIT_OF_GOAL
    return with_sampling(scenario, paths, seed), goal


def _advance_until(
    goal: Goal, simulation: Simulation, limit: int, progress: Progress | None
) -> str:
    """Double the paths until the goal is met or the limit comes, and say which."""
    wanted, error = min(FIRST_PATHS, limit), math.nan

    def with_error(done: int, _total: int, _error: float) -> None:
        if progress is not None:
            progress(done, limit, error)

    while True:
        simulation.advance(wanted, with_error)
        error = read(goal.outcome, simulation.result()).estimate.standard_error
        if error <= goal.error:
            return f"Goal met: {goal.text}: the error is {error:.2g}."
        if simulation.paths >= limit:
            return f"Goal not met: {goal.text}: the error is {error:.2g} at the limit of paths."
        wanted = min(2 * simulation.paths, limit)


def simulate_traces(
    scenario: Scenario, paths: int, seed: int | None = None, layout: Layout | None = None
) -> NDArray[np.float64]:
    """Return the metrics of a first few paths, quarter by quarter.

    Parameters
    ----------
    scenario, seed, layout
        As for ``run``.
    paths
        How many.

    Returns
    -------
    ndarray, shape (paths, metrics, quarters)
        The paths of replicate 0, in the order of ``METRICS``.
    """
    scenario = with_sampling(scenario, paths, seed)
    return _traces(scenario, prepare(scenario, layout), paths)


def _traces(scenario: Scenario, prepared: Prepared, paths: int) -> NDArray[np.float64]:
    options = scenario.sampling
    blocks, quarters = -(-paths // LANES), scenario.horizon.quarters
    trace = np.empty((blocks * LANES, len(Metric), quarters))
    space = workspace(prepared)
    simulate_blocks(
        prepared.plan,
        prepared.points(options.sampler, options.seed, 0),
        space.inputs,
        space.state,
        0,
        blocks,
        empty_tally(quarters),
        np.empty((0, len(OUTCOME_COLUMNS)), np.float32),
        np.empty((0, len(prepared.drawn_keys)), np.float32),
        trace,
    )
    return trace[:paths]


def with_sampling(scenario: Scenario, paths: int | None, seed: int | None) -> Scenario:
    """Return the scenario with another number of paths or seed, where given."""
    refuse_other(scenario)
    given = {"paths": paths, "seed": seed}
    update = {name: value for name, value in given.items() if value is not None}
    if not update:
        return scenario
    try:
        sampling = Sampling.model_validate(scenario.sampling.model_dump() | update)
    except ValidationError as error:
        item = error.errors()[0]
        name = item["loc"][0] if item["loc"] else "paths"
        message = item["msg"].removeprefix("Value error, ")
        raise ScenarioError(f"--{name} {update.get(str(name))}: {message}") from None
    return scenario.model_copy(update={"sampling": sampling})


class BeyondRangeError(ScenarioError):
    """Amounts too large to be counted in many paths."""


def refuse_beyond_range(result: Result) -> None:
    """Raise if an amount is too large to be counted in so many paths that quantiles are wrong.

    Raises
    ------
    BeyondRangeError
        That names the amount, when it gets there, and what makes it grow.
    """
    many = {m: b for m, b in result.beyond_range.items() if b.share >= LEVELS[0]}
    if not many:
        return
    metric = next((metric for metric in GROWS_BY if metric in many), next(iter(many)))
    scenario, found = result.scenario, many[metric]
    raise BeyondRangeError(
        f"{scenario.name}: {METRICS[metric]} passes {LARGEST}, 100 times what the world produces "
        f"in a year, from {found.quarter} on, and in {found.share:.0%} of paths at last;",
        f"lower {GROWS_BY.get(metric, 'what makes it grow')}, or let the horizon end before "
        f"{format_quarter(scenario.horizon.last_quarter)}",
    )
