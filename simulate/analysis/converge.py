"""How an estimate and its error move with the number of paths, for both samplers."""

import math
from dataclasses import dataclass

from simulate.engine.estimate import Estimate
from simulate.engine.reading import read
from simulate.engine.run import Session
from simulate.engine.sampling import with_sampling
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.outcomes import Unit, projected_event, with_target
from simulate.model.statistics import OutcomeStatistic, usual_statistic
from simulate.scenario import Scenario

from .sweep import parse_swept

FIRST_PATHS, MOST_PATHS = 1 << 12, 1 << 20
SAMPLERS = ("sobol", "pseudo")


@dataclass(frozen=True)
class Convergence:
    """Estimates of one probability, or of another statistic, at doubling numbers of paths.

    Attributes
    ----------
    question
        Which, such as ``P(gross margin, paying users by 2027)``.
    unit
        Of the estimates.
    paths
        Numbers of paths, doubling.
    estimates
        By sampler, one estimate a number of paths.
    """

    scenario: Scenario
    question: str
    unit: Unit
    paths: list[int]
    estimates: dict[str, list[Estimate]]

    @property
    def gain(self) -> float:
        """How many times more pseudo-random paths the last Sobol' estimate's error would take.

        NaN where that has no error.
        """
        sobol, pseudo = (self.estimates[sampler][-1].standard_error for sampler in SAMPLERS)
        return (pseudo / sobol) ** 2 if sobol > 0.0 else math.nan


def converge(
    scenario: Scenario,
    of: str | OutcomeStatistic | None = None,
    *,
    paths: int = MOST_PATHS,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Convergence:
    """Estimate a probability, or a mean or quantile of an amount, at doubling paths.

    Parameters
    ----------
    scenario
        From ``load_scenario``.
    of
        Such as ``"out of cash by 2030"``, the median of ``"revenue 2027"`` or ``"P10(cash 2028)"``;
        by default the margin that the company projects, by the projected year or the horizon's
        last.
    paths
        The most paths, at least 4096.
    seed, threads
        As for ``run``.
    progress
        As for ``run``, but of both samplers together.

    Returns
    -------
    Convergence

    Raises
    ------
    ScenarioError
        If the outcome is none of the scenario, or a run doesn't count it.

    Examples
    --------
    >>> found = simulate.converge(simulate.load_scenario("anthropic.toml"), paths=8192)
    >>> print(found.paths, found.estimates["sobol"][-1])
    """
    scenario = with_sampling(scenario, None, seed)
    statistic = parse_swept(of, scenario) if isinstance(of, str) else of
    statistic = statistic or usual_statistic(projected_event(scenario))
    scenario = with_target(scenario, statistic.outcome)
    sizes = [FIRST_PATHS]
    while 2 * sizes[-1] <= paths:
        sizes.append(2 * sizes[-1])
    found: dict[str, list[Estimate]] = {}
    begun = 0

    def report(done: int, _total: int, error: float) -> None:
        if progress is not None:
            progress(begun + done, len(SAMPLERS) * sizes[-1], error)

    with Session(threads) as session:
        for sampler in SAMPLERS:
            sampling = scenario.sampling.model_copy(update={"sampler": sampler})
            simulation = session.simulation(scenario.model_copy(update={"sampling": sampling}))
            found[sampler] = []
            for size in sizes:
                simulation.advance(size, report)
                found[sampler].append(read(statistic, simulation.result()).estimate)
            begun += sizes[-1]
    return Convergence(scenario, statistic.name, statistic.unit, sizes, found)
