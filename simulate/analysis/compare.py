"""Scenarios on common random numbers: headline figures side by side, with errors of changes."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from simulate.engine.estimate import Estimate, change_of_probability
from simulate.engine.layout import Layout, common_layout
from simulate.engine.reading import Reading, read
from simulate.engine.result import Result
from simulate.engine.run import Session
from simulate.engine.sampling import with_sampling
from simulate.engine.simulation import Progress
from simulate.engine.statistics import Replicated
from simulate.engine.units import Threads
from simulate.kernels.arrays import LANES
from simulate.model.asked import Of, ask
from simulate.model.catalogue import FormulaMetric, OwnHit, own_metrics
from simulate.model.outcomes import (
    BEHIND_NUMBERS,
    CASH_YEAR,
    Amount,
    Event,
    Measure,
    PeakFundingNeed,
    Unit,
    asked_events,
    counted_from,
    event_by_year,
    headline_events,
)
from simulate.model.rows import Hit, Metric
from simulate.model.statistics import OutcomeStatistic, usual_statistic
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.added import FAILED
from simulate.scenario.frame import Horizon, Sampling

# The less of them, the better.
COSTS = (Metric.TRAINING, Metric.INFERENCE)


@dataclass(frozen=True)
class Comparison:
    """Results that share their points; changes are those from the first.

    Attributes
    ----------
    results
        One a scenario, in the order given, all to the end of the horizon that ends first.
    scenarios
        As they were given.
    asked
        What is asked of them beside what leads a report.
    """

    results: tuple[Result, ...]
    scenarios: tuple[Scenario, ...]
    asked: tuple[OutcomeStatistic, ...] = ()

    @property
    def within_horizon(self) -> list[Scenario]:
        """The scenarios as they were given, to the end of the horizon that ends first."""
        return [
            scenario.model_copy(update={"horizon": result.scenario.horizon})
            for scenario, result in zip(self.scenarios, self.results, strict=True)
        ]

    def change_by_year(self, place: int, time: Hit | str, year: int) -> Estimate:
        """Return the change of the probability of getting there by the end of a fiscal year.

        Parameters
        ----------
        place
            Of the result that is compared with the first, counted from 0.
        time
            Which hitting time, by its name.
        year
            Within the common horizon.

        Returns
        -------
        Estimate

        Raises
        ------
        ValueError
            If the year lies outside a horizon.
        """
        before, after = self.results[0], self.results[place]
        counts = [r.counts_by(time, r.last_quarter(year)) for r in (before, after)]
        return change_of_probability(counts[0], counts[1], before.replicate_paths)

    def change_in_year(
        self, place: int, metric: Metric | str, year: int, statistic: str
    ) -> Estimate:
        """Return the change of the mean or of a quantile of a fiscal year's metric.

        Parameters
        ----------
        place, year
            As for ``change_by_year``.
        metric
            Which, by its name.
        statistic
            ``mean``, or a quantile such as ``p50``.

        Returns
        -------
        Estimate
        """
        before, after = (
            result.by_replicate(metric, result.last_quarter(year), statistic)
            for result in (self.results[0], self.results[place])
        )
        return after.change_from(before)

    def change_of_funding_need(self, place: int, statistic: str) -> Estimate:
        """Return the change of the mean or of a quantile of the peak funding need."""
        before, after = (
            result.funding_need_by_replicate(statistic)
            for result in (self.results[0], self.results[place])
        )
        return after.change_from(before)


@dataclass(frozen=True)
class CommonRandomNumbers:
    """What runs share, so that their differences have small errors.

    Attributes
    ----------
    layout
        The coordinates of a path's point.
    sampling
        Paths, replicates, seed and sampler.
    last_quarter
        Of the horizon that ends first: amounts and dates compare only within the same years. None
        where each runs to its own end.
    session
        In which they are run: they share their points, and what tables they have in common.
    """

    layout: Layout
    sampling: Sampling
    last_quarter: int | None
    session: Session = field(repr=False, compare=False)

    @property
    def paths(self) -> int:
        """Paths of each run: whole blocks in every replicate."""
        block = LANES * self.sampling.replicates
        return -(-self.sampling.paths // block) * block

    def within_horizon(self, scenario: Scenario) -> Scenario:
        """Return a scenario that ends with the horizon that ends first."""
        if self.last_quarter in (None, scenario.horizon.last_quarter):
            return scenario
        horizon = scenario.horizon.ending(self.last_quarter)
        return scenario.model_copy(update={"horizon": horizon})

    def run(
        self,
        scenario: Scenario,
        progress: Progress | None = None,
        *,
        place: int = 0,
        of: int = 1,
        paths: int | None = None,
        measures: Mapping[str, Measure] | None = None,
    ) -> Result:
        """Run a scenario, one of those that these are common to or one of the same make.

        Parameters
        ----------
        scenario
            Which.
        progress
            As for ``run``, but of all runs together.
        place, of
            Which of how many runs it is, counted from 0.
        paths
            In place of those of all runs.
        measures
            As for ``run``; with them, paths are kept with outcomes, inputs and deviations.
        """

        def report(done: int, total: int, error: float) -> None:
            if progress is not None:
                progress(place * total + done, of * total, error)

        alike = self.within_horizon(scenario).model_copy(update={"sampling": self.sampling})
        keep = measures is not None
        return self.session.run(
            alike,
            paths=paths,
            layout=self.layout,
            progress=report,
            keep_outcomes=keep,
            keep_inputs=keep,
            keep_deviations=keep,
            measures=measures,
        )


def common_random_numbers(
    scenarios: Sequence[Scenario],
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
) -> CommonRandomNumbers:
    """Return what runs of several scenarios can share.

    Parameters and errors are those of ``compare``.
    """
    horizons = [scenario.horizon for scenario in scenarios]
    last = min(horizon.last_quarter for horizon in horizons)
    if last < max(horizon.first_quarter for horizon in horizons):
        names = ", ".join(f'"{scenario.name}"' for scenario in scenarios)
        raise ScenarioError(f"{names}: horizons without a year in common don't compare")
    sampling = with_sampling(scenarios[0], paths, seed).sampling
    return CommonRandomNumbers(common_layout(scenarios), sampling, last, Session(threads))


def compare(
    scenarios: Sequence[Scenario],
    *,
    of: Of = (),
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run scenarios on common random numbers.

    Parameters
    ----------
    scenarios
        At least two; the first is what the others are compared with. Each is simulated to the end
        of the horizon that ends first. They may begin in different quarters; those of the same date
        share their points.
    of
        What else to tell of them, one or several: the probability of an outcome such as
        ``"P(revenue >= 30 by 2027)"``, the median of ``"revenue 2027"``, or ``"P10(cash 2028)"``.
    paths, seed
        For all of them; by default those of the first.
    threads
        As for ``run``.
    progress
        Called with the number of paths done, and of all, and NaN.

    Returns
    -------
    Comparison

    Raises
    ------
    ScenarioError
        If the horizons have no year in common, or one of the scenarios can't be asked something.

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic.toml")
    >>> richer = scenario.changed({"cash.opening": 60})
    >>> both = simulate.compare([scenario, richer], paths=4096)
    >>> print(both.change_by_year(1, "out of cash", 2030))
    """
    common = common_random_numbers(scenarios, paths=paths, seed=seed, threads=threads)
    asked, counted = ask(of, [common.within_horizon(scenario) for scenario in scenarios])
    runs = len(counted)
    results = (common.run(s, progress, place=i, of=runs) for i, s in enumerate(counted))
    return Comparison(tuple(results), tuple(scenarios), asked)


