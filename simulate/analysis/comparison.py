"""Scenarios side by side on common random numbers, so that differences have small errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulate.estimate import Estimate, change_of_probability
from simulate.kernels.rows import LANES, Hit, Metric
from simulate.result import Result
from simulate.run import run, with_sampling
from simulate.sampling.layout import Layout, common_layout
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.schema import Horizon, Sampling
from simulate.simulation import Measure, Progress


@dataclass(frozen=True)
class Comparison:
    """Results that share their points; changes are those from the first.

    Attributes
    ----------
    results
        One a scenario, in the order given, all to the end of the shortest horizon.
    scenarios
        As they were given.
    """

    results: tuple[Result, ...]
    scenarios: tuple[Scenario, ...]

    def change_by_year(self, place: int, time: Hit, year: int) -> Estimate:
        """Return the change of the probability of getting there by the end of a fiscal year.

        Parameters
        ----------
        place
            Of the result that is compared with the first, counted from 0.
        time
            Which hitting time.
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

    def change_in_year(self, place: int, metric: Metric, year: int, statistic: str) -> Estimate:
        """Return the change of the mean or of a quantile of a fiscal year's metric.

        Parameters
        ----------
        place, year
            As for ``change_by_year``.
        metric
            Which metric.
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
    horizon
        The shortest of all: amounts and dates compare only within the same years.
    threads
        As for ``run``.
    """

    layout: Layout
    sampling: Sampling
    horizon: Horizon
    threads: int | None = None

    @property
    def paths(self) -> int:
        """Paths of each run: whole blocks in every replicate."""
        block = LANES * self.sampling.replicates
        return -(-self.sampling.paths // block) * block

    @property
    def words(self) -> str:
        """What is shared, in words."""
        return f"{self.paths:,} paths a run on common random numbers, seed {self.sampling.seed}."

    def within_horizon(self, scenario: Scenario) -> Scenario:
        """Return a scenario that ends with the common horizon."""
        return scenario.model_copy(update={"horizon": self.horizon})

    def run(
        self,
        scenario: Scenario,
        progress: Progress | None = None,
        *,
        place: int = 0,
        of: int = 1,
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
        measures
            As for ``run``; with them, paths are kept with outcomes, inputs and deviations.
        """

        def report(done: int, total: int, error: float) -> None:
            if progress is not None:
                progress(place * total + done, of * total, error)

        alike = self.within_horizon(scenario).model_copy(update={"sampling": self.sampling})
        keep = measures is not None
        return run(
            alike,
            threads=self.threads,
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
    threads: int | None = None,
) -> CommonRandomNumbers:
    """Return what runs of several scenarios can share.

    Parameters and errors are those of ``compare``.
    """
    if len({scenario.horizon.first_quarter for scenario in scenarios}) > 1:
        names = ", ".join(f'"{scenario.name}"' for scenario in scenarios)
        raise ScenarioError(f"{names}: horizons that begin in different quarters don't compare")
    sampling = with_sampling(scenarios[0], paths, seed).sampling
    shortest = min((scenario.horizon for scenario in scenarios), key=lambda h: h.quarters)
    return CommonRandomNumbers(common_layout(scenarios), sampling, shortest, threads)


def compare(
    scenarios: Sequence[Scenario],
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run scenarios on common random numbers.

    Parameters
    ----------
    scenarios
        At least two; the first is what the others are compared with. Each is simulated to the end
        of the shortest horizon.
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
        If the horizons begin in different quarters.
    """
    common = common_random_numbers(scenarios, paths=paths, seed=seed, threads=threads)
    runs = len(scenarios)
    results = (common.run(s, progress, place=i, of=runs) for i, s in enumerate(scenarios))
    return Comparison(tuple(results), tuple(scenarios))
