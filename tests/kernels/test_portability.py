"""A run's counts and sums are the same, bit for bit, whatever processor adds them up."""

import hashlib
import os
import platform
import subprocess
import sys

import llvmlite.binding as llvm
import numpy as np
import pytest

from simulate.engine.run import run
from simulate.scenario import load_scenario
from tests.january import of_january

# Owned hardware, free users, and tails that take every kind of table; a packaged lab has the rest.
SCENARIOS = ("anthropic-tpu", "openai-advertising")
FAT_TAILS = (
    'copula = { distribution = "student_t", degrees_of_freedom = 3 }',
    'shocks = { distribution = "student_t", degrees_of_freedom = 4.5 }',
)
PATHS = 16_384
PRINT_DIGEST = "from tests.kernels.test_portability import digest; print(digest())"
# By a feature that the machine must have to try it.
PROCESSORS = {"haswell": "avx2", "znver3": "avx2", "skylake-avx512": "avx512f"}


def digest() -> str:
    """Return a digest of all counts and sums of the scenarios' runs on this processor."""
    found = hashlib.sha256()
    fat = [of_january(name, settings=FAT_TAILS) for name in SCENARIOS]
    for scenario in (*fat, load_scenario("anthropic.toml")):
        result = run(scenario, paths=PATHS)
        for part in result.tally:
            found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()


def digest_on(processor: str) -> str:
    """Return the digest of a process whose kernels are compiled for another processor."""
    environment = os.environ | {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": ""}
    command = [sys.executable, "-c", PRINT_DIGEST]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_processor_without_wide_vectors_or_fused_arithmetic_gives_the_same_counts() -> None:
    assert digest_on("generic") == digest()


@pytest.mark.slow
@pytest.mark.parametrize("processor", PROCESSORS)
def test_every_processor_gives_the_same_counts(processor: str) -> None:
    if platform.machine() != "x86_64" or not llvm.get_host_cpu_features()[PROCESSORS[processor]]:
        pytest.skip(f"this machine can't run what is compiled for {processor}")
    assert digest_on(processor) == digest()
