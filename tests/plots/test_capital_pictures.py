"""Pictures of labs that fail: titles tell of failures, and what failed leaves nothing idle."""

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from simulate import Result, load_scenario, run
from simulate.model.catalogue import own_metrics
from simulate.plots.capital import plot_runway
from simulate.plots.compute import plot_compute
from simulate.plots.fan import quantiles_of
from simulate.scenario.inputs import funding_assumption

PATHS = 4096


@pytest.fixture(scope="module")
def failing() -> Result:
    """A lab that fails in a third of the paths by 2030, with contracts and a budget that is cut."""
    return run(load_scenario("openai-capital.toml"), paths=PATHS)


def test_the_title_of_the_runway_says_how_many_have_failed(failing: Result) -> None:
    failed = failing.probability("failed by 2030").value
    assert 0.2 < failed < 0.5
    title = str(plot_runway(failing).get_label())
    assert title.endswith(f"; {100 * failed:.0f}% have failed")


def test_a_lab_that_seldom_fails_is_told_by_its_short_runways() -> None:
    settings = ["raising.share_of_value=1", "training.follows=0"]
    seldom = run(load_scenario("anthropic-capital.toml", settings=settings), paths=PATHS)
    assert seldom.probability("failed by 2030").value < 0.08
    assert str(plot_runway(seldom).get_label()).endswith("or less in one in ten")


@pytest.mark.parametrize("is_cut", [True, False])
def test_a_budget_that_is_cut_reacts(failing: Result, is_cut: bool) -> None:
    scenario = failing.scenario
    if not is_cut:
        training = scenario.training.model_copy(update={"cut": None})
        scenario = scenario.model_copy(update={"training": training})
    told = funding_assumption(scenario)
    assert told.startswith("money that comes by the chances of [raising]")
    assert told.endswith("and no budget that reacts") != is_cut


def test_what_failed_leaves_no_commitment_unused(failing: Result) -> None:
    (use,) = (m for m in own_metrics(failing.scenario) if m.title == "compute in use")
    low = quantiles_of(failing, use)["p25"]
    last = int(np.argmax(low < 1.0))
    assert 0 < last < len(low)
    (hatched,) = (
        part
        for part in plot_compute(failing).axes[0].collections
        if isinstance(part, PolyCollection) and part.get_hatch()
    )
    assert max(np.asarray(path.vertices)[:, 0].max() for path in hatched.get_paths()) <= last + 1
