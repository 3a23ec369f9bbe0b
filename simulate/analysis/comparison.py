"""Scenarios side by side on common random numbers, so that differences have small errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulate.estimate import Estimate, centred, change_of_probability
from simulate.kernels.rows import Hit, Metric
from simulate.result import Result
from simulate.run import run
from simulate.sampling.layout import common_layout
from simulate.scenario import Scenario, ScenarioError

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Comparison:
    """Results that share their points; changes are those from the first.

    Attributes
    ----------
    results
        One a scenario, in the order given.
    """

    results: tuple[Result, ...]

    def change_by_year(self, place: int, time: Hit, year: int) -> Estimate:
        """Return the change of the probability of getting there by the end of a fiscal year.

        Parameters
        ----------
        place
            Of the result that is compared with the first, counted from 0.
        time
            Which hitting time.
        year
            Within both horizons.

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
        before, after = self.results[0], self.results[place]
        a, b = (r.by_replicate(metric, r.last_quarter(year), statistic) for r in (before, after))
        return centred(b.pooled - a.pooled, b.each - a.each)

    def change_of_funding_need(self, place: int, statistic: str) -> Estimate:
        """Return the change of the mean or of a quantile of the peak funding need."""
        a, b = (
            r.funding_need_by_replicate(statistic) for r in (self.results[0], self.results[place])
        )
        return centred(b.pooled - a.pooled, b.each - a.each)


def compare(
    scenarios: Sequence[Scenario],
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Advance | None = None,
) -> Comparison:
    """Run scenarios on common random numbers.

    Parameters
    ----------
    scenarios
        At least two; the first is what the others are compared with.
    paths, seed
        For all of them; by default those of the first.
    threads
        As for ``run``.
    progress
        Called with the number of paths done, and of all.

    Returns
    -------
    Comparison

    Raises
    ------
    ScenarioError
        If the horizons begin in different quarters.
    """
    first = scenarios[0]
    if len({scenario.horizon.first_quarter for scenario in scenarios}) > 1:
        names = ", ".join(f'"{scenario.name}"' for scenario in scenarios)
        raise ScenarioError(f"{names}: horizons that begin in different quarters don't compare")
    layout = common_layout(scenarios)
    results: list[Result] = []
    for place, scenario in enumerate(scenarios):
        alike = scenario.model_copy(update={"sampling": first.sampling})

        def report(done: int, total: int, _error: float, place: int = place) -> None:
            if progress is not None:
                progress(place * total + done, len(scenarios) * total)

        results.append(
            run(alike, paths=paths, seed=seed, threads=threads, layout=layout, progress=report)
        )
    return Comparison(tuple(results))
