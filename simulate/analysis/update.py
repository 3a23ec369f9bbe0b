"""What to believe now: the paths of a scenario, weighed by what has been seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate, WeightedPaths
from simulate.engine.run import run
from simulate.engine.sampling import with_sampling
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.asked import Of, asking, parse_asked
from simulate.model.observation import (
    Observation,
    as_observations,
    refuse_repeated,
)
from simulate.model.outcomes import (
    Amount,
    Event,
    Outcome,
    PeakFundingNeed,
    asked_events,
    asked_of,
    measures_of,
    projected_event,
    projected_metric,
    projected_time,
)
from simulate.model.rows import Metric
from simulate.model.statistics import LEVEL_OF, MEAN, OutcomeStatistic, usual_statistic
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.inputs import ALTERNATIVE, list_inputs

Array = NDArray[np.float64]

PATHS = 1 << 18
LEAST_EFFECTIVE = 200
LEAST_SCALED = 10
LARGEST_ASKED = 1 << 22
LEVELS = (0.1, 0.5, 0.9)
# Of a distance of distribution functions that chance alone exceeds once in twenty times
# (Kolmogorov), times the square root of the number of paths.
CHANCE_DISTANCE = 1.36


@dataclass(frozen=True)
class Belief:
    """A probability before and after what has been seen."""

    event: Event
    before: Estimate
    after: Estimate


@dataclass(frozen=True)
class Shift:
    """What is asked beside the headline outcomes, before and after what has been seen."""

    statistic: OutcomeStatistic
    before: Estimate
    after: Estimate


@dataclass(frozen=True)
class Weight:
    """The probability of an alternative before and after what has been seen; ``clause`` is so."""

    name: str
    clause: str
    before: Estimate
    after: Estimate


@dataclass(frozen=True)
class Spread:
    """A number a path before and after what has been seen: its P10, P50 and P90.

    Attributes
    ----------
    name, unit
        For people.
    by_path
        Shape (paths,).
    distance
        The largest difference of the two distribution functions (Kolmogorov's distance).
    """

    name: str
    unit: str
    by_path: Array
    before: list[Estimate]
    after: list[Estimate]
    distance: float


@dataclass(frozen=True)
class Update:
    """A scenario's paths before and after what has been seen.

    Attributes
    ----------
    scenario
        Of the paths.
    observations
        What has been seen.
    places
        Where each lies among the paths, in words.
    prior, posterior
        The paths with equal weights, and with those that the observations give them.
    beliefs
        Headline probabilities, and those of the scenario's own outcomes.
    outcomes
        Headline amounts.
    inputs
        Those whose distribution has moved by more than chance, the most moved first.
    alternatives
        Those that a path may live in, if there are any.
    asked
        What is asked beside these.
    hitting
        Quarter of what the company projects, by path; the number of quarters stands for never.
    """

    scenario: Scenario
    observations: list[Observation]
    places: list[str]
    prior: WeightedPaths
    posterior: WeightedPaths
    beliefs: list[Belief]
    outcomes: list[Spread]
    inputs: list[Spread]
    alternatives: list[Weight]
    asked: list[Shift]
    hitting: NDArray[np.integer]


def update(
    scenario: Scenario,
    observed: str | Sequence[str | Observation],
    *,
    of: Of = (),
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Update:
    """Weigh a scenario's paths by what has been seen.

    Parameters
    ----------
    scenario
        From ``load_scenario``.
    observed
        One or several, such as ``"revenue 2026Q2 = 11 bn ± 5%"``; their errors are independent.
    of
        What else to tell, one or several: the probability of an outcome such as ``"P(revenue >= 30
        by 2027)"``, the median of ``"revenue 2027"``, or ``"P10(cash 2028)"``.
    paths
        262,144 if not given.
    seed, threads, progress
        As for ``run``.

    Returns
    -------
    Update

    Raises
    ------
    ScenarioError
        If two are of one thing, a figure has no error, something can't be asked, or so few paths
        agree with what has been seen that nothing can be said: fewer than an effective 200.

    Notes
    -----
    Importance sampling with the prior as proposal: a path's weight is the likelihood of what has
    been seen on it (Robert and Casella, *Monte Carlo Statistical Methods*, ch. 3).

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic.toml")
    >>> found = simulate.update(scenario, "revenue 2026Q2 = 11 bn ± 5%", paths=16384)
    >>> for belief in found.beliefs:
    ...     print(belief.event.name, belief.before, belief.after)
    """
    observations = as_observations(observed, scenario)
    refuse_repeated(observations)
    _refuse_without_error(observations)
    scenario = with_sampling(scenario, paths or PATHS, seed)
    amounts, events = _headline_amounts(scenario), asked_events(scenario)
    seen = [observation.seen for observation in observations]
    told = [usual_statistic(event) for event in events]
    asked = [each for each in parse_asked(of, scenario) if each not in told]
    scenario = asked_of(asking(scenario, asked), seen)
    outcomes = run(
        scenario,
        keep_outcomes=True,
        keep_inputs=True,
        measures=measures_of([*seen, *amounts, *(each.outcome for each in asked)]),
        threads=threads,
        progress=progress,
    ).outcomes
    replicate = outcomes["replicate"].to_numpy()
    places = [place_among(o, o.seen.of_paths(outcomes)) for o in observations]
    likelihoods = [o.log_likelihood(o.seen.of_paths(outcomes)) for o in observations]
    weights = importance_weights(np.sum(likelihoods, axis=0))
    prior = WeightedPaths(np.ones(len(outcomes)), replicate)
    posterior = WeightedPaths(weights, replicate) if weights.any() else None
    if posterior is None or posterior.effective < LEAST_EFFECTIVE:
        effective = 0.0 if posterior is None else posterior.effective
        raise ScenarioError(*_refusal(effective, len(outcomes), places))
    compare = _BeforeAndAfter(prior, posterior)
    return Update(
        scenario,
        observations,
        places,
        prior,
        posterior,
        beliefs=[compare.belief(event, outcomes) for event in events],
        outcomes=[
            compare.spread(amount.name, amount.unit, amount.of_paths(outcomes))
            for amount in amounts
        ],
        inputs=compare.moved_inputs(scenario, outcomes),
        alternatives=compare.alternatives(scenario, outcomes),
        asked=[compare.shift(each, outcomes) for each in asked],
        hitting=outcomes[projected_time(scenario).title].to_numpy(),
    )


def importance_weights(log_likelihood: Array) -> Array:
    """Return weights in proportion to likelihoods, the greatest 1; 0 if nothing is likely."""
    best = np.max(log_likelihood)
    if best == -math.inf:
        return np.zeros_like(log_likelihood)
    return np.exp(log_likelihood - best)


class _BeforeAndAfter:
    """Numbers and events of paths, with and without the observations' weights."""

    def __init__(self, prior: WeightedPaths, posterior: WeightedPaths) -> None:
        self._prior, self._posterior = prior, posterior

    def belief(self, event: Event, outcomes: pd.DataFrame) -> Belief:
        happens = event.of_paths(outcomes)
        before, after = (p.probability(happens) for p in (self._prior, self._posterior))
        return Belief(event, before, after)

    def shift(self, statistic: OutcomeStatistic, outcomes: pd.DataFrame) -> Shift:
        values = statistic.outcome.of_paths(outcomes)
        before, after = (_of_weighted(statistic, p, values) for p in (self._prior, self._posterior))
        return Shift(statistic, before, after)

    def spread(self, name: str, unit: str, values: Array) -> Spread:
        before, after = (p.quantiles(values, LEVELS) for p in (self._prior, self._posterior))
        return Spread(name, unit, values, before, after, self._distance(values))

    def alternatives(self, scenario: Scenario, outcomes: pd.DataFrame) -> list[Weight]:
        if ALTERNATIVE not in outcomes:
            return []
        lives_in = outcomes[ALTERNATIVE].to_numpy()
        return [
            Weight(
                each.name,
                each.clause,
                *(paths.probability(lives_in == place) for paths in (self._prior, self._posterior)),
            )
            for place, each in enumerate(scenario.possible_alternatives)
        ]

    def moved_inputs(self, scenario: Scenario, outcomes: pd.DataFrame) -> list[Spread]:
        moved = []
        for member in list_inputs(scenario):
            if member.key in outcomes:
                values = outcomes[member.key].to_numpy(float)
                if self._distance(values) > CHANCE_DISTANCE / math.sqrt(self._posterior.effective):
                    moved.append(self.spread(member.key, member.quantity.unit, values))
        return sorted(moved, key=lambda spread: -spread.distance)

    def _distance(self, values: Array) -> float:
        order = np.argsort(values)
        before, after = (
            np.cumsum(p.weight[order]) / p.weight.sum() for p in (self._prior, self._posterior)
        )
        return float(np.max(np.abs(after - before)))


