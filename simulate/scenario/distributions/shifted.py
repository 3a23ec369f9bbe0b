"""A distribution moved or stretched as a whole, which stress tests do."""

from typing import TYPE_CHECKING, Literal

from .base import Array, Number, Truncatable

if TYPE_CHECKING:
    from . import AnyDistribution


class Shifted(Truncatable):
    """``of``, times ``times``, plus ``by``."""

    distribution: Literal["shifted"]
    of: "AnyDistribution"
    by: Number = 0.0
    times: Number = 1.0

    def _whole(self, score: Array) -> Array:
        # A negative factor turns the quantile function round.
        turned = score if self.times >= 0.0 else -score
        return self.of.quantile_at_score(turned) * self.times + self.by

    @property
    def is_certain(self) -> bool:
        """Tell whether there is only one value."""
        return self.of.is_certain or self.times == 0.0

    @property
    def is_continuous(self) -> bool:
        """Tell whether it has a density."""
        return self.of.is_continuous and not self.is_certain
