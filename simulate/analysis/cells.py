"""Cells of a sweep as work, batch by batch: each by one thread of whoever does it, for figures."""

import math
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from simulate.engine.columns import Columns
from simulate.engine.estimate import Estimate
from simulate.engine.layout import Layout, layout_of
from simulate.engine.plan import prepare
from simulate.engine.reading import Reading
from simulate.engine.result import Result
from simulate.engine.run import BeyondRangeError, Session
from simulate.engine.units import (
    NO_TALLY,
    Counted,
    Done,
    Executor,
    Threads,
    ThreadUnits,
    Unit,
    Work,
    digest_of,
)
from simulate.kernels.arrays import LANES
from simulate.model.statistics import OutcomeStatistic
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.frame import Sampling

from .compare import CommonRandomNumbers, Statistic, headlines, statistic_of
from .design import Design

# Of a batch: so few that seconds are lost with one, and that many workers have some.
MOST_CELLS, MOST_PATHS, BATCHES = 64, 1 << 20, 256
# Cells of more paths are run one after the other, each by all threads or workers.
MOST_PATHS_ALONE = 1 << 17
# Batches that may be held until those before them come, of some 16 KB each.
AT_ONCE = 1024
# What is found of a batch.
FIGURES, COUNTED, OTHERS, REFUSED = "figures", "counted", "other layouts", "refused"


@dataclass(frozen=True)
class Judging:
    """Which cells' scenarios can't be, and which draw what no known one does.

    Attributes
    ----------
    scenario
        The baseline.
    design
        Whose cells they are.
    known
        Layouts of which nothing is told.
    """

    scenario: Scenario
    design: Design
    known: frozenset[Layout]

    @property
    def digest(self) -> str | None:
        """See ``Work``."""
        return digest_of("judged", *_told_apart(self.scenario, self.design))

    @property
    def is_whole(self) -> bool:
        """A batch's cells are those that it is asked for."""
        return True

    def count(self, unit: Unit, /) -> Counted:
        """Return the first cell of each other layout, and the first that can't be, by number."""
        first, cells = unit.first_replicate, unit.replicates
        found: dict[Layout, int] = {}
        refused: list[int] = []
        scenarios = self.design.scenarios(first, cells)
        for number in range(first, first + cells):
            try:
                layout = layout_of(next(scenarios))
            except ScenarioError:
                refused.append(number)
                break
            if layout not in self.known:
                found.setdefault(layout, number)
        columns = {OTHERS: list(found.values()), REFUSED: refused}
        return Counted(
            unit, NO_TALLY, {name: np.array(each, int) for name, each in columns.items()}
        )


@dataclass(frozen=True)
class CellRuns:
    """Runs of cells, of which nothing is left but figures.

    Attributes
    ----------
    scenario
        The baseline.
    design
        Whose cells they are.
    statistic
        What is read of them; None for the headline figures.
    layout, sampling
        What runs share.
    base
        The figures of the baseline.
    """

    scenario: Scenario
    design: Design
    statistic: OutcomeStatistic | None
    layout: Layout
    sampling: Sampling
    base: tuple[Reading, ...]

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent elsewhere, which is not what is kept here for the next batch."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def digest(self) -> str | None:
        """See ``Work``."""
        of_runs = repr((self.statistic, self.layout, self.sampling))
        return digest_of("cells", *_told_apart(self.scenario, self.design), of_runs)

    @property
    def is_whole(self) -> bool:
        """A cell's figures are of all of its paths."""
        return True

    def count(self, unit: Unit, /) -> Counted:
        """Run a batch of cells, and read figures and their changes: numbers of ``Estimate``."""
        first, cells = unit.first_replicate, unit.replicates
        found = np.full((cells, len(self.base), 2, len(fields(Estimate))), math.nan)
        counted = np.ones(cells, bool)
        with self._session() as session:
            common = CommonRandomNumbers(
                self.layout, self.sampling, self.scenario.horizon.last_quarter, session
            )
            for place, scenario in enumerate(self.design.scenarios(first, cells)):
                try:
                    # Of a run nothing is held, so that the next takes over its memory.
                    found[place] = read_beside(self.figures, common.run(scenario), self.base)
                except BeyondRangeError:
                    counted[place] = False
        return Counted(unit, NO_TALLY, {FIGURES: found, COUNTED: counted})

    @cached_property
    def figures(self) -> tuple[Statistic, ...]:
        """What is read of each run."""
        return figures_of(self.scenario, self.statistic)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """Give a session of one thread's own, whose points and tables the next batch takes over."""
        session = self._idle.pop() if self._idle else Session(threads=1)
        yield session
        self._idle.append(session)

    @cached_property
    def _idle(self) -> deque[Session]:
        return deque()


def figures_of(scenario: Scenario, statistic: OutcomeStatistic | None) -> tuple[Statistic, ...]:
    """Return what is read of a sweep's runs: one statistic, or what leads a report."""
    return headlines(scenario) if statistic is None else (statistic_of(statistic, scenario),)


def read_beside(
    figures: Sequence[Statistic], result: Result, base: Sequence[Reading]
) -> NDArray[np.float64]:
    """Return figures of a run and their changes from the baseline, as numbers of ``Estimate``.

    Returns
    -------
    ndarray, shape (figures, 2, 4)
    """
    readings = (figure.read(result) for figure in figures)
    return np.array(
        [
            (astuple(reading.estimate), astuple(reading.change_from(before)))
            for reading, before in zip(readings, base, strict=True)
        ]
    )


def batches(design: Design, paths: int) -> list[Unit]:
    """Return the cells of a design in batches, whose replicates are cells, of so many paths."""
    size = max(1, min(MOST_CELLS, MOST_PATHS // paths, design.cells // BATCHES))
    return [
        Unit(first, min(size, design.cells - first), 0, paths // LANES)
        for first in range(0, design.cells, size)
    ]


def in_order(
    threads: Threads, work: Work, units: Sequence[Unit], done: Done = lambda _: None
) -> Generator[tuple[Unit, Columns], None, None]:
    """Yield what is found of units in their order, whoever does them and however they come."""
    executor = threads if isinstance(threads, Executor) else ThreadUnits(threads)
    for begun in range(0, len(units), AT_ONCE):
        awaited = deque(units[begun : begun + AT_ONCE])
        early: dict[Unit, Columns] = {}
        with closing(executor.counted(work, list(awaited), done)) as doing:
            for unit, _, columns in doing:
                early[unit] = columns
                while awaited and awaited[0] in early:
                    yield awaited[0], early.pop(awaited.popleft())


def _told_apart(scenario: Scenario, design: Design) -> tuple[Any, ...]:
    """Return what decides the scenario of each cell, and its tables: what a digest is of."""
    # Data that a file names are in tables; what was stated of a distribution isn't.
    prepared = prepare(scenario)
    stated = scenario.model_dump_json(exclude={"name", "description", "sampling"})
    varied = tuple((each.key, each.way, tuple(values)) for each, values in design.variations)
    made_by = np.__version__, scipy.__version__
    return (
        (prepared.plan, prepared.inputs().rows),
        stated,
        (design.kind, design.cells, design.seed, varied),
        made_by,
    )
