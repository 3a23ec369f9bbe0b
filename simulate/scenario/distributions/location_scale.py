"""Families that are a line through quantiles, on a scale of their own: the normal and its kin."""

from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
import scipy
from pydantic import Field

from .base import Array, Number
from .quantiles import (
    ByParameters,
    ByQuantiles,
    check_fit,
    check_inside,
    check_limits,
    location_and_scale,
    lognormal_of_moments,
    name_level,
    name_points,
    name_value,
    normal_levels,
)


class _LocationScale(ByQuantiles):
    """Location plus scale times a standard quantile, on a scale of its own."""

    @property
    def _finds_shift(self) -> bool:
        return False

    def _standard(self, score: Array) -> Array:
        return score

    def _to_scale(self, value: Array) -> Array:
        return value

    def _from_scale(self, value: Array) -> Array:
        return value

    @cached_property
    def _line(self) -> tuple[float, float]:
        return location_and_scale(
            self._standard(normal_levels(self.levels)), self._to_scale(self.values)
        )

    def _whole(self, score: Array) -> Array:
        location, scale = self._line
        return self._from_scale(location + scale * self._standard(score))

    def _check_fit(self) -> None:
        parameters = 3 if self._finds_shift else 2
        found = self._whole(normal_levels(self.levels))
        check_fit(self.kind, parameters, self.levels, self.values, found)


class _ByLocationAndScale(_LocationScale, ByParameters):
    """By quantiles, or by location and scale, which are the last of its pairs of parameters."""

    @cached_property
    def _line(self) -> tuple[float, float]:
        return super()._line if self.quantiles else self._parameters

    def _check(self) -> None:
        super()._check()
        if self.quantiles:
            self._check_quantiles()
            self._check_fit()

    def _check_quantiles(self) -> None:
        """Raise a ValueError unless the quantiles can be those of the family."""


class Normal(_ByLocationAndScale):
    """Normal, by two quantiles or by mean and standard deviation.

    Alike on both sides and without limits: for what many small causes add up to, such as rates of
    growth, which are logarithms here.
    """

    kind: ClassVar = "normal"
    pairs: ClassVar = (("mean", "sd"),)
    by_quantiles: ClassVar = "two of p10, p50, p90 or others"
    distribution: Literal["normal"]
    mean: Number | None = Field(default=None, description="with sd, instead of quantiles")
    sd: Number | None = Field(default=None, description="standard deviation, above 0")


class StudentT(_ByLocationAndScale):
    """Student's t: as the normal, with fatter tails on both sides.

    By two quantiles, or by location and scale. For what is mostly near its middle and now and then
    far off. Usually truncated, since its furthest draws lie beyond any measure.
    """

    kind: ClassVar = "Student-t"
    pairs: ClassVar = (("location", "scale"),)
    by_quantiles: ClassVar = "two quantiles, such as p10 and p90"
    distribution: Literal["student_t"]
    degrees_of_freedom: Number = Field(
        description="1 to 1000: the fewer, the fatter the tails; from 30 on nearly normal"
    )
    location: Number | None = Field(
        default=None, description="its middle; with scale, instead of quantiles"
    )
    scale: Number | None = Field(default=None, description="above 0, of the standard t")

    def _check(self) -> None:
        if not 1.0 <= self.degrees_of_freedom <= 1000.0:
            raise ValueError("degrees_of_freedom must be from 1 to 1000")
        super()._check()

    def _standard(self, score: Array) -> Array:
        # From the lower tail, where probabilities keep their digits.
        lower = scipy.special.stdtrit(self.degrees_of_freedom, scipy.special.ndtr(-np.abs(score)))
        return np.asarray(-np.sign(score) * lower, float)


