"""Distributions stated by their quantiles: p10, p50, p90 or any others, or a 90% interval."""

import itertools
import re
from typing import Any, ClassVar

import numpy as np
from pydantic import (
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from scipy import special

from .base import Array, Number, Truncatable
from .fits.points import name_points

QUANTILE_KEY = re.compile(r"p(\d{1,2})(?:_(\d{1,6}))?")
QUANTILE_PATTERN = r"^p[0-9]{1,2}(_[0-9]{1,6})?$"
INTERVAL = {"p5", "p95"}


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
    return np.asarray(special.ndtri(levels), float)


def check_inside(shown: str, values: Array, low: float, high: float) -> None:
    """Raise an error unless limits are in order, with all quantiles in between."""
    check_limits(low, high)
    if not low < values[0] or not values[-1] < high:
        raise ValueError(f"{shown} must lie between low = {low:g} and high = {high:g}")


def check_limits(low: float, high: float) -> None:
    """Raise an error unless limits are in order."""
    if low >= high:
        raise ValueError(f"low = {low:g} must be below high = {high:g}")
