"""The distributions that an uncertain input may have.

A member is a frozen pydantic model with ``distribution``, its parameters (quantiles first), an
optional ``truncate`` and a ``source``. Its contract is one method, ``quantile_at_score``.
"""

import itertools
from abc import abstractmethod
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag, model_validator
from scipy import special, stats

Array = NDArray[np.float64]
Z10 = float(special.ndtri(0.10))
Z90 = -Z10


class Uncertain(BaseModel):
    """An uncertain number; ``source`` is a row of docs/facts.md or ``assumption: why``."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=False)

    source: str = ""

    @abstractmethod
    def quantile_at_score(self, score: Array) -> Array:
        """Return the quantile function at standard normal scores z, that is Q(Phi(z))."""

    def quantile(self, probability: float) -> float:
        """Return the quantile at a probability."""
        return float(self.quantile_at_score(np.array([special.ndtri(probability)]))[0])

    @property
    def is_certain(self) -> bool:
        """Tell whether there is only one value."""
        return False


class Fixed(Uncertain):
    """A certain number."""

    value: float

    def quantile_at_score(self, score: Array) -> Array:
        """Return the value everywhere."""
        return np.full_like(score, self.value)

    @property
    def is_certain(self) -> bool:
        """Tell that there is only one value."""
        return True


class Continuous(Uncertain):
    """A distribution with a density, which may be cut off at ``truncate = [low, high]``."""

    truncate: tuple[float, float] | None = None

    @abstractmethod
    def _whole(self) -> Any:
        """Return the distribution without truncation, as a frozen scipy distribution."""

    def quantile_at_score(self, score: Array) -> Array:
        """Return the quantile function, within the truncation, at standard normal scores."""
        whole = self._whole()
        if self.truncate is None:
            return quantile_at_score(whole, score)
        below, above = whole.cdf(self.truncate[0]), whole.cdf(self.truncate[1])
        inside = below + special.ndtr(score) * (above - below)
        return np.clip(whole.ppf(inside), *self.truncate)

    @model_validator(mode="after")
    def _check_truncation(self) -> "Continuous":
        if self.truncate is None:
            return self
        low, high = self.truncate
        if low >= high:
            raise ValueError(f"truncate = [{low:g}, {high:g}] is empty; the first must be smaller")
        if self._whole().cdf(high) - self._whole().cdf(low) < 0.01:
            raise ValueError(f"truncate = [{low:g}, {high:g}] keeps less than 1% of the draws")
        return self


def quantile_at_score(whole: Any, score: Array) -> Array:
    """Return the quantile function of a frozen scipy distribution at standard normal scores."""
    # The survival function keeps the upper tail's precision, where 1 - p would round to 1.
    lower = whole.ppf(special.ndtr(np.minimum(score, 0.0)))
    upper = whole.isf(special.ndtr(-np.maximum(score, 0.0)))
    return np.where(score > 0.0, upper, lower)


class Normal(Continuous):
    """Normal, by two quantiles or by mean and standard deviation."""

    distribution: Literal["normal"]
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    mean: float | None = None
    sd: float | None = None

    @model_validator(mode="after")
    def _check(self) -> "Normal":
        given = _given(self, "p10", "p50", "p90", "mean", "sd")
        if set(given) == {"mean", "sd"}:
            if given["sd"] <= 0.0:
                raise ValueError(f"sd = {given['sd']:g} must be above 0")
        elif len(given) == 2 and set(given) <= {"p10", "p50", "p90"}:
            _check_order(given)
        else:
            raise ValueError("a normal distribution takes two of p10, p50, p90, or mean and sd")
        return self

    def _whole(self) -> Any:
        if self.mean is not None and self.sd is not None:
            return stats.norm(self.mean, self.sd)
        centre, scale = _location_and_scale(self.p10, self.p50, self.p90)
        return stats.norm(centre, scale)


class Lognormal(Continuous):
    """Shifted lognormal: log(x - shift) is normal.

    Two quantiles with a shift (0 if not given), or three quantiles, which fix the shift.
    """

    distribution: Literal["lognormal"]
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    shift: float | None = None

    @model_validator(mode="after")
    def _check(self) -> "Lognormal":
        given = _given(self, "p10", "p50", "p90")
        if len(given) < 2 or (len(given) == 3 and self.shift is not None):
            raise ValueError(
                "a lognormal distribution takes two of p10, p50, p90 and a shift (0 if not given), "
                "or all three without a shift"
            )
        _check_order(given)
        if len(given) == 3 and given["p90"] - given["p50"] <= given["p50"] - given["p10"]:
            raise ValueError(
                f"p10 = {given['p10']:g}, p50 = {given['p50']:g}, p90 = {given['p90']:g} have no "
                "longer tail on the right, as a lognormal has; use a normal distribution"
            )
        if len(given) == 2 and min(given.values()) <= self._origin():
            raise ValueError(
                f"the quantiles must lie above the shift of {self._origin():g}; "
                "give a lower shift or higher quantiles"
            )
        return self

    def _origin(self) -> float:
        if self.p10 is None or self.p50 is None or self.p90 is None:
            return self.shift or 0.0
        return (self.p10 * self.p90 - self.p50 * self.p50) / (self.p10 + self.p90 - 2.0 * self.p50)

    def _whole(self) -> Any:
        origin = self._origin()
        logs = [None if q is None else np.log(q - origin) for q in (self.p10, self.p50, self.p90)]
        centre, scale = _location_and_scale(*logs)
        return stats.lognorm(scale, loc=origin, scale=np.exp(centre))


class Uniform(Continuous):
    """Every value between two limits alike."""

    distribution: Literal["uniform"]
    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> "Uniform":
        if self.low >= self.high:
            raise ValueError(f"low = {self.low:g} must be below high = {self.high:g}")
        return self

    def _whole(self) -> Any:
        return stats.uniform(self.low, self.high - self.low)


class _ThreePoint(Continuous):
    low: float
    mode: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> "_ThreePoint":
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise ValueError(
                f"low = {self.low:g}, mode = {self.mode:g}, high = {self.high:g} must be in order"
            )
        return self


class Triangular(_ThreePoint):
    """Between two limits, with the most likely value in between."""

    distribution: Literal["triangular"]

    def _whole(self) -> Any:
        width = self.high - self.low
        return stats.triang((self.mode - self.low) / width, loc=self.low, scale=width)


class Pert(_ThreePoint):
    """A smooth triangle: the beta distribution of project planning (Malcolm and others, 1959)."""

    distribution: Literal["pert"]

    def _whole(self) -> Any:
        width = self.high - self.low
        a = 1.0 + 4.0 * (self.mode - self.low) / width
        b = 1.0 + 4.0 * (self.high - self.mode) / width
        return stats.beta(a, b, loc=self.low, scale=width)


FAMILY: dict[str, type[Uncertain]] = {
    "value": Fixed,
    "normal": Normal,
    "lognormal": Lognormal,
    "uniform": Uniform,
    "triangular": Triangular,
    "pert": Pert,
}


def _given(model: Uncertain, *names: str) -> dict[str, float]:
    values = {name: getattr(model, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _check_order(quantiles: dict[str, float]) -> None:
    values = list(quantiles.values())
    if any(a >= b for a, b in itertools.pairwise(values)):
        text = ", ".join(f"{name} = {value:g}" for name, value in quantiles.items())
        raise ValueError(f"{text}: quantiles must rise")


def _location_and_scale(
    p10: float | None, p50: float | None, p90: float | None
) -> tuple[float, float]:
    """Return location and scale of the normal through two (or three collinear) quantiles."""
    points = [(z, q) for z, q in ((Z10, p10), (0.0, p50), (Z90, p90)) if q is not None]
    (z0, q0), (z1, q1) = points[0], points[-1]
    scale = (q1 - q0) / (z1 - z0)
    return q0 - z0 * scale, scale


def _from_number(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"value": value}
    return value


def _kind(value: Any) -> str:
    if isinstance(value, Uncertain):
        return str(getattr(value, "distribution", "value"))
    return str(value.get("distribution", "value")) if isinstance(value, dict) else "value"


AnyDistribution = Annotated[
    Annotated[Fixed, Tag("value")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[Lognormal, Tag("lognormal")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Triangular, Tag("triangular")]
    | Annotated[Pert, Tag("pert")],
    Discriminator(_kind),
    BeforeValidator(_from_number),
]
