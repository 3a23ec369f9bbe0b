"""Where a probability, simulated on common random numbers, passes a level as a setting moves."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import toms748

from simulate.estimate import Estimate, centred, widened

from .headlines import Counted

Array = NDArray[np.float64]

# A root is looked for as finely as this part of the range, or of its own error.
PART_OF_RANGE = 1e-4
PART_OF_ERROR = 0.2
# A replicate's curve is taken as straight within so many deviations of the replicates' roots.
DEVIATIONS = 2.0
LOOKS = 3
# A slope is measured where at least so many paths come to count along the line.
LEAST_RISEN = 10
# Of a 95% interval.
WIDTH_IN_ERRORS = 2.0 * 1.96


@dataclass(frozen=True)
class Crossing:
    """The value at which a probability passes a level.

    Attributes
    ----------
    value
        With the error that the replicates' own values show.
    rises
        Whether the probability rises there.
    """

    value: Estimate
    rises: bool

    def side(self, at_least: bool) -> str:
        """Return on which side of it the probability is at least, or at most, the level."""
        return "or more" if self.rises == at_least else "or less"


class Curve:
    """A probability along a setting, evaluated where it is asked for, and once each.

    Parameters
    ----------
    evaluate
        Returns the counts at a value of the setting; each value's paths have the same points.
    low, high
        The range of the setting.
    """

    def __init__(self, evaluate: Callable[[float], Counted], low: float, high: float) -> None:
        self._evaluate = evaluate
        self._found: dict[float, Counted] = {}
        self.low, self.high = low, high

    def at(self, value: float) -> Counted:
        """Return the counts at a value."""
        if value not in self._found:
            self._found[value] = self._evaluate(value)
        return self._found[value]

    def probability(self, value: float) -> float:
        """Return the probability at a value."""
        return self.at(value).estimate.value

    def crossings(self, level: float, values: Array) -> list[Crossing]:
        """Return where the probability passes a level.

        Parameters
        ----------
        level
            Between 0 and 1.
        values
            A grid, rising, shape (n,). A curve that passes the level and comes back between two
            neighbours isn't seen to.

        Returns
        -------
        list of Crossing
            In the order of their values.
        """
        above = [self.probability(value) >= level for value in values]
        return [
            self._cross(level, float(values[i]), float(values[i + 1]))
            for i in range(len(values) - 1)
            if above[i] != above[i + 1]
        ]

    def _cross(self, level: float, left: float, right: float) -> Crossing:
        """Return the crossing between two values, on either side of the level."""
        slope = (self.probability(right) - self.probability(left)) / (right - left)
        error = max(
            (self.at(end).estimate.standard_error for end in (left, right)),
            key=lambda found: -1.0 if math.isnan(found) else found,
        )
        finest = PART_OF_RANGE * (self.high - self.low)
        step = finest if math.isnan(error) else max(finest, PART_OF_ERROR * error / abs(slope))
        root = float(toms748(lambda value: self.probability(value) - level, left, right, xtol=step))
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
        deviation = float(np.std(self.at(root).shares, ddof=1))
        if deviation == 0.0:
            return np.full(len(self.at(root).counts), root)
        for _ in range(LOOKS):
            reach = max(finest, DEVIATIONS * deviation / abs(slope))
            slopes, at_root = self._lines(root, reach)
            risen = 2.0 * reach * self.at(root).paths * slopes * math.copysign(1.0, slope)
            if risen.sum() < LEAST_RISEN:
                return None
            mean = float(slopes.mean())
            if 0.5 <= mean / slope <= 2.0 and risen.min() >= LEAST_RISEN:
                return root + (level - at_root) / slopes
            slope = mean
        return None

    def _lines(self, root: float, reach: float) -> tuple[Array, Array]:
        """Return slope, and height at the root, of a line through each replicate's curve there."""
        around = [max(self.low, root - reach), root, min(self.high, root + reach)]
        shares = np.array([self.at(value).shares for value in around])
        slopes, heights = np.asarray(np.polyfit(np.array(around) - root, shares, 1))
        return slopes, heights
