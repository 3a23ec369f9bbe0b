"""Families whose quantile function is scipy's, fitted to quantiles: gamma, beta and triangles."""

import math
from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import Field
from scipy import stats

from .base import Array, Number, quantile_at_score
from .fits.gamma_beta import fit_beta, fit_gamma
from .fits.moments import beta_of_moments, gamma_of_moments
from .fits.points import name_points
from .fits.triangles import ThreePoint, fit_pert, fit_triangular
from .parameters import ByParameters
from .quantiles import ByQuantiles, check_inside, check_limits


class _FromScipy(ByQuantiles):
    """A family whose quantile function is scipy's."""

    @cached_property
    def _frozen(self) -> Any:
        raise NotImplementedError

    def _whole(self, score: Array) -> Array:
        return quantile_at_score(self._frozen, score)


class Gamma(_FromScipy, ByParameters):
    """Gamma, above 0.

    By two quantiles, by mean and standard deviation, or by shape and scale. Its tail on the right
    is shorter than the lognormal's: for sums of payments or of waiting times.
    """

    kind: ClassVar = "gamma"
    pairs: ClassVar = (("mean", "sd"), ("shape", "scale"))
    by_quantiles: ClassVar = "two quantiles above 0"
    distribution: Literal["gamma"]
    mean: Number | None = Field(default=None, description="with sd, instead of quantiles")
    sd: Number | None = Field(default=None, description="standard deviation, above 0")
    shape: Number | None = Field(default=None, description="with scale, instead of quantiles")
    scale: Number | None = Field(default=None, description="above 0; the mean is shape times scale")

    def _check(self) -> None:
        super()._check()
        if self.quantiles and self.values[0] <= 0.0:
            lowest = name_points(self.levels[:1], self.values[:1])
            raise ValueError(f"{lowest} must be above 0, as a gamma distribution is")
        if self.mean is not None and self.mean <= 0.0:
            raise ValueError(f"mean = {self.mean:g} must be above 0")
        _ = self._frozen  # fitted now, so that a fit that fails is named

    @cached_property
    def _frozen(self) -> Any:
        if self.quantiles:
            return fit_gamma(self.levels, self.values)
        given = self._parameters
        shape, scale = given if self.mean is None else gamma_of_moments(*given)
        return stats.gamma(shape, scale=scale)


class Beta(_FromScipy, ByParameters):
    """Beta between two limits.

    By two quantiles, by mean and standard deviation, or by its shapes alpha and beta. For shares,
    also of something rare or almost sure: its density may be highest at a limit.
    """

    kind: ClassVar = "beta"
    pairs: ClassVar = (("mean", "sd"), ("alpha", "beta"))
    by_quantiles: ClassVar = "two quantiles, such as p10 and p90"
    distribution: Literal["beta"]
    low: Number = Field(default=0.0, description="lower limit")
    high: Number = Field(default=1.0, description="upper limit")
    mean: Number | None = Field(default=None, description="with sd, instead of quantiles")
    sd: Number | None = Field(
        default=None, description="standard deviation, below sqrt((mean - low) (high - mean))"
    )
    alpha: Number | None = Field(
        default=None, description="above 0; with beta, instead of quantiles"
    )
    beta: Number | None = Field(
        default=None, description="above 0; the mean is alpha / (alpha + beta) from low to high"
    )

    def _check(self) -> None:
        super()._check()
        check_limits(self.low, self.high)
        if self.quantiles:
            check_inside(self.shown(), self.values, self.low, self.high)
        if self.mean is not None:
            self._check_moments(*self._parameters)
        _ = self._frozen  # fitted now, so that a fit that fails is named

    def _check_moments(self, mean: float, sd: float) -> None:
        between = f"between low = {self.low:g} and high = {self.high:g}"
        if not self.low < mean < self.high:
            raise ValueError(f"mean = {mean:g} must lie {between}")
        most = math.sqrt((mean - self.low) * (self.high - mean))
        if sd >= most:
            raise ValueError(
                f"sd = {sd:g} is too large: {between}, with mean = {mean:g}, it must be below "
                f"{most:.4g}"
            )

    @cached_property
    def _frozen(self) -> Any:
        if self.quantiles:
            return fit_beta(self.levels, self.values, self.low, self.high)
        low, high, given = self.low, self.high, self._parameters
        alpha, beta = given if self.mean is None else beta_of_moments(*given, low, high)
        return stats.beta(alpha, beta, loc=low, scale=high - low)


class _ByThreePoints(_FromScipy):
    """By low, mode and high, or by three quantiles."""

    low: Number | None = Field(default=None, description="the least value")
    mode: Number | None = Field(default=None, description="the most likely value")
    high: Number | None = Field(default=None, description="the greatest value")

    def _check(self) -> None:
        super()._check()
        if self.quantiles:
            limits = (self.low, self.high) != (None, None)
            incomplete = limits or len(self.quantiles) < (3 if self.mode is None else 2)
        else:
            incomplete = None in (self.low, self.mode, self.high)
        if incomplete:
            raise ValueError(
                f"a {self.kind} distribution takes low, mode and high, or three quantiles, "
                "or two and a mode"
            )
        low, mode, high = self._points
        if not low <= mode <= high or low == high:
            raise ValueError(f"low = {low:g}, mode = {mode:g}, high = {high:g} must be in order")

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
