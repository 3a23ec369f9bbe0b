"""How well one number tells some paths from others."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .typical_paths import mid_ranks


class Separation(NamedTuple):
    """How well a number separates.

    Attributes
    ----------
    auc
        The probability that it is larger of one of the chosen than of one of the others; ties
        count half. 1/2 says nothing.
    error
        The standard error that it would have if it said nothing.
    """

    auc: float
    error: float


def separation(values: ArrayLike, chosen: NDArray[np.bool_]) -> Separation:
    """Return how well a number separates the chosen from the others, of which there are some.

    Notes
    -----
    The area under the receiver operating characteristic, which is the statistic U of Mann and
    Whitney over all pairs (Hanley and McNeil, "The meaning and use of the area under a receiver
    operating characteristic (ROC) curve", *Radiology* 143, 1982).
    """
    count = len(chosen)
    inside = int(chosen.sum())
    outside = count - inside
    pairs = inside * outside
    wins = count * float(mid_ranks(values)[chosen].sum()) - inside**2 / 2.0
    return Separation(wins / pairs, math.sqrt((count + 1) / (12.0 * pairs)))
