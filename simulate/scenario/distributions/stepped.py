"""Distributions of single values: their quantile functions are all steps."""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .base import Array, Truncatable, score_at

# A level that is meant to be a step's end, such as 0.1 + 0.2, belongs to the step.
ROUNDING = 1e-12


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
