"""The result of a run: tables with errors, and what they were made from."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import index
from simulate.model.catalogue import (
    AnyMetric,
    HittingTime,
    hitting_times_of,
    own_metrics,
    own_times,
    traced_lines,
    traced_metric,
)
from simulate.model.outcome_texts import known_metric, known_time, parse_event
from simulate.model.outcomes import MARGIN_METRICS, Event, targets_in_words, with_target
from simulate.model.rows import Hit, Metric
from simulate.model.statistics import OutcomeStatistic, parse_statistic
from simulate.model.tally import Tally, money_place
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.inputs import ALTERNATIVE
from simulate.scenario.mistakes import did_you_mean
from simulate.scenario.own import joined_name
from simulate.scenario.quarters import format_quarter

from .block import TracedPaths, trace_paths
from .estimate import Estimate, conditional_probability, probability
from .plan import Prepared
from .statistics import Replicated, funding_statistics, histogram, metric_statistics
from .summary import alternatives_table, hitting_table, in_json, metrics_table, summary_of

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

NEVER = "never"
TRACED_PATHS = 1 << 10
DISCLAIMER = "A model's answer from stated assumptions; no investment advice."


def dated(outcomes: "pd.DataFrame", scenario: Scenario) -> "pd.DataFrame":
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
        Hitting times are ordered categories such as ``2027Q4``, with ``never`` as the last; the
        alternative that a path lives in goes by its name.
    """
    import pandas as pd

    horizon = scenario.horizon
    quarters = range(horizon.first_quarter, horizon.last_quarter + 1)
    dates = pd.CategoricalDtype([*map(format_quarter, quarters), NEVER], ordered=True)
    names = pd.CategoricalDtype(list(scenario.alternative_weights))
    categories = dict.fromkeys(hitting_times_of(scenario).values(), dates) | {ALTERNATIVE: names}
    return outcomes.assign(
        **{
            name: pd.Categorical.from_codes(outcomes[name].to_numpy(np.int16), dtype=dtype)
            for name, dtype in categories.items()
            if name in outcomes
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
    """Outcomes and metrics of a run, from ``run``.

    Outcomes and metrics go by their names, as in the tables and on the command line: ``"out of
    cash"``, ``"EBITDA"``; ``"gross margin"`` is the definition that the company projects.

    Attributes
    ----------
    scenario
        The whole resolved scenario, with seed and number of paths asked for.
    paths
        Number of paths.
    years
        Fiscal years of the horizon.
    seconds
        Time of the simulation.
    goal
        What became of the precision that was asked for, in words.
    asked
        What its answer tells beside what every answer does.
    hitting_times
        Distribution of the date of each outcome, as a table with errors.
    metrics
        Mean and quantiles of each metric by quarter, as a table with errors.
    funding_need
        Mean and quantiles of the peak funding need.
    kept
        One row a path, if they were kept.
    alternatives
        The weight of each alternative that a path may live in, by name.
    by_alternative
        Distribution of the date of each outcome under each alternative, as a table with errors.

    Methods
    -------
    probability
    probability_by_year
    probability_at_least
    probability_never
    statistic
    hitting_quarter
    in_year
    frame
    paths_of
    summary
    to_json
    """

    scenario: Scenario
    replicate_paths: int
    # Counts by replicate: each array of ``Tally`` with a leading axis of replicates.
    tally: Tally
    seconds: float
    # The scenario as kernels see it.
    prepared: Prepared
    # What ``outcomes`` returns, where the run kept it.
    by_path: "pd.DataFrame | None" = None
    goal: str = ""
    asked: tuple[OutcomeStatistic, ...] = ()

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
    def outcomes(self) -> "pd.DataFrame":
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

    @property
    def traces(self) -> Array:
        """Metrics of the first 1,024 paths of replicate 0, however many were counted.

        Quarter by quarter, the model's metrics first: shape (paths, traces, quarters); see
        ``paths_of``. They are simulated when they are first asked for.
        """
        return self._traced.by_quarter

    @property
    def traced_alternatives(self) -> NDArray[np.intp]:
        """Which alternative each of these paths lives in, by its place among ``alternatives``."""
        if ALTERNATIVE not in self.prepared.drawn_keys:
            return np.zeros(TRACED_PATHS, np.intp)
        place = self.prepared.drawn_keys.index(ALTERNATIVE)
        return self._traced.inputs[:, place].astype(int)

    @cached_property
    def _traced(self) -> TracedPaths:
        options = self.scenario.sampling
        points = self.prepared.points(options.sampler, options.seed, 0)
        return trace_paths(self.prepared, points, TRACED_PATHS)

    def quarter_name(self, quarter: int) -> str:
        """Return the name of a quarter counted from the first, or ``never`` past the last."""
        horizon = self.scenario.horizon
        if quarter >= horizon.quarters:
            return NEVER
        return format_quarter(horizon.first_quarter + quarter)

    def probability(self, event: str, given: str | None = None) -> Estimate:
        """Return the probability of an event.

        Parameters
        ----------
        event
            An outcome and a date, the end of a year or of a quarter, such as ``"gross margin 70% by
            2027"`` or ``"out of cash by 2028Q2"``; or a condition, such as ``"revenue >= 30 by
            2027"``, of which the paths are simulated again.
        given
            The alternative that it is asked of, by its name; by default all of them together.

        Returns
        -------
        Estimate

        Raises
        ------
        ScenarioError
            If it is no event of the scenario, or of another gross margin than the run's target,
            or there is no such alternative.

        Examples
        --------
        >>> result = simulate.run(simulate.load_scenario("anthropic.toml"), paths=4096)
        >>> print(result.probability("gross margin 70% by 2027").value)
        """
        where = f'"{event}"'
        found = parse_event(event, self.scenario, where)
        if found.level not in (None, self.scenario.targets.gross_margin):
            target = targets_in_words(self.scenario)
            raise ScenarioError(
                f"{where}: the run counted how often {target} is reached; for another "
                f'target, run scenario.changed({{"targets.gross_margin": {found.level:g}}})'
            )
        is_counted = found.time in hitting_times_of(self.scenario)
        counted = self if is_counted else self._asked(found)
        return counted.probability_by(found.time, found.quarter, given)

    def statistic(self, text: str) -> Estimate:
        """Return the probability of an event, or the mean or a quantile of an amount.

        Parameters
        ----------
        text
            As on the command line: ``"P10(cash 2028)"``, ``"mean(revenue 2027)"``, ``"P90(peak
            funding need)"``; ``"revenue 2027"`` alone is its median, and what ``probability`` takes
            is that.

        Returns
        -------
        Estimate
            A probability, a share, or billions of dollars.

        Raises
        ------
        ScenarioError
            If it is no statistic that a run counts.

        Examples
        --------
        >>> result = simulate.run(simulate.load_scenario("anthropic.toml"), paths=4096)
        >>> print(result.statistic("P10(cash 2028)").value)
        """
        from .reading import read

        found = parse_statistic(text, self.scenario, f'"{text}"')
        if isinstance(found.outcome, Event):
            return self.probability(text)
        return read(found, self).estimate

    def _asked(self, event: Event) -> "Result":
        """Return the same paths with a condition counted that the run wasn't asked for."""
        from .run import run

        return run(with_target(self.scenario, event), paths=self.paths)

    def probability_by(
        self, time: HittingTime | str, quarter: int, given: str | None = None
    ) -> Estimate:
        """Return the probability that a hitting time comes by the end of a quarter.

        Parameters
        ----------
        time
            Which hitting time, by its name.
        quarter
            Counted from the first of the horizon.
        given
            As for ``probability``.

        Returns
        -------
        Estimate

        Raises
        ------
        ValueError
            If the quarter lies outside the horizon.
        """
        self._refuse_outside(quarter)
        return self._share(self.hits(time, given), slice(quarter + 1), given)

    def probability_at_least(self, metric: AnyMetric | str, year: int, level: float) -> Estimate:
        """Return the probability that a metric of a fiscal year is at or above a level.

        Parameters
        ----------
        metric
            Which, by its name.
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

    def counts_by(self, time: HittingTime | str, quarter: int) -> NDArray[np.int64]:
        """Return how many paths of each replicate get there by the end of a quarter.

        Parameters and errors are those of ``probability_by``; shape (replicates,).
        """
        self._refuse_outside(quarter)
        return self.hits(time)[:, : quarter + 1].sum(axis=1)

    def _refuse_outside(self, quarter: int) -> None:
        if not 0 <= quarter < self.scenario.horizon.quarters:
            raise ValueError(f"quarter {quarter} lies outside the horizon")

    def hits(self, time: HittingTime | str, given: str | None = None) -> NDArray[np.int64]:
        """Return how many paths of each replicate get there in each quarter.

        Parameters
        ----------
        time
            Which hitting time, by its name.
        given
            The alternative that these paths live in, by its name; by default any.

        Returns
        -------
        ndarray, shape (replicates, quarters + 1)
            The last place is never.

        Raises
        ------
        ScenarioError
            If there is no such alternative.
        """
        return self._summed(self.tally.hits, time, given)

    def _summed(
        self, counts: NDArray[Any], time: HittingTime | str, given: str | None
    ) -> NDArray[np.int64]:
        """Return a hitting time's counts by replicate and quarter, of an alternative or of all."""
        places = slice(None) if given is None else [self._place_of(given)]
        return counts[:, :, index(self._time(time))][:, places].sum(axis=1, dtype=np.int64)

    @property
    def alternatives(self) -> dict[str, float]:
        """The weight of each alternative that a path may live in, by name; they sum to 1."""
        return self.scenario.alternative_weights

    def _place_of(self, alternative: str) -> int:
        known = list(self.alternatives)
        if alternative not in known:
            named = f"known are: {', '.join(known)}" if known else "the scenario has none"
            hint = did_you_mean(alternative, known) or named
            raise ScenarioError(f'there is no alternative "{alternative:.60}"; {hint}')
        return known.index(alternative)

    def probability_by_year(
        self, time: HittingTime | str, year: int, given: str | None = None
    ) -> Estimate:
        """Return the probability that a hitting time comes by the end of a fiscal year.

        Parameters
        ----------
        time
            Which hitting time, by its name.
        year
            Within the horizon.
        given
            As for ``probability``.

        Returns
        -------
        Estimate

        Raises
        ------
        ValueError
            If the year lies outside the horizon.
        """
        return self.probability_by(time, self.last_quarter(year), given)

    def last_quarter(self, year: int) -> int:
        """Return a fiscal year's last quarter, counted from the first of the horizon.

        Raises
        ------
        ValueError
            If the year lies outside the horizon.
        """
        if year not in self.years:
            raise ValueError(f"{year} lies outside {self.years[0]} to {self.years[-1]}")
        return self.scenario.horizon.end_of(year)

    @cached_property
    def _by_quarter(self) -> dict[HittingTime, list[Estimate]]:
        """Probability of each hitting time by the end of each quarter."""
        quarters = range(self.scenario.horizon.quarters)
        return {
            time: [self.probability_by(time, q) for q in quarters]
            for time in hitting_times_of(self.scenario)
        }

    def probability_never(self, time: HittingTime | str, given: str | None = None) -> Estimate:
        """Return the probability that a hitting time does not come within the horizon."""
        return self._share(self.hits(time, given), slice(-1, None), given)

    def probability_failed_first(
        self, time: HittingTime | str, year: int | None = None, given: str | None = None
    ) -> Estimate:
        """Return the probability that the lab fails without a hitting time having come.

        What comes by a date, what failed first by then and what may still do either make 1: these
        are cumulative incidences of events that compete.

        Parameters
        ----------
        time
            Which hitting time, by its name.
        year
            By the end of which it has failed; by default that of the horizon.
        given
            As for ``probability``.

        Returns
        -------
        Estimate

        Raises
        ------
        ScenarioError
            If the scenario has no [raising], and paths can't fail.
        """
        last = self.scenario.horizon.quarters - 1 if year is None else self.last_quarter(year)
        return self._share(self._failed_first(time, given), slice(last + 1), given)

    def probability_neither(self, time: HittingTime | str, given: str | None = None) -> Estimate:
        """Return the probability that neither a hitting time nor failure comes within the horizon.

        Parameters and errors are those of ``probability_failed_first``.
        """
        hits, failed_first = self.hits(time, given), self._failed_first(time, given)
        neither = hits[:, -1:] - failed_first[:, :-1].sum(axis=1, keepdims=True)
        return self._share(
            np.hstack([hits.sum(axis=1, keepdims=True) - neither, neither]), slice(-1, None), given
        )

    def _failed_first(self, time: HittingTime | str, given: str | None) -> NDArray[np.int64]:
        """Return how many paths of each replicate fail in each quarter before a hitting time."""
        if self.scenario.raising is None:
            raise ScenarioError(f"{self.scenario.name}: no path fails without [raising]")
        return self._summed(self.tally.failed_first, time, given)

    def _share(self, hits: NDArray[np.int64], quarters: slice, given: str | None) -> Estimate:
        """Return the share of paths that get there in some quarters, of those in an alternative."""
        counts = hits[:, quarters].sum(axis=1)
        if given is None:
            return probability(counts, self.replicate_paths)
        return conditional_probability(counts, hits.sum(axis=1))

    def hitting_quarter(self, time: HittingTime | str, level: float) -> HittingQuarter:
        """Return the first quarter by which a share of all paths has got there.

        Parameters
        ----------
        time
            Which hitting time, by its name.
        level
            The share, between 0 and 1.

        Returns
        -------
        HittingQuarter
            With the quarters at which the 95% interval of the probability gets there.
        """
        reached = self._by_quarter[self._time(time)]

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
    def hitting_times(self) -> "pd.DataFrame":
        """Distribution of each hitting time.

        One row an outcome and quarter, ``never`` last: probability of that quarter, and the
        probability of having got there by its end with standard error and 95% interval; for
        ``never``, those are of its own probability.
        """
        return hitting_table(self)

    @cached_property
    def metrics(self) -> "pd.DataFrame":
        """Mean and quantiles of each metric by quarter, with standard error and 95% interval.

        Flows and margins are of the trailing four quarters, cash is the balance; billions of
        dollars, or shares. Quantiles come from histograms and are off by less than a bin: 0.002 of
        margin, 1.6% of the value for money; below -300% they say that edge. An amount above 2**24
        billion counts as that; see ``beyond_range``.
        """
        return metrics_table(self)

    def histogram(self, metric: AnyMetric | str) -> tuple[NDArray[np.uint32], Array]:
        """Return a metric's histograms.

        Parameters
        ----------
        metric
            Which, by its name.

        Returns
        -------
        counts : ndarray, shape (replicates, quarters, bins)
        edges : ndarray, shape (bins + 1,)
            From 0 on for what is never negative.
        """
        return histogram(self.tally, self._metric(metric))

    @cached_property
    def beyond_range(self) -> dict[Metric, Beyond]:
        """Amounts that in some paths are ``LARGEST_AMOUNT`` or more either way, and count as that.

        Their means are too near 0, and quantiles that fall there say that edge.
        """
        outermost = self.tally.money[..., [0, -1]].sum(axis=(0, 3), dtype=np.int64) / self.paths
        return {
            metric: Beyond(self.quarter_name(int(np.argmax(shares > 0.0))), float(shares.max()))
            for metric in Metric
            if metric not in MARGIN_METRICS and (shares := outermost[money_place(metric)]).any()
        }

    @cached_property
    def without_value(self) -> dict[str, Array]:
        """In what share of paths own metrics, outcomes and lines have no value, by quarter."""
        scenario = self.scenario
        counted = (*own_metrics(scenario), *own_times(scenario))
        names = [*(each.title for each in counted), *(line.words for line in scenario.lines)]
        shares = self.tally.no_value.sum(axis=0, dtype=np.int64) / self.paths
        return dict(zip(names, shares, strict=True))

    @cached_property
    def by_alternative(self) -> "pd.DataFrame":
        """Distribution of each hitting time under each alternative.

        As ``hitting_times``, after the name and the weight of an alternative; empty where the
        scenario has none.
        """
        return alternatives_table(self)

    def frame(self, metric: AnyMetric | str) -> "pd.DataFrame":
        """Return a metric's mean and quantiles by quarter; ``metrics`` has their errors.

        Parameters
        ----------
        metric
            Which, by its name.

        Returns
        -------
        DataFrame
            Rows are quarters, such as ``2027Q4``, columns ``mean`` and ``p05`` to ``p95``. Flows
            and margins are of the four quarters to that one; billions of dollars, or shares.

        Raises
        ------
        ScenarioError
            If there is no such metric.

        Examples
        --------
        >>> result = simulate.run(simulate.load_scenario("anthropic.toml"), paths=4096)
        >>> print(result.frame("EBITDA").loc["2027Q4", "p50"])
        """
        import pandas as pd

        known = self._metric(metric)
        rows = [
            {name: found.pooled for name, found in self._statistics(known, quarter).items()}
            for quarter in range(self.scenario.horizon.quarters)
        ]
        return pd.DataFrame(rows, index=self._quarters)

    def paths_of(self, metric: AnyMetric | str) -> "pd.DataFrame":
        """Return a metric of each traced path: the first paths of replicate 0.

        Parameters
        ----------
        metric
            Which, by its name; or a line of the scenario's own, by its.

        Returns
        -------
        DataFrame
            Rows are paths, as in ``kept``, columns quarters; see ``frame``. A line has what each
            quarter books, in billions of dollars, and NaN where its formula has no value.

        Raises
        ------
        ScenarioError
            If there is no such metric or line.

        Examples
        --------
        >>> result = simulate.run(simulate.load_scenario("anthropic.toml"), paths=4096)
        >>> print(result.paths_of("cash").min(axis="columns"))
        """
        import pandas as pd

        place = self._traced_line(metric) if isinstance(metric, str) else None
        if place is None:
            lines = [line.words for line in self.scenario.lines]
            found = known_metric(metric, self.scenario, self.scenario.name, lines)
            place = traced_metric(found)
        paths = pd.RangeIndex(len(self.traces), name="path")
        return pd.DataFrame(self.traces[:, place], index=paths, columns=self._quarters)

    def _traced_line(self, name: str) -> int | None:
        """Return which row of a trace holds the own line of a name, written or printed."""
        places = traced_lines(self.scenario)
        named = (line.name for line in self.scenario.lines if name == line.title)
        return places.get(next(named, joined_name(name)))

    @cached_property
    def kept(self) -> "pd.DataFrame":
        """One row a path: its outcomes, and the inputs where those were asked for.

        Hitting times are ordered categories such as ``2027Q4``, with ``never`` as the last; the
        peak funding need is in billions of dollars.

        Raises
        ------
        ScenarioError
            If the run kept none.
        """
        return dated(self.outcomes, self.scenario)

    def in_year(self, metric: AnyMetric | str, year: int) -> dict[str, Estimate]:
        """Return a metric of a fiscal year.

        Parameters
        ----------
        metric
            Which, by its name.
        year
            Within the horizon.

        Returns
        -------
        dict of str to Estimate
            The mean and the quantiles p05 to p95.
        """
        return self.in_quarter(metric, self.last_quarter(year))

    def in_quarter(self, metric: AnyMetric | str, quarter: int) -> dict[str, Estimate]:
        """Return a metric of a quarter.

        Parameters
        ----------
        metric
            Which, by its name.
        quarter
            Counted from the first of the horizon.

        Returns
        -------
        dict of str to Estimate
            The mean and the quantiles p05 to p95.
        """
        by_name = self._statistics(self._metric(metric), quarter)
        return {name: found.estimate for name, found in by_name.items()}

    def by_replicate(self, metric: AnyMetric | str, quarter: int, statistic: str) -> Replicated:
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
        return self._statistics(self._metric(metric), quarter)[statistic]

    def funding_need_by_replicate(self, statistic: str) -> Replicated:
        """Return a statistic of the peak funding need, of all paths and of each replicate."""
        return self._funding_statistics[statistic]

    def _statistics(self, metric: AnyMetric, quarter: int) -> dict[str, Replicated]:
        """Return a metric's mean and quantiles in a quarter."""
        # Of each when it is asked for: an answer needs few of them.
        if (metric, quarter) not in self._known_statistics:
            found = metric_statistics(self.tally, self.replicate_paths, metric, quarter)
            self._known_statistics[metric, quarter] = found
        return self._known_statistics[metric, quarter]

    @cached_property
    def _known_statistics(self) -> dict[tuple[AnyMetric, int], dict[str, Replicated]]:
        return {}

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
        return in_json(self.summary())

    @property
    def _quarters(self) -> "pd.Index":
        import pandas as pd

        names = map(self.quarter_name, range(self.scenario.horizon.quarters))
        return pd.Index(list(names), name="quarter")

    def _time(self, given: HittingTime | str) -> HittingTime:
        return known_time(given, self.scenario, self.scenario.name)

    def _metric(self, given: AnyMetric | str) -> AnyMetric:
        return known_metric(given, self.scenario, self.scenario.name)
