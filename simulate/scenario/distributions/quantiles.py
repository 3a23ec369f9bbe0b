"""Distributions given by quantiles, and fits to a few points or moments."""

import itertools
import math
import re
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import scipy
from pydantic import (
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .base import Array, Number, Truncatable

Points = Sequence[float] | Array
# The largest miss of a fit, as a part of the spread between the outermost quantiles.
EXACTLY, NEARLY = 1e-9, 0.01
QUANTILE_KEY = re.compile(r"p(\d{1,2})(?:_(\d{1,6}))?")
QUANTILE_PATTERN = r"^p[0-9]{1,2}(_[0-9]{1,6})?$"
INTERVAL = {"p5", "p95"}
ABOVE_ZERO = {"sd", "sigma", "alpha", "beta", "shape", "scale"}


def check_points(
    levels: Points,
    values: Points,
    least: int,
    low: float | None = None,
    high: float | None = None,
) -> tuple[Array, Array]:
    """Return levels and values as arrays, once they are fit to be quantiles.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), strictly rising within (0, 1).
    values
        Quantiles at them, shape (n,), strictly rising and strictly within the bounds.
    least
        How many are needed.
    low, high
        Bounds of the value, where there are any.

    Raises
    ------
    ValueError
        In a sentence for the person who gave them.
    """
    p, q = np.asarray(levels, float), np.asarray(values, float)
    if p.ndim != 1 or p.shape != q.shape:
        raise ValueError(f"{p.size} levels and {q.size} values; there must be one value a level")
    if p.size < least:
        raise ValueError(f"{p.size} quantiles are given; {least} are needed")
    if not (np.all(p > 0.0) and np.all(p < 1.0)):
        raise ValueError("the levels of quantiles must lie between 0 and 1")
    if not np.all(np.isfinite(q)):
        raise ValueError("quantiles must be finite numbers")
    if np.any(np.diff(p) <= 0.0) or np.any(np.diff(q) <= 0.0):
        raise ValueError(f"{name_points(p, q)}: quantiles must rise")
    if low is not None and high is not None and low >= high:
        raise ValueError(f"low = {low:g} must be below high = {high:g}")
    if low is not None and q[0] <= low:
        raise ValueError(f"{name_points(p[:1], q[:1])} must lie above {low:g}")
    if high is not None and q[-1] >= high:
        raise ValueError(f"{name_points(p[-1:], q[-1:])} must lie below {high:g}")
    return p, q


def name_points(levels: Array, values: Array) -> str:
    """Return quantiles as a user writes them, such as ``p10 = 1, p50 = 2``."""
    pairs = zip(levels.tolist(), values.tolist(), strict=True)
    return ", ".join(f"{name_level(level)} = {value:.12g}" for level, value in pairs)


def name_value(value: float, spread: float) -> str:
    """Return a value rounded to a ten-thousandth of the spread that it is about."""
    return f"{round(value, 4 - math.floor(math.log10(spread))):.12g}"


def name_level(level: float) -> str:
    """Return the name of a level's quantile, such as ``p10``, or ``p2_5``."""
    return f"p{100.0 * level:.8g}".replace(".", "_")


def check_fit(family: str, parameters: int, levels: Array, values: Array, found: Array) -> None:
    """Raise an error unless a fitted family's quantiles are those asked for.

    Parameters
    ----------
    family
        Its name, as in ``no gamma distribution``.
    parameters
        How many are free; as many quantiles are met exactly, more of them nearly.
    levels, values
        The quantiles asked for, shape (n,).
    found
        The fit's quantiles at the same levels, shape (n,).

    Raises
    ------
    ValueError
        If the worst miss exceeds 1e-9 of the spread, or 1% with more quantiles than parameters.
    """
    miss = np.abs(found - values) / (values[-1] - values[0])
    worst = int(np.argmax(np.where(np.isfinite(miss), miss, np.inf)))
    if levels.size > parameters:
        if not miss[worst] <= NEARLY:
            raise ValueError(
                f"no {family} distribution comes near {name_points(levels, values)}: the best "
                f"has {name_level(levels[worst])} = {name_value(found[worst], np.ptp(values))}; "
                'give fewer quantiles, or use distribution = "metalog"'
            )
    elif not miss[worst] <= EXACTLY:
        raise ValueError(
            f"{name_points(levels, values)}: no {family} distribution has these, which lie too "
            'close together, or too far apart; use distribution = "metalog"'
        )


def lognormal_of_moments(mean: float, sd: float) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - 0.5 * variance, math.sqrt(variance)


def gamma_of_moments(mean: float, sd: float) -> tuple[float, float]:
    """Return shape and scale."""
    return (mean / sd) ** 2, sd * (sd / mean)


def beta_of_moments(mean: float, sd: float, low: float, high: float) -> tuple[float, float]:
    """Return alpha and beta of a beta distribution between two limits."""
    below, above = mean - low, high - mean
    both = below * above / sd**2 - 1.0  # alpha + beta
    return both * below / (high - low), both * above / (high - low)


def level_of(key: str) -> float:
    """Return the probability that a key such as ``p10`` or ``p99_9`` stands for."""
    found = QUANTILE_KEY.fullmatch(key)
    if found is None or (level := float(f"{found[1]}.{found[2] or 0}") / 100.0) == 0.0:
        raise ValueError(f'"{key}" is no quantile; write p10 for 10%, p99_9 for 99.9%')
    return level


class ByQuantiles(Truncatable):
    """A distribution that quantiles may state.

    The file's keys ``p10``, ``p99_9`` and so on, and ``interval = [low, high]``, which is p5 and
    p95, come into ``quantiles``.
    """

    kind: ClassVar[str]
    quantiles: dict[str, Number] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, table: Any) -> Any:
        if not isinstance(table, dict) or "quantiles" in table:
            return table
        rest = {k: v for k, v in table.items() if not QUANTILE_KEY.fullmatch(str(k))}
        quantiles = {k: v for k, v in table.items() if k not in rest}
        if "interval" in rest:
            interval = rest.pop("interval")
            if not isinstance(interval, (list, tuple)) or len(interval) != 2:
                raise ValueError(
                    "interval = [low, high] is of two numbers, the 5th and 95th percentile"
                )
            if INTERVAL & set(quantiles):
                raise ValueError("interval = [low, high] already gives p5 and p95")
            quantiles |= dict(zip(("p5", "p95"), interval, strict=True))
        return rest | {"quantiles": quantiles}

    @model_serializer(mode="wrap")
    def _scatter(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        table = handler(self)
        return table | table.pop("quantiles")

    def _check(self) -> None:
        super()._check()
        rising = sorted(self.quantiles.items(), key=lambda item: level_of(item[0]))
        for (low, a), (high, b) in itertools.pairwise(rising):
            if a >= b:
                raise ValueError(f"{low} = {a:g}, {high} = {b:g}: quantiles must rise")

    @property
    def levels(self) -> Array:
        """Probabilities of the given quantiles, rising, shape (n,)."""
        return np.sort([level_of(key) for key in self.quantiles])

    @property
    def values(self) -> Array:
        """The given quantiles, rising, shape (n,)."""
        return np.sort(list(self.quantiles.values()))

    def shown(self) -> str:
        """Return the given quantiles as the file writes them."""
        return name_points(self.levels, self.values)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe what the file may say, which is not what is kept."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema.get("properties", {}).pop("quantiles", None)
        schema["properties"]["interval"] = {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "description": "5th and 95th percentile",
        }
        schema["patternProperties"] = {
            QUANTILE_PATTERN: {
                "type": ["number", "string"],
                "description": "a quantile: p10 is the 10th percentile",
            }
        }
        return schema


def location_and_scale(standard: Array, values: Array) -> tuple[float, float]:
    """Return location and scale that take standard quantiles nearest to values."""
    scale, location = np.polyfit(standard, values, 1)
    return float(location), float(scale)


def normal_levels(levels: Array) -> Array:
    """Return the standard normal quantiles of probabilities."""
    return np.asarray(scipy.special.ndtri(levels), float)


def check_inside(shown: str, values: Array, low: float, high: float) -> None:
    """Raise an error unless limits are in order, with all quantiles in between."""
    check_limits(low, high)
    if not low < values[0] or not values[-1] < high:
        raise ValueError(f"{shown} must lie between low = {low:g} and high = {high:g}")


def check_limits(low: float, high: float) -> None:
    """Raise an error unless limits are in order."""
    if low >= high:
        raise ValueError(f"low = {low:g} must be below high = {high:g}")


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
