"""The named families, by quantiles first, by parameters where those are the common ones."""

from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator
from scipy import special, stats
from scipy.optimize import brentq

from .base import Array, Truncatable, quantile_at_score
from .quantile_fit import fit_beta, fit_gamma
from .quantile_points import check_fit
from .quantiles import ByQuantiles, location_and_scale, normal_levels
from .three_point_fit import ThreePoint, fit_pert, fit_triangular


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


class Normal(_LocationScale):
    """Normal, by two quantiles or by mean and standard deviation.

    Alike on both sides and without limits: for what many small causes add up to, such as rates of
    growth, which are logarithms here.
    """

    kind: ClassVar = "normal"
    distribution: Literal["normal"]
    mean: float | None = Field(default=None, description="with sd, instead of quantiles")
    sd: float | None = Field(default=None, description="standard deviation, above 0")

    @model_validator(mode="after")
    def _check(self) -> "Normal":
        if self.mean is not None and self.sd is not None and not self.quantiles:
            if self.sd <= 0.0:
                raise ValueError(f"sd = {self.sd:g} must be above 0")
        elif self.mean is not None or self.sd is not None or len(self.quantiles) < 2:
            raise ValueError(
                "a normal distribution takes two of p10, p50, p90 or others, or mean and sd"
            )
        else:
            self._check_fit()
        return self

    @cached_property
    def _line(self) -> tuple[float, float]:
        if self.mean is not None and self.sd is not None:
            return self.mean, self.sd
        return location_and_scale(normal_levels(self.levels), self.values)


class StudentT(_LocationScale):
    """Student's t: as the normal, with fatter tails on both sides.

    For what is mostly near its middle and now and then far off. Usually truncated, since its
    furthest draws lie beyond any measure.
    """

    kind: ClassVar = "Student-t"
    distribution: Literal["student_t"]
    degrees_of_freedom: float = Field(
        description="1 to 1000: the fewer, the fatter the tails; from 30 on nearly normal"
    )

    @model_validator(mode="after")
    def _check(self) -> "StudentT":
        if not 1.0 <= self.degrees_of_freedom <= 1000.0:
            raise ValueError("degrees_of_freedom must be from 1 to 1000")
        if len(self.quantiles) < 2:
            raise ValueError("a Student-t distribution takes two quantiles, such as p10 and p90")
        self._check_fit()
        return self

    def _standard(self, score: Array) -> Array:
        return quantile_at_score(stats.t(self.degrees_of_freedom), score)


class Lognormal(_LocationScale):
    """Shifted lognormal: log(x - shift) is normal.

    Two quantiles with a shift (0 if not given), or three quantiles, which fix the shift. Never
    below the shift, with a long tail on the right: for sizes, prices, durations and overruns, which
    factors multiply to.
    """

    kind: ClassVar = "lognormal"
    distribution: Literal["lognormal"]
    shift: float | None = Field(default=None, description="the least value, with two quantiles")

    @model_validator(mode="after")
    def _check(self) -> "Lognormal":
        count = len(self.quantiles)
        if count < 2:
            raise ValueError(
                "a lognormal distribution takes two of p10, p50, p90 or others and a shift "
                "(0 if not given), or three without a shift"
            )
        if self._finds_shift:
            low, middle, high = self.values
            first, second, third = normal_levels(self.levels)
            if (high - middle) * (second - first) <= (middle - low) * (third - second):
                raise ValueError(
                    f"{self.shown()} have no longer tail on the right, as a lognormal has; "
                    "use a normal distribution or a metalog"
                )
        elif self.values[0] <= self.origin:
            raise ValueError(
                f"the quantiles must lie above the shift of {self.origin:g}; "
                "give a lower shift or higher quantiles"
            )
        self._check_fit()
        return self

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
        return float(low - brentq(bend, near, far, xtol=1e-300, rtol=1e-15))

    def _to_scale(self, value: Array) -> Array:
        return np.log(value - self.origin)

    def _from_scale(self, value: Array) -> Array:
        return self.origin + np.exp(value)


class LogitNormal(_LocationScale):
    """Between two limits, with a normal logit.

    For shares; near both limits its density falls to 0, however wide the doubt.
    """

    kind: ClassVar = "logit-normal"
    distribution: Literal["logit_normal"]
    low: float = Field(default=0.0, description="lower limit")
    high: float = Field(default=1.0, description="upper limit")

    @model_validator(mode="after")
    def _check(self) -> "LogitNormal":
        if len(self.quantiles) < 2:
            raise ValueError("a logit-normal distribution takes two quantiles, such as p10 and p90")
        _check_inside(self)
        self._check_fit()
        return self

    def _to_scale(self, value: Array) -> Array:
        return np.log((value - self.low) / (self.high - value))

    def _from_scale(self, value: Array) -> Array:
        return self.low + (self.high - self.low) * special.expit(value)


