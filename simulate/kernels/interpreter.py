"""Formulas as steps over lanes: nothing is compiled for a formula that kernels don't know yet.

A program is a table of steps; each reads rows of a block's memory and writes one, LANES numbers at
a time, so that choosing what to do costs little beside doing it. Rows of the state and of metrics
lie in the same memory, and are named by the places of their first lanes. NaN says that there is no
value: after a division by zero, the logarithm of nothing, a quarter too early. These kernels are
compiled without the part of fast maths that takes NaN for impossible.
"""

from enum import IntEnum, auto

import numpy as np

from .arrays import LANES, Array, Program, Row, State
from .jit import exact_kernel, inlined, kernel
from .vector_math import exp, log, maximum, minimum

NO_VALUE = np.nan
# A quarter after the last.
NEVER = 1e6
# Beyond it either way, ``exp`` has no value.
LARGEST_POWER = 700.0


class Step(IntEnum):
    """What a step does; ``out``, ``a``, ``b``, ``c`` are places of memory unless it says else."""

    # What is brought: of ``numbers``, of an input's row, of a place from quarter ``b`` on.
    NUMBER = 0
    INPUT = auto()
    COPY = auto()
    # The year, or the quarter of it; ``a`` is the first of the horizon.
    YEAR = auto()
    QUARTER = auto()
    # ``a`` rows without a value.
    NONE = auto()
    ZERO = auto()
    # Arithmetic
    ADD = auto()
    SUBTRACT = auto()
    MULTIPLY = auto()
    DIVIDE = auto()
    NEGATE = auto()
    ABSOLUTE = auto()
    MINIMUM = auto()
    MAXIMUM = auto()
    EXP = auto()
    LOG = auto()
    POWER = auto()
    # To the whole power ``b``.
    WHOLE_POWER = auto()
    # What is true is 1, what is false 0.
    LESS = auto()
    LESS_EQUAL = auto()
    EQUAL = auto()
    NOT_EQUAL = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    WHERE = auto()
    # The past: ``a`` is a ring of ``b`` rows.
    # ``c`` quarters ago.
    PREVIOUS = auto()
    # The sum over the ``c`` quarters before this one.
    SUM_BEFORE = auto()
    # ``out`` is kept in it.
    KEEP = auto()
    # ``a`` is added from the horizon's first quarter on.
    TOTAL = auto()
    # From quarter ``b`` to ``c``, else 0.
    WITHIN = auto()
    # What is booked: where it has a value, ``a`` is added from the horizon's first quarter on.
    BOOK = auto()
    # No less than ``a``.
    FLOOR = auto()
    # ``out`` is an outcome's place, which comes once ``a`` was true ``c`` quarters in a row: ``b``.
    WATCH = auto()


@kernel
def run_stage(program: Program, stage: int, quarter: int, input_rows: Array, state: State) -> None:
    """Run a stage's steps in a quarter, counted from the first of the horizon."""
    for k in range(program.stages[stage], program.stages[stage + 1]):
        step = program.steps[k]
        what, out, a, b, c = step[0], step[1], step[2], step[3], step[4]
        if what < Step.ADD:
            fetch(what, out, a, b, quarter, program.numbers, input_rows, state.memory)
        elif what < Step.EXP:
            calculate(what, out, a, b, state.memory)
        elif what < Step.LESS:
            take_powers(what, out, a, b, state.memory)
        elif what < Step.PREVIOUS:
            decide(what, out, a, b, c, state.memory)
        elif what < Step.WATCH:
            look_back(what, out, a, b, c, quarter, state.memory)
        elif quarter >= 0:
            watch(out, a, b, c, quarter, state.memory, state.hits)


