"""What must not change the numbers: threads, order, and how many more paths are asked for."""

import re

import numpy as np
import pandas as pd
import pytest

from simulate.engine.block import Workspace, empty_tally
from simulate.engine.estimate import histogram_quantiles
from simulate.engine.plan import prepare
from simulate.engine.result import TRACED_PATHS, Result
from simulate.engine.run import Session, run, simulate_traces
from simulate.kernels.arrays import index
from simulate.kernels.cache import source_digest
from simulate.model.catalogue import FUNDING_NEED
from simulate.model.outcomes import MARGINS
from simulate.model.rows import TRACED, Hit, Metric
from simulate.model.tally import MONEY_BINS, Tally, margin_edges, money_edges
from simulate.scenario import Scenario, ScenarioError
from simulate.text.numbers import share
from simulate.text.run import beyond_range_sentences
from tests.scenarios import changed

PATHS = 1 << 15


def assert_same(a: Result, b: Result) -> None:
    for name, left, right in zip(Tally._fields, a.tally, b.tally, strict=True):
        np.testing.assert_array_equal(left, right, err_msg=name)


@pytest.mark.parametrize("sampler", ["sobol", "pseudo"])
def test_any_number_of_threads_gives_the_same_bits(anthropic: Scenario, sampler: str) -> None:
    scenario = changed(anthropic, {"sampling.sampler": sampler})
    one = run(scenario, paths=PATHS, threads=1)
    # 40 threads share 16 replicates.
    for threads in (2, 4, 40):
        assert_same(one, run(scenario, paths=PATHS, threads=threads))


@pytest.mark.parametrize(
    ("paths", "threads"), [(1, 17), (64, 64), (1024, 32), (4096, 65), (20_000, 400)]
)
def test_more_threads_than_work_give_the_same_bits(
    anthropic: Scenario, paths: int, threads: int
) -> None:
    one, many = (
        run(anthropic, paths=paths, threads=count, keep_outcomes=True, keep_deviations=True)
        for count in (1, threads)
    )
    assert_same(one, many)
    pd.testing.assert_frame_equal(one.outcomes, many.outcomes)


def test_joint_counts_of_margin_and_cash_flow_add_up_to_each_alone(anthropic: Scenario) -> None:
    result = run(anthropic, paths=PATHS, keep_outcomes=True)
    held = result.hits(Hit.CASH_FLOW_HELD)
    for place, margin in enumerate(MARGINS.values()):
        joint = result.tally.joint[:, 0, place]
        np.testing.assert_array_equal(joint.sum(axis=2), result.hits(margin.reached))
        np.testing.assert_array_equal(joint.sum(axis=1), held)
    outcomes = result.outcomes
    both = (outcomes[Hit.MARGIN_ALL.title] == 11) & (outcomes[Hit.CASH_FLOW_HELD.title] == 13)
    assert both.sum() == result.tally.joint[:, 0, -1, 11, 13].sum() > 0


def test_a_seed_decides_the_numbers(anthropic: Scenario) -> None:
    assert_same(run(anthropic, paths=PATHS, seed=3), run(anthropic, paths=PATHS, seed=3))
    other = run(anthropic, paths=PATHS, seed=4)
    assert (other.tally.sums != run(anthropic, paths=PATHS, seed=3).tally.sums).any()


def test_more_paths_continue_the_same_sequence(anthropic: Scenario) -> None:
    few = run(anthropic, paths=1 << 12, keep_outcomes=True).outcomes
    many = run(anthropic, paths=1 << 13, keep_outcomes=True).outcomes
    start = many[many["path"] < 1 << 8]
    np.testing.assert_array_equal(
        start.sort_values(["replicate", "path"]), few.sort_values(["replicate", "path"])
    )


