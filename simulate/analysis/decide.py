"""Options of a decision on common random numbers, and what it is worth to know an input first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from simulate.engine.columns import deviation_columns
from simulate.engine.estimate import Estimate, centred, mean_of_replicates, within
from simulate.engine.reading import Reading
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.kernels.arrays import index
from simulate.model.asked import Of, ask
from simulate.model.catalogue import outcome_columns
from simulate.model.outcomes import Measure
from simulate.model.rows import Flow, Hit, Metric, traced
from simulate.scenario import Scenario
from simulate.scenario.frame import Horizon
from simulate.scenario.inputs import list_inputs
from simulate.scenario.load import decision_options
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.scenario.schema import Decision

from .compare import CommonRandomNumbers, Statistic, common_random_numbers, statistic_of
from .effects import equal_groups

Array = NDArray[np.float64]
MOST_GROUPS = 32
# Fewer in a group, and its best option is chance.
LEAST_IN_GROUP = 256
# A rule with one limit is told where it earns this part of what the groups do.
NEARLY_ALL = 0.9
PAYOFF = "payoff"
# Inputs that a table or a picture has room for.
MOST_SHOWN = 12


@dataclass(frozen=True)
class Payoffs:
    """What each option pays on each path; options share a path's draws.

    Attributes
    ----------
    paid
        Shape (paths, options).
    replicate
        Of each path, from 0 on, shape (paths,); all of one size.
    """

    paid: Array
    replicate: NDArray[np.integer]

    @property
    def best(self) -> int:
        """The option that pays most on average."""
        return int(np.argmax(self.paid.mean(axis=0)))

    @property
    def gains(self) -> Array:
        """What each option pays above the best on the same path, shape (paths, options)."""
        return self.paid - self.paid[:, [self.best]]

    def expected(self, option: int) -> Estimate:
        """Return an option's expected payoff."""
        return self._mean(self.paid[:, option])

    def behind(self, option: int) -> Estimate:
        """Return how far an option's expected payoff is from the best, with its paired error."""
        return self._mean(self.gains[:, option])

    def perfect_information(self) -> Estimate:
        """Return what knowing the whole path is worth: E max_d payoff_d - max_d E payoff_d."""
        return within(self._mean(self.gains.max(axis=1)), low=0.0)

    def _mean(self, values: Array) -> Estimate:
        sums = np.bincount(self.replicate, values)
        return centred(float(values.mean()), sums / np.bincount(self.replicate))


class Turn(NamedTuple):
    """Where the best option changes: one below the limit, another above."""

    limit: float
    below: int
    above: int


@dataclass(frozen=True)
class Knowledge:
    """What knowing one quantity before deciding is worth.

    Attributes
    ----------
    worth
        The expected value of perfect information on it.
    limits
        Quantity at the upper end of each group of paths, half way to the next, rising, shape
        (groups,).
    gains
        Of each option, above the option that is best overall, shape (groups, options): what a group
        adds to the mean over all paths.
    """

    worth: Estimate
    limits: Array
    gains: Array

    def turn(self) -> Turn | None:
        """Return the limit that decides best, if it does nearly as well as the groups do."""
        if len(self.gains) < 2:
            return None
        below = np.cumsum(self.gains, axis=0)[:-1]
        above = below[-1] + self.gains[-1] - below
        earned = below[:, :, None] + above[:, None, :]
        place, first, last = np.unravel_index(np.argmax(earned), earned.shape)
        most = float(self.gains.max(axis=1).sum())
        if first == last or earned[place, first, last] < NEARLY_ALL * most:
            return None
        return Turn(float(self.limits[place]), int(first), int(last))


