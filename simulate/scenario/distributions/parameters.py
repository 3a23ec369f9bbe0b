"""Distributions stated by their parameters, such as mean and sd, instead of quantiles."""

from typing import ClassVar

from .quantiles import ByQuantiles

ABOVE_ZERO = {"sd", "sigma", "alpha", "beta", "shape", "scale"}


class ByParameters(ByQuantiles):
    """A distribution that a pair of parameters may state instead of quantiles."""

    pairs: ClassVar[tuple[tuple[str, str], ...]]
    by_quantiles: ClassVar[str]

    def _check(self) -> None:
        super()._check()
        given = [key for pair in self.pairs for key in pair if getattr(self, key) is not None]
        if not given and len(self.quantiles) >= 2:
            return
        if self.quantiles or tuple(given) not in self.pairs:
            pairs = ", or ".join(f"{first} and {second}" for first, second in self.pairs)
            found = ", ".join([*given, *self.quantiles]) or "none of these"
            raise ValueError(
                f"a {self.kind} distribution takes {self.by_quantiles}, or {pairs}; here is {found}"
            )
        for key in given:
            if key in ABOVE_ZERO and getattr(self, key) <= 0.0:
                raise ValueError(f"{key} = {getattr(self, key):g} must be above 0")

    @property
    def _parameters(self) -> tuple[float, float]:
        """The pair that is given."""
        first, second = (
            value
            for pair in self.pairs
            for key in pair
            if (value := getattr(self, key)) is not None
        )
        return first, second
