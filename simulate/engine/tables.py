"""Tables of quantiles that kernels look up: of inputs, of shocks, of fat tails."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from simulate.kernels.arrays import Copula, Tables
from simulate.kernels.draws import IN_PIECES, SCORE_LIMIT
from simulate.scenario import schema
from simulate.scenario.distributions import NO_BREAKS, quantile_at_score

Array = NDArray[np.float64]
Quantile = Callable[[Array], Array]
COARSEST, FINEST = 8, 1024
TOLERANCE = 2e-7
CENTRAL_SCORE = 2.3263478740408408
# So near to a break, a quantile function is seen from one side.
BESIDE = 1e-7
# Start and width of the scores that a table without breaks is of.
WHOLE = (-SCORE_LIMIT, 2.0 * SCORE_LIMIT)
GAUSSIAN = Copula(dimension=-1, scale_table=-1, score_table=-1, degrees_of_freedom=1.0, stretch=1.0)


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


def build_tables(quantiles: Sequence[Quantile], breaks: Sequence[Array] = ()) -> Tables:
    """Tabulate quantile functions, each as coarsely as the tolerance allows.

    Parameters
    ----------
    quantiles
        Functions of normal scores, shape (n,) to (n,).
    breaks
        Of the first of them, the scores where each jumps or has a step's end; others are smooth.

    Returns
    -------
    Tables

    Notes
    -----
    The error is below 2e-7 of the P1-P99 range, in long tails of the value instead, or what cells
    of 1/1024 leave of it where a quantile function has a kink. A function with breaks is a piece
    from each to the next, so that what is drawn of a step is its value.
    """
    rows: list[tuple[float, ...]] = []
    rows_of_pieces: list[tuple[float, ...]] = []
    coefficients: list[Array] = []
    cells = 0
    smooth = [NO_BREAKS] * (len(quantiles) - len(breaks))
    for quantile, where in zip(quantiles, [*breaks, *smooth], strict=True):
        found = []
        for start, width, cubics in _pieces(quantile, where):
            found.append((cells, len(cubics), len(cubics) / width, start))
            coefficients.append(cubics)
            cells += len(cubics)
        if len(found) > 1:
            rows.append((len(quantiles) + len(rows_of_pieces), len(found), IN_PIECES, 0.0))
            rows_of_pieces += found
        else:
            rows += found
    return Tables(np.array(rows + rows_of_pieces), np.concatenate(coefficients))


def _pieces(quantile: Quantile, breaks: Array) -> list[Piece]:
    """Tabulate a quantile function from each of its breaks to the next."""
    low, high = quantile(np.array([-CENTRAL_SCORE, CENTRAL_SCORE]))
    spread = max(high - low, 1e-300)
    inside = np.unique(breaks[np.abs(breaks) < SCORE_LIMIT])
    if inside.size == 0:
        return [Piece(*WHOLE, _coefficients(quantile, *WHOLE, spread))]
    edges = np.concatenate([[-SCORE_LIMIT], inside, [SCORE_LIMIT]])
    starts, widths = edges[:-1], np.diff(edges)
    beside = np.minimum(BESIDE, 0.25 * widths)
    first, last = starts + beside, edges[1:] - beside
    values, beyond = quantile(first), quantile(last)
    is_straight = (values == beyond) | (widths <= 1.0 / FINEST)
    straight = np.column_stack([values, beyond - values, np.zeros((values.size, 2))])

    def within(i: int) -> Quantile:
        return lambda score: quantile(np.clip(score, first[i], last[i]))

    return [
        Piece(
            start,
            width,
            straight[i : i + 1]
            if is_straight[i]
            else _coefficients(within(i), start, width, spread),
        )
        for i, (start, width) in enumerate(zip(starts.tolist(), widths.tolist(), strict=True))
    ]


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
    """Return the copula as kernels take it; its two tables are those of ``copula_tables``."""
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


def copula_tables(copula: schema.Copula) -> list[Quantile]:
    """Return the functions that a Student-t copula tabulates; none for a Gaussian one.

    The first gives log sqrt(nu/W) of a normal score, with W chi-squared of nu degrees of freedom;
    the second Phi^-1(T_nu(t)) of the stretched sqrt(nu log(1 + t^2/nu)).
    """
    degrees = copula.degrees_of_freedom
    if degrees is None:
        return []
    stretch = _stretch(degrees)

    def log_scale(score: Array) -> Array:
        return 0.5 * np.log(degrees / quantile_at_score(stats.chi2(degrees), -score))

    def normal_score(stretched: Array) -> Array:
        t = np.sqrt(degrees * np.expm1((stretched / stretch) ** 2 / degrees))
        return np.asarray(-np.sign(stretched) * special.ndtri(special.stdtr(degrees, -t)), float)

    return [log_scale, normal_score]


def shock_tables(shocks: schema.Shocks) -> list[Quantile]:
    """Return the function that Student-t shocks tabulate: their value at a normal score."""
    degrees = shocks.degrees_of_freedom
    if degrees is None:
        return []
    unit_variance = stats.t(degrees, scale=math.sqrt((degrees - 2.0) / degrees))
    return [lambda score: quantile_at_score(unit_variance, score)]


def _stretch(degrees: float) -> float:
    """Return what takes sqrt(nu log(1 + t^2/nu)) to the tables' limit where the score is there."""
    t = float(stats.t(degrees).isf(special.ndtr(-SCORE_LIMIT)))
    return SCORE_LIMIT / math.sqrt(degrees * math.log1p(t * t / degrees))
