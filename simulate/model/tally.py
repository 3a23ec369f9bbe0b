"""What a run keeps of its paths: counts, histograms and exact sums, the same size for any run.

All of it is integers, so the order in which blocks are added can't change a bit of the result.
"""

from typing import NamedTuple

import numpy as np

from simulate.kernels.arrays import LANES, Array, Placed, Program, Row, State, index
from simulate.kernels.groups import group
from simulate.kernels.interpreter import count_no_value, lanes_without_value
from simulate.kernels.jit import exact_kernel, kernel
from simulate.kernels.vector_math import ROUNDING, ROUNDING_BITS, bits_of_float64

from .rows import MARGIN_DEFINITIONS, Hit, Lab, Metric, Now

# Money: 64 bins an octave of |value| from 2**-10 to 2**24 billion, no wider than 1.6% of it.
BINS_AN_OCTAVE_BITS = 6
SMALLEST_EXPONENT = -10
LARGEST_EXPONENT = 24
OCTAVES = LARGEST_EXPONENT - SMALLEST_EXPONENT
MONEY_SIDE = OCTAVES << BINS_AN_OCTAVE_BITS
MONEY_BINS = 2 * MONEY_SIDE + 1
MANTISSA_SHIFT = 52 - BINS_AN_OCTAVE_BITS
MAGNITUDE = np.int32(0x7FFFFFFF)
# No amount counts for more: 150 times what the world produced in 2025, in a year.
LARGEST_AMOUNT = 2.0**LARGEST_EXPONENT
MONEY_OFFSET = (1023 + SMALLEST_EXPONENT) << BINS_AN_OCTAVE_BITS

# Margins: bins of 0.002 from -3 to 1.
MARGIN_LOW = -3.0
MARGIN_BINS_A_UNIT = 500.0
MARGIN_BINS = 2000

# The first of the hitting times that parts of a scenario add is that of failure.
FAILED = len(Hit) * LANES

# Sums are kept in units of 2**-16 billion (15,000 dollars), so that integers add them exactly.
FIXED_POINT = 65536.0

# The model's metrics are money first, then margins; those of formulas are counted as money.
METRICS = len(Metric)
MONEY_METRICS = METRICS - MARGIN_DEFINITIONS


@group
class Tally(NamedTuple):
    """The counts of one replicate.

    ``hits`` counts paths by alternative, outcome and quarter. ``joint`` counts them by alternative,
    by the quarter of the margin, in each definition of it, and by that of the fourth quarter in a
    row with positive cash flow. ``money`` and ``sums`` hold the model's metrics, and then those of
    formulas; ``no_value`` the paths in which a formula has none, by formula and quarter.
    ``failed_first`` counts paths by alternative, by the outcome that they don't reach, and by the
    quarter in which they fail; it has no outcome where paths can't fail.
    """

    hits: Array
    joint: Array
    money: Array
    margin: Array
    sums: Array
    no_value: Array
    funding_need: Array
    funding_need_sum: Array
    failed_first: Array


@kernel
def money_bins(value: Row, bins: Array) -> None:
    """Write the bin of each amount: the upper bits of a float are its logarithm, near enough."""
    for i in range(LANES):
        # The upper half of the bits holds all that counts, and is twice as many to a register.
        upper = np.int32(np.uint64(bits_of_float64(value[i])) >> np.uint64(32))
        magnitude = np.int32(np.int32(upper & MAGNITUDE) >> np.int32(MANTISSA_SHIFT - 32))
        distance = np.int32(magnitude - np.int32(MONEY_OFFSET - 1))
        distance = min(max(distance, np.int32(0)), np.int32(MONEY_SIDE))
        signed = np.int32(-distance) if upper < np.int32(0) else distance
        bins[i] = np.uint32(np.int32(signed + np.int32(MONEY_SIDE)))


@kernel
def margin_bins(value: Row, bins: Array) -> None:
    """Write the bin of each margin; what lies outside counts in the outermost bin."""
    for i in range(LANES):
        position = min(max((value[i] - MARGIN_LOW) * MARGIN_BINS_A_UNIT, 0.0), MARGIN_BINS)
        # Once more as an integer: fast maths promises nothing where a float overflowed.
        bins[i] = np.uint32(min(max(np.int32(position), np.int32(0)), np.int32(MARGIN_BINS - 1)))


@kernel
def count(histogram: Array, bins: Array) -> None:
    """Add a block's bins to a histogram."""
    for i in range(LANES):
        histogram[bins[i]] += np.uint32(1)


@kernel
def fixed_point_sum(value: Row) -> np.int64:
    """Return the block's sum in the fixed point: integers, which add in any order alike."""
    # The sum of the rounding wraps around, and back.
    total = np.int64(0)
    for i in range(LANES):
        amount = min(max(value[i], -LARGEST_AMOUNT), LARGEST_AMOUNT)
        total += bits_of_float64(amount * FIXED_POINT + ROUNDING)
    return total - np.int64(LANES) * np.int64(ROUNDING_BITS)


