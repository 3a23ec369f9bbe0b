"""What if settings had other values? Figures over a grid of them, or over points of ranges."""

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate
from simulate.engine.layout import layout_of
from simulate.engine.reading import Reading
from simulate.engine.result import Result
from simulate.engine.run import BeyondRangeError
from simulate.engine.sampling import with_sampling
from simulate.engine.simulation import Progress
from simulate.engine.units import Executor, Threads
from simulate.kernels.arrays import LANES
from simulate.model.outcomes import with_target
from simulate.model.statistics import OutcomeStatistic, parse_statistic
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.setting import (
    Value,
    Variation,
    parse_spread,
    parse_variation,
    refuse_overlap,
)

from .cells import (
    COUNTED,
    FIGURES,
    MOST_PATHS_ALONE,
    OTHERS,
    REFUSED,
    CellRuns,
    Judging,
    batches,
    figures_of,
    in_order,
    read_beside,
)
from .compare import CommonRandomNumbers, Statistic, common_random_numbers
from .design import MOST_CELLS, Design, Effects, parse_kind, spread_part

# Cells that are held; of more of them, so many are, from everywhere in the design.
MOST_HELD = 10_000
# Takes rows of a table.
Sink = Callable[[Sequence[dict[str, Any]]], None]
# Called with how many cells are judged, and with how many there are.
Judged = Callable[[int, int], None]
# Figures and changes of each cell, shape (figures, 2, 4); None where amounts can't be counted.
Found = Generator[NDArray[np.float64] | None, None, None]


@dataclass(frozen=True)
class Cell:
    """A place of the grid, by its values, with each figure and its change from the scenario."""

    place: tuple[Value, ...]
    figures: tuple[Estimate, ...]
    changes: tuple[Estimate, ...]

    @classmethod
    def of(
        cls, place: tuple[Value, ...], numbers: NDArray[np.float64] | None, figures: int
    ) -> Self:
        """Return a cell of what ``read_beside`` gives, or without values."""
        found = np.full((figures, 2, 4), math.nan) if numbers is None else numbers
        level, change = (
            tuple(Estimate(*each) for each in found[:, part].tolist()) for part in range(2)
        )
        return cls(place, level, change)


class Beyond(NamedTuple):
    """In how many cells amounts grow beyond counting, and the first of them by its values."""

    cells: int
    first: tuple[Value, ...]


@dataclass(frozen=True)
class Span:
    """How far a figure moves over all cells.

    Attributes
    ----------
    least, most
        The cells where it is lowest and highest.
    shares
        Of its variance over the cells: what each setting explains by itself.
    """

    least: Cell
    most: Cell
    shares: tuple[float, ...]

    def is_moved(self, figure: int) -> bool:
        """Tell whether the figure, by its place, has more than one value."""
        return self.least.figures[figure].value < self.most.figures[figure].value


@dataclass(frozen=True)
class Sweep:
    """Figures over a grid, or over points of ranges.

    Attributes
    ----------
    scenario
        The baseline.
    common
        Paths and seed of each run.
    design
        Which cells there are.
    figures
        What is read from each run.
    base
        Their values in the baseline.
    cells
        Of a grid row by row: the last setting changes first. Of more than ``MOST_HELD`` cells, as
        many from everywhere in the design.
    spans
        How far each figure moves; None where it has no value.
    beyond
        Cells without a value, since amounts grow beyond counting; None where there are none.
    """

    scenario: Scenario
    common: CommonRandomNumbers
    design: Design
    figures: tuple[Statistic, ...]
    base: tuple[Estimate, ...]
    cells: tuple[Cell, ...]
    spans: tuple[Span | None, ...]
    beyond: Beyond | None = None

    @property
    def variations(self) -> tuple[Variation, ...]:
        """Each setting and its values, or the range that they are from."""
        return self.design.variations

    def grid(self, figure: int) -> NDArray[np.float64]:
        """Return a figure's values over a grid, one axis a setting."""
        values = np.array([cell.figures[figure].value for cell in self.cells])
        return values.reshape([len(values) for _, values in self.variations])

    @property
    def table(self) -> pd.DataFrame:
        """One row a cell held and figure: the settings' values, figure, its error and change."""
        rows = (rows_of(cell, self.variations, self.figures) for cell in self.cells)
        return pd.DataFrame([row for each in rows for row in each])


