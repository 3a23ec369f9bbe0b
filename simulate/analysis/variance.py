"""An outcome's variance, shared out among its drivers by pick-freeze."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from simulate.engine.block import Workspace
from simulate.engine.columns import TRACED_BLOCKS, Columns
from simulate.engine.estimate import Estimate, ratio_of_means
from simulate.engine.plan import Prepared
from simulate.engine.units import (
    IN_MEMORY,
    NO_TALLY,
    Counted,
    Done,
    Executor,
    Threads,
    Unit,
    digest_of,
    thread_count,
)
from simulate.kernels.arrays import LANES, Points
from simulate.kernels.points import mixed_points, ordered_root, twin_points
from simulate.model.outcomes import Amount, Outcome
from simulate.scenario.frame import Sampling

from .driver_list import DriverList

Array = NDArray[np.float64]
Places = Sequence[int]
# A permutation of the drivers is gone through on at most so many blocks of paths, its reverse on
# the next; on fewer where there would be too few permutations.
MOST_BLOCKS_A_PERMUTATION, LEAST_PERMUTATIONS = 4, 8
PERMUTATIONS_STREAM = 1
ADDED = "added"


class Variables:
    """The numbers of a path whose variance is shared out, one an outcome.

    Parameters
    ----------
    outcomes
        What is asked about.
    known
        Of each, many paths' values, among which an amount is ranked: amounts have tails so long
        that a few paths would make up all of their variance.
    """

    def __init__(self, outcomes: Sequence[Outcome], known: Sequence[Array]) -> None:
        self.outcomes = tuple(outcomes)
        self.known = tuple(
            None if outcome.is_probability else np.sort(values, axis=None)
            for outcome, values in zip(outcomes, known, strict=True)
        )

    @property
    def are_traced(self) -> bool:
        """Whether they come from metrics by quarter."""
        return any(isinstance(outcome, Amount) for outcome in self.outcomes)

    def of_values(self, values: Sequence[Array]) -> Array:
        """Return them of each outcome's values, of any shape; they are the last axis."""
        columns = [
            each if known is None else _rank(each, known)
            for each, known in zip(values, self.known, strict=True)
        ]
        return np.stack(columns, axis=-1)

    def of_block(self, rows: Mapping[str, NDArray[np.float32]], traces: Array) -> Array:
        """Return them of paths as the kernel writes these; see ``Outcome.of_block``."""
        return self.of_values([outcome.of_block(rows, traces) for outcome in self.outcomes])


def _rank(values: Array, known: Array) -> Array:
    """Return the share of known values that lie below, and half of those that are equal."""
    sides = (np.searchsorted(known, values, side) for side in ("left", "right"))
    return np.asarray(sum(sides) / (2.0 * len(known)))


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


def shapley(model: Model, permutation: Places) -> Array:
    """Return what each driver adds to the variance along a permutation of all of them.

    Parameters
    ----------
    model
        Outcomes of the paths.
    permutation
        Of the drivers. Over all permutations the mean is Shapley's effect.

    Returns
    -------
    ndarray, shape (drivers, outcomes)
        They sum to an estimate of the variance.

    Notes
    -----
    The value of a set of drivers is the mean of Var(Y|all others), which is valid for correlated
    ones (Song, Nelson and Staum, "Shapley effects for global sensitivity analysis", *SIAM/ASA
    Journal on Uncertainty Quantification* 4, 2016). A permutation takes one run a driver (Goda, "A
    simple algorithm for global sensitivity analysis with Shapley effects", *Reliability
    Engineering & System Safety* 213, 2021); as it goes on, what it has passed is drawn given what
    it has not.
    """
    order = permutation[::-1]
    base = before = model(order, ())
    added = np.empty((len(permutation), base.shape[1]))
    for place, driver in enumerate(permutation):
        after = model(order, permutation[: place + 1])
        added[driver] = ((base - (before + after) / 2.0) * (before - after)).mean(axis=0)
        before = after
    return added