class _FromScipy(ByQuantiles):
    """A family whose quantile function is scipy's."""

    @cached_property
    def _frozen(self) -> Any:
        raise NotImplementedError

    def _whole(self, score: Array) -> Array:
        return quantile_at_score(self._frozen, score)


class Gamma(_FromScipy):
    """Gamma, by two quantiles above 0.

    Its tail on the right is shorter than the lognormal's: for sums of payments or of waiting times.
    """

    kind: ClassVar = "gamma"
    distribution: Literal["gamma"]

    @model_validator(mode="after")
    def _check(self) -> "Gamma":
        if len(self.quantiles) < 2 or self.values[0] <= 0.0:
            raise ValueError("a gamma distribution takes two quantiles above 0")
        assert self._frozen is not None
        return self

    @cached_property
    def _frozen(self) -> Any:
        return fit_gamma(self.levels, self.values)


class Beta(_FromScipy):
    """Beta between two limits, by two quantiles.

    For shares, also of something rare or almost sure: its density may be highest at a limit.
    """

    kind: ClassVar = "beta"
    distribution: Literal["beta"]
    low: float = Field(default=0.0, description="lower limit")
    high: float = Field(default=1.0, description="upper limit")

    @model_validator(mode="after")
    def _check(self) -> "Beta":
        if len(self.quantiles) < 2:
            raise ValueError("a beta distribution takes two quantiles, such as p10 and p90")
        _check_inside(self)
        assert self._frozen is not None
        return self

    @cached_property
    def _frozen(self) -> Any:
        return fit_beta(self.levels, self.values, self.low, self.high)


class _ByThreePoints(_FromScipy):
    """By low, mode and high, or by three quantiles."""

    low: float | None = Field(default=None, description="the least value")
    mode: float | None = Field(default=None, description="the most likely value")
    high: float | None = Field(default=None, description="the greatest value")

    @model_validator(mode="after")
    def _check(self) -> "_ByThreePoints":
        limits, points = (self.low, self.high), (self.low, self.mode, self.high)
        if limits != (None, None) if self.quantiles else None in points:
            raise ValueError(
                f"a {self.kind} distribution takes low, mode and high, or three quantiles, "
                "or two and a mode"
            )
        low, mode, high = self._points
        if not low <= mode <= high or low == high:
            raise ValueError(f"low = {low:g}, mode = {mode:g}, high = {high:g} must be in order")
        return self

    @cached_property
    def _points(self) -> ThreePoint:
        if self.low is not None and self.mode is not None and self.high is not None:
            return ThreePoint(self.low, self.mode, self.high)
        return self._fit()

    def _fit(self) -> ThreePoint:
        raise NotImplementedError


class Triangular(_ByThreePoints):
    """Between two limits, with the most likely value in between.

    By low, mode and high, or by three quantiles, or two and the mode. For a quantity of which
    nothing else is known; its limits are hard ones.
    """

    kind: ClassVar = "triangular"
    distribution: Literal["triangular"]

    def _fit(self) -> ThreePoint:
        return fit_triangular(self.levels, self.values, self.mode)

    @cached_property
    def _frozen(self) -> Any:
        low, mode, high = self._points
        return stats.triang((mode - low) / (high - low), loc=low, scale=high - low)


class Pert(_ByThreePoints):
    """A smooth triangle: the beta distribution of project planning (Malcolm and others, 1959).

    By the keys of the triangular, with less near the limits: for a least, a likely and a greatest
    value that are guesses themselves.
    """

    kind: ClassVar = "PERT"
    distribution: Literal["pert"]

    def _fit(self) -> ThreePoint:
        return fit_pert(self.levels, self.values, self.mode)

    @cached_property
    def _frozen(self) -> Any:
        low, mode, high = self._points
        a = 1.0 + 4.0 * (mode - low) / (high - low)
        b = 1.0 + 4.0 * (high - mode) / (high - low)
        return stats.beta(a, b, loc=low, scale=high - low)


class Uniform(Truncatable):
    """Every value between two limits alike: for a quantity of which only the limits are known."""

    distribution: Literal["uniform"]
    low: float = Field(description="lower limit")
    high: float = Field(description="upper limit")

    @model_validator(mode="after")
    def _check(self) -> "Uniform":
        if self.low >= self.high:
            raise ValueError(f"low = {self.low:g} must be below high = {self.high:g}")
        return self

    def _whole(self, score: Array) -> Array:
        return quantile_at_score(stats.uniform(self.low, self.high - self.low), score)


def _check_inside(member: Beta | LogitNormal) -> None:
    low, high = member.low, member.high
    if low >= high:
        raise ValueError(f"low = {low:g} must be below high = {high:g}")
    if not low < member.values[0] or not member.values[-1] < high:
        raise ValueError(f"{member.shown()} must lie between low = {low:g} and high = {high:g}")
