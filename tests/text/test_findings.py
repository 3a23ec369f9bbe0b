"""What a picture says and draws agrees with the result it was made of."""

import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle, StepPatch

from simulate.analysis.cash import exceedance
from simulate.analysis.compare import compared_year
from simulate.analysis.typical_paths import cash_flow_statements, median_path
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.kernels.arrays import index
from simulate.model.catalogue import FUNDING_NEED
from simulate.model.rows import Flow, Hit, Metric, traced
from simulate.plots.cash import plot_cash_bridge
from simulate.plots.compare import plot_comparison
from simulate.plots.dates import plot_cash_flow_date, plot_margin_and_cash_flow, plot_margin_date
from simulate.plots.fan import LEVELS
from simulate.plots.years import (
    SHOWN_PATHS,
    plot_fans,
    plot_margin_by_year,
)
from simulate.scenario import Scenario
from simulate.text.cash import cash_bridge_finding, funding_need_finding
from simulate.text.compare import finding
from simulate.text.dates import (
    cash_flow_date_finding,
    margin_and_cash_flow_finding,
    margin_date_finding,
)
from simulate.text.numbers import dollars, exact_percent, percent, share
from simulate.text.years import margin_by_year_finding
from tests.scenarios import base_year, changed, from_quarter, value, without_uncertainty

PATHS = 4096


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(anthropic, paths=PATHS, keep_outcomes=True)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def with_target(anthropic: Scenario, target: float, year: int | None = 2027) -> Result:
    changes = {"targets.gross_margin": target, "targets.projected_year": year}
    return run(changed(anthropic, changes), paths=1024)


# When


@pytest.mark.parametrize(
    ("plot", "time"),
    [(plot_margin_date, Hit.MARGIN_PAYING), (plot_cash_flow_date, Hit.CASH_FLOW_HELD)],
)
def test_the_bars_and_never_hold_every_path(plot, time: Hit, result: Result) -> None:
    figure = plot(result)
    quarters = result.scenario.horizon.quarters
    bars = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    heights = [bar.get_height() for bar in bars[:quarters]]
    never = result.probability_never(time).value
    assert sum(heights) + never == pytest.approx(1.0)
    assert f"{share(never)}\nnever by\n2035" in texts(figure)
    assert share(1.0 - never) in texts(figure)


@pytest.mark.parametrize("target", [0.01, 0.5, 0.7, 0.9, 0.99])
def test_a_path_that_never_gets_there_has_the_area_of_one_that_does(
    target: float, anthropic: Scenario
) -> None:
    shown = with_target(anthropic, target)
    axes = plot_margin_date(shown).axes[0]
    bars = [p for p in axes.patches if isinstance(p, Rectangle)]
    *quarters, never = (bar.get_height() * bar.get_width() for bar in bars)
    share_of_never = shown.probability_never(Hit.MARGIN_PAYING).value
    assert never / (never + sum(quarters)) == pytest.approx(share_of_never)
    assert max(bar.get_height() for bar in bars) < axes.get_ylim()[1]


def test_the_projected_year_is_marked_with_its_probability(result: Result) -> None:
    chance = result.probability_by_year(Hit.MARGIN_PAYING, 2027)
    assert margin_date_finding(result) == (
        f"Gross margin of 70% by 2027, as the company projects: {percent(chance)}"
    )
    figure = plot_margin_date(result)
    assert {"company: by 2027", share(chance.value)} <= set(texts(figure))
    (mark,) = (line for line in figure.axes[1].lines if line.get_marker() == "o")
    assert (mark.get_xdata(), mark.get_ydata()) == ([8], [chance.value])


@pytest.mark.parametrize("year", [None, 2045])
def test_without_a_projection_in_the_horizon_none_is_told(
    year: int | None, anthropic: Scenario
) -> None:
    result = with_target(anthropic, 0.7, year)
    assert "project" not in margin_date_finding(result)
    figure = plot_margin_date(result)
    assert not any("company" in text for text in [*texts(figure), figure.texts[-1].get_text()])


def test_half_of_the_paths_are_there_by_the_quarter_that_is_named(result: Result) -> None:
    finding = cash_flow_date_finding(result)
    (named,) = re.findall(r"half of the paths by (\d{4}Q\d);", finding)
    quarters = [result.quarter_name(q) for q in range(result.scenario.horizon.quarters)]
    place = quarters.index(named)
    reached = [result.probability_by(Hit.CASH_FLOW_HELD, q).value for q in (place - 1, place)]
    assert reached[0] < 0.5 <= reached[1]
    assert finding.endswith(percent(result.probability_never(Hit.CASH_FLOW_HELD)))


