"""Quantile functions as cubics over the normal score, close enough to forget the difference."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import Tables
from simulate.kernels.draws import SCORE_LIMIT

Array = NDArray[np.float64]
Quantile = Callable[[Array], Array]

COARSEST, FINEST = 8, 1024
TOLERANCE = 2e-7
CENTRAL_SCORE = 2.3263478740408408


def build_tables(quantiles: Sequence[Quantile]) -> Tables:
    """Tabulate quantile functions, each as coarsely as the tolerance allows.

    Parameters
    ----------
    quantiles
        Functions of normal scores, shape (n,) to (n,).

    Returns
    -------
    Tables

    Notes
    -----
    The error is below 2e-7 of the P1-P99 range, in long tails of the value instead, or what cells
    of 1/1024 leave of it where a quantile function has a kink.
    """
    parts = [_coefficients(quantile) for quantile in quantiles]
    sizes = np.array([len(part) for part in parts], float)
    first = np.cumsum(sizes) - sizes
    return Tables(
        layout=np.column_stack([first, sizes, sizes / (2.0 * SCORE_LIMIT)]),
        coefficients=np.concatenate(parts),
    )


def _coefficients(quantile: Quantile) -> Array:
    low, high = quantile(np.array([-CENTRAL_SCORE, CENTRAL_SCORE]))
    spread = max(high - low, 1e-300)
    density = COARSEST
    while True:
        coefficients, error = _cubics(quantile, int(2 * SCORE_LIMIT * density))
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


def _cubics(quantile: Quantile, cells: int) -> tuple[Array, Array]:
    """Return cubics through four points a cell, shape (cells, 4), and their errors inside."""
    fraction = np.array([0.0, 1 / 3, 2 / 3, 1.0])
    left = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, cells + 1)[:-1]
    width = 2.0 * SCORE_LIMIT / cells
    values = quantile((left[:, None] + fraction * width).ravel()).reshape(cells, 4)
    powers = fraction[:, None] ** np.arange(4)
    coefficients = np.linalg.solve(powers, values.T).T
    between = np.array([0.15, 0.5, 0.85])
    exact = quantile((left[:, None] + between * width).ravel()).reshape(cells, 3)
    error = np.abs(coefficients @ (between[:, None] ** np.arange(4)).T - exact)
    # Where the tail is many times the central range, the error that counts is relative to it.
    scale: Array = np.maximum(
        1.0, np.abs(exact) / max(np.ptp(exact[np.abs(left) < CENTRAL_SCORE]), 1e-300)
    )
    return np.asarray(coefficients, float, order="C"), np.asarray(error / scale)
