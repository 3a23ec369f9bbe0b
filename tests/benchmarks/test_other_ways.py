"""The same model in C and in numpy, which the engine's speed is compared with, gives its answer."""

import shutil

import numpy as np
import pytest

from benchmarks import numpy_lab
from benchmarks.c_lab import disagreement, simulate_in_c
from simulate import Scenario, load_scenario, run
from simulate.kernels.arrays import index
from simulate.model.rows import Hit
from tests.january import of_january

PATHS = 1 << 14
SEED = 1


needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")


def assert_c_counts_the_same(scenario: Scenario) -> None:
    result = run(scenario, paths=PATHS, threads=1)
    in_c, _ = simulate_in_c(scenario, result.paths, threads=1)
    assert f"C against the engine, of {result.paths:,} paths" in disagreement(in_c, result)


@needs_gcc
def test_the_model_in_c_counts_the_same_paths(anthropic: Scenario) -> None:
    assert_c_counts_the_same(anthropic)


@needs_gcc
@pytest.mark.parametrize(
    "file", ["anthropic.toml", "openai.toml", "anthropic-tpu.toml", "openai-advertising.toml"]
)
def test_the_model_in_c_counts_the_same_paths_of_packaged_labs(file: str) -> None:
    assert_c_counts_the_same(load_scenario(file))


@needs_gcc
def test_the_model_in_c_takes_known_clients_out_of_a_segment() -> None:
    loss = [{"quarter": "2026Q4", "share": "30%", "source": "assumption: a test"}]
    scenario = load_scenario("anthropic.toml").changed({"segments.all.known_losses": loss})
    assert_c_counts_the_same(scenario)


@needs_gcc
def test_the_model_in_c_refuses_a_copula_that_it_does_not_know(anthropic: Scenario) -> None:
    fat = {"copula": {"distribution": "student_t", "degrees_of_freedom": 3}}
    with pytest.raises(ValueError, match=r"lab\.c knows no tails that inputs share"):
        simulate_in_c(anthropic.changed(fat), PATHS, threads=1)


@pytest.mark.parametrize(
    "scenario",
    [of_january("anthropic"), load_scenario("anthropic.toml")],
    ids=["of January", "packaged"],
)
def test_the_model_in_numpy_has_the_same_chances(scenario: Scenario) -> None:
    result = run(scenario, paths=PATHS, threads=1)
    in_numpy = numpy_lab.summarise(scenario, PATHS, seed=SEED)
    for time in Hit:
        for quarter in (7, 19, 38):
            found = result.probability_by(time, quarter)
            share = in_numpy.hits[:, index(time), : quarter + 1].sum() / PATHS
            error = np.sqrt(max(share * (1 - share), 1 / PATHS) / PATHS)
            apart = abs(share - found.value) / np.hypot(error, found.standard_error)
            assert apart < 4.5, (time.title, quarter)
