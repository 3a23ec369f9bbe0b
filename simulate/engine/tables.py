"""Tables of quantiles that kernels look up: of inputs, of shocks, of fat tails."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import scipy
from numpy.typing import NDArray

from simulate.kernels.arrays import Copula, Tables
from simulate.kernels.draws import IN_PIECES, SCORE_LIMIT
from simulate.scenario import schema
from simulate.scenario.distributions import NO_BREAKS, quantile_at_score
from simulate.scenario.distributions.tails import ChiSquaredQuantiles, StudentQuantiles

Array = NDArray[np.float64]
COARSEST, FINEST = 8, 1024
TOLERANCE = 2e-7
CENTRAL_SCORE = 2.3263478740408408
# So near to a break, a quantile function is seen from one side.
BESIDE = 1e-7
# Start and width of the scores that a table without breaks is of.
WHOLE = (-SCORE_LIMIT, 2.0 * SCORE_LIMIT)
GAUSSIAN = Copula(dimension=-1, scale_table=-1, score_table=-1, degrees_of_freedom=1.0, stretch=1.0)


class Curve(Protocol):
    """A quantile function of normal scores; equal ones are tabulated alike."""

    @property
    def breaks(self) -> Array:
        """Normal scores, rising, at which it jumps, or begins or ends a step."""
        ...

    def quantile_at_score(self, score: Array, /) -> Array:
        """Return the values at normal scores, shape (n,) to (n,)."""
        ...


class Piece(NamedTuple):
    """A table of cubics on even cells, between two scores.

    Attributes
    ----------
    start, width
        Of the range of scores.
    coefficients
        By cell, shape (cells, 4).
    """

    start: float
    width: float
    coefficients: Array


Quantile = Callable[[Array], Array]
Tabulate = Callable[[Curve], tuple[Piece, ...]]


def tabulate(curve: Curve) -> tuple[Piece, ...]:
    """Tabulate a quantile function as coarsely as the tolerance allows, a piece between breaks.

    Notes
    -----
    The error is below 2e-7 of the P1-P99 range, in long tails of the value instead, or what cells
    of 1/1024 leave of it where a quantile function has a kink. A function with breaks is a piece
    from each to the next, so that what is drawn of a step is its value.
    """
    quantile, breaks = curve.quantile_at_score, curve.breaks
    low, high = quantile(np.array([-CENTRAL_SCORE, CENTRAL_SCORE]))
    spread = max(high - low, 1e-300)
    inside = np.unique(breaks[np.abs(breaks) < SCORE_LIMIT])
    if inside.size == 0:
        return (Piece(*WHOLE, _coefficients(quantile, *WHOLE, spread)),)
    edges = np.concatenate([[-SCORE_LIMIT], inside, [SCORE_LIMIT]])
    starts, widths = edges[:-1], np.diff(edges)
    beside = np.minimum(BESIDE, 0.25 * widths)
    first, last = starts + beside, edges[1:] - beside
    values, beyond = quantile(first), quantile(last)
    is_straight = (values == beyond) | (widths <= 1.0 / FINEST)
    straight = np.column_stack([values, beyond - values, np.zeros((values.size, 2))])

    def within(i: int) -> Quantile:
        return lambda score: quantile(np.clip(score, first[i], last[i]))

    return tuple(
        Piece(
            start,
            width,
            straight[i : i + 1]
            if is_straight[i]
            else _coefficients(within(i), start, width, spread),
        )
        for i, (start, width) in enumerate(zip(starts.tolist(), widths.tolist(), strict=True))
    )


def build_tables(curves: Iterable[Curve], tabulate: Tabulate = tabulate) -> Tables:
    """Put the tables of quantile functions together as kernels look them up.

    Parameters
    ----------
    curves
        In the order of their tables.
    tabulate
        Gives the pieces of each; one that remembers them spares the work.
    """
    tables = [tabulate(curve) for curve in curves]
    rows: list[tuple[float, ...]] = []
    rows_of_pieces: list[tuple[float, ...]] = []
    cells = 0
    for pieces in tables:
        found = []
        for start, width, cubics in pieces:
            found.append((cells, len(cubics), len(cubics) / width, start))
            cells += len(cubics)
        if len(found) > 1:
            rows.append((len(tables) + len(rows_of_pieces), len(found), IN_PIECES, 0.0))
            rows_of_pieces += found
        else:
            rows += found
    coefficients = [piece.coefficients for pieces in tables for piece in pieces]
    return Tables(np.array(rows + rows_of_pieces), np.concatenate(coefficients))


def _coefficients(quantile: Quantile, start: float, width: float, spread: float) -> Array:
    density = COARSEST
    while True:
        cells = math.ceil(width * density)
        coefficients, error = _cubics(quantile, start, width, cells, spread)
        if np.max(error) <= TOLERANCE * spread:
            return coefficients
        if density >= FINEST:
            return _within_ends(coefficients, TOLERANCE * spread)
        density *= 2


def _within_ends(coefficients: Array, tolerance: float) -> Array:
    """Draw a straight line in place of each cubic that leaves the range of its cell's ends.

    At a step a cubic swings beyond both values: a share above 1, or a rate below 0.
    """
    inside = np.linspace(0.0, 1.0, 17)[:, None] ** np.arange(4)
    values = coefficients @ inside.T
    ends = values[:, [0, -1]]
    beyond = (values.min(axis=1) < ends.min(axis=1) - tolerance) | (
        values.max(axis=1) > ends.max(axis=1) + tolerance
    )
    straight = np.column_stack([ends[:, 0], np.diff(ends), np.zeros((len(ends), 2))])
    return np.where(beyond[:, None], straight, coefficients)


def _cubics(
    quantile: Quantile, start: float, width: float, cells: int, spread: float
) -> tuple[Array, Array]:
    """Return cubics through four points a cell, shape (cells, 4), and their errors inside."""
    fraction = np.array([0.0, 1 / 3, 2 / 3, 1.0])
    left = np.linspace(start, start + width, cells + 1)[:-1]
    step = width / cells
    values = quantile((left[:, None] + fraction * step).ravel()).reshape(cells, 4)
    powers = fraction[:, None] ** np.arange(4)
    coefficients = np.linalg.solve(powers, values.T).T
    between = np.array([0.15, 0.5, 0.85])
    exact = quantile((left[:, None] + between * step).ravel()).reshape(cells, 3)
    error = np.abs(coefficients @ (between[:, None] ** np.arange(4)).T - exact)
    # Where the tail is many times the central range, the error that counts is relative to it.
    if (start, width) == WHOLE:
        spread = max(np.ptp(exact[np.abs(left) < CENTRAL_SCORE]), 1e-300)
    scale: Array = np.maximum(1.0, np.abs(exact) / spread)
    return np.asarray(coefficients, float, order="C"), np.asarray(error / scale)


def copula_of(copula: schema.Copula, dimension: int, first_table: int) -> Copula:
    """Return the copula as kernels take it; its two tables are the first of ``tail_curves``."""
    degrees = copula.degrees_of_freedom
    if degrees is None:
        return GAUSSIAN
    return Copula(
        dimension=dimension,
        scale_table=first_table,
        score_table=first_table + 1,
        degrees_of_freedom=degrees,
        stretch=_stretch(degrees),
    )


@dataclass(frozen=True)
class _SmoothCurve:
    """A smooth quantile function that degrees of freedom decide."""

    degrees: float

    @property
    def breaks(self) -> Array:
        """None."""
        return NO_BREAKS


class CopulaScale(_SmoothCurve):
    """Log sqrt(nu/W) of a normal score, with W chi-squared of nu degrees of freedom."""

    def quantile_at_score(self, score: Array, /) -> Array:
        """Return the logarithms of the scale."""
        return 0.5 * np.log(
            self.degrees / quantile_at_score(ChiSquaredQuantiles(self.degrees), -score)
        )


class CopulaScore(_SmoothCurve):
    """Phi^-1(T_nu(t)) of the stretched sqrt(nu log(1 + t^2/nu))."""

    def quantile_at_score(self, score: Array, /) -> Array:
        """Return normal scores at stretched ones."""
        degrees = self.degrees
        t = np.sqrt(degrees * np.expm1((score / _stretch(degrees)) ** 2 / degrees))
        return np.asarray(
            -np.sign(score) * scipy.special.ndtri(scipy.special.stdtr(degrees, -t)), float
        )


class StudentShock(_SmoothCurve):
    """A Student-t variable of unit variance."""

    def quantile_at_score(self, score: Array, /) -> Array:
        """Return its quantiles."""
        scale = math.sqrt((self.degrees - 2.0) / self.degrees)
        return quantile_at_score(StudentQuantiles(self.degrees, scale), score)


@dataclass(frozen=True)
class TruncatedShock(_SmoothCurve):
    """A Student-t variable cut off at a limit on both sides, of unit variance."""

    limit: float

    def quantile_at_score(self, score: Array, /) -> Array:
        """Return its quantiles."""
        degrees, limit = self.degrees, self.limit
        left = float(scipy.special.stdtr(degrees, -limit))
        below = left + np.asarray(scipy.special.ndtr(-np.abs(score)), float) * (1.0 - 2.0 * left)
        # t^2/nu is F distributed, and its mean up to a value an incomplete beta function.
        part = scipy.special.betainc(1.5, degrees / 2.0 - 1.0, limit**2 / (degrees + limit**2))
        second_moment = degrees / (degrees - 2.0) * part
        scale = math.sqrt((1.0 - 2.0 * left) / second_moment)
        return np.asarray(np.sign(score) * -StudentQuantiles(degrees).ppf(below) * scale, float)


def tail_curves(scenario: schema.Scenario) -> list[Curve]:
    """Return what fat tails tabulate: two curves of a Student-t copula, one of Student-t shocks."""
    copula, shocks = scenario.copula.degrees_of_freedom, scenario.shocks.degrees_of_freedom
    limit = scenario.shocks.limit
    curves: list[Curve] = []
    if copula is not None:
        curves += [CopulaScale(copula), CopulaScore(copula)]
    if shocks is not None:
        curves.append(StudentShock(shocks) if limit is None else TruncatedShock(shocks, limit))
    return curves


def _stretch(degrees: float) -> float:
    """Return what takes sqrt(nu log(1 + t^2/nu)) to the tables' limit where the score is there."""
    t = -float(scipy.special.stdtrit(degrees, float(scipy.special.ndtr(-SCORE_LIMIT))))
    return SCORE_LIMIT / math.sqrt(degrees * math.log1p(t * t / degrees))
