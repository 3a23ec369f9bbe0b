"""How many paths need funding, and more than each amount."""

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate, probability
from simulate.engine.result import Result
from simulate.model.tally import money_edges

Array = NDArray[np.float64]
# Billions: what an empty bin about zero may hold.
NOTHING = 2.0**-10


def exceedance(result: Result) -> tuple[Array, Array]:
    """Return amounts in billions of dollars, and the share of paths that need more than each."""
    counts, edges = result.tally.funding_need.sum(axis=0, dtype=np.int64), money_edges()
    reached = np.cumsum(counts)[edges[1:] >= NOTHING]
    amounts = edges[1:][edges[1:] >= NOTHING]
    return np.insert(amounts, 0, 0.0), 1.0 - np.insert(reached, 0, reached[0]) / result.paths


def chance_of_no_need(result: Result) -> Estimate:
    """Return how probable it is that no funding is needed."""
    counts = result.tally.funding_need[:, money_edges()[1:] <= NOTHING].sum(axis=1)
    return probability(counts, result.replicate_paths)