def compared_year(before: Result, after: Result) -> int:
    """Return the year that the first one's company projects, or the last that both have.

    Raises
    ------
    ValueError
        If the horizons have no year in common.
    """
    common = [year for year in before.years if year in after.years]
    if not common:
        raise ValueError("the horizons have no year in common")
    projected = before.scenario.targets.projected_year
    return projected if projected in common else common[-1]


@dataclass(frozen=True)
class Statistic:
    """A number of a run: a probability, or the mean or a quantile of an amount.

    Attributes
    ----------
    name, short
        In words, and for the head of a column.
    kind
        What it is, whatever of: ``probability``, ``median``, ``P90``.
    unit
        A probability, a share of money, or money.
    more_is_better
        Which way is up; None where that isn't known, as of a scenario's own outcomes and metrics.
    read
        Takes it from a result.
    """

    name: str
    short: str
    kind: str
    unit: Unit
    more_is_better: bool | None
    read: Callable[[Result], Reading]


# What a figure is under each alternative, by what is so there; of a probability alone.
Under = Mapping[str, Estimate]


class Pooled(NamedTuple):
    """A reading of all paths, and the probability under each alternative."""

    reading: Reading
    under: Under

    @property
    def estimate(self) -> Estimate:
        """The statistic of all paths, with its error."""
        return self.reading.estimate

    def change_from(self, before: "Pooled") -> Estimate:
        """Return the change from another run on common random numbers, with a paired error."""
        return self.reading.change_from(before.reading)