def test_what_no_path_or_every_path_reaches_is_said_so(anthropic: Scenario) -> None:
    assert ": 0% (<" in margin_date_finding(with_target(anthropic, 0.99))
    assert ": 100% (>" in margin_date_finding(with_target(anthropic, 0.01))
    unreached = margin_date_finding(with_target(anthropic, 0.99, None))
    assert unreached.startswith("Gross margin of 99% by 2035: 0% (<")


# The margin of a year


def test_the_ridges_shares_are_those_of_the_years(result: Result) -> None:
    figure = plot_margin_by_year(result)
    odds = [result.probability_at_least(Metric.MARGIN_PAYING, y, 0.7) for y in result.years]
    (right,) = figure.axes[0].child_axes
    assert [label.get_text() for label in right.get_yticklabels()] == [
        share(chance.value) for chance in odds
    ]
    assert margin_by_year_finding(result) == (
        f"Gross margin of 70% or more: {percent(odds[1])} in 2027, {percent(odds[-1])} in 2035"
    )


def _area(step: StepPatch) -> float:
    values, _, floor = step.get_data()
    return float(np.sum(values - floor))


@pytest.mark.parametrize("target", [0.7, 0.7333, 0.402])
def test_the_ridges_dark_part_is_the_share_at_the_target(
    target: float, anthropic: Scenario
) -> None:
    result = with_target(anthropic, target)
    figure = plot_margin_by_year(result)
    steps = [p for p in figure.axes[0].patches if isinstance(p, StepPatch) and p.get_fill()]
    for row, year in enumerate(result.years):
        light, dark = (_area(step) for step in steps[2 * row : 2 * row + 2])
        chance = result.probability_at_least(Metric.MARGIN_PAYING, year, target).value
        # A target within a bin of 0.002 is drawn at its edge; up to 2.5% of paths are outside.
        assert dark / (light + dark) == pytest.approx(chance, abs=0.03)
    assert exact_percent(target) in margin_by_year_finding(result)


# Margin and cash flow


def test_the_map_holds_every_path(result: Result) -> None:
    figure = plot_margin_and_cash_flow(result)
    cells = np.asarray(figure.axes[0].collections[0].get_array())
    assert np.nansum(cells) == pytest.approx(1.0)


def test_both_and_neither_are_the_outcomes_that_say_so(result: Result) -> None:
    never = result.scenario.horizon.quarters
    margin = result.outcomes[Hit.MARGIN_PAYING.title] < never
    cash = result.outcomes[Hit.CASH_FLOW_HELD.title] < never
    finding = margin_and_cash_flow_finding(result)
    both, neither = (float(x) for x in re.findall(r"([\d.]+)% ±", finding))
    assert both == pytest.approx(100.0 * (margin & cash).mean(), abs=0.051)
    assert neither == pytest.approx(100.0 * (~margin & ~cash).mean(), abs=0.051)
    (detail,) = (
        t.get_text() for t in plot_margin_and_cash_flow(result).texts if "alone" in t.get_text()
    )
    assert f"margin alone {share((margin & ~cash).mean())}" in detail
    assert f"cash flow alone {share((~margin & cash).mean())}" in detail


# Fans


def test_fans_draw_the_quantiles_and_the_first_paths(result: Result) -> None:
    figure = plot_fans(result)
    quarters = range(result.scenario.horizon.quarters)
    metrics = (Metric.MARGIN_PAYING, Metric.REVENUE, Metric.FREE_CASH_FLOW, Metric.CASH)
    for axes, metric in zip(figure.axes, metrics, strict=True):
        estimates = [result.in_quarter(metric, quarter) for quarter in quarters]
        outer, inner = (np.asarray(band.get_paths()[0].vertices) for band in axes.collections[:2])
        for band, low, high in ((outer, LEVELS[0], LEVELS[4]), (inner, LEVELS[1], LEVELS[3])):
            assert band[:, 1].min() == min(e[low].value for e in estimates)
            assert band[:, 1].max() == max(e[high].value for e in estimates)
        median, *paths = axes.lines[: 1 + SHOWN_PATHS]
        assert list(np.asarray(median.get_ydata())) == [e["p50"].value for e in estimates]
        for path, line in zip(result.traces[:, index(metric)], paths, strict=False):
            np.testing.assert_array_equal(line.get_ydata(), path)


