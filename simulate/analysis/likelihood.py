"""Fits of families of distributions by maximum likelihood."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

Array = NDArray[np.float64]
# How far the limits lie beyond the values, in their range: where the search begins, and ends.
STARTS = (1e-3, 3e-2, 0.3)
NEAREST, FURTHEST = 1e-9, 1e3
Place = Sequence[float]
# Of more values, searches begin with so many of their quantiles.
MANY = 1000
# Half a normal is the limit of the skew-normal's, here at so steep a cut, which lies so many of its
# own deviations beyond the outermost value.
STEEPEST, CERTAIN_SCORE = 1e9, 6.0
MANY_DEGREES = 1000.0
# By how much of itself the likelihood of a value rises in a search's last step.
ROUGHLY, EXACTLY = 1e-9, 1e-14
# Half of a normal's spread lies within so many standard deviations.
MIDDLE_HALF = 1.349


def likeliest_triangle(sample: Array) -> tuple[float, float, float]:
    """Return low, mode and high of the greatest likelihood.

    Parameters
    ----------
    sample
        Shape (n,), not all alike.

    Notes
    -----
    Whatever the limits, the likeliest mode is one of the values: between two of them the likelihood
    is convex in the mode (Oliver, 1972, American Statistician 26). The limits are searched; one
    that is the mode as well is an outermost value.
    """
    values = np.sort(sample)
    span = float(values[-1] - values[0])

    def limits(place: Array) -> tuple[float, float]:
        below, above = span * np.exp(place)
        return float(values[0] - below), float(values[-1] + above)

    def loss(place: Array) -> float:
        return -_by_mode(values, *limits(place)).max() / values.size

    bounds = [(np.log(NEAREST), np.log(FURTHEST))] * 2
    starts = itertools.product(np.log(STARTS), repeat=2)
    found = [
        optimize.minimize(
            loss,
            start,
            method="Nelder-Mead",
            bounds=bounds,
            options={"xatol": 1e-7, "fatol": 1e-12, "maxiter": 1000},
        )
        for start in sorted(starts, key=lambda start: loss(np.array(start)))[:3]
    ]
    low, high = limits(min(found, key=lambda one: one.fun).x)
    ends = itertools.product((low, float(values[0])), (high, float(values[-1])))
    best = max(ends, key=lambda pair: _by_mode(values, *pair).max())
    return best[0], float(values[np.argmax(_by_mode(values, *best))]), best[1]


def _by_mode(values: Array, low: float, high: float) -> Array:
    """Return the log-likelihood of the triangles with a mode at each of the sorted values."""
    count = np.arange(values.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        rise, fall = np.log(values - low), np.log(high - values)
        left = np.concatenate([[0.0], np.cumsum(rise)[:-1]]) - count * rise
        right = np.concatenate([np.cumsum(fall[::-1])[-2::-1], [0.0]]) - count[::-1] * fall
    # No values lie beyond an outermost one.
    left[0] = right[-1] = 0.0
    whole = left + right + values.size * np.log(2.0 / (high - low))
    return np.where(np.isnan(whole), -np.inf, whole)


class Member(NamedTuple):
    """A member of a family: its shape parameters in scipy's order, location and scale."""

    shapes: tuple[float, ...]
    loc: float
    scale: float


@dataclass(frozen=True)
class Search:
    """How the likeliest member of a family is searched, of values about 0 with a spread of 1.

    Attributes
    ----------
    member
        At a place of the search.
    place
        Of a member.
    starts
        Where searches of the values begin.
    limits
        Of each coordinate. Beyond the lower limit of one that is ``bounded``, and only there, the
        likelihood may rise without end, about values that occur several times.
    bounded
        Which coordinates these are.
    """

    member: Callable[[Place], Member]
    place: Callable[[Member], Place]
    starts: Callable[[Array], list[Place]]
    limits: tuple[tuple[float, float], ...]
    bounded: tuple[int, ...] = ()