def under_alternatives(reading: Reading) -> Under:
    """Return what a reading is under each alternative; empty where there are none."""
    return reading.under if isinstance(reading, Pooled) else {}


def statistic_of(asked: OutcomeStatistic, scenario: Scenario, *others: Scenario) -> Statistic:
    """Return what is read of a scenario's runs.

    It names the targets of other scenarios, too, in which it is read.
    """
    outcome, name = asked.outcome, asked.in_words(scenario, *others)
    if isinstance(outcome, Event):
        short = outcome.in_short(scenario, *others)
        of, bad = outcome.time, (Hit.OUT_OF_CASH,)
    else:
        short = name if outcome.unit in BEHIND_NUMBERS else f"{name}, {outcome.unit}"
        of, bad = outcome.metric if isinstance(outcome, Amount) else None, (None, *COSTS)
    is_own = isinstance(of, (OwnHit, FormulaMetric))
    is_good = False if of is not None and of.title == FAILED else None if is_own else of not in bad
    reading = partial(_read, asked=asked, horizon=scenario.horizon)
    return Statistic(name, short, asked.kind_in_words, outcome.unit, is_good, reading)


def _read(result: Result, asked: OutcomeStatistic, horizon: Horizon) -> Reading:
    """Return a statistic, counted from the first quarter of a horizon, of a run with its own."""
    counted = counted_from(asked.outcome, horizon, result.scenario.horizon)
    found = read(replace(asked, outcome=counted), result)
    if not isinstance(counted, Event):
        return found
    under = {
        each.clause: result.probability_by(counted.time, counted.quarter, each.name)
        for each in result.scenario.possible_alternatives
    }
    return Pooled(found, under)


def headlines(
    scenario: Scenario, *others: Scenario, asked: Sequence[OutcomeStatistic] = ()
) -> tuple[Statistic, ...]:
    """Return what a report on a scenario leads with.

    Parameters
    ----------
    scenario
        As for ``headline_events``.
    others
        In which the figures are read, too.
    asked
        What is asked beside it.

    Returns
    -------
    tuple of Statistic
        The probabilities of the headline events, the median peak funding need, the probabilities
        of the own outcomes that all of them have, and what is asked beside these.
    """
    need = usual_statistic(PeakFundingNeed())
    usual = [usual_statistic(event) for event in asked_events(scenario, *others)]
    first = len(headline_events(scenario))
    beside = [each for each in asked if each not in (*usual, need)]
    events, own = (
        tuple(statistic_of(each, scenario, *others) for each in told)
        for told in (usual[:first], [*usual[first:], *beside])
    )
    shortly = replace(statistic_of(need, scenario), short="peak need, bn USD")
    return (*events, shortly, *own)


