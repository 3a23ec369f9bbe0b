"""Formulas as steps over lanes: nothing is compiled for a formula that kernels don't know yet.

A program is a table of steps; each reads rows of a block's memory and writes one, LANES numbers at
a time, so that choosing what to do costs little beside doing it. A number that is not one, NaN,
says that there is no value: division by zero, the logarithm of nothing, a quarter too early.
These kernels are compiled without fast maths, which would take NaN for granted away.
"""

from enum import IntEnum, auto

import numpy as np

from .arrays import LANES, Array, Program, Row, State
from .jit import exact_kernel, kernel
from .vector_math import exp, log

NO_VALUE = np.nan
# Beyond it either way, ``exp`` has no value.
LARGEST_POWER = 700.0


class Step(IntEnum):
    """What a step does; ``out``, ``a``, ``b`` and ``c`` are rows of memory unless it says else."""

    # Where a number comes from: of ``numbers``, an input's row, a place in a block's state.
    NUMBER = 0
    INPUT = auto()
    # From the quarter ``b`` on.
    NOW = auto()
    METRIC = auto()
    # The year, or the quarter of it; ``a`` is the first of the horizon.
    YEAR = auto()
    QUARTER = auto()
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
    # Row ``out`` is kept in it.
    KEEP = auto()
    # ``a`` is added from the horizon's first quarter on.
    TOTAL = auto()
    # From quarter ``b`` to ``c``, else 0.
    WITHIN = auto()
    # What leaves the program: ``out`` is a place in the block's state, or of a metric.
    CLEAR_NOW = auto()
    ADD_TO_NOW = auto()
    # No less than row ``a``.
    FLOOR_NOW = auto()
    WRITE_METRIC = auto()
    # ``out`` is an outcome's place, which comes once ``a`` was true ``c`` quarters in a row: ``b``.
    WATCH = auto()


@kernel
def run_stage(program: Program, stage: int, quarter: int, input_rows: Array, state: State) -> None:
    """Run a stage's steps in a quarter, counted from the first of the horizon."""
    for k in range(program.stages[stage], program.stages[stage + 1]):
        run_step(program, program.steps[k], quarter, input_rows, state)


@exact_kernel
def run_step(program: Program, step: Array, quarter: int, input_rows: Array, state: State) -> None:
    """Run one step over the lanes of a block."""
    what, a, b, c = step[0], step[2], step[3], step[4]
    memory = state.memory
    if what < Step.ADD:
        fetch(what, a, b, quarter, program.numbers, input_rows, state, memory[step[1]])
    elif what < Step.PREVIOUS:
        calculate(what, memory[a], b, memory[b], memory[c], memory[step[1]])
    elif what < Step.CLEAR_NOW:
        look_back(what, a, b, c, quarter, memory, memory[step[1]])
    elif what == Step.WATCH:
        watch(memory[a], memory[b], c, quarter, state.hits[step[1] : step[1] + LANES])
    elif what == Step.WRITE_METRIC:
        copy(memory[a], state.metrics[step[1] : step[1] + LANES])
    else:
        settle(what, memory[a], state.now[step[1] : step[1] + LANES])