def rows_of(
    cell: Cell, variations: Sequence[Variation], figures: Sequence[Statistic]
) -> list[dict[str, Any]]:
    """Return a cell as rows of a table, one a figure."""
    names = [setting.name for setting, _ in variations]
    return [
        dict(zip(names, cell.place, strict=True))
        | {"figure": figure.name, "unit": figure.unit}
        | level.as_dict()
        | {f"change_{name}": x for name, x in change.as_dict().items()}
        for figure, level, change in zip(figures, cell.figures, cell.changes, strict=True)
    ]


def sweep(
    scenario: Scenario,
    vary: str | Sequence[str | Variation],
    of: str | OutcomeStatistic | None = None,
    *,
    design: str | None = None,
    cells: int | None = None,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
    sink: Sink | None = None,
    judging: Judged | None = None,
) -> Sweep:
    """Run a scenario over a grid of settings, or over points of ranges, on common random numbers.

    Parameters
    ----------
    scenario
        Whose settings they are.
    vary
        Settings with their values, such as ``"cash.opening=8,12"`` (see the option of ``simulate
        sweep``); with a design also with a range, such as ``"cash.opening=8:12"``.
    of
        Read it instead of the headline figures: the probability of an outcome such as ``"out of
        cash by 2030"``, the median of ``"revenue 2027"``, or ``"P10(cash 2028)"``.
    design, cells
        ``sobol`` or ``lhs``, and how many: points of a scrambled Sobol' sequence or of a Latin
        hypercube, in place of every combination of values.
    paths, seed, threads, progress
        As for ``compare``.
    sink
        Called with each cell's rows of the table, in their order. Of more than 10,000 cells, the
        sweep itself keeps as many.
    judging
        Called with how many cells are judged, and with how many there are, before the first is run.

    Returns
    -------
    Sweep

    Raises
    ------
    ScenarioError
        If the scenario can't have one of the values, or two settings change the same.

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic.toml")
    >>> found = simulate.sweep(scenario, "cash.opening=30,40,50", "out of cash by 2030", paths=4096)
    >>> print(found.table)
    """
    statistic = parse_swept(of, scenario) if isinstance(of, str) else of
    scenario = scenario if statistic is None else with_target(scenario, statistic.outcome)
    sampling = with_sampling(scenario, paths, seed).sampling
    asked = [vary] if isinstance(vary, str) else vary
    planned = plan(scenario, asked, design, cells, sampling.seed)
    alike = _judged(scenario, planned, threads, judging)
    common = common_random_numbers(alike, paths=paths, seed=seed, threads=threads)
    figures = figures_of(scenario, statistic)

    def run(each: Scenario, place: int = 0) -> Result:
        return common.run(each, progress, place=place, of=planned.cells + 1)

    baseline = run(scenario)
    base = tuple(figure.read(baseline) for figure in figures)
    if common.paths > MOST_PATHS_ALONE:
        found = _one_by_one(planned, figures, base, run)
    else:
        work = CellRuns(scenario, planned, statistic, common.layout, common.sampling, base)
        found = _in_batches(work, threads, common.paths, progress)
    seen = _Seen(planned, len(figures))
    with closing(found):
        for point, numbers in zip(planned.points(), found, strict=True):
            cell = Cell.of(planned.place(point), numbers, len(figures))
            seen.add(point, cell, is_counted=numbers is not None)
            if sink is not None:
                sink(rows_of(cell, planned.variations, figures))
    if seen.beyond is not None and seen.beyond.cells == planned.cells:
        run(next(planned.scenarios()))
    spans = seen.spans()
    if spans[0] is None and math.isnan(base[0].estimate.value):
        raise ScenarioError(f"{figures[0].name}: has no value on any path, whatever is varied")
    return Sweep(
        scenario=scenario,
        common=common,
        design=planned,
        figures=figures,
        base=tuple(reading.estimate for reading in base),
        cells=tuple(seen.cells),
        spans=spans,
        beyond=seen.beyond,
    )


