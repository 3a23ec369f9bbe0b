"""The metalog: a distribution through any quantiles."""

from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from .base import Array
from .metalog import Metalog, fit_metalog
from .quantiles import ByQuantiles

MOST_QUANTILES = 9


class MetalogDistribution(ByQuantiles):
    """Through all given quantiles, two to nine, with a lower and an upper bound or without.

    For what an expert states by quantiles and none of the named families has, such as two humps or
    one short tail. Where no density goes through the quantiles, the message names the nearest that
    one does.
    """

    kind: ClassVar = "metalog"
    distribution: Literal["metalog"]
    low: float | None = Field(default=None, description="lower bound")
    high: float | None = Field(default=None, description="upper bound")

    @model_validator(mode="after")
    def _check(self) -> "MetalogDistribution":
        if not 2 <= len(self.quantiles) <= MOST_QUANTILES:
            raise ValueError(f"a metalog takes two to {MOST_QUANTILES} quantiles")
        low, high = self.low, self.high
        if low is not None and high is not None and low >= high:
            raise ValueError(f"low = {low:g} must be below high = {high:g}")
        if low is not None and self.values[0] <= low:
            raise ValueError(f"{self.shown()} must lie above low = {low:g}")
        if high is not None and self.values[-1] >= high:
            raise ValueError(f"{self.shown()} must lie below high = {high:g}")
        assert self._fitted is not None
        return self

    @cached_property
    def _fitted(self) -> Metalog:
        return fit_metalog(self.levels, self.values, self.low, self.high)

    def _whole(self, score: Array) -> Array:
        return self._fitted.quantile_at_score(score)
