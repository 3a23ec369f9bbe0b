"""Branch-free exponential, logarithm and normal quantile, which LLVM vectorises over lanes.

``math.exp`` and ``math.log`` are calls of a scalar library, one lane at a time; these are
polynomials that it can widen to a whole vector register. Multiplications and additions that shall
be rounded once say so with ``fma``, so that every processor rounds alike.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .jit import inlined

# A 32-bit number, cast at every step: type checkers see no use in telling it from others.
Narrow = Any


def _bit_cast(source: Any, target: Any, llvm_type: ir.Type) -> Any:
    """Make an intrinsic that reads the bits of one number type as those of another."""

    @intrinsic
    def cast_bits(_context: Any, _value: Any) -> Any:
        def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
            return builder.bitcast(args[0], llvm_type)

        return target(source), generate

    return cast_bits


bits_of_float64 = _bit_cast(types.float64, types.int64, ir.IntType(64))
float64_of_bits = _bit_cast(types.int64, types.float64, ir.DoubleType())
bits_of_float32 = _bit_cast(types.float32, types.int32, ir.IntType(32))
float32_of_bits = _bit_cast(types.int32, types.float32, ir.FloatType())


def _fused(_context: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a b + c of float64 or of float32 numbers, rounded once (IEEE 754-2019, 5.4.1)."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.fma(*args)

    return a(a, b, c), generate


fma: Any = intrinsic(_fused)


def _of_two(name: str) -> Any:
    """Make an intrinsic of two float64 numbers that is one instruction of LLVM's."""

    @intrinsic
    def apply(_context: Any, a: Any, b: Any) -> Any:
        def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
            number = args[0].type
            whole = ir.FunctionType(number, [number, number])
            called = builder.module.declare_intrinsic(name, [number], whole)
            return builder.call(called, args)

        return a(a, b), generate

    return apply


# For a row that keeps the least or the greatest of itself and another value. Of ``min``, and of a
# choice between itself and another value, LLVM makes stores under a mask, which are slow on AVX2.
minimum = _of_two("llvm.minnum")
maximum = _of_two("llvm.maxnum")

# 1.5 * 2**52: added to a small number, it leaves that number's nearest integer in the low bits.
ROUNDING = 6755399441055744.0
ROUNDING_BITS = int(np.float64(ROUNDING).view(np.int64))
LOG2_E = 1.4426950408889634
# ln 2 in two parts (Cody and Waite): the first has 32 trailing zero bits, so k * LN2_HIGH is exact.
LN2_HIGH = 0.6931471803691238
LN2_LOW = 1.9082149292705877e-10
LARGEST_EXPONENT = 700.0
SQRT_HALF_BITS = int(np.float64(np.sqrt(0.5)).view(np.int64))
EXPONENT_OFFSET = 1024


@inlined
def exp(x: float) -> float:
    """Return e**x in float64 for |x| <= 700; beyond, the value at the limit.

    Notes
    -----
    Argument reduction x = k ln 2 + r with |r| <= ln(2)/2, and the Taylor polynomial of degree 12,
    whose remainder is below 2e-17 there (Muller, *Elementary Functions*, 3rd ed., ch. 4, 11).
    """
    x = min(max(x, -LARGEST_EXPONENT), LARGEST_EXPONENT)
    shifted = fma(x, LOG2_E, ROUNDING)
    k = shifted - ROUNDING
    r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, x))
    p = 1.0 / 479001600.0
    p = fma(p, r, 1.0 / 39916800.0)
    p = fma(p, r, 1.0 / 3628800.0)
    p = fma(p, r, 1.0 / 362880.0)
    p = fma(p, r, 1.0 / 40320.0)
    p = fma(p, r, 1.0 / 5040.0)
    p = fma(p, r, 1.0 / 720.0)
    p = fma(p, r, 1.0 / 120.0)
    p = fma(p, r, 1.0 / 24.0)
    p = fma(p, r, 1.0 / 6.0)
    p = fma(p, r, 0.5)
    p = fma(p, r, 1.0)
    p = fma(p, r, 1.0)
    power = (bits_of_float64(shifted) - np.int64(ROUNDING_BITS) + np.int64(1023)) << np.int64(52)
    return p * float64_of_bits(power)


