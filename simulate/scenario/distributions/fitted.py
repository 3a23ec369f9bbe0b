"""Gamma, beta and triangular distributions, fitted to what is known of them."""

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
import scipy
from pydantic import Field

from .base import Array, Number, quantile_at_score
from .quantiles import (
    ByParameters,
    ByQuantiles,
    Points,
    beta_of_moments,
    check_fit,
    check_inside,
    check_limits,
    check_points,
    gamma_of_moments,
    name_level,
    name_points,
    name_value,
)
from .tails import BetaQuantiles, GammaQuantiles, TriangularQuantiles

Quantile = Callable[[Array, Array], Array]
# Of logarithms of shape parameters.
LEAST_LOG, MOST_LOG = -14.0, 28.0
SMALLEST_LOG = math.log(1e-300)
Shape = Callable[[float, Array], Array]
ROUNDING = 1e-9


def fit_gamma(levels: Points, values: Points) -> GammaQuantiles:
    """Return the gamma distribution, from 0 up, with the given quantiles.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), n >= 2, strictly rising within (0, 1).
    values
        Quantiles at them, shape (n,), above 0 and strictly rising.

    Returns
    -------
    GammaQuantiles

    Raises
    ------
    ValueError
        If no gamma distribution has these quantiles.
    """
    p, q = check_points(levels, values, least=2, low=0.0)
    logs = _gamma_through_two(p[[0, -1]], q[[0, -1]])
    if p.size > 2:
        logs = _nearest(_gamma_quantile, logs, p, q)
    fitted = GammaQuantiles(math.exp(logs[0]), math.exp(logs[1]))
    check_fit("gamma", 2, p, q, fitted.ppf(p))
    return fitted


def fit_beta(levels: Points, values: Points, low: float = 0.0, high: float = 1.0) -> BetaQuantiles:
    """Return the beta distribution between two limits with the given quantiles.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), n >= 2, strictly rising within (0, 1).
    values
        Quantiles at them, shape (n,), strictly rising within (low, high).
    low, high
        Limits, in units of the value.

    Returns
    -------
    BetaQuantiles

    Raises
    ------
    ValueError
        If no beta distribution has these quantiles.
    """
    p, q = check_points(levels, values, least=2, low=low, high=high)
    width = high - low
    logs = _beta_through_two(p[[0, -1]], (q - low)[[0, -1]] / width, (high - q)[[0, -1]] / width)
    if p.size > 2:
        logs = _nearest(_beta_quantile, logs, p, (q - low) / width)
    alpha, beta = np.exp(logs)
    fitted = BetaQuantiles(alpha, beta, low, width)
    check_fit("beta", 2, p, q, fitted.ppf(p))
    return fitted


def _gamma_through_two(levels: Array, values: Array) -> Array:
    """Return the logarithms of shape and scale; the ratio of quantiles falls as the shape rises."""
    wanted = math.log(values[1] / values[0])

    def excess(log_shape: float) -> float:
        low, high = scipy.special.gammaincinv(math.exp(log_shape), levels)
        return math.log(high / low) - wanted

    # At the least shape the lower quantile, about p^(1/a), is still a number.
    least = max(LEAST_LOG, math.log(math.log(levels[0]) / SMALLEST_LOG))
    log_shape = _root(excess, least, MOST_LOG)
    low = float(scipy.special.gammaincinv(math.exp(log_shape), levels[0]))
    return np.array([log_shape, math.log(values[0] / low)])


def _beta_through_two(levels: Array, values: Array, rests: Array) -> Array:
    """Return the logarithms of both shapes; ``rests`` are 1 - values, without cancellation.

    With the first quantile held, more of the distribution lies below the second as both shapes
    rise: there is one solution (Shih, 2015, "The quantiles of the beta distribution", two of which
    fix it), found by a root within a root.
    """
    if values[0] > rests[1]:
        # The upper half's mirror image, in which the values are the small numbers.
        a, b = _beta_through_two(1.0 - levels[::-1], rests[::-1], values[::-1])
        return np.array([b, a])

    def log_b(log_a: float) -> float:
        a = math.exp(log_a)

        def below(log_b: float) -> float:
            return float(scipy.special.betainc(a, math.exp(log_b), values[0])) - levels[0]

        return _root(below, 2.0 * LEAST_LOG, 2.0 * MOST_LOG)

    def excess(log_a: float) -> float:
        b = math.exp(log_b(log_a))
        return float(scipy.special.betainc(math.exp(log_a), b, values[1])) - levels[1]

    log_a = _root(excess, LEAST_LOG, MOST_LOG)
    return np.array([log_a, log_b(log_a)])


