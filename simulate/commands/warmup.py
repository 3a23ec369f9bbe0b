"""``simulate warmup``."""

from simulate.answer import console
from simulate.kernels.jit import find_cache

from .running import compile_kernels


def warmup() -> None:
    """Compile the kernels ahead, so that the next run starts at once."""
    compile_kernels(silent=False)
    cache = find_cache()
    where = f"compiled kernels: {cache.folder}" if cache.folder else f"not kept: {cache.reason}"
    console().print(where, soft_wrap=True)
