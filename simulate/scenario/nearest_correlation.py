"""The correlations that can be, nearest to some that can't."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

LEAST_EIGENVALUE = 1e-9
# So far inside that the last step, and Cholesky's root, don't lead out again.
SAFE_EIGENVALUE = 1e-8
MOST_ROUNDS = 2000
SETTLED = 1e-9


def is_valid(matrix: Matrix) -> bool:
    """Tell whether inputs can be correlated like this."""
    return bool(np.linalg.eigvalsh(matrix)[0] >= LEAST_EIGENVALUE)


def nearest_correlation_matrix(
    matrix: Matrix, is_free: NDArray[np.bool_], least: float = SAFE_EIGENVALUE
) -> Matrix:
    """Return the valid correlation matrix nearest to a symmetric one, by squares.

    Parameters
    ----------
    matrix
        Symmetric, with a unit diagonal, shape (n, n).
    is_free
        Which correlations may move, symmetric, shape (n, n); the others stay as they are.
    least
        The least eigenvalue that it may have.

    Returns
    -------
    ndarray, shape (n, n)
        The matrix itself, if it is valid.

    Notes
    -----
    Alternating projections on matrices without negative eigenvalues and on those with a unit
    diagonal, with Dykstra's correction (Higham, "Computing the nearest correlation matrix", *IMA
    Journal of Numerical Analysis* 22, 2002); the second keeps what isn't free as well.
    """
    if is_valid(matrix):
        return matrix
    nearest, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(MOST_ROUNDS):
        before = nearest
        corrected = nearest - correction
        values, vectors = np.linalg.eigh(corrected)
        projected = (vectors * np.maximum(values, least)) @ vectors.T
        correction = projected - corrected
        nearest = np.where(is_free, projected, matrix)
        np.fill_diagonal(nearest, 1.0)
        if np.abs(nearest - before).max() < SETTLED:
            break
    return _drawn_inside(nearest, least)


def _drawn_inside(matrix: Matrix, least: float) -> Matrix:
    """Draw a matrix as little towards independence as makes its least eigenvalue that."""
    found = np.linalg.eigvalsh(matrix)[0]
    share = max(0.0, (least - found) / (1.0 - found))
    drawn = (1.0 - share) * matrix
    np.fill_diagonal(drawn, 1.0)
    return drawn
