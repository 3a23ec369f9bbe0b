"""In which paths an outcome comes: a region of the inputs, found by PRIM."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.engine.block import DEVIATIONS
from simulate.engine.estimate import Estimate, WeightedPaths
from simulate.engine.run import run
from simulate.engine.sampling import with_sampling
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.outcome_texts import parse_event
from simulate.model.outcomes import Event, projected_event, with_target
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.inputs import ALTERNATIVE, Input, list_inputs, words_of_key

from .compare import Under
from .prim import LEAST_INSIDE, Box, Mask, find_box, round_limits

EFFICIENCY, EROSION = "inference.efficiency_gain", "inference.price_erosion"
GAIN_OVER_PRICES = "fall of cost beyond that of prices"
MEAN_DEVIATIONS = dict(zip(DEVIATIONS, ("inference overrun", "training drift"), strict=True))
# How keys of inputs begin whose titles don't say which member's they are.
OF_MEMBERS = (
    "base_quarters.",
    "segments.",
    "hardware.",
    "commitments.",
    "revenue_shares.",
    "funding.",
)
PATHS = 1 << 18
LEAST_REPLICATES = 4


@dataclass(frozen=True)
class Feature:
    """A number a path.

    Attributes
    ----------
    title, unit
        For people.
    by_path
        Its values, shape (paths,).
    is_indicator
        Whether it is 1 where something is so, and 0 elsewhere.
    """

    title: str
    unit: str
    by_path: NDArray[np.float32]
    is_indicator: bool = False


def features_of(outcomes: pd.DataFrame, scenario: Scenario, last_year: int) -> list[Feature]:
    """Return the features of a run's paths.

    Parameters
    ----------
    outcomes
        ``Result.outcomes`` with inputs and deviations.
    scenario
        Of the run.
    last_year
        Up to which the years' deviations from plan are averaged.

    Returns
    -------
    list of Feature
        Inputs in the order of the schema, and in the place of the alternative whether it is a
        certain one, each of them; the gain over prices e - p of ``docs/model.md``, where
        both are uncertain; the mean overrun and the mean drift of the horizon's first years.
    """
    inputs = [member for member in list_inputs(scenario) if member.key in outcomes]
    titles = Counter(member.quantity.title for member in inputs)
    found = [
        *_indicators(outcomes, scenario),
        *(
            Feature(_title(member, titles), member.quantity.unit, outcomes[member.key].to_numpy())
            for member in inputs
        ),
    ]
    if EFFICIENCY in outcomes and EROSION in outcomes:
        gain = outcomes[EFFICIENCY].to_numpy() - outcomes[EROSION].to_numpy()
        found.append(Feature(GAIN_OVER_PRICES, "log/yr", gain))
    first = scenario.horizon.first_year
    years = f"{first}" if first == last_year else f"{first}-{last_year}"
    for key, name in MEAN_DEVIATIONS.items():
        columns = [f"{key} {p}" for p in scenario.horizon.periods_of(first, last_year)]
        mean = outcomes[columns].to_numpy().mean(axis=1)
        if np.ptp(mean) > 0.0:
            found.append(Feature(f"mean {name} {years}", "share", mean))
    return found


def _indicators(outcomes: pd.DataFrame, scenario: Scenario) -> list[Feature]:
    """Return for each alternative whether a path lives in it, 1 or 0."""
    if ALTERNATIVE not in outcomes:
        return []
    lives_in = outcomes[ALTERNATIVE].to_numpy()
    return [
        Feature(
            f'the alternative "{each.clause}"', "", (lives_in == place).astype(np.float32), True
        )
        for place, each in enumerate(scenario.possible_alternatives)
    ]


def _title(member: Input, titles: Counter[str]) -> str:
    """Return an input's title, with what it belongs to where others have the same."""
    is_of_a_member = member.key.startswith(OF_MEMBERS)
    if is_of_a_member or titles[member.quantity.title] > 1:
        return words_of_key(member.key)
    return member.quantity.title


@dataclass(frozen=True)
class Limit:
    """A limit of the rule on one feature.

    Attributes
    ----------
    feature
        With the values of the held-out paths.
    low, high
        In the feature's unit, infinite where there is none.
    density_without
        Of the rule without this limit, on held-out paths.
    """

    feature: Feature
    low: float
    high: float
    density_without: Estimate


@dataclass(frozen=True)
class Discovery:
    """A rule for the paths in which an event happens.

    Attributes
    ----------
    scenario
        With the event's target.
    event
        What shall happen.
    limits
        That a path must keep all of.
    density
        Share of the paths inside in which it happens.
    coverage
        Share inside of the paths in which it happens.
    mass
        Share of all paths inside.
    overall
        Share of all paths in which it happens.
    density_found
        Of the paths that the rule was found on; all else is of the others.
    density_under, overall_under
        Both of these shares under each alternative, by what is so there.
    success
        Whether it happens, by held-out path.
    outcomes
        Of every path, with inputs and deviations.
    """

    scenario: Scenario
    event: Event
    limits: list[Limit]
    density: Estimate
    coverage: Estimate
    mass: Estimate
    overall: Estimate
    density_found: float
    density_under: Under
    overall_under: Under
    success: Mask
    outcomes: pd.DataFrame

    @property
    def separates(self) -> bool:
        """Whether it happens more often inside than in all of the held-out paths."""
        return bool(self.limits) and self.density.low > self.overall.high


