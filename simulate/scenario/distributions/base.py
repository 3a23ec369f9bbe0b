"""What every distribution is, and those that rise in steps."""

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, Strict, field_validator, model_validator

from simulate.scenario.checked import Checked, kept

Array = NDArray[np.float64]
# true is no number, nor is a text that in_unit could not read.
Number = Annotated[float, Strict()]
# The outermost normal scores that a draw can have; beyond, kernels cut it off.
OUTERMOST_SCORE = 6.5
# Further out than any draw; scipy's beta gives up beyond 8.2.
BEYOND_SCORE = 8.0
LEAST_KEPT = 0.01
NO_BREAKS = np.empty(0)
# Each round narrows a score down by the number of points, in the end to a double's last digit.
SEARCH_ROUNDS, SEARCH_POINTS = 8, 129
# Truncations whose limits' scores are kept, since to search them takes most of judging one.
KEPT_CUTS = 256
Limit = Annotated[float, Strict(), Field(allow_inf_nan=True)]
# A level that is meant to be a step's end, such as 0.1 + 0.2, belongs to the step.
ROUNDING = 1e-12


class Uncertain(Checked):
    """An uncertain number; ``source`` is a row of docs/facts.md or ``assumption: why``.

    Its contract is ``quantile_at_score``; a member of the family gives ``_whole``, the quantile
    function without truncation.
    """

    source: str = Field(
        default="", description='a row of docs/facts.md, or "assumption: why"', max_length=2000
    )

    @model_validator(mode="after")
    def _valid(self) -> Self:
        self._check()
        self._check_truncation()
        return self

    def _check(self) -> None:
        """Raise a ValueError unless the table states a distribution."""

    def _check_truncation(self) -> None:
        """Raise a ValueError if a truncation leaves too little."""

    @abstractmethod
    def _whole(self, score: Array) -> Array:
        """Return the quantile function, without truncation, at normal scores."""

    @property
    def _breaks(self) -> Array:
        """Return ``breaks`` without truncation."""
        return NO_BREAKS

    @property
    def breaks(self) -> Array:
        """Normal scores, rising, at which the quantile function jumps, or begins or ends a step."""
        return self._breaks

    def quantile_at_score(self, score: Array) -> Array:
        """Return the quantile function at standard normal scores z, that is Q(Phi(z)).

        Parameters
        ----------
        score
            Any shape, (n,).

        Returns
        -------
        ndarray, shape (n,)
        """
        return self._whole(score)

    def quantile(self, probability: float) -> float:
        """Return the quantile at a probability."""
        return float(self.quantile_at_score(np.array([scipy.special.ndtri(probability)]))[0])

    def __hash__(self) -> int:
        return hash((type(self), _json_of(self)))

    @property
    def is_certain(self) -> bool:
        """Tell whether there is only one value."""
        return False

    @property
    def is_continuous(self) -> bool:
        """Tell whether it has a density."""
        return True


@kept
def _json_of(given: Uncertain) -> str:
    return given.model_dump_json()


class Fixed(Uncertain):
    """A certain number: for what is reported, and for what you don't want to vary."""

    value: Number

    def _whole(self, score: Array) -> Array:
        return np.full_like(score, self.value)

    @property
    def is_certain(self) -> bool:
        """Tell that there is only one value."""
        return True

    @property
    def is_continuous(self) -> bool:
        """Tell that there is no density."""
        return False


