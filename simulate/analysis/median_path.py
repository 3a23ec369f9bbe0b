"""Which path stands for the middle of a run."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from simulate.kernels.rows import Metric, index
from simulate.result import Result, projected_metric
from simulate.scenario.quarters import QUARTERS_A_YEAR

Array = NDArray[np.float64]


def median_path(result: Result) -> int:
    """Return which traced path is nearest to the medians, all fiscal years together.

    Parameters
    ----------
    result
        With traces.

    Returns
    -------
    int
        Its place among ``Result.traces``.

    Raises
    ------
    ValueError
        If the result has no traces.

    Notes
    -----
    Nearest in rank: in every year the paths are ranked, from 0 to 1, by revenue, by gross margin
    and by cumulative free cash flow, and the squares of a path's distances from 1/2 are added up.
    The medians themselves, year by year, are of no path that the model takes.
    """
    if not len(result.traces):
        raise ValueError("the result has no traces; make it with run()")
    years = result.traces[:, :, QUARTERS_A_YEAR - 1 :: QUARTERS_A_YEAR]
    measures = np.stack(
        [
            years[:, index(Metric.REVENUE)],
            years[:, index(projected_metric(result.scenario))],
            years[:, index(Metric.FREE_CASH_FLOW)].cumsum(axis=1),
        ]
    )
    ranks = (stats.rankdata(measures, axis=1) - 0.5) / len(result.traces)
    return int(np.argmin(((ranks - 0.5) ** 2).sum(axis=(0, 2))))
