"""How well paths foresaw what came true: ranks, continuous scores, and all figures together."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def rank_of(paths: ArrayLike, came_true: float) -> float:
    """Return the share of paths at or below what came true, half of those that are equal to it.

    Parameters
    ----------
    paths
        A figure by path, shape (paths,).
    came_true
        Its value.

    Notes
    -----
    The probability integral transform (Dawid, "Statistical theory: the prequential approach",
    *Journal of the Royal Statistical Society* A 147, 1984). Of a true forecast it is uniform.
    """
    values = np.asarray(paths, float)
    return float(np.mean(values < came_true) + 0.5 * np.mean(values == came_true))


def crps(paths: ArrayLike, came_true: ArrayLike) -> Array:
    """Return the continuous ranked probability score of what came true; 0 is perfect.

    Parameters
    ----------
    paths
        A figure by path, shape (paths,), in the scale that errors count in: logarithms of money,
        shares as they are.
    came_true
        Its values, shape (...).

    Notes
    -----
    E|X - y| - E|X - X'| / 2 (Gneiting and Raftery, "Strictly proper scoring rules, prediction, and
    estimation", *Journal of the American Statistical Association* 102, 2007), with all pairs of
    paths, from sums over sorted paths. For 0 and 1 it is the Brier score.
    """
    ordered = np.sort(np.asarray(paths, float))
    count = len(ordered)
    reached = np.concatenate(([0.0], np.cumsum(ordered)))
    truth = np.asarray(came_true, float)
    below = np.searchsorted(ordered, truth)
    distance = truth * (2.0 * below - count) - 2.0 * reached[below] + reached[-1]
    weights = 2.0 * np.arange(count) - count + 1.0
    return np.asarray(distance / count - ordered @ weights / count**2)


def joint_p(paths: ArrayLike, came_true: ArrayLike) -> float:
    """Return the share of paths that, taken for the truth, would have scored worse than it.

    Parameters
    ----------
    paths
        Figures by path, shape (paths, figures), each in the scale that its errors count in.
    came_true
        Their values, shape (figures,).

    Notes
    -----
    Each path is scored on the same figures as the truth, by the mean of their continuous scores,
    each relative to its median over the paths. So the p-value carries all dependence between the
    figures: near 0 the truth is stranger than the paths, near 1 the paths are too wide.
    """
    table, truth = np.asarray(paths, float), np.asarray(came_true, float)
    scores, of_truth = np.zeros(len(table)), 0.0
    for figure, value in zip(table.T, truth, strict=True):
        found = crps(figure, figure)
        typical = float(np.median(found))
        scores += found / typical
        of_truth += float(crps(figure, value)) / typical
    return float(np.mean(scores > of_truth))


def ratio_of_scores(one: ArrayLike, other: ArrayLike) -> float:
    """Return the geometric mean of the ratio of two forecasters' scores on the same figures."""
    return float(np.exp(np.mean(np.log(np.asarray(one, float) / np.asarray(other, float)))))


def width_of(paths: ArrayLike) -> float:
    """Return the width of the central 80% of paths: the sharpness of a forecast."""
    low, high = np.quantile(np.asarray(paths, float), [0.1, 0.9])
    return float(high - low)