class Truncatable(Uncertain):
    """A distribution that may be cut off, ``truncate = [low, high]``, either of them infinite."""

    truncate: tuple[Limit, Limit] | None = Field(
        default=None, description="only draws between these two limits"
    )

    __hash__ = Uncertain.__hash__

    @field_validator("truncate", mode="before")
    @classmethod
    def _open_ends(cls, limits: Any) -> Any:
        # JSON has no infinity: an end without a limit comes back from it as null.
        match limits:
            case [low, high]:
                return (-np.inf if low is None else low, np.inf if high is None else high)
        return limits

    def quantile_at_score(self, score: Array) -> Array:
        """Return the quantile function, within the truncation, at standard normal scores."""
        if self.truncate is None:
            return self._whole(score)
        low, high = self._cuts
        # Each half from its own side: 1 - p would lose the upper tail.
        kept = scipy.special.ndtr(high) - scipy.special.ndtr(low)
        lower = scipy.special.ndtri(
            scipy.special.ndtr(low) + scipy.special.ndtr(np.minimum(score, 0.0)) * kept
        )
        upper = -scipy.special.ndtri(
            scipy.special.ndtr(-high) + scipy.special.ndtr(-np.maximum(score, 0.0)) * kept
        )
        inside = np.clip(np.where(score > 0.0, upper, lower), -OUTERMOST_SCORE, OUTERMOST_SCORE)
        return np.clip(self._whole(inside), *self.truncate)

    @property
    def breaks(self) -> Array:
        """Normal scores of the jumps and steps within the truncation."""
        if self.truncate is None:
            return self._breaks
        low, high = self._cuts
        kept = scipy.special.ndtr(high) - scipy.special.ndtr(low)
        below = scipy.special.ndtr(self._breaks) - scipy.special.ndtr(low)
        above = scipy.special.ndtr(-self._breaks) - scipy.special.ndtr(-high)
        inside = (below > 0.0) & (above > 0.0)
        return score_at(below[inside] / kept, above[inside] / kept)

    @cached_property
    def _cuts(self) -> tuple[float, float]:
        """Return the normal scores of the truncation's limits."""
        return _cuts_of(self)

    def score_of(self, value: float, passes: Callable[[Array, float], Any]) -> float:
        """Return the score from which on the quantile function without truncation passes a value.

        Parameters
        ----------
        value
            Infinite, or any.
        passes
            Compares values of the function with it.
        """
        if np.isinf(value):
            return float(np.copysign(np.inf, value))
        below, above = -BEYOND_SCORE, BEYOND_SCORE
        with np.errstate(all="ignore"):
            for _ in range(SEARCH_ROUNDS):
                scores = np.linspace(below, above, SEARCH_POINTS)
                first = int(np.argmax(np.append(passes(self._whole(scores), value), True)))
                if first == 0:
                    return below
                if first == SEARCH_POINTS:
                    return above
                below, above = scores[first - 1], scores[first]
        return below

    def _check_truncation(self) -> None:
        if self.truncate is None:
            return
        low, high = self.truncate
        if not low < high:
            raise ValueError(f"truncate = [{low:g}, {high:g}] is empty; the first must be smaller")
        kept = scipy.special.ndtr(self._cuts[1]) - scipy.special.ndtr(self._cuts[0])
        if kept < LEAST_KEPT:
            raise ValueError(
                f"truncate = [{low:g}, {high:g}] keeps less than 1% of the draws, which reach from "
                f"{self._reach(0.001):.4g} to {self._reach(0.999):.4g}; widen it, or move the "
                "distribution"
            )

    def _reach(self, level: float) -> float:
        return float(self._whole(scipy.special.ndtri(np.array([level])))[0])


@lru_cache(KEPT_CUTS)
def _cuts_of(cut: Truncatable) -> tuple[float, float]:
    """Return the normal scores of a truncation's limits, which many scenarios may share."""
    low, high = cut.truncate or (-np.inf, np.inf)
    # A step at a limit, as of a number in a mixture, is kept.
    return cut.score_of(low, np.greater_equal), cut.score_of(high, np.greater)


def score_at(below: Array, above: Array) -> Array:
    """Return the normal scores that have so much probability below and so much above them."""
    # From the smaller, where probabilities keep their digits.
    return np.where(below < above, scipy.special.ndtri(below), -scipy.special.ndtri(above))


def quantile_at_score(whole: Any, score: Array) -> Array:
    """Return the quantile function of a frozen scipy distribution at standard normal scores."""
    # The survival function keeps the upper tail's precision, where 1 - p would round to 1.
    above = score > 0.0
    values = np.empty_like(score)
    values[~above] = whole.ppf(scipy.special.ndtr(score[~above]))
    values[above] = whole.isf(scipy.special.ndtr(-score[above]))
    return values


class Steps(NamedTuple):
    """Values, rising, shape (n,), and the normal scores at which all but the last end."""

    values: Array
    ends: Array


class Stepped(Truncatable):
    """A distribution of single values, which ``_steps`` gives."""

    @cached_property
    def _steps(self) -> Steps:
        raise NotImplementedError

    @property
    def is_continuous(self) -> bool:
        """Tell that there is no density."""
        return False

    @property
    def _breaks(self) -> Array:
        return self._steps.ends

    def _whole(self, score: Array) -> Array:
        values, ends = self._steps
        return values[np.searchsorted(ends, score - ROUNDING)]


def steps_of(values: ArrayLike, weights: ArrayLike) -> Steps:
    """Return the steps of values in any order, by weights of any sum."""
    each, place = np.unique(values, return_inverse=True)
    summed: Any = np.bincount(place, weights)
    each, summed = each[summed > 0.0], summed[summed > 0.0]
    below, above = np.cumsum(summed)[:-1], np.cumsum(summed[::-1])[-2::-1]
    return Steps(each.astype(float), score_at(below / summed.sum(), above / summed.sum()))
