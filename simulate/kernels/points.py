"""Coordinates of paths: Sobol' and pseudo-random points, twins and mixtures of them."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .arrays import LANE_BITS, LANES, Points

BITS = 32
# On and below the diagonal.
TRIANGLE = np.tri(BITS, dtype=np.uint32)
# Of the first 1,024 coordinates; more than that are found when they are asked for.
DIRECTIONS = Path(__file__).with_name("sobol_directions.npy")
PLACES = np.arange(BITS - 1, -1, -1, dtype=np.uint32)
Array = NDArray[np.float64]
Words = NDArray[np.uint32]


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
    Direction numbers of Joe and Kuo (2008); linear matrix scramble and digital shift of Matousek
    (1998): each coordinate's digits are multiplied by a random lower triangular matrix over GF(2).
    Random bits are taken as ``scipy.stats.qmc.Sobol`` takes them, so that the points are its own.
    """
    generator = _generator(seed, replicate).spawn(1)[0]
    shift = _packed(_random_bits(generator, dimensions, BITS)[:, ::-1])
    scramble = (_random_bits(generator, dimensions, BITS, BITS) * TRIANGLE).astype(np.float32)
    scramble[:, range(BITS), range(BITS)] = 1.0
    digits = (scramble @ _direction_digits(dimensions)).astype(np.uint32) & np.uint32(1)
    directions = np.ascontiguousarray(_packed(digits.transpose(0, 2, 1)).T)
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
        shift=shift,
        directions=directions,
    )


def _random_bits(generator: np.random.Generator, *shape: int) -> Words:
    return generator.integers(0, 2, shape, dtype=np.uint32)


def _packed(digits: Words) -> Words:
    """Return the words whose binary digits the last axis holds, the first the most significant."""
    return np.bitwise_or.reduce(digits << PLACES, axis=-1)


@lru_cache(4)
def _direction_digits(dimensions: int) -> NDArray[np.float32]:
    """Return the digits of Sobol's direction numbers, shape (dimensions, digit, direction)."""
    kept = np.load(DIRECTIONS)
    numbers = kept[:dimensions] if dimensions <= len(kept) else direction_numbers(dimensions)
    return ((numbers[:, None, :] >> PLACES[:, None]) & np.uint32(1)).astype(np.float32)


def direction_numbers(dimensions: int) -> Words:
    """Return Joe and Kuo's direction numbers, shape (dimensions, BITS).

    Notes
    -----
    By the recurrence of the dimension's primitive polynomial (Bratley and Fox, "Algorithm 659:
    implementing Sobol's quasirandom sequence generator", 1988), for all dimensions whose polynomial
    has the same degree at once.
    """
    polynomial, first = (part[:dimensions] for part in _joe_and_kuo())
    degrees = np.array([int(p).bit_length() - 1 for p in polynomial])
    numbers = np.ones((dimensions, BITS), np.uint32)
    for degree in np.unique(degrees[1:]):
        rows = np.flatnonzero(degrees == degree)
        rows = rows[rows > 0]
        found = numbers[rows]
        found[:, :degree] = first[rows, :degree]
        for j in range(degree, BITS):
            following = found[:, j - degree].copy()
            for k in range(degree):
                taken = (polynomial[rows] >> np.uint32(degree - 1 - k)) & np.uint32(1)
                following ^= (taken * found[:, j - k - 1]) << np.uint32(k + 1)
            found[:, j] = following
        numbers[rows] = found
    return numbers << PLACES


def _joe_and_kuo() -> tuple[Words, Words]:
    """Return the primitive polynomials and first direction numbers of all dimensions.

    They come with scipy, whose ``stats`` takes a second to import.
    """
    found = find_spec("scipy")
    assert found is not None and found.origin is not None
    file = Path(found.origin).parent / "stats" / "_sobol_direction_numbers.npz"
    with np.load(file) as numbers:
        return numbers["poly"].astype(np.uint32), numbers["vinit"].astype(np.uint32)


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