class Lognormal(_ByLocationAndScale):
    """Shifted lognormal: log(x - shift) is normal.

    By two quantiles with a shift (0 if not given), or three quantiles, which fix the shift; or by
    mean and standard deviation, or by those of the logarithm, mu and sigma. Never below the shift,
    with a long tail on the right: for sizes, prices, durations and overruns, which factors multiply
    to.
    """

    kind: ClassVar = "lognormal"
    pairs: ClassVar = (("mean", "sd"), ("mu", "sigma"))
    by_quantiles: ClassVar = "two of p10, p50, p90 or others, three without a shift"
    distribution: Literal["lognormal"]
    shift: Number | None = Field(
        default=None, description="the least value, unless three quantiles are given"
    )
    mean: Number | None = Field(default=None, description="with sd, instead of quantiles")
    sd: Number | None = Field(default=None, description="standard deviation, above 0")
    mu: Number | None = Field(
        default=None, description="mean of log(x - shift); with sigma, instead of quantiles"
    )
    sigma: Number | None = Field(
        default=None, description="standard deviation of log(x - shift), above 0"
    )

    def _check(self) -> None:
        super()._check()
        if self.mean is not None and self.mean <= self.origin:
            above = f"the shift of {self.origin:g}" if self.shift else "0"
            raise ValueError(f"mean = {self.mean:g} must be above {above}")

    def _check_quantiles(self) -> None:
        if self._finds_shift:
            low, middle, high = self.values
            first, second, third = normal_levels(self.levels)
            if (high - middle) * (second - first) <= (middle - low) * (third - second):
                raise ValueError(self._leans_left())
        elif self.values[0] <= self.origin:
            lowest = name_points(self.levels[:1], self.values[:1])
            raise ValueError(
                f"{lowest} must be above {f'shift = {self.origin:g}' if self.shift else '0'}; "
                "give a lower shift, or three quantiles without one"
            )

    def _leans_left(self) -> str:
        """Say that three quantiles have no longer tail on the right, and what has."""
        low, middle, high = self.values
        first, second, third = normal_levels(self.levels)
        least = middle + (middle - low) * (third - second) / (second - first)
        outer, inner = (name_level(level) for level in self.levels[:0:-1])
        return (
            f"{self.shown()}: {outer} is too near to {inner}; a lognormal has its longer side on "
            f"the right, so that {outer} must be above {name_value(least, high - low)} here; write "
            'distribution = "metalog" with the same quantiles, or "normal" with two of them'
        )

    @property
    def _finds_shift(self) -> bool:
        return len(self.quantiles) == 3 and self.shift is None

    @cached_property
    def origin(self) -> float:
        """Where its tail begins."""
        if not self._finds_shift:
            return self.shift or 0.0
        low, middle, high = self.values
        first, second, third = normal_levels(self.levels)
        ratio = (third - second) / (second - first)
        if abs(ratio - 1.0) < 1e-12:
            return float((low * high - middle * middle) / (low + high - 2.0 * middle))

        def bend(distance: float) -> float:
            lower = np.log1p((middle - low) / distance)
            upper = np.log1p((high - middle) / (distance + middle - low))
            return float(upper - ratio * lower)

        # The further the shift, the straighter: the bend changes sign once.
        near, far = 1e-12 * (high - low), 1e9 * (high - low)
        return float(low - scipy.optimize.brentq(bend, near, far, xtol=1e-300, rtol=1e-15))

    @cached_property
    def _line(self) -> tuple[float, float]:
        if self.mean is None:
            return super()._line
        mean, sd = self._parameters
        return lognormal_of_moments(mean - self.origin, sd)

    def _to_scale(self, value: Array) -> Array:
        return np.log(value - self.origin)

    def _from_scale(self, value: Array) -> Array:
        return self.origin + np.exp(value)


class LogitNormal(_ByLocationAndScale):
    """Between two limits, with a normal logit.

    By two quantiles, or by mean and standard deviation of the logit, mu and sigma. For shares; near
    both limits its density falls to 0, however wide the doubt.
    """

    kind: ClassVar = "logit-normal"
    pairs: ClassVar = (("mu", "sigma"),)
    by_quantiles: ClassVar = "two quantiles, such as p10 and p90"
    distribution: Literal["logit_normal"]
    low: Number = Field(default=0.0, description="lower limit")
    high: Number = Field(default=1.0, description="upper limit")
    mu: Number | None = Field(
        default=None,
        description="mean of log((x - low) / (high - x)); with sigma, instead of quantiles",
    )
    sigma: Number | None = Field(default=None, description="standard deviation of it, above 0")

    def _check(self) -> None:
        super()._check()
        check_limits(self.low, self.high)

    def _check_quantiles(self) -> None:
        check_inside(self.shown(), self.values, self.low, self.high)

    def _to_scale(self, value: Array) -> Array:
        return np.log((value - self.low) / (self.high - value))

    def _from_scale(self, value: Array) -> Array:
        return self.low + (self.high - self.low) * scipy.special.expit(value)


class Uniform(_LocationScale):
    """Every value between two limits alike; by the limits or by two quantiles.

    For a quantity of which only the limits are known.
    """

    kind: ClassVar = "uniform"
    distribution: Literal["uniform"]
    low: Number | None = Field(default=None, description="lower limit")
    high: Number | None = Field(default=None, description="upper limit")

    def _check(self) -> None:
        super()._check()
        if self.low is not None and self.high is not None and not self.quantiles:
            if self.low >= self.high:
                raise ValueError(f"low = {self.low:g} must be below high = {self.high:g}")
        elif self.low is not None or self.high is not None or len(self.quantiles) < 2:
            raise ValueError("a uniform distribution takes low and high, or two quantiles")
        else:
            self._check_fit()

    @cached_property
    def _line(self) -> tuple[float, float]:
        if self.low is not None and self.high is not None:
            return self.low, self.high - self.low
        return location_and_scale(self.levels, self.values)

    def _standard(self, score: Array) -> Array:
        return scipy.special.ndtr(score)
