"""Start-up times and peak memory, each in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks import SCENARIO

SHORT, LONG = 1, 10  # years

CHILD = r"""
import json, re, sys, time
from pathlib import Path
from simulate import load_scenario, run
from simulate.scenario.quarters import QUARTERS_A_YEAR
imported = time.time()
_, started, file, paths, years = sys.argv
scenario = load_scenario(file)
horizon = scenario.horizon
horizon = horizon.ending(QUARTERS_A_YEAR * (horizon.first_year + int(years)) - 1)
funding = tuple(f for f in scenario.funding if f.quarter <= horizon.last_quarter)
scenario = scenario.model_copy(update={"horizon": horizon, "funding": funding})
run(scenario, paths=int(paths))
# Not ru_maxrss, which starts from the parent's.
peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps([imported - float(started), time.time() - imported, peak]))
"""


class Process(NamedTuple):
    """What a run in a process of its own took: seconds to import, seconds after, peak MB."""

    imports: float
    run: float
    peak: float


def in_process(
    paths: int, cache: Path | None, years: int = LONG, scenario: str | Path = SCENARIO
) -> Process:
    """Run a scenario in a new process, whose compiled kernels lie in ``cache``, or as always."""
    own = {} if cache is None else {"SIMULATE_CACHE_DIR": str(cache)}
    environment = os.environ | own
    command = [
        sys.executable,
        "-c",
        CHILD,
        str(time.time()),
        str(scenario),
        str(paths),
        str(years),
    ]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return Process(*json.loads(answer.stdout))


def print_startup(paths: int = 1 << 20) -> None:
    """Print first compilation, and a cold and a warm process of a million paths."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        first, second = in_process(1, cache), in_process(1, cache)
        warm = min((in_process(paths, cache) for _ in range(3)), key=lambda p: p.run)
    print(f"\n{'start':<52}{'seconds':>10}")
    print(f"{'imports':<52}{warm.imports:>10.2f}")
    print(f"{'first run ever, one path: compiles':<52}{first.run:>10.2f}")
    print(f"{'next process, one path: loads compiled kernels':<52}{second.run:>10.2f}")
    what = f"next process, {paths:,} paths, imports aside"
    print(f"{what:<52}{warm.run:>10.2f}")


def print_memory(sizes: tuple[int, ...]) -> None:
    """Print peak memory against the number of paths, over one year to keep it short."""
    print(f"\n{'paths (horizon of one year)':<40}{'seconds':>12}{'peak memory, MB':>18}")
    with tempfile.TemporaryDirectory() as folder:
        in_process(1, Path(folder))
        for paths in sizes:
            process = in_process(paths, Path(folder), SHORT)
            print(f"{paths:<40,}{process.run:>12.1f}{process.peak:>18.0f}")