def read_all(
    figures: Sequence[Statistic],
    scenarios: Sequence[Scenario],
    common: CommonRandomNumbers,
    progress: Progress | None = None,
) -> list[tuple[Reading, ...]]:
    """Run scenarios on common random numbers, and keep nothing of the runs but figures.

    Parameters
    ----------
    figures
        Which.
    scenarios
        Any number; a result of each would take some 80 MB.
    common
        From ``common_random_numbers``, of scenarios such as these.
    progress
        As for ``run``, of all runs together.

    Returns
    -------
    list of tuple of Reading
        One tuple a scenario, one reading a figure.
    """
    found = []
    for place, scenario in enumerate(scenarios):
        result = common.run(scenario, progress, place=place, of=len(scenarios))
        found.append(tuple(figure.read(result) for figure in figures))
    return found


@dataclass(frozen=True)
class Beside:
    """A figure of every scenario.

    Attributes
    ----------
    figure
        Which.
    estimates
        One a scenario, in the order given.
    changes
        From the first, of each further one, with paired errors.
    under
        What it is under the alternatives of each scenario.
    """

    figure: Statistic
    estimates: tuple[Estimate, ...]
    changes: tuple[Estimate, ...]
    under: tuple[Under, ...] = ()

    @property
    def unpaired_errors(self) -> list[float]:
        """The errors that the changes would have between runs on random numbers of their own."""
        first, *others = (estimate.standard_error for estimate in self.estimates)
        return [math.hypot(first, other) for other in others]


def side_by_side(comparison: Comparison) -> tuple[Beside, ...]:
    """Return what leads a report on each scenario, in the definitions and years of the first."""
    scenario, *compared = comparison.within_horizon
    horizon = scenario.horizon
    cash_year = min(max(CASH_YEAR, horizon.first_year), horizon.last_year)
    figures = (
        Statistic(
            "P90 of the peak funding need",
            "P90 of need, bn USD",
            "P90",
            "bn USD",
            False,
            lambda result: result.funding_need_by_replicate("p90"),
        ),
        _median_of_year(Metric.REVENUE, cash_year, "revenue"),
        _median_of_year(Metric.FREE_CASH_FLOW, cash_year, "cash flow"),
        *(
            statistic_of(usual_statistic(amount), scenario)
            for amount in (
                Amount(metric, horizon.end_of(cash_year), str(cash_year))
                for metric in own_metrics(scenario, *compared)
            )
        ),
    )
    others = (_beside(figure, comparison) for figure in figures)
    return (*headlines_side_by_side(comparison), *others)


def headlines_side_by_side(comparison: Comparison) -> tuple[Beside, ...]:
    """Return the first of what leads a report on each scenario: see ``headlines``."""
    scenario, *others = comparison.within_horizon
    figures = headlines(scenario, *others, asked=comparison.asked)
    return tuple(_beside(figure, comparison) for figure in figures)


def odds_by_year(comparison: Comparison, time: Hit) -> dict[int, Beside]:
    """Return the probability of a hitting time by the end of each year."""
    scenario, *others = (result.scenario for result in comparison.results)
    asked = {
        year: usual_statistic(event_by_year(time, year, scenario))
        for year in comparison.results[0].years
        if all(year in result.years for result in comparison.results)
    }
    return {
        year: _beside(statistic_of(event, scenario, *others), comparison)
        for year, event in asked.items()
    }


def _median_of_year(metric: Metric, year: int, name: str) -> Statistic:
    return Statistic(
        f"median {name} of {year}",
        f"median {name} {year}, bn USD",
        "median",
        "bn USD",
        True,
        partial(_median, metric=metric, year=year),
    )


def _median(result: Result, metric: Metric, year: int) -> Replicated:
    return result.by_replicate(metric, result.last_quarter(year), "p50")


def _beside(figure: Statistic, comparison: Comparison) -> Beside:
    first, *others = (figure.read(result) for result in comparison.results)
    return Beside(
        figure,
        tuple(reading.estimate for reading in (first, *others)),
        tuple(other.change_from(first) for other in others),
        tuple(map(under_alternatives, (first, *others))),
    )
