"""What each of several differences brings of the change that they make together."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate, mean_of_replicates


def shapley_parts(values: Mapping[frozenset[int], NDArray[np.float64]]) -> tuple[Estimate, ...]:
    """Return what each of several differences brings of their change: its Shapley value.

    Parameters
    ----------
    values
        By the places of the differences that are made, in each replicate; shape (replicates,).

    Returns
    -------
    tuple of Estimate
        One a difference. They sum to the change that all make together.

    Notes
    -----
    The mean over all orders of what a difference adds to those before it (Shapley, "A value for
    n-person games", *Contributions to the Theory of Games II*, 1953).
    """
    number = max(map(len, values))
    parts = []
    for place in range(number):
        without = [chosen for chosen in values if place not in chosen]
        added = [
            (values[chosen | {place}] - values[chosen]) / math.comb(number - 1, len(chosen))
            for chosen in without
        ]
        parts.append(mean_of_replicates(np.sum(added, axis=0) / number))
    return tuple(parts)