def test_the_fans_finding_is_of_the_fifth_year_or_the_last(anthropic: Scenario) -> None:
    for last, year in (("2035Q4", 2030), ("2027Q4", 2027)):
        result = run(changed(anthropic, {"horizon.last_quarter": last}), paths=1024)
        flow = result.in_year(Metric.FREE_CASH_FLOW, year)
        finding = str(plot_fans(result).get_label())
        assert finding.startswith(f"{year}, P5 to P95: gross margin ")
        assert finding.endswith(f"{dollars(flow['p05'].value)} to {dollars(flow['p95'].value)}")


# Funding need


def test_the_exceedance_curve_is_that_of_the_outcomes(result: Result) -> None:
    need = result.outcomes[FUNDING_NEED].to_numpy()
    amounts, exceeded = exceedance(result)
    for place in np.searchsorted(amounts, [0.5, 5.0, 50.0, 500.0]):
        assert exceeded[place] == pytest.approx(np.mean(need > amounts[place]), abs=2 / PATHS)
    assert (np.diff(exceeded) <= 0.0).all() and exceeded[-1] == 0.0


def test_the_funding_finding_is_that_of_the_quantiles(result: Result) -> None:
    finding = funding_need_finding(result)
    half, tenth = re.findall(r"\$([\d.]+)bn ± ([\d.]+)", finding)
    for (amount, error), level in ((half, "p50"), (tenth, "p90")):
        assert float(amount) == pytest.approx(result.funding_need[level].value, rel=0.01)
        assert float(error) == pytest.approx(result.funding_need[level].standard_error, rel=0.1)


# The median path and its bridge


def with_traces(result: Result, flows: list[float], middle: int = 2, paths: int = 5) -> Result:
    """Return the result with paths in order, of which the middle one has given cash flows."""
    traces = np.empty((paths, *result.traces.shape[1:]))
    traces[:] = np.arange(paths)[:, None, None]
    trailing = np.repeat(flows, 4) + np.arange(paths)[:, None] - middle
    traces[:, index(Metric.FREE_CASH_FLOW)] = trailing
    traces[:, traced(Flow.FREE_CASH_FLOW)] = trailing / 4
    return with_given_traces(result, traces)


def with_given_traces(result: Result, traces: np.ndarray) -> Result:
    shown = replace(result)
    # What has been worked out once is not worked out again.
    vars(shown)["_traced"] = replace(result._traced, by_quarter=traces)
    return shown


def test_of_ordered_paths_the_middle_one_is_the_median_path(result: Result) -> None:
    ordered = with_traces(result, [0.0] * 10)
    assert median_path(ordered) == 2
    shuffled = with_given_traces(result, ordered.traces[[3, 0, 4, 1, 2]])
    assert median_path(shuffled) == 4


def test_the_median_path_is_near_the_medians(result: Result) -> None:
    path = result.traces[median_path(result)]
    for metric in (Metric.REVENUE, Metric.MARGIN_PAYING):
        for year in result.years:
            estimates = result.in_year(metric, year)
            value = path[index(metric), result.last_quarter(year)]
            assert estimates["p25"].value < value < estimates["p75"].value


def test_the_lines_of_a_statement_add_up_to_the_paths_own_metrics(result: Result) -> None:
    for path in (0, 63, 64, 1000):
        for year, lines in cash_flow_statements(result, path).items():
            trace = result.traces[path, :, result.last_quarter(year)]
            own = {"EBITDA": Metric.EBITDA, "free cash flow": Metric.FREE_CASH_FLOW}
            total = 0.0
            for line in lines:
                if line.is_sum:
                    assert line.value == pytest.approx(total)
                    if line.name in own:
                        assert line.value == pytest.approx(trace[index(own[line.name])])
                else:
                    total += line.value
            assert lines[0].value == pytest.approx(trace[index(Metric.REVENUE)])
            assert lines[1].value == pytest.approx(-trace[index(Metric.INFERENCE)])


