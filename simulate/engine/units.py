"""Units of a run's work, and who does them: their counts are integers, and add up in any order."""

import math
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np

from simulate.kernels.arrays import LANES, Points
from simulate.kernels.cache import source_digest
from simulate.model.tally import Tally

from .block import Workspace, empty_tally
from .columns import Columns, Kept, OutcomeSink, columns_of
from .plan import Prepared

# Blocks of a unit, of all its replicates together: from 0.1 s of work, to some 30 s.
FEWEST_BLOCKS, MOST_BLOCKS = 1 << 10, 1 << 18
# Of a replicate, whose paths are kept at once.
BLOCKS_A_ROUND = 128
# Of a ``repr`` that tells where in memory something is, not what it is.
IN_MEMORY = " at 0x"
# Of work that counts no paths.
NO_TALLY = Tally(*(np.zeros(0, np.uint8) for _ in Tally._fields))
# Called with how many paths more are done.
Done = Callable[[int], None]


class Doers(NamedTuple):
    """How many of what do the work, and the page that shows them at it, if there is one."""

    number: int
    kind: Literal["thread", "worker"]
    dashboard: str = ""

    @property
    def words(self) -> str:
        """Such as ``3 workers``."""
        return f"{self.number:,} {self.kind}" + ("" if self.number == 1 else "s")


class Unit(NamedTuple):
    """So many blocks from a first one on, in each of some replicates."""

    first_replicate: int
    replicates: int
    first_block: int
    blocks: int

    @property
    def paths(self) -> int:
        """How many it has."""
        return self.replicates * self.blocks * LANES


class Counted(NamedTuple):
    """A unit that is done.

    ``tally`` has a leading axis of its replicates, if it counts paths; ``columns`` what is kept of
    them, those of one replicate after those of another, or what else is found.
    """

    unit: Unit
    tally: Tally
    columns: Columns


# Closed, it gives up what isn't done.
Counting = Generator[Counted, None, None]
# Gives what takes the paths of a unit, where they are simulated; it is sent there.
Parts = Callable[[Unit], AbstractContextManager[OutcomeSink]]


@runtime_checkable
class PartedSink(Protocol):
    """A sink that may also be given paths in parts, a unit's each, and not here."""

    def __call__(self, columns: Columns, /) -> None:
        """Take what is kept of some paths, here."""
        ...

    def parts(self) -> Parts:
        """Make room for parts, and return what takes them."""
        ...


class Work(Protocol):
    """What is done unit by unit, by whomever; it is sent to them as it is."""

    @property
    def digest(self) -> str | None:
        """Of all that decides what units give; None where that can't be told from others."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether its units are done as they are, neither cut nor added."""
        ...

    def count(self, unit: Unit, /) -> Counted:
        """Do a unit."""
        ...


@dataclass(frozen=True)
class RunWork:
    """All that decides what a run counts, wherever it is done.

    Attributes
    ----------
    prepared
        The scenario as kernels see it.
    points
        Of each replicate.
    kept
        What is kept of every path, if anything is.
    periods
        Names of those that have deviations.
    parts
        Takes what is kept where it is done, instead of all of it being returned.
    """

    prepared: Prepared
    points: tuple[Points, ...]
    kept: Kept | None
    periods: tuple[str, ...]
    parts: Parts | None = None

    @property
    def digest(self) -> str | None:
        """Of the kernels, and of every bit that they are given.

        None where what is measured of paths is a function that can't be told from others.
        """
        prepared, kept = self.prepared, self.kept
        measures = repr({} if kept is None else dict(kept.measures))
        if IN_MEMORY in measures:
            return None
        parts = (prepared.plan, prepared.inputs().rows, prepared.drawn_keys, self.points)
        ways = None if kept is None else (kept.inputs, kept.deviations, self.periods, measures)
        return digest_of(parts, prepared.outcome_columns, prepared.metrics, ways)

    @property
    def is_whole(self) -> bool:
        """Whether paths are kept that come back, in the order of units."""
        return self.kept is not None and self.parts is None

    def count(self, unit: Unit) -> Counted:
        """Simulate a unit."""
        space, kept = Workspace(self.prepared), self.kept
        tally = empty_tally(self.prepared, unit.replicates)
        found: list[Columns] = []
        with nullcontext(found.append) if self.parts is None else self.parts(unit) as sink:
            for place in range(unit.replicates):
                replicate = unit.first_replicate + place
                points = own_copy(self.points[replicate])
                counts = Tally(*(each[place] for each in tally))
                if kept is None:
                    space.simulate(points, unit.first_block, unit.blocks, counts)
                    continue
                for first, blocks in _rounds(unit):
                    sink(
                        columns_of(
                            self.prepared,
                            kept,
                            self.periods,
                            space,
                            points,
                            replicate,
                            first,
                            blocks,
                            counts,
                        )
                    )
        names = found[0] if found else {}
        return Counted(
            unit, tally, {name: np.concatenate([p[name] for p in found]) for name in names}
        )


