"""What drives an outcome: each driver's part of its variance, and the outcome by each input."""

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate
from simulate.engine.run import run
from simulate.engine.sampling import with_sampling
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads, thread_count
from simulate.kernels.arrays import LANES
from simulate.model.outcome_texts import (
    as_condition,
    parse_outcome,
    refuse_statistic,
    spaced,
    split_statistic,
)
from simulate.model.outcomes import (
    Outcome,
    PeakFundingNeed,
    asked_events,
    asked_of,
    measures_of,
    refuse_other_target,
)
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.inputs import correlated_inputs
from simulate.version import package_version

from .driver_list import DriverList, list_drivers
from .effects import Effect, by_replicate, effects_of_inputs, estimate_of
from .variance import Decomposition, Index, Together, Variables, decompose, runs_of_decomposition

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
DEFAULT_PATHS = 1 << 15
# The run whose paths are kept has so many times the paths of the others, but no more than these.
KEPT_TIMES, MOST_KEPT = 8, 1 << 20
MEASURES = ("share", "first_order", "total_order")


@dataclass(frozen=True)
class Explanation:
    """What drives one outcome.

    Attributes
    ----------
    outcome
        Which one.
    value
        Its probability, or its median.
    indices
        The largest share first; none where the outcome is the same in all paths. The variance of an
        amount is that of its rank among all paths.
    together
        The same of correlated groups.
    effects
        Of the inputs, the widest first.
    """

    outcome: Outcome
    value: Estimate
    indices: tuple[Index, ...]
    together: tuple[Together, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Drivers:
    """What drives the outcomes of a scenario.

    Attributes
    ----------
    scenario
        With the paths of a run and the seed.
    found
        The drivers.
    explanations
        One an outcome.
    paths, runs
        Paths of each pick-freeze run, and the number of these runs.
    kept_paths
        Paths of the one run that effects are taken from.
    seconds
        Time of it all.
    """

    scenario: Scenario
    found: DriverList
    explanations: tuple[Explanation, ...]
    paths: int
    runs: int
    kept_paths: int
    seconds: float


def drivers(
    scenario: Scenario,
    outcomes: str | Sequence[str | Outcome] | None = None,
    *,
    paths: int = DEFAULT_PATHS,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Drivers:
    """Find what drives a scenario's outcomes.

    Parameters
    ----------
    scenario
        From ``load_scenario``.
    outcomes
        One or several, such as ``"P(gross margin by 2027)"``, ``"revenue 2027"`` or ``"peak funding
        need"``; by default the headline ones, and those of the scenario's own.
    paths
        Of each run; there are two to three runs a driver, and one of eight times the paths. Their
        points are scrambled Sobol' ones, whatever the scenario's sampler.
    seed, threads
        As for ``run``.
    progress
        Called with the paths done, all paths, and NaN.

    Returns
    -------
    Drivers

    Raises
    ------
    ScenarioError
        If there can't be so many paths, or no such seed or outcome.

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic.toml")
    >>> found = simulate.drivers(scenario, "P(gross margin by 2027)", paths=1024)
    >>> for index in found.explanations[0].indices[:3]:
    ...     print(index.name, index.share)
    """
    started = time.perf_counter()
    scenario = with_sampling(scenario, paths, seed)
    given = [outcomes] if isinstance(outcomes, str) else outcomes
    asked = [
        parse_explained(one, scenario) if isinstance(one, str) else one
        for one in ((*asked_events(scenario), PeakFundingNeed()) if given is None else given)
    ]
    scenario = asked_of(scenario, asked)
    found = list_drivers(scenario)
    # What a block in each replicate takes.
    step = LANES * scenario.sampling.replicates
    blocks = -(-paths // step)
    each, kept_paths = blocks * step, -(-min(KEPT_TIMES * paths, MOST_KEPT) // step) * step
    runs = runs_of_decomposition(found)
    work = _Work(kept_paths + runs * each, progress)
    result = run(
        scenario,
        paths=kept_paths,
        threads=threads,
        keep_outcomes=True,
        keep_inputs=True,
        measures=measures_of(asked),
        progress=lambda done, _total, _error: work.reach(done),
    )
    kept = result.outcomes
    by_path = [outcome.of_paths(kept) for outcome in asked]
    for outcome, values in zip(asked, by_path, strict=True):
        _refuse_without_value(outcome, values)
    variables = Variables(asked, by_path)
    parts = decompose(
        result.prepared,
        scenario.sampling,
        found,
        variables,
        blocks,
        threads,
        work.add,
    )
    return Drivers(
        scenario=scenario,
        found=found,
        explanations=_explanations(scenario, asked, kept, parts, thread_count(threads)),
        paths=each,
        runs=runs,
        kept_paths=len(kept),
        seconds=time.perf_counter() - started,
    )


def parse_explained(text: str, scenario: Scenario) -> Outcome:
    """Return the outcome that is to be explained; see ``parse_outcome``.

    Its mean or median is explained by what moves its value from path to path, as it is itself.

    Raises
    ------
    ScenarioError
        If the text is none, is another quantile, or names another gross margin than the scenario's
        target.
    """
    where = f'--of "{text}"'
    kind, of = split_statistic(spaced(text), scenario)
    outcome = parse_outcome(of, scenario, where)
    refuse_statistic(kind, outcome, where)
    if kind.lower().startswith("p"):
        raise ScenarioError(
            f"{where}: drivers are of what differs from path to path, and {kind} is one number of "
            f'all; ask for "{outcome.name}", or how often it is below a level, '
            f'"P({as_condition(outcome)})"'
        )
    refuse_other_target(outcome, scenario, where)
    return outcome


def _refuse_without_value(outcome: Outcome, values: Array) -> None:
    """Raise if an outcome has no value in some paths, which then have no place among the others."""
    if (lacking := np.isnan(values)).any():
        raise ScenarioError(
            f"{outcome.name}: has no value in {lacking.mean():.1%} of paths; "
            "ask for a date at which all have one, or give it one there with where(…)"
        )


class _Work:
    """Paths done, counted from any thread."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = 0, total, progress
        self._lock = threading.Lock()

    def reach(self, done: int) -> None:
        self.add(done - self._done)

    def add(self, paths: int) -> None:
        with self._lock:
            self._done += paths
            if self._progress is not None:
                self._progress(self._done, self._total, math.nan)


def _explanations(
    scenario: Scenario,
    asked: Sequence[Outcome],
    kept: "pd.DataFrame",
    parts: Decomposition,
    threads: int,
) -> tuple[Explanation, ...]:
    """Put together what the mixed runs and the kept paths tell about each outcome."""
    inputs = [i for i in correlated_inputs(scenario) if i.quantity.drawn == "path"]
    alternatives = [each.clause for each in scenario.possible_alternatives]
    effects = effects_of_inputs(kept, inputs, asked, alternatives, threads)
    return tuple(
        Explanation(
            outcome=outcome,
            value=estimate_of(outcome, by_replicate(kept, outcome.of_paths(kept))).estimate,
            indices=tuple(_indices(parts, place, effects[place])),
            together=tuple(parts.together(place)) if parts.varies(place) else (),
            effects=tuple(sorted(effects[place], key=lambda effect: -abs(effect.change.value))),
        )
        for place, outcome in enumerate(asked)
    )


def _indices(parts: Decomposition, place: int, effects: Sequence[Effect]) -> list[Index]:
    if not parts.varies(place):
        return []
    found = parts.indices(place)
    if parts.found.is_joint:
        named = {index.name for index in found}
        members = sorted(effects, key=lambda effect: -effect.first_order.value)
        found += [Index(e.key, None, e.first_order, None) for e in members if e.key not in named]
    return found


def index_table(drivers: Drivers) -> "pd.DataFrame":
    """Return the indices, one row an outcome, driver or correlated group, and measure.

    With standard error and 95% interval; a group's name is that of its members.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            {"outcome": e.outcome.asked, "driver": name, "measure": measure, **asdict(estimate)}
            for e in drivers.explanations
            for name, of in [
                *((index.name, index) for index in e.indices),
                *((" + ".join(group.names), group) for group in e.together),
            ]
            for measure, estimate in _measures(of).items()
        ]
    )


def effect_table(drivers: Drivers) -> "pd.DataFrame":
    """Return the outcomes by input: one row an outcome, input and part of the input's range.

    Parts are the tenths about the P10 and the P90, the change from the one to the other, and
    the tenths from the lowest (``d01``) to the highest (``d10``). Probabilities, or medians in
    billions of dollars, with standard error and 95% interval. Of the alternatives, ``p10`` and
    ``p90`` are those with the least and the greatest.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            {"outcome": e.outcome.asked, "input": effect.key, "part": part, **asdict(estimate)}
            for e in drivers.explanations
            for effect in e.effects
            for part, estimate in {
                "p10": effect.at_p10,
                "p90": effect.at_p90,
                "change": effect.change,
                **{f"d{tenth:02}": at for tenth, at in enumerate(effect.deciles, start=1)},
            }.items()
        ]
    )


def summary(drivers: Drivers) -> dict[str, Any]:
    """Return the answer and all that made it, ready for JSON."""
    scenario = drivers.scenario
    return {
        "name": scenario.name,
        "version": package_version(),
        "asked": [e.outcome.asked for e in drivers.explanations],
        "scenario": scenario.model_dump(mode="json"),
        "seed": scenario.sampling.seed,
        "paths": drivers.paths,
        "runs": drivers.runs,
        "kept_paths": drivers.kept_paths,
        "seconds": round(drivers.seconds, 3),
        "outcomes": {
            e.outcome.asked: {
                "value": e.value.as_dict(),
                "drivers": {
                    i.name: {k: v.as_dict() for k, v in _measures(i).items()} for i in e.indices
                },
                "together": [
                    {"drivers": list(group.names)}
                    | {k: v.as_dict() for k, v in _measures(group).items()}
                    for group in e.together
                ],
                "inputs": {
                    effect.key: {
                        "p10": effect.p10,
                        "p90": effect.p90,
                        "at_p10": effect.at_p10.as_dict(),
                        "at_p90": effect.at_p90.as_dict(),
                        "change": effect.change.as_dict(),
                        "deciles": [at.as_dict() for at in effect.deciles],
                    }
                    | ({} if effect.ends is None else {"ends": list(effect.ends)})
                    for effect in e.effects
                },
            }
            for e in drivers.explanations
        },
    }


def _measures(of: Index | Together) -> dict[str, Estimate]:
    """Return those of the three measures that there are."""
    found = {measure: getattr(of, measure) for measure in MEASURES}
    return {measure: estimate for measure, estimate in found.items() if estimate is not None}
