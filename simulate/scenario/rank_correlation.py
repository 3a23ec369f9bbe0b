"""Rank correlations, Spearman's and Kendall's, and the correlation of scores that makes them.

A Gaussian or Student-t copula has, for a correlation r of its scores, Kendall's
tau = 2/pi asin(r) (Lindskog, McNeil and Schmock, "Kendall's tau for elliptical distributions",
*Credit Risk*, 2003), and a Gaussian one Spearman's rho = 6/pi asin(r/2) (Kruskal, "Ordinal measures
of association", *JASA* 53, 1958). Both are of continuous inputs; ties bring those of draws nearer
to 0.
"""

import math
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Array = NDArray[np.float64]
Kind = Literal["spearman", "kendall"]

# Normal scores of the trapezoidal rule, which converges fast for so smooth a function.
NODES = np.linspace(-8.0, 8.0, 65)


def score_correlation(rank: float, kind: Kind | None, degrees: float | None) -> float:
    """Return the correlation of a copula's scores that has a rank correlation.

    Parameters
    ----------
    rank
        From -1 to 1; of the scores themselves where there is no kind.
    kind
        Spearman's rho or Kendall's tau.
    degrees
        Of freedom of a Student-t copula, None for a Gaussian one.
    """
    if kind is None or abs(rank) >= 1.0:
        return rank
    if kind == "kendall":
        return math.sin(0.5 * math.pi * rank)
    if degrees is None:
        return 2.0 * math.sin(math.pi / 6.0 * rank)
    return _score_of_spearman(rank, degrees)


def kind_in_words(kind: Kind | None) -> str:
    """Return which correlation a number is, where it isn't that of the scores."""
    return "" if kind is None else f" ({kind.capitalize()})"


def rank_correlation(score: float, kind: Kind | None, degrees: float | None) -> float:
    """Return the rank correlation that a correlation of scores makes; the way back."""
    if kind is None:
        return score
    if kind == "kendall":
        return 2.0 / math.pi * math.asin(score)
    if degrees is None:
        return 6.0 / math.pi * math.asin(0.5 * score)
    return _spearman_of_t(score, degrees)


@lru_cache(maxsize=1024)
def _score_of_spearman(rank: float, degrees: float) -> float:
    return float(
        optimize.brentq(lambda r: _spearman_of_t(r, degrees) - rank, -1.0, 1.0, xtol=1e-12)
    )


def _spearman_of_t(score: float, degrees: float) -> float:
    """Return Spearman's rho of a bivariate Student t.

    Notes
    -----
    Given the mixing variables of three independent copies, Spearman's concordance is that of
    normals, and rho = 6/pi E asin(r sqrt(g2/(g1 + g2) g3/(g1 + g3))) with g independent and
    gamma-distributed of shape nu/2 (Heinen and Valdesogo, "Spearman rank correlation of the
    bivariate Student t and scale mixtures of normal distributions", *Journal of Multivariate
    Analysis* 179, 2020); without mixing the root is 1/2.
    """
    root, weight = _mixing(degrees)
    return float(6.0 / math.pi * np.sum(weight * np.arcsin(score * root)))


@lru_cache(maxsize=8)
def _mixing(degrees: float) -> tuple[Array, Array]:
    """Return the values of the root in the expectation, and their weights, shape (n, n, n)."""
    shape = 0.5 * degrees
    lower = special.gammaincinv(shape, special.ndtr(NODES))
    upper = special.gammainccinv(shape, special.ndtr(-NODES))
    gamma = np.where(NODES > 0.0, upper, lower)
    share = np.sqrt(gamma / (gamma + gamma[:, None]))
    weight = np.exp(-0.5 * NODES**2)
    weight /= weight.sum()
    root = share[:, :, None] * share[:, None, :]
    return root, weight[:, None, None] * weight[:, None] * weight
