"""Paths in groups of about one size by a number, those with the same number in the same group."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def equal_groups(values: ArrayLike, most: int) -> NDArray[np.intp]:
    """Return the group of each value, counted from 0 in the order of the values.

    Parameters
    ----------
    values
        Of any shape.
    most
        How many groups there are, if no value takes more than one group's place; equal values are
        never parted.
    """
    given = np.asarray(values)
    _, place, counts = np.unique(given, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    _, group = np.unique((middle * most / given.size).astype(int), return_inverse=True)
    return np.asarray(group[place].reshape(given.shape))
