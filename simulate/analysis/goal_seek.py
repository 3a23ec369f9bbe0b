"""What would it take? The value of a setting at which a probability is as wanted."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from simulate.beyond_range import BeyondRangeError
from simulate.estimate import Estimate
from simulate.goal import Target
from simulate.number_format import amount, number
from simulate.scenario import Scenario
from simulate.scenario.setting import Setting
from simulate.simulation import Progress

from .comparison import CommonRandomNumbers, common_random_numbers
from .crossing import Crossing, Curve
from .headlines import Counted, count

Array = NDArray[np.float64]
Evaluate = Callable[[float], Counted]

GRID = 17
# How far to look, in spreads to either side: further where the target is not passed near by.
NEAR, FAR = 1.0, 3.0
# Runs beside the grid's, by which progress is told: the search for a crossing and its error.
SEARCH = 8
# The limit of what can be counted is found to a 32nd of the grid's step.
HALVINGS = 5


@dataclass(frozen=True)
class GoalSeek:
    """Where a target is met along a setting.

    Attributes
    ----------
    target, setting
        What is wanted, and what is varied.
    common
        Paths and seed of each run.
    now
        The probability in the baseline.
    values
        The grid that was searched, rising, shape (n,).
    asked
        Where it was to be searched: further than the grid, where amounts grow beyond counting.
    probabilities
        One a value.
    crossings
        The values at which the probability passes the target's.
    """

    target: Target
    setting: Setting
    common: CommonRandomNumbers
    now: Estimate
    values: Array
    asked: tuple[float, float]
    probabilities: tuple[Estimate, ...]
    crossings: tuple[Crossing, ...]

    @property
    def is_met_now(self) -> bool:
        """Whether the baseline meets the target."""
        return self.target.is_met(self.now.value)

    @property
    def best(self) -> int:
        """Place of the grid's value that comes nearest to the target, or is furthest within."""
        found = [p.value for p in self.probabilities]
        return int(np.argmax(found) if self.target.at_least else np.argmin(found))

    def met(self) -> list[tuple[Crossing | None, Crossing | None]]:
        """Return the stretches that meet the target, each from one crossing to another.

        None stands for an end of the range.
        """
        stretches: list[tuple[Crossing | None, Crossing | None]] = []
        start: Crossing | None = None
        is_met = self.target.is_met(self.probabilities[0].value)
        for crossing in self.crossings:
            if is_met:
                stretches.append((start, crossing))
            start, is_met = crossing, not is_met
        return [*stretches, (start, None)] if is_met else stretches

    @property
    def gap(self) -> str:
        """Where the range was not searched, and why, in words; empty if it was searched whole."""
        low, high = float(self.values[0]), float(self.values[-1])
        beyond = [f"below {self.setting.written(low)}"] if self.asked[0] < low else []
        beyond += [f"above {self.setting.written(high)}"] if high < self.asked[1] else []
        if not beyond:
            return ""
        return f"Not searched, since amounts grow beyond counting: {' and '.join(beyond)}."

    @property
    def finding(self) -> str:
        """The answer in words."""
        setting, stretches = self.setting, self.met()
        low, high = float(self.values[0]), float(self.values[-1])
        span = f"{setting.title} from {setting.written(low)} to {setting.written(high)}"
        if not stretches:
            most = "most" if self.target.at_least else "least"
            if len({p.value for p in self.probabilities}) == 1:
                return f"Met at no {span}: {self.probabilities[0].value:.1%} at every value"
            best, value = self.probabilities[self.best], float(self.values[self.best])
            return f"Met at no {span}: the {most} is {best.value:.1%}, at {setting.written(value)}"
        if stretches == [(None, None)]:
            return f"Met at every {span}"
        where = " or ".join(_stretch(setting, *stretch) for stretch in stretches)
        return f"Met where the {setting.title} is {where}; {setting.baseline}"


def _stretch(setting: Setting, start: Crossing | None, end: Crossing | None) -> str:
    if start is not None and end is not None:
        ends = (written_with_error(setting, crossing.value) for crossing in (start, end))
        return f"between {' and '.join(ends)}"
    if start is not None:
        return f"at least {written_with_error(setting, start.value)}"
    return f"at most {written_with_error(setting, end.value)}" if end is not None else "anything"


