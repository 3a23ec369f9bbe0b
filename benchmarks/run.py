"""Compare this engine with vectorised numpy, in one run: ``python -m benchmarks.run``."""

import argparse
import time

import numpy as np

from benchmarks.numpy_lab import hits_by_quarter
from simulate import Hit, load_scenario, run


def main() -> None:
    """Print times, their ratio, and whether the answers agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=1 << 20)
    parser.add_argument("--numpy-paths", type=int, default=1 << 17)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    scenario = load_scenario("anthropic.toml")
    run(scenario, paths=1, threads=1)  # compiled, or loaded from the cache

    result = run(scenario, paths=options.paths, threads=options.threads)
    one = run(scenario, paths=options.paths, threads=1)
    started = time.perf_counter()
    counts = hits_by_quarter(scenario, options.numpy_paths, seed=1)
    plain = (time.perf_counter() - started) / options.numpy_paths

    engine, single = result.seconds / result.paths, one.seconds / one.paths
    found = result.probability_by_year(Hit.MARGIN_PAYING, 2027)
    share = counts[7] / options.numpy_paths
    error = np.sqrt(share * (1 - share) / options.numpy_paths)
    apart = abs(share - found.value) / np.hypot(error, found.standard_error)
    print(f"{'way':<40}{'ns a path':>12}{'ratio':>8}")
    threads = f"this engine, {options.threads} threads"
    print(f"{threads:<40}{1e9 * engine:>12,.0f}{1.0:>8.1f}")
    print(f"{'this engine, 1 thread':<40}{1e9 * single:>12,.0f}{single / engine:>8.1f}")
    print(f"{'numpy, vectorised, 1 thread':<40}{1e9 * plain:>12,.0f}{plain / engine:>8.1f}")
    print(
        f"P(gross margin by 2027): {found.value:.4f} here, {share:.4f} ± {error:.4f} in numpy, "
        f"{apart:.1f} errors apart"
    )
    same_error = plain * share * (1 - share) / found.standard_error**2
    print(
        f"time to an error of {found.standard_error:.5f}: {result.seconds:.2f} s here, "
        f"{same_error:,.0f} s in numpy: {same_error / result.seconds:,.0f} times"
    )


if __name__ == "__main__":
    main()
