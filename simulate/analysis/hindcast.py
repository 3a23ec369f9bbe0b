"""How well the model would have forecast what is known now, beside simple forecasters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from simulate.engine.run import Session
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.asked import Of, asking
from simulate.model.outcome_texts import parse_outcome
from simulate.model.outcomes import OPERATING_RESULT, Amount, OperatingResult, measures_of
from simulate.model.rows import Metric
from simulate.model.statistics import OutcomeStatistic
from simulate.scenario import Scenario, ScenarioError, vintage
from simulate.scenario.figures import Figure, told_figures
from simulate.scenario.mistakes import did_you_mean
from simulate.scenario.process import Process
from simulate.scenario.quarters import format_quarter, last_day
from simulate.scenario.scored import (
    Scored,
    came_true,
    each_quarter_of_revenue,
    packaged_list,
    reported_after,
)
from simulate.scenario.sections import Sections, laid_over, read_sections, refuse_unused
from simulate.version import package_version

from .asked import Answered, answered, asked_of_each
from .base_forecasts import FORECASTERS, PLAIN, RANDOM_WALK, chance_of, knowledge
from .base_rates import base_rates, process_of
from .figure_scores import FigureScore, Forecast, in_scale, score_figure
from .scores import joint_p, ratio_of_scores

Array = NDArray[np.float64]
VintageOf = Callable[[Sequence[Figure], str, date], Scenario]

PATHS = 10_000
# A test of fewer ranks tells nothing.
LEAST_RANKS = 20


@dataclass(frozen=True)
class Vintage:
    """Forecasts of a lab's figures, all made at the end of one quarter.

    Attributes
    ----------
    lab
        Whose.
    quarter
        The last that was over.
    scenario
        What made them.
    scores
        One a figure.
    joint_p
        The share of its paths that, taken for the truth, would have scored worse on all of them.
    answers
        To what was asked beside the figures.
    """

    lab: str
    quarter: int
    scenario: Scenario
    scores: tuple[FigureScore, ...]
    joint_p: float
    answers: tuple[Answered, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Scores of the model over those of a simple forecaster, on the figures that both forecast.

    Attributes
    ----------
    figures
        How many.
    ratio
        The geometric mean of the ratios of scores; below 1 the model was better.
    wins
        On how many it was.
    """

    figures: int
    ratio: float
    wins: int


@dataclass(frozen=True)
class Hindcast:
    """Scores of the model and of simple forecasters.

    Attributes
    ----------
    vintages
        By lab and quarter.
    left_out
        What could not be scored, and why.
    paths
        Joint paths of each vintage.
    joint_p
        The share of joint paths that, taken for the truth, would have scored worse on all figures.
    joint_p_next
        The same on the figures of each next quarter alone, which are forecast given all before.
    is_of_given
        Whether scenarios were given, which may have been frozen before, and not made now.
    """

    vintages: tuple[Vintage, ...]
    left_out: Mapping[Scored, str]
    paths: int
    joint_p: float
    joint_p_next: float | None
    is_of_given: bool = False

    @property
    def scores(self) -> list[FigureScore]:
        """Of all vintages."""
        return [score for vintage in self.vintages for score in vintage.scores]

    @property
    def labs(self) -> list[str]:
        """Whose figures are scored."""
        return list(dict.fromkeys(vintage.lab for vintage in self.vintages))

    @property
    def next_quarter(self) -> list[FigureScore]:
        """The figures of the quarter after each vintage."""
        return [score for score in self.scores if score.scored.quarters_ahead == 1]

    @property
    def p_of_ranks(self) -> float | None:
        """Kolmogorov and Smirnov's p of the next quarters' ranks, None of fewer than twenty."""
        ranks = [score.model.pit for score in self.next_quarter]
        return float(stats.kstest(ranks, "uniform").pvalue) if len(ranks) >= LEAST_RANKS else None

    def against(self, forecaster: str, without: str = "") -> Comparison | None:
        """Compare the model with a simple forecaster; None where that said nothing.

        Parameters
        ----------
        forecaster
            ``random walk``, ``damped trend``, ``plan``, ``pocket model`` or ``plain model``.
        without
            A lab to leave out.
        """
        both = self._both(forecaster, without)
        if not both:
            return None
        wins = sum(own.crps < other.crps for own, other in both)
        ratio = ratio_of_scores([own.crps for own, _ in both], [other.crps for _, other in both])
        return Comparison(len(both), ratio, wins)

    def width_over(self, forecaster: str = RANDOM_WALK) -> float | None:
        """Return the width of the model's central 80% over a forecaster's, as a geometric mean."""
        both = self._both(forecaster)
        if not both:
            return None
        return ratio_of_scores([own.width for own, _ in both], [other.width for _, other in both])

    def _both(self, forecaster: str, without: str = "") -> list[tuple[Forecast, Forecast]]:
        return [
            (score.model, score.forecasts[forecaster])
            for score in self.scores
            if forecaster in score.forecasts and score.scored.lab != without
        ]


