"""An outcome's variance, shared out among its drivers by pick-freeze runs."""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from simulate.estimate import Estimate, ratio_of_means
from simulate.sampling.plan import prepare
from simulate.scenario import Scenario

from .driver_list import DriverList
from .indices import Array, Variances, pick_freeze, runs_of_pick_freeze, shapley
from .mixed_paths import MixedPaths, Variables

# A walk through the drivers is made on at most so many blocks of paths, its reverse on the next;
# on fewer where there would be too few walks.
MOST_BLOCKS_A_WALK, LEAST_WALKS = 4, 8
WALKS_STREAM = 1


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
        What each driver adds along walks, shape (replicates, drivers, outcomes).
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
    scenario: Scenario,
    found: DriverList,
    variables: Variables,
    blocks: int,
    threads: int,
    counted: Callable[[int], None],
) -> Decomposition:
    """Share out the variances of a scenario's outcomes.

    Parameters
    ----------
    scenario
        Whose replicates and seed are taken.
    found
        Its drivers.
    variables
        What is made of paths' outcomes; see ``MixedPaths``.
    blocks
        Of paths in each replicate, in each run.
    threads
        Replicates at a time.
    counted
        Called from any thread with the number of paths done further.

    Returns
    -------
    Decomposition
    """
    prepared = prepare(scenario)
    seed = scenario.sampling.seed
    stopped = threading.Event()

    def count(paths: int) -> None:
        if stopped.is_set():
            raise CancelledError
        counted(paths)

    def of_replicate(replicate: int) -> tuple[Variances, Array]:
        paths = MixedPaths(prepared, found, variables, seed, replicate, count)
        walks = np.random.default_rng([seed, replicate, WALKS_STREAM])
        whole = partial(paths.outcomes, first_block=0, blocks=blocks)
        return pick_freeze(whole, found.blocks), _mean_walk(
            paths, len(found.drivers), blocks, walks
        )

    with ThreadPoolExecutor(threads) as pool:
        try:
            each = list(pool.map(of_replicate, range(scenario.sampling.replicates)))
        except BaseException:
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    variances, added = zip(*each, strict=True)
    stacked = Variances(*(np.stack(parts) for parts in zip(*variances, strict=True)))
    return Decomposition(found, stacked, np.stack(added))


def _mean_walk(paths: MixedPaths, drivers: int, blocks: int, walks: np.random.Generator) -> Array:
    """Return what each driver adds, over random walks and their reverses, each on paths of its own.

    A driver that comes late on a walk comes early on its reverse, which takes most of the chance
    of the order out of the mean.
    """
    walk: list[int] = []
    added = 0.0
    size = min(max(blocks // LEAST_WALKS, 1), MOST_BLOCKS_A_WALK)
    for turn, first in enumerate(range(0, blocks, size)):
        walk = walk[::-1] if turn % 2 else walks.permutation(drivers).tolist()
        count = min(size, blocks - first)
        part = partial(paths.outcomes, first_block=first, blocks=count)
        added = added + count / blocks * shapley(part, walk)
    return np.asarray(added)