def _of_weighted(statistic: OutcomeStatistic, paths: WeightedPaths, values: Array) -> Estimate:
    """Return a statistic of an outcome's values by path, of those paths that have one."""
    if statistic.outcome.is_probability:
        return paths.probability(values)
    has_value = ~np.isnan(values)
    weight = np.where(has_value, paths.weight, 0.0)
    if not weight.any():
        return Estimate(math.nan, math.nan, math.nan, math.nan)
    known, values = WeightedPaths(weight, paths.replicate), np.where(has_value, values, 0.0)
    if statistic.kind == MEAN:
        return known.mean(values)
    (found,) = known.quantiles(values, [LEVEL_OF[statistic.kind]])
    return found


def _headline_amounts(scenario: Scenario) -> list[Outcome]:
    """Return revenue, gross margin and free cash flow of the projected year, and the need."""
    event = projected_event(scenario)
    metrics = (Metric.REVENUE, projected_metric(scenario), Metric.FREE_CASH_FLOW)
    of_year = [Amount(metric, event.quarter, event.date) for metric in metrics]
    return [*of_year, PeakFundingNeed()]


def _refuse_without_error(observations: Sequence[Observation]) -> None:
    for observation in observations:
        if observation.error is None and isinstance(observation.seen, Amount):
            raise ScenarioError(f"{observation.where}: say how exactly it is known, such as ± 5%")


