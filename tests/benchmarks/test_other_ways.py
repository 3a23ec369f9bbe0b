"""The same model in C and in numpy, which the engine's speed is compared with, gives its answer."""

import shutil

import numpy as np
import pytest

from benchmarks import numpy_lab
from benchmarks.c_lab import disagreement, simulate_in_c
from simulate import Scenario, run
from simulate.kernels.arrays import index
from simulate.model.rows import Hit

PATHS = 1 << 14
SEED = 1


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
def test_the_model_in_c_counts_the_same_paths(anthropic: Scenario) -> None:
    result = run(anthropic, paths=PATHS, threads=1)
    in_c, _ = simulate_in_c(anthropic, result.paths, threads=1)
    assert f"C against the engine, of {result.paths:,} paths" in disagreement(in_c, result)


def test_the_model_in_numpy_has_the_same_chances(anthropic: Scenario) -> None:
    result = run(anthropic, paths=PATHS, threads=1)
    in_numpy = numpy_lab.summarise(anthropic, PATHS, seed=SEED)
    for time in Hit:
        for quarter in (7, 19, 39):
            found = result.probability_by(time, quarter)
            share = in_numpy.hits[0, index(time), : quarter + 1].sum() / PATHS
            error = np.sqrt(max(share * (1 - share), 1 / PATHS) / PATHS)
            apart = abs(share - found.value) / np.hypot(error, found.standard_error)
            assert apart < 4.5, (time.title, quarter)
