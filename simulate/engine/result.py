"""The result of a run: tables with errors, and what they were made from."""

import json
import math
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.kernels.arrays import index
from simulate.model.outcomes import HITTING_TIMES, METRICS, NEVER_NEGATIVE, bounds_of
from simulate.model.rows import Hit, Metric
from simulate.model.tally import (
    FIXED_POINT,
    MONEY_METRICS,
    MONEY_SIDE,
    Tally,
    margin_edges,
    money_edges,
)
from simulate.scenario.quarters import format_quarter
from simulate.scenario.schema import Scenario
from simulate.version import package_version

from .estimate import Estimate, centred, histogram_quantiles, probability, within
from .layout import Layout

Array = NDArray[np.float64]

LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
LEVEL_NAMES = tuple(f"p{100 * level:02.0f}" for level in LEVELS)
NEVER = "never"
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


class Replicated(NamedTuple):
    """A statistic of all paths together, and of each replicate, shape (replicates,).

    It can't be below ``low`` or above ``high``.
    """

    pooled: float
    each: Array
    low: float = -math.inf
    high: float = math.inf

    @property
    def estimate(self) -> Estimate:
        """The statistic with the error that its replicates show."""
        return within(centred(self.pooled, self.each), self.low, self.high)

    def change_from(self, before: "Replicated") -> Estimate:
        """Return the change from another run on common random numbers, with a paired error."""
        return centred(self.pooled - before.pooled, self.each - before.each)


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
    outcomes
        One row a path, if asked for: replicate, path, hitting times in quarters from the first of
        the horizon (the number of quarters stands for never; ``dated`` names them), peak funding
        need in billions of dollars, and the uncertain inputs if those were asked for.
    goal
        What became of the precision that was asked for, in words.
    traces
        Metrics of the first paths of replicate 0, quarter by quarter, in the order of ``METRICS``:
        shape (paths, metrics, quarters). ``run`` keeps 1,024 of them, however many it counts.
    layout
        Of the run's points where it shares them with other scenarios' runs; else its own.
    """

    scenario: Scenario
    replicate_paths: int
    tally: Tally
    seconds: float
    outcomes: pd.DataFrame | None = None
    goal: str = ""
    traces: Array = field(default_factory=lambda: np.empty((0, len(METRICS), 0)), repr=False)
    layout: Layout | None = field(default=None, repr=False)

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
        quarters = self.scenario.horizon.quarters
        rows = []
        for time, name in HITTING_TIMES.items():
            share = self.tally.hits[:, index(time)].sum(axis=0, dtype=np.int64) / self.paths
            for quarter in range(quarters + 1):
                never = quarter == quarters
                by = self.probability_never(time) if never else self._by_quarter[time][quarter]
                rows.append(
                    {
                        "outcome": name,
                        "quarter": self.quarter_name(quarter),
                        "probability": float(share[quarter]),
                        "cumulative": np.nan if never else by.value,
                        "standard_error": by.standard_error,
                        "low": by.low,
                        "high": by.high,
                    }
                )
        return pd.DataFrame(rows)

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Mean and quantiles of each metric by quarter, with standard error and 95% interval.

        Flows and margins are of the trailing four quarters, cash is the balance; billions of
        dollars, or shares. Quantiles come from histograms and are off by less than a bin: 0.002 of
        margin, 1.6% of the value for money; below -300% they say that edge. An amount above 2**24
        billion counts as that; see ``beyond_range``.
        """
        return pd.DataFrame(
            [
                {
                    "metric": METRICS[metric],
                    "quarter": self.quarter_name(quarter),
                    "statistic": statistic,
                    "value": estimate.value,
                    "standard_error": estimate.standard_error,
                    "low": estimate.low,
                    "high": estimate.high,
                }
                for metric, quarters in self._estimates.items()
                for quarter, estimates in enumerate(quarters)
                for statistic, estimate in estimates.items()
            ]
        )

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
        if index(metric) >= MONEY_METRICS:
            return self.tally.margin[:, index(metric) - MONEY_METRICS], margin_edges()
        counts = self.tally.money[:, index(metric)]
        return _from_zero(counts) if metric in NEVER_NEGATIVE else (counts, money_edges())

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
        found: dict[Metric, list[dict[str, Replicated]]] = {}
        for metric in METRICS:
            means = self.tally.sums[:, index(metric)] / (FIXED_POINT * self.replicate_paths)
            pooled, each = _pooled_and_each(*self.histogram(metric))
            ends = bounds_of(metric)
            found[metric] = [
                _statistics_of(means[:, quarter], pooled[quarter], each[:, quarter], ends)
                for quarter in range(self.scenario.horizon.quarters)
            ]
        return found

    @cached_property
    def _estimates(self) -> dict[Metric, list[dict[str, Estimate]]]:
        return {
            metric: [{k: v.estimate for k, v in found.items()} for found in quarters]
            for metric, quarters in self._statistics.items()
        }

    @cached_property
    def _funding_statistics(self) -> dict[str, Replicated]:
        pooled, each = _pooled_and_each(*_from_zero(self.tally.funding_need))
        means = self.tally.funding_need_sum[:, 0] / (FIXED_POINT * self.replicate_paths)
        return _statistics_of(means, pooled, each, (0.0, math.inf))

    @cached_property
    def funding_need(self) -> dict[str, Estimate]:
        """Mean and quantiles of the peak funding need: the deepest cumulative free cash flow."""
        return {name: found.estimate for name, found in self._funding_statistics.items()}

    def summary(self) -> dict[str, Any]:
        """Return the answer and all that made it, ready for JSON."""
        scenario = self.scenario
        times = {
            name: {
                "by_end_of": {
                    str(year): self.probability_by_year(time, year).as_dict() for year in self.years
                },
                "never": self.probability_never(time).as_dict(),
                "quarter": {
                    level: self.hitting_quarter(time, share)._asdict()
                    for level, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))
                },
            }
            for time, name in HITTING_TIMES.items()
        }
        return {
            "name": scenario.name,
            "version": package_version(),
            "seed": scenario.sampling.seed,
            "sampler": scenario.sampling.sampler,
            "paths": self.paths,
            "replicates": self.replicates,
            "seconds": round(self.seconds, 3),
            "goal": self.goal,
            "gross_margin_target": scenario.targets.gross_margin,
            "company_projection": scenario.targets.model_dump(
                include={"projected_year", "projected_margin", "source"}
            ),
            "hitting_times": times,
            "peak_funding_need": {k: v.as_dict() for k, v in self.funding_need.items()},
            "fiscal_years": self._fiscal_years(),
            "beyond_range": {METRICS[m]: b._asdict() for m, b in self.beyond_range.items()},
            "provenance": asdict(scenario.provenance),
            "scenario": scenario.model_dump(mode="json"),
        }

    def _fiscal_years(self) -> dict[str, Any]:
        return {
            name: {
                str(year): {k: v.as_dict() for k, v in self.in_year(metric, year).items()}
                for year in self.years
            }
            for metric, name in METRICS.items()
        }

    def to_json(self) -> str:
        """Return ``summary`` as JSON text."""
        return json.dumps(self.summary(), indent=2, ensure_ascii=False)


def _from_zero(counts: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], Array]:
    """Return the histogram of an amount that is never negative, shape (..., bins), from 0 on."""
    edges = money_edges()[MONEY_SIDE:]
    return counts[..., MONEY_SIDE:], np.maximum(edges, 0.0)


def _statistics_of(
    means: Array, pooled: Array, each: Array, ends: tuple[float, float]
) -> dict[str, Replicated]:
    """Return mean and quantiles by name."""
    return {"mean": Replicated(float(means.mean()), means, *ends)} | {
        name: Replicated(float(pooled[i]), each[:, i], *ends) for i, name in enumerate(LEVEL_NAMES)
    }


def _pooled_and_each(counts: NDArray[np.uint32], edges: Array) -> tuple[Array, Array]:
    """Return the quantiles of all replicates' histograms together, and of each."""
    levels = np.array(LEVELS)
    pooled = histogram_quantiles(counts.sum(axis=0, dtype=np.int64), edges, levels)
    return pooled, histogram_quantiles(counts, edges, levels)
