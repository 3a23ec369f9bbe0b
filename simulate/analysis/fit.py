"""Which distribution measured values come from: families of scipy's, fitted and ranked."""

import json
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from simulate.scenario.column import LEAST_VALUES

from .likelihood import Member, likeliest
from .likelihood import log_likelihood as log_likelihood_of

Array = NDArray[np.float64]

NAMES = {
    "norm": "normal",
    "lognorm": "lognormal",
    "gamma": "gamma",
    "beta": "beta",
    "t": "Student-t",
    "logistic": "logistic",
    "gumbel_r": "Gumbel",
    "weibull_min": "Weibull",
    "skewnorm": "skew-normal",
    "uniform": "uniform",
    "triang": "triangular",
    "expon": "exponential",
    "johnsonsu": "Johnson SU",
}
# Families of positive values begin at 0: with a free origin their likelihood has no maximum.
POSITIVE = ("lognorm", "gamma", "weibull_min", "expon")
# How many of location and scale are not fitted.
FIXED = dict.fromkeys(POSITIVE, 1) | {"beta": 2}
# Parameters are written with as many digits as keep the probabilities of values at these levels.
WRITTEN_LEVELS = np.array([0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999])
WRITTEN_ERROR = 1e-6
FEWEST_DIGITS, MOST_DIGITS = 6, 17
TESTED = 3
MOST_TESTED_VALUES = 500
ENOUGH_FURTHER = 20
# Values speak against a family whose p-value is below.
UNLIKELY = 0.05


@dataclass(frozen=True)
class Fit:
    """A family of scipy's at its likeliest parameters.

    Attributes
    ----------
    name
        In ``scipy.stats``.
    shapes
        Shape parameters, by scipy's names.
    loc, scale
        Location and scale, in units of the values.
    count
        How many values it is fitted to.
    log_likelihood
        Of all values together.
    aic
        Akaike's criterion, 2 k - 2 log L with k fitted parameters: the smaller, the better.
    distance
        Of Kolmogorov and Smirnov: the largest gap between the values' cumulative shares and the
        distribution's.
    p_value
        How often values that do come from the fitted distribution, fitted anew, lie as far from
        their fit (parametric bootstrap). Below 0.05 the values speak against the family; above,
        they don't, which doesn't prove it. None for a fit that isn't tested.
    """

    name: str
    shapes: dict[str, float]
    loc: float
    scale: float
    count: int
    log_likelihood: float
    aic: float
    distance: float
    p_value: float | None = None

    @property
    def title(self) -> str:
        """Return the family's name in words."""
        return NAMES[self.name]

    @property
    def member(self) -> Member:
        """Return its parameters."""
        return Member(tuple(self.shapes.values()), self.loc, self.scale)

    @property
    def distribution(self) -> Any:
        """Return the frozen scipy distribution."""
        return getattr(stats, self.name)(**self.shapes, loc=self.loc, scale=self.scale)

    @property
    def _digits(self) -> int:
        """Return with how many digits of its parameters it is the same distribution."""
        values = self.distribution.ppf(WRITTEN_LEVELS)
        family = getattr(stats, self.name)
        for digits in range(FEWEST_DIGITS, MOST_DIGITS):
            shapes, (loc, scale) = (
                [float(_written(value, digits)) for value in part]
                for part in (self.shapes.values(), (self.loc, self.scale))
            )
            levels = family.cdf(values, *shapes, loc=loc, scale=scale)
            if np.all(np.abs(levels - WRITTEN_LEVELS) < WRITTEN_ERROR):
                return digits
        return MOST_DIGITS

    def toml(self, key: str, source: str) -> str:
        """Return a line for a scenario file.

        Parameters
        ----------
        key
            The input's key.
        source
            Where the values are from, such as ``prices.csv: price``.
        """
        if self.name == "norm":
            kind, numbers = "normal", {"mean": self.loc, "sd": self.scale}
        else:
            kind = f"scipy.{self.name}"
            numbers = {**self.shapes, "loc": self.loc, "scale": self.scale}
        digits = self._digits
        listed = ", ".join(f"{name} = {_written(value, digits)}" for name, value in numbers.items())
        # A JSON string is a TOML string as well.
        quoted = json.dumps(f"fitted to {self.count} values of {source}", ensure_ascii=False)
        return f'{key} = {{ distribution = "{kind}", {listed}, source = {quoted} }}'


