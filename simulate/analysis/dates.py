"""When margin and cash flow get there, together: counts of paths, and probabilities."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate, probability
from simulate.engine.result import Result
from simulate.model.outcomes import MARGINS


class JointChances(NamedTuple):
    """Probabilities of both dates within the horizon, of neither, and of one of them alone."""

    both: Estimate
    neither: Estimate
    margin_alone: Estimate
    cash_flow_alone: Estimate


def joint_chances(result: Result) -> JointChances:
    """Return how probable it is that the projected margin and the cash flow get there."""
    joint = joint_counts(result)
    parts = (joint[:, :-1, :-1], joint[:, -1:, -1:], joint[:, :-1, -1:], joint[:, -1:, :-1])
    return JointChances(
        *(probability(part.sum(axis=(1, 2)), result.replicate_paths) for part in parts)
    )


def joint_counts(result: Result) -> NDArray[np.int64]:
    """Return paths by replicate, quarter of the projected margin, and quarter of the cash flow.

    Shape (replicates, quarters + 1, quarters + 1); the last of a row or column is never.
    """
    definition = list(MARGINS).index(result.scenario.targets.projected_margin)
    return result.tally.joint[:, definition].astype(np.int64)
