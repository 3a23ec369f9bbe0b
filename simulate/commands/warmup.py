"""``simulate warmup``."""

from simulate.answer import console
from simulate.kernels.jit import cache_folder

from .running import compile_kernels


def warmup() -> None:
    """Compile the kernels ahead, so that the next run starts at once."""
    compile_kernels(silent=False)
    folder = cache_folder()
    where = f"compiled kernels: {folder}" if folder else "no folder to keep compiled kernels in"
    console().print(where, soft_wrap=True)
