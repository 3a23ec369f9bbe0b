"""Measure the engine, and other ways to run its model, in one run: ``python -m benchmarks.run``."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import JANUARY, SCENARIO, numpy_lab
from benchmarks.c_lab import disagreement, simulate_in_c
from benchmarks.formulas import print_formulas
from benchmarks.processors import print_processors
from benchmarks.scaling import print_scaling
from benchmarks.startup import print_memory, print_startup
from simulate import Scenario, load_scenario, run
from simulate.scenario.quarters import QUARTERS_A_YEAR

PARTS = ("ways", "processors", "formulas", "scaling", "startup", "memory")
SLICED_ROUNDS, FORMULA_ROUNDS = 20, 200
YEAR = 2027
MEMORY_PATHS = (1_000_000, 10_000_000, 100_000_000)


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar=f"{{{','.join(PARTS)}}}", default=PARTS)
    parser.add_argument("--paths", type=int, default=1 << 20)
    parser.add_argument("--plain-paths", type=int, default=1 << 17, help="of numpy")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3, help="times, of which the least counts")
    parser.add_argument("--picture", type=Path, help="of the scaling, to write")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    scenario = load_scenario(SCENARIO)
    if "ways" in options.parts:
        print_ways(scenario, options.paths, options.plain_paths, options.threads, options.repeat)
    if "processors" in options.parts:
        print_processors((SCENARIO, JANUARY), SLICED_ROUNDS)
    if "formulas" in options.parts:
        print_formulas(FORMULA_ROUNDS)
    if "scaling" in options.parts:
        print_scaling(scenario, options.threads, options.picture)
    if "startup" in options.parts:
        print_startup(options.paths)
    if "memory" in options.parts:
        print_memory(MEMORY_PATHS)


def print_ways(scenario: Scenario, paths: int, plain: int, threads: int, repeat: int) -> None:
    """Print times, their ratio to this engine's, and whether the answers agree."""
    run(scenario, paths=1, threads=1)  # compiled, or loaded from the cache
    here, in_c = f"this engine, {threads} threads", f"C, {threads} threads"
    in_numpy, margin_alone = "numpy, 1 thread", "numpy, 1 thread, the margin alone"

    def in_one_thread() -> float:
        return run(scenario, paths=paths, threads=1).seconds / paths

    ways: dict[str, Callable[[], float]] = {
        here: lambda: run(scenario, paths=paths, threads=threads).seconds / paths,
        "this engine, 1 thread": in_one_thread,
        in_c: lambda: simulate_in_c(scenario, paths, threads)[1] / paths,
        "C, 1 thread": lambda: simulate_in_c(scenario, paths, 1)[1] / paths,
        in_numpy: lambda: per_path(lambda: numpy_lab.summarise(scenario, plain, seed=1), plain),
        margin_alone: lambda: per_path(
            lambda: numpy_lab.hits_by_quarter(scenario, plain, seed=1), plain
        ),
    }
    # In turns, so that what else the machine does falls on all of them alike.
    rounds = [{name: way() for name, way in ways.items()} for _ in range(repeat)]
    least = {name: min(times[name] for times in rounds) for name in ways}
    print(f"{'way':<50}{'ns a path':>12}{'ratio':>8}")
    for name, seconds in least.items():
        print(f"{name:<50}{1e9 * seconds:>12,.0f}{seconds / least[here]:>8.2f}")
    print(f"this engine takes {least[here] / least[in_c]:.2f} times the time of C\n")

    result = run(scenario, paths=paths, threads=threads)
    print(disagreement(simulate_in_c(scenario, paths, threads)[0], result))
    found = result.probability_by_year("gross margin, paying users", YEAR)
    print(f"P(gross margin by {YEAR}): {found.value:.4f} here")
    quarter = QUARTERS_A_YEAR * (YEAR + 1) - 1 - scenario.horizon.first_quarter
    share = numpy_lab.hits_by_quarter(scenario, plain, seed=1)[quarter] / plain
    error = np.sqrt(share * (1 - share) / plain)
    apart = abs(share - found.value) / np.hypot(error, found.standard_error)
    print(f"    {share:.4f} ± {error:.4f} in numpy, {apart:.1f} errors apart")
    mine = least[here] * paths
    print(f"time to an error of {found.standard_error:.5f}: {mine:.2f} s here")
    needed = found.value * (1 - found.value) / found.standard_error**2
    for name in (in_numpy, margin_alone):
        theirs = least[name] * needed
        print(f"    {theirs:,.0f} s in {name}: {theirs / mine:,.0f} times")


def per_path(simulate: Callable[[], object], paths: int) -> float:
    """Return the seconds that a call takes for each of its paths."""
    started = time.perf_counter()
    simulate()
    return (time.perf_counter() - started) / paths


if __name__ == "__main__":
    main()
