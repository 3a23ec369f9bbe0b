"""Kernels that only kernels call, for tests."""

from collections.abc import Callable
from typing import Any

from simulate.kernels import draws
from simulate.kernels.jit import callable_kernel


def from_python(kernel: Any) -> Callable[..., Any]:
    """Return a kernel's function compiled so that Python can call it."""
    return callable_kernel(kernel.py_func)


enter_block = from_python(draws.enter_block)