@exact_kernel
def fetch(
    what: int,
    a: int,
    b: int,
    quarter: int,
    numbers: Array,
    input_rows: Array,
    state: State,
    out: Row,
) -> None:
    """Bring a number, or a row of the block, to memory."""
    if what == Step.INPUT:
        copy(input_rows[a], out)
    elif what == Step.NUMBER:
        fill(numbers[a], out)
    elif what == Step.YEAR:
        fill(np.float64((a + quarter) // 4), out)
    elif what == Step.QUARTER:
        fill(np.float64((a + quarter) % 4 + 1), out)
    elif what == Step.ZERO:
        fill(0.0, out)
    elif what == Step.NONE or quarter < b:
        fill(NO_VALUE, out)
    elif what == Step.NOW:
        copy(state.now[a : a + LANES], out)
    else:
        copy(state.metrics[a : a + LANES], out)


@exact_kernel
def fill(number: float, out: Row) -> None:
    """Write one number to all lanes."""
    for i in range(LANES):
        out[i] = number


@exact_kernel
def copy(x: Row, out: Row) -> None:
    """Write a row."""
    for i in range(LANES):
        out[i] = x[i]


@exact_kernel
def calculate(what: int, x: Row, whole: int, y: Row, z: Row, out: Row) -> None:
    """Write what an operation makes of one to three rows."""
    if what < Step.EXP:
        if what == Step.ADD:
            for i in range(LANES):
                out[i] = x[i] + y[i]
        elif what == Step.SUBTRACT:
            for i in range(LANES):
                out[i] = x[i] - y[i]
        elif what == Step.MULTIPLY:
            for i in range(LANES):
                out[i] = x[i] * y[i]
        elif what == Step.DIVIDE:
            for i in range(LANES):
                out[i] = x[i] / y[i] if y[i] != 0.0 else NO_VALUE
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
    elif what < Step.LESS:
        if what == Step.WHOLE_POWER:
            raise_to_whole(x, whole, out)
        else:
            take_powers(what, x, y, out)
    else:
        decide(what, x, y, z, out)


@exact_kernel
def take_powers(what: int, x: Row, y: Row, out: Row) -> None:
    """Write an exponential, a logarithm or a power, where there is one."""
    if what == Step.EXP:
        for i in range(LANES):
            out[i] = exp(x[i]) if abs(x[i]) <= LARGEST_POWER else NO_VALUE
    elif what == Step.LOG:
        for i in range(LANES):
            out[i] = log(x[i]) if 0.0 < x[i] < np.inf else NO_VALUE
    else:
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
    if power < 0:
        for i in range(LANES):
            out[i] = 1.0 / out[i] if out[i] != 0.0 else NO_VALUE


@exact_kernel
def decide(what: int, x: Row, y: Row, z: Row, out: Row) -> None:
    """Write what is true of two rows, or the one of two rows that a third chooses."""
    if what == Step.WHERE:
        for i in range(LANES):
            chosen = y[i] if x[i] != 0.0 else z[i]
            out[i] = chosen if x[i] == x[i] else NO_VALUE
        return
    if what == Step.LESS:
        for i in range(LANES):
            out[i] = 1.0 if x[i] < y[i] else 0.0
    elif what == Step.LESS_EQUAL:
        for i in range(LANES):
            out[i] = 1.0 if x[i] <= y[i] else 0.0
    elif what == Step.EQUAL:
        for i in range(LANES):
            out[i] = 1.0 if x[i] == y[i] else 0.0
    elif what == Step.NOT_EQUAL:
        for i in range(LANES):
            out[i] = 1.0 if x[i] != y[i] else 0.0
    elif what == Step.AND:
        for i in range(LANES):
            out[i] = x[i] * y[i]
    elif what == Step.OR:
        for i in range(LANES):
            out[i] = max(x[i], y[i])
    else:
        for i in range(LANES):
            out[i] = 1.0 - x[i]
    # Nothing is true of what has no value.
    for i in range(LANES):
        out[i] = out[i] if x[i] == x[i] and y[i] == y[i] else NO_VALUE


@exact_kernel
def look_back(what: int, a: int, b: int, c: int, quarter: int, memory: Array, out: Row) -> None:
    """Write what was some quarters ago, a sum over quarters, or keep a row for later."""
    if what == Step.WITHIN:
        if b <= quarter <= c:
            copy(memory[a], out)
        else:
            fill(0.0, out)
    elif what == Step.TOTAL:
        if quarter >= 0:
            x = memory[a]
            for i in range(LANES):
                out[i] += x[i] if x[i] == x[i] else 0.0
    elif what == Step.KEEP:
        copy(out, memory[a + quarter % b])
    elif what == Step.PREVIOUS:
        copy(memory[a + (quarter - c) % b], out)
    else:
        fill(0.0, out)
        for ago in range(1, c + 1):
            x = memory[a + (quarter - ago) % b]
            for i in range(LANES):
                out[i] += x[i]


@exact_kernel
def watch(truth: Row, in_a_row: Row, held: int, quarter: int, hit: Row) -> None:
    """Record the first quarter in which something has been true for some quarters in a row."""
    if quarter < 0:
        return
    now, enough = np.float64(quarter), np.float64(held)
    for i in range(LANES):
        in_a_row[i] = in_a_row[i] + 1.0 if truth[i] == 1.0 else 0.0
        hit[i] = min(hit[i], now if in_a_row[i] >= enough else hit[i])


@exact_kernel
def settle(what: int, x: Row, now: Row) -> None:
    """Clear a row of the block's state, add to it what has a value, or hold it above another."""
    if what == Step.CLEAR_NOW:
        fill(0.0, now)
    elif what == Step.FLOOR_NOW:
        for i in range(LANES):
            now[i] = max(now[i], x[i])
    else:
        for i in range(LANES):
            now[i] += x[i] if abs(x[i]) < np.inf else 0.0


@exact_kernel
def count_no_value(program: Program, quarter: int, memory: Array, counts: Array) -> None:
    """Count the lanes in which what is watched has no value; shape (watched, quarters)."""
    for k in range(program.watched.size):
        x = memory[program.watched[k]]
        lanes = 0
        for i in range(LANES):
            lanes += 0 if abs(x[i]) < np.inf else 1
        counts[k, quarter] += np.uint32(lanes)
