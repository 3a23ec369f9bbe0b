"""The result of a run: tables with errors, and what they were made from."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.kernels.arrays import index
from simulate.model.outcomes import HITTING_TIMES, METRICS
from simulate.model.rows import Hit, Metric
from simulate.model.tally import MONEY_METRICS, Tally
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.quarters import format_quarter

from .block import trace_paths
from .estimate import Estimate, probability
from .plan import Prepared
from .statistics import Replicated, funding_statistics, histogram, metric_statistics
from .summary import hitting_table, metrics_table, summary_of

Array = NDArray[np.float64]

NEVER = "never"
TRACED_PATHS = 1 << 10
DISCLAIMER = "A model's answer from stated assumptions; no investment advice."


def dated(outcomes: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return outcomes by path with quarters by name, as they leave the program.

    Parameters
    ----------
    outcomes
        As ``Result.outcomes``, in which hitting times are counted from the first quarter.
    scenario
        Of the run.

    Returns
    -------
    DataFrame
        Hitting times are ordered categories such as ``2027Q4``, with ``never`` as the last.
    """
    horizon = scenario.horizon
    quarters = range(horizon.first_quarter, horizon.last_quarter + 1)
    dates = pd.CategoricalDtype([*map(format_quarter, quarters), NEVER], ordered=True)
    return outcomes.assign(
        **{
            name: pd.Categorical.from_codes(outcomes[name].to_numpy(np.int16), dtype=dates)
            for name in HITTING_TIMES.values()
        }
    )


class HittingQuarter(NamedTuple):
    """A quantile of a hitting time, such as ``2027Q4`` or ``never``, with its 95% interval."""

    quarter: str
    low: str
    high: str

    def __str__(self) -> str:
        """Return the quarter, or the interval such as ``27Q4-28Q1`` where it is wider."""
        if self.low == self.high:
            return self.quarter
        return "-".join(q if q == NEVER else q[2:] for q in (self.low, self.high))


class Beyond(NamedTuple):
    """Since when an amount is too large to be counted, and in what share of paths at most."""

    quarter: str
    share: float