@kernel
def count_metrics(tally: Tally, quarter: int, state: State) -> None:
    """Add a quarter's metrics."""
    metrics, bins = state.metrics, state.bins
    for metric in range(MONEY_METRICS):
        place = metric * LANES
        money_bins(metrics[place : place + LANES], bins)
        count(tally.money[metric, quarter], bins)
    for margin in range(MARGIN_DEFINITIONS):
        place = (MONEY_METRICS + margin) * LANES
        margin_bins(metrics[place : place + LANES], bins)
        count(tally.margin[margin, quarter], bins)
    for metric in range(MONEY_METRICS + MARGIN_DEFINITIONS):
        place = metric * LANES
        tally.sums[metric, quarter] += fixed_point_sum(metrics[place : place + LANES])


@kernel
def count_formulas(tally: Tally, program: Program, quarter: int, state: State) -> None:
    """Add what formulas give in a quarter, where they give something."""
    own_metrics = tally.money.shape[0] - MONEY_METRICS
    for own in range(own_metrics):
        place = (METRICS + own) * LANES
        value, histogram = state.metrics[place : place + LANES], tally.money[MONEY_METRICS + own]
        money_bins(value, state.bins)
        without = lanes_without_value(value)
        if without == 0:
            count(histogram[quarter], state.bins)
            tally.sums[METRICS + own, quarter] += fixed_point_sum(value)
        else:
            count_values(histogram[quarter], state.bins, value, state.counted)
            tally.sums[METRICS + own, quarter] += fixed_point_sum(state.counted)
            tally.no_value[own, quarter] += np.uint32(without)
    count_no_value(program, own_metrics, quarter, state.memory, tally.no_value)


@exact_kernel
def count_values(histogram: Array, bins: Array, value: Row, counted: Row) -> None:
    """Add a block's bins to a histogram where there is a value; it counts as 0 elsewhere."""
    for i in range(LANES):
        counted[i] = 1.0 if abs(value[i]) < np.inf else 0.0
    for i in range(LANES):
        histogram[bins[i]] += np.uint32(counted[i])
    for i in range(LANES):
        counted[i] = value[i] if counted[i] == 1.0 else 0.0


@kernel
def count_outcomes(tally: Tally, lab: Array, state: State) -> None:
    """Add a block's outcomes: hitting times by alternative, and peak funding need."""
    for time in range(state.hits.size // LANES):
        for i in range(LANES):
            alternative, hit = lab[Lab.ALTERNATIVE + i], state.hits[time * LANES + i]
            tally.hits[np.int64(alternative), time, np.int64(hit)] += np.uint32(1)
    for margin in range(MARGIN_DEFINITIONS):
        first = Hit.MARGIN_INFERENCE + 2 * margin * LANES
        for i in range(LANES):
            alternative = np.int64(lab[Lab.ALTERNATIVE + i])
            reached, held = state.hits[first + i], state.hits[Hit.CASH_FLOW_HELD + i]
            tally.joint[alternative, margin, np.int64(reached), np.int64(held)] += np.uint32(1)
    for time in range(tally.failed_first.shape[1]):
        never = tally.failed_first.shape[2] - 1
        for i in range(LANES):
            alternative = np.int64(lab[Lab.ALTERNATIVE + i])
            is_open = state.hits[time * LANES + i] == never
            failed = np.int64(state.hits[FAILED + i]) if is_open else never
            tally.failed_first[alternative, time, failed] += np.uint32(1)
    need = state.now[Now.FUNDING_NEED : Now.FUNDING_NEED + LANES]
    money_bins(need, state.bins)
    count(tally.funding_need, state.bins)
    tally.funding_need_sum[0] += fixed_point_sum(need)


def money_place(metric: Placed) -> int:
    """Return which histogram of ``Tally.money`` is that of a metric that is no margin."""
    place = index(metric)
    return place if place < MONEY_METRICS else place - MARGIN_DEFINITIONS


def money_edges() -> Array:
    """Return the edges of the money bins, shape (MONEY_BINS + 1,); the outermost are open."""
    prefix = np.arange(MONEY_OFFSET, MONEY_OFFSET + MONEY_SIDE + 1, dtype=np.int64)
    positive = (prefix << MANTISSA_SHIFT).view(np.float64)
    return np.concatenate([-positive[::-1], positive])


def margin_edges() -> Array:
    """Return the edges of the margin bins, shape (MARGIN_BINS + 1,); the lowest is open."""
    return MARGIN_LOW + np.arange(MARGIN_BINS + 1) / MARGIN_BINS_A_UNIT
