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
    _keep_list_of_fonts()
    found = find_spec("matplotlib")
    assert found is not None and found.origin is not None
    own = Path(found.origin).parent / "mpl-data" / SETTINGS
    os.environ["MATPLOTLIBRC"] = str(own)
    # Only the working folder comes before, and a file there that is no text would end it.
    if Path(SETTINGS).exists():
        with suppress(FileNotFoundError), chdir(own.parent):
            import matplotlib as matplotlib


def _keep_list_of_fonts() -> None:
    """Keep the list of fonts, which is long in making, beside the kernels if nowhere else."""
    kernels, home = os.environ.get("SIMULATE_CACHE_DIR"), Path("~").expanduser()
    if kernels and not os.access(home, os.W_OK):
        os.environ.setdefault("MPLCONFIGDIR", str(Path(kernels) / "matplotlib"))
