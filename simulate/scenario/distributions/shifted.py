"""A distribution moved or stretched as a whole, which stress tests do."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from .base import NO_BREAKS, Array, Number, Truncatable

if TYPE_CHECKING:
    from . import AnyDistribution


class Shifted(Truncatable):
    """Another distribution, times a factor, plus an amount.

    For the same doubt somewhere else. The ``by`` and ``times`` of a stress test write it for you.
    """

    distribution: Literal["shifted"]
    of: "AnyDistribution" = Field(description="a number, an interval or a table")
    by: Number = Field(default=0.0, description="what is added, last")
    times: Number = Field(default=1.0, description="the factor; a negative one turns it round")

    def _whole(self, score: Array) -> Array:
        # A negative factor turns the quantile function round.
        turned = score if self.times >= 0.0 else -score
        return self.of.quantile_at_score(turned) * self.times + self.by

    @property
    def _breaks(self) -> Array:
        if self.is_certain:
            return NO_BREAKS
        return self.of.breaks if self.times > 0.0 else -self.of.breaks[::-1]

    @property
    def is_certain(self) -> bool:
        """Tell whether there is only one value."""
        return self.of.is_certain or self.times == 0.0

    @property
    def is_continuous(self) -> bool:
        """Tell whether it has a density."""
        return self.of.is_continuous and not self.is_certain