def fit(values: Sequence[float] | Array, resamples: int = 100, seed: int = 1) -> list[Fit]:
    """Fit every family that can hold the values, by maximum likelihood.

    Parameters
    ----------
    values
        Shape (n,), n >= 8, finite and not all alike.
    resamples
        Of the bootstrap of the three best fits' p-values.
    seed
        Of the bootstrap.

    Returns
    -------
    list of Fit
        By Akaike's criterion, the best first. A family that can't hold the values, or has no
        likeliest member, is left out; see ``list_left_out``.

    Raises
    ------
    ValueError
        If there is nothing to fit.

    Notes
    -----
    Of more than 500 values, a p-value is of 500 drawn from them: a distance that only more values
    can tell from chance is small. Resampling ends at the 20th sample that is as far from its fit
    (Besag and Clifford, 1991, "Sequential Monte Carlo p-values", Biometrika 78).

    Examples
    --------
    >>> best, *others = simulate.fit([0.2, 0.3, 0.5, 0.7, 0.8, 1.1, 1.9, 2.6], resamples=0)
    >>> print(best.toml("training.growth", "my own measurements"))
    """
    sample = np.asarray(values, float)
    if sample.ndim != 1 or sample.size < LEAST_VALUES or not np.all(np.isfinite(sample)):
        raise ValueError(f"a fit takes at least {LEAST_VALUES} finite values")
    if np.ptp(sample) == 0.0:
        raise ValueError("all values are alike; there is nothing to fit")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = [_fit_family(name, sample) for name in NAMES]
        fits = sorted((f for f in found if f is not None), key=lambda f: f.aic)
        tested = [replace(f, p_value=_p_value(f, sample, resamples, seed)) for f in fits[:TESTED]]
    return tested + fits[TESTED:]


def list_left_out(fits: Sequence[Fit], values: Sequence[float] | Array) -> dict[str, str]:
    """Return the families that values have no fit of, each with the reason."""
    sample, fitted = np.asarray(values, float), {fit.name for fit in fits}
    return {
        title: _refusal(name, sample) or "the likelihood has no maximum for these values"
        for name, title in NAMES.items()
        if name not in fitted
    }


def _fit_family(name: str, sample: Array, near: Fit | None = None) -> Fit | None:
    """Return a family's likeliest member, or None if it can't hold the values or has none."""
    if _refusal(name, sample):
        return None
    try:
        found = likeliest(name, sample, near and near.member)
    except (ValueError, OverflowError, FloatingPointError):
        return None
    if found is None:
        return None
    log_likelihood = log_likelihood_of(name, sample, found)
    numbers = [*found.shapes, found.loc, found.scale, log_likelihood]
    if not (found.scale > 0.0 and np.all(np.isfinite(numbers))):
        return None
    free = len(found.shapes) + 2 - FIXED.get(name, 0)
    family = getattr(stats, name)
    return Fit(
        name,
        dict(zip(_shape_names(family), found.shapes, strict=True)),
        found.loc,
        found.scale,
        sample.size,
        log_likelihood,
        2.0 * free - 2.0 * log_likelihood,
        _distance(family.cdf(np.sort(sample), *found.shapes, loc=found.loc, scale=found.scale)),
    )


def _refusal(name: str, sample: Array) -> str:
    """Return why a family can't hold the values, or nothing."""
    if name in POSITIVE and sample.min() <= 0.0:
        return "for values above 0 only"
    if name == "beta" and not (sample.min() > 0.0 and sample.max() < 1.0):
        return "for values between 0 and 1 only"
    return ""


def _shape_names(family: Any) -> list[str]:
    return [name.strip() for name in family.shapes.split(",")] if family.shapes else []


def _distance(cumulative: Array) -> float:
    """Return Kolmogorov and Smirnov's distance, given the distribution at the sorted values."""
    steps = np.arange(cumulative.size + 1) / cumulative.size
    return float(max(np.max(steps[1:] - cumulative), np.max(cumulative - steps[:-1])))


def _p_value(fit: Fit, sample: Array, resamples: int, seed: int) -> float | None:
    """Return the share of samples of the fit, each fitted anew, that are as far from their fit.

    The tabulated distribution of the distance doesn't hold where parameters are fitted to the same
    values (Lilliefors, 1967, Journal of the American Statistical Association 62).
    """
    rng = np.random.default_rng(seed)
    tested = fit
    if sample.size > MOST_TESTED_VALUES:
        part = _fit_family(fit.name, rng.choice(sample, MOST_TESTED_VALUES, replace=False), fit)
        if part is None:
            return None
        tested = part
    further = done = 0
    source = tested.distribution
    for _ in range(resamples):
        drawn = source.rvs(size=tested.count, random_state=rng)
        again = _fit_family(fit.name, drawn, tested)
        if again is not None:
            done += 1
            further += int(again.distance >= tested.distance)
        if further == ENOUGH_FURTHER:
            return further / done
    return (1.0 + further) / (1.0 + done) if done else None


def _written(value: float, digits: int) -> str:
    # A whole number is written as a float, so that a reader sees that it is none by chance.
    text = f"{value:.{digits}g}"
    return text if math.isfinite(value) and set(text) & set(".e") else f"{text}.0"