def plan(
    scenario: Scenario,
    vary: Sequence[str | Variation],
    design: str | None,
    cells: int | None,
    seed: int = 0,
) -> Design:
    """Return the cells of a sweep; parameters and errors are those of ``sweep``."""
    kind = parse_kind(design, cells)
    parse = parse_variation if kind == "grid" else parse_spread
    variations = tuple(parse(scenario, one) if isinstance(one, str) else one for one in vary)
    if not variations:
        raise ScenarioError("--vary: no setting; give at least one")
    refuse_overlap([setting for setting, _ in variations])
    count = cells or math.prod(len(values) for _, values in variations)
    planned = Design(kind, variations, count, seed)
    most = MOST_HELD if planned.is_shown_whole else MOST_CELLS
    if count > most:
        raise ScenarioError(f"--vary: {count} cells are too many; the most is {most}")
    return planned


def _judged(
    scenario: Scenario, design: Design, threads: Threads, judging: Judged | None
) -> list[Scenario]:
    """Return the first scenario of each layout, which together share what all of them can.

    Raises
    ------
    ScenarioError
        If a cell's can't be: of the first such.
    """
    found = {layout_of(each): each for each in (scenario, next(design.scenarios()))}
    work = Judging(scenario, design, frozenset(found))
    judged = 0
    # Python alone is at it, and does one thing at a time.
    by = threads if isinstance(threads, Executor) else 1
    for unit, columns in in_order(by, work, batches(design, LANES)):
        for number in (*columns[OTHERS].tolist(), *columns[REFUSED].tolist()):
            other = next(design.scenarios(number, 1))
            found.setdefault(layout_of(other), other)
        judged += unit.replicates
        if judging is not None:
            judging(judged, design.cells)
    return list(found.values())


def _one_by_one(
    design: Design,
    figures: Sequence[Statistic],
    base: Sequence[Reading],
    run: Callable[[Scenario, int], Result],
) -> Found:
    """Yield the figures of each cell, whose paths all threads or workers share out."""
    for number, scenario in enumerate(design.scenarios(), 1):
        try:
            result = run(scenario, number)
        except BeyondRangeError:
            yield None
        else:
            yield read_beside(figures, result, base)


def _in_batches(work: CellRuns, threads: Threads, paths: int, progress: Progress | None) -> Found:
    """Yield the figures of each cell; several are run at once, each by one thread or worker."""
    total = (work.design.cells + 1) * paths
    reached = paths

    def done(more: int) -> None:
        nonlocal reached
        reached += more
        if progress is not None:
            progress(reached, total, math.nan)

    with closing(in_order(threads, work, batches(work.design, paths), done)) as coming:
        for _, columns in coming:
            for numbers, is_counted in zip(columns[FIGURES], columns[COUNTED], strict=True):
                yield numbers if is_counted else None


class _Seen:
    """What is kept of cells as they come."""

    def __init__(self, design: Design, figures: int) -> None:
        self.cells: list[Cell] = []
        self._part = MOST_HELD / design.cells
        self._number = 0
        self._beyond = 0
        self._first_beyond: tuple[Value, ...] = ()
        self._effects = [Effects(design) for _ in range(figures)]
        self._ends: list[tuple[Cell, Cell] | None] = [None] * figures

    @property
    def beyond(self) -> Beyond | None:
        """The cells that couldn't be counted."""
        return Beyond(self._beyond, self._first_beyond) if self._beyond else None

    def add(self, point: Sequence[float], cell: Cell, *, is_counted: bool) -> None:
        """Take the next cell."""
        if not is_counted:
            self._first_beyond = self._first_beyond or cell.place
            self._beyond += 1
        if spread_part(self._number, self._part):
            self.cells.append(cell)
        self._number += 1
        for place, effects in enumerate(self._effects):
            value = cell.figures[place].value
            effects.add(point, value)
            if math.isnan(value):
                continue
            least, most = self._ends[place] or (cell, cell)
            self._ends[place] = (
                cell if value < least.figures[place].value else least,
                cell if value > most.figures[place].value else most,
            )

    def spans(self) -> tuple[Span | None, ...]:
        """Return how far each figure moves."""
        return tuple(
            None if ends is None else Span(*ends, effects.shares())
            for ends, effects in zip(self._ends, self._effects, strict=True)
        )


def parse_swept(text: str, scenario: Scenario) -> OutcomeStatistic:
    """Return the statistic that is read over a grid; see ``parse_statistic``.

    Raises
    ------
    ScenarioError
        If the text is none, or a run doesn't count it.
    """
    return parse_statistic(text, scenario, f'--of "{text}"')
