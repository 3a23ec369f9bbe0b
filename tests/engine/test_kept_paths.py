"""What a run keeps of each path beside its outcomes: deviations from plan, and measures."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

from simulate.engine.columns import deviation_columns
from simulate.engine.plan import prepare
from simulate.engine.run import run, simulate_traces
from simulate.kernels.arrays import index
from simulate.model.rows import Metric
from simulate.scenario import Scenario, ScenarioError
from tests.model.test_paths import FAT_TAILS, NORMAL_TAILS, draws_by_path
from tests.scenarios import changed

SEED = 7
PATHS = 128


def kept(scenario: Scenario, threads: int = 1, paths: int = PATHS) -> pd.DataFrame:
    outcomes = run(
        scenario,
        paths=paths * scenario.sampling.replicates,
        seed=SEED,
        threads=threads,
        keep_outcomes=True,
        keep_inputs=True,
        keep_deviations=True,
        measures={"cash at the end": lambda traces: traces[:, index(Metric.CASH), -1]},
    ).outcomes
    return outcomes.sort_values(["replicate", "path"], ignore_index=True)


@pytest.mark.parametrize("tails", [NORMAL_TAILS, FAT_TAILS], ids=["normal", "student_t"])
def test_deviations_are_those_of_the_slow_model(anthropic: Scenario, tails: dict) -> None:
    scenario = changed(anthropic, tails)
    engine = qmc.Sobol(
        prepare(scenario).layout.dimensions, bits=32, rng=np.random.default_rng([SEED, 0])
    )
    slow = draws_by_path(scenario, engine.random(PATHS) + 0.5**33)
    horizon = scenario.horizon
    years = range(horizon.years)
    expected = [
        [deviation(year) for year in years for deviation in (draws.overrun, draws.drift)]
        for draws in slow
    ]
    columns = deviation_columns(horizon.periods)
    found = kept(scenario)
    np.testing.assert_allclose(
        found.loc[found["replicate"] == 0, columns], expected, rtol=2e-5, atol=2e-6
    )


def test_measures_are_taken_from_the_paths_own_metrics(anthropic: Scenario) -> None:
    # More paths than are traced at a time.
    paths = 3000
    found = kept(anthropic, paths=paths)
    first = found[found["replicate"] == 0].iloc[:paths]
    traces = simulate_traces(anthropic, paths, seed=SEED)
    np.testing.assert_array_equal(first["cash at the end"], traces[:, index(Metric.CASH), -1])


def test_threads_change_nothing_that_is_kept(anthropic: Scenario) -> None:
    pd.testing.assert_frame_equal(kept(anthropic), kept(anthropic, threads=3))


def test_what_is_kept_beside_changes_no_outcome(anthropic: Scenario) -> None:
    paths = PATHS * anthropic.sampling.replicates
    plain = run(anthropic, paths=paths, seed=SEED, keep_outcomes=True)
    ordered = plain.outcomes.sort_values(["replicate", "path"], ignore_index=True)
    pd.testing.assert_frame_equal(kept(anthropic)[list(ordered)], ordered)
    asked_for_nothing = run(
        anthropic,
        paths=paths,
        seed=SEED,
        keep_deviations=True,
        measures={"x": lambda t: t[:, 0, 0]},
    )
    with pytest.raises(ScenarioError, match="keep_outcomes=True"):
        _ = asked_for_nothing.outcomes
    np.testing.assert_array_equal(asked_for_nothing.tally.sums, plain.tally.sums)
