"""Any continuous distribution of ``scipy.stats``, by its name and its parameters."""

from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import Field, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from scipy import stats

from .base import OUTERMOST_SCORE, Array, Truncatable, quantile_at_score

PREFIX = "scipy."
OWN_KEYS = {"distribution", "source", "truncate", "parameters"}
# Their quantile functions are found by numerical integration, minutes for a table.
TOO_SLOW = {"kstwo", "kstwobign", "ksone", "levy_stable", "studentized_range", "vonmises"}
CONTINUOUS = {
    name
    for name, member in vars(stats).items()
    if isinstance(member, stats.rv_continuous) and name not in TOO_SLOW
}


class ScipyNamed(Truncatable):
    """``distribution = "scipy.NAME"`` with the shape parameters, ``loc`` and ``scale`` of scipy.

    Any continuous distribution of ``scipy.stats``: for what theory or a fit names, such as the
    largest of many (``genextreme``, ``gumbel_r``) or a time to failure (``weibull_min``).

    Notes
    -----
    The name is looked up in a list of the names that scipy has; nothing is evaluated.
    """

    distribution: str = Field(pattern=r"^scipy\.[a-z0-9_]+$")
    parameters: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, table: Any) -> Any:
        if not isinstance(table, dict) or "parameters" in table:
            return table
        rest = {k: v for k, v in table.items() if k in OWN_KEYS}
        return rest | {"parameters": {k: v for k, v in table.items() if k not in OWN_KEYS}}

    @model_serializer(mode="wrap")
    def _scatter(self, handler: Any) -> dict[str, Any]:
        table = handler(self)
        return table | table.pop("parameters")

    @model_validator(mode="after")
    def _check(self) -> "ScipyNamed":
        name = self.distribution.removeprefix(PREFIX)
        if name not in CONTINUOUS:
            close = get_close_matches(name, CONTINUOUS, n=3)
            hint = f"; did you mean {' or '.join(PREFIX + c for c in close)}?" if close else ""
            slow = " (too slow to tabulate)" if name in TOO_SLOW else ""
            raise ValueError(f"{self.distribution} is no continuous distribution here{slow}{hint}")
        known = _parameter_names(name)
        unknown = sorted(set(self.parameters) - set(known))
        missing = [k for k in known[:-2] if k not in self.parameters]
        if unknown or missing:
            wrong = f'"{unknown[0]}" is unknown' if unknown else f'"{missing[0]}" is missing'
            raise ValueError(f"{self.distribution}: {wrong}; it takes {', '.join(known)}")
        scores = np.linspace(-OUTERMOST_SCORE, OUTERMOST_SCORE, 27)
        with np.errstate(all="ignore"):
            values = self._whole(scores)
        if not np.all(np.isfinite(values)) or np.any(np.diff(values) < 0.0):
            given = ", ".join(f"{k} = {v:g}" for k, v in self.parameters.items())
            raise ValueError(f"{self.distribution} is no distribution with {given}")
        return self

    @cached_property
    def _frozen(self) -> Any:
        return getattr(stats, self.distribution.removeprefix(PREFIX))(**self.parameters)

    def _whole(self, score: Array) -> Array:
        return quantile_at_score(self._frozen, score)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe what the file may say: scipy's parameters beside the name."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["properties"].pop("parameters", None)
        schema["additionalProperties"] = {"type": "number"}
        return schema


def _parameter_names(name: str) -> list[str]:
    shapes = getattr(stats, name).shapes
    return [*(shapes.split(", ") if shapes else []), "loc", "scale"]