@inlined
def log(x: float) -> float:
    """Return the natural logarithm of a positive normal float64.

    Notes
    -----
    x = 2**k m with m in [sqrt(1/2), sqrt(2)), and log m = 2 artanh(s) with s = (m-1)/(m+1),
    |s| < 0.1716, as its odd series up to s**19 (Muller, *Elementary Functions*, ch. 11).
    """
    bits = bits_of_float64(x)
    biased = bits - np.int64(SQRT_HALF_BITS) + (np.int64(EXPONENT_OFFSET) << np.int64(52))
    k = (biased >> np.int64(52)) - np.int64(EXPONENT_OFFSET)
    m = float64_of_bits(bits - (k << np.int64(52)))
    exponent = float64_of_bits(k + np.int64(ROUNDING_BITS)) - ROUNDING
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 2.0 / 21.0
    p = fma(p, z, 2.0 / 19.0)
    p = fma(p, z, 2.0 / 17.0)
    p = fma(p, z, 2.0 / 15.0)
    p = fma(p, z, 2.0 / 13.0)
    p = fma(p, z, 2.0 / 11.0)
    p = fma(p, z, 2.0 / 9.0)
    p = fma(p, z, 2.0 / 7.0)
    p = fma(p, z, 2.0 / 5.0)
    p = fma(p, z, 2.0 / 3.0)
    # log m = f - s*(f - z*p), so that the leading term is exact and not rounded twice.
    return fma(exponent, LN2_HIGH, f - fma(exponent, -LN2_LOW, s * fma(-z, p, f)))


@inlined
def log_float32(x: Narrow) -> Narrow:
    """Return the natural logarithm of a positive normal float32, to about 1e-7."""
    bits = bits_of_float32(x)
    k = np.int32(np.int32(bits - np.int32(0x3F3504F3)) >> np.int32(23))
    m = float32_of_bits(np.int32(bits - np.int32(k << np.int32(23))))
    f = np.float32(m - np.float32(1.0))
    s = np.float32(f / np.float32(np.float32(2.0) + f))
    z = np.float32(s * s)
    p = np.float32(0.22222222)
    p = fma(p, z, np.float32(0.28571429))
    p = fma(p, z, np.float32(0.4))
    p = fma(p, z, np.float32(0.66666667))
    tail = np.float32(f - np.float32(s * np.float32(f - np.float32(z * p))))
    return fma(np.float32(k), np.float32(0.69314718), tail)


@inlined
def normal_score(bits: Narrow) -> Narrow:
    """Return the standard normal quantile of ``(bits + 1/2) / 2**32`` in float32.

    Parameters
    ----------
    bits
        A uint32. Both tails keep full relative precision, since the distance to the nearer edge
        is taken from the integer: scores reach -6.34 and +6.34.

    Notes
    -----
    The variables are those of Giles, "Approximating the erfinv function", *GPU Computing Gems*
    (2011): w = -log(1 - x**2) in the middle, its square root in the tails. The two polynomials
    are minimax fits of the quantile over x made for this range, which reaches further out.
    """
    return score_at(bits, tail_distance(bits))


@inlined
def tail_distance(bits: Narrow) -> Narrow:
    """Return the variable w of ``normal_score`` in float32."""
    edge = min(np.uint32(bits), np.uint32(~np.uint32(bits)))
    # The signed halves keep the conversions in 32 bits, which AVX2 has for signed integers only.
    distance = np.float32(np.float32(np.int32(edge)) + np.float32(0.5)) * np.float32(2.0**-32)
    inside = np.float32(
        np.float32(4.0) * np.float32(distance * np.float32(np.float32(1.0) - distance))
    )
    return np.float32(-log_float32(inside))


@inlined
def score_at(bits: Narrow, w: Narrow) -> Narrow:
    """Return what ``normal_score`` does, of the bits and their variable w."""
    signed = np.int32(np.uint32(bits ^ np.uint32(0x80000000)))
    x = np.float32(np.float32(np.float32(signed) + np.float32(0.5)) * np.float32(2.0**-31))
    c = np.float32(w - np.float32(2.5))
    p = np.float32(4.03542864e-08)
    p = fma(p, c, np.float32(4.86103469e-07))
    p = fma(p, c, np.float32(-4.99056103e-06))
    p = fma(p, c, np.float32(-6.21798767e-06))
    p = fma(p, c, np.float32(0.000309150187))
    p = fma(p, c, np.float32(-0.00177301017))
    p = fma(p, c, np.float32(-0.00590817095))
    p = fma(p, c, np.float32(0.34880266))
    p = fma(p, c, np.float32(2.12331357))
    t = np.float32(np.sqrt(max(w, np.float32(5.0))) - np.float32(3.5))
    q = np.float32(-1.53443584e-05)
    q = fma(q, t, np.float32(-0.000256580034))
    q = fma(q, t, np.float32(0.000835454134))
    q = fma(q, t, np.float32(-0.00105652364))
    q = fma(q, t, np.float32(0.00138706566))
    q = fma(q, t, np.float32(-0.00287575666))
    q = fma(q, t, np.float32(0.00467328515))
    q = fma(q, t, np.float32(1.4246302))
    q = fma(q, t, np.float32(4.71708759))
    chosen = p if w < np.float32(5.0) else q
    return np.float32(chosen * x)