class MixedPaths:
    """One replicate's paths as a model of their drivers; see ``indices.Model``.

    Parameters
    ----------
    work
        Whose variances are shared out.
    replicate
        With the seed of the work, what decides both point sets.
    counted
        Called with the number of paths of each call.
    """

    def __init__(self, work: "Sharing", replicate: int, counted: Done) -> None:
        prepared = work.prepared
        self._plan, self._found, self._variables = prepared.plan, work.found, work.variables
        self._points, self._other = twin_points(prepared.layout.dimensions, work.seed, replicate)
        self._prepared, self._space = prepared, Workspace(prepared)
        self._quarters = prepared.layout.quarters
        self._counted = counted
        self._order: tuple[int, ...] = ()

    def outcomes(self, order: Places, taken: Places, first_block: int, blocks: int) -> Array:
        """Return the variables of a range of blocks, shape (paths, variables).

        Parameters
        ----------
        order
            The drivers, each drawn given those before it.
        taken
            Those whose coordinates are the other point set's.
        first_block, blocks
            Of LANES paths each.
        """
        self._draw_in(tuple(order))
        coordinates = [c for place in taken for c in self._found.drivers[place].coordinates]
        points = mixed_points(self._points, self._other, coordinates)
        step, end = TRACED_BLOCKS if self._variables.are_traced else blocks, first_block + blocks
        parts = [
            self._of_blocks(points, first, min(step, end - first))
            for first in range(first_block, end, step)
        ]
        self._counted(blocks * LANES)
        return np.concatenate(parts)

    def _of_blocks(self, points: Points, first_block: int, blocks: int) -> Array:
        outcomes = np.empty((blocks * LANES, len(self._prepared.outcome_columns)), np.float32)
        traced = len(outcomes) if self._variables.are_traced else 0
        traces = np.empty((traced, self._prepared.traces, self._quarters))
        self._space.simulate(
            points, first_block, blocks, plan=self._plan, outcomes=outcomes, traces=traces
        )
        by_name = dict(zip(self._prepared.outcome_columns, outcomes.T, strict=True))
        return self._variables.of_block(by_name, traces)

    def _draw_in(self, order: tuple[int, ...]) -> None:
        """Have inputs drawn in an order, then the deviations in theirs; what is no driver last."""
        if order == self._order:
            return
        correlation, drivers = self._found.correlation, [self._found.drivers[i] for i in order]
        placed = [d.place for again in (False, True) for d in drivers if d.is_deviation == again]
        asked = [place for place in placed if place is not None]
        others = [row for row in range(len(correlation)) if row not in asked]
        mixing = ordered_root(correlation, [*asked, *others])
        self._plan = self._plan._replace(draws=self._plan.draws._replace(mixing=mixing))
        self._order = order


@dataclass(frozen=True)
class Index:
    """A driver's part of an outcome's variance.

    Attributes
    ----------
    name
        Of the driver.
    share
        Its Shapley effect. Those of all drivers sum to 1, correlated or not. None where a copula
        leaves the driver no coordinate of its own.
    first_order
        Its first-order index: the part of the variance that this driver explains by itself, with
        what it tells about correlated ones.
    total_order
        Its total-order index: the part that stays when all others are known. None as for ``share``.
    """

    name: str
    share: Estimate | None
    first_order: Estimate
    total_order: Estimate | None


@dataclass(frozen=True)
class Together:
    """What correlated drivers explain as a group; see ``Index``."""

    names: tuple[str, ...]
    share: Estimate
    first_order: Estimate
    total_order: Estimate


@dataclass(frozen=True)
class Decomposition:
    """The variances behind the indices.

    Attributes
    ----------
    found
        The drivers.
    variances
        Of each replicate: the arrays of ``Variances`` with a leading axis of replicates.
    added
        What each driver adds along permutations, shape (replicates, drivers, outcomes).
    """

    found: DriverList
    variances: Variances
    added: Array

    def varies(self, outcome: int) -> bool:
        """Tell whether there is a variance to share out."""
        return bool(self.variances.variance[:, outcome].any() and self.added[..., outcome].any())

    def indices(self, outcome: int) -> list[Index]:
        """Return the indices of one outcome, the largest share first."""
        first_order, total_order = (
            self.variances.first_order[..., outcome],
            self.variances.total_order[..., outcome],
        )
        variance = self.variances.variance[:, outcome]
        added = self.added[..., outcome]
        whole = added.sum(axis=1)
        found = [
            Index(
                driver.name,
                ratio_of_means(added[:, place], whole),
                ratio_of_means(first_order[:, place], variance),
                ratio_of_means(total_order[:, place], variance),
            )
            for place, driver in enumerate(self.found.drivers)
        ]
        return sorted(found, key=lambda index: -index.share.value if index.share else 0.0)

    def together(self, outcome: int) -> list[Together]:
        """Return the indices of the correlated groups."""
        variance = self.variances.variance[:, outcome]
        added = self.added[..., outcome]
        return [
            Together(
                tuple(self.found.drivers[member].name for member in block),
                ratio_of_means(added[:, list(block)].sum(axis=1), added.sum(axis=1)),
                ratio_of_means(self.variances.block_first_order[:, place, outcome], variance),
                ratio_of_means(self.variances.block_total_order[:, place, outcome], variance),
            )
            for place, block in enumerate(self.found.groups)
        ]


def runs_of_decomposition(found: DriverList) -> int:
    """Return how many runs share out the variances."""
    return runs_of_pick_freeze(found.blocks) + len(found.drivers) + 1


