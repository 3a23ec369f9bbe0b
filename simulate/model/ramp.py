"""The base year's four quarters."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq


def base_year_ramp(annual: float, run_rate: float) -> NDArray[np.float64]:
    """Return four quarters in geometric progression that sum to a year and leave at a run rate.

    Parameters
    ----------
    annual
        The year's sum.
    run_rate
        The last quarter, annualised.

    Raises
    ------
    ValueError
        If no such progression exists: the last quarter exceeds the year.
    """
    last = run_rate / 4.0
    if annual == 0.0 and last == 0.0:
        return np.zeros(4)
    if not 0.0 < last < annual:
        raise ValueError(f"a last quarter of {last:g} does not fit into a year of {annual:g}")
    ratio = annual / last
    back = brentq(lambda q: 1.0 + q + q * q + q**3 - ratio, 0.0, ratio, xtol=1e-15, rtol=1e-14)
    quarters = last * back ** np.arange(3.0, -1.0, -1.0)
    return np.asarray(quarters * (annual / quarters.sum()))
