"""What is alike in all labs and on all days: the process that a vintage's data enter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Revenue a year, in billions of US dollars, that the volatility is stated for.
STATED_FOR = 10.0


@dataclass(frozen=True)
class Process:
    """The numbers of the process that reading a lab's figures takes, from base rates.

    Attributes
    ----------
    trend, trend_sd
        Mean and standard deviation between labs of the trend: log growth a quarter.
    shock_sd
        Standard deviation of u, the quarter's deviation from it, at 10 bn USD a year.
    persistence
        Correlation of u with that of the quarter before.
    size_exponent
        The power of revenue that its standard deviation falls with.
    gain, gain_sd
        Mean and standard deviation between labs of the yearly fall of the logarithm of cost over
        revenue.
    gain_noise
        Standard deviation of a year's fall around the lab's own.
    cost_shock
        Standard deviation of the logarithm of cost over revenue that comes in a quarter.
    training_shock
        The same of training cost.
    reconstruction_error
        Standard deviation of the logarithm of a quarter's revenue that run rates tell of.
    """

    trend: float
    trend_sd: float
    shock_sd: float
    persistence: float
    size_exponent: float
    gain: float
    gain_sd: float
    gain_noise: float
    cost_shock: float
    training_shock: float
    reconstruction_error: float


@dataclass(frozen=True)
class Trend:
    """What growth tells of the trend and of the last quarter's shock.

    Attributes
    ----------
    mean, sd
        Of the trend, log growth a quarter.
    shock, shock_sd
        Of the last quarter's u.
    correlation
        Of both, below 0 where growth is well known: what was trend wasn't shock.
    shrink_factor
        The share of the difference between the lab's own growth and that of all that is kept.
    """

    mean: float
    sd: float
    shock: float
    shock_sd: float
    correlation: float
    shrink_factor: float


def read_trend(revenue: Array, errors: Array, process: Process) -> Trend:
    """Return the trend and the shock that the last quarters of revenue tell of.

    Parameters
    ----------
    revenue
        By quarter, shape (quarters,), the newest last.
    errors
        Standard deviations of their logarithms, shape (quarters,).
    process
        Its prior of the trend, and its shocks.

    Notes
    -----
    Growth is trend + u + the difference of two errors of measurement, all of them normal with
    known variances; u is an AR(1). Mean and covariance of trend and last u given growth are those
    of the normal distribution (Gelman and others, *Bayesian Data Analysis*, appendix A). Were
    errors none and u independent, the shrink factor would be var(trend) / (var(trend) + var(mean
    of the four u)).
    """
    growth = np.diff(np.log(revenue))
    shocks = process.shock_sd**2 * shock_shape(revenue, process)
    noise = shocks + measurement_noise(errors)
    prior = process.trend_sd**2
    observed = prior + noise
    with_growth = np.vstack([np.full(len(growth), prior), shocks[-1]])
    gain = np.linalg.solve(observed, with_growth.T).T
    mean = np.array([process.trend, 0.0]) + gain @ (growth - process.trend)
    covariance = np.diag([prior, shocks[-1, -1]]) - gain @ with_growth.T
    sds = np.sqrt(np.diag(covariance))
    return Trend(
        mean=float(mean[0]),
        sd=float(sds[0]),
        shock=float(mean[1]),
        shock_sd=float(sds[1]),
        correlation=float(covariance[0, 1] / (sds[0] * sds[1])),
        shrink_factor=float(gain[0].sum()),
    )


def shock_shape(revenue: Array, process: Process) -> Array:
    """Return the covariance of u in the quarters after the first, over its variance at 10 bn."""
    size = (4.0 * np.asarray(revenue[:-1], float) / STATED_FOR) ** -process.size_exponent
    quarters = np.arange(len(size))
    lag = np.abs(np.subtract.outer(quarters, quarters))
    return np.asarray(np.outer(size, size) * process.persistence**lag)


def measurement_noise(errors: Array) -> Array:
    """Return the covariance that errors of the quarters' logarithms give to growth."""
    difference = np.diff(np.eye(len(errors)), axis=0)
    return np.asarray(difference @ np.diag(np.square(errors)) @ difference.T)
