"""Quantile functions with two accurate tails: those of scipy.stats, bit for bit, by scipy.special.

``scipy.stats`` takes a second to import, and what a file says is judged without it.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from .base import Array


@dataclass(frozen=True)
class GammaQuantiles:
    """Of the gamma distribution."""

    shape: float
    scale: float

    def ppf(self, below: Array) -> Array:
        """Return the quantiles that have so much probability below them."""
        return np.asarray(scipy.special.gammaincinv(self.shape, below) * self.scale, float)

    def isf(self, above: Array) -> Array:
        """Return the quantiles that have so much probability above them."""
        return np.asarray(scipy.special.gammainccinv(self.shape, above) * self.scale, float)


@dataclass(frozen=True)
class BetaQuantiles:
    """Of the beta distribution from ``low`` on, over a ``width``."""

    alpha: float
    beta: float
    low: float = 0.0
    width: float = 1.0

    def ppf(self, below: Array) -> Array:
        """Return the quantiles that have so much probability below them."""
        return np.asarray(
            scipy.special.betaincinv(self.alpha, self.beta, below) * self.width + self.low, float
        )

    def isf(self, above: Array) -> Array:
        """Return the quantiles that have so much probability above them."""
        return np.asarray(
            scipy.special.betainccinv(self.alpha, self.beta, above) * self.width + self.low, float
        )


@dataclass(frozen=True)
class TriangularQuantiles:
    """Of the triangular distribution whose mode lies at a ``place`` from 0 to 1 of its width."""

    place: float
    low: float
    width: float

    def ppf(self, below: Array) -> Array:
        """Return the quantiles that have so much probability below them."""
        rising = np.sqrt(self.place * below)
        falling = 1.0 - np.sqrt((1.0 - self.place) * (1.0 - below))
        return np.where(below < self.place, rising, falling) * self.width + self.low

    def isf(self, above: Array) -> Array:
        """Return the quantiles that have so much probability above them."""
        return self.ppf(1.0 - above)


@dataclass(frozen=True)
class StudentQuantiles:
    """Of Student's t."""

    degrees: float
    scale: float = 1.0

    def ppf(self, below: Array) -> Array:
        """Return the quantiles that have so much probability below them."""
        return np.asarray(scipy.special.stdtrit(self.degrees, below) * self.scale, float)

    def isf(self, above: Array) -> Array:
        """Return the quantiles that have so much probability above them."""
        return -self.ppf(above)


@dataclass(frozen=True)
class ChiSquaredQuantiles:
    """Of the chi-squared distribution."""

    degrees: float

    def ppf(self, below: Array) -> Array:
        """Return the quantiles that have so much probability below them."""
        return np.asarray(2.0 * scipy.special.gammaincinv(self.degrees / 2.0, below), float)

    def isf(self, above: Array) -> Array:
        """Return the quantiles that have so much probability above them."""
        return np.asarray(scipy.special.chdtri(self.degrees, above), float)
