"""What if things go wrong? The headline figures under each stress test, against the scenario."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from simulate.engine.estimate import Estimate
from simulate.engine.reading import Reading
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.asked import Of, ask
from simulate.scenario import Scenario
from simulate.scenario.load import stress_tests

from .cash import NOTHING
from .compare import (
    CommonRandomNumbers,
    Statistic,
    Under,
    common_random_numbers,
    headlines,
    read_all,
    under_alternatives,
)

# In standard errors: two changes as close are not told apart.
APART = 2.0


@dataclass(frozen=True)
class StressTest:
    """A scenario under a named shock.

    Attributes
    ----------
    name, title
        From the file.
    scenario
        Under the shock.
    figures, changes
        One a figure: its value, and the change from the baseline with its paired error.
    under
        What each figure is under the alternatives.
    """

    name: str
    title: str
    scenario: Scenario
    figures: tuple[Estimate, ...]
    changes: tuple[Estimate, ...]
    under: tuple[Under, ...]


@dataclass(frozen=True)
class Stresses:
    """A scenario's stress tests.

    Attributes
    ----------
    scenario
        The baseline.
    common
        Paths and seed of each run.
    figures
        The headline figures, and what was asked beside them.
    base, base_under
        Their values in the baseline, and under its alternatives.
    tests
        In the order of the file.
    """

    scenario: Scenario
    common: CommonRandomNumbers
    figures: tuple[Statistic, ...]
    base: tuple[Estimate, ...]
    base_under: tuple[Under, ...]
    tests: tuple[StressTest, ...]

    def worst(self, figure: int) -> StressTest | None:
        """Return the test that is worst for a figure, or None if none worsens it for certain.

        Where it isn't known which way is worse, that is the test that moves it most.

        Parameters
        ----------
        figure
            Its place among the figures.
        """
        is_good = self.figures[figure].more_is_better

        def gain(change: Estimate) -> float:
            return -abs(change.value) if is_good is None else change.value * (1 if is_good else -1)

        worst = min(self.tests, key=lambda test: gain(test.changes[figure]))
        change = worst.changes[figure]
        is_clear = change.high < 0.0 or change.low > 0.0
        is_money = self.figures[figure].unit == "bn USD"
        is_nothing = is_money and abs(change.value) < NOTHING
        return worst if gain(change) < 0.0 and is_clear and not is_nothing else None

    def ties(self, figure: int) -> list[StressTest]:
        """Return the tests that errors don't tell apart from the worst for a figure."""
        worst = self.worst(figure)
        if worst is None:
            return []
        change = worst.changes[figure]
        return [
            test
            for test in self.tests
            if test is not worst and not _are_apart(change, test.changes[figure])
        ]


def stress(
    scenario: Scenario,
    tests: Mapping[str, Scenario] | None = None,
    titles: Mapping[str, str] | None = None,
    *,
    of: Of = (),
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Stresses:
    """Run a scenario and its stress tests on common random numbers.

    Parameters
    ----------
    scenario
        The baseline.
    tests
        The scenario under each of them, by name; by default those of the scenario's file, laid over
        the scenario as it is.
    titles
        What each is, by name; by default as the file says.
    of, paths, seed, threads, progress
        As for ``compare``.

    Returns
    -------
    Stresses

    Raises
    ------
    ScenarioError
        If there is no stress test, or something can't be asked.

    Notes
    -----
    A path that a shock misses stays the same, on common random numbers: the errors are those of
    differences, far below those of the figures.

    Examples
    --------
    >>> found = simulate.stress(simulate.load_scenario("anthropic.toml"), paths=4096)
    >>> for test in found.tests:
    ...     print(test.title, test.changes[0])
    """
    if tests is None:
        tests = stress_tests(scenario)
    if titles is None:
        stresses = scenario.provenance.stresses
        titles = {name: str(table.get("title", "")) for name, table in stresses.items()}
    everything = [scenario, *tests.values()]
    common = common_random_numbers(everything, paths=paths, seed=seed, threads=threads)
    asked, counted = ask(of, [common.within_horizon(each) for each in everything])
    figures = headlines(common.within_horizon(scenario), *tests.values(), asked=asked)
    base, *stressed = read_all(figures, counted, common, progress)
    return Stresses(
        scenario=scenario,
        common=common,
        figures=figures,
        base=tuple(reading.estimate for reading in base),
        base_under=tuple(map(under_alternatives, base)),
        tests=tuple(
            StressTest(
                name,
                titles.get(name) or name,
                test,
                tuple(reading.estimate for reading in readings),
                _changes(base, readings),
                tuple(map(under_alternatives, readings)),
            )
            for (name, test), readings in zip(tests.items(), stressed, strict=True)
        ),
    )


def _are_apart(one: Estimate, other: Estimate) -> bool:
    """Tell whether two changes differ by more than their errors, unknown ones left out."""
    known = [e.standard_error for e in (one, other) if e.standard_error > 0.0]
    return abs(one.value - other.value) > APART * math.hypot(*known)


def _changes(before: tuple[Reading, ...], after: tuple[Reading, ...]) -> tuple[Estimate, ...]:
    return tuple(b.change_from(a) for a, b in zip(before, after, strict=True))
