"""How well an earlier scenario foresaw what came true."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate, WeightedPaths, centred, within
from simulate.engine.run import run
from simulate.engine.sampling import with_sampling
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.asked import Of, asking, parse_asked
from simulate.model.observation import Observation, as_observations
from simulate.model.outcomes import Amount, Event, as_reported, asked_of, measures_of
from simulate.scenario import Scenario
from simulate.scenario.figures import Figure, told_figures
from simulate.scenario.scored import YEAR_OR_QUARTER, Scored
from simulate.version import package_version

from .asked import Answered, answered
from .base_forecasts import Knowledge, knowledge
from .figure_scores import FigureScore, score_figure
from .scores import crps

Array = NDArray[np.float64]

PATHS = 1 << 18
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Score:
    """What was predicted of one observation, and how far off it was.

    Attributes
    ----------
    observation
        What came true.
    by_path
        What was predicted, shape (paths,).
    place
        The share of paths at or below what came true (the probability integral transform), or of
        those that foresaw an event's answer.
    quantiles
        Of what was predicted, at P5, P25, P50, P75 and P95.
    crps
        The continuous ranked probability score, in the observation's unit: the smaller, the better.
    median_error
        How far off the median was: the score of a forecast that says it alone.
    """

    observation: Observation
    by_path: Array
    place: Estimate
    quantiles: list[Estimate]
    crps: Estimate
    median_error: float

    @property
    def is_amount(self) -> bool:
        """Whether it is of a figure, and not of an event."""
        return isinstance(self.observation.seen, Amount)

    @property
    def is_certain(self) -> bool:
        """Whether all of the paths lie on one side of it."""
        return self.place.value in (0.0, 1.0)

    @property
    def surprises(self) -> bool:
        """Whether it lies outside the central 90%, or, of an event, a tenth or less foresaw it."""
        if not self.is_amount:
            return self.place.value < 1.0 - 0.9
        return not 0.05 <= self.place.value <= 0.95


@dataclass(frozen=True)
class Backtest:
    """An earlier scenario's scores.

    Attributes
    ----------
    scenario
        Which.
    paths
        How many.
    scores
        One an observation.
    beside
        Those of figures again, in the scale that their errors count in, beside the scores of simple
        forecasters where what they take was known before the scenario's first quarter.
    answers
        To what was asked beside what came true.
    """

    scenario: Scenario
    paths: int
    scores: list[Score]
    beside: Sequence[FigureScore] = ()
    answers: tuple[Answered, ...] = ()


def backtest(
    scenario: Scenario,
    observed: str | Sequence[str | Observation],
    *,
    of: Of = (),
    figures: Sequence[Figure] | str | Path | None = None,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Backtest:
    """Score an earlier scenario by what came true.

    Parameters
    ----------
    scenario
        From ``load_scenario``.
    observed
        What came true, taken as exact, such as ``"revenue 2025 = 4.5 bn"``; one or several.
    of
        What else to tell, one or several, as for ``hindcast``.
    figures
        A CSV file of reported figures, or those of it, for simple forecasters to stand on, and to
        tell what came true of what is asked; those that come with the package if not given.
    paths
        262,144 if not given.
    seed, threads, progress
        As for ``run``.

    Returns
    -------
    Backtest

    Raises
    ------
    ScenarioError
        If one is no observation, or something can't be asked.

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic-as-of-2024.toml")
    >>> found = simulate.backtest(scenario, "revenue 2025 = 4.5 bn", paths=4096)
    >>> print(found.scores[0].place, found.scores[0].crps)
    """
    observations = as_observations(observed, scenario)
    asked = parse_asked(of, scenario)
    scenario = asked_of(asking(scenario, asked), [each.seen for each in observations])
    scenario = with_sampling(scenario, paths or PATHS, seed)
    result = run(
        scenario,
        keep_outcomes=True,
        measures=measures_of(o.seen for o in observations),
        threads=threads,
        progress=progress,
    )
    outcomes, told = result.outcomes, told_figures(figures)
    every = WeightedPaths(np.ones(len(outcomes)), outcomes["replicate"].to_numpy())
    scores = [score(o, o.seen.of_paths(outcomes), every) for o in observations]
    known = _known(scenario, told)
    beside = [_beside(s, known, scenario) for s in scores if isinstance(s.observation.seen, Amount)]
    answers = answered(asked, result, told)
    return Backtest(scenario, len(outcomes), scores, beside, answers)


def _known(scenario: Scenario, figures: Sequence[Figure]) -> Knowledge:
    """Return what was known before a scenario's first quarter."""
    return knowledge(figures, scenario.lab, scenario.horizon.first_quarter - 1)


def _beside(score: Score, known: Knowledge, scenario: Scenario) -> FigureScore:
    seen, value = score.observation.seen, score.observation.value
    assert isinstance(seen, Amount)
    quantity, definition = as_reported(seen.metric)
    scored = Scored(
        lab=scenario.lab,
        quantity=quantity,
        definition=definition,
        period=seen.date,
        quarters_ahead=seen.quarter + 1,
        id="",
    )
    is_of_year_or_quarter = YEAR_OR_QUARTER.fullmatch(seen.date) is not None
    of = known if is_of_year_or_quarter else None
    return score_figure(scored, seen, value, score.by_path, of, scenario.sampling.seed)


def summary(backtest: Backtest) -> dict[str, Any]:
    """Return the scores and all that made them, ready for JSON."""
    scenario = backtest.scenario
    beside = iter(backtest.beside)
    return {
        "name": scenario.name,
        "version": package_version(),
        "seed": scenario.sampling.seed,
        "paths": backtest.paths,
        "scores": [
            next(beside).as_dict() if score.is_amount else _event_score(score)
            for score in backtest.scores
        ],
        "asked": [answer.as_dict() for answer in backtest.answers],
        "scenario": scenario.model_dump(mode="json"),
    }


def _event_score(score: Score) -> dict[str, Any]:
    seen = score.observation.seen
    assert isinstance(seen, Event)
    return {
        "what": seen.time.title,
        "period": seen.date,
        "came_true": seen.written(score.observation.value),
        "foresaw": score.place.value,
        "crps": score.crps.value,
        "crps_of": "probability",
    }


def score(observation: Observation, by_path: Array, every: WeightedPaths) -> Score:
    """Score what paths predicted of an observation, shape (paths,)."""
    value = observation.value
    is_amount = isinstance(observation.seen, Amount)
    quantiles = every.quantiles(by_path, LEVELS)
    each = [
        float(crps(by_path[every.replicate == replicate], value))
        for replicate in np.unique(every.replicate)
    ]
    return Score(
        observation,
        by_path,
        place=every.probability(by_path <= value if is_amount else by_path == value),
        quantiles=quantiles,
        crps=within(centred(float(crps(by_path, value)), each), low=0.0),
        median_error=abs(quantiles[LEVELS.index(0.5)].value - value),
    )
