"""A scenario's result, looked at while its paths grow in number."""

import math
import time
from collections.abc import Iterator
from typing import NamedTuple

from simulate.engine.result import Result
from simulate.engine.run import Session, refuse_beyond_range
from simulate.engine.simulation import Simulation
from simulate.scenario import Scenario

# Of a step, so that what is more urgent waits no longer; and of a preview's paths.
STEP_SECONDS, PREVIEW_SECONDS = 0.05, 0.02
FEWEST, FIRST, MOST = 1 << 11, 1 << 13, 1 << 16
# Each result that is shown has so many times the paths of the one before, half the error.
GROWTH = 4
# Of the speed as it was, in what it is taken to be after a step.
MEMORY = 0.7


class Grown(NamedTuple):
    """A result so far, which holds until the next, and whether it is the last."""

    result: Result
    is_final: bool


class Growing:
    """Runs scenarios in steps of as many paths as the machine's speed lets a hand wait for.

    Parameters
    ----------
    session
        In which they run.
    paths
        Of a whole result.
    """

    def __init__(self, session: Session, paths: int) -> None:
        self._session, self.paths = session, paths
        self._seconds_a_path = PREVIEW_SECONDS / FIRST

    def preview(self, scenario: Scenario) -> Result:
        """Return a result of few paths."""
        simulation = self._session.simulation(scenario)
        self._advance(simulation, self._paths_within(PREVIEW_SECONDS))
        return simulation.passing_result()

    def whole(self, scenario: Scenario, *, has_preview: bool = False) -> Iterator[Grown | None]:
        """Yield results of more and more paths, and None between them.

        The last is that of a run by itself, to the last bit.

        Parameters
        ----------
        scenario
            That is run.
        has_preview
            Whether one has been shown, so that only more paths are news.

        Raises
        ------
        ScenarioError
            If amounts grow beyond counting.
        """
        simulation = self._session.simulation(scenario)
        news = GROWTH if has_preview else 1
        shown = min(news * self._paths_within(PREVIEW_SECONDS), self.paths)
        while True:
            step = self._paths_within(STEP_SECONDS)
            self._advance(simulation, min(simulation.paths + step, shown))
            if simulation.paths < shown:
                yield None
                continue
            result, is_final = simulation.passing_result(), shown == self.paths
            if is_final:
                refuse_beyond_range(result)
            yield Grown(result, is_final)
            if is_final:
                return
            shown = min(shown * GROWTH, self.paths)

    def _paths_within(self, seconds: float) -> int:
        """Return the power of 2 of paths that takes nearest to so long."""
        wanted = min(max(seconds / self._seconds_a_path, FEWEST), MOST)
        return 1 << round(math.log2(wanted))

    def _advance(self, simulation: Simulation, paths: int) -> None:
        before, started = simulation.paths, time.perf_counter()
        simulation.advance(paths)
        if simulation.paths > before:
            latest = (time.perf_counter() - started) / (simulation.paths - before)
            self._seconds_a_path = MEMORY * self._seconds_a_path + (1.0 - MEMORY) * latest
