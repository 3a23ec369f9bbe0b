"""How two correlated inputs are drawn together, on the scale of normal scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from simulate.scenario.distributions import OUTERMOST_SCORE

Array = NDArray[np.float64]

DRAWS = 400
RING_SHARES = (0.5, 0.9)
RING_POINTS = 181


@dataclass(frozen=True)
class Joint:
    """Draws of two normal scores that a copula joins.

    Attributes
    ----------
    correlation
        Of the copula.
    scores
        Draws of both, shape (2, n).
    rings
        Closed lines that 50% and 90% of draws lie within, shape (2, m) each.
    """

    correlation: float
    scores: Array
    rings: tuple[Array, ...]


def join(
    correlation: float, degrees: float | None, rng: np.random.Generator, draws: int = DRAWS
) -> Joint:
    """Draw from a Gaussian copula, or from Student's with its degrees of freedom.

    Notes
    -----
    With x = A z sqrt(nu/W), z normal, A A' the correlations and W chi-squared of nu degrees, the
    squared radius of A^-1 x exceeds r^2 with probability E exp(-r^2 W / 2 nu), which is
    (1 + r^2/nu)^(-nu/2); without W it is exp(-r^2/2). So a share p of draws lies within the ellipse
    of r^2 = nu ((1 - p)^(-2/nu) - 1), or of -2 log(1 - p).
    """
    root = np.asarray(np.linalg.cholesky([[1.0, correlation], [correlation, 1.0]]), float)
    drawn = root @ rng.standard_normal((2, draws))
    if degrees is not None:
        drawn *= np.sqrt(degrees / rng.chisquare(degrees, draws))
    angle = np.linspace(0.0, 2.0 * np.pi, RING_POINTS)
    circle = root @ np.array([np.cos(angle), np.sin(angle)])
    rings = tuple(_normal_score(_radius(p, degrees) * circle, degrees) for p in RING_SHARES)
    return Joint(correlation, _normal_score(drawn, degrees), rings)


def _radius(share: float, degrees: float | None) -> float:
    if degrees is None:
        return float(np.sqrt(-2.0 * np.log1p(-share)))
    return float(np.sqrt(degrees * ((1.0 - share) ** (-2.0 / degrees) - 1.0)))


def _normal_score(value: Array, degrees: float | None) -> Array:
    """Return the normal score of a draw of the copula."""
    if degrees is None:
        return value
    score = -np.sign(value) * special.ndtri(stats.t(degrees).cdf(-np.abs(value)))
    return np.clip(score, -OUTERMOST_SCORE, OUTERMOST_SCORE)