def _root(excess: Callable[[float], float], least: float, most: float) -> float:
    """Return the root, or not-a-number where there is none, which no quantile will then match."""
    if not excess(least) * excess(most) < 0.0:
        return math.nan
    return float(scipy.optimize.brentq(excess, least, most, xtol=1e-14))


def _gamma_quantile(logs: Array, levels: Array) -> Array:
    return np.asarray(
        scipy.special.gammaincinv(math.exp(logs[0]), levels) * math.exp(logs[1]), float
    )


def _beta_quantile(logs: Array, levels: Array) -> Array:
    return scipy.special.betaincinv(math.exp(logs[0]), math.exp(logs[1]), levels)


def _nearest(quantile: Quantile, start: Array, levels: Array, values: Array) -> Array:
    """Return the parameters whose quantiles are nearest to the values, by least squares."""
    if not np.all(np.isfinite(start)):
        return start
    spread = values[-1] - values[0]
    found = scipy.optimize.least_squares(
        lambda parameters: (quantile(parameters, levels) - values) / spread,
        start,
        bounds=(start - 5.0, start + 5.0),
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
    )
    return found.x


class ThreePoint(NamedTuple):
    """Limits and mode, in units of the value."""

    low: float
    mode: float
    high: float


def fit_triangular(levels: Points, values: Points, mode: float | None = None) -> ThreePoint:
    """Return the triangular distribution with the given quantiles.

    Parameters
    ----------
    levels
        Probabilities, shape (n,), strictly rising within (0, 1); n >= 3, or 2 with a mode.
    values
        Quantiles at them, shape (n,), strictly rising.
    mode
        The most likely value, with two quantiles.

    Raises
    ------
    ValueError
        If there is none.

    Notes
    -----
    Three quantiles as skewed as any triangle's belong to every triangle with its mode beyond the
    outer one; the limit is then the mode.
    """
    return _fit("triangular", triangular_shape, levels, values, mode)


def fit_pert(levels: Points, values: Points, mode: float | None = None) -> ThreePoint:
    """Return the PERT distribution with the given quantiles; as ``fit_triangular``.

    It is the beta distribution on [low, high] with a = 1 + 4 (mode - low) / (high - low) and
    b = 6 - a.
    """
    return _fit("PERT", pert_shape, levels, values, mode)


def triangular_shape(place: float, levels: Array) -> Array:
    """Return quantiles of the triangle on [0, 1] with its mode at a place, shape of levels."""
    rising = np.sqrt(levels * place)
    falling = 1.0 - np.sqrt((1.0 - levels) * (1.0 - place))
    return np.where(levels <= place, rising, falling)


def pert_shape(place: float, levels: Array) -> Array:
    """Return quantiles of the PERT on [0, 1] with its mode at a place, shape of levels."""
    return scipy.special.betaincinv(1.0 + 4.0 * place, 5.0 - 4.0 * place, levels)


def _fit(
    family: str,
    shape: Shape,
    levels: Points,
    values: Points,
    mode: float | None,
) -> ThreePoint:
    p, q = check_points(levels, values, least=3 if mode is None else 2)
    if mode is not None:
        if p.size > 2:
            raise ValueError(f"a {family} distribution takes a mode with two quantiles only")
        place = _place_of_mode(family, shape, p, q, mode)
    elif p.size == 3:
        place = _place_of_middle(family, shape, p, q)
    else:
        place = _nearest_place(shape, p, q)
    low, width = _limits(shape, place, p, q)
    found = ThreePoint(low, low + place * width if mode is None else mode, low + width)
    check_fit(family, 3 if mode is None else 2, p, q, low + width * shape(place, p))
    return found


def _place_of_middle(family: str, shape: Shape, levels: Array, values: Array) -> float:
    wanted = (values[1] - values[0]) / (values[2] - values[0])

    def middle(place: float) -> float:
        low, between, high = shape(place, levels)
        return float((between - low) / (high - low))

    least, most = middle(0.0), middle(1.0)
    if wanted < least - ROUNDING or wanted > most + ROUNDING:
        lowest, highest = _name_place(least, values), _name_place(most, values)
        raise ValueError(
            f"no {family} distribution has {name_points(levels, values)}: "
            f"{name_level(levels[1])} would have to lie between {lowest} and {highest}; "
            'use distribution = "metalog"'
        )
    if wanted <= least + ROUNDING:
        return 0.0
    if wanted >= most - ROUNDING:
        return 1.0
    return float(scipy.optimize.brentq(lambda c: middle(c) - wanted, 0.0, 1.0, xtol=1e-15))


