"""Families that are fitted at once, for tests that are about something else."""

from contextlib import AbstractContextManager
from unittest.mock import patch

from simulate.analysis.fit import NAMES

QUICK = ("norm", "logistic", "gumbel_r", "uniform")


def of_quick_families() -> AbstractContextManager[object]:
    """Within, no other family is fitted."""
    return patch.dict(NAMES, {name: NAMES[name] for name in QUICK}, clear=True)
