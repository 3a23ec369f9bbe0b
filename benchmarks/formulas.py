"""What a scenario's own lines, metrics and outcomes take of a path's time."""

import time
from pathlib import Path

from simulate import Scenario, load_scenario
from simulate.engine.block import Workspace, empty_tally
from simulate.engine.plan import prepare
from simulate.kernels.arrays import LANES

FILE = Path(__file__).with_suffix(".toml")
# So many blocks of one replicate are a slice of some milliseconds; the least is undisturbed.
BLOCKS = 16


class Slices:
    """Slices of a scenario's paths, one as long as the other."""

    def __init__(self, scenario: Scenario) -> None:
        prepared = prepare(scenario)
        self._points = prepared.points("sobol", scenario.sampling.seed, 0)
        self._space, self._tally = Workspace(prepared), empty_tally(prepared)
        self.steps = len(prepared.plan.program.steps)
        self.nanoseconds()

    def nanoseconds(self) -> float:
        """Simulate a slice, and return what a path takes of this thread."""
        started = time.thread_time()
        self._space.simulate(self._points, 0, BLOCKS, self._tally)
        return 1e9 * (time.thread_time() - started) / (BLOCKS * LANES)


def print_formulas(rounds: int) -> None:
    """Print nanoseconds a path of one thread, the least of slices in turns, and their ratios."""
    own = load_scenario(FILE)
    nothing = {"lines": (), "metrics": {}, "outcomes": {}}
    metrics = {name: own.metrics[name] for name in list(own.metrics)[:1]}
    ways = {
        "no formulas": nothing,
        "a metric": nothing | {"metrics": metrics},
        "two metrics": nothing | {"metrics": own.metrics},
        "three lines": nothing | {"lines": own.lines},
        "three lines, two metrics, two outcomes": {},
    }
    slices = {name: Slices(own.model_copy(update=update)) for name, update in ways.items()}
    found = [{name: each.nanoseconds() for name, each in slices.items()} for _ in range(rounds)]
    least = {name: min(times[name] for times in found) for name in ways}
    print(f"\n{'one thread':<42}{'steps':>7}{'ns a path':>11}{'ratio':>7}")
    for name, each in slices.items():
        ratio = least[name] / least["no formulas"]
        print(f"{name:<42}{each.steps:>7}{least[name]:>11,.0f}{ratio:>7.2f}")
