"""What would it take of two settings? A map of where a probability is as wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from simulate.estimate import Estimate
from simulate.goal import Target
from simulate.scenario.setting import Setting, at_values, refuse_overlap
from simulate.simulation import Progress

from .comparison import CommonRandomNumbers, common_random_numbers
from .crossing import Crossing, Curve
from .goal_seek import Runs, written_with_error
from .headlines import Counted

Array = NDArray[np.float64]

SIDE = 7


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
    probabilities
        Shape (n, m).
    needed
        One a row: the crossings of the second setting, between the grid's values interpolated.
    """

    target: Target
    settings: tuple[Setting, Setting]
    common: CommonRandomNumbers
    now: Estimate
    values: tuple[Array, Array]
    probabilities: Array
    needed: tuple[tuple[Crossing, ...], ...]

    @property
    def finding(self) -> str:
        """The answer in words."""
        met = np.array([self.target.is_met(p) for p in self.probabilities.flat])
        if not met.any():
            most = self.probabilities.max() if self.target.at_least else self.probabilities.min()
            bound = "most" if self.target.at_least else "least"
            return f"Met nowhere on the grid: the {bound} is {most:.1%}"
        if met.all():
            return "Met everywhere on the grid"
        down, across = self.settings
        rows = [row for row, crossings in enumerate(self.needed) if crossings]
        if not rows:
            return f"Met in {met.mean():.0%} of the grid, whatever the {across.title} is"
        middle = float(down.stated if down.now is None else down.now)
        row = min(rows, key=lambda row: abs(self.values[0][row] - middle))
        needed = self.needed[row][0]
        bound = "at least" if needed.rises == self.target.at_least else "at most"
        return (
            f"Met where the {across.title} is {bound} {written_with_error(across, needed.value)}, "
            f"with the {down.title} at {down.written(float(self.values[0][row]))}"
        )


def map_goal(
    target: Target,
    settings: tuple[Setting, Setting],
    search: Sequence[tuple[float, float] | None] = (None, None),
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
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
        If the scenario can't have a pair of values, or both settings change the same.
    """
    refuse_overlap(settings)
    down, across = (
        np.linspace(*(given or setting.search_range()), SIDE).round(12)
        for setting, given in zip(settings, search, strict=True)
    )
    corners = [
        at_values(settings, (float(x), float(y))) for x in down[[0, -1]] for y in across[[0, -1]]
    ]
    common = common_random_numbers(
        [target.scenario, *corners], paths=paths, seed=seed, threads=threads
    )
    runs = Runs(target, common, 1 + SIDE * SIDE, progress)
    now = runs.count(target.scenario)
    rows = [[runs.count(at_values(settings, (float(x), float(y)))) for y in across] for x in down]
    return GoalMap(
        target=target,
        settings=settings,
        common=common,
        now=now.estimate,
        values=(down, across),
        probabilities=np.array([[found.estimate.value for found in row] for row in rows]),
        needed=tuple(
            tuple(_between(across, row).crossings(target.probability, across)) for row in rows
        ),
    )


def _between(values: Array, row: Sequence[Counted]) -> Curve:
    """Return a row of the grid as a curve: each replicate's counts, monotone between values."""
    shape = PchipInterpolator(values, [found.counts for found in row])
    paths = row[0].paths
    return Curve(
        lambda value: Counted(np.rint(shape(value)).astype(np.int64), paths),
        float(values[0]),
        float(values[-1]),
    )
