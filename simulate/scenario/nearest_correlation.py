"""The correlations that can be, nearest to some that can't."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

LEAST_EIGENVALUE = 1e-9
# So far inside, that rounding to as many decimals seldom leads out again.
SAFE_EIGENVALUE = 1e-3
DECIMALS = 3
MOST_ROUNDS = 500
SETTLED = 1e-7
SHRINK = 0.999


def nearest_correlation_matrix(matrix: Matrix) -> Matrix:
    """Return the valid correlation matrix nearest to a symmetric one, to three decimals.

    Parameters
    ----------
    matrix
        Symmetric, with a unit diagonal, shape (n, n). Its zeros stay zeros: who gave some
        correlations gets back those and no others.

    Returns
    -------
    ndarray, shape (n, n)

    Notes
    -----
    Alternating projections on matrices without negative eigenvalues and on those with the given
    zeros and a unit diagonal, with Dykstra's correction (Higham, "Computing the nearest correlation
    matrix", *IMA Journal of Numerical Analysis* 22, 2002).
    """
    is_given = matrix != 0.0
    nearest, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(MOST_ROUNDS):
        before = nearest
        corrected = nearest - correction
        values, vectors = np.linalg.eigh(corrected)
        projected = (vectors * np.maximum(values, SAFE_EIGENVALUE)) @ vectors.T
        correction = projected - corrected
        nearest = np.where(is_given, projected, 0.0)
        np.fill_diagonal(nearest, 1.0)
        if np.abs(nearest - before).max() < SETTLED:
            break
    return _rounded(nearest)


def _rounded(matrix: Matrix) -> Matrix:
    """Round a matrix, and draw it towards independence until it is valid."""
    while True:
        rounded = np.round(matrix, DECIMALS)
        np.fill_diagonal(rounded, 1.0)
        if np.linalg.eigvalsh(rounded)[0] >= LEAST_EIGENVALUE:
            return rounded
        matrix = SHRINK * matrix