def hindcast(
    scenarios: Sequence[Scenario] = (),
    *,
    figures: Sequence[Figure] | str | Path | None = None,
    labs: Sequence[str] = (),
    of: Of = (),
    sections: Sequence[str | Path] = (),
    vintage_of: VintageOf | None = None,
    paths: int = PATHS,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Hindcast:
    """Score forecasts by what is known now, beside those of simple forecasters.

    Parameters
    ----------
    scenarios
        Each forecasts from its first quarter on, and is scored on all that is reported of its lab
        for the fiscal years and quarters since. Without any, vintages are made of what was known at
        the end of each quarter, and their revenue is scored one and two quarters ahead.
    figures
        A CSV file of reported figures, or those of it. If not given, those that come with the
        package, of which a list made before anything was fitted says what is scored.
    labs
        All if none is named.
    of
        What else to tell of each vintage, one or several: the probability of an outcome such as
        ``"P(revenue >= 30 by 2026Q2)"``, the median of ``"revenue 2026"``, or ``"P10(revenue
        2026)"``, and what came true where figures tell.
    sections
        TOML files of sections, laid over each scenario or vintage one after another: that of one
        lab alone where a file says ``lab``, from a day on where it says ``as_of``. The same without
        them is scored beside, as ``plain model``.
    vintage_of
        Makes a lab's scenario of what was known on a day; by the packaged process, if not given.
    paths
        Joint paths of each vintage, at least.
    seed
        In place of each scenario's own.
    threads, progress
        As for ``run``.

    Returns
    -------
    Hindcast

    Raises
    ------
    ScenarioError
        If there is nothing to score, two scenarios forecast the same, or something can't be asked.

    Examples
    --------
    >>> found = simulate.hindcast(labs=["OpenAI"], paths=1024)
    >>> print(found.against("random walk"), found.joint_p)
    """
    told = told_figures(figures)
    _refuse_unknown(labs, told)
    left_out: dict[Scored, str] = {}
    laid = [read_sections(Path(file)) for file in sections]
    if scenarios:
        asked = [_of_scenario(scenario, told) for scenario in scenarios]
        _refuse_the_same_forecast(asked)
    else:
        scored = packaged_list() if figures is None else each_quarter_of_revenue(told)
        scored = [each for each in scored if not labs or each.lab in labs]
        asked = list(_of_figures(scored, told, vintage_of or packaged_vintage, left_out))
    asked = [each for each in asked if not labs or each.lab in labs]
    if asked:
        refuse_unused(laid, [each.scenario for each in asked])
    asked = [_laid_over(each, laid) for each in asked]
    questions = asked_of_each(of, [each.scenario for each in asked])
    asked = [each._replace(of=of_it) for each, of_it in zip(asked, questions, strict=True)]
    foretold = []
    with Session(threads) as session:
        for place, each in enumerate(asked):
            shown = _part(progress, place, len(asked))
            foretold += _foretell(each, told, session, paths, seed, left_out, shown)
    if not foretold:
        raise ScenarioError(_nothing(asked, left_out))
    return replace(_joined(foretold, left_out), is_of_given=bool(scenarios))


def _joined(foretold: Sequence["_Foretold"], left_out: Mapping[Scored, str]) -> Hindcast:
    """Return the scores of all vintages, and of their paths joined row by row."""
    rows = min(len(each.paths) for each in foretold)
    table = np.hstack([each.paths[:rows] for each in foretold])
    truth = np.concatenate([each.truth for each in foretold])
    vintages = tuple(each.vintage for each in foretold)
    is_next = [s.scored.quarters_ahead == 1 for vintage in vintages for s in vintage.scores]
    of_next = joint_p(table[:, is_next], truth[is_next]) if any(is_next) else None
    return Hindcast(vintages, left_out, rows, joint_p(table, truth), of_next)


def packaged_vintage(figures: Sequence[Figure], lab: str, on: date) -> Scenario:
    """Return a lab's scenario of what was known on a day, by the process of all labs and days."""
    return vintage.vintage_of(figures, lab, on, packaged_process())


@cache
def packaged_process() -> Process:
    """Return the process by the base rates of the figures that come with the package."""
    return process_of(base_rates())


class _Asked(NamedTuple):
    """What is asked of a scenario."""

    lab: str
    quarter: int
    scenario: Scenario
    scored: Sequence[Scored]
    plain: Scenario | None = None
    of: Sequence[OutcomeStatistic] = ()


class _Told(NamedTuple):
    """A figure, what the model calls it, and what came true."""

    scored: Scored
    outcome: Amount
    truth: float


class _Foretold(NamedTuple):
    """A vintage, its joint paths and what came true by figure, in the scales of their errors."""

    vintage: Vintage
    paths: Array
    truth: Array


def _of_scenario(scenario: Scenario, figures: Sequence[Figure]) -> _Asked:
    """Return what is asked of a scenario that is given: all that the model knows of its lab."""
    lab, quarter = scenario.lab, scenario.horizon.first_quarter - 1
    labs = list(dict.fromkeys(figure.lab for figure in figures))
    if lab not in labs:
        raise ScenarioError(
            f'{scenario.name}: its lab is "{lab}", and the figures are of {", ".join(labs)}'
        )
    reported = list(reported_after(figures, lab, quarter))
    scored = [each for each in reported if _is_of_model(each, scenario)]
    return _Asked(lab, quarter, scenario, scored)


def _is_of_model(scored: Scored, scenario: Scenario) -> bool:
    try:
        _outcome(scored, scenario)
    except ScenarioError:
        return False
    return True


def _of_figures(
    scored: Sequence[Scored],
    figures: Sequence[Figure],
    vintage_of: VintageOf,
    left_out: dict[Scored, str],
) -> Iterator[_Asked]:
    """Yield what is asked of the vintage of each lab and quarter, where there can be one."""
    in_order = sorted(scored, key=lambda each: (each.lab, each.last_known))
    for (lab, quarter), group in groupby(in_order, key=lambda each: (each.lab, each.last_known)):
        of_vintage = list(group)
        try:
            scenario = vintage_of(figures, lab, last_day(quarter))
        except (ScenarioError, ValueError) as error:
            why = str(error).partition("\n")[0].removeprefix(f"{lab}: ")
            reason = f"no vintage of the end of {format_quarter(quarter)}: {why}"
            left_out |= dict.fromkeys(of_vintage, reason)
        else:
            yield _Asked(lab, quarter, scenario, of_vintage)


def _laid_over(asked: _Asked, sections: Sequence[Sections]) -> _Asked:
    """Return what is asked of a scenario with sections over it, and of it as it was."""
    laid = laid_over(asked.scenario, sections)
    return asked if laid is asked.scenario else asked._replace(scenario=laid, plain=asked.scenario)


def _outcome(scored: Scored, scenario: Scenario) -> Amount:
    """Return the model's name of a figure.

    Raises
    ------
    ScenarioError
        If the model doesn't give it.
    """
    is_operating = scored.quantity == OPERATING_RESULT
    name = Metric.EBITDA.title if is_operating else scored.name
    found = parse_outcome(f"{name} {scored.period}", scenario, scenario.name)
    assert isinstance(found, Amount)
    if not is_operating:
        return found
    return OperatingResult(found.metric, found.quarter, found.date, found.is_own)


def _foretell(
    asked: _Asked,
    figures: Sequence[Figure],
    session: Session,
    paths: int,
    seed: int | None,
    left_out: dict[Scored, str],
    progress: Progress | None,
) -> Iterator[_Foretold]:
    """Run a scenario, and yield the scores of what it says, unless there is nothing to score."""
    scenario = asked.scenario
    told = list(_told(asked, figures, left_out))
    if not told:
        return
    run = partial(
        session.run,
        paths=paths,
        seed=seed,
        keep_outcomes=True,
        measures=measures_of(each.outcome for each in told),
        progress=progress,
    )
    result = run(asking(scenario, asked.of))
    outcomes = result.outcomes
    plain = None if asked.plain is None else run(asked.plain).outcomes
    last = scenario.horizon.first_quarter - 1
    known = knowledge(figures, asked.lab, last, last_day(asked.quarter))
    seed = scenario.sampling.seed if seed is None else seed
    scores, columns = [], []
    for scored, outcome, truth in told:
        values = outcome.of_paths(outcomes)
        if np.ptp(values) == 0.0:
            left_out[scored] = f"all paths of {scenario.name} say {outcome.written(values[0])}"
            continue
        without = None if plain is None else outcome.of_paths(plain)
        scores.append(score_figure(scored, outcome, truth, values, known, seed, without))
        columns.append(in_scale(values, scores[-1].scale))
    if not scores:
        return
    # Vintages have their points in common; shuffled, no row shares its chance with another's.
    order = chance_of(seed, asked.lab, asked.quarter).permutation(len(outcomes))
    table = np.column_stack(columns)[order]
    truths = np.array([in_scale(score.came_true, score.scale) for score in scores])
    p = joint_p(table, truths)
    answers = answered(asked.of, result, figures)
    vintage = Vintage(asked.lab, asked.quarter, scenario, tuple(scores), p, answers)
    yield _Foretold(vintage, table, truths)


def _told(asked: _Asked, figures: Sequence[Figure], left_out: dict[Scored, str]) -> Iterator[_Told]:
    """Yield what the model calls each figure, and what came true, where both are known."""
    for scored in asked.scored:
        try:
            yield _Told(scored, _outcome(scored, asked.scenario), came_true(scored, figures))
        except (ScenarioError, ValueError) as error:
            left_out[scored] = str(error).partition("\n")[0]


def _refuse_unknown(labs: Sequence[str], figures: Sequence[Figure]) -> None:
    known = list(dict.fromkeys(figure.lab for figure in figures))
    for lab in labs:
        if lab not in known:
            hint = did_you_mean(lab, known) or f"there are {', '.join(known)}"
            raise ScenarioError(f'no figures are of a lab "{lab}"; {hint}')


def _refuse_the_same_forecast(asked: Sequence[_Asked]) -> None:
    """Raise if two forecast a lab from one quarter on: each figure would count twice."""
    first: dict[tuple[str, int], str] = {}
    for each in asked:
        name, before = each.scenario.name, first.get((each.lab, each.quarter))
        if before is not None:
            both = f"{each.lab} after {format_quarter(each.quarter)}"
            raise ScenarioError(f"{before}, {name}: both forecast {both}; score them one at a time")
        first[each.lab, each.quarter] = name


def _nothing(asked: Sequence[_Asked], left_out: Mapping[Scored, str]) -> str:
    """Return that nothing can be scored, and why."""
    forecasts = [f"{each.lab} after {format_quarter(each.quarter)}" for each in asked]
    none = f"none that the model gives is reported of {' or of '.join(forecasts)}"
    no_quarter = "no revenue of a quarter is reported"
    why = next(iter(left_out.values()), none if forecasts else no_quarter)
    return f"no figure can be scored: {why}"


def _part(progress: Progress | None, place: int, of: int) -> Progress | None:
    """Return what a run reports its progress to, as a part of several runs."""
    if progress is None:
        return None
    return lambda done, total, error: progress(place * total + done, of * total, error)


def summary(found: Hindcast) -> dict[str, Any]:
    """Return the scores and all that made them, ready for JSON."""
    return {
        "version": package_version(),
        "paths": found.paths,
        "joint_p": found.joint_p,
        "joint_p_next_quarter": found.joint_p_next,
        "p_of_ranks": found.p_of_ranks,
        "against": {
            forecaster: asdict(compared)
            | {
                "width": found.width_over(forecaster),
                "ratio_without": {
                    lab: without.ratio
                    for lab in found.labs
                    if (without := found.against(forecaster, lab)) is not None
                },
            }
            for forecaster in (*FORECASTERS, PLAIN)
            if (compared := found.against(forecaster)) is not None
        },
        "scores": [
            {"as_of": format_quarter(vintage.quarter)} | score.as_dict()
            for vintage in found.vintages
            for score in vintage.scores
        ],
        "left_out": [
            {"what": s.name, **s.model_dump(include={"lab", "period", "quarters_ahead"})}
            | {"reason": reason}
            for s, reason in found.left_out.items()
        ],
        "vintages": [
            {
                "lab": vintage.lab,
                "as_of": format_quarter(vintage.quarter),
                "joint_p": vintage.joint_p,
                "asked": [answer.as_dict() for answer in vintage.answers],
                "seed": vintage.scenario.sampling.seed,
                "files": list(vintage.scenario.provenance.files),
                "scenario": vintage.scenario.model_dump(mode="json"),
            }
            for vintage in found.vintages
        ],
    }
