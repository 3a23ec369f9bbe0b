"""Parts of a variance by driver: first-order, total-order and Shapley's, by pick-freeze.

A *driver* is what is varied as one: an input, or shocks as a group. Correlated drivers form a
*block*; blocks are independent of each other. What is returned is variances: the index of a driver
is its part divided by the variance of the outcome.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = Sequence[int]


class Model(Protocol):
    """Outcomes of paths whose coordinates are taken from one of two independent point sets.

    Called with an order of all drivers and with those whose coordinates come from the second
    set; returns shape (paths, outcomes). A driver is drawn given those before it in the order, so
    what is taken at its end is drawn anew *given* all that is kept.
    """

    def __call__(self, order: Places, taken: Places, /) -> Array:
        """Return the outcomes."""
        ...


class Variances(NamedTuple):
    """Parts of the variance, shape (drivers or correlated blocks, outcomes), and the variance.

    ``first_order`` is the variance of E[Y|X], ``total_order`` the mean of Var(Y|all but X).
    """

    first_order: Array
    total_order: Array
    block_first_order: Array
    block_total_order: Array
    variance: Array


def pick_freeze(model: Model, blocks: Sequence[Places]) -> Variances:
    """Return first- and total-order variances of drivers, and of correlated blocks as a whole.

    Parameters
    ----------
    model
        Outcomes of the paths.
    blocks
        The drivers, counted from 0, in independent blocks.

    Notes
    -----
    A driver's coordinate is the whole driver where it is drawn first in its block, and what the
    others leave open where it is drawn last; so blocks are turned until each member was both (Mara,
    Tarantola and Annoni, "Non-parametric methods for global sensitivity analysis of model output
    with dependent inputs", *Environmental Modelling & Software* 72, 2015; the indices are those of
    Kucherenko, Tarantola and Annoni, *Computer Physics Communications* 183, 2012). For a block of
    one they are the indices of Sobol'.
    """
    turns = []
    for turn in range(max(map(len, blocks))):
        order = [driver for block in blocks for driver in _turned(block, turn)]
        turns.append((order, model(order, ()), model(order, order)))
    first_order: dict[int, Array] = {}
    total_order: dict[int, Array] = {}
    for turn, (order, base, other) in enumerate(turns):
        for block in blocks:
            if turn < len(block):
                first, last = block[turn], block[turn - 1]
                mixed = model(order, (first,))
                first_order[first] = first_order_variance(base, other, mixed)
                total_order[last] = total_order_variance(
                    base, mixed if first == last else model(order, (last,))
                )
    order, base, other = turns[0]
    groups = [model(order, block) for block in blocks if len(block) > 1]
    shape = len(groups), base.shape[1]
    return Variances(
        first_order=np.array([first_order[driver] for driver in sorted(first_order)]),
        total_order=np.array([total_order[driver] for driver in sorted(total_order)]),
        block_first_order=np.array([first_order_variance(base, other, m) for m in groups]).reshape(
            shape
        ),
        block_total_order=np.array([total_order_variance(base, m) for m in groups]).reshape(shape),
        variance=np.concatenate([base, other]).var(axis=0),
    )


def runs_of_pick_freeze(blocks: Sequence[Places]) -> int:
    """Return how often ``pick_freeze`` calls its model."""
    sizes = [len(block) for block in blocks]
    return 2 * max(sizes) + sum(1 if size == 1 else 2 * size + 1 for size in sizes)


def _turned(block: Places, turn: int) -> list[int]:
    turn %= len(block)
    return [*block[turn:], *block[:turn]]


def first_order_variance(base: Array, other: Array, mixed: Array) -> Array:
    """Return the variance of E[Y|X], where the mixed paths take X from the other ones.

    Parameters
    ----------
    base, other, mixed
        Outcomes of paths of the first point set, of the second, and of the first but for X from
        the second, shape (paths, outcomes).

    Notes
    -----
    Saltelli and others, "Variance based sensitivity analysis of model output", *Computer Physics
    Communications* 181, 2010, table 2 (b), about the mean.
    """
    centre = (base.mean(axis=0) + other.mean(axis=0)) / 2.0
    return np.asarray(((other - centre) * (mixed - base)).mean(axis=0))


def total_order_variance(base: Array, mixed: Array) -> Array:
    """Return the mean of Var(Y|all but X), where the mixed paths draw X anew.

    Notes
    -----
    Jansen, "Analysis of variance designs for model output", *Computer Physics Communications* 117,
    1999.
    """
    return np.asarray(((mixed - base) ** 2).mean(axis=0) / 2.0)


def shapley(model: Model, walk: Places) -> Array:
    """Return what each driver adds to the variance along a walk through all of them.

    Parameters
    ----------
    model
        Outcomes of the paths.
    walk
        A permutation of the drivers. Over all permutations the mean is Shapley's effect.

    Returns
    -------
    ndarray, shape (drivers, outcomes)
        They sum to an estimate of the variance.

    Notes
    -----
    The value of a set of drivers is the mean of Var(Y|all others), which is valid for correlated
    ones (Song, Nelson and Staum, "Shapley effects for global sensitivity analysis", *SIAM/ASA
    Journal on Uncertainty Quantification* 4, 2016). A walk takes one run a driver (Goda, "A simple
    algorithm for global sensitivity analysis with Shapley effects", *Reliability Engineering &
    System Safety* 213, 2021); as it goes on, what it has passed is drawn given what it has not.
    """
    order = walk[::-1]
    base = before = model(order, ())
    added = np.empty((len(walk), base.shape[1]))
    for place, driver in enumerate(walk):
        after = model(order, walk[: place + 1])
        added[driver] = ((base - (before + after) / 2.0) * (before - after)).mean(axis=0)
        before = after
    return added
