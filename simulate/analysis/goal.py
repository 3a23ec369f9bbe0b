"""Which value of an input meets a target: along one input, and in a map of two."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import toms748

from simulate.engine.estimate import Estimate, centred, widened
from simulate.engine.reading import ByReplicate, read
from simulate.engine.run import BeyondRangeError
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.goal import Target, parse_target
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.setting import Setting, Settings, parse_search, refuse_overlap

from .compare import CommonRandomNumbers, common_random_numbers

Array = NDArray[np.float64]
# A root is looked for as finely as this part of the range, or of its own error.
PART_OF_RANGE = 1e-4
PART_OF_ERROR = 0.2
# A replicate's curve is taken as straight within so many deviations of the replicates' roots.
DEVIATIONS = 2.0
LOOKS = 3
# A slope is measured where a replicate moves by at least so many of its steps along the line.
LEAST_STEPS = 10
# Of a 95% interval.
WIDTH_IN_ERRORS = 2.0 * 1.96
Evaluate = Callable[[float], ByReplicate]
GRID = 17
# How far to look, in spreads to either side: further where the target is not passed near by.
NEAR, FAR = 1.0, 3.0
# Runs beside the grid's, by which progress is told: the search for a crossing and its error.
SEARCH = 8
# The limit of what can be counted is found to a 32nd of the grid's step.
HALVINGS = 5
SIDE = 7
# Of each run, by default.
PATHS_OF_A_CURVE, PATHS_OF_A_MAP = 1 << 16, 1 << 14


@dataclass(frozen=True)
class Crossing:
    """The value at which a statistic passes a level.

    Attributes
    ----------
    value
        With the error that the replicates' own values show.
    rises
        Whether the statistic rises there.
    """

    value: Estimate
    rises: bool

    def is_met_above(self, at_least: bool) -> bool:
        """Tell whether the statistic is at least, or at most, the level from its value on."""
        return self.rises == at_least


class Curve:
    """A statistic along a setting, evaluated where it is asked for, and once each.

    Parameters
    ----------
    evaluate
        Returns it at a value of the setting; each value's paths have the same points.
    low, high
        The range of the setting.
    """

    def __init__(self, evaluate: Evaluate, low: float, high: float) -> None:
        self._evaluate = evaluate
        self._found: dict[float, ByReplicate] = {}
        self.low, self.high = low, high

    def at(self, value: float) -> ByReplicate:
        """Return the statistic at a value, with that of each replicate."""
        if value not in self._found:
            self._found[value] = self._evaluate(value)
        return self._found[value]

    def height(self, value: float) -> float:
        """Return the statistic at a value."""
        return self.at(value).estimate.value

    def crossings(self, level: float, values: Array) -> list[Crossing]:
        """Return where the statistic passes a level.

        Parameters
        ----------
        level
            In its unit.
        values
            A grid, rising, shape (n,). A curve that passes the level and comes back between two
            neighbours isn't seen to.

        Returns
        -------
        list of Crossing
            In the order of their values.
        """
        above = [self.height(value) >= level for value in values]
        return [
            self._cross(level, float(values[i]), float(values[i + 1]))
            for i in range(len(values) - 1)
            if above[i] != above[i + 1]
        ]

    def _cross(self, level: float, left: float, right: float) -> Crossing:
        """Return the crossing between two values, on either side of the level."""
        slope = (self.height(right) - self.height(left)) / (right - left)
        error = max(
            (self.at(end).estimate.standard_error for end in (left, right)),
            key=lambda found: -1.0 if math.isnan(found) else found,
        )
        finest = PART_OF_RANGE * (self.high - self.low)
        step = finest if math.isnan(error) else max(finest, PART_OF_ERROR * error / abs(slope))
        root = float(toms748(lambda value: self.height(value) - level, left, right, xtol=step))
        own = self._roots_of_replicates(level, root, slope, finest)
        if own is None:
            return Crossing(self._by_intervals(level, root), slope > 0.0)
        return Crossing(widened(centred(root, own), step), slope > 0.0)

    def _by_intervals(self, level: float, root: float) -> Estimate:
        """Return a crossing between the next values at which the level is out of the interval.

        Where few paths count, a replicate's own curve is a few steps, which have no slope. Values
        that were looked at anyway are further apart than need be, so that the error is large.
        """
        off = [
            v for v, c in self._found.items() if not (c.estimate.low <= level <= c.estimate.high)
        ]
        low = max((value for value in off if value < root), default=self.low)
        high = min((value for value in off if value > root), default=self.high)
        known = not math.isnan(self.at(root).estimate.standard_error)
        return Estimate(root, (high - low) / WIDTH_IN_ERRORS if known else math.nan, low, high)

    def _roots_of_replicates(
        self, level: float, root: float, slope: float, finest: float
    ) -> Array | None:
        """Return each replicate's own crossing, shape (replicates,), or None if one shows none."""
        at_root = self.at(root)
        deviation = float(np.std(at_root.each, ddof=1))
        if deviation == 0.0:
            return np.full(len(at_root.each), root)
        for _ in range(LOOKS):
            reach = max(finest, DEVIATIONS * deviation / abs(slope))
            slopes, heights = self._lines(root, reach)
            risen = 2.0 * reach * slopes * math.copysign(1.0, slope)
            least = LEAST_STEPS * at_root.step
            if risen.sum() <= least:
                return None
            mean = float(slopes.mean())
            if 0.5 <= mean / slope <= 2.0 and risen.min() > least:
                return root + (level - heights) / slopes
            slope = mean
        return None

    def _lines(self, root: float, reach: float) -> tuple[Array, Array]:
        """Return slope, and height at the root, of a line through each replicate's curve there."""
        around = [max(self.low, root - reach), root, min(self.high, root + reach)]
        found = np.array([self.at(value).each for value in around])
        slopes, heights = np.asarray(np.polyfit(np.array(around) - root, found, 1))
        return slopes, heights


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
        The statistic in the baseline.
    values
        The grid that was searched, rising, shape (n,).
    asked
        Where it was to be searched: further than the grid, where amounts grow beyond counting.
    estimates
        The statistic, one a value.
    crossings
        The values at which the statistic passes the target's level.
    """

    target: Target
    setting: Setting
    common: CommonRandomNumbers
    now: Estimate
    values: Array
    asked: tuple[float, float]
    estimates: tuple[Estimate, ...]
    crossings: tuple[Crossing, ...]

    @property
    def best(self) -> int:
        """Place of the grid's value that comes nearest to the target, or is furthest within."""
        found = [estimate.value for estimate in self.estimates]
        return int(np.argmax(found) if self.target.at_least else np.argmin(found))

    def met(self) -> list[tuple[Crossing | None, Crossing | None]]:
        """Return the stretches that meet the target, each from one crossing to another.

        None stands for an end of the range.
        """
        stretches: list[tuple[Crossing | None, Crossing | None]] = []
        start: Crossing | None = None
        is_met = self.target.is_met(self.estimates[0].value)
        for crossing in self.crossings:
            if is_met:
                stretches.append((start, crossing))
            start, is_met = crossing, not is_met
        return [*stretches, (start, None)] if is_met else stretches


