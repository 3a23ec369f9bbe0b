"""What separates paths, on scenarios whose answer is known; and two paths as stories."""

import re

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import rankdata

from simulate.analysis.discover import GAIN_OVER_PRICES, Discovery, discover
from simulate.analysis.typical_paths import example_paths, medoid, tell_story
from simulate.engine.run import run, simulate_traces
from simulate.kernels.arrays import index
from simulate.model.outcome_texts import parse_event
from simulate.model.rows import Hit, Metric
from simulate.scenario import Scenario, ScenarioError
from simulate.text.discover import rule_sentences
from simulate.text.numbers import percent
from tests.scenarios import changed, without_uncertainty

PATHS = 1 << 15


def found(scenario: Scenario, target: str, paths: int = PATHS) -> Discovery:
    return discover(scenario, parse_event(target, scenario, "--target"), paths=paths)


def with_one_cause(anthropic: Scenario) -> Scenario:
    """Only the fall of cost is uncertain, beside an input that no margin depends on."""
    return without_uncertainty(
        anthropic,
        {
            "inference.efficiency_gain": {"distribution": "normal", "p10": 0.4, "p90": 1.2},
            "cash.tax_rate": {"distribution": "uniform", "low": 0.1, "high": 0.3},
        },
    )


def test_a_single_cause_is_found_with_its_limit(anthropic: Scenario) -> None:
    discovery = found(with_one_cause(anthropic), "gross margin by 2028")
    (limit,) = discovery.limits
    assert limit.feature.title == "fall of cost of the same work"
    assert np.isinf(limit.high)
    for estimate in (discovery.density, discovery.coverage):
        assert estimate.value > 0.98
    # The margin reaches its target on one side of the limit, and not on the other.
    for shift, reached in ((0.01, 1.0), (-0.01, 0.0)):
        known = without_uncertainty(anthropic, {"inference.efficiency_gain": limit.low + shift})
        share = run(known, paths=64).probability_by_year(Hit.MARGIN_PAYING, 2028)
        assert share.value == reached


@pytest.mark.parametrize("gains", [[0.4, 1.2], [0.4, 0.8, 1.2]])
def test_a_cause_of_few_values_is_found(anthropic: Scenario, gains: list[float]) -> None:
    """The margin never comes at a gain of 0.4, and mostly at 1.2."""
    scenario = changed(
        anthropic,
        {
            "inference.efficiency_gain": {"distribution": "discrete", "values": gains},
            "inference.price_erosion": 0.5,
            "correlations": {},
        },
    )
    discovery = found(scenario, "gross margin by 2028")
    assert discovery.separates
    (limit,) = (x for x in discovery.limits if x.feature.title == "fall of cost of the same work")
    assert gains[-2] < limit.low < gains[-1] and np.isinf(limit.high)


def test_shocks_alone_are_separated_by_no_input(anthropic: Scenario) -> None:
    """Cash flow of the first quarters moves with demand; the inputs that vary are not in it."""
    scenario = without_uncertainty(
        anthropic,
        {
            "demand.volatility": 0.8,
            "horizon.last_quarter": "2027Q4",
            "cash.opening": {"distribution": "uniform", "low": 10.0, "high": 20.0},
            "cash.interest_rate": 0.0,
            "cash.tax_rate": {"distribution": "uniform", "low": 0.1, "high": 0.3},
            "segments.api.growth.lasting": {"distribution": "normal", "p10": 0.0, "p90": 0.01},
        },
    )
    discovery = found(scenario, "free cash flow positive by 2026Q2")
    assert 0.02 < discovery.overall.value < 0.98
    assert not discovery.separates
    assert rule_sentences(discovery).startswith("Nothing found separates the paths in which")


def test_the_rule_holds_on_paths_that_it_was_not_found_on(anthropic: Scenario) -> None:
    discovery = found(anthropic, "gross margin 70% by 2027", 1 << 16)
    assert discovery.separates
    assert discovery.limits[0].feature.title == GAIN_OVER_PRICES
    error = discovery.density.standard_error
    assert discovery.density.value == pytest.approx(discovery.density_found, abs=4 * error + 0.01)
    again = discover(
        changed(anthropic, {"sampling.seed": 5}), discovery.event, paths=1 << 16
    )  # other paths, the same answer
    spread = np.hypot(error, again.density.standard_error)
    assert again.density.value == pytest.approx(discovery.density.value, abs=4 * spread + 0.03)


def test_the_shares_are_counts_of_held_out_paths(anthropic: Scenario) -> None:
    discovery = found(anthropic, "gross margin 60% by 2028")
    inside = np.ones(len(discovery.success), bool)
    for limit in discovery.limits:
        inside &= (limit.feature.by_path >= limit.low) & (limit.feature.by_path <= limit.high)
    success = discovery.success
    assert len(success) == PATHS // 2
    assert discovery.density.value == pytest.approx(success[inside].mean())
    assert discovery.coverage.value == pytest.approx(inside[success].mean())
    assert discovery.mass.value == pytest.approx(inside.mean())
    assert discovery.overall.value == pytest.approx(success.mean())
    assert discovery.scenario.targets.gross_margin == 0.60


