"""How an estimate and its error move with the number of paths, for both samplers."""

from dataclasses import dataclass

from simulate.engine.estimate import Estimate
from simulate.engine.run import Session
from simulate.engine.sampling import with_sampling
from simulate.model.outcomes import projected_time
from simulate.scenario import Scenario

FIRST_PATHS, MOST_PATHS = 1 << 12, 1 << 20
SAMPLERS = ("sobol", "pseudo")


@dataclass(frozen=True)
class Convergence:
    """Estimates of one probability at doubling numbers of paths.

    Attributes
    ----------
    question
        The probability, such as ``P(gross margin, paying users by 2027)``.
    paths
        Numbers of paths, doubling.
    estimates
        By sampler, one estimate a number of paths.
    """

    scenario: Scenario
    question: str
    paths: list[int]
    estimates: dict[str, list[Estimate]]

    @property
    def gain(self) -> float:
        """How many times more pseudo-random paths the last Sobol' estimate's error would take."""
        sobol, pseudo = (self.estimates[sampler][-1].standard_error for sampler in SAMPLERS)
        return (pseudo / sobol) ** 2


def converge(
    scenario: Scenario,
    *,
    paths: int = MOST_PATHS,
    seed: int | None = None,
    threads: int | None = None,
) -> Convergence:
    """Estimate the probability that the company's projection is about, at doubling paths.

    Parameters
    ----------
    scenario
        From ``load_scenario``; without a projected year, the horizon's last is taken.
    paths
        The most paths, at least 4096.
    seed, threads
        As for ``run``.

    Returns
    -------
    Convergence

    Examples
    --------
    >>> found = simulate.converge(simulate.load_scenario("anthropic.toml"), paths=8192)
    >>> print(found.paths, found.estimates["sobol"][-1])
    """
    scenario = with_sampling(scenario, None, seed)
    time = projected_time(scenario)
    horizon = scenario.horizon
    year = scenario.targets.projected_year or horizon.last_year
    year = min(max(year, horizon.first_year), horizon.last_year)
    sizes = [FIRST_PATHS]
    while 2 * sizes[-1] <= paths:
        sizes.append(2 * sizes[-1])
    found: dict[str, list[Estimate]] = {}
    with Session(threads) as session:
        for sampler in SAMPLERS:
            sampling = scenario.sampling.model_copy(update={"sampler": sampler})
            simulation = session.simulation(scenario.model_copy(update={"sampling": sampling}))
            found[sampler] = []
            for size in sizes:
                simulation.advance(size)
                found[sampler].append(simulation.result().probability_by_year(time, year))
    return Convergence(scenario, f"P({time.title} by {year})", sizes, found)
