"""Draws of a block of paths: normal scores, look-ups in tables, shocks, deviations from plan."""

import numpy as np

from .arrays import (
    LANE_BITS,
    LANES,
    Array,
    Copula,
    Drawn,
    Draws,
    Inputs,
    Plan,
    Points,
    Row,
    State,
    Tables,
)
from .jit import entry_kernel, inlined, kernel
from .vector_math import Narrow, exp, fma, log, normal_score, score_at, tail_distance

# Beyond the outermost score of a 32-bit draw, 6.34; what mixing takes further is cut here.
SCORE_LIMIT = 6.5
UNIT = 2.0**-32
# The density of a table that is made of pieces.
IN_PIECES = 0.0
# Events are rare: lanes are searched for them by so many at once.
GROUP = 8
PHILOX_ROUNDS = 10
PHILOX_MULTIPLIER = 0xD256D193
PHILOX_WEYL = 0x9E3779B9


@kernel
def enter_block(points: Points, block: int) -> None:
    """Set the point set to the paths ``block * LANES`` and following."""
    if points.pseudo_random:
        fill_philox(points.low, points.key[0], block)
    else:
        shift_sobol(points.base, points.shift, points.directions, block)


@inlined
def shift_sobol(base: Array, shift: Array, directions: Array, block: int) -> None:
    """Set the words that a Sobol' block's table is XORed with.

    Notes
    -----
    Points in Gray-code order (Antonov and Saleev, 1979) are linear over GF(2) in the bits of
    gray(n) = n ^ n/2, so an aligned block is one table XOR one word a dimension.
    """
    for dimension in range(base.size):
        base[dimension] = shift[dimension]
    first = np.uint64(block) << np.uint64(LANE_BITS)
    gray = np.uint64(first ^ (first >> np.uint64(1)))
    for bit in range(directions.shape[0]):
        if (gray >> np.uint64(bit)) & np.uint64(1):
            row = directions[bit]
            for dimension in range(base.size):
                base[dimension] ^= row[dimension]


