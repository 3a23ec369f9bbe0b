"""Families whose quantile function is scipy's, fitted to quantiles: gamma, beta and triangles."""

from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import Field
from scipy import stats

from .base import Array, Number, quantile_at_score
from .fits.gamma_beta import fit_beta, fit_gamma
from .fits.triangles import ThreePoint, fit_pert, fit_triangular
from .quantiles import ByQuantiles, check_inside


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

    def _check(self) -> None:
        super()._check()
        if len(self.quantiles) < 2 or self.values[0] <= 0.0:
            raise ValueError("a gamma distribution takes two quantiles above 0")
        _ = self._frozen  # fitted now, so that a fit that fails is named

    @cached_property
    def _frozen(self) -> Any:
        return fit_gamma(self.levels, self.values)


class Beta(_FromScipy):
    """Beta between two limits, by two quantiles.

    For shares, also of something rare or almost sure: its density may be highest at a limit.
    """

    kind: ClassVar = "beta"
    distribution: Literal["beta"]
    low: Number = Field(default=0.0, description="lower limit")
    high: Number = Field(default=1.0, description="upper limit")

    def _check(self) -> None:
        super()._check()
        if len(self.quantiles) < 2:
            raise ValueError("a beta distribution takes two quantiles, such as p10 and p90")
        check_inside(self.shown(), self.values, self.low, self.high)
        _ = self._frozen  # fitted now, so that a fit that fails is named

    @cached_property
    def _frozen(self) -> Any:
        return fit_beta(self.levels, self.values, self.low, self.high)


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