def _place_of_mode(family: str, shape: Shape, levels: Array, values: Array, mode: float) -> float:
    wanted = (mode - values[0]) / (values[1] - values[0])

    def relative(place: float) -> float:
        low, high = shape(place, levels)
        return float((place - low) / (high - low))

    least, most = relative(0.0), relative(1.0)
    if not least - ROUNDING <= wanted <= most + ROUNDING:
        lowest, highest = _name_place(least, values), _name_place(most, values)
        raise ValueError(
            f"no {family} distribution has {name_points(levels, values)} and its mode at "
            f"{mode:.12g}; the mode would have to lie between {lowest} and {highest}"
        )
    if wanted <= least:
        return 0.0
    if wanted >= most:
        return 1.0
    return float(scipy.optimize.brentq(lambda c: relative(c) - wanted, 0.0, 1.0, xtol=1e-15))


def _name_place(place: float, values: Array) -> str:
    spread = values[-1] - values[0]
    return name_value(float(values[0] + place * spread), float(spread))


def _nearest_place(shape: Shape, levels: Array, values: Array) -> float:
    """Return the place of the mode with the least squares, the limits being the best to it."""

    def squares(place: float) -> float:
        low, width = _limits(shape, place, levels, values)
        return float(np.sum(((low + width * shape(place, levels) - values) / spread) ** 2))

    spread = values[-1] - values[0]
    coarse = np.linspace(0.0, 1.0, 21)
    best = coarse[np.argmin([squares(place) for place in coarse])]
    bounds = (max(best - 0.05, 0.0), min(best + 0.05, 1.0))
    found = scipy.optimize.minimize_scalar(
        squares, bounds=bounds, method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x)


def _limits(shape: Shape, place: float, levels: Array, values: Array) -> tuple[float, float]:
    """Return low and width through two or three fitting quantiles, or nearest to more."""
    standard = shape(place, levels)
    if levels.size <= 3:
        width = (values[-1] - values[0]) / (standard[-1] - standard[0])
        return float(values[0] - width * standard[0]), float(width)
    centred = standard - standard.mean()
    width = float(centred @ (values - values.mean()) / (centred @ centred))
    return float(values.mean() - width * standard.mean()), width


class _TwoTailed(ByQuantiles):
    """A family whose quantiles are found from either tail."""

    @cached_property
    def _frozen(self) -> Any:
        raise NotImplementedError

    def _whole(self, score: Array) -> Array:
        return quantile_at_score(self._frozen, score)


class Gamma(_TwoTailed, ByParameters):
    """Gamma, above 0.

    By two quantiles, by mean and standard deviation, or by shape and scale. Its tail on the right
    is shorter than the lognormal's: for sums of payments or of waiting times.
    """

    kind: ClassVar = "gamma"
    pairs: ClassVar = (("mean", "sd"), ("shape", "scale"))
    by_quantiles: ClassVar = "two quantiles above 0"
    distribution: Literal["gamma"]
    mean: Number | None = Field(default=None, description="with sd, instead of quantiles")
    sd: Number | None = Field(default=None, description="standard deviation, above 0")
    shape: Number | None = Field(default=None, description="with scale, instead of quantiles")
    scale: Number | None = Field(default=None, description="above 0; the mean is shape times scale")

    def _check(self) -> None:
        super()._check()
        if self.quantiles and self.values[0] <= 0.0:
            lowest = name_points(self.levels[:1], self.values[:1])
            raise ValueError(f"{lowest} must be above 0, as a gamma distribution is")
        if self.mean is not None and self.mean <= 0.0:
            raise ValueError(f"mean = {self.mean:g} must be above 0")
        _ = self._frozen  # fitted now, so that a fit that fails is named

    @cached_property
    def _frozen(self) -> Any:
        if self.quantiles:
            return fit_gamma(self.levels, self.values)
        given = self._parameters
        shape, scale = given if self.mean is None else gamma_of_moments(*given)
        return GammaQuantiles(shape, scale)


