"""Matplotlib as a command wants it: its own settings, no canvas, a list of fonts that is kept."""

import logging
import os
from contextlib import chdir, suppress
from importlib.util import find_spec
from pathlib import Path


def load_matplotlib() -> None:
    """Load matplotlib with its own settings, whatever the surroundings hold."""
    # Pictures are only written to files: a notebook's or a desktop's canvas is not looked for.
    os.environ["MPLBACKEND"] = "agg"
    # Its advice on caches and fonts is not for who runs a command.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    _keep_list_of_fonts()
    found = find_spec("matplotlib")
    assert found is not None and found.origin is not None
    # Settings are first looked for in the working folder, and ended by one that is no text.
    with suppress(FileNotFoundError), chdir(Path(found.origin).parent / "mpl-data"):
        import matplotlib as matplotlib


def _keep_list_of_fonts() -> None:
    """Keep the list of fonts, which is long in making, beside the kernels if nowhere else."""
    kernels, home = os.environ.get("SIMULATE_CACHE_DIR"), Path("~").expanduser()
    if kernels and not os.access(home, os.W_OK):
        os.environ.setdefault("MPLCONFIGDIR", str(Path(kernels) / "matplotlib"))
