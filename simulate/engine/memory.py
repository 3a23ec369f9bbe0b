"""Memory of runs' counts, which the next run takes over where nobody looks at them any more."""

import math
import weakref
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Gives an array of zeros, of a shape and a type.
Zeros = Callable[[tuple[int, ...], DTypeLike], NDArray[Any]]
# Bytes from which on memory is kept, and how many pieces of a size.
LEAST, MOST_KEPT = 1 << 20, 2


class Memory:
    """Gives arrays of zeros; large ones in memory of which no array is left.

    To clear what is there takes a third of the time in which a system hands out pages of zeros.

    Parameters
    ----------
    threads
        That clear it.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._free: defaultdict[int, deque[NDArray[np.uint8]]] = defaultdict(
            lambda: deque(maxlen=MOST_KEPT)
        )

    def zeros(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array of zeros."""
        count, wanted = math.prod(shape), np.dtype(dtype)
        free = self._free[size := count * wanted.itemsize]
        if size < LEAST:
            return np.zeros(shape, dtype)
        try:
            raw = free.pop()
        except IndexError:
            raw = np.zeros(size, np.uint8)
        else:
            self._clear(raw)
        # Views refer to this array, and it alone to the memory.
        whole = np.frombuffer(raw.data, wanted)
        weakref.finalize(whole, free.append, raw).atexit = False
        return whole.reshape(shape)

    def _clear(self, raw: NDArray[np.uint8]) -> None:
        with ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(lambda part: part.fill(0), np.array_split(raw, self._threads)):
                pass