def _refusal(effective: float, count: int, places: Sequence[str]) -> list[str]:
    """Say that too few paths agree, where each observation lies among them, and what to do."""
    lines = [
        f"what was seen leaves an effective {effective:.0f} of {count:,} paths; "
        f"{LEAST_EFFECTIVE} are needed",
        *(f"  {place}" for place in places),
    ]
    # The effective number of a few paths is too rough to be scaled.
    more = math.inf if effective < LEAST_SCALED else 1.5 * count * LEAST_EFFECTIVE / effective
    ask = f"ask for --paths {2 ** math.ceil(math.log2(more))}, " if more <= LARGEST_ASKED else ""
    return [*lines, f"{ask}give a wider error, or a scenario in which it is less of a surprise"]


def place_among(observation: Observation, paths: Array) -> str:
    """Say where an observation lies among the values of paths, shape (paths,)."""
    if isinstance(observation.seen, Event):
        return f"{observation.text}: so in {np.mean(paths == observation.value):.1%} of paths"
    known = paths[~np.isnan(paths)]
    if not known.size:
        return f"{observation.text}: no path has a value"
    below = np.mean(known <= observation.value)
    middle = observation.seen.written(float(np.median(known)))
    among = "paths" if known.size == paths.size else "paths with a value"
    return f"{observation.text}: above {below:.1%} of {among}, whose median is {middle}"
