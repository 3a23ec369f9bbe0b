"""When margin and cash flow get there, together: counts of paths, and probabilities."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate, conditional_probability, probability
from simulate.engine.result import Result
from simulate.model.outcomes import MARGINS


class JointChances(NamedTuple):
    """Probabilities of both dates within the horizon, of neither, and of one of them alone."""

    both: Estimate
    neither: Estimate
    margin_alone: Estimate
    cash_flow_alone: Estimate


def joint_chances(result: Result, given: str | None = None) -> JointChances:
    """Return how probable it is that the projected margin and the cash flow get there.

    Parameters
    ----------
    result
        From ``run``.
    given
        The alternative that it is asked of, by its name; by default all of them together.
    """
    joint = joint_counts(result, given)
    parts = (joint[:, :-1, :-1], joint[:, -1:, -1:], joint[:, :-1, -1:], joint[:, -1:, :-1])
    counts = [part.sum(axis=(1, 2)) for part in parts]
    if given is None:
        return JointChances(*(probability(count, result.replicate_paths) for count in counts))
    paths = joint.sum(axis=(1, 2))
    return JointChances(*(conditional_probability(count, paths) for count in counts))


def joint_counts(result: Result, given: str | None = None) -> NDArray[np.int64]:
    """Return paths by replicate, quarter of the projected margin, and quarter of the cash flow.

    Shape (replicates, quarters + 1, quarters + 1); the last of a row or column is never.
    """
    definition = list(MARGINS).index(result.scenario.targets.projected_margin)
    places = slice(None) if given is None else [list(result.alternatives).index(given)]
    return result.tally.joint[:, places, definition].sum(axis=1, dtype=np.int64)