def decompose(
    prepared: Prepared,
    sampling: Sampling,
    found: DriverList,
    variables: Variables,
    blocks: int,
    threads: Threads,
    counted: Done,
) -> Decomposition:
    """Share out the variances of a scenario's outcomes.

    Parameters
    ----------
    prepared
        The scenario.
    sampling
        Whose replicates and seed are taken.
    found
        Its drivers.
    variables
        What is made of the paths.
    blocks
        Of paths in each replicate, in each run.
    threads
        Of this process, a replicate each; or who else does the work.
    counted
        Called from any thread with the number of paths done further.

    Returns
    -------
    Decomposition
    """
    work = Sharing(prepared, found, variables, sampling.seed)
    units = [Unit(replicate, 1, 0, blocks) for replicate in range(sampling.replicates)]
    if isinstance(threads, Executor):
        each = _done_by(threads, work, units, counted)
    else:
        each = _on_threads(thread_count(threads), work, units, counted)
    stacked = {name: np.stack([columns[name] for columns in each]) for name in each[0]}
    added = stacked.pop(ADDED)
    return Decomposition(found, Variances(**stacked), added)


@dataclass(frozen=True)
class Sharing:
    """All that decides how a scenario's variances are shared out, a unit a replicate.

    Attributes
    ----------
    prepared
        The scenario.
    found
        Its drivers.
    variables
        What is made of the paths.
    seed
        Of the point sets, and of the permutations.
    """

    prepared: Prepared
    found: DriverList
    variables: Variables
    seed: int

    @property
    def digest(self) -> str | None:
        """See ``Work``."""
        prepared, found = self.prepared, self.found
        outcomes = repr(self.variables.outcomes)
        if IN_MEMORY in outcomes:
            return None
        drivers = found.drivers, found.blocks, found.correlation
        parts = prepared.plan, prepared.inputs().rows, prepared.outcome_columns, prepared.metrics
        # Means are of floats, in the order of this numpy.
        made_of = np.__version__, self.variables.known, self.seed
        return digest_of("shares", parts, drivers, outcomes, made_of)

    @property
    def is_whole(self) -> bool:
        """A replicate's means are of all of its paths."""
        return True

    def count(self, unit: Unit, /) -> Counted:
        """Share out the variances of a replicate."""
        return Counted(unit, NO_TALLY, self.shared(unit, lambda _: None))

    def shared(self, unit: Unit, counted: Done) -> Columns:
        """Return them by the names of ``Variances``, and what drivers add along permutations."""
        replicate, blocks = unit.first_replicate, unit.blocks
        paths = MixedPaths(self, replicate, counted)
        orders = np.random.default_rng([self.seed, replicate, PERMUTATIONS_STREAM])
        whole = partial(paths.outcomes, first_block=0, blocks=blocks)
        variances = pick_freeze(whole, self.found.blocks)
        added = _mean_over_permutations(paths, len(self.found.drivers), blocks, orders)
        return {**variances._asdict(), ADDED: added}


def _done_by(
    executor: Executor, work: Sharing, units: Sequence[Unit], counted: Done
) -> list[Columns]:
    """Have replicates done elsewhere, and return what is found of each, in their order."""
    runs = runs_of_decomposition(work.found)
    with closing(executor.counted(work, units, lambda paths: counted(runs * paths))) as doing:
        found = {unit: columns for unit, _, columns in doing}
    return [found[unit] for unit in units]


def _on_threads(threads: int, work: Sharing, units: Sequence[Unit], counted: Done) -> list[Columns]:
    """Do replicates on threads, whose progress is told run by run; see ``_done_by``."""
    stopped = threading.Event()

    def count(paths: int) -> None:
        if stopped.is_set():
            raise CancelledError
        counted(paths)

    with ThreadPoolExecutor(threads) as pool:
        try:
            return list(pool.map(lambda unit: work.shared(unit, count), units))
        except BaseException:
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _mean_over_permutations(
    paths: MixedPaths, drivers: int, blocks: int, orders: np.random.Generator
) -> Array:
    """Return what each driver adds, over random permutations and their reverses.

    Each has paths of its own. A driver that comes late in a permutation comes early in its
    reverse, which takes most of the chance of the order out of the mean.
    """
    permutation: list[int] = []
    added = 0.0
    size = min(max(blocks // LEAST_PERMUTATIONS, 1), MOST_BLOCKS_A_PERMUTATION)
    for turn, first in enumerate(range(0, blocks, size)):
        permutation = permutation[::-1] if turn % 2 else orders.permutation(drivers).tolist()
        count = min(size, blocks - first)
        part = partial(paths.outcomes, first_block=first, blocks=count)
        added = added + count / blocks * shapley(part, permutation)
    return np.asarray(added)