def written_with_error(setting: Setting, value: Estimate) -> str:
    """Return a value of a setting with its standard error, a sign of what it does, and unit."""
    if setting.unit == "share" and setting.way != "times":
        return setting.marked(amount(value, setting.unit))
    unit = "" if setting.way == "times" else setting.unit
    return f"{setting.marked(number(value))} {unit}".rstrip()


def seek_goal(
    target: Target,
    setting: Setting,
    search: tuple[float, float] | None = None,
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> GoalSeek:
    """Find the value of a setting at which a target is met.

    Parameters
    ----------
    target
        From ``parse_target``.
    setting
        From ``find_setting``, of the target's scenario.
    search
        The lowest and the highest value; by default ``setting.search_range()``, and a wider one
        if the target isn't passed there.
    paths, seed, threads, progress
        As for ``compare``, of each run.

    Returns
    -------
    GoalSeek

    Raises
    ------
    ScenarioError
        If the scenario can't have a value of the range.

    Notes
    -----
    Every run has the same points, so the probability moves smoothly with the setting. A grid finds
    between which of its values the level is passed; a bracketing method (Alefeld, Potra and Shi,
    1995) finds where. Each replicate passes the level at a value of its own; their spread is the
    value's error.
    """
    near, far = search or setting.search_range(NEAR), search or setting.search_range(FAR)
    ends = [setting.at(end) for end in (*near, *far)]
    common = common_random_numbers(
        [target.scenario, *ends], paths=paths, seed=seed, threads=threads
    )
    runs = Runs(target, common, 1 + GRID + SEARCH, progress)
    now = runs.count(target.scenario).estimate
    found = _search(target, setting, common, now, runs, near)
    if found.crossings or near == far:
        return found
    return _search(target, setting, common, now, runs, far)


def _search(
    target: Target,
    setting: Setting,
    common: CommonRandomNumbers,
    now: Estimate,
    runs: "Runs",
    search: tuple[float, float],
) -> GoalSeek:
    @cache
    def counted(value: float) -> Counted:
        return runs.count(setting.at(value))

    grid = np.linspace(*search, GRID).round(12)
    baseline = float(setting.stated if setting.now is None else setting.now)
    values = _countable(counted, grid, int(np.argmin(np.abs(grid - baseline))))
    curve = Curve(counted, float(values[0]), float(values[-1]))
    return GoalSeek(
        target=target,
        setting=setting,
        common=common,
        now=now,
        values=values,
        asked=(float(grid[0]), float(grid[-1])),
        probabilities=tuple(curve.at(float(value)).estimate for value in values),
        crossings=tuple(curve.crossings(target.probability, values)),
    )


def _countable(counted: Evaluate, grid: Array, start: int) -> Array:
    """Return the values around one at which amounts don't grow beyond counting, and their ends."""
    counted(float(grid[start]))
    above = _up_to_limit(counted, grid[start:].tolist())
    below = _up_to_limit(counted, grid[start::-1].tolist())
    return np.array([*below[:0:-1], *above])


def _up_to_limit(counted: Evaluate, values: list[float]) -> list[float]:
    """Return values, the first of which can be counted, up to the last that can."""
    reached = [values[0], *itertools.takewhile(partial(_can_count, counted), values[1:])]
    if len(reached) == len(values):
        return values
    inside, outside = reached[-1], values[len(reached)]
    for _ in range(HALVINGS):
        middle = 0.5 * (inside + outside)
        if _can_count(counted, middle):
            inside = middle
        else:
            outside = middle
    return reached if inside == reached[-1] else [*reached, inside]


def _can_count(counted: Evaluate, value: float) -> bool:
    try:
        counted(value)
    except BeyondRangeError:
        return False
    return True


class Runs:
    """Counts the target's event in one run after the other, and tells of progress."""

    def __init__(
        self, target: Target, common: CommonRandomNumbers, expected: int, progress: Progress | None
    ) -> None:
        self._target, self._common, self._progress = target, common, progress
        self._expected, self._done = expected, 0

    def count(self, scenario: Scenario) -> Counted:
        """Run a scenario and count."""
        of = max(self._expected, self._done + 1)
        result = self._common.run(scenario, self._progress, place=self._done, of=of)
        self._done += 1
        return count(self._target.event, result)
