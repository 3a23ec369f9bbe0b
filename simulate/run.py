"""Running a scenario into a result."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError

from simulate.kernels.rows import LANES, Metric
from simulate.kernels.simulate import simulate_blocks
from simulate.result import OUTCOME_COLUMNS, Result
from simulate.sampling.plan import prepare
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.schema import Sampling
from simulate.simulation import OutcomeSink, Progress, Simulation, empty_tally, workspace


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
        By default one a processor; more than there are replicates don't help. The numbers don't
        depend on it.
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

    Raises
    ------
    ScenarioError
        If there can't be so many paths, or no such seed.
    """
    scenario = with_sampling(scenario, paths, seed)
    kept: list[pd.DataFrame] = []
    sinks = [s for s in (sink, kept.append if keep_outcomes else None) if s is not None]
    simulation = Simulation(scenario, threads, sinks, keep_inputs and bool(sinks))
    simulation.advance(scenario.sampling.paths, progress)
    return simulation.result(pd.concat(kept, ignore_index=True) if keep_outcomes else None)


def simulate_traces(scenario: Scenario, paths: int, seed: int | None = None) -> NDArray[np.float64]:
    """Return the metrics of a first few paths, quarter by quarter.

    Parameters
    ----------
    scenario, seed
        As for ``run``.
    paths
        How many.

    Returns
    -------
    ndarray, shape (paths, metrics, quarters)
        The paths of replicate 0, in the order of ``METRICS``.
    """
    scenario = with_sampling(scenario, paths, seed)
    prepared, options = prepare(scenario), scenario.sampling
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
