"""When margin and cash flow get there, together: counts of paths, and probabilities."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate, conditional_probability, probability
from simulate.engine.result import Result
from simulate.model.outcomes import MARGINS
from simulate.model.rows import Hit
from simulate.scenario.frame import Horizon


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


def shares_by_quarter(result: Result, time: Hit, horizon: Horizon) -> NDArray[np.float64]:
    """Return the share of paths that get there in each quarter of a horizon, and never.

    Parameters
    ----------
    result, time
        Of which run, and what its paths get to.
    horizon
        The run's own or another, outside of which nothing is shown.

    Returns
    -------
    ndarray, shape (quarters + 1,)
        The last is never within the run's own horizon.
    """
    own = result.scenario.horizon
    shares = result.hits(time).sum(axis=0) / result.paths
    place = np.arange(own.first_quarter, own.last_quarter + 1) - horizon.first_quarter
    is_shown = (place >= 0) & (place < horizon.quarters)
    found = np.append(np.zeros(horizon.quarters), shares[-1])
    found[place[is_shown]] = shares[:-1][is_shown]
    return found


def shares_by_year(result: Result, time: Hit, horizon: Horizon) -> NDArray[np.float64]:
    """Return the share of paths that get there in each fiscal year; see ``shares_by_quarter``."""
    by_quarter = shares_by_quarter(result, time, horizon)
    return np.add.reduceat(by_quarter, [*horizon.year_begins, horizon.quarters])
