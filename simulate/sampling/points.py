"""Point sets: scrambled Sobol' points and pseudo-random words, one of each a replicate."""

from typing import Any

import numpy as np
from scipy.stats import qmc

from simulate.kernels.arrays import Points
from simulate.kernels.rows import LANE_BITS, LANES

BITS = 32


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
