"""What a kernel takes: named groups of plain arrays, and nothing that knows a scenario."""

import math
from enum import IntEnum, auto
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .groups import group

LANES = 64
LANE_BITS = 6
CACHE_LINE = 64


Array = NDArray[Any]
Row = NDArray[np.float64]

BASE_QUARTERS = 4


class Rows(IntEnum):
    """Rows of a flat array: a member's value is the place of its first lane.

    They begin at 0, or where the first member says.
    """

    @staticmethod
    def _generate_next_value_(
        name: str,  # noqa: ARG004
        start: int,  # noqa: ARG004
        count: int,  # noqa: ARG004
        last_values: list[Any],
    ) -> int:
        return last_values[-1] + LANES if last_values else 0


class Drawn(Rows):
    """Room for draws, at the head of a block's state."""

    SCORE = auto()
    JOINT_SCALE = auto()
    JOINT_SCORE = auto()
    DEVIATION = auto()
    DRIFT = auto()
    OVERRUN_GIVEN = auto()
    DRIFT_GIVEN = auto()
    UNIFORM = auto()
    ARRIVAL = auto()


def width(rows: type[Rows]) -> int:
    """Return how many numbers all rows of a kind take."""
    return len(rows) * LANES


class Placed(Protocol):
    """A row of a flat array, by the place of its first lane."""

    @property
    def value(self) -> int:
        """That place."""
        ...


def index(row: Placed) -> int:
    """Return which row it is, counted from 0."""
    return row.value // LANES


def aligned_zeros(*shape: int, dtype: type[np.generic] = np.float64) -> Array:
    """Return zeros that begin with a line of the cache, as numpy's own may not.

    A row's vectors then lie within a line each.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.zeros(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


@group
class Inputs(NamedTuple):
    """A block's inputs: all rows, shape (rows, LANES), and flat views of that memory.

    ``lab`` has the rows of ``Lab``; the others one line a segment, purchase, round, commitment,
    share of revenue or base quarter. ``raising`` is empty where no money is sought.
    """

    rows: Array
    lab: Array
    segment: Array
    hardware: Array
    funding: Array
    commitment: Array
    share: Array
    base: Array
    raising: Array


@group
class State(NamedTuple):
    """A block's state: rows of ``Drawn`` and ``Now``, of ``Level`` by segment, ``Flow`` by quarter.

    ``raw`` and ``shock`` are float32 normal scores: of the inputs, shape (inputs + 2, LANES), and
    of a quarter's shocks, shape (2, LANES). ``paid`` is what has been paid of each share of
    revenue, shape (shares, LANES). ``memory`` holds
    ``now``, ``metrics``, and then the rows of formulas; ``counted`` is a row to count in. ``held``
    has the metrics of the quarter before, where paths may fail.
    """

    now: Array
    level: Array
    past: Array
    paid: Array
    metrics: Array
    hits: Array
    raw: Array
    shock: Array
    bins: Array
    counted: Array
    memory: Array
    held: Array


@group
class Tables(NamedTuple):
    """Quantile functions over the normal score, as cubics on even cells from -LIMIT to LIMIT.

    ``layout`` has, by table, its first cell, its number of cells, cells per unit of score, and the
    score where they start. One that jumps is made of pieces: it has the first of their rows, which
    follow those of all tables, their number, and IN_PIECES cells per unit of score.
    """

    layout: Array
    coefficients: Array


@group
class Points(NamedTuple):
    """A point set in blocks of LANES: coordinate = ``low[dimension, lane] ^ base[dimension]``."""

    pseudo_random: bool
    key: Array
    low: Array
    base: Array
    shift: Array
    directions: Array


@group
class Copula(NamedTuple):
    """What makes correlated scores those of a Student-t copula; ``dimension`` < 0: Gaussian.

    ``stretch`` makes the square root of the log of ``draws.share_scale`` span the tables.
    """

    dimension: int
    scale_table: int
    score_table: int
    degrees_of_freedom: float
    stretch: float


@group
class Draws(NamedTuple):
    """Which coordinate and which table feeds which input, and how inputs are correlated.

    A table or slot below 0 is none. ``alternative`` is the place of the input that says which
    column of ``input_table``, shape (inputs, alternatives), a path's other inputs are drawn from;
    those of which ``by_alternative`` is false have one table in all of them.
    """

    input_row: Array
    input_coordinate: Array
    input_table: Array
    by_alternative: Array
    alternative: int
    mixing: Array
    copula: Copula
    shock_table: int
    overrun_table: int
    drift_table: int
    client_loss_table: Array
    generation_table: int
    chance_coordinate: Array
    first_deviation: int
    first_quarter: int
    per_quarter: int
    segment_slot: Array
    client_loss_slot: Array
    generation_slot: int
    raising_slot: int
    shut_slot: int
    shut_table: int


@group
class Schedule(NamedTuple):
    """What is dated: quarters are counted from the horizon's first.

    ``deviation`` has, by quarter, the place of the deviations from plan that are drawn in it, or
    -1; ``size_matters``, ``gain_is_net`` and what else is true or false say which terms the
    scenario has. ``committed`` and ``ahead`` are parts of a commitment's amount, that of a quarter
    and that of all later ones, from the first base quarter on; ``committed_known`` and
    ``ahead_known`` are amounts beside it. ``raised_before`` is the money of the three quarters
    before the horizon, the last one first. A round that ``is_signed`` comes for certain.
    ``stops_at_zero`` says of each metric whether it is 0 after a failure, or stays as it was,
    ``outlives`` of each hitting time whether it may come after one.
    """

    quarters: int
    deviation: Array
    size_matters: bool
    gain_is_net: bool
    segment_start: Array
    from_free_users: Array
    share_of_revenue: Array
    kept: Array
    spending: Array
    in_service: Array
    depreciation: Array
    funding_quarter: Array
    funding_score: Array
    rents_compute: bool
    has_capacity: bool
    capacity_is_known: bool
    known_capacity: Array
    committed: Array
    committed_known: Array
    ahead: Array
    ahead_known: Array
    share_is_due: Array
    share_is_within: Array
    budget_follows: bool
    budget_is_cut: bool
    margin_target: float
    hold_quarters: int
    raises: bool
    raised_before: Array
    is_signed: Array
    is_listing: Array
    stops_at_zero: Array
    outlives: Array


@group
class Program(NamedTuple):
    """The formulas of a scenario as steps.

    Attributes
    ----------
    steps
        Shape (steps, 5), integers: a ``Step``, ``out``, ``a``, ``b`` and ``c``.
    stages
        The first step of each stage, and the end of the last.
    numbers
        Those that formulas state.
    watched
        Places of memory that are counted where they have no value.
    kept
        Places of memory that traces keep, after metrics and flows.
    """

    steps: Array
    stages: Array
    numbers: Array
    watched: Array
    kept: Array


@group
class Plan(NamedTuple):
    """Everything a run needs beside its paths' numbers."""

    draws: Draws
    tables: Tables
    schedule: Schedule
    program: Program
