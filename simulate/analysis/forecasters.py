"""Simple forecasters of a lab's revenue, which a larger model has to beat to be worth its terms.

Each returns joint paths of quarters ahead, shape (paths, quarters), from what was known.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from simulate.scenario.quarters import QUARTERS_A_YEAR

Array = NDArray[np.float64]
# Of quarterly growths: what four of them tell of their spread.
DEGREES_OF_FREEDOM = 3.0
DAMPING_A_YEAR = 0.8
# In logarithms: beyond, numbers end.
FARTHEST = 300.0


def random_walk(revenue: ArrayLike, quarters: int, paths: int, rng: np.random.Generator) -> Array:
    """Forecast by the mean and the spread of the last four quarterly growths, which go on.

    Parameters
    ----------
    revenue
        Of the last five quarters, the newest last, shape (5,).
    quarters
        How many to forecast.
    paths
        How many to draw.
    rng
        Where chance is from.

    Notes
    -----
    Growth is in logarithms. Its mean is drawn once a path, and each quarter's shock anew, both from
    t distributions of three degrees: the posterior predictive of a normal random walk with an
    unknown mean and variance (Gelman and others, *Bayesian Data Analysis*, ch. 3).
    """
    growth = _growths(revenue)
    return _accumulated(revenue, _drawn(growth, quarters, paths, rng))


def damped_trend(revenue: ArrayLike, quarters: int, paths: int, rng: np.random.Generator) -> Array:
    """Forecast as ``random_walk`` does, with a mean growth that fades to 0.8 of itself a year.

    Notes
    -----
    Gardner and McKenzie, "Forecasting trends in time series", *Management Science* 31, 1985.
    """
    growth = _growths(revenue)
    drawn = _drawn(growth, quarters, paths, rng)
    ahead = np.arange(1, quarters + 1) / QUARTERS_A_YEAR
    return _accumulated(revenue, drawn - growth.mean() * (1.0 - DAMPING_A_YEAR**ahead))


def plan_with_error(
    planned: ArrayLike, error_a_year: float, paths: int, rng: np.random.Generator
) -> Array:
    """Forecast a company's plan by quarter, with the error that plans have had.

    Parameters
    ----------
    planned
        Revenue by quarter ahead, shape (quarters,).
    error_a_year
        Standard deviation of the logarithm of what came over what was planned, a year ahead; it
        grows with the square root of time.
    paths, rng
        As for ``random_walk``.
    """
    levels = np.asarray(planned, float)
    shocks = rng.standard_normal((paths, len(levels)))
    spread = error_a_year / math.sqrt(QUARTERS_A_YEAR)
    return levels * np.exp(spread * np.cumsum(shocks, axis=1))


@dataclass(frozen=True)
class Pocket:
    """The pocket model: revenue and gross margin of a lab from six numbers.

    Attributes
    ----------
    trend
        Growth of revenue a quarter at the start, in logarithms.
    trend_error
        Its standard error.
    half_life
        Years in which the trend's excess over the lasting one halves; the median of a lognormal
        whose P10 and P90 are half and twice of it.
    volatility
        Standard deviation of a quarter's shock.
    net_gain
        Fall of cost per dollar of revenue a year, in logarithms.
    net_gain_error
        Its standard deviation, once a path.
    """

    trend: float
    trend_error: float
    half_life: float
    volatility: float
    net_gain: float
    net_gain_error: float

    def paths(
        self,
        revenue: float,
        cost_share: float,
        quarters: int,
        paths: int,
        rng: np.random.Generator,
    ) -> tuple[Array, Array]:
        """Draw revenue and gross margin, each of shape (paths, quarters).

        Parameters
        ----------
        revenue
            Of the last quarter.
        cost_share
            Cost of revenue over revenue in that quarter.
        quarters, paths, rng
            As for ``random_walk``.
        """
        trend = self.trend + self.trend_error * rng.standard_normal((paths, 1))
        spread = math.log(2.0) / ndtri(0.9)
        half_life = self.half_life * np.exp(spread * rng.standard_normal((paths, 1)))
        ahead = np.arange(1, quarters + 1) / QUARTERS_A_YEAR
        shocks = self.volatility * rng.standard_normal((paths, quarters))
        growth = trend * 2.0 ** (-ahead / half_life) + shocks
        gain = self.net_gain + self.net_gain_error * rng.standard_normal((paths, 1))
        margin = 1.0 - cost_share * np.exp(-gain * ahead)
        return revenue * np.exp(np.cumsum(growth, axis=1)), margin


def _growths(revenue: ArrayLike) -> Array:
    return np.diff(np.log(np.asarray(revenue, float)))


def _drawn(growth: Array, quarters: int, paths: int, rng: np.random.Generator) -> Array:
    """Draw growth by quarter: a mean once a path, and each quarter's shock."""
    spread, count = float(growth.std(ddof=1)), len(growth)
    # One chi-squared a path: an unknown variance is that of all its quarters.
    scale = spread * np.sqrt(DEGREES_OF_FREEDOM / rng.chisquare(DEGREES_OF_FREEDOM, (paths, 1)))
    mean = growth.mean() + scale * rng.standard_normal((paths, 1)) / math.sqrt(count)
    return np.asarray(mean + scale * rng.standard_normal((paths, quarters)))


def _accumulated(revenue: ArrayLike, growth: Array) -> Array:
    farthest = np.clip(np.cumsum(growth, axis=1), -FARTHEST, FARTHEST)
    return float(np.asarray(revenue, float)[-1]) * np.exp(farthest)
