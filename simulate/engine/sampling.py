"""How a run is sampled: how many paths, from which seed and points, until which error."""

from pydantic import ValidationError

from simulate.kernels.arrays import Points
from simulate.kernels.points import pseudo_random_points, sobol_points
from simulate.model.goal import Goal, parse_goal
from simulate.model.outcomes import with_target
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.frame import Sampling
from simulate.scenario.load import refuse_other

LIMIT_OF_GOAL = 1 << 28


def point_set(sampler: str, seed: int, replicate: int, dimensions: int) -> Points:
    """Return a replicate's point set."""
    make = sobol_points if sampler == "sobol" else pseudo_random_points
    return make(dimensions, seed, replicate)


def point_sets(sampler: str, seed: int, replicates: int, dimensions: int) -> tuple[Points, ...]:
    """Return the point set of each replicate."""
    return tuple(point_set(sampler, seed, each, dimensions) for each in range(replicates))


def with_sampling(scenario: Scenario, paths: int | None, seed: int | None) -> Scenario:
    """Return the scenario with another number of paths or seed, where given."""
    refuse_other(scenario)
    given = {"paths": paths, "seed": seed}
    update = {name: value for name, value in given.items() if value is not None}
    if not update:
        return scenario
    try:
        sampling = Sampling.model_validate(scenario.sampling.model_dump() | update)
    except ValidationError as error:
        item = error.errors()[0]
        name = item["loc"][0] if item["loc"] else "paths"
        message = item["msg"].removeprefix("Value error, ")
        raise ScenarioError(f"--{name} {update.get(str(name))}: {message}") from None
    return scenario.model_copy(update={"sampling": sampling})


def as_asked(
    scenario: Scenario, paths: int | None, seed: int | None, until: str | None
) -> tuple[Scenario, Goal | None]:
    """Return the scenario with its number of paths, or their limit, and seed; and the goal."""
    goal = parse_goal(until, scenario) if until is not None else None
    if goal is not None:
        scenario = with_target(scenario, goal.statistic.outcome)
    if goal is not None and paths is None:
        paths = LIMIT_OF_GOAL
    return with_sampling(scenario, paths, seed), goal
