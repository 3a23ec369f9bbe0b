"""What came before the horizon: four quarters, given or worked out from a year."""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from simulate.scenario.distributions import Fixed, Uncertain
from simulate.scenario.frame import BaseYear
from simulate.scenario.quantity import UNCHANGED
from simulate.scenario.schema import Scenario

Array = NDArray[np.float64]


class BaseInputs(NamedTuple):
    """The inputs of a base quarter, in the order of their rows."""

    revenue: Uncertain
    cost: Uncertain
    training: Uncertain


def base_quarters(scenario: Scenario) -> list[BaseInputs]:
    """Return the four quarters before the horizon, given or worked out from the base year."""
    if scenario.base_year is not None:
        return _quarters_of(scenario.base_year)
    return [BaseInputs(q.revenue, q.cost, q.training) for q in scenario.base_quarters]


def _quarters_of(year: BaseYear) -> list[BaseInputs]:
    revenue = base_year_ramp(_value(year.revenue), 12.0 * _value(year.monthly_revenue))
    training = base_year_ramp(_value(year.training), _value(year.training_run_rate))
    return [
        BaseInputs(Fixed(value=earned), UNCHANGED, Fixed(value=spent))
        for earned, spent in zip(revenue.tolist(), training.tolist(), strict=True)
    ]


def _value(known: Uncertain) -> float:
    return known.quantile(0.5)


def base_year_ramp(annual: float, run_rate: float) -> Array:
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
    back = scipy.optimize.brentq(
        lambda q: 1.0 + q + q * q + q**3 - ratio, 0.0, ratio, xtol=1e-15, rtol=1e-14
    )
    quarters = last * back ** np.arange(3.0, -1.0, -1.0)
    return np.asarray(quarters * (annual / quarters.sum()))