def value_of_knowing(payoffs: Payoffs, known: ArrayLike) -> Knowledge:
    """Return the expected value of perfect information on one quantity.

    Parameters
    ----------
    payoffs
        Of each path.
    known
        The quantity on each path, shape (paths,).

    Returns
    -------
    Knowledge

    Notes
    -----
    EVPPI = E_x max_d E[payoff_d | x] - max_d E[payoff_d], from the paths at hand (Strong, Oakley
    and Brennan, *Medical Decision Making* 34, 2014). The paths are put in groups of equal size by
    x, and E[payoff_d | x] is a group's mean, as in Strong and Oakley (2013). Taken from the same
    paths, the maximum of noisy means would be too high on average. So each replicate's paths are
    decided by the means of the other replicates: what such a rule earns is no more than knowing x
    is worth, and less only where the options hardly differ.
    """
    x = np.asarray(known, float)
    group = equal_groups(x, int(np.clip(x.size // LEAST_IN_GROUP, 2, MOST_GROUPS)))
    groups = int(group.max()) + 1
    gains = payoffs.gains
    replicates = int(payoffs.replicate.max()) + 1
    cell = payoffs.replicate * groups + group
    sums = np.stack(
        [np.bincount(cell, gain, replicates * groups) for gain in gains.T], axis=-1
    ).reshape(replicates, groups, -1)
    whole = sums.sum(axis=0)
    rule = np.argmax(whole - sums, axis=-1)
    earned = np.take_along_axis(sums, rule[..., None], axis=-1).sum(axis=(1, 2))
    return Knowledge(
        worth=mean_of_replicates(earned / np.bincount(payoffs.replicate)),
        limits=_limits(x, group, groups),
        gains=whole / x.size,
    )


def _limits(x: Array, group: NDArray[np.intp], groups: int) -> Array:
    """Return the middle between each group's last value and the next one's first, and the last."""
    least, most = np.full(groups, np.inf), np.full(groups, -np.inf)
    np.minimum.at(least, group, x)
    np.maximum.at(most, group, x)
    return np.append((most[:-1] + least[1:]) / 2.0, most[-1])


@dataclass(frozen=True)
class Weighed:
    """A decision weighed on paths.

    Attributes
    ----------
    scenario, decision
        Whose decision it is.
    common
        Paths and seed of each run.
    payoffs
        On each path, of each option in the order of the file, bn USD.
    everything
        What knowing all of a path is worth.
    inputs
        What knowing each uncertain input is worth, by key, the most first; the years' overruns and
        drifts as ``inference.overrun 2026``.
    units
        Of the inputs, by key.
    figures
        What is asked beside what options pay.
    told
        Of each option, a reading a figure.
    """

    scenario: Scenario
    decision: Decision
    common: CommonRandomNumbers
    payoffs: Payoffs
    everything: Estimate
    inputs: dict[str, Knowledge]
    units: dict[str, str]
    figures: tuple[Statistic, ...] = ()
    told: tuple[tuple[Reading, ...], ...] = ()

    @property
    def options(self) -> list[str]:
        """Names of the options."""
        return list(self.decision.options)

    @property
    def best(self) -> str:
        """Name of the option that pays most on average."""
        return self.options[self.payoffs.best]

    @property
    def telling(self) -> dict[str, Knowledge]:
        """The inputs that are worth something for certain."""
        return {key: known for key, known in self.inputs.items() if known.worth.low > 0.0}

    @property
    def most_telling(self) -> list[tuple[str, Knowledge]]:
        """The first of them, as many as are read."""
        return list(self.telling.items())[:MOST_SHOWN]


@dataclass(frozen=True)
class Discounted:
    """Takes traces by path and quarter to one line's weighted sum from a first quarter on."""

    line: int
    first: int
    weights: tuple[float, ...]

    def __call__(self, traces: Array, /) -> Array:
        """Return the sum of each path."""
        weights = np.array(self.weights)
        return traces[:, self.line, self.first : self.first + weights.size] @ weights


def payoff_of(decision: Decision, horizon: Horizon) -> Measure:
    """Return what takes metrics by path and quarter to what a path pays before its costs.

    Parameters
    ----------
    decision
        Says what counts, and until when.
    horizon
        Of the scenario.

    Returns
    -------
    Measure
        From shape (paths, traces, quarters) to (paths,), in bn USD. Free cash flow is discounted
        from the middle of its year, or of what the horizon has of it, a balance from the end, to
        the beginning of the horizon.
    """
    last = horizon.end_of(decision.year)
    left_a_quarter = (1.0 + decision.discount_rate) ** (-1.0 / QUARTERS_A_YEAR)
    if decision.payoff == "cash":
        weight = left_a_quarter ** (last + 1)
        return Discounted(index(Metric.CASH), last, (weight,))
    begins, ends = np.array(horizon.year_begins), np.array(horizon.year_ends) + 1
    middles = np.repeat((begins + ends) / 2, ends - begins)[: last + 1]
    weights = left_a_quarter**middles
    return Discounted(traced(Flow.FREE_CASH_FLOW), 0, tuple(weights.tolist()))


def decide(
    scenario: Scenario,
    options: Mapping[str, Scenario] | None = None,
    *,
    of: Of = (),
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Weighed:
    """Run the options of a decision on common random numbers, and value what could be known.

    Parameters
    ----------
    scenario
        With a decision.
    options
        The scenario under each option, by the names of its decision and in their order; by default
        each is laid over the scenario as it is.
    of, paths, seed, threads, progress
        As for ``compare``.

    Returns
    -------
    Weighed

    Raises
    ------
    ScenarioError
        If the scenario has no decision, or something can't be asked.

    Examples
    --------
    >>> found = simulate.decide(simulate.load_scenario("anthropic-tpu.toml"), paths=4096)
    >>> print(found.best, found.everything)
    """
    if options is None:
        options = decision_options(scenario)
    scenarios = list(options.values())
    decision = scenarios[0].decision
    if decision is None or list(options) != list(decision.options):
        raise ValueError("the options must be those of the scenario's decision")
    common = common_random_numbers(scenarios, paths=paths, seed=seed, threads=threads)
    asked, counted = ask(of, [common.within_horizon(each) for each in scenarios])
    figures = tuple(statistic_of(each, *scenarios) for each in asked)
    frames, told = [], []
    for place, (name, under) in enumerate(zip(options, counted, strict=True)):
        result = common.run(
            under,
            progress,
            place=place,
            of=len(options),
            measures={PAYOFF: payoff_of(decision, under.horizon)},
        )
        frames.append(_less_costs(result.outcomes, decision, name, under))
        told.append(tuple(figure.read(result) for figure in figures))
    payoffs = Payoffs(
        np.stack([frame[PAYOFF].to_numpy() for frame in frames], axis=1),
        frames[0]["replicate"].to_numpy(),
    )
    known = {
        key: value_of_knowing(payoffs, column.to_numpy())
        for key, column in _known(frames, counted[0], decision).items()
    }
    units = {i.key: i.quantity.unit for s in scenarios for i in list_inputs(s)}
    ranked = sorted(known.items(), key=lambda item: -item[1].worth.value)
    return Weighed(
        scenario=scenario,
        decision=decision,
        common=common,
        payoffs=payoffs,
        everything=payoffs.perfect_information(),
        inputs=dict(ranked),
        # Which alternative holds has none.
        units={key: units.get(key.split(" ")[0], "") for key in known},
        figures=figures,
        told=tuple(told),
    )


def _less_costs(
    frame: pd.DataFrame, decision: Decision, option: str, scenario: Scenario
) -> pd.DataFrame:
    """Take off what the option costs, and what it costs to run out of cash."""
    last = scenario.horizon.end_of(decision.year)
    is_out = frame[Hit.OUT_OF_CASH.title] <= last
    cost = decision.options[option].cost + decision.out_of_cash_cost * is_out
    return frame.assign(**{PAYOFF: frame[PAYOFF] - cost})


def _known(
    frames: Sequence[pd.DataFrame], scenario: Scenario, decision: Decision
) -> dict[str, pd.Series]:
    """Return what could be known: each input that an option draws, and deviations to the end."""
    horizon = scenario.horizon
    later = deviation_columns(horizon.periods_of(decision.year + 1, horizon.last_year))
    apart = {"replicate", "path", PAYOFF, *outcome_columns(scenario), *later}
    found: dict[str, pd.Series] = {}
    for frame in frames:
        for key in frame.columns:
            if key not in apart and key not in found:
                found[str(key)] = frame[key]
    return found