@overload
def goal(
    scenario: Scenario,
    target: str,
    vary: str,
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> GoalSeek: ...


@overload
def goal(
    scenario: Scenario,
    target: str,
    vary: tuple[str, str],
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> "GoalMap": ...


def goal(
    scenario: Scenario,
    target: str,
    vary: str | tuple[str, str],
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> "GoalSeek | GoalMap":
    """Find the value of a setting at which a target is met, or where it is met over two.

    Parameters
    ----------
    scenario
        From ``load_scenario``.
    target
        Such as ``"P(gross margin 70% by 2027) >= 0.5"``, ``"P10(cash 2028) >= 5 bn"`` or ``"median
        gross margin 2027 >= 70%"``.
    vary
        One setting or two, such as ``"cash.opening"``, and where to look if that is not by itself
        clear: ``"cash.opening=8:12"`` (see the option of ``simulate goal``).
    paths
        Of each run; 65,536 for one setting and 16,384 for two if not given.
    seed, threads, progress
        As for ``compare``.

    Returns
    -------
    GoalSeek or GoalMap

    Raises
    ------
    ScenarioError
        If there is no such target or setting, or the scenario can't have a value of the range.

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic.toml")
    >>> target = "P(gross margin 70% by 2027) >= 0.8"
    >>> found = simulate.goal(scenario, target, "inference.net_gain=+", paths=4096)
    >>> print([crossing.value for crossing in found.crossings])
    """
    wanted = parse_target(target, scenario)
    searches = [
        parse_search(wanted.scenario, one) for one in ([vary] if isinstance(vary, str) else vary)
    ]
    if len(searches) == 1:
        ((setting, search),) = searches
        return seek_goal(
            wanted,
            setting,
            search,
            paths=paths or PATHS_OF_A_CURVE,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    if len(searches) != 2:
        raise ScenarioError(f"--vary: {len(searches)} settings; give one or two")
    (down, rows), (across, columns) = searches
    return map_goal(
        wanted,
        (down, across),
        (rows, columns),
        paths=paths or PATHS_OF_A_MAP,
        seed=seed,
        threads=threads,
        progress=progress,
    )


def seek_goal(
    target: Target,
    setting: Setting,
    search: tuple[float, float] | None = None,
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
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
    Every run has the same points, so the statistic moves smoothly with the setting. A grid finds
    between which of its values the level is passed; a bracketing method (Alefeld, Potra and Shi,
    1995) finds where. Each replicate passes the level at a value of its own; their spread is the
    value's error. A quantile is off by less than a bin of its histogram, which no spread shows.
    """
    near, far = search or setting.search_range(NEAR), search or setting.search_range(FAR)
    ends = [setting.at(end) for end in (*near, *far)]
    common = common_random_numbers(
        [target.scenario, *ends], paths=paths, seed=seed, threads=threads
    )
    runs = Runs(target, common, 1 + GRID + SEARCH, progress)
    now = runs.read(target.scenario).estimate
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
    def counted(value: float) -> ByReplicate:
        return runs.read(setting.at(value))

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
        estimates=tuple(curve.at(float(value)).estimate for value in values),
        crossings=tuple(curve.crossings(target.level, values)),
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
    """Reads the target's statistic of one run after the other, and tells of progress."""

    def __init__(
        self, target: Target, common: CommonRandomNumbers, expected: int, progress: Progress | None
    ) -> None:
        self._target, self._common, self._progress = target, common, progress
        self._expected, self._done = expected, 0

    def read(self, scenario: Scenario) -> ByReplicate:
        """Run a scenario and read the statistic.

        Raises
        ------
        ScenarioError
            If it is that of a formula without a value in any path of a replicate.
        """
        of = max(self._expected, self._done + 1)
        place, self._done = self._done, self._done + 1
        result = self._common.run(scenario, self._progress, place=place, of=of)
        found = read(self._target.statistic, result)
        if np.isnan(found.numbers).any():
            name = self._target.statistic.outcome.name
            raise ScenarioError(f"{scenario.name}: {name} has a value in too few paths, or in none")
        return found

    def read_if_possible(self, scenario: Scenario) -> ByReplicate | None:
        """Run a scenario and read the statistic, unless amounts grow beyond counting."""
        try:
            return self.read(scenario)
        except BeyondRangeError:
            return None


@dataclass(frozen=True)
class GoalMap:
    """Where a target is met over two settings.

    Attributes
    ----------
    target, common, now
        As of ``GoalSeek``.
    settings
        The first runs down the rows, the second across.
    values
        The grid of each, rising, shapes (n,) and (m,).
    estimates
        The statistic, without its error, shape (n, m); nan where amounts grow beyond counting.
    needed
        One a row: the crossings of the second setting, between the grid's values interpolated.
    """

    target: Target
    settings: tuple[Setting, Setting]
    common: CommonRandomNumbers
    now: Estimate
    values: tuple[Array, Array]
    estimates: Array
    needed: tuple[tuple[Crossing, ...], ...]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Where amounts can be counted, shape (n, m)."""
        return ~np.isnan(self.estimates)


def map_goal(
    target: Target,
    settings: tuple[Setting, Setting],
    search: Sequence[tuple[float, float] | None] = (None, None),
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> GoalMap:
    """Find where a target is met over two settings.

    Parameters
    ----------
    target, paths, seed, threads, progress
        As for ``seek_goal``.
    settings
        From ``find_setting``, of the target's scenario.
    search
        The range of each; by default its ``search_range()``.

    Returns
    -------
    GoalMap

    Raises
    ------
    ScenarioError
        If the scenario can't have a pair of values, or both settings change the same; or if
        amounts grow beyond counting at every pair.
    """
    refuse_overlap(settings)
    down, across = (
        np.linspace(*(given or setting.search_range()), SIDE).round(12)
        for setting, given in zip(settings, search, strict=True)
    )
    both = Settings(settings)
    corners = [both.at((float(x), float(y))) for x in down[[0, -1]] for y in across[[0, -1]]]
    common = common_random_numbers(
        [target.scenario, *corners], paths=paths, seed=seed, threads=threads
    )
    runs = Runs(target, common, 1 + SIDE * SIDE, progress)
    now = runs.read(target.scenario)
    cells = [both.at(place) for place in itertools.product(down.tolist(), across.tolist())]
    found = [runs.read_if_possible(cell) for cell in cells]
    if all(each is None for each in found):
        runs.read(cells[0])
    rows = [found[first : first + SIDE] for first in range(0, len(found), SIDE)]
    return GoalMap(
        target=target,
        settings=settings,
        common=common,
        now=now.estimate,
        values=(down, across),
        estimates=np.array(
            [[math.nan if found is None else found.estimate.value for found in row] for row in rows]
        ),
        needed=tuple(tuple(_crossings(target.level, across, row)) for row in rows),
    )


def _crossings(
    level: float, values: Array, row: Sequence[ByReplicate | None]
) -> Iterator[Crossing]:
    """Yield where a row of the grid passes a level, between neighbours that can be counted."""
    for is_counted, group in itertools.groupby(range(len(row)), lambda i: row[i] is not None):
        places = list(group)
        if is_counted and len(places) > 1:
            inside = values[places]
            stretch = [found for found in row[places[0] : places[-1] + 1] if found is not None]
            yield from _between(inside, stretch).crossings(level, inside)


def _between(values: Array, row: Sequence[ByReplicate]) -> Curve:
    """Return a row of the grid as a curve: each replicate's statistic, monotone between values."""
    shape = PchipInterpolator(values, [found.numbers for found in row])
    return Curve(lambda value: row[0].at(shape(value)), float(values[0]), float(values[-1]))
