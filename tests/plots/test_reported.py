"""Reported figures in pictures: which, where, and what alternatives make of a median."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.reported import Mark, base_revenue, median_ends, reported
from simulate.engine.block import TracedPaths, trace_paths
from simulate.engine.result import Result
from simulate.engine.run import run, simulate_traces
from simulate.kernels.arrays import index
from simulate.model.outcomes import MARGINS
from simulate.model.rows import Flow, Metric, traced
from simulate.plots import MARKED, PICTURES, picture_of
from simulate.plots.reported import plot_margins, plot_revenue
from simulate.plots.style import LIGHT
from simulate.scenario import Scenario
from simulate.scenario.frame import MarginDefinition
from tests.drawn import faults
from tests.figures import figure
from tests.scenarios import changed

PATHS = 4096
SOME = {"lab": "Some Lab"}
ALTERNATIVES = [
    {"name": "dear", "title": "inference stays dear", "inference.efficiency_gain": 0.3},
    {"name": "cheap", "title": "inference gets cheap", "inference.efficiency_gain": 0.9},
]


@pytest.fixture(scope="module")
def lab(anthropic: Scenario) -> Scenario:
    return changed(anthropic, SOME)


@pytest.fixture(scope="module")
def result(lab: Scenario) -> Result:
    return run(lab, paths=PATHS)


@pytest.fixture(scope="module")
def two_worlds(lab: Scenario) -> Result:
    return run(changed(lab, {"alternatives": ALTERNATIVES}), paths=PATHS)


def points(axes: Axes, *, hollow: bool) -> list[tuple[float, float]]:
    """Return what stands on axes as marks."""
    marks = [line for line in axes.lines if line.get_marker() == ("D" if hollow else "o")]
    return [
        (float(np.asarray(line.get_xdata())[0]), float(np.asarray(line.get_ydata())[0]))
        for line in marks
        if line.get_markersize() > 5.0
    ]


def titles(drawn: Figure) -> list[str]:
    """Return the titles of panels, from the top and the left."""
    places = {axes: axes.get_position() for axes in drawn.axes}
    panels = sorted(drawn.axes, key=lambda axes: (-places[axes].y0, places[axes].x0))
    return [axes.get_title(loc="left").replace("\n", " ") for axes in panels]


# Which figures


def test_a_mark_is_a_level_of_the_lab_or_its_newest_plan(lab: Scenario) -> None:
    figures = [
        figure("revenue", "2026Q1", 3.0, id="leak", firmness="L"),
        figure("revenue", "2026Q1", 3.2, id="filed", firmness="A"),
        figure("revenue", "2026", 12.0, id="old plan", kind="plan", known_on=date(2025, 6, 1)),
        figure("revenue", "2026", 15.0, id="new plan", kind="plan", known_on=date(2025, 12, 1)),
        figure("revenue", "2025", 4.0, id="planned", kind="plan"),
        figure("revenue", "2025", 4500.0, id="reported", unit="m USD"),
        figure("revenue", "2027", 20.0, id="guess", kind="estimate"),
        figure("revenue", "2028", 20.0, id="renminbi", unit="bn RMB"),
        figure("revenue", "2027", 20.0, id="another's", lab="Another Lab"),
        figure("gross margin", "2027", 0.5, id="margin", unit="share"),
    ]
    assert reported(lab, Metric.REVENUE, figures) == [
        Mark("reported", 4.5, -1, 4, is_plan=False),
        Mark("filed", 3.2, 0, 1, is_plan=False),
        Mark("new plan", 15.0, 3, 4, is_plan=True),
    ]


def test_a_margin_takes_figures_of_its_own_definition_alone(lab: Scenario) -> None:
    figures = [
        figure("gross margin", "2026", 0.5, definition=definition, id=definition, unit="share")
        for definition in ("paying users", "with free users", "all", "")
    ]
    for metric, id_ in (
        (Metric.MARGIN_PAYING, "paying users"),
        (Metric.MARGIN_ALL, "with free users"),
    ):
        assert [mark.id for mark in reported(lab, metric, figures)] == [id_]


def test_packaged_figures_are_those_of_the_scenarios_lab(anthropic: Scenario) -> None:
    ids = {mark.id: mark for mark in reported(anthropic, Metric.REVENUE)}
    assert ids["N16"].value == 4.8 and ids["N16"].quarter == 0 and not ids["N16"].is_plan
    assert ids["N29"].is_plan
    assert reported(changed(anthropic, SOME), Metric.REVENUE) == []


# Where they stand


def test_marks_of_revenue_stand_in_their_quarter_and_at_the_end_of_their_year(
    result: Result,
) -> None:
    figures = [
        figure("revenue", "2025", 4.5),
        figure("revenue", "2026Q2", 5.0),
        figure("revenue", "2027", 55.0, kind="plan"),
    ]
    quarters, years = plot_revenue(result, figures=figures).axes
    # The axis begins four quarters before 2026Q1.
    assert points(quarters, hollow=False) == [(5.5, 5.0)]
    assert points(years, hollow=False) == [(4.0, 4.5)]
    assert points(years, hollow=True) == [(12.0, 55.0)]
    assert {text.get_text() for text in years.texts} == {"4.5", "55"}


def test_revenue_is_drawn_on_logarithmic_axes_with_the_base_quarters(result: Result) -> None:
    drawn = plot_revenue(result)
    assert [axes.get_yscale() for axes in drawn.axes] == ["log", "log"]
    assert titles(drawn) == ["revenue of a quarter, bn USD", "revenue of four quarters, bn USD"]
    own = result.traces[:, traced(Flow.REVENUE), 0]
    (line,) = (line for line in drawn.axes[0].lines if len(np.asarray(line.get_xdata())) == 5)
    np.testing.assert_allclose(
        np.asarray(line.get_ydata(), float),
        [*base_revenue(result.scenario), np.median(own)],
        rtol=1e-12,
    )
    # 2025's quarters sum to its revenue, A2.
    assert base_revenue(result.scenario).sum() == pytest.approx(4.5)


def test_margins_are_drawn_by_definition_the_projected_one_first(lab: Scenario) -> None:
    shown = titles(plot_margins(run(lab, paths=PATHS)))
    assert shown == ["paying users", "inference only", "with free users"]
    # Without partners who are paid, what they get is no definition of its own.
    shared = {"other_costs.partner_share": 0.1, "targets.projected_margin": "with free users"}
    shown = titles(plot_margins(run(changed(lab, shared), paths=PATHS)))
    assert shown == ["with free users", "inference only", "paying users", "with partners' shares"]


def test_a_margin_far_below_zero_does_not_flatten_the_picture(lab: Scenario) -> None:
    ruin = run(changed(lab, {"inference.price_erosion": 1.5}), paths=PATHS)
    assert ruin.in_year(Metric.MARGIN_PAYING, 2035)["p05"].value < -2.0
    bottom, top = plot_margins(run(lab, paths=PATHS)).axes[0].get_ylim()
    assert bottom > -0.5 and top == 1.0


# Alternatives


def test_ends_are_the_medians_of_the_paths_of_each_alternative(two_worlds: Result) -> None:
    by_path = two_worlds.traces[:, index(Metric.MARGIN_PAYING)]
    ends = median_ends(two_worlds, by_path, 7)
    assert ends is not None
    assert (ends.lowest, ends.highest) == ("inference stays dear", "inference gets cheap")
    dear = two_worlds.traced_alternatives == 0
    assert 0.45 < dear.mean() < 0.55
    np.testing.assert_array_equal(ends.low, np.median(by_path[dear], axis=0))
    np.testing.assert_array_equal(ends.high, np.median(by_path[~dear], axis=0))


def test_without_alternatives_there_are_no_ends(result: Result) -> None:
    assert median_ends(result, result.traces[:, 0], 0) is None
    assert not result.traced_alternatives.any()


def test_traced_paths_and_the_alternative_each_lives_in_are_simulated_together(
    lab: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def counted(*of: Any) -> TracedPaths:
        calls.append(of)
        return trace_paths(*of)

    monkeypatch.setattr("simulate.engine.result.trace_paths", counted)
    scenario = changed(lab, {"alternatives": ALTERNATIVES})
    # Replicates of 1,024 paths, all of which are traced.
    result = run(scenario, paths=16384, keep_outcomes=True, keep_inputs=True)
    first = result.outcomes[result.outcomes["replicate"] == 0]
    np.testing.assert_array_equal(result.traced_alternatives, first["alternative"])
    np.testing.assert_array_equal(result.traces, simulate_traces(scenario, len(first)))
    assert len(calls) == 1


def test_titles_name_both_ends_of_the_range(two_worlds: Result, result: Result) -> None:
    for plot in (plot_revenue, plot_margins):
        title = str(plot(two_worlds).get_label())
        assert " if inference stays dear" in title and " if inference gets cheap" in title
        assert " if " not in str(plot(result).get_label())


# Figures of one's own


@pytest.mark.parametrize("name", sorted(MARKED))
def test_a_picture_marks_the_figures_that_are_given(name: str, result: Result) -> None:
    figures = [
        figure("revenue", "2027", 31.0),
        figure("gross margin", "2027", 0.61, definition="paying users", unit="share"),
    ]
    heights = [
        y
        for axes in picture_of(name, result, figures)().axes
        for _, y in points(axes, hollow=False)
    ]
    assert heights and set(heights) <= {31.0, 0.61}


def test_a_picture_says_what_its_marks_are(result: Result) -> None:
    reported_, plan = figure("revenue", "2026", 9.0, id="R1"), figure("revenue", "2027", 20.0)
    nameless = plan.model_copy(update={"kind": "plan", "id": ""})
    for figures, about in (
        ([], "dots: the quarters before the start"),
        ([reported_], "start; filled: reported (R1)"),
        ([reported_, nameless], "(R1); hollow: planned by the company"),
    ):
        drawn = plot_revenue(result, figures=figures)
        (detail,) = (t.get_text() for t in drawn.texts if "before the start" in t.get_text())
        assert detail.replace("\n", " ").endswith(about)


def test_every_picture_takes_figures_whether_it_marks_them_or_not(result: Result) -> None:
    assert set(PICTURES) >= MARKED
    assert picture_of("margin_date", result, [])().get_label()


def projecting(definition: MarginDefinition, lab: Scenario) -> Result:
    """Return the run of a lab with partners that projects a margin of a definition."""
    told = {"targets.projected_margin": definition, "other_costs.partner_share": 0.1}
    return run(changed(lab, told), paths=PATHS)


@pytest.mark.parametrize("definition", MARGINS)
def test_every_definition_may_be_the_projected_one(
    definition: MarginDefinition, lab: Scenario
) -> None:
    legend = PICTURES["margin_date"](projecting(definition, lab)).axes[0].get_legend()
    assert legend is not None
    assert legend.get_texts()[0].get_text().startswith(definition)


def test_the_longest_definition_has_room_in_every_picture(lab: Scenario) -> None:
    projected = projecting(max(MARGINS, key=len), lab)
    for name, plot in PICTURES.items():
        found = faults(plot(projected))
        assert found.outside == found.overlapping == [], name


@pytest.mark.parametrize("first_quarter", ["2026Q2", "2026Q4"])
def test_pictures_of_a_horizon_that_starts_within_a_year(first_quarter: str, lab: Scenario) -> None:
    told = {"horizon.first_quarter": first_quarter, "funding": [], "alternatives": ALTERNATIVES}
    late = run(changed(lab, told), paths=PATHS)
    for name, plot in PICTURES.items():
        found = faults(plot(late))
        assert found.outside == found.overlapping == [], name
    # What is left of 2026 has a name where it is more than a quarter, and begins with the start.
    ticks = [text.get_text() for text in PICTURES["margin_date"](late).axes[1].get_xticklabels()]
    assert ticks[0] == ("2026" if first_quarter == "2026Q2" else "2027")
    quarters, years = PICTURES["revenue"](late).axes
    for axes in (quarters, years):
        (start,) = (line for line in axes.lines if list(np.asarray(line.get_xdata())) == [4, 4])
        assert start.get_color() == LIGHT.muted
