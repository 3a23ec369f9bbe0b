"""Compare this engine with C, plain numba and numpy, in one run: ``python -m benchmarks.run``."""

import argparse
import time
from collections.abc import Callable

import numpy as np

from benchmarks import numpy_lab, prange_lab
from benchmarks.c_lab import disagreement, simulate_in_c
from simulate import Hit, load_scenario, run


def main() -> None:
    """Print times, their ratio, and whether the answers agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=1 << 20)
    parser.add_argument("--plain-paths", type=int, default=1 << 17, help="of prange and numpy")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3, help="times, of which the least counts")
    options = parser.parse_args()
    scenario = load_scenario("anthropic.toml")
    paths, plain, threads = options.paths, options.plain_paths, options.threads
    run(scenario, paths=1, threads=1)  # compiled, or loaded from the cache
    prange_lab.hits_by_quarter(scenario, 1)

    def in_numpy() -> float:
        return per_path(lambda: numpy_lab.hits_by_quarter(scenario, plain, seed=1), plain)

    def in_plain_numba() -> float:
        return per_path(lambda: prange_lab.hits_by_quarter(scenario, plain), plain)

    here = f"this engine, {threads} threads"
    ways: dict[str, Callable[[], float]] = {
        here: lambda: run(scenario, paths=paths, threads=threads).seconds / paths,
        "this engine, 1 thread": lambda: run(scenario, paths=paths, threads=1).seconds / paths,
        f"C, {threads} threads": lambda: simulate_in_c(scenario, paths, threads)[1] / paths,
        "C, 1 thread": lambda: simulate_in_c(scenario, paths, 1)[1] / paths,
        "numba, a scalar loop in prange": in_plain_numba,
        "numpy, vectorised, 1 thread": in_numpy,
    }
    # In turns, so that what else the machine does falls on all of them alike.
    rounds = [{name: way() for name, way in ways.items()} for _ in range(options.repeat)]
    least = {name: min(times[name] for times in rounds) for name in ways}
    print(f"{'way':<40}{'ns a path':>12}{'ratio':>8}")
    for name, seconds in least.items():
        print(f"{name:<40}{1e9 * seconds:>12,.0f}{seconds / least[here]:>8.2f}")

    result = run(scenario, paths=paths, threads=threads)
    print(disagreement(simulate_in_c(scenario, paths, threads)[0], result))
    found = result.probability_by_year(Hit.MARGIN_PAYING, 2027)
    print(f"P(gross margin by 2027): {found.value:.4f} here")
    for name, counts in (
        ("numpy", numpy_lab.hits_by_quarter(scenario, plain, seed=1)),
        ("prange", prange_lab.hits_by_quarter(scenario, plain)),
    ):
        share = counts[7] / plain
        error = np.sqrt(share * (1 - share) / plain)
        apart = abs(share - found.value) / np.hypot(error, found.standard_error)
        print(f"    {share:.4f} ± {error:.4f} in {name}, {apart:.1f} errors apart")
    seconds = least["numpy, vectorised, 1 thread"]
    same_error = seconds * found.value * (1 - found.value) / found.standard_error**2
    mine = least[here] * paths
    print(
        f"time to an error of {found.standard_error:.5f}: {mine:.2f} s here, "
        f"{same_error:,.0f} s in numpy: {same_error / mine:,.0f} times"
    )


def per_path(simulate: Callable[[], object], paths: int) -> float:
    """Return the seconds that a call takes for each of its paths."""
    started = time.perf_counter()
    simulate()
    return (time.perf_counter() - started) / paths


if __name__ == "__main__":
    main()
