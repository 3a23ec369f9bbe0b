"""Distributions of data: a column of a CSV or Parquet file, as it is or smoothed."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import scipy
from pydantic import Field, Strict

from simulate.scenario.column import find_column
from simulate.scenario.mistakes import ScenarioError
from simulate.scenario.notation import Notation

from .base import NO_BREAKS, OUTERMOST_SCORE, Array, Stepped, Steps, score_at, steps_of

# A smoothed distribution is built of so many quantiles of the data.
SMOOTHING_POINTS = 1000
SMOOTHING_GRID = 4001


class Empirical(Stepped):
    """The values of a file's column: every one alike, or smoothed by a normal kernel.

    For data that are like what is to come. As they are, draws never leave what was seen; smoothed,
    they lie between and a little beyond the values. ``simulate fit`` finds a named family instead.
    """

    distribution: Literal["empirical"]
    file: Path = Field(description="CSV or Parquet, in the scenario's folder or below")
    column: str = Field(description="the column's name; at least 8 numbers")
    separator: str | None = Field(
        default=None, description='between columns, such as ";" or "tab", if not a comma'
    )
    decimal: str | None = Field(
        default=None, description='the decimal sign, "." or ",", if not a point'
    )
    thousands: str | None = Field(
        default=None, description='between groups of digits, such as "," or " ", if anything'
    )
    smooth: Annotated[bool, Strict()] = Field(
        default=False, description="whether values in between are drawn"
    )

    def _check(self) -> None:
        super()._check()
        _ = self._sample  # read now, so that a file at fault is named

    def __eq__(self, other: object) -> bool:
        # The file may have changed between two readings.
        return (
            super().__eq__(other)
            and isinstance(other, Empirical)
            and np.array_equal(self._sample, other._sample)
        )

    __hash__ = Stepped.__hash__

    @property
    def is_continuous(self) -> bool:
        """Tell whether it is smoothed."""
        return self.smooth

    @cached_property
    def _sample(self) -> Array:
        notation = Notation(self.separator, self.decimal, self.thousands)
        try:
            values, told = find_column(self.file, self.column, notation)
        except ScenarioError as error:
            raise ValueError(str(error)) from None
        # A scenario says what it assumes: what was told from the file goes into it.
        if told.stated:
            raise ValueError(f"{self.file} is written otherwise; add {told.in_words()}")
        return np.sort(values)

    @cached_property
    def _smoothed(self) -> tuple[Array, Array]:
        """Return scores and values of the smoothed quantile function.

        Notes
        -----
        A normal kernel with the bandwidth of Silverman, *Density Estimation* (1986), eq. 3.31.
        """
        sample = self._sample
        spread = min(sample.std(), np.subtract(*np.quantile(sample, [0.75, 0.25])) / 1.349)
        width = 0.9 * (spread if spread > 0.0 else sample.std()) * sample.size**-0.2
        centres = sample
        if sample.size > SMOOTHING_POINTS:
            centres = np.quantile(sample, (np.arange(SMOOTHING_POINTS) + 0.5) / SMOOTHING_POINTS)
        reach = (OUTERMOST_SCORE + 0.5) * width
        values = np.linspace(centres[0] - reach, centres[-1] + reach, SMOOTHING_GRID)
        distance = (values[:, None] - centres) / width
        below, above = (
            scipy.special.ndtr(distance).mean(axis=1),
            scipy.special.ndtr(-distance).mean(axis=1),
        )
        return score_at(below, above), values

    @cached_property
    def _steps(self) -> Steps:
        return steps_of(self._sample, np.ones(self._sample.size))

    @property
    def _breaks(self) -> Array:
        return NO_BREAKS if self.smooth else super()._breaks

    def _whole(self, score: Array) -> Array:
        if self.smooth:
            return np.interp(score, *self._smoothed)
        return super()._whole(score)