@inlined
def fill_philox(low: Array, key: int, block: int) -> None:
    """Fill the block's table with random words: counter = (path, pair of dimensions).

    Notes
    -----
    Philox-2x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", 2011).
    """
    first = np.uint32(np.uint64(block) << np.uint64(LANE_BITS))
    for pair in range(low.shape[0] // 2):
        left_row, right_row = low[2 * pair], low[2 * pair + 1]
        for i in range(LANES):
            left, right = philox(np.uint32(first + np.uint32(i)), np.uint32(pair), key)
            left_row[i] = left
            right_row[i] = right


@inlined
def philox(left: Narrow, right: Narrow, key: Narrow) -> tuple[Narrow, Narrow]:
    """Return the two random words of a counter (left, right) under a key."""
    round_key = np.uint32(key)
    for _ in range(PHILOX_ROUNDS):
        product = np.uint64(np.uint64(left) * np.uint64(PHILOX_MULTIPLIER))
        high = np.uint32(product >> np.uint64(32))
        left, right = np.uint32(np.uint32(high ^ round_key) ^ right), np.uint32(product)
        round_key = np.uint32(round_key + np.uint32(PHILOX_WEYL))
    return left, right


@kernel
def scores(points: Points, dimension: int, out: Array) -> None:
    """Write the block's normal scores of one dimension, float32, shape (LANES,)."""
    low = points.low[dimension]
    base = points.base[dimension]
    # In two loops, so that a processor has more lanes in flight, and constants fit its registers.
    for i in range(LANES):
        out[i] = tail_distance(np.uint32(low[i] ^ base))
    for i in range(LANES):
        out[i] = score_at(np.uint32(low[i] ^ base), out[i])


@inlined
def draw_shock(
    points: Points, dimension: int, draws: Draws, tables: Tables, s: Array, out: Array
) -> None:
    """Write a shock of unit variance, normal or Student-t, float32, shape (LANES,)."""
    scores(points, dimension, out)
    if draws.shock_table >= 0:
        for i in range(LANES):
            s[Drawn.SCORE + i] = out[i]
        look_up(tables, draws.shock_table, s, out)


@inlined
def cubic(f: float, c: Array) -> float:
    """Return c0 + c1 f + c2 f^2 + c3 f^3."""
    return fma(f, fma(f, fma(f, c[3], c[2]), c[1]), c[0])


@kernel
def look_up(tables: Tables, table: int, s: Array, out: Array) -> None:
    """Write the quantile function of a table at the normal scores of the row SCORE.

    The scores become positions in the table: full vectors compute these, single lanes the cubics.
    """
    first, density = np.int64(tables.layout[table, 0]), tables.layout[table, 2]
    last = tables.layout[table, 1] - 1e-9
    coefficients = tables.coefficients
    for i in range(LANES):
        position = (s[Drawn.SCORE + i] + SCORE_LIMIT) * density
        s[Drawn.SCORE + i] = min(max(position, 0.0), last)
    for i in range(LANES):
        position = s[Drawn.SCORE + i]
        cell = np.int32(position)
        # Unsigned, since a negative index would count from the end.
        out[i] = cubic(position - cell, coefficients[np.uint64(first + cell)])


@inlined
def look_up_any(tables: Tables, table: int, s: Array, out: Array) -> None:
    """Do as ``look_up`` for a table that may be made of pieces, as an input's may."""
    if tables.layout[table, 2] == IN_PIECES:
        look_up_pieces(tables, table, s, out)
    else:
        look_up(tables, table, s, out)


@kernel
def look_up_pieces(tables: Tables, table: int, s: Array, out: Array) -> None:
    """Do as ``look_up`` for a table that is made of pieces."""
    for i in range(LANES):
        out[i] = value_at(tables, table, s[Drawn.SCORE + i])


@kernel
def look_up_by_alternative(
    tables: Tables, table: Array, alternative: Row, s: Array, out: Array
) -> None:
    """Do as ``look_up_any`` of each path's own table, that of the alternative it lives in."""
    for i in range(LANES):
        out[i] = value_at(tables, table[np.int64(alternative[i])], s[Drawn.SCORE + i])


@kernel
def value_at(tables: Tables, table: int, score: float) -> float:
    """Return the quantile function of a table at one normal score."""
    row = table
    if tables.layout[table, 2] == IN_PIECES:
        row = piece_at(tables, table, score)
    first, density = np.int64(tables.layout[row, 0]), tables.layout[row, 2]
    last = tables.layout[row, 1] - 1e-9
    position = min(max((score - tables.layout[row, 3]) * density, 0.0), last)
    cell = np.int64(position)
    f = position - cell
    return cubic(f, tables.coefficients[first + cell])


@inlined
def piece_at(tables: Tables, table: int, score: float) -> int:
    """Return the row of the piece that a score falls in, by bisection."""
    row = np.int64(tables.layout[table, 0])
    after = row + np.int64(tables.layout[table, 1])
    while after - row > 1:
        middle = (row + after) // 2
        if tables.layout[middle, 3] < score:
            row = middle
        else:
            after = middle
    return int(row)


@kernel
def mix_scores(line: Row, count: int, raw: Array, out: Array) -> None:
    """Write ``line @ raw`` over the first ``count`` rows, leaving out the line's many zeros."""
    for i in range(LANES):
        out[i] = 0.0
    for k in range(count):
        weight = line[k]
        if weight != 0.0:
            row = raw[k]
            for i in range(LANES):
                out[i] += weight * row[i]


@kernel
def draw_inputs(points: Points, draws: Draws, tables: Tables, inputs: Inputs, state: State) -> None:
    """Draw every uncertain input of the block: independent scores, mixed, through its table.

    Which alternative a path lives in is the first, and no part of the copula: its tails would come
    with those of all inputs.
    """
    count, s = draws.input_row.size, state.now
    score = s[Drawn.SCORE : Drawn.SCORE + LANES]
    for j in range(count):
        scores(points, draws.input_coordinate[j], state.raw[j])
    if draws.copula.dimension >= 0:
        draw_joint_scale(points, draws.copula, tables, state)
    for j in range(count):
        mix_scores(draws.mixing[j], count, state.raw, score)
        if j != draws.alternative:
            join_tails(draws.copula, tables, state.now)
        row, table = inputs.rows[draws.input_row[j]], draws.input_table[j]
        if draws.by_alternative[j]:
            alternative = inputs.rows[draws.input_row[draws.alternative]]
            look_up_by_alternative(tables, table, alternative, state.now, row)
        else:
            look_up_any(tables, table[0], state.now, row)
    overrun = s[Drawn.OVERRUN_GIVEN : Drawn.OVERRUN_GIVEN + LANES]
    drift = s[Drawn.DRIFT_GIVEN : Drawn.DRIFT_GIVEN + LANES]
    mix_scores(draws.mixing[count], count, state.raw, overrun)
    mix_scores(draws.mixing[count + 1], count, state.raw, drift)


@inlined
def draw_joint_scale(points: Points, copula: Copula, tables: Tables, state: State) -> None:
    """Draw what scales all of a path's scores: sqrt(nu/W) with W chi-squared, from its log."""
    s, score = state.now, state.shock[0]
    scores(points, copula.dimension, score)
    for i in range(LANES):
        s[Drawn.SCORE + i] = score[i]
    look_up(tables, copula.scale_table, s, s[Drawn.JOINT_SCALE : Drawn.JOINT_SCALE + LANES])
    for i in range(LANES):
        s[Drawn.JOINT_SCALE + i] = exp(s[Drawn.JOINT_SCALE + i])


@kernel
def join_tails(copula: Copula, tables: Tables, s: Array) -> None:
    """Turn the row SCORE from a Gaussian copula's scores to those of a Student-t copula.

    Notes
    -----
    z = Phi^-1(T_nu(t)) with t = score * sqrt(nu/W). sqrt(nu log(1 + t^2/nu)) is nearly linear in z
    (Wallace, "Bounds on normal approximations to Student's and the chi-square distributions",
    1959), so that a table over it spans all t that can be.
    """
    if copula.dimension < 0:
        return
    degrees, stretch = copula.degrees_of_freedom, copula.stretch
    for i in range(LANES):
        t = s[Drawn.SCORE + i] * s[Drawn.JOINT_SCALE + i]
        distance = stretch * np.sqrt(degrees * log(1.0 + t * t / degrees))
        s[Drawn.SCORE + i] = distance if t >= 0.0 else -distance
    look_up(tables, copula.score_table, s, s[Drawn.JOINT_SCORE : Drawn.JOINT_SCORE + LANES])
    for i in range(LANES):
        s[Drawn.SCORE + i] = s[Drawn.JOINT_SCORE + i]


@inlined
def draw_deviation(points: Points, draws: Draws, tables: Tables, period: int, state: State) -> None:
    """Draw a period's inference overrun and training drift, given the path's inputs.

    Given the inputs, periods are independent; the mixing matrix's two last lines hold how a
    period's pair depends on the inputs and on each other.
    """
    count, s = draws.input_row.size, state.now
    for j in range(2):
        scores(points, draws.first_deviation + 2 * period + j, state.raw[count + j])
    mix_deviation(draws.mixing[count], count, state.raw, Drawn.OVERRUN_GIVEN, s)
    join_tails(draws.copula, tables, s)
    look_up_any(tables, draws.overrun_table, s, s[Drawn.DEVIATION : Drawn.DEVIATION + LANES])
    mix_deviation(draws.mixing[count + 1], count, state.raw, Drawn.DRIFT_GIVEN, s)
    join_tails(draws.copula, tables, s)
    look_up_any(tables, draws.drift_table, s, s[Drawn.DRIFT : Drawn.DRIFT + LANES])


@kernel
def mix_deviation(line: Row, count: int, raw: Array, given: int, s: Array) -> None:
    """Write a deviation's scores to the row SCORE: what inputs give, and the period's pair."""
    for i in range(LANES):
        own = line[count] * raw[count, i] + line[count + 1] * raw[count + 1, i]
        s[Drawn.SCORE + i] = s[given + i] + own


@inlined
def draw_uniform(points: Points, dimension: int, s: Array) -> None:
    """Write uniform numbers to the row UNIFORM."""
    low = points.low[dimension]
    base = points.base[dimension]
    for i in range(LANES):
        s[Drawn.UNIFORM + i] = (np.float64(np.uint32(low[i] ^ base)) + 0.5) * UNIT


@inlined
def draw_arrivals(
    points: Points, dimension: int, chance: Array, tables: Tables, table: int, s: Array
) -> None:
    """Write the size of what arrives in a quarter to the row ARRIVAL, 0 where nothing does.

    Something arrives where the uniform u falls below the chance; u over the chance is then
    uniform itself, and draws the size.
    """
    low = points.low[dimension]
    base = points.base[dimension]
    for i in range(LANES):
        s[Drawn.ARRIVAL + i] = 0.0
        s[Drawn.UNIFORM + i] = (np.float64(np.uint32(low[i] ^ base)) + 0.5) * UNIT
    for first in range(0, LANES, GROUP):
        margin = 1.0
        for i in range(first, first + GROUP):
            margin = min(margin, s[Drawn.UNIFORM + i] - chance[i])
        if margin < 0.0:
            for i in range(first, first + GROUP):
                u = s[Drawn.UNIFORM + i]
                if u < chance[i]:
                    score = normal_score(np.uint32(u / chance[i] * 4294967296.0))
                    s[Drawn.ARRIVAL + i] = value_at(tables, table, np.float64(score))


@entry_kernel
def draw_deviations(
    plan: Plan,
    points: Points,
    inputs: Inputs,
    state: State,
    first_block: int,
    blocks: int,
    deviations: Array,
) -> None:
    """Draw the deviations from plan of the paths of ``simulate_blocks``, without their economics.

    Parameters
    ----------
    plan, points, inputs, state, first_block, blocks
        As for ``simulate_blocks``.
    deviations
        Inference overrun and training drift of a period, then of the next, by path, float32, shape
        (paths, 2 periods).
    """
    for b in range(blocks):
        enter_block(points, first_block + b)
        draw_inputs(points, plan.draws, plan.tables, inputs, state)
        for period in range(deviations.shape[1] // 2):
            draw_deviation(points, plan.draws, plan.tables, period, state)
            for i in range(LANES):
                deviations[b * LANES + i, 2 * period] = state.now[Drawn.DEVIATION + i]
                deviations[b * LANES + i, 2 * period + 1] = state.now[Drawn.DRIFT + i]
