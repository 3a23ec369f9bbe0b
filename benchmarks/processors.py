"""The engine beside C, both compiled for this processor and for AVX2 alone."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.c_lab import FAST_MATH, LabInC
from simulate import load_scenario
from simulate.engine.block import Workspace, empty_tally
from simulate.engine.plan import prepare
from simulate.kernels.arrays import LANES

# By what gcc and numba call them: this processor, and the first with AVX2.
PROCESSORS = {"native": {}, "haswell": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""}}
# So many blocks of one replicate are a slice of some milliseconds; the least is undisturbed.
BLOCKS, SLICES = 32, 5
CHILD = "from benchmarks.processors import answer_calls; answer_calls()"


class Pair:
    """The engine and C on one scenario, for one processor.

    Parameters
    ----------
    file
        Of the scenario.
    processor
        As gcc calls it; numba's is told by the environment of the process.
    """

    def __init__(self, file: Path, processor: str) -> None:
        scenario = load_scenario(file)
        prepared = prepare(scenario)
        self._points = prepared.points("sobol", scenario.sampling.seed, 0)
        self._tally = empty_tally(prepared)
        self._space = Workspace(prepared)
        flags = ("-std=gnu11", "-O3", f"-march={processor}", "-fopenmp", *FAST_MATH)
        self._lab = LabInC(scenario, flags)

    def simulate(self) -> None:
        """Simulate a slice with the engine."""
        self._space.simulate(self._points, 0, BLOCKS, self._tally)

    def simulate_in_c(self) -> None:
        """Simulate a slice in C."""
        self._lab.simulate(1, BLOCKS, threads=1)

    def nanoseconds(self, simulate: Callable[[], None]) -> float:
        """Return what a path of a slice takes of this thread."""
        started = time.thread_time()
        simulate()
        return 1e9 * (time.thread_time() - started) / (BLOCKS * LANES)


def answer_calls() -> None:
    """Time the engine and C on each of the files of the command line, for every line that comes."""
    _, processor, *files = sys.argv
    pairs = [Pair(Path(file), processor) for file in files]
    for pair in pairs:
        pair.simulate()
    print(flush=True)
    for _ in sys.stdin:
        slices = [
            [pair.nanoseconds(way) for pair in pairs for way in (pair.simulate, pair.simulate_in_c)]
            for _ in range(SLICES)
        ]
        print(*map(min, zip(*slices, strict=True)), flush=True)


def print_processors(files: Sequence[Path], rounds: int) -> None:
    """Print nanoseconds a path of one thread, the least of rounds in turns, and their ratios."""
    children = {
        processor: subprocess.Popen(
            [sys.executable, "-c", CHILD, processor, *map(str, files)],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for processor, environment in PROCESSORS.items()
    }
    for child in children.values():
        assert child.stdout is not None
        child.stdout.readline()  # when it has compiled
    found: dict[str, list[list[float]]] = {processor: [] for processor in PROCESSORS}
    for _ in range(rounds):
        for processor, child in children.items():
            assert child.stdin is not None and child.stdout is not None
            print(file=child.stdin, flush=True)
            found[processor].append([float(each) for each in child.stdout.readline().split()])
    for child in children.values():
        child.communicate()
    print(f"\n{'one thread, ns a path':<36}{'for':<10}{'engine':>10}{'C':>10}{'ratio':>8}")
    for place, file in enumerate(files):
        for processor, rows in found.items():
            engine, in_c = (min(row[2 * place + way] for row in rows) for way in (0, 1))
            name = f"{file.parent.name}/{file.name}"
            print(f"{name:<36}{processor:<10}{engine:>10,.0f}{in_c:>10,.0f}{engine / in_c:>8.2f}")
