"""Own lines, metrics and outcomes by chance, every path of them against plain Python."""

import numpy as np
import pytest
from scipy.stats import qmc

from simulate.engine.layout import layout_of
from simulate.engine.run import run, simulate_traces
from simulate.model.rows import TRACED, Metric
from simulate.scenario import Scenario
from tests.model.test_paths import draws_by_path
from tests.own_scenarios import OwnByChance
from tests.scenarios import changed
from tests.slow_lab import live

PATHS = 64
# A share of paths, each a step of 1/64.
MOST_OFF = 0.04


def with_own(scenario: Scenario, seed: int) -> Scenario:
    last = ["2026Q4", "2028Q4", "2030Q4"][seed % 3]
    deviations = ["by year", "by quarter"][seed % 2]
    own = OwnByChance(seed, "2026Q3", last).changes()
    horizon = {"horizon.last_quarter": last, "horizon.deviations": deviations}
    return changed(scenario, own | horizon)


@pytest.mark.parametrize("seed", range(12))
def test_every_path_is_that_of_plain_python(anthropic: Scenario, seed: int) -> None:
    own = with_own(anthropic, seed)
    engine = qmc.Sobol(layout_of(own).dimensions, bits=32, rng=np.random.default_rng([7, 0]))
    slow = [live(own, draws) for draws in draws_by_path(own, engine.random(PATHS) + 0.5**33)]
    traces = simulate_traces(own, PATHS, seed=7)
    names = [*own.metrics, *(line.name for line in own.lines)]
    each = [[p | q for p, q in zip(path.own_metrics, path.lines, strict=True)] for path in slow]
    expected = np.array([[[quarter[name] for quarter in path] for name in names] for path in each])
    check_nearly_all(traces[:, TRACED:], expected.astype(float))
    totals = np.array([[[q[m.title] for q in path.metrics] for m in Metric] for path in slow])
    check_nearly_all(traces[:, : len(Metric)], totals)

    replicates = own.sampling.replicates
    kept = run(own, paths=PATHS * replicates, seed=7, threads=1, keep_outcomes=True).outcomes
    of_first = kept[kept["replicate"] == 0].sort_values("path")
    hits = [[path.own_hits[name] for name in own.outcomes] for path in slow]
    found = of_first[[name.replace("_", " ") for name in own.outcomes]].to_numpy()
    assert np.mean(found != hits) <= MOST_OFF


def check_nearly_all(found: np.ndarray, expected: np.ndarray) -> None:
    """Compare values; near a division by nothing, normal scores of float32 show.

    What is wrong in one quarter is wrong on more paths than that.
    """
    near = np.isclose(found, expected, rtol=1e-3, atol=1e-3, equal_nan=True)
    assert np.mean(near, axis=0).min() >= 1.0 - MOST_OFF


def test_no_block_of_paths_sees_another(anthropic: Scenario) -> None:
    """Threads share the blocks out in other orders."""
    own = with_own(anthropic, 1)
    one, two = (run(own, paths=2**14, threads=threads).tally for threads in (1, 2))
    for name in ("money", "sums", "hits", "no_value"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


@pytest.mark.parametrize(
    "formula",
    [
        "1 / (exp(600 + quarter) * exp(600))",
        "where(exp(600 + quarter) * exp(600) > 1, 1, 0)",
        "min(exp(600 + quarter) * exp(600), 3)",
        "1 / (1e200 * year) ** 2",
        "1 / (10 * total(1.7e308 * quarter))",
    ],
)
def test_what_is_too_large_for_a_number_is_no_value(anthropic: Scenario, formula: str) -> None:
    own = changed(anthropic, {"metrics": {"own": {"formula": formula, "unit": "share"}}})
    assert np.isnan(simulate_traces(own, 64)[:, TRACED]).all()
