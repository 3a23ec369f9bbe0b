"""A result answers by the names that its tables have."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from simulate import Result, Scenario, ScenarioError, run
from simulate.kernels.arrays import index
from simulate.model.rows import Hit, Metric

PATHS = 8192
LAST_OF_2027 = 7


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    measures = {"EBITDA of 2027": lambda traces: traces[:, index(Metric.EBITDA), LAST_OF_2027]}
    return run(anthropic, paths=PATHS, keep_outcomes=True, measures=measures)


@pytest.mark.parametrize(
    ("event", "column", "date"),
    [
        ("gross margin 70% by 2027", "gross margin, paying users", "2027Q4"),
        ("gross margin by 2027", "gross margin, paying users", "2027Q4"),
        ("out of cash by 2028Q2", "out of cash", "2028Q2"),
        ("free_cash_flow_positive by 2030", "free cash flow positive", "2030Q4"),
    ],
)
def test_a_probability_is_the_share_of_kept_paths(
    event: str, column: str, date: str, result: Result
) -> None:
    share = (result.kept[column] <= date).mean()
    assert 0.0 < share < 1.0
    assert result.probability(event).value == pytest.approx(share, abs=1e-12)


def test_kept_paths_that_never_get_there_say_so(result: Result) -> None:
    share = (result.kept["out of cash"] == "never").mean()
    assert result.probability_never("out of cash").value == pytest.approx(share, abs=1e-12)


def test_a_frame_holds_mean_and_quantiles_by_quarter(result: Result) -> None:
    frame, truth = result.frame("EBITDA"), result.kept["EBITDA of 2027"]
    assert list(frame.index) == [f"{year}Q{q}" for year in range(2026, 2036) for q in range(1, 5)]
    assert frame.loc["2027Q4", "mean"] == pytest.approx(truth.mean(), rel=1e-5)
    # As fine as a bin of the histogram.
    for column, level in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
        assert frame.loc["2027Q4", column] == pytest.approx(truth.quantile(level), rel=0.016)


def test_traced_paths_are_the_first_kept_ones(result: Result) -> None:
    paths = result.paths_of("EBITDA")
    kept = result.kept.query("replicate == 0").set_index("path")
    both = paths.join(kept["EBITDA of 2027"], how="inner")
    assert len(both) == min(len(paths), PATHS // result.replicates)
    np.testing.assert_array_equal(both["2027Q4"], both["EBITDA of 2027"])


@pytest.mark.parametrize("name", [metric.title for metric in Metric])
def test_every_metric_has_its_own_paths_and_frame(name: str, result: Result) -> None:
    paths, frame = result.paths_of(name), result.frame(name.upper())
    assert list(paths.columns) == list(frame.index)
    # The middle of a few paths is near that of all.
    low, high = np.quantile(paths["2027Q4"], [0.25, 0.75])
    assert low < frame["p50"]["2027Q4"] < high


ASKED_BY_NAME: list[Callable[[Result, Hit | str], object]] = [
    lambda result, time: result.probability_by(time, 11),
    lambda result, time: result.probability_by_year(time, 2028),
    lambda result, time: result.probability_never(time),
    lambda result, time: result.hitting_quarter(time, 0.1),
    lambda result, time: result.counts_by(time, 11).tolist(),
]


@pytest.mark.parametrize("ask", ASKED_BY_NAME)
def test_an_outcomes_name_is_as_good_as_its_place(
    ask: Callable[[Result, Hit | str], object], result: Result
) -> None:
    for time, name in ((time, time.title) for time in Hit):
        assert ask(result, name) == ask(result, time)


def test_a_margin_in_a_name_is_refused_where_only_the_target_is_counted(result: Result) -> None:
    with pytest.raises(ScenarioError, match='no outcome "gross margin 60%"; did you mean "gross'):
        result.probability_by_year("gross margin 60%", 2028)


@pytest.mark.parametrize("ask", ASKED_BY_NAME)
def test_an_unknown_outcome_is_told_with_the_nearest_known(
    ask: Callable[[Result, Hit | str], object], result: Result
) -> None:
    with pytest.raises(ScenarioError, match='no outcome "out of csh"; did you mean "out of cash"'):
        ask(result, "out of csh")


@pytest.mark.parametrize(
    "ask",
    [
        lambda result, metric: result.frame(metric),
        lambda result, metric: result.paths_of(metric),
        lambda result, metric: result.in_year(metric, 2028),
        lambda result, metric: result.in_quarter(metric, 3),
        lambda result, metric: result.histogram(metric),
        lambda result, metric: result.by_replicate(metric, 3, "mean"),
        lambda result, metric: result.probability_at_least(metric, 2028, 0.0),
    ],
)
@pytest.mark.parametrize("given", ["EBIDTA", 3])
def test_an_unknown_metric_is_told_with_those_that_are_known(
    given: object, ask: Callable[[Result, object], object], result: Result
) -> None:
    with pytest.raises(ScenarioError, match=f'no metric "{given}"; (did you mean|known are)'):
        ask(result, given)


def test_another_target_margin_is_refused_with_what_to_do(
    result: Result, anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError) as refused:
        result.probability("gross margin 60% by 2027")
    assert "70% is reached" in str(refused.value)
    (change,) = re.findall(r"scenario\.changed\((.*)\)", str(refused.value))
    lower = run(anthropic.changed(eval(change)), paths=PATHS)
    assert lower.probability("gross margin 60% by 2027").value > (
        result.probability("gross margin 70% by 2027").value
    )


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("out of cash", "not an outcome and a date"),
        ("out of cash by 2050", "outside the horizon, 2026Q1 to 2035Q4"),
        ("out of money by 2028", 'did you mean "out of cash"'),
    ],
)
def test_what_is_no_event_is_told(event: str, words: str, result: Result) -> None:
    with pytest.raises(ScenarioError, match=words):
        result.probability(event)


def test_paths_that_were_not_kept_are_told_with_how_to_keep_them(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="keep_outcomes=True"):
        _ = run(anthropic, paths=64).kept
