"""Paths for pick-freeze: points mixed from two sets, and inputs drawn in another order."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import Points

from .points import sobol_points

Array = NDArray[np.float64]


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