def likeliest(name: str, sample: Array, near: Member | None = None) -> Member | None:
    """Return the likeliest member of a family, or None if there is none.

    Parameters
    ----------
    name
        Of a family in ``scipy.stats``. Lognormal, gamma, Weibull and exponential begin at 0, and
        the beta lies between 0 and 1.
    sample
        Values that the family can have.
    near
        Where the search begins, if not wherever the likelihood may be great.
    """
    if name in CLOSED:
        return CLOSED[name](sample)
    # The search's tolerances are absolute.
    low, middle, high = np.quantile(sample, [0.25, 0.5, 0.75])
    unit = float((high - low) / MIDDLE_HALF or np.std(sample))
    scaled, search = (sample - middle) / unit, SEARCHES[name]
    if near is None:
        found = _search_all(name, scaled)
    else:
        start = near._replace(loc=(near.loc - middle) / unit, scale=near.scale / unit)
        found = _climb(name, scaled, search.place(start), ROUGHLY)
    if any(found[k] < search.limits[k][0] + 1e-3 for k in search.bounded):
        return None
    member = search.member(found)
    return member._replace(loc=float(middle + unit * member.loc), scale=unit * member.scale)


def log_likelihood(name: str, sample: Array, member: Member) -> float:
    """Return the logarithm of all values' likelihood."""
    if name in LOG_DENSITY:
        scores = (sample - member.loc) / member.scale
        heights = LOG_DENSITY[name](scores, *member.shapes)
        return float(np.sum(heights) - sample.size * math.log(member.scale))
    family = getattr(stats, name)
    return float(np.sum(family.logpdf(sample, *member.shapes, loc=member.loc, scale=member.scale)))


# Logarithms of standard densities, of those that are searched: scipy's own take ten times as long,
# and that of Johnson's SU is the logarithm of what is 0 far out.


def _log_normal(x: Array) -> Array:
    return -0.5 * (x * x + math.log(2.0 * math.pi))


def _log_student(x: Array, df: float) -> Array:
    # A series where the difference of two gamma functions' logarithms would lose its digits.
    height = -0.5 * math.log(2.0 * math.pi) - 0.25 / df + df**-3.0 / 24.0
    if df < MANY_DEGREES:
        height = (
            math.lgamma(0.5 * (df + 1.0)) - math.lgamma(0.5 * df) - 0.5 * math.log(df * math.pi)
        )
    return height - 0.5 * (df + 1.0) * np.log1p(x * x / df)


def _log_logistic(x: Array) -> Array:
    return -np.abs(x) - 2.0 * np.log1p(np.exp(-np.abs(x)))


def _log_gumbel(x: Array) -> Array:
    return -x - np.exp(-x)


def _log_skew_normal(x: Array, a: float) -> Array:
    return math.log(2.0) + _log_normal(x) + special.log_ndtr(a * x)


def _log_johnson(x: Array, a: float, b: float) -> Array:
    return math.log(b) + _log_normal(a + b * np.arcsinh(x)) - np.log(np.hypot(x, 1.0))


LOG_DENSITY: dict[str, Callable[..., Array]] = {
    "t": _log_student,
    "logistic": _log_logistic,
    "gumbel_r": _log_gumbel,
    "skewnorm": _log_skew_normal,
    "johnsonsu": _log_johnson,
}


# Searches


def _search_all(name: str, scaled: Array) -> Place:
    """Return the best place that is found from any start."""
    few = scaled
    if scaled.size > MANY:
        few = np.quantile(scaled, (np.arange(MANY) + 0.5) / MANY)
    found = [_climb(name, few, start, ROUGHLY) for start in SEARCHES[name].starts(few)]
    best = sorted(found, key=lambda place: _loss(name, few, place))[:2]
    # Twice, as a search that has slowed down may think that it has arrived.
    ends = [_climb(name, scaled, _climb(name, scaled, place)) for place in best]
    return min(ends, key=lambda place: _loss(name, scaled, place))


