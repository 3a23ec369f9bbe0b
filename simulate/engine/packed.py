"""What a unit counts, as bytes: to be sent, and to be stored."""

import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.model.tally import Tally

from .columns import Columns
from .units import Counted, Unit

SIZE_OF_HEAD = 4
# Higher levels take longer than the paths that were counted.
COMPRESSION = 1


def pack(counted: Counted) -> bytes:
    """Return what a unit counts as bytes, which ``unpack`` takes."""
    arrays = [*counted.tally, *counted.columns.values()]
    stored = [_narrow(array) for array in arrays]
    kinds = [
        (array.dtype.str, narrow.dtype.str, array.shape)
        for array, narrow in zip(arrays, stored, strict=True)
    ]
    head = json.dumps([counted.unit, list(counted.columns), kinds]).encode()
    body = zlib.compress(b"".join(array.tobytes() for array in stored), COMPRESSION)
    return len(head).to_bytes(SIZE_OF_HEAD, "little") + head + body


def unpack(content: bytes) -> Counted:
    """Return what a unit counts."""
    end = SIZE_OF_HEAD + int.from_bytes(content[:SIZE_OF_HEAD], "little")
    unit, names, kinds = json.loads(content[SIZE_OF_HEAD:end])
    body, place, arrays = zlib.decompress(content[end:]), 0, []
    for kind, narrow, shape in kinds:
        stored = np.frombuffer(body, narrow, int(np.prod(shape)), place)
        place += stored.nbytes
        arrays.append(stored.astype(kind).reshape(shape))
    parts = len(Tally._fields)
    columns: Columns = dict(zip(names, arrays[parts:], strict=True))
    return Counted(Unit(*unit), Tally(*arrays[:parts]), columns)


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    """Return counts in as few bytes as the largest needs."""
    if array.dtype.kind != "u" or not array.size:
        return array
    return array.astype(np.min_scalar_type(array.max()))
