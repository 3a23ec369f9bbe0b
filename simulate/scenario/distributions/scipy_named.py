"""Distributions of scipy.stats by name, continuous and discrete."""

import math
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
import scipy
from pydantic import Field, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from simulate.scenario.mistakes import OURS, MendableError, did_you_mean, rename, respell

from .base import (
    NO_BREAKS,
    OUTERMOST_SCORE,
    Array,
    Number,
    Stepped,
    Steps,
    quantile_at_score,
    score_at,
)

# One takes a list as its parameter, which no other does.
NOT_DISCRETE_HERE = {"poisson_binom"}
MOST_VALUES = 100_000
# Beyond, whole numbers are not told apart; and how far scipy may sum up probabilities.
FURTHEST, FURTHEST_SUM = 2**52, 10**6
PREFIX = "scipy."
OWN_KEYS = {"distribution", "source", "truncate", "parameters"}
# Quantiles that take minutes, or that lie on a circle.
NOT_HERE = {"ksone", "levy_stable", "studentized_range", "vonmises"}
# Their quantiles come from slow formulas.
SLOW = {"kstwo", "kstwobign"}
LOCATION = ("loc", "scale")
KNOTS_A_SCORE = 16
TRIED_SCORES = np.linspace(-OUTERMOST_SCORE, OUTERMOST_SCORE, 27)


@cache
def discrete_names() -> frozenset[str]:
    """Return the names of the distributions of whole numbers."""
    return _named_of(scipy.stats.rv_discrete) - NOT_DISCRETE_HERE


@cache
def continuous_names() -> frozenset[str]:
    """Return the names of the distributions that have a density."""
    return _named_of(scipy.stats.rv_continuous) - NOT_HERE


def _named_of(kind: type) -> frozenset[str]:
    members = vars(scipy.stats).items()
    return frozenset(name for name, member in members if isinstance(member, kind))


@cache
def _names() -> list[str]:
    """Return the names as a file says them."""
    return sorted(PREFIX + name for name in continuous_names() | discrete_names())


def _is_slow(name: str) -> bool:
    """Tell whether scipy searches its quantiles one by one, or finds them by a slow formula."""
    generic: Any = scipy.stats.rv_continuous
    return name in SLOW or type(getattr(scipy.stats, name))._ppf is generic._ppf


def steps_of_named(name: str, shapes: dict[str, float], least: float, most: float) -> Steps:
    """Return the values that are drawn, and the scores at which they end.

    Parameters
    ----------
    name, shapes
        Of the distribution, without ``loc``.
    least, most
        Between which values are told apart; the next beyond stands for all beyond.

    Raises
    ------
    ValueError
        If it is none, or has too many values.
    """
    family: Any = getattr(scipy.stats, name)
    member = family(**shapes)
    start, end = member.support()
    if math.isnan(start):
        given = ", ".join(f"{key} = {value:g}" for key, value in shapes.items())
        raise ValueError(f"scipy.{name} is no distribution with {given}")
    sums = type(family)._cdf is scipy.stats.rv_discrete._cdf
    furthest = FURTHEST_SUM if sums else FURTHEST
    start = max(start, math.ceil(max(least, -furthest)) - 1)
    end = min(end, math.floor(min(most, furthest)) + 1)
    least_probability = scipy.special.ndtr(-OUTERMOST_SCORE)
    with np.errstate(all="ignore"):
        first = _first(lambda k: member.cdf(k) >= least_probability, start, end)
        last = _first(lambda k: member.sf(k) <= least_probability, first, end)
        if last - first >= MOST_VALUES:
            raise ValueError(
                f"scipy.{name} has more than {MOST_VALUES:,} values here; narrow it by "
                "truncate = [low, high], or use a continuous distribution"
            )
        values = np.arange(first, last + 1, dtype=float)
        ends = score_at(member.cdf(values[:-1]), member.sf(values[:-1]))
    return Steps(values, np.maximum.accumulate(ends))


def _first(passes: Callable[[float], bool], start: float, end: float) -> int:
    """Return the first whole number from ``start`` to ``end`` that passes, or the end."""
    below, step = int(start) - 1, 1
    while below + step < end and not passes(below + step):
        below, step = below + step, 2 * step
    above = int(min(below + step, end))
    while above - below > 1:
        middle = (below + above) // 2
        if passes(middle):
            above = middle
        else:
            below = middle
    return above