def _climb(name: str, scaled: Array, start: Place, tolerance: float = EXACTLY) -> Place:
    limits = SEARCHES[name].limits
    found = optimize.minimize(
        lambda place: _loss(name, scaled, place.tolist()),
        np.clip(start, *np.transpose(limits)),
        method="L-BFGS-B",
        jac="3-point" if tolerance == EXACTLY else "2-point",
        bounds=limits,
        options={"ftol": tolerance, "gtol": 1e-8, "maxiter": 200},
    )
    return found.x.tolist()


def _loss(name: str, scaled: Array, place: Place) -> float:
    mean = -log_likelihood(name, scaled, SEARCHES[name].member(place)) / scaled.size
    return mean if math.isfinite(mean) else 1e10


def _location_scale(*starts: Place) -> Search:
    """Return the search of a family that has only location and scale."""
    return Search(
        lambda place: Member((), place[0], math.exp(place[1])),
        lambda member: (member.loc, math.log(member.scale)),
        lambda _: list(starts),
        ((-1e6, 1e6), (-14.0, 14.0)),
    )


def _student(place: Place) -> Member:
    return Member((math.exp(place[2]),), place[0], math.exp(place[1]))


def _student_starts(scaled: Array) -> list[Place]:
    tied = _most_frequent(scaled)
    return [*((0.0, 0.0, math.log(df)) for df in (1.5, 5.0, 100.0)), (tied, -8.0, -1.0)]


def _skew_normal(place: Place) -> Member:
    # By mean and deviation, in which a normal is no saddle (Azzalini, 1985, Scandinavian Journal of
    # Statistics 12).
    lean = math.tanh(place[2])
    scale = math.exp(place[1]) / math.sqrt(1.0 - 2.0 * lean * lean / math.pi)
    return Member((math.sinh(place[2]),), place[0] - scale * lean * math.sqrt(2.0 / math.pi), scale)


def _skew_normal_place(member: Member) -> Place:
    bend = math.asinh(member.shapes[0])
    lean = math.tanh(bend)
    mean = member.loc + member.scale * lean * math.sqrt(2.0 / math.pi)
    deviation = member.scale * math.sqrt(1.0 - 2.0 * lean * lean / math.pi)
    return mean, math.log(deviation), bend


def _skew_normal_starts(scaled: Array) -> list[Place]:
    mean, deviation = float(scaled.mean()), float(scaled.std())
    starts: list[Place] = [(mean, math.log(deviation), bend) for bend in (-2.0, -0.5, 0.5, 2.0)]
    # Half a normal, from the least value on or up to the greatest.
    for side in (-1.0, 1.0):
        end = side * float(np.min(side * scaled))
        scale = math.sqrt(float(np.mean((scaled - end) ** 2)))
        beyond = end - side * CERTAIN_SCORE * scale / STEEPEST
        starts.append(_skew_normal_place(Member((side * STEEPEST,), beyond, scale)))
    return starts


def _johnson(place: Place) -> Member:
    # By the median, the slope of the quantiles there, and a / b: what bends the distribution
    # without end moves neither of the first two.
    middle, width, bend, b = place[0], math.exp(place[1]), place[2], math.exp(place[3])
    reach = width * b
    return Member((bend * b, b), middle + reach * math.tanh(bend), reach / math.cosh(bend))


def _johnson_place(member: Member) -> Place:
    a, b = member.shapes
    middle = member.loc - member.scale * math.sinh(a / b)
    return middle, math.log(member.scale * math.cosh(a / b) / b), a / b, math.log(b)


def _johnson_starts(scaled: Array) -> list[Place]:
    tied = _most_frequent(scaled)
    regular = [(0.0, 0.0, bend, b) for bend in (-2.0, 0.0, 2.0) for b in (0.0, 1.2)]
    return [*regular, (tied, -8.0, 0.0, -1.0)]


def _most_frequent(scaled: Array) -> float:
    values, counts = np.unique(scaled, return_counts=True)
    return float(values[np.argmax(counts)])


