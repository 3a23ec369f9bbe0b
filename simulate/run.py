"""Running a scenario into a result."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError

from simulate.beyond_range import refuse_beyond_range
from simulate.goal import Goal, parse_goal
from simulate.kernels.rows import LANES, Metric
from simulate.kernels.simulate import simulate_blocks
from simulate.result import OUTCOME_COLUMNS, Result
from simulate.sampling.layout import Layout
from simulate.sampling.plan import Prepared, prepare
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.schema import Sampling
from simulate.scenario.validation import refuse_other
from simulate.simulation import (
    Measure,
    OutcomeSink,
    Progress,
    Simulation,
    empty_tally,
    workspace,
)

LIMIT_OF_GOAL = 1 << 28
FIRST_PATHS = 1 << 14
TRACED_PATHS = 1 << 10


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
        A goal such as ``P(gross margin by 2027) ± 0.0005``: paths are doubled until that standard
        error is met; ``paths`` is then the limit, 2**28 if not given.
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
        error = goal.error_of(simulation.result())
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
