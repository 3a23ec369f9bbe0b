"""Runs: of one scenario, or of several that share what stays the same between them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from simulate.model.goal import Goal
from simulate.model.outcomes import Measure
from simulate.model.rows import Metric
from simulate.model.statistics import LEVELS
from simulate.model.tally import LARGEST_AMOUNT
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.quarters import format_quarter

from .block import trace_paths
from .columns import OUTCOMES_ALONE, Columns, Kept, OutcomeSink, table_of
from .execution import executor
from .layout import Layout
from .memory import Memory
from .plan import prepare
from .reading import read
from .result import Result
from .sampling import as_asked, point_sets, with_sampling
from .simulation import Progress, Simulation
from .tables import tabulate
from .units import Threads, thread_count

LARGEST = f"{LARGEST_AMOUNT / 1e6:.0f} million bn USD"
# What makes an amount grow; the other amounts follow these.
GROWS_BY = {
    Metric.TRAINING: "training.growth",
    Metric.REVENUE: "the segments' growth or market",
    Metric.INFERENCE: "the growth of segments and free users",
}

FIRST_PATHS = 1 << 14
# Of a session: some 2 MB a set at 40 quarters, and 3 KB a table of a smooth distribution.
KEPT_POINT_SETS, KEPT_TABLES = 4, 512


class Session:
    """Runs one after the other, which share points and tables that they have in common.

    Each gives the numbers of a ``run`` by itself, to the last bit.

    Parameters
    ----------
    threads
        By default one a processor; or who else does the work. The numbers don't depend on it.

    Examples
    --------
    >>> with Session() as session:
    ...     results = [session.run(scenario, paths=65_536) for scenario in scenarios]
    """

    def __init__(self, threads: Threads = None) -> None:
        self._threads = threads
        self._memory = Memory(thread_count(threads))
        self._point_sets = lru_cache(KEPT_POINT_SETS)(point_sets)
        self._tabulate = lru_cache(KEPT_TABLES)(tabulate)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._point_sets.cache_clear()
        self._tabulate.cache_clear()

    def run(
        self,
        scenario: Scenario,
        *,
        paths: int | None = None,
        seed: int | None = None,
        keep_outcomes: bool = False,
        keep_inputs: bool = False,
        keep_deviations: bool = False,
        measures: Mapping[str, Measure] | None = None,
        until: str | None = None,
        progress: Progress | None = None,
        sink: OutcomeSink | None = None,
        layout: Layout | None = None,
    ) -> Result:
        """Simulate a scenario; parameters and errors are those of ``run``."""
        scenario, goal = as_asked(scenario, paths, seed, until)
        parts: list[Columns] = []
        sinks = [s for s in (sink, parts.append if keep_outcomes else None) if s is not None]
        kept = Kept(keep_inputs, keep_deviations, measures or {})
        simulation = self.simulation(scenario, layout, sinks, kept)
        outcome = ""
        if goal is None:
            simulation.advance(scenario.sampling.paths, progress)
        else:
            outcome = _advance_until(goal, simulation, scenario.sampling.paths, progress)
        result = simulation.result()
        refuse_beyond_range(result)
        by_path = table_of(parts) if keep_outcomes else None
        return replace(result, by_path=by_path, goal=outcome)

    def simulation(
        self,
        scenario: Scenario,
        layout: Layout | None = None,
        sinks: Sequence[OutcomeSink] = (),
        kept: Kept = OUTCOMES_ALONE,
    ) -> Simulation:
        """Return a scenario's simulation, which has no paths yet.

        Parameters
        ----------
        scenario, layout
            As for ``run``.
        sinks, kept
            As for ``Simulation``.
        """
        prepared = prepare(scenario, layout, self._tabulate)
        options, dimensions = scenario.sampling, prepared.layout.dimensions
        points = self._point_sets(options.sampler, options.seed, options.replicates, dimensions)
        return Simulation(
            scenario, prepared, points, self._threads, sinks, kept, self._memory.zeros
        )


def run(
    scenario: Scenario,
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    keep_outcomes: bool = False,
    keep_inputs: bool = False,
    keep_deviations: bool = False,
    measures: Mapping[str, Measure] | None = None,
    until: str | None = None,
    progress: Progress | None = None,
    sink: OutcomeSink | None = None,
    layout: Layout | None = None,
    checkpoint: Path | str | None = None,
    client: Any = None,
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
        By default one a processor; or who else does the work. The numbers don't depend on it.
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
        A goal such as ``P(gross margin by 2027) ± 0.0005`` or ``P10(cash 2028) ± 0.1 bn``: paths
        are doubled until that error is met; ``paths`` is then the limit, 2**28 if not given.
    progress
        Called with the paths done, the paths wanted, and the error of the goal, NaN without one.
    sink
        Called with outcomes, arrays by column, in a fixed order, for runs too large to keep.
        ``simulate.output.parquet.parquet_sink`` gives one that writes a table, on a cluster in
        parts by its workers.
    layout
        From ``common_layout``: runs of several scenarios with one layout, seed and number of paths
        have common random numbers, and ``estimate.difference`` compares them.
    checkpoint
        A folder that keeps what is finished: the same run goes on from there, whatever ended it.
    client
        A ``distributed.Client``, the workers of whose cluster simulate.

    Returns
    -------
    Result

    Raises
    ------
    ScenarioError
        If there can't be so many paths, no such seed or goal, or amounts grow beyond counting.

    Examples
    --------
    >>> result = simulate.run(simulate.load_scenario("openai.toml"), paths=4096)
    >>> print(result.hitting_times)
    """
    with (
        executor(threads, checkpoint=checkpoint, client=client) as found,
        Session(found) as session,
    ):
        return session.run(
            scenario,
            paths=paths,
            seed=seed,
            keep_outcomes=keep_outcomes,
            keep_inputs=keep_inputs,
            keep_deviations=keep_deviations,
            measures=measures,
            until=until,
            progress=progress,
            sink=sink,
            layout=layout,
        )


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
        found = read(goal.statistic, simulation.result()).estimate
        error = found.standard_error
        if math.isnan(found.value):
            return f"Goal not met: {goal.text}: no path has a value."
        if error <= goal.error:
            return f"Goal met: {goal.text}: {goal.statistic.written(found.value, error)}."
        if simulation.paths >= limit:
            told = goal.statistic.written(found.value, error)
            return f"Goal not met: {goal.text}: {told} at the limit of paths."
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
        The paths of replicate 0, in the order of ``metrics_of``.
    """
    options = with_sampling(scenario, paths, seed).sampling
    prepared = prepare(scenario, layout)
    points = prepared.points(options.sampler, options.seed, 0)
    return trace_paths(prepared, points, paths).by_quarter


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
        f"{scenario.name}: {metric.title} passes {LARGEST}, 100 times what the world produces "
        f"in a year, from {found.quarter} on, and in {found.share:.0%} of paths at last;",
        f"lower {GROWS_BY.get(metric, 'what makes it grow')}, or let the horizon end before "
        f"{format_quarter(scenario.horizon.last_quarter)}",
    )
