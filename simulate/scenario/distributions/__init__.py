"""The distributions that an uncertain input may have.

A member of the family is a frozen pydantic model with ``distribution``, what states it (quantiles
first), an optional ``truncate`` and a ``source``. Its contract is ``quantile_at_score``.
"""

from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import AfterValidator, BeforeValidator, Discriminator, Tag

from . import composed
from .base import (
    NO_BREAKS,
    OUTERMOST_SCORE,
    Fixed,
    Number,
    Truncatable,
    Uncertain,
    quantile_at_score,
)
from .composed import Discrete, Mixture, Shifted
from .empirical import Empirical
from .fitted import Beta, Gamma, Pert, Triangular
from .location_scale import LogitNormal, Lognormal, Normal, StudentT, Uniform
from .metalog import MetalogDistribution
from .scipy_named import PREFIX, ScipyNamed, called_in_scipy

__all__ = [
    "FAMILY",
    "NO_BREAKS",
    "OUTERMOST_SCORE",
    "PREFIX",
    "AnyDistribution",
    "Fixed",
    "Lognormal",
    "Normal",
    "Number",
    "ScipyNamed",
    "Triangular",
    "Truncatable",
    "Uncertain",
    "Uniform",
    "called_in_scipy",
    "quantile_at_score",
]

FAMILY: dict[str, type[Uncertain]] = {
    "value": Fixed,
    "normal": Normal,
    "lognormal": Lognormal,
    "logit_normal": LogitNormal,
    "student_t": StudentT,
    "gamma": Gamma,
    "beta": Beta,
    "uniform": Uniform,
    "triangular": Triangular,
    "pert": Pert,
    "metalog": MetalogDistribution,
    "discrete": Discrete,
    "mixture": Mixture,
    "empirical": Empirical,
    "shifted": Shifted,
    PREFIX: ScipyNamed,
}

BETWEEN_ENDS = " to "


def _from_shorthand(value: Any) -> Any:
    """Return the table that a bare number, or "low to high", stands for.

    An interval of 90% is lognormal where both ends are above 0, normal elsewhere, as in Squiggle.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"value": value}
    if isinstance(value, str) and BETWEEN_ENDS in value:
        try:
            low, high = (float(end) for end in value.split(BETWEEN_ENDS))
        except ValueError:
            return value
        kind = "lognormal" if low > 0.0 else "normal"
        return {"distribution": kind, "p5": low, "p95": high}
    return value


def _settled(given: Uncertain) -> Uncertain:
    """Return the number that a moved number is, so that nothing certain looks uncertain."""
    if given.is_certain and not isinstance(given, Fixed):
        return Fixed(value=given.quantile(0.5), source=given.source)
    return given


def _kind(value: Any) -> str:
    """Return the key of ``FAMILY`` that a value or a table is a case of."""
    if isinstance(value, Uncertain):
        name = getattr(value, "distribution", "value")
    else:
        name = value.get("distribution", "value") if isinstance(value, dict) else "value"
    return PREFIX if str(name).startswith(PREFIX) else str(name)


if TYPE_CHECKING:
    AnyDistribution = Uncertain
else:
    AnyDistribution = Annotated[
        Union[tuple(Annotated[kind, Tag(name)] for name, kind in FAMILY.items())],  # noqa: UP007
        Discriminator(_kind),
        BeforeValidator(_from_shorthand),
        AfterValidator(_settled),
    ]
    # What they are made of is known now, and looked for when the first scenario is read.
    composed.AnyDistribution = AnyDistribution