def discover(
    scenario: Scenario,
    target: str | Event | None = None,
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Discovery:
    """Find limits on a few inputs that separate the paths in which an event happens.

    Parameters
    ----------
    scenario
        From ``load_scenario``.
    target
        What shall happen, such as ``"gross margin 70% by 2027"``; by default what the company
        projects.
    paths
        262,144 if not given. The rule is found on every other replicate and judged on the rest.
    seed, threads, progress
        As for ``run``.

    Returns
    -------
    Discovery

    Raises
    ------
    ScenarioError
        If it is no event, or happens in too few paths, or in too few not.

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic.toml")
    >>> found = simulate.discover(scenario, "gross margin 70% by 2030", paths=16384)
    >>> for limit in found.limits:
    ...     print(limit)
    """
    if isinstance(target, str):
        event = parse_event(target, scenario, f'--target "{target}"')
    else:
        event = target or projected_event(scenario)
    scenario = with_sampling(with_target(scenario, event), paths or PATHS, seed)
    _refuse_few_replicates(scenario)
    outcomes = run(
        scenario,
        keep_outcomes=True,
        keep_inputs=True,
        keep_deviations=True,
        threads=threads,
        progress=progress,
    ).outcomes
    success = (outcomes[event.time.title] <= event.quarter).to_numpy()
    last_year = scenario.horizon.year_of(event.quarter)
    features = features_of(outcomes, scenario, last_year)
    if not features:
        raise ScenarioError(f"{scenario.name}: no input is uncertain; nothing can separate paths")
    replicate = outcomes["replicate"].to_numpy()
    learning = replicate % 2 == 0
    _refuse_rare(success[learning], event)
    points = np.asfortranarray(np.column_stack([f.by_path[learning] for f in features]))
    box = round_limits(find_box(points, success[learning]), points)
    inside = box.contains(points)
    held_out = _HeldOut(features, success, replicate, ~learning)
    return Discovery(
        scenario=scenario,
        event=event,
        limits=held_out.limits(box),
        density=held_out.density(box),
        coverage=held_out.coverage(box),
        mass=held_out.mass(box),
        overall=held_out.overall(),
        density_found=float(np.mean(success[learning][inside])),
        density_under=_under(held_out, outcomes, ~learning, scenario, box),
        overall_under=_under(held_out, outcomes, ~learning, scenario),
        success=held_out.success,
        outcomes=outcomes,
    )


class _HeldOut:
    """The paths that a rule was not found on."""

    def __init__(
        self,
        features: list[Feature],
        success: Mask,
        replicate: NDArray[np.integer],
        chosen: Mask,
    ) -> None:
        self._features = [replace(f, by_path=f.by_path[chosen]) for f in features]
        self._points = np.asfortranarray(np.column_stack([f.by_path for f in self._features]))
        self.success = success[chosen]
        _, self._replicate = np.unique(replicate[chosen], return_inverse=True)

    def _among(self, paths: Mask) -> WeightedPaths:
        return WeightedPaths(paths.astype(float), self._replicate)

    def density(self, box: Box) -> Estimate:
        return self._among(box.contains(self._points)).probability(self.success)

    def coverage(self, box: Box) -> Estimate:
        return self._among(self.success).probability(box.contains(self._points))

    def share_in(self, chosen: Mask, box: Box | None = None) -> Estimate | None:
        """Return in how many of some paths it happens, inside of a box; None of no paths."""
        paths = chosen if box is None else chosen & box.contains(self._points)
        return self._among(paths).probability(self.success) if paths.any() else None

    def mass(self, box: Box) -> Estimate:
        return self._among(np.ones_like(self.success)).probability(box.contains(self._points))

    def overall(self) -> Estimate:
        return self._among(np.ones_like(self.success)).probability(self.success)

    def limits(self, box: Box) -> list[Limit]:
        """Return the box's limits, first the one without which most is lost."""
        found = [
            Limit(
                self._features[j],
                float(box.low[j]),
                float(box.high[j]),
                self.density(box.lift(j)),
            )
            for j in box.limited
        ]
        return sorted(found, key=lambda limit: limit.density_without.value)


def _under(
    held_out: _HeldOut,
    outcomes: pd.DataFrame,
    chosen: Mask,
    scenario: Scenario,
    box: Box | None = None,
) -> Under:
    """Return in how many held-out paths of each alternative it happens, by what is so there."""
    if ALTERNATIVE not in outcomes:
        return {}
    lives_in = outcomes[ALTERNATIVE].to_numpy()[chosen]
    shares = {
        each.clause: held_out.share_in(lives_in == place, box)
        for place, each in enumerate(scenario.possible_alternatives)
    }
    return {clause: share for clause, share in shares.items() if share is not None}


def _refuse_few_replicates(scenario: Scenario) -> None:
    if scenario.sampling.replicates < LEAST_REPLICATES:
        raise ScenarioError(
            f"sampling.replicates = {scenario.sampling.replicates}: a rule is found on one half of "
            f"the replicates and judged on the other; give at least {LEAST_REPLICATES}"
        )


def _refuse_rare(success: Mask, event: Event) -> None:
    happens = int(np.count_nonzero(success))
    rarer = min(happens, len(success) - happens)
    if rarer < LEAST_INSIDE:
        which = "happens" if rarer == happens else "fails to happen"
        raise ScenarioError(
            f'"{event.name}" {which} in {rarer} of {len(success):,} paths, of which a rule can\'t '
            f"be learnt; ask for another date, or for more --paths"
        )