@exact_kernel
def fetch(
    what: int,
    out: int,
    a: int,
    b: int,
    quarter: int,
    numbers: Array,
    input_rows: Array,
    memory: Array,
) -> None:
    """Bring a number, or a row, to memory."""
    row = memory[out : out + LANES]
    if what == Step.INPUT:
        copy(input_rows[a], row)
    elif what == Step.NUMBER:
        fill(numbers[a], row)
    elif what == Step.YEAR:
        fill(np.float64((a + quarter) // 4), row)
    elif what == Step.QUARTER:
        fill(np.float64((a + quarter) % 4 + 1), row)
    elif what == Step.ZERO:
        fill(0.0, row)
    elif what == Step.NONE:
        fill(NO_VALUE, memory[out : out + a * LANES])
    elif quarter < b:
        fill(NO_VALUE, row)
    else:
        copy(memory[a : a + LANES], row)


@inlined
def fill(number: float, out: Row) -> None:
    """Write one number to a row, or to several."""
    for i in range(out.size):
        out[i] = number


@inlined
def copy(x: Row, out: Row) -> None:
    """Write a row."""
    for i in range(LANES):
        out[i] = x[i]


@exact_kernel
def calculate(what: int, place: int, a: int, b: int, memory: Array) -> None:
    """Write what arithmetic makes of one row or two; what is too large for a number is no value."""
    out, x, y = memory[place : place + LANES], memory[a : a + LANES], memory[b : b + LANES]
    if what == Step.ADD:
        for i in range(LANES):
            made = x[i] + y[i]
            out[i] = made if abs(made) < np.inf else NO_VALUE
    elif what == Step.SUBTRACT:
        for i in range(LANES):
            made = x[i] - y[i]
            out[i] = made if abs(made) < np.inf else NO_VALUE
    elif what == Step.MULTIPLY:
        for i in range(LANES):
            made = x[i] * y[i]
            out[i] = made if abs(made) < np.inf else NO_VALUE
    elif what == Step.DIVIDE:
        for i in range(LANES):
            made = x[i] / y[i] if y[i] != 0.0 else NO_VALUE
            out[i] = made if abs(made) < np.inf else NO_VALUE
    elif what == Step.NEGATE:
        for i in range(LANES):
            out[i] = -x[i]
    elif what == Step.ABSOLUTE:
        for i in range(LANES):
            out[i] = abs(x[i])
    elif what == Step.MINIMUM:
        for i in range(LANES):
            out[i] = y[i] if y[i] < x[i] or y[i] != y[i] else x[i]
    else:
        for i in range(LANES):
            out[i] = y[i] if y[i] > x[i] or y[i] != y[i] else x[i]


@exact_kernel
def take_powers(what: int, place: int, a: int, b: int, memory: Array) -> None:
    """Write an exponential, a logarithm or a power, where there is one."""
    out, x = memory[place : place + LANES], memory[a : a + LANES]
    if what == Step.EXP:
        for i in range(LANES):
            out[i] = exp(x[i]) if abs(x[i]) <= LARGEST_POWER else NO_VALUE
    elif what == Step.LOG:
        for i in range(LANES):
            out[i] = log(x[i]) if 0.0 < x[i] < np.inf else NO_VALUE
    elif what == Step.WHOLE_POWER:
        raise_to_whole(x, b, out)
    else:
        y = memory[b : b + LANES]
        for i in range(LANES):
            power = y[i] * log(x[i]) if 0.0 < x[i] < np.inf else NO_VALUE
            raised = exp(power) if abs(power) <= LARGEST_POWER else NO_VALUE
            if x[i] == 0.0 and y[i] >= 0.0:
                raised = 0.0 if y[i] > 0.0 else 1.0
            out[i] = raised


@exact_kernel
def raise_to_whole(x: Row, power: int, out: Row) -> None:
    """Write a whole power: the power of 0 to one below 0 is no value."""
    for i in range(LANES):
        out[i] = 1.0 + (x[i] - x[i])
    for _ in range(abs(power)):
        for i in range(LANES):
            out[i] *= x[i]
    for i in range(LANES):
        raised = out[i] if power >= 0 else 1.0 / out[i] if out[i] != 0.0 else NO_VALUE
        out[i] = raised if abs(raised) < np.inf else NO_VALUE


@exact_kernel
def decide(what: int, place: int, a: int, b: int, c: int, memory: Array) -> None:
    """Write what is true of two rows, or the one of two rows that a third chooses.

    Nothing is true or false of what has no value.
    """
    out, x, y = memory[place : place + LANES], memory[a : a + LANES], memory[b : b + LANES]
    if what == Step.WHERE:
        z = memory[c : c + LANES]
        for i in range(LANES):
            chosen = y[i] if x[i] != 0.0 else z[i]
            out[i] = chosen if x[i] == x[i] else NO_VALUE
    elif what == Step.LESS:
        for i in range(LANES):
            is_so = 1.0 if x[i] < y[i] else 0.0
            out[i] = is_so if x[i] == x[i] and y[i] == y[i] else NO_VALUE
    elif what == Step.LESS_EQUAL:
        for i in range(LANES):
            is_so = 1.0 if x[i] <= y[i] else 0.0
            out[i] = is_so if x[i] == x[i] and y[i] == y[i] else NO_VALUE
    elif what == Step.EQUAL:
        for i in range(LANES):
            is_so = 1.0 if x[i] == y[i] else 0.0
            out[i] = is_so if x[i] == x[i] and y[i] == y[i] else NO_VALUE
    elif what == Step.NOT_EQUAL:
        for i in range(LANES):
            is_so = 0.0 if x[i] == y[i] else 1.0
            out[i] = is_so if x[i] == x[i] and y[i] == y[i] else NO_VALUE
    elif what == Step.AND:
        for i in range(LANES):
            out[i] = x[i] * y[i]
    elif what == Step.OR:
        for i in range(LANES):
            out[i] = x[i] + y[i] - x[i] * y[i]
    else:
        for i in range(LANES):
            out[i] = 1.0 - x[i]


@exact_kernel
def look_back(what: int, place: int, a: int, b: int, c: int, quarter: int, memory: Array) -> None:
    """Write what was, keep what is, or add what is booked."""
    out, x = memory[place : place + LANES], memory[a : a + LANES]
    if what == Step.BOOK:
        if quarter >= 0:
            for i in range(LANES):
                out[i] += x[i] if abs(x[i]) < np.inf else 0.0
    elif what == Step.KEEP:
        kept = ring_place(a, b, quarter)
        copy(out, memory[kept : kept + LANES])
    elif what == Step.PREVIOUS:
        kept = ring_place(a, b, quarter - c)
        copy(memory[kept : kept + LANES], out)
    elif what == Step.SUM_BEFORE:
        fill(0.0, out)
        for ago in range(1, c + 1):
            kept = ring_place(a, b, quarter - ago)
            earlier = memory[kept : kept + LANES]
            for i in range(LANES):
                out[i] += earlier[i]
    elif what == Step.TOTAL:
        if quarter >= 0:
            for i in range(LANES):
                total = out[i] + (x[i] if x[i] == x[i] else 0.0)
                out[i] = total if abs(total) < np.inf else NO_VALUE
    elif what == Step.FLOOR:
        for i in range(LANES):
            out[i] = maximum(out[i], x[i])
    elif b <= quarter <= c:
        copy(x, out)
    else:
        fill(0.0, out)


@inlined
def ring_place(ring: int, depth: int, quarter: int) -> int:
    """Return the place of a ring's row that keeps a quarter."""
    return ring + quarter % depth * LANES


@exact_kernel
def watch(place: int, a: int, b: int, held: int, quarter: int, memory: Array, hits: Array) -> None:
    """Record the first quarter in which something has been true for some quarters in a row."""
    truth, in_a_row, hit = memory[a : a + LANES], memory[b : b + LANES], hits[place : place + LANES]
    now, enough = np.float64(quarter), np.float64(held)
    for i in range(LANES):
        # A choice between two numbers, and no branch.
        is_met = 1.0 if truth[i] == 1.0 else 0.0
        in_a_row[i] = (in_a_row[i] + 1.0) * is_met
    for i in range(LANES):
        hit[i] = minimum(hit[i], now if in_a_row[i] >= enough else NEVER)


@exact_kernel
def lanes_without_value(x: Row) -> np.int64:
    """Return how many lanes of a row have no value."""
    lanes = np.int64(0)
    for i in range(LANES):
        lanes += np.int64(0) if abs(x[i]) < np.inf else np.int64(1)
    return lanes


@kernel
def count_no_value(
    program: Program, first: int, quarter: int, memory: Array, counts: Array
) -> None:
    """Count the lanes in which what is watched has no value, from one on; (watched, quarters)."""
    for k in range(first, program.watched.size):
        place = program.watched[k]
        counts[k, quarter] += np.uint32(lanes_without_value(memory[place : place + LANES]))