class Beta(_TwoTailed, ByParameters):
    """Beta between two limits.

    By two quantiles, by mean and standard deviation, or by its shapes alpha and beta. For shares,
    also of something rare or almost sure: its density may be highest at a limit.
    """

    kind: ClassVar = "beta"
    pairs: ClassVar = (("mean", "sd"), ("alpha", "beta"))
    by_quantiles: ClassVar = "two quantiles, such as p10 and p90"
    distribution: Literal["beta"]
    low: Number = Field(default=0.0, description="lower limit")
    high: Number = Field(default=1.0, description="upper limit")
    mean: Number | None = Field(default=None, description="with sd, instead of quantiles")
    sd: Number | None = Field(
        default=None, description="standard deviation, below sqrt((mean - low) (high - mean))"
    )
    alpha: Number | None = Field(
        default=None, description="above 0; with beta, instead of quantiles"
    )
    beta: Number | None = Field(
        default=None, description="above 0; the mean is alpha / (alpha + beta) from low to high"
    )

    def _check(self) -> None:
        super()._check()
        check_limits(self.low, self.high)
        if self.quantiles:
            check_inside(self.shown(), self.values, self.low, self.high)
        if self.mean is not None:
            self._check_moments(*self._parameters)
        _ = self._frozen  # fitted now, so that a fit that fails is named

    def _check_moments(self, mean: float, sd: float) -> None:
        between = f"between low = {self.low:g} and high = {self.high:g}"
        if not self.low < mean < self.high:
            raise ValueError(f"mean = {mean:g} must lie {between}")
        most = math.sqrt((mean - self.low) * (self.high - mean))
        if sd >= most:
            raise ValueError(
                f"sd = {sd:g} is too large: {between}, with mean = {mean:g}, it must be below "
                f"{most:.4g}"
            )

    @cached_property
    def _frozen(self) -> Any:
        if self.quantiles:
            return fit_beta(self.levels, self.values, self.low, self.high)
        low, high, given = self.low, self.high, self._parameters
        alpha, beta = given if self.mean is None else beta_of_moments(*given, low, high)
        return BetaQuantiles(alpha, beta, low, high - low)


class _ByThreePoints(_TwoTailed):
    """By low, mode and high, or by three quantiles."""

    low: Number | None = Field(default=None, description="the least value")
    mode: Number | None = Field(default=None, description="the most likely value")
    high: Number | None = Field(default=None, description="the greatest value")

    def _check(self) -> None:
        super()._check()
        if self.quantiles:
            limits = (self.low, self.high) != (None, None)
            incomplete = limits or len(self.quantiles) < (3 if self.mode is None else 2)
        else:
            incomplete = None in (self.low, self.mode, self.high)
        if incomplete:
            raise ValueError(
                f"a {self.kind} distribution takes low, mode and high, or three quantiles, "
                "or two and a mode"
            )
        low, mode, high = self._points
        if not low <= mode <= high or low == high:
            raise ValueError(f"low = {low:g}, mode = {mode:g}, high = {high:g} must be in order")

    @cached_property
    def _points(self) -> ThreePoint:
        if self.low is not None and self.mode is not None and self.high is not None:
            return ThreePoint(self.low, self.mode, self.high)
        return self._fit()

    def _fit(self) -> ThreePoint:
        raise NotImplementedError


class Triangular(_ByThreePoints):
    """Between two limits, with the most likely value in between.

    By low, mode and high, or by three quantiles, or two and the mode. For a quantity of which
    nothing else is known; its limits are hard ones.
    """

    kind: ClassVar = "triangular"
    distribution: Literal["triangular"]

    def _fit(self) -> ThreePoint:
        return fit_triangular(self.levels, self.values, self.mode)

    @cached_property
    def _frozen(self) -> Any:
        low, mode, high = self._points
        return TriangularQuantiles((mode - low) / (high - low), low, high - low)


class Pert(_ByThreePoints):
    """A smooth triangle: the beta distribution of project planning (Malcolm and others, 1959).

    By the keys of the triangular, with less near the limits: for a least, a likely and a greatest
    value that are guesses themselves.
    """

    kind: ClassVar = "PERT"
    distribution: Literal["pert"]

    def _fit(self) -> ThreePoint:
        return fit_pert(self.levels, self.values, self.mode)

    @cached_property
    def _frozen(self) -> Any:
        low, mode, high = self._points
        a = 1.0 + 4.0 * (mode - low) / (high - low)
        b = 1.0 + 4.0 * (high - mode) / (high - low)
        return BetaQuantiles(a, b, low, high - low)
