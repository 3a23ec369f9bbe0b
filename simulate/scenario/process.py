"""What is alike in all labs and on all days: the process that a vintage's data enter."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Revenue a year, in billions of US dollars, that the volatility is stated for.
STATED_FOR = 10.0
# Years from the middle of the last four quarters to the start.
GROWTH_AGE = 0.5
# So near do trend and shock at the start go together, at most.
CLOSEST = 0.95


@dataclass(frozen=True)
class Process:
    """The numbers of the process that reading a lab's figures takes, from base rates.

    Attributes
    ----------
    trend, trend_sd
        Mean and standard deviation between labs of the trend: log growth a quarter.
    half_life
        Years in which it halves, at the median.
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
    half_life: float
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
    """What growth tells of the trend and of the shock that a lab starts with.

    Attributes
    ----------
    mean, sd
        Of the trend, log growth a quarter.
    shock, shock_sd
        Of u at the start: of what persistence leaves of it, and what is new in the first quarter,
        that quarter's u is made.
    correlation
        Of both: below 0, since what was trend was no shock.
    shrink_factor
        The share of the difference between the lab's own growth and that of all that is kept.
    """

    mean: float
    sd: float
    shock: float
    shock_sd: float
    correlation: float
    shrink_factor: float


class RunRate(NamedTuple):
    """A run rate of the quarter under way.

    Attributes
    ----------
    way
        How far its day is from the middle of the last quarter to that of this one.
    log_ratio
        Its logarithm less that of four times the last quarter.
    """

    way: float
    log_ratio: float


def read_trend(
    revenue: Array, errors: Array, process: Process, under_way: RunRate | None = None
) -> Trend:
    """Return the trend and the shock that the last quarters of revenue tell of.

    Parameters
    ----------
    revenue
        By quarter, shape (quarters,), the newest last.
    errors
        Standard deviations of their logarithms, shape (quarters,).
    process
        Its prior of the trend, and its shocks.
    under_way
        What is known of the quarter after them.

    Notes
    -----
    Growth is trend + u + the difference of two errors of measurement, all of them normal with
    known variances; u is an AR(1). What growth tells of both is a normal distribution's conditional
    (Gelman and others, *Bayesian Data Analysis*, appendix A). Were errors none and u independent,
    the shrink factor would be var(trend) / (var(trend) + var(mean of the four u)).
    """
    growth, count = np.diff(np.log(revenue)), len(revenue)
    # The trend, and u of each quarter of growth and of the one after.
    prior = np.zeros((count + 1, count + 1))
    prior[0, 0] = process.trend_sd**2
    prior[1:, 1:] = process.shock_sd**2 * shock_shape(revenue, process)
    noise = measurement_noise(errors)
    rows = np.hstack([np.ones((count - 1, 1)), np.eye(count)[:-1]])
    expected = np.full(count - 1, process.trend)
    if under_way is not None:
        left = 2.0 ** (-GROWTH_AGE / process.half_life)
        ahead = np.zeros(count + 1)
        ahead[0], ahead[-1] = under_way.way * left, under_way.way
        rows = np.vstack([rows, ahead])
        growth = np.append(growth, under_way.log_ratio)
        expected = np.append(expected, ahead[0] * process.trend)
        noise = np.pad(noise, (0, 1))
        # Of the rate, and of the last quarter that it is compared with.
        noise[-1, -1] = 2.0 * process.reconstruction_error**2
    gain = np.linalg.solve(rows @ prior @ rows.T + noise, rows @ prior).T
    found = gain @ (growth - expected)
    covariance = prior - gain @ rows @ prior
    new = prior[-1, -1] * (1.0 - process.persistence**2)
    sd, shared = float(np.sqrt(covariance[0, 0])), float(covariance[0, -1])
    # What is new in a quarter comes on top, and may alone be more than the doubt about its u.
    shock_sd = max(np.sqrt(max(covariance[-1, -1] - new, 0.0)), abs(shared) / (sd * CLOSEST))
    return Trend(
        mean=float(process.trend + found[0]),
        sd=sd,
        shock=float(found[-1] / process.persistence),
        shock_sd=float(shock_sd / process.persistence),
        correlation=float(shared / (sd * shock_sd)),
        shrink_factor=float(gain[0, : count - 1].sum()),
    )


def shock_shape(revenue: Array, process: Process) -> Array:
    """Return the covariance of u in the quarters after some, over its variance at 10 bn."""
    size = (4.0 * np.asarray(revenue, float) / STATED_FOR) ** -process.size_exponent
    quarters = np.arange(len(size))
    lag = np.abs(np.subtract.outer(quarters, quarters))
    return np.asarray(np.outer(size, size) * process.persistence**lag)


def measurement_noise(errors: Array) -> Array:
    """Return the covariance that errors of the quarters' logarithms give to growth."""
    difference = np.diff(np.eye(len(errors)), axis=0)
    return np.asarray(difference @ np.diag(np.square(errors)) @ difference.T)
