"""Folders of results as commands leave them."""

import json
from pathlib import Path
from typing import Any

from simulate.output.files import SUMMARY, whole_folder
from simulate.output.results import OWN_FILES, RUN


def store_summary(summary: dict[str, Any], folder: Path) -> Path:
    """Leave a run's summary and manifest in a folder, without its tables and pictures."""
    with whole_folder(folder, OWN_FILES, RUN, force=False, tell=print) as partial:
        (partial / SUMMARY).write_text(json.dumps(summary), encoding="utf-8")
    return folder
