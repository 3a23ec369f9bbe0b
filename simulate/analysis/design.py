"""Which cells a sweep has: a grid, or points spread over ranges; and which setting moves most."""

import math
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.points import BITS, sobol_points
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.setting import Between, Settings, Value, Variation

Kind = Literal["grid", "sobol", "lhs"]
# That are spread over ranges.
SPREAD: tuple[Kind, ...] = ("sobol", "lhs")
MOST_CELLS = 1_000_000
# Settings whose grid is shown cell by cell.
SHOWN_WHOLE = 2
# A replicate that no run has: the places of cells don't depend on the points of their paths.
APART = 1 << 31
# Parts of a range, each with so many cells at least, whose means are compared.
MOST_PARTS, CELLS_OF_A_PART = 16, 16

# Parts of a number's products with it are spread evenly, whatever the sides of a grid.
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class Design:
    """The cells of a sweep, which are found again whenever they are asked for.

    Attributes
    ----------
    kind
        ``grid`` for every combination of values; ``sobol`` or ``lhs`` for points of a scrambled
        Sobol' sequence or a Latin hypercube.
    variations
        Each setting and its values, or the range that they are from.
    cells
        How many there are.
    seed
        Of the points.
    """

    kind: Kind
    variations: tuple[Variation, ...]
    cells: int
    seed: int = 0

    @property
    def is_shown_whole(self) -> bool:
        """Whether it is a grid of few settings, which is shown cell by cell."""
        return self.kind == "grid" and len(self.variations) <= SHOWN_WHOLE

    @property
    def levels(self) -> tuple[int, ...]:
        """How many values, or parts of a range, are told apart of each setting."""
        parts = min(MOST_PARTS, max(2, self.cells // CELLS_OF_A_PART))
        return tuple(parts if isinstance(of, Between) else len(of) for _, of in self.variations)

    def points(self, first: int = 0, cells: int | None = None) -> Iterator[tuple[float, ...]]:
        """Yield each cell as a point of the unit cube, one coordinate a setting.

        Parameters
        ----------
        first, cells
            Of a part of them: from which on, and how many; all that follow by default.
        """
        end = self.cells if cells is None else first + cells
        if self.kind == "grid":
            return (self._of_grid(number) for number in range(first, end))
        settings = len(self.variations)
        if self.kind == "sobol":
            return _sobol(settings, self.seed, first, end)
        return _latin_hypercube(settings, self.cells, self.seed, first, end)

    def _of_grid(self, number: int) -> tuple[float, ...]:
        """Return a cell by its number; the last setting changes first."""
        steps = np.unravel_index(number, self.levels)
        return tuple((int(k) + 0.5) / n for k, n in zip(steps, self.levels, strict=True))

    def place(self, point: Sequence[float]) -> tuple[Value, ...]:
        """Return the values of a cell, one a setting."""
        return tuple(
            value_at(of, part) for (_, of), part in zip(self.variations, point, strict=True)
        )

    def scenarios(self, first: int = 0, cells: int | None = None) -> Iterator[Scenario]:
        """Yield the scenario of each cell, or of a part of them; see ``points``.

        Raises
        ------
        ScenarioError
            If there can't be one.
        """
        for point in self.points(first, cells):
            yield self._settings.at(self.place(point))

    @cached_property
    def _settings(self) -> Settings:
        return Settings([setting for setting, _ in self.variations])


def spread_part(number: int, part: float) -> bool:
    """Tell whether a cell, by its number, is of a part that is from everywhere in the design."""
    return number * GOLDEN % 1.0 < part


def value_at(values: Sequence[Value], part: float) -> Value:
    """Return the value that lies a part of the way through values or a range."""
    if isinstance(values, Between):
        return round(values.low + part * (values.high - values.low), 12)
    return values[int(part * len(values))]


def parse_kind(design: str | None, cells: int | None) -> Kind:
    """Return which kind of design is asked for, with a number of cells if it is spread.

    Raises
    ------
    ScenarioError
        If there is no such kind, or no such number of cells.
    """
    if design is None or design == "grid":
        if cells is not None:
            raise ScenarioError(f"--cells {cells}: goes with --design sobol or lhs")
        return "grid"
    if design not in SPREAD:
        raise ScenarioError(f"--design {design}: must be sobol or lhs; without it, a grid")
    if cells is None:
        raise ScenarioError(f"--design {design}: give the number of cells, as --cells 1024")
    if not 2 <= cells <= MOST_CELLS:
        raise ScenarioError(f"--cells {cells}: must be 2 to {MOST_CELLS:,}")
    return "sobol" if design == "sobol" else "lhs"


def _sobol(dimensions: int, seed: int, first: int, end: int) -> Iterator[tuple[float, ...]]:
    points = sobol_points(dimensions, seed, APART)
    # In the order of Gray's code, one point differs from the next by one direction.
    code = first ^ (first >> 1)
    at = points.shift
    for place in range(code.bit_length()):
        if code >> place & 1:
            at = at ^ points.directions[place]
    for number in range(first + 1, end + 1):
        yield tuple(((at + 0.5) / 2**BITS).tolist())
        at = at ^ points.directions[(number & -number).bit_length() - 1]


def _latin_hypercube(
    dimensions: int, cells: int, seed: int, first: int, end: int
) -> Iterator[tuple[float, ...]]:
    strata, source = _strata(dimensions, cells, seed)
    # One number a coordinate.
    uniform = np.random.Generator(copy(source).advance(first * dimensions))
    for row in strata[first:end]:
        within = uniform.random(dimensions)
        # Rounding may lead out of the last stratum.
        yield tuple(np.minimum((row + within) / cells, math.nextafter(1.0, 0.0)).tolist())


@lru_cache(1)
def _strata(dimensions: int, cells: int, seed: int) -> tuple[NDArray[np.uint32], np.random.PCG64]:
    """Return in which stratum of each coordinate each cell lies, and what draws where in it.

    All that is held: 4 bytes a cell and setting.
    """
    source = np.random.PCG64([seed, APART])
    generator = np.random.Generator(source)
    numbers = np.arange(cells, dtype=np.uint32)
    return np.column_stack([generator.permutation(numbers) for _ in range(dimensions)]), source


class Effects:
    """Sums of a figure over cells, by level of each setting: which of them moves it most.

    Parameters
    ----------
    design
        Whose cells they are.
    """

    def __init__(self, design: Design) -> None:
        self._is_grid = design.kind == "grid"
        self._levels = design.levels
        self._counts = [np.zeros(levels) for levels in self._levels]
        self._sums = [np.zeros(levels) for levels in self._levels]
        self._origin: float | None = None
        self._square = 0.0

    def add(self, point: Sequence[float], value: float) -> None:
        """Count a cell, unless the figure has no value there."""
        if math.isnan(value):
            return
        # Of numbers about 0, sums lose no digits.
        self._origin = value if self._origin is None else self._origin
        moved = value - self._origin
        self._square += moved * moved
        for part, levels, counts, sums in zip(
            point, self._levels, self._counts, self._sums, strict=True
        ):
            level = int(part * levels)
            counts[level] += 1.0
            sums[level] += moved

    def shares(self) -> tuple[float, ...]:
        """Return the share of the figure's variance over the cells that each setting explains.

        Notes
        -----
        The variance of the means by level. Those of a spread design's cells differ by chance, too:
        what they would without any effect is taken off (epsilon squared; Kelley, "An unbiased
        correlation ratio measure", PNAS 21, 1935).
        """
        return tuple(map(self._share, self._counts, self._sums))

    def _share(self, counts: NDArray[np.float64], sums: NDArray[np.float64]) -> float:
        seen = counts > 0.0
        cells, levels = counts.sum(), np.count_nonzero(seen)
        mean = sums.sum() / cells if cells else 0.0
        total = self._square - cells * mean**2
        between = np.sum(sums[seen] ** 2 / counts[seen]) - cells * mean**2
        # What is left of sums of equal numbers.
        if not total > 1e-12 * self._square:
            return 0.0
        if not self._is_grid:
            by_chance = (total - between) / max(cells - levels, 1.0)
            between -= (levels - 1) * by_chance
        return min(max(float(between / total), 0.0), 1.0)
