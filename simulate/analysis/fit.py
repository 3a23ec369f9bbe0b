"""Which distribution measured values come from: families of scipy's, fitted and ranked."""

import json
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from simulate.scenario.column import LEAST_VALUES

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
# Families that scipy has no closed form or quick root for: where the search begins, in units of
# the middle half's spread about the median, and which parameters are searched by their logarithm.
STARTS: dict[str, tuple[float, ...]] = {
    "t": (5.0, 0.0, 1.0),
    "weibull_min": (1.5, 1.0),
    "johnsonsu": (0.0, 1.5, 0.0, 1.5),
    "skewnorm": (1.0, -0.5, 1.3),
    "gumbel_r": (-0.4, 0.8),
}
BY_LOGARITHM: dict[str, tuple[bool, ...]] = {
    "t": (True, False, True),
    "weibull_min": (True, True),
    "johnsonsu": (False, True, False, True),
    "skewnorm": (False, False, True),
    "gumbel_r": (False, True),
}
TESTED = 3
MOST_TESTED_VALUES = 500
ENOUGH_FURTHER = 20


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
    def distribution(self) -> Any:
        """Return the frozen scipy distribution."""
        return getattr(stats, self.name)(**self.shapes, loc=self.loc, scale=self.scale)

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
        listed = ", ".join(f"{name} = {_six_digits(value)}" for name, value in numbers.items())
        # A JSON string is a TOML string as well.
        quoted = json.dumps(f"fitted to {self.count} values of {source}", ensure_ascii=False)
        return f'{key} = {{ distribution = "{kind}", {listed}, source = {quoted} }}'


def fit_data(values: Sequence[float] | Array, resamples: int = 100, seed: int = 1) -> list[Fit]:
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
        By Akaike's criterion, the best first. A family whose fit doesn't converge is left out.

    Raises
    ------
    ValueError
        If there is nothing to fit.

    Notes
    -----
    Of more than 500 values, a p-value is of 500 drawn from them: a distance that only more values
    can tell from chance is small. Resampling ends at the 20th sample that is as far from its fit
    (Besag and Clifford, 1991, "Sequential Monte Carlo p-values", Biometrika 78).
    """
    sample = np.asarray(values, float)
    if sample.ndim != 1 or sample.size < LEAST_VALUES or not np.all(np.isfinite(sample)):
        raise ValueError(f"a fit takes at least {LEAST_VALUES} finite values")
    if np.ptp(sample) == 0.0:
        raise ValueError("all values are alike; there is nothing to fit")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fits = [fit for name in NAMES if (fit := _fit_family(name, sample)) is not None]
        fits.sort(key=lambda fit: fit.aic)
        tested = [replace(f, p_value=_p_value(f, sample, resamples, seed)) for f in fits[:TESTED]]
    return tested + fits[TESTED:]


def _fit_family(name: str, sample: Array, start: Fit | None = None) -> Fit | None:
    """Return a family's likeliest member, or None if it can't hold the values or be found."""
    if name in POSITIVE and sample.min() <= 0.0:
        return None
    if name == "beta" and not (sample.min() > 0.0 and sample.max() < 1.0):
        return None
    family, fixed = getattr(stats, name), _fixed(name)
    # Searched in units of the spread, as the search's tolerances are absolute.
    origin, unit = _origin_and_unit(name, sample)
    scaled = (sample - origin) / unit
    try:
        if name in STARTS:
            *found, loc, scale = _search(name, scaled, _begin(name, start, origin, unit))
        else:
            *found, loc, scale = family.fit(scaled, **fixed)
    except (RuntimeError, ValueError, OverflowError, FloatingPointError):
        return None
    loc, scale = origin + unit * loc, unit * scale
    log_likelihood = float(np.sum(family.logpdf(sample, *found, loc=loc, scale=scale)))
    if not (scale > 0.0 and np.all(np.isfinite([*found, loc, scale, log_likelihood]))):
        return None
    free = len(found) + 2 - len(fixed)
    return Fit(
        name,
        dict(zip(_shape_names(family), map(float, found), strict=True)),
        float(loc),
        float(scale),
        sample.size,
        log_likelihood,
        2.0 * free - 2.0 * log_likelihood,
        _distance(family.cdf(np.sort(sample), *found, loc=loc, scale=scale)),
    )


def _fixed(name: str) -> dict[str, float]:
    if name == "beta":
        return {"floc": 0.0, "fscale": 1.0}
    return {"floc": 0.0} if name in POSITIVE else {}


def _origin_and_unit(name: str, sample: Array) -> tuple[float, float]:
    if name in ("beta", "uniform"):
        # Of a uniform the ends are values themselves, which rounding would push out of it.
        return 0.0, 1.0
    low, middle, high = np.quantile(sample, [0.25, 0.5, 0.75])
    if name in POSITIVE:
        return 0.0, float(middle)
    # 1.35 deviations of a normal; the deviation itself is no measure where tails are heavy.
    return float(middle), float((high - low) / 1.35 or np.std(sample))


def _begin(name: str, near: Fit | None, origin: float, unit: float) -> Array:
    if near is None:
        return np.array(STARTS[name])
    ends = [near.scale / unit] if _fixed(name) else [(near.loc - origin) / unit, near.scale / unit]
    return np.array([*near.shapes.values(), *ends])


def _search(name: str, scaled: Array, start: Array) -> list[float]:
    """Return shapes, location and scale of the greatest likelihood, in units of the search."""
    family, logs = getattr(stats, name), np.array(BY_LOGARITHM[name])

    def parameters(place: Array) -> list[float]:
        found = np.where(logs, np.exp(np.where(logs, place, 0.0)), place).tolist()
        return [*found[:-1], 0.0, found[-1]] if _fixed(name) else found

    def loss(place: Array) -> float:
        mean = -float(np.mean(family.logpdf(scaled, *parameters(place))))
        return mean if math.isfinite(mean) else 1e10

    place = np.where(logs, np.log(np.where(logs, start, 1.0)), start)
    # Ten powers of e around the start: a shape that runs further has no greatest likelihood.
    found = optimize.minimize(
        loss, place, method="L-BFGS-B", bounds=[(x - 10.0, x + 10.0) for x in place]
    )
    return parameters(found.x)


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


def _six_digits(value: float) -> str:
    # A whole number is written as a float, so that a reader sees that it is none by chance.
    text = f"{value:.6g}"
    return text if math.isfinite(value) and set(text) & set(".e") else f"{text}.0"