def test_two_halves_continued_are_one_run(anthropic: Scenario) -> None:
    simulation = Session(threads=2).simulation(anthropic)
    simulation.advance(PATHS // 2)
    simulation.advance(PATHS)
    assert_same(simulation.result(), run(anthropic, paths=PATHS))


def test_the_order_of_blocks_does_not_matter(anthropic: Scenario) -> None:
    prepared = prepare(anthropic)
    space = Workspace(prepared)
    points = prepared.points("sobol", 1, 0)
    tallies = []
    for order in ([0, 1, 2, 3], [2, 0, 3, 1]):
        tally = empty_tally(prepared)
        for block in order:
            space.simulate(points, block, 1, tally)
        tallies.append(tally)
    for left, right in zip(*tallies, strict=True):
        np.testing.assert_array_equal(left, right)


def test_paths_are_added_until_the_error_is_met(anthropic: Scenario) -> None:
    goal = "P(gross margin by 2028) ± 0.001"
    result = run(anthropic, until=goal)
    assert result.goal.startswith("Goal met")
    assert result.probability_by_year(Hit.MARGIN_PAYING, 2028).standard_error <= 0.001
    assert_same(result, run(anthropic, paths=result.paths))
    limited = run(anthropic, until="P(gross margin by 2028) ± 0.00001", paths=20_000)
    assert limited.goal.startswith("Goal not met")
    assert limited.paths < 22_000


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ("gross margin", "not a goal; write it as"),
        ("P(gros margin by 2027) ± 0.1", 'did you mean "gross margin"?'),
        ("P(gross margin by 2040) ± 0.1", "outside the horizon, 2026Q1 to 2035Q4"),
        ("P(gross margin by 2027) ± tiny", '"tiny" is no number'),
        ("P(out of cash by 2027Q2) +- 0", '"0" is no standard error'),
    ],
)
def test_a_goal_that_is_none_is_explained(anthropic: Scenario, goal: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        run(anthropic, until=goal)


def test_numbers_beyond_all_measure_are_counted_at_the_edge(anthropic: Scenario) -> None:
    segment = anthropic.segments[0].model_dump(mode="json", exclude_none=True)
    segment |= {"volatility": 1.0, "share_of_revenue": 1.0, "market": 1e30}
    segment["growth"] = {"initial": 5.0, "lasting": 5.0, "half_life": 1.0}
    wild = changed(
        anthropic,
        {
            "horizon.last_quarter": "2075Q4",
            "segments": [segment],
            "demand": {"persistence": 0.99, "volatility": 1.0},
            "correlations": {},
        },
    )
    simulation = Session().simulation(wild)
    simulation.advance(2048)
    result = simulation.result()
    assert (result.tally.hits.sum(axis=(1, 3)) == result.replicate_paths).all()
    assert (result.tally.margin.sum(axis=3) == result.replicate_paths).all()
    assert (result.tally.money.sum(axis=3) == result.replicate_paths).all()
    assert np.isfinite(result.metrics["value"]).all()


@pytest.mark.parametrize("growth", [2.0, 3.0, 5.0])
def test_amounts_that_grow_beyond_counting_are_refused(anthropic: Scenario, growth: float) -> None:
    wild = changed(
        anthropic,
        {
            "horizon.last_quarter": "2075Q4",
            "training.growth.initial": growth,
            "training.growth.lasting": growth,
            "correlations": {},
        },
    )
    message = r"training cost passes 17 million bn USD.*\nlower training.growth, or .* 2075Q4"
    with pytest.raises(ScenarioError, match=message):
        run(wild, paths=2048)


def test_a_few_amounts_beyond_counting_are_told(anthropic: Scenario) -> None:
    """One year in a thousand multiplies training cost by 10^7."""
    jump = {"distribution": "discrete", "values": [0.0, 1e7], "weights": [0.999, 0.001]}
    result = run(
        changed(anthropic, {"training.drift": jump, "correlations": {}}),
        paths=PATHS,
        keep_outcomes=True,
    )
    found = result.beyond_range[Metric.TRAINING]
    assert 0.0 < found.share < 0.05
    assert f"passes 17 million bn USD in up to {share(found.share)} of paths" in "".join(
        beyond_range_sentences(result)
    )
    assert result.summary()["beyond_range"]["training cost"]["quarter"] == found.quarter
    assert result.outcomes[FUNDING_NEED].max() == 2.0**24


def test_what_is_never_negative_has_no_negative_quantile_or_interval(anthropic: Scenario) -> None:
    """A lab that earns and needs next to nothing."""
    small = changed(anthropic, {"base_year.revenue": 1e-3, "base_year.monthly_revenue": 1e-4})
    metrics = run(small, paths=2048).metrics
    amounts = metrics[metrics["metric"].isin(["revenue", "training cost", "inference cost"])]
    assert (amounts[["value", "low"]] >= 0.0).all(axis=None)
    margins = metrics[metrics["metric"].str.startswith("gross margin")]
    assert (margins["high"] <= 1.0).all()


def test_every_path_is_counted_once(anthropic: Scenario) -> None:
    result = run(anthropic, paths=1000)
    assert result.paths == 1024
    tally, each = result.tally, result.replicate_paths
    assert (tally.hits.sum(axis=(1, 3)) == each).all()
    assert (tally.margin.sum(axis=3) == each).all()
    assert (tally.funding_need.sum(axis=1) == each).all()
    assert (tally.money.sum(axis=3) == each).all()


def test_the_tally_agrees_with_the_paths_it_counted(anthropic: Scenario) -> None:
    scenario = changed(anthropic, {"sampling.replicates": 2})
    paths = 2048
    result = run(scenario, paths=2 * paths)
    trace = simulate_traces(scenario, paths)
    for place, (metric, name) in enumerate((metric, metric.title) for metric in Metric):
        values = trace[:, place]
        # Sums are kept to 2**-17 a path.
        found = result.tally.sums[0, place] / 65536 / paths
        np.testing.assert_allclose(found, values.mean(axis=0), atol=1e-5, rtol=1e-9, err_msg=name)
        counts, edges = result.histogram(metric)
        for quarter in (0, 20, 39):
            inside = np.clip(values[:, quarter], edges[0] * (1 - 1e-12), edges[-1] * (1 - 1e-12))
            expected = np.searchsorted(edges, inside, side="right") - 1
            if edges.size == MONEY_BINS + 1:
                low = np.searchsorted(edges, inside, side="left") - 1
                expected = np.where(inside < 0, low, expected)
            np.testing.assert_array_equal(
                counts[0, quarter], np.bincount(expected, minlength=edges.size - 1), err_msg=name
            )


def test_bins_are_as_fine_as_stated() -> None:
    money = money_edges()
    positive = money[money > 0]
    assert np.max(np.diff(positive) / positive[:-1]) <= 1 / 64 + 1e-12
    np.testing.assert_allclose(np.diff(margin_edges()), 0.002)


def test_quantiles_are_within_a_bin_of_the_exact_ones(anthropic: Scenario) -> None:
    paths = 4096
    result = run(changed(anthropic, {"sampling.replicates": 2}), paths=2 * paths)
    trace = simulate_traces(anthropic, paths)
    levels = (0.1, 0.5, 0.9)
    for metric in Metric:
        counts, edges = result.histogram(metric)
        found = histogram_quantiles(counts[0], edges, np.array(levels))
        values = trace[:, index(metric)]
        exact = np.quantile(values, levels, axis=0, method="inverted_cdf").T
        place = np.clip(np.searchsorted(edges, exact), 1, len(edges) - 1)
        width = edges[place] - edges[place - 1]
        assert np.max(np.abs(found - exact) / width) <= 1.0 + 1e-9, metric


def test_quantiles_of_many_histograms_are_those_of_each() -> None:
    counts = np.random.default_rng(1).integers(1, 100, (3, 4, 20))
    counts[2, 1] *= 1000
    edges, levels = np.linspace(-1.0, 3.0, 21), np.array([0.0, 0.05, 0.5, 0.95, 1.0])
    found = histogram_quantiles(counts, edges, levels)
    for place in np.ndindex(3, 4):
        reached = np.append(0, counts[place].cumsum())
        expected = np.interp(levels * reached[-1], reached, edges)
        np.testing.assert_allclose(found[place], expected, rtol=1e-12)


def test_a_quantile_among_empty_bins_is_where_counts_end() -> None:
    edges = np.arange(5.0)
    found = histogram_quantiles(np.array([[0, 4, 0, 0], [0, 0, 0, 8]]), edges, np.array([0.5, 1.0]))
    np.testing.assert_array_equal(found, [[1.5, 2.0], [3.5, 4.0]])


def test_a_quantile_of_what_is_mostly_nothing_is_nothing() -> None:
    counts, levels = np.array([6, 0, 4]), np.array([0.1, 0.6, 0.8])
    from_zero = histogram_quantiles(counts, np.array([0.0, 0.001, 0.002, 0.004]), levels)
    np.testing.assert_allclose(from_zero, [0.0, 0.0, 0.003])
    across = histogram_quantiles(counts, np.array([-0.001, 0.001, 0.002, 0.004]), levels)
    np.testing.assert_allclose(across, [-0.002 / 3, 0.001, 0.003], atol=1e-15)


def test_a_run_keeps_the_traces_of_paths_that_it_counted(anthropic: Scenario) -> None:
    replicates = 2
    scenario = changed(anthropic, {"sampling.replicates": replicates})
    result = run(scenario, paths=replicates * TRACED_PATHS, keep_outcomes=True)
    assert result.traces.shape == (TRACED_PATHS, TRACED, result.scenario.horizon.quarters)
    outcomes = result.outcomes[result.outcomes["replicate"] == 0].sort_values("path")
    margin = result.traces[:, index(Metric.MARGIN_PAYING)] >= scenario.targets.gross_margin
    first = np.where(margin.any(axis=1), margin.argmax(axis=1), margin.shape[1])
    np.testing.assert_array_equal(first, outcomes[Hit.MARGIN_PAYING.title])


def test_few_paths_have_as_many_traces(anthropic: Scenario) -> None:
    few, many = run(anthropic, paths=64), run(anthropic, paths=PATHS)
    np.testing.assert_array_equal(few.traces, many.traces)


def test_the_probability_of_a_level_counts_the_paths_above_it(anthropic: Scenario) -> None:
    result = run(changed(anthropic, {"sampling.replicates": 2}), paths=2 * TRACED_PATHS)
    margins = simulate_traces(anthropic, TRACED_PATHS)[:, index(Metric.MARGIN_PAYING)]
    counts, edges = result.histogram(Metric.MARGIN_PAYING)
    quarter = result.last_quarter(2028)
    for level in (-5.0, 0.4, 0.7, 1.0):
        found = result.probability_at_least(Metric.MARGIN_PAYING, 2028, level)
        above = counts[:, quarter, edges[:-1] >= level - 1e-9].sum()
        assert found.value == above / result.paths
        one = counts[0, quarter, edges[:-1] >= level - 1e-9].sum() / TRACED_PATHS
        assert one == np.mean(margins[:, quarter] >= level)


def test_the_bin_that_holds_a_level_counts_in_part(anthropic: Scenario) -> None:
    result = run(anthropic, paths=PATHS)
    low, middle, high = (
        result.probability_at_least(Metric.MARGIN_PAYING, 2028, level).value
        for level in (0.7, 0.701, 0.702)
    )
    assert middle == pytest.approx((low + high) / 2, abs=16 / PATHS)
    assert low > middle > high


def test_a_year_outside_the_horizon_is_refused(anthropic: Scenario) -> None:
    result = run(anthropic, paths=1000)
    for year in (2020, 2036):
        with pytest.raises(ValueError, match="lies outside 2026 to 2035"):
            result.probability_by_year(Hit.MARGIN_PAYING, year)


def test_what_is_never_seen_has_an_interval_and_no_error(anthropic: Scenario) -> None:
    unreachable = changed(anthropic, {"targets.gross_margin": 0.99})
    found = run(unreachable, paths=1000).probability_by_year(Hit.MARGIN_PAYING, 2035)
    assert found.value == found.low == 0.0 and np.isnan(found.standard_error)
    assert found.high == pytest.approx(3.7 / 1024, rel=0.02)  # 1 - 0.025^(1/n)


def test_a_changed_kernel_source_changes_the_cache_key(tmp_path) -> None:
    source = tmp_path / "model" / "quarter.py"
    source.parent.mkdir()
    source.write_text("x = 1\n")
    before = source_digest(tmp_path)
    source.write_text("x = 2\n")
    assert source_digest(tmp_path) != before
