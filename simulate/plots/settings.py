"""Matplotlib's settings, where the program is run as a command."""

import logging
import os
from contextlib import chdir, suppress
from importlib.util import find_spec
from pathlib import Path

SETTINGS = "matplotlibrc"


def keep_own_settings() -> None:
    """Let matplotlib take its own settings when it is imported, whatever the surroundings hold."""
    # Pictures are only written to files: a notebook's or a desktop's canvas is not looked for.
    os.environ["MPLBACKEND"] = "agg"
    # Its advice on caches and fonts is not for who runs a command.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    found = find_spec("matplotlib")
    assert found is not None and found.origin is not None
    own = Path(found.origin).parent / "mpl-data" / SETTINGS
    os.environ["MATPLOTLIBRC"] = str(own)
    # Only the working folder comes before, and a file there that is no text would end it.
    if Path(SETTINGS).exists():
        with suppress(FileNotFoundError), chdir(own.parent):
            import matplotlib as matplotlib