def test_a_statement_books_rounds_growth_and_interest_as_by_hand(anthropic: Scenario) -> None:
    growth = {"initial": 0.5, "lasting": 0.5, "half_life": 1.0}
    steady = {f"segments.{s.name}.growth": growth for s in anthropic.segments}
    steady |= {f"segments.{s.name}.market": 1e30 for s in anthropic.segments}
    steady |= {"segments.api.client_loss.rate": 0.0}
    scenario = without_uncertainty(
        anthropic, steady | {"cash.working_capital": 0.1, "cash.interest_rate": 0.04}
    )
    result = run(scenario, paths=64)
    statements = cash_flow_statements(result, 5)
    found = {line.name: line.value for line in statements[2026]}
    start = 3.0 * value(base_year(scenario).monthly_revenue)
    assert found["working capital"] == pytest.approx(-0.1 * 4.0 * start * (np.exp(0.5) - 1.0))
    rounds = [value(f.amount) for f in scenario.funding if f.name != "round_2027"]
    assert found["funding rounds"] == pytest.approx(sum(rounds))
    cash = [value(scenario.cash.opening), *result.traces[5, index(Metric.CASH), :3]]
    assert found["interest"] == pytest.approx(sum(max(0.0, held) * 0.01 for held in cash))
    ends = result.traces[5, index(Metric.CASH), 3::4]
    changes = [lines[-1].value for lines in statements.values()]
    assert np.diff(ends) == pytest.approx(changes[1:])
    assert ends[0] - cash[0] == pytest.approx(changes[0])


@pytest.mark.parametrize(
    ("flows", "said"),
    [
        ([-3.0] * 10, "is never positive by 2035: -$3bn in 2026, -$3bn in 2035"),
        ([-3.0] * 4 + [2.0] * 6, "is first positive in 2030: -$3bn in 2026, $2bn in 2035"),
        ([1.0] + [-3.0] * 9, "is first positive in 2026: $1bn in 2026, -$3bn in 2035"),
    ],
)
def test_the_bridges_finding_follows_the_path(
    flows: list[float], said: str, result: Result
) -> None:
    shown = with_traces(result, flows)
    assert cash_bridge_finding(shown, median_path(shown)).endswith(said)


def test_a_year_that_has_begun_is_told_by_what_the_horizon_has_of_it(anthropic: Scenario) -> None:
    later = run(from_quarter(anthropic, "2026Q3"), paths=64)
    shown = with_given_traces(later, np.full_like(later.traces, -1.5))
    said = "is never positive by 2035: -$3bn in the rest of 2026, -$6bn in 2035"
    assert cash_bridge_finding(shown, 0).endswith(said)
    statements = cash_flow_statements(later, 0)
    flow = later.traces[0, traced(Flow.FREE_CASH_FLOW)]
    free = {year: lines[-3].value for year, lines in statements.items()}
    assert free[2026] == pytest.approx(flow[:2].sum())
    assert free[2027] == pytest.approx(flow[2:6].sum())
    titles = [axes.get_title() for axes in plot_cash_bridge(later).axes]
    assert titles[0] == "the rest of 2026" and titles[-1] == "2035"


def test_every_bar_of_the_bridge_has_its_amount_on_one_scale(result: Result) -> None:
    figure = plot_cash_bridge(result)
    statements = cash_flow_statements(result, median_path(result))
    for axes in figure.axes:
        lines = statements[int(axes.get_title())]
        assert [text.get_text() for text in axes.texts] == [dollars(s.value) for s in lines]
        bars = [p for p in axes.patches if isinstance(p, Rectangle)]
        assert [bar.get_width() for bar in bars] == pytest.approx([s.value for s in lines])
        assert axes.get_xlim() == figure.axes[0].get_xlim()


# Two scenarios


def test_a_comparison_tells_both_odds_in_order(result: Result, anthropic: Scenario) -> None:
    dearer = run(
        changed(anthropic, {"inference.other_sales_cost": 0.1, "name": "Dearer sales"}), paths=PATHS
    )
    odds = [r.probability_by_year(Hit.MARGIN_PAYING, 2027) for r in (result, dearer)]
    assert finding(result, dearer) == (
        f"Gross margin of 70% by 2027: {percent(odds[0])}, against {percent(odds[1])}"
    )
    legend = plot_comparison(result, dearer).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        f"{result.scenario.name}: {share(odds[0].value)}",
        f"Dearer sales: {share(odds[1].value)}",
    ]


def test_a_comparison_tells_a_target_that_differs(result: Result, anthropic: Scenario) -> None:
    assert finding(result, with_target(anthropic, 0.65)).endswith(" of 65%")


def test_horizons_without_a_common_year_are_refused(result: Result, anthropic: Scenario) -> None:
    horizon = {"first_quarter": "2040Q1", "last_quarter": "2042Q4"}
    moved = {"horizon": horizon, "funding": [], "targets.projected_year": None}
    later = run(changed(anthropic, moved), paths=64)
    with pytest.raises(ValueError, match="no year in common"):
        compared_year(result, later)
