"""Parameters from mean and standard deviation."""

import math


def lognormal_of_moments(mean: float, sd: float) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - 0.5 * variance, math.sqrt(variance)


def gamma_of_moments(mean: float, sd: float) -> tuple[float, float]:
    """Return shape and scale."""
    return (mean / sd) ** 2, sd * (sd / mean)


def beta_of_moments(mean: float, sd: float, low: float, high: float) -> tuple[float, float]:
    """Return alpha and beta of a beta distribution between two limits."""
    below, above = mean - low, high - mean
    both = below * above / sd**2 - 1.0  # alpha + beta
    return both * below / (high - low), both * above / (high - low)
