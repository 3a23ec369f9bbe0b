"""Coordinates of paths: Sobol' and pseudo-random points, twins and mixtures of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from .arrays import LANE_BITS, LANES, Points

BITS = 32
Array = NDArray[np.float64]


def sobol_points(dimensions: int, seed: int, replicate: int) -> Points:
    """Return a replicate's scrambled Sobol' point set.

    Parameters
    ----------
    dimensions
        Number of coordinates, at most 21201.
    seed, replicate
        What alone decides the scramble.

    Returns
    -------
    Points

    Notes
    -----
    Direction numbers of Joe and Kuo (2008), linear matrix scramble and digital shift of Matousek
    (1998), all from ``scipy.stats.qmc.Sobol``. Its scrambled direction numbers are no public
    attribute; a test holds the points made of them against scipy's own.
    """
    engine = qmc.Sobol(dimensions, scramble=True, bits=BITS, rng=_generator(seed, replicate))
    private: Any = engine
    directions = np.ascontiguousarray(private._sv.T.astype(np.uint32))
    low = np.zeros((dimensions, LANES), np.uint32)
    for lane in range(LANES):
        gray = lane ^ (lane >> 1)
        for bit in range(LANE_BITS):
            if gray >> bit & 1:
                low[:, lane] ^= directions[bit]
    return Points(
        pseudo_random=False,
        key=np.zeros(1, np.uint32),
        low=low,
        base=np.zeros(dimensions, np.uint32),
        shift=private._shift.astype(np.uint32),
        directions=directions,
    )


def pseudo_random_points(dimensions: int, seed: int, replicate: int) -> Points:
    """Return a replicate's stream of pseudo-random words, addressed by path and dimension.

    Parameters and result are those of ``sobol_points``.
    """
    even = dimensions + dimensions % 2
    key = _generator(seed, replicate).integers(0, 2**BITS, 1, dtype=np.uint32)
    return Points(
        pseudo_random=True,
        key=key,
        low=np.zeros((even, LANES), np.uint32),
        base=np.zeros(even, np.uint32),
        shift=np.zeros(even, np.uint32),
        directions=np.zeros((1, 1), np.uint32),
    )


def _generator(seed: int, replicate: int) -> np.random.Generator:
    return np.random.default_rng([seed, replicate])


def twin_points(dimensions: int, seed: int, replicate: int) -> tuple[Points, Points]:
    """Return two point sets that are independent of each other.

    Parameters
    ----------
    dimensions
        Number of coordinates of each, at most 10600.
    seed, replicate
        What alone decides the scramble.

    Returns
    -------
    tuple of Points

    Notes
    -----
    The even and the odd coordinates of one scrambled Sobol' set (Saltelli, "Making best use of
    model evaluations to compute sensitivity indices", *Computer Physics Communications* 145, 2002).
    Two scrambles of the same coordinates would not do: their leading bits agree in every point, or
    differ in every point.
    """
    wide = sobol_points(2 * dimensions, seed, replicate)
    even, odd = (_coordinates(wide, np.arange(first, 2 * dimensions, 2)) for first in (0, 1))
    return even, odd


def mixed_points(points: Points, other: Points, taken: Sequence[int]) -> Points:
    """Return a point set with the coordinates ``taken`` from another one, and a base of its own."""
    mixed = points._replace(
        low=points.low.copy(),
        base=points.base.copy(),
        shift=points.shift.copy(),
        directions=points.directions.copy(),
    )
    rows = np.asarray(taken, np.int64)
    mixed.low[rows] = other.low[rows]
    mixed.shift[rows] = other.shift[rows]
    mixed.directions[:, rows] = other.directions[:, rows]
    return mixed


def ordered_root(correlation: Array, order: Sequence[int]) -> Array:
    """Return a square root of a correlation matrix that draws its rows in an order.

    Parameters
    ----------
    correlation
        Shape (n, n).
    order
        A permutation of the rows.

    Returns
    -------
    ndarray, shape (n, n)
        ``root @ root.T`` is the matrix. Column ``order[k]`` is the part of row ``order[k]`` that
        the rows before it in the order leave open, and what follows from it for the rows after.

    Notes
    -----
    With new normal scores for the last columns of the order, those rows are drawn given all others.
    """
    place = np.ix_(order, order)
    root = np.zeros_like(correlation)
    root[place] = np.linalg.cholesky(correlation[place])
    return root


def _coordinates(points: Points, chosen: NDArray[np.int64]) -> Points:
    return points._replace(
        low=points.low[chosen],
        base=points.base[chosen],
        shift=points.shift[chosen],
        directions=np.ascontiguousarray(points.directions[:, chosen]),
    )
