"""Where cash comes from and goes, by year, and what competes by quarter."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.engine.result import Result
from simulate.kernels.arrays import index
from simulate.model.catalogue import HittingTime, metrics_of, traced_metric
from simulate.model.rows import Flow, traced

Array = NDArray[np.float64]
# By what comes in or goes out, the metric of twelve months to a year's end.
RAISED = {
    "shares sold": "equity raised",
    "debt issued": "debt issued",
    "debt repaid": "debt repaid",
}


class SourcesAndUses(NamedTuple):
    """Means over traced paths by fiscal year, in billions of dollars; see ``sources_and_uses``.

    Attributes
    ----------
    sources, uses
        By name, shape (years,); uses are positive, too.
    change, error
        Of cash, by what is listed, and its standard error.
    """

    sources: dict[str, Array]
    uses: dict[str, Array]
    change: Array
    error: Array


def sources_and_uses(result: Result) -> SourcesAndUses:
    """Return where the cash of a lab's fiscal years comes from and goes, own financing aside.

    Parameters
    ----------
    result
        Of a scenario with [raising].
    """
    horizon = result.scenario.horizon
    by_title = {title: metric for metric, title in metrics_of(result.scenario).items()}
    flow = result.traces[:, traced(Flow.FREE_CASH_FLOW)]
    flows = np.add.reduceat(flow, horizon.year_begins, axis=1)
    raised = {
        name: result.traces[:, traced_metric(by_title[title])][:, horizon.year_ends]
        for name, title in RAISED.items()
    }
    change = flows + raised["shares sold"] + raised["debt issued"] - raised["debt repaid"]
    earned = {"free cash flow > 0": np.maximum(flows, 0.0)}
    burnt = {"free cash flow < 0": np.maximum(-flows, 0.0)}
    sources = earned | {name: raised[name] for name in ("shares sold", "debt issued")}
    uses = burnt | {"debt repaid": raised["debt repaid"]}
    return SourcesAndUses(
        {name: of.mean(axis=0) for name, of in sources.items()},
        {name: of.mean(axis=0) for name, of in uses.items()},
        change.mean(axis=0),
        change.std(axis=0, ddof=1) / np.sqrt(len(change)),
    )


class Incidence(NamedTuple):
    """Shares of paths by the end of each quarter: of what came, and of what failed first."""

    reached: Array
    failed_first: Array

    @property
    def neither(self) -> Array:
        """Of what may still do either."""
        return 1.0 - self.reached - self.failed_first


def incidence(result: Result, time: HittingTime) -> Incidence:
    """Return the cumulative incidence of a hitting time, and of failure before it.

    Parameters
    ----------
    result
        Of a scenario with [raising].
    time
        Which hitting time.

    Notes
    -----
    All paths are followed to the horizon's end, so that counts are what Aalen and Johansen
    estimate ("An empirical transition matrix for non-homogeneous Markov chains based on censored
    observations", *Scandinavian Journal of Statistics* 5, 1978).
    """
    reached = result.hits(time).sum(axis=0)[:-1]
    failed = result.tally.failed_first[:, :, index(time)].sum(axis=(0, 1), dtype=np.int64)[:-1]
    return Incidence(np.cumsum(reached) / result.paths, np.cumsum(failed) / result.paths)
