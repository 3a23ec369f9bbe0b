"""Exponential, logarithm and normal quantile over their whole domain."""

import numpy as np
import pytest
from scipy.special import ndtri

from simulate.kernels import draws, vector_math
from simulate.kernels.jit import callable_kernel
from tests.python_kernels import from_python


@callable_kernel
def exp_all(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = vector_math.exp(x[i])


@callable_kernel
def log_all(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = vector_math.log(x[i])


@callable_kernel
def score_all(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = vector_math.normal_score(x[i])


@callable_kernel
def keep_least_and_greatest(x: np.ndarray, least: np.ndarray, greatest: np.ndarray) -> None:
    for i in range(x.size):
        least[i] = vector_math.minimum(least[i], x[i])
        greatest[i] = vector_math.maximum(greatest[i], x[i])


def units_in_the_last_place(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.max(np.abs(found - exact) / np.spacing(np.abs(exact))))


@pytest.mark.parametrize("reach", [1e-8, 1e-3, 1.0, 30.0, 700.0])
def test_exponential_is_within_two_units_in_the_last_place(reach: float) -> None:
    x = np.linspace(-reach, reach, 200_001)
    out = np.empty_like(x)
    exp_all(x, out)
    assert units_in_the_last_place(out, np.exp(x)) <= 2.0


@pytest.mark.parametrize("reach", [1e-6, 1e-2, 1.0, 30.0, 700.0])
def test_logarithm_is_within_two_units_in_the_last_place(reach: float) -> None:
    x = np.exp(np.linspace(-reach, reach, 200_000))
    out = np.empty_like(x)
    log_all(x, out)
    assert units_in_the_last_place(out, np.log(x)) <= 2.0


def test_normal_score_keeps_both_tails() -> None:
    edges = np.concatenate([np.arange(2000), 2 ** np.arange(12, 32), [2**31 - 1]]).astype(np.uint32)
    middle = np.random.default_rng(1).integers(0, 2**32, 500_000, dtype=np.uint32)
    lower = np.concatenate([edges, middle])
    for word, sign in ((lower, 1.0), (~lower, -1.0)):
        out = np.empty(word.size, np.float32)
        score_all(word, out)
        exact = sign * ndtri((lower.astype(float) + 0.5) / 2.0**32)
        assert np.max(np.abs(out - exact) / np.maximum(np.abs(exact), 1e-3)) < 6e-7


def test_a_row_keeps_the_least_and_the_greatest_of_what_comes() -> None:
    least, greatest = np.array([0.0, -1.0, 7.0]), np.array([0.0, -1.0, 7.0])
    for x in ([2.0, -3.0, 7.0], [-2.0, 5.0, 6.5]):
        keep_least_and_greatest(np.array(x), least, greatest)
    assert least.tolist() == [-2.0, -3.0, 6.5]
    assert greatest.tolist() == [2.0, 5.0, 7.0]


def test_philox_gives_the_published_words() -> None:
    """Known answers of Random123 for philox2x32-10: zeros, and all bits set."""
    philox = from_python(draws.philox)
    assert [int(w) for w in philox(np.uint32(0), np.uint32(0), np.uint32(0))] == [
        0xFF1DAE59,
        0x6CD10DF2,
    ]
    ones = np.uint32(0xFFFFFFFF)
    assert [int(w) for w in philox(ones, ones, ones)] == [0x2C3F628B, 0xAB4FD7AD]


def test_a_kernel_for_kernels_refuses_a_call_from_python() -> None:
    with pytest.raises(TypeError, match="exp is a kernel that only kernels call"):
        vector_math.exp(1.0)