def _rounds(unit: Unit) -> Iterator[tuple[int, int]]:
    """Yield the first block and the number of blocks of what is kept at once."""
    end = unit.first_block + unit.blocks
    for first in range(unit.first_block, end, BLOCKS_A_ROUND):
        yield first, min(BLOCKS_A_ROUND, end - first)


def digest_of(*parts: Any) -> str:
    """Return a digest of the kernels, and of arrays, plain values and tuples of such."""
    digest = sha256(source_digest().encode())
    _feed(digest.update, parts)
    return digest.hexdigest()


def _feed(update: Callable[[bytes], None], part: Any) -> None:
    """Digest nested tuples of arrays and plain values."""
    if isinstance(part, np.ndarray):
        update(f"{part.dtype.str}{part.shape}".encode())
        update(np.ascontiguousarray(part).tobytes())
    elif isinstance(part, tuple):
        update(f"({len(part)}".encode())
        for each in part:
            _feed(update, each)
    else:
        update(f"{part!r};".encode())


@runtime_checkable
class Executor(Protocol):
    """Who does units: threads, a cluster, or a checkpoint that asks another for what it lacks."""

    @property
    def threads(self) -> int:
        """How many threads of this process may work beside it."""
        ...

    @property
    def takes_parts(self) -> bool:
        """Whether what is kept of paths is better taken where they are simulated than returned."""
        ...

    def doers(self) -> Doers:
        """Return who is at it now."""
        ...

    def counted(self, work: Work, units: Sequence[Unit], done: Done) -> Counting:
        """Yield what units count, as it comes: each whole, in parts, or with others' added.

        Where work is whole, each unit is yielded as it is.
        """
        ...


# Of this process, by default one a processor; or who else does the work.
Threads = int | Executor | None


def thread_count(threads: Threads) -> int:
    """Return the number of threads asked for, by default one a processor."""
    if isinstance(threads, Executor):
        return threads.threads
    if threads is not None and threads < 1:
        raise ValueError(f"threads = {threads}: must be at least 1")
    if threads is not None:
        return threads
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def doers_of(threads: Threads) -> Doers:
    """Return who does the work."""
    if isinstance(threads, Executor):
        return threads.doers()
    return Doers(thread_count(threads), "thread")


class ThreadUnits:
    """Does units on threads of this process, a unit each."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = thread_count(threads)

    @property
    def threads(self) -> int:
        """How many."""
        return self._threads

    @property
    def takes_parts(self) -> bool:
        """Never: all paths are simulated here."""
        return False

    def doers(self) -> Doers:
        """Return the threads."""
        return Doers(self._threads, "thread")

    def counted(self, work: Work, units: Iterable[Unit], done: Done) -> Counting:
        """Yield what units count, as they are done."""
        waiting = iter(units)
        running: set[Future[Counted]] = set()
        pool = ThreadPoolExecutor(self._threads)
        try:
            while True:
                # No more counts are held than there are threads.
                room = self._threads - len(running)
                running |= {pool.submit(work.count, unit) for unit in islice(waiting, room)}
                if not running:
                    return
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    counted = future.result()
                    done(counted.unit.paths)
                    yield counted
        finally:
            # Nothing stops a kernel, and nobody waits for one that is given up.
            pool.shutdown(wait=False, cancel_futures=True)


def cut(unit: Unit, pieces: int) -> Iterator[Unit]:
    """Cut a unit into some such number of pieces, neither too small nor too large.

    Where a piece has blocks of several replicates, it has the same of each.
    """
    wanted = unit.replicates * unit.blocks / pieces
    most = 1 << math.ceil(math.log2(min(max(wanted, FEWEST_BLOCKS), MOST_BLOCKS)))
    last = unit.first_replicate + unit.replicates
    together = max(1, most // unit.blocks)
    for replicate in range(unit.first_replicate, last, together):
        for begun in range(0, unit.blocks, most):
            yield Unit(
                replicate,
                min(together, last - replicate),
                unit.first_block + begun,
                min(most, unit.blocks - begun),
            )


def own_copy(points: Points) -> Points:
    """Return a point set that one thread may enter blocks of."""
    return points._replace(low=points.low.copy(), base=points.base.copy())