def test_the_words_agree_with_the_numbers(anthropic: Scenario) -> None:
    discovery = found(anthropic, "gross margin by 2027")
    words = rule_sentences(discovery)
    assert words.startswith("Gross margin (paying users) reaches 70% by the end of 2027 in ")
    shares = re.findall(r"(?:in|against|are|and) ([\d.]+% ± [\d.]+) of", words)
    expected = (discovery.density, discovery.overall, discovery.mass, discovery.coverage)
    assert shares == [percent(estimate) for estimate in expected]
    for limit in discovery.limits:
        side = "below" if np.isinf(limit.low) else "above"
        end = limit.high if side == "below" else limit.low
        unit = limit.feature.unit
        written = f"{100.0 * end:g}%" if unit == "share" else f"{end:g} {unit}".rstrip()
        assert f"{limit.feature.title} {side} {written}" in words


@pytest.mark.parametrize(
    ("changes", "target", "message"),
    [
        ({"targets.gross_margin": 0.99}, "gross margin by 2027", "happens in 0 of"),
        ({"targets.gross_margin": 0.01}, "gross margin by 2035", "fails to happen in"),
        ({"sampling.replicates": 2}, "gross margin by 2027", "give at least 4"),
    ],
)
def test_what_cannot_be_learnt_is_refused(
    anthropic: Scenario, changes: dict, target: str, message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        found(changed(anthropic, changes), target, 4096)


def test_without_uncertain_inputs_there_is_nothing_to_separate_by(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="no input is uncertain"):
        found(without_uncertainty(anthropic), "gross margin by 2030", 4096)


def test_the_medoid_is_the_least_distant_of_all_by_rank() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        first, second = rng.random((301, 5)), rng.normal(size=(301, 3))
        first[:, 0] = second[:, 0] + 0.1 * rng.random(301)
        ranks = [
            group.argsort(axis=0).argsort(axis=0) / group.shape[1] for group in (first, second)
        ]
        distances = cdist(np.hstack(ranks), np.hstack(ranks), "cityblock").sum(axis=1)
        assert distances[medoid(first, second)] == pytest.approx(distances.min())


def test_equal_values_share_their_rank_in_a_medoid() -> None:
    few = np.random.default_rng(2).integers(0, 3, (100, 4)).astype(float)
    from_middle = ((rankdata(few, axis=0) - 50.5) ** 2).sum(axis=1)
    assert medoid(few) == from_middle.argmin()


def test_examples_are_one_that_gets_there_and_one_that_does_not(anthropic: Scenario) -> None:
    discovery = found(anthropic, "gross margin by 2028")
    success, failure = example_paths(discovery.outcomes, discovery.event, discovery.scenario)
    assert success is not None and failure is not None
    margin = index(Metric.MARGIN_PAYING)
    assert success.metrics[margin, :12].max() >= 0.70 > failure.metrics[margin, :12].max()
    for story in (success, failure):
        assert [year.year for year in story.years] == list(range(2026, 2036))


def test_a_story_tells_of_rounds_deviations_and_dates(anthropic: Scenario) -> None:
    scenario = without_uncertainty(
        anthropic, {"inference.overrun": 0.2, "training.drift": -0.15, "targets.gross_margin": 0.5}
    )
    outcomes = run(scenario, paths=1024, keep_outcomes=True, keep_deviations=True).outcomes
    row = outcomes.iloc[0]
    story = tell_story(row, simulate_traces(scenario, 1)[0], scenario, outcomes)
    amounts = {
        2026: sum(f.amount.quantile(0.5) for f in scenario.funding[:2]),
        2027: scenario.funding[2].amount.quantile(0.5),
    }
    for year in story.years:
        events = "; ".join(year.events)
        assert "over plan: inference 20%" in events and "under plan: training 15%" in events
        assert ("raises" in events) == (year.year in amounts)
        if year.year in amounts:
            assert f"raises {amounts[year.year]:.1f}" in events
        hit = int(row["gross margin, paying users"])
        reaches = 2026 + hit // 4 == year.year and hit < 40
        assert (f"margin reaches 50% (Q{hit % 4 + 1})" in events) == reaches


@pytest.mark.parametrize("deviations", ["by year", "by quarter"])
def test_a_tenth_of_the_years_are_over_plan_and_a_tenth_under(
    anthropic: Scenario, deviations: str
) -> None:
    """However often deviations are drawn; of 64 paths and 10 years, within four errors."""
    scenario = anthropic.changed({"horizon.deviations": deviations})
    outcomes = run(scenario, paths=4096, keep_outcomes=True, keep_deviations=True).outcomes
    outcomes["cash.opening"] = scenario.cash.opening.quantile(0.5)
    traces, paths = simulate_traces(scenario, 64), range(64)
    stories = [tell_story(outcomes.iloc[p], traces[p], scenario, outcomes) for p in paths]
    told = [";".join(year.events) for story in stories for year in story.years]
    for side in ("over", "under"):
        share = np.mean([bool(re.search(f"{side} plan: [^;]*training", text)) for text in told])
        assert share == pytest.approx(0.1, abs=4.0 * np.sqrt(0.1 * 0.9 / len(told)))


def test_a_round_that_does_not_come_is_told(anthropic: Scenario) -> None:
    scenario = without_uncertainty(anthropic, {"funding.round_2027.chance": 0.0})
    outcomes = run(scenario, paths=1024, keep_outcomes=True, keep_deviations=True).outcomes
    story = tell_story(outcomes.iloc[0], simulate_traces(scenario, 1)[0], scenario, outcomes)
    assert "no round comes" in story.years[1].events