SEARCHES = {
    "logistic": _location_scale((0.0, -0.6)),
    "gumbel_r": _location_scale((-0.4, -0.2)),
    "t": Search(
        _student,
        lambda member: (member.loc, math.log(member.scale), math.log(member.shapes[0])),
        _student_starts,
        ((-1e6, 1e6), (-14.0, 14.0), (math.log(0.1), math.log(1e8))),
        bounded=(1, 2),
    ),
    "skewnorm": Search(
        _skew_normal,
        _skew_normal_place,
        _skew_normal_starts,
        ((-1e6, 1e6), (-14.0, 14.0), (-math.asinh(STEEPEST), math.asinh(STEEPEST))),
    ),
    "johnsonsu": Search(
        _johnson,
        _johnson_place,
        _johnson_starts,
        ((-1e6, 1e6), (-14.0, 14.0), (-12.0, 12.0), (math.log(0.1), math.log(1e4))),
        bounded=(1, 3),
    ),
}


# Closed forms and roots


def _normal(sample: Array) -> Member:
    return Member((), float(sample.mean()), float(sample.std()))


def _uniform(sample: Array) -> Member:
    return Member((), float(sample.min()), float(np.ptp(sample)))


def _exponential(sample: Array) -> Member:
    return Member((), 0.0, float(sample.mean()))


def _lognormal(sample: Array) -> Member:
    logs = np.log(sample)
    return Member((float(logs.std()),), 0.0, math.exp(logs.mean()))


def _gamma(sample: Array) -> Member:
    mean = float(sample.mean())
    apart = (sample - mean) / mean
    # The logarithm of the mean less the mean logarithm, which determines the shape a.
    bend = float(np.mean(apart - np.log1p(apart)))
    guess = (3.0 - bend + math.sqrt((bend - 3.0) ** 2 + 24.0 * bend)) / (12.0 * bend)
    # To 1.5% everywhere, and to a double's last digits where a is large (Minka, 2002).
    a = guess
    if guess < 1e4:
        a = optimize.brentq(
            lambda a: math.log(a) - special.digamma(a) - bend, 0.5 * guess, 2.0 * guess
        )
    return Member((a,), 0.0, mean / a)


def _weibull(sample: Array) -> Member:
    logs = np.log(sample)
    below = logs - logs.max()

    def slope(c: float) -> float:
        """Return the slope of the likelihood along c, the scale being the likeliest for it."""
        weights = np.exp(c * below)
        return float(weights @ below / weights.sum() - 1.0 / c - below.mean())

    spread = float(logs.std())
    c = optimize.brentq(slope, 1e-3 / spread, 1e3 / spread, xtol=1e-12 / spread)
    mean = float(np.mean(np.exp(c * below)))
    return Member((c,), 0.0, math.exp(logs.max() + math.log(mean) / c))


def _beta(sample: Array) -> Member:
    known = np.array([np.log(sample).mean(), np.log1p(-sample).mean()])
    mean, variance = float(sample.mean()), float(sample.var())
    total = mean * (1.0 - mean) / variance - 1.0

    def loss(logs: Array) -> tuple[float, Array]:
        both = np.exp(logs)
        value = special.betaln(*both) - (both - 1.0) @ known
        slopes = special.digamma(both) - special.digamma(both.sum()) - known
        return float(value), slopes * both

    start = np.log([total * mean, total * (1.0 - mean)])
    found = optimize.minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-14.0, 30.0)] * 2,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 500},
    )
    a, b = np.exp(found.x)
    return Member((float(a), float(b)), 0.0, 1.0)


def _triangle(sample: Array) -> Member:
    low, mode, high = likeliest_triangle(sample)
    return Member(((mode - low) / (high - low),), low, high - low)


CLOSED: dict[str, Callable[[Array], Member]] = {
    "norm": _normal,
    "uniform": _uniform,
    "expon": _exponential,
    "lognorm": _lognormal,
    "gamma": _gamma,
    "weibull_min": _weibull,
    "beta": _beta,
    "triang": _triangle,
}
