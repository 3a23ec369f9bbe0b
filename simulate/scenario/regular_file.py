"""The content of a file that may be anything: regular, and of bounded size."""

import stat
from pathlib import Path

from .errors import ScenarioError


def read_regular(path: Path, most: int, wanted: str) -> bytes:
    """Return a file's content.

    Parameters
    ----------
    path
        The file, or a link to it.
    most
        How many bytes it may have.
    wanted
        What it should be, such as ``a scenario file``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ScenarioError
        If it is a folder, a pipe or a device, too long, or can't be read.
    """
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise ScenarioError(f"{path}: is a folder; name {wanted} in it")
        # A device may have no end, and a pipe that nobody writes to would be waited for.
        if not stat.S_ISREG(state.st_mode):
            raise ScenarioError(f"{path}: is no regular file; name {wanted}")
        content = b""
        if state.st_size <= most:
            with path.open("rb") as file:
                content = file.read(most + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no name of a file"
        raise ScenarioError(f"{path!s:.100}: can't be read: {reason}") from None
    if max(state.st_size, len(content)) > most:
        raise ScenarioError(f"{path}: too long for {wanted}, of at most {most / 1e6:g} MB")
    return content
