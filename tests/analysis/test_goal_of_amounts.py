"""What it would take for an amount: opening cash, which moves later cash one for one."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from simulate.analysis.goal import GoalMap, GoalSeek, goal
from simulate.engine.run import run
from simulate.model.outcomes import Amount
from simulate.model.rows import Metric
from simulate.plots.goal import plot_goal
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.own import OwnMetric
from simulate.text.goal import curve_table, finding, needed_table
from tests.drawn import faults
from tests.model.test_closed_forms import quiet
from tests.scenarios import changed

pytestmark = pytest.mark.usefixtures("january", "blank_pictures")

PATHS = 1 << 12
OPENING = 20.0
CASH_2028 = Amount(Metric.CASH, 11, "2028")


class Lab(NamedTuple):
    """A lab whose cash earns nothing, and what each path has of it in 2028 by replicate."""

    scenario: Scenario
    cash: NDArray[np.float64]

    def opening(self, level: float, percent: float) -> NDArray[np.float64]:
        """The opening cash at which a percentile is a level: of all paths, and by replicate."""
        quantiles = [np.percentile(paths, percent) for paths in (self.cash, *self.cash)]
        return OPENING + level - np.array(quantiles)


@pytest.fixture(scope="module")
def lab() -> Lab:
    stated = {
        "segments.api.volatility": 0.2,
        # So high that opening cash is about used up.
        "inference.other_sales_cost": 0.5,
        "cash.interest_rate": 0.0,
        "cash.opening": OPENING,
        "horizon.last_quarter": "2028Q4",
    }
    scenario = changed(quiet(), stated)
    measures = {"cash": CASH_2028.of_traces}
    result = run(scenario, paths=PATHS, keep_outcomes=True, measures=measures)
    cash = result.outcomes.pivot(index="replicate", columns="path", values="cash")
    return Lab(scenario, cash.to_numpy())


def seek(lab: Lab, target: str) -> GoalSeek:
    middle = lab.opening(0.0, 50.0)[0]
    search = f"cash.opening={max(middle - 20.0, 0.0)}:{middle + 20.0}"
    return goal(lab.scenario, target, search, paths=PATHS)


def test_a_mean_is_met_at_the_cash_that_is_missing(lab: Lab) -> None:
    """Its error is that of the mean, since the one moves with the other."""
    found = seek(lab, "mean(cash 2028) >= 1 bn")
    (crossing,) = found.crossings
    assert crossing.rises
    assert crossing.value.value == pytest.approx(OPENING + 1.0 - lab.cash.mean(), abs=2e-3)
    error = lab.cash.mean(axis=1).std(ddof=1) / np.sqrt(len(lab.cash))
    assert crossing.value.standard_error == pytest.approx(error, rel=0.01)
    assert finding(found).startswith("Met where the opening cash is at least ")


@pytest.mark.parametrize("percent", [10, 90])
def test_a_quantile_is_met_at_the_cash_that_is_missing(lab: Lab, percent: int) -> None:
    """At a level of nothing bins are finest, and each replicate's own root is its own quantile."""
    found = seek(lab, f"P{percent}(cash 2028) >= 0")
    (crossing,) = found.crossings
    everything, *each = lab.opening(0.0, percent)
    error = np.std(each, ddof=1) / np.sqrt(len(each))
    assert crossing.value.value == pytest.approx(everything, abs=0.3 * error)
    assert crossing.value.standard_error == pytest.approx(error, rel=0.15)
    written = [cell for row in curve_table(found).rows for cell in row.cells]
    assert "wanted" in written and not any("%" in cell for cell in written)


def test_a_median_is_sought_where_nothing_is_said(lab: Lab) -> None:
    said, unsaid = (seek(lab, f"{name} <= 0") for name in ("P50(cash 2028)", "cash 2028"))
    assert said.crossings == unsaid.crossings
    assert finding(said).startswith("Met where the opening cash is at most ")


def test_the_picture_of_an_amount_has_its_unit(lab: Lab) -> None:
    found = seek(lab, "P10(cash 2028) >= 2 bn")
    picture = plot_goal(found)
    (axes,) = picture.axes
    assert axes.get_ylabel() == "P10, bn USD"
    low, high = axes.get_ylim()
    values = [estimate.value for estimate in found.estimates]
    assert low < min(values) < 0.0 < max(values) < high
    shown = faults(picture)
    assert not shown.outside
    assert "wanted: at least 2 bn USD" in shown.texts


def test_over_two_settings_each_row_needs_its_own_cash(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle row nothing else is changed, so that the cash is that of one setting."""
    monkeypatch.setattr("simulate.analysis.goal.SIDE", 5)
    vary = ("inference.other_sales_cost=-0.02:+0.02", "cash.opening=0:40")
    found = goal(lab.scenario, "mean(cash 2028) >= 0", vary, paths=PATHS)
    assert isinstance(found, GoalMap)
    middle = len(found.values[0]) // 2
    (crossing,) = found.needed[middle]
    assert crossing.value.value == pytest.approx(OPENING - lab.cash.mean(), abs=2e-3)
    error = lab.cash.mean(axis=1).std(ddof=1) / np.sqrt(len(lab.cash))
    assert crossing.value.standard_error == pytest.approx(error, rel=0.01)
    needed = [crossings[0].value.value for crossings in found.needed]
    assert needed == sorted(needed)
    assert needed_table(found).columns[-1].split() == ["mean,", "bn", "USD"]
    picture = plot_goal(found)
    assert picture.axes[1].get_ylabel() == "mean, bn USD"
    shown = faults(picture)
    assert not shown.outside and not shown.overlapping


@pytest.mark.parametrize(
    "formula", ["revenue / previous(revenue, 40) - 1", "where(cash > 16.5, 1.0, log(-1.0))"]
)
def test_a_metric_without_a_value_is_told(formula: str, lab: Lab) -> None:
    """Forty quarters ago nothing was simulated; so much cash is in one path of 130."""
    own = {"growth": OwnMetric(formula=formula, unit="share")}
    scenario = lab.scenario.model_copy(update={"metrics": own})
    with pytest.raises(ScenarioError, match="growth 2028 has a value in too few paths, or in none"):
        goal(scenario, "mean(growth 2028) >= 10%", "cash.opening=20:30", paths=1024)
