"""Pictures of what a scenario adds to the model."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.typical_paths import cash_flow_statements, median_path
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.plots import OWN_PICTURES, own_pictures, picture_of
from simulate.plots.cash import plot_cash_bridge
from simulate.plots.own import MOST_PANELS, plot_own_metrics, plot_own_outcomes
from simulate.scenario import Scenario
from tests.additions import LINES, with_additions
from tests.drawn import faults
from tests.scenarios import changed

PATHS = 4096
# What the bridge sums up.
SUMS = ["EBITDA", "free cash flow", "change of cash"]


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(with_additions(anthropic), paths=PATHS)


def by_title(figure: Figure) -> dict[str, Axes]:
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def test_only_what_a_scenario_adds_is_drawn(anthropic: Scenario, result: Result) -> None:
    assert own_pictures(anthropic) == []
    assert own_pictures(result.scenario) == list(OWN_PICTURES)
    alone = changed(anthropic, {"outcomes": {"large": {"when": "revenue > 100"}}})
    assert own_pictures(alone) == ["own_outcomes"]


def test_a_line_rises_to_the_share_of_paths_that_get_there(result: Result) -> None:
    panels = by_title(plot_own_outcomes(result))
    named = {"EBITDA turns positive": "ebitda positive", "Never met": "never met"}
    for title, outcome in named.items():
        line = panels[title].lines[0]
        hits = result.hits(outcome).sum(axis=0)
        reached = np.concatenate(([0.0], np.cumsum(hits[:-1]) / PATHS))
        np.testing.assert_allclose(np.asarray(line.get_ydata(), float), reached, atol=1e-12)
    assert panels["Never met"].texts[0].get_text() == "0%"


def test_the_median_of_a_metric_begins_where_it_has_a_value(result: Result) -> None:
    panels = by_title(plot_own_metrics(result))
    drawn = np.asarray(panels["rule of 40"].lines[0].get_ydata(), float)
    paths = result.frame("rule of 40")["p50"].to_numpy()
    np.testing.assert_array_equal(drawn, paths)
    # The base year's four quarters are known, those before it aren't.
    assert np.isnan(drawn[:3]).all() and np.isfinite(drawn[3:]).all()
    (told,) = panels["nothing"].texts
    assert told.get_text() == "no value in any quarter"
    assert "net new revenue, bn USD" in panels


@pytest.mark.parametrize("count", [1, 2, MOST_PANELS, MOST_PANELS + 2])
def test_any_number_of_outcomes_has_its_panels(count: int, anthropic: Scenario) -> None:
    added = {f"above_{n}00": {"when": f"revenue > {n}00"} for n in range(1, count + 1)}
    scenario = changed(anthropic, {"outcomes": added})
    figure = plot_own_outcomes(run(scenario, paths=1024))
    assert len(figure.axes) == min(count, MOST_PANELS)
    found = faults(figure)
    assert found.outside == found.overlapping == []
    assert any(f"the first {MOST_PANELS} of" in text for text in found.texts) == (count > 6)


def test_own_lines_stand_in_the_bridge_after_what_they_count_in(result: Result) -> None:
    names = [line.name for line in cash_flow_statements(result, median_path(result))[2028]]
    assert names[:2] == ["revenue", LINES[2]["title"]]
    for before, after in (
        ("other cost of sales", "content licences"),
        ("other operating cost", "training"),
        ("funding rounds", "loan"),
    ):
        assert (before, after) in pairwise(names)
    # The model's own line of that name is still there.
    assert names.count("training") == 2


def test_a_bridge_with_own_lines_adds_up(result: Result) -> None:
    for year, lines in cash_flow_statements(result, 0).items():
        total = 0.0
        for line in lines:
            if line.is_sum:
                assert line.value == pytest.approx(total, abs=1e-9)
            else:
                total += line.value
        (loan,) = (line.value for line in lines if line.name == "loan")
        assert loan == pytest.approx(4.0 if year == 2028 else 0.0)


@pytest.mark.parametrize("title", ["EBITDA", "free cash flow", "change of cash", "revenue"])
@pytest.mark.parametrize("counts_in", ["revenue", "operating cost", "financing"])
def test_a_line_called_as_a_sum_is_none(title: str, counts_in: str, anthropic: Scenario) -> None:
    line = {"name": "mine", "title": title, "counts_in": counts_in, "formula": "amount"}
    scenario = changed(anthropic, {"lines": [line | {"inputs": {"amount": "0.25 bn"}}]})
    lines = cash_flow_statements(run(scenario, paths=64), 0)[2028]
    assert [line.name for line in lines if line.is_sum] == SUMS
    booked = [line.value for line in lines if line.name == title and not line.is_sum]
    assert any(abs(value) == pytest.approx(1.0) for value in booked)


def test_a_bridge_with_own_lines_is_legible(result: Result) -> None:
    found = faults(plot_cash_bridge(result))
    assert found.outside == found.overlapping == []
    assert LINES[2]["title"] in [" ".join(text.split()) for text in found.texts]


def test_every_own_picture_is_found_by_its_name(result: Result) -> None:
    labels = {name: picture_of(name, result)().get_label() for name in OWN_PICTURES}
    assert str(labels["own_outcomes"]).startswith("EBITDA turns positive")
    assert "rule of 40" in str(labels["own_metrics"])