@dataclass(frozen=True)
class Result:
    """Outcomes and metrics of a run.

    Attributes
    ----------
    scenario
        The whole resolved scenario, with seed and number of paths asked for.
    replicate_paths
        Paths in each replicate.
    tally
        Counts by replicate: each array of ``Tally`` with a leading axis of replicates.
    seconds
        Time of the simulation.
    prepared
        The scenario as kernels see it.
    by_path
        What ``outcomes`` returns, where the run kept it.
    goal
        What became of the precision that was asked for, in words.
    """

    scenario: Scenario
    replicate_paths: int
    tally: Tally
    seconds: float
    prepared: Prepared
    by_path: pd.DataFrame | None = None
    goal: str = ""

    def __repr__(self) -> str:
        """Return what was run: in a notebook all its numbers would fill many pages."""
        sampling = self.scenario.sampling
        return f"<Result of {self.scenario.name!r}: {self.paths:,} paths, seed {sampling.seed}>"

    @property
    def replicates(self) -> int:
        """Number of replicates."""
        return len(self.tally.hits)

    @property
    def paths(self) -> int:
        """Number of paths."""
        return self.replicate_paths * self.replicates

    @property
    def years(self) -> list[int]:
        """Fiscal years of the horizon."""
        horizon = self.scenario.horizon
        return list(range(horizon.first_year, horizon.last_year + 1))

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row a path: replicate, path, its outcomes, and what else was kept of it.

        Hitting times are in quarters from the first of the horizon, whose number stands for never
        (``dated`` names them); peak funding need is in billions of dollars.

        Raises
        ------
        ScenarioError
            If the run kept none.
        """
        if self.by_path is None:
            raise ScenarioError("no path was kept; run(scenario, keep_outcomes=True) keeps them")
        return self.by_path

    @cached_property
    def traces(self) -> Array:
        """Metrics of the first 1,024 paths of replicate 0, however many were counted.

        Quarter by quarter, in the order of ``METRICS``: shape (paths, metrics, quarters). They are
        simulated when they are first asked for.
        """
        options = self.scenario.sampling
        points = self.prepared.points(options.sampler, options.seed, 0)
        return trace_paths(self.prepared, points, TRACED_PATHS)

    def quarter_name(self, quarter: int) -> str:
        """Return the name of a quarter counted from the first, or ``never`` past the last."""
        horizon = self.scenario.horizon
        if quarter >= horizon.quarters:
            return NEVER
        return format_quarter(horizon.first_quarter + quarter)

    def probability_by(self, time: Hit, quarter: int) -> Estimate:
        """Return the probability that a hitting time comes by the end of a quarter.

        Parameters
        ----------
        time
            Which hitting time.
        quarter
            Counted from the first of the horizon.

        Returns
        -------
        Estimate

        Raises
        ------
        ValueError
            If the quarter lies outside the horizon.
        """
        return probability(self.counts_by(time, quarter), self.replicate_paths)

    def probability_at_least(self, metric: Metric, year: int, level: float) -> Estimate:
        """Return the probability that a metric of a fiscal year is at or above a level.

        Parameters
        ----------
        metric
            Which metric.
        year
            Within the horizon.
        level
            A share, or billions of dollars; of the bin that holds it, the part above it counts.

        Returns
        -------
        Estimate

        Raises
        ------
        ValueError
            If the year lies outside the horizon.
        """
        counts, edges = self.histogram(metric)
        part = np.clip((edges[1:] - level) / np.diff(edges), 0.0, 1.0)
        above = np.rint(counts[:, self.last_quarter(year)] @ part)
        return probability(above, self.replicate_paths)

    def counts_by(self, time: Hit, quarter: int) -> NDArray[np.int64]:
        """Return how many paths of each replicate get there by the end of a quarter.

        Parameters and errors are those of ``probability_by``; shape (replicates,).
        """
        if not 0 <= quarter < self.scenario.horizon.quarters:
            raise ValueError(f"quarter {quarter} lies outside the horizon")
        return self.tally.hits[:, index(time), : quarter + 1].sum(axis=1, dtype=np.int64)

    def probability_by_year(self, time: Hit, year: int) -> Estimate:
        """Return the probability that a hitting time comes by the end of a fiscal year.

        Parameters
        ----------
        time
            Which hitting time.
        year
            Within the horizon.

        Returns
        -------
        Estimate

        Raises
        ------
        ValueError
            If the year lies outside the horizon.
        """
        return self.probability_by(time, self.last_quarter(year))

    def last_quarter(self, year: int) -> int:
        """Return a fiscal year's last quarter, counted from the first of the horizon.

        Raises
        ------
        ValueError
            If the year lies outside the horizon.
        """
        if year not in self.years:
            raise ValueError(f"{year} lies outside {self.years[0]} to {self.years[-1]}")
        return 4 * (year - self.years[0]) + 3

    @cached_property
    def _by_quarter(self) -> dict[Hit, list[Estimate]]:
        """Probability of each hitting time by the end of each quarter."""
        quarters = range(self.scenario.horizon.quarters)
        return {time: [self.probability_by(time, q) for q in quarters] for time in HITTING_TIMES}

    def probability_never(self, time: Hit) -> Estimate:
        """Return the probability that a hitting time does not come within the horizon."""
        return probability(self.tally.hits[:, index(time), -1], self.replicate_paths)

    def hitting_quarter(self, time: Hit, level: float) -> HittingQuarter:
        """Return the first quarter by which a share of all paths has got there.

        Parameters
        ----------
        time
            Which hitting time.
        level
            The share, between 0 and 1.

        Returns
        -------
        HittingQuarter
            With the quarters at which the 95% interval of the probability gets there.
        """
        reached = self._by_quarter[time]

        def first(shares: list[float]) -> str:
            above = [quarter for quarter, share in enumerate(shares) if share >= level]
            return self.quarter_name(above[0] if above else len(shares))

        return HittingQuarter(
            first([by.value for by in reached]),
            first([by.high for by in reached]),
            first([by.low for by in reached]),
        )

    @property
    def chance_out_of_cash(self) -> Estimate:
        """Probability that cash falls below zero within the horizon."""
        return self.probability_by(Hit.OUT_OF_CASH, self.scenario.horizon.quarters - 1)

    @cached_property
    def hitting_times(self) -> pd.DataFrame:
        """Distribution of each hitting time.

        One row an outcome and quarter, ``never`` last: probability of that quarter, and the
        probability of having got there by its end with standard error and 95% interval; for
        ``never``, those are of its own probability.
        """
        return hitting_table(self, self._by_quarter)

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Mean and quantiles of each metric by quarter, with standard error and 95% interval.

        Flows and margins are of the trailing four quarters, cash is the balance; billions of
        dollars, or shares. Quantiles come from histograms and are off by less than a bin: 0.002 of
        margin, 1.6% of the value for money; below -300% they say that edge. An amount above 2**24
        billion counts as that; see ``beyond_range``.
        """
        return metrics_table(self)

    def histogram(self, metric: Metric) -> tuple[NDArray[np.uint32], Array]:
        """Return a metric's histograms.

        Parameters
        ----------
        metric
            Which metric.

        Returns
        -------
        counts : ndarray, shape (replicates, quarters, bins)
        edges : ndarray, shape (bins + 1,)
            From 0 on for what is never negative.
        """
        return histogram(self.tally, metric)

    @cached_property
    def beyond_range(self) -> dict[Metric, Beyond]:
        """Amounts that in some paths are ``LARGEST_AMOUNT`` or more either way, and count as that.

        Their means are too near 0, and quantiles that fall there say that edge.
        """
        outermost = self.tally.money[..., [0, -1]].sum(axis=(0, 3), dtype=np.int64) / self.paths
        return {
            metric: Beyond(self.quarter_name(int(np.argmax(shares > 0.0))), float(shares.max()))
            for metric in METRICS
            if index(metric) < MONEY_METRICS and (shares := outermost[index(metric)]).any()
        }

    def in_year(self, metric: Metric, year: int) -> dict[str, Estimate]:
        """Return a metric of a fiscal year; see ``in_quarter``."""
        return self.in_quarter(metric, self.last_quarter(year))

    def in_quarter(self, metric: Metric, quarter: int) -> dict[str, Estimate]:
        """Return a metric of a quarter.

        Parameters
        ----------
        metric
            Which metric.
        quarter
            Counted from the first of the horizon.

        Returns
        -------
        dict of str to Estimate
            The mean and the quantiles p05 to p95.
        """
        return self._estimates[metric][quarter]

    def by_replicate(self, metric: Metric, quarter: int, statistic: str) -> Replicated:
        """Return a statistic of a metric in a quarter, of all paths and of each replicate.

        Parameters
        ----------
        metric, quarter
            As for ``in_quarter``.
        statistic
            ``mean``, or a quantile from ``p05`` to ``p95``.

        Returns
        -------
        Replicated
        """
        return self._statistics[metric][quarter][statistic]

    def funding_need_by_replicate(self, statistic: str) -> Replicated:
        """Return a statistic of the peak funding need, of all paths and of each replicate."""
        return self._funding_statistics[statistic]

    @cached_property
    def _statistics(self) -> dict[Metric, list[dict[str, Replicated]]]:
        """Mean and quantiles by metric and quarter."""
        return {m: metric_statistics(self.tally, self.replicate_paths, m) for m in METRICS}

    @cached_property
    def _estimates(self) -> dict[Metric, list[dict[str, Estimate]]]:
        return {
            metric: [{k: v.estimate for k, v in found.items()} for found in quarters]
            for metric, quarters in self._statistics.items()
        }

    @cached_property
    def _funding_statistics(self) -> dict[str, Replicated]:
        return funding_statistics(self.tally, self.replicate_paths)

    @cached_property
    def funding_need(self) -> dict[str, Estimate]:
        """Mean and quantiles of the peak funding need: the deepest cumulative free cash flow."""
        return {name: found.estimate for name, found in self._funding_statistics.items()}

    def summary(self) -> dict[str, Any]:
        """Return the answer and all that made it, ready for JSON."""
        return summary_of(self)

    def to_json(self) -> str:
        """Return ``summary`` as JSON text."""
        return json.dumps(self.summary(), indent=2, ensure_ascii=False)