class ScipyNamed(Stepped):
    """``distribution = "scipy.NAME"`` with the shape parameters, ``loc`` and ``scale`` of scipy.

    Any distribution of ``scipy.stats``: for what theory or a fit names, such as the largest of many
    (``genextreme``, ``gumbel_r``) or a time to failure (``weibull_min``). Those of whole numbers,
    such as a count of events (``poisson``, ``nbinom``) or of successes (``binom``), have no
    ``scale``.

    Notes
    -----
    The name is looked up in a list of the names that scipy has; nothing is evaluated.
    """

    distribution: str = Field(pattern=r"^scipy\.[a-z0-9_]+$")
    parameters: dict[str, Number] = Field(default_factory=dict)

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

    def _check(self) -> None:
        super()._check()
        if self._name not in continuous_names() | discrete_names():
            mend = respell(self.distribution, _names(), "distribution")
            hint = "" if mend else did_you_mean(self.distribution, _names())
            wrong = f"{self.distribution:.60} is no distribution here"
            raise MendableError(f"{wrong}{hint and '; '}{hint}", mend)
        known = _parameter_names(self._name)
        unknown = sorted(set(self.parameters) - set(known))
        missing = [k for k in known if k not in (*LOCATION, *self.parameters)]
        if unknown or missing:
            wrong = f'"{unknown[0]:.60}" is unknown' if unknown else f'"{missing[0]}" is missing'
            mend = rename(unknown[0], known, at=(unknown[0],)) if unknown else None
            takes = f"{self.distribution}: {wrong}; it takes {', '.join(known)}"
            raise MendableError(takes, mend)
        if self._name in discrete_names():
            _ = self._steps  # found now, so that a parameter at fault is named
            return
        with np.errstate(all="ignore"):
            values = self._whole(TRIED_SCORES)
        if not np.all(np.isfinite(values)) or np.any(np.diff(values) < 0.0):
            given = ", ".join(f"{k} = {v:g}" for k, v in self.parameters.items())
            raise ValueError(f"{self.distribution} is no distribution with {given}")

    @property
    def _name(self) -> str:
        return self.distribution.removeprefix(PREFIX)

    @property
    def is_continuous(self) -> bool:
        """Tell whether it is none of whole numbers."""
        return self._name not in discrete_names()

    @property
    def _shapes(self) -> dict[str, float]:
        return {k: v for k, v in self.parameters.items() if k not in LOCATION}

    @cached_property
    def _frozen(self) -> Any:
        return getattr(scipy.stats, self._name)(**self.parameters)

    @cached_property
    def _steps(self) -> Steps:
        loc = self.parameters.get("loc", 0.0)
        low, high = self.truncate or (-np.inf, np.inf)
        values, ends = steps_of_named(self._name, self._shapes, low - loc, high - loc)
        return Steps(values + loc, ends)

    @property
    def _breaks(self) -> Array:
        return NO_BREAKS if self.is_continuous else super()._breaks

    def _whole(self, score: Array) -> Array:
        if not self.is_continuous:
            return super()._whole(score)
        if not _is_slow(self._name):
            return quantile_at_score(self._frozen, score)
        standard = _searched(self._name, tuple(self._shapes.items()))
        scale = self.parameters.get("scale", 1.0)
        inside = np.clip(score, -OUTERMOST_SCORE, OUTERMOST_SCORE)
        values = self.parameters.get("loc", 0.0) + scale * standard(inside)
        return values if scale > 0.0 else np.full_like(score, np.nan)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe what the file may say: scipy's parameters beside the name."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["properties"].pop("parameters", None)
        schema["additionalProperties"] = {"type": "number"}
        schema["required"] = ["distribution"]
        return schema


def _parameter_names(name: str) -> list[str]:
    shapes = getattr(scipy.stats, name).shapes
    location = LOCATION if name in continuous_names() else LOCATION[:1]
    return [*(shapes.split(", ") if shapes else []), *location]


@lru_cache(maxsize=128)
def _searched(name: str, shapes: tuple[tuple[str, float], ...]) -> Any:
    """Return the standard quantile function of a slow distribution, a spline over the scores.

    Scipy's vectorised root search and quadrature find it at knots. Their tails are right to
    1e-5 of the probability and better, where those of the generic ``ppf`` are not.
    """
    knots = np.linspace(
        -OUTERMOST_SCORE, OUTERMOST_SCORE, int(2 * OUTERMOST_SCORE * KNOTS_A_SCORE) + 1
    )
    with np.errstate(all="ignore"):
        family: Any = scipy.stats.make_distribution(getattr(scipy.stats, name))
        whole = family(**dict(shapes))
        lower = whole.icdf(scipy.special.ndtr(np.minimum(knots, 0.0)))
        upper = whole.iccdf(scipy.special.ndtr(-np.maximum(knots, 0.0)))
    values = np.where(knots > 0.0, upper, lower)
    if not np.all(np.isfinite(values)):
        return lambda score: np.full_like(score, np.nan)
    return scipy.interpolate.CubicSpline(knots, values)


def called_in_scipy(name: str) -> list[str]:
    """Return the distributions of scipy's that a name without its prefix may be of."""
    called = name.casefold()
    return [known for known in _names() if known in (f"{PREFIX}{called}", OURS.get(called))]
