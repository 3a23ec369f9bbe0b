"""What drives the engine's outcomes: known answers, identities, and sentences that agree."""

import json
import math
import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from scipy.stats import norm

import simulate
from simulate.analysis.driver_list import JOINT, list_drivers
from simulate.analysis.drivers import (
    Drivers,
    Explanation,
    effect_table,
    index_table,
    summary,
)
from simulate.analysis.effects import AT_P10, AT_P90, Effect
from simulate.analysis.variance import Index, Together
from simulate.engine.estimate import Estimate, centred
from simulate.model.outcome_texts import parse_outcome
from simulate.model.outcomes import PeakFundingNeed
from simulate.plots.drivers import plot_drivers
from simulate.plots.effects import plot_tenths, plot_tornado
from simulate.scenario import Scenario, ScenarioError
from simulate.text.drivers import (
    correlation_notes,
    group_letters,
    how_far_it_goes,
    leaders,
    what_moves,
)
from simulate.text.effects import between_tenths, how_far, telling
from tests.january import of_january
from tests.scenarios import changed, without_uncertainty

MARGIN = "P(gross margin by 2027)"
MARGIN_NAME = "P(gross margin, paying users by 2027)"
# Of Student's t with 15 degrees of freedom: one false alarm in 2,000 comparisons.
ERRORS = 4.4

EFFICIENCY, EROSION = "inference.efficiency_gain", "inference.price_erosion"
PAIR = f"{EFFICIENCY}, {EROSION}"
# Both are normal; what counts is their difference.
P10_P90 = {EFFICIENCY: (0.4, 1.2), EROSION: (0.1, 0.7)}
SCALE = {key: (p90 - p10) / (2.0 * norm.ppf(0.9)) for key, (p10, p90) in P10_P90.items()}
RHO = 0.6


@cache
def anthropic_drivers() -> Drivers:
    return simulate.drivers(of_january("anthropic"), paths=1 << 12, threads=2)


@cache
def two_correlated() -> tuple[Scenario, Drivers]:
    """Only efficiency gain and price erosion are uncertain, and correlated."""
    changes: dict[str, Any] = {
        key: {"distribution": "normal", "p10": low, "p90": high}
        for key, (low, high) in P10_P90.items()
    }
    changes |= {"correlations": {PAIR: RHO}, "targets.gross_margin": 0.6}
    scenario = without_uncertainty(of_january("anthropic"), changes)
    return scenario, simulate.drivers(
        scenario, [parse_outcome(MARGIN, scenario, "here")], paths=1 << 14
    )


def by_name(explanation: Explanation) -> dict[str, Index]:
    return {index.name: index for index in explanation.indices}


def estimates(of: Index | Together) -> list[Estimate]:
    """Return share, alone and total, all of which there must be."""
    assert of.share is not None and of.total_order is not None
    return [of.share, of.first_order, of.total_order]


def assert_near(found: Estimate, truth: float) -> None:
    assert abs(found.value - truth) < ERRORS * found.standard_error + 1e-12


def difference_of_normals() -> tuple[float, dict[str, float]]:
    """Return the scale of e - p and its correlation with each of the two."""
    e, p = SCALE[EFFICIENCY], SCALE[EROSION]
    scale = math.sqrt(e**2 + p**2 - 2.0 * RHO * e * p)
    return scale, {EFFICIENCY: (e - RHO * p) / scale, EROSION: (RHO * e - p) / scale}


def test_correlated_inputs_of_an_event_have_the_indices_of_its_closed_form() -> None:
    """The margin is reached where e - p exceeds a threshold: an indicator of a Gaussian."""
    scenario, found = two_correlated()
    (explanation,) = found.explanations
    chance = explanation.value.value
    z = norm.ppf(chance)
    _, correlation = difference_of_normals()
    alone = {}
    for key, r in correlation.items():
        both = stats.multivariate_normal(cov=[[1.0, r**2], [r**2, 1.0]]).cdf([z, z])
        alone[key] = (float(both) - chance**2) / (chance - chance**2)
    total = {EFFICIENCY: 1.0 - alone[EROSION], EROSION: 1.0 - alone[EFFICIENCY]}
    indices = by_name(explanation)
    for key in (EFFICIENCY, EROSION):
        share = (alone[key] + total[key]) / 2.0
        for estimate, truth in zip(
            estimates(indices[key]), (share, alone[key], total[key]), strict=True
        ):
            assert_near(estimate, truth)
            assert estimate.standard_error < 0.02
    (together,) = explanation.together
    assert set(together.names) == {EFFICIENCY, EROSION}
    for estimate in estimates(together):
        assert_near(estimate, 1.0)
    assert scenario.correlations
    for name, index in indices.items():
        if name not in together.names:
            assert all(e.value == e.standard_error == 0.0 for e in estimates(index)), name


def test_an_outcome_by_an_input_is_its_closed_form() -> None:
    _, found = two_correlated()
    (explanation,) = found.explanations
    z = norm.ppf(explanation.value.value)
    _, correlation = difference_of_normals()
    for effect in explanation.effects:
        r = correlation[effect.key]

        def share_between(low: float, high: float, r: float = r) -> float:
            start, end = norm.ppf(low), norm.ppf(high)

            def given(x: float) -> float:
                return float(norm.pdf(x) * norm.cdf((z + r * x) / math.sqrt(1.0 - r**2)))

            return integrate.quad(given, start, end)[0] / (high - low)

        assert_near(effect.at_p10, share_between(*AT_P10))
        assert_near(effect.at_p90, share_between(*AT_P90))
        assert_near(effect.change, share_between(*AT_P90) - share_between(*AT_P10))
        for tenth, estimate in enumerate(effect.deciles):
            truth = share_between(tenth / 10, (tenth + 1) / 10)
            assert estimate.low - 0.002 < truth < estimate.high + 0.002


@pytest.mark.parametrize(
    ("group", "changes", "asked"),
    [
        (
            "inference.overrun",
            {
                "inference.overrun": {"distribution": "normal", "p10": -0.1, "p90": 0.2},
                "targets.gross_margin": 0.6,
            },
            "P(gross margin by 2027)",
        ),
        (
            "training.drift",
            {"training.drift": {"distribution": "uniform", "low": -0.6, "high": 1.0}},
            "P(free cash flow positive by 2027)",
        ),
        (
            "demand shocks",
            {"demand.volatility": 0.06},
            "P(free cash flow positive, four quarters in a row by 2028)",
        ),
        (
            "whether rounds come",
            {"funding.round_2026.chance": 0.5, "cash.opening": 1.0},
            "P(out of cash by 2027)",
        ),
        (
            "jumps of training cost",
            {"training.generation.rate": 0.5},
            "P(free cash flow positive, four quarters in a row by 2028)",
        ),
        (
            "losses of clients",
            {"segments.api.client_loss.rate": 0.5},
            "P(free cash flow positive, four quarters in a row by 2028)",
        ),
    ],
)
def test_the_only_thing_that_moves_explains_everything(
    anthropic: Scenario, group: str, changes: dict[str, Any], asked: str
) -> None:
    scenario = without_uncertainty(anthropic, changes)
    found = simulate.drivers(scenario, [parse_outcome(asked, scenario, "here")], paths=1 << 12)
    (explanation,) = found.explanations
    assert 0.01 < explanation.value.value < 0.99
    for name, index in by_name(explanation).items():
        expected = 1.0 if name == group else 0.0
        for estimate in estimates(index):
            assert_near(estimate, expected)
            assert estimate.standard_error < 0.06


def test_shares_sum_to_one_and_independent_parts_to_no_more() -> None:
    found = anthropic_drivers()
    grouped = {name for e in found.explanations for t in e.together for name in t.names}
    for explanation in found.explanations:
        shares = [index.share for index in explanation.indices]
        assert sum(s.value for s in shares if s is not None) == pytest.approx(1.0)
        blocks = [
            *(index for index in explanation.indices if index.name not in grouped),
            *explanation.together,
        ]
        error = math.hypot(*(block.first_order.standard_error for block in blocks))
        assert sum(block.first_order.value for block in blocks) < 1.0 + ERRORS * error
        for block in blocks:
            share, alone, total = estimates(block)
            reach = ERRORS * math.hypot(alone.standard_error, total.standard_error)
            assert alone.value < total.value + reach + 1e-12
            # Shapley's effect of an independent block lies between the two.
            reach = ERRORS * (share.standard_error + total.standard_error + alone.standard_error)
            assert alone.value - reach - 1e-12 < share.value < total.value + reach + 1e-12


def test_what_cannot_matter_has_no_part() -> None:
    margin = anthropic_drivers().explanations[0]
    for name in ("cash.opening", "cash.tax_rate", "whether rounds come", "other_costs.stock_pay"):
        index = by_name(margin)[name]
        assert all(e.value == e.standard_error == 0.0 for e in estimates(index)), name


def test_mixed_runs_and_kept_paths_agree_on_what_an_input_explains_alone() -> None:
    """Two estimators that share no path, over all inputs and outcomes."""
    gaps = []
    for explanation in anthropic_drivers().explanations:
        indices = by_name(explanation)
        for effect in explanation.effects:
            mixed = indices[effect.key].first_order
            error = math.hypot(mixed.standard_error, effect.first_order.standard_error)
            if error > 1e-4:
                gaps.append((mixed.value - effect.first_order.value) / error)
    assert len(gaps) > 60
    # Of 60 and more standard normal gaps; a bias of one error would give 1.4.
    assert math.sqrt(np.mean(np.square(gaps))) < 1.35
    assert max(map(abs, gaps)) < 6.0


def test_threads_change_no_bit(anthropic: Scenario) -> None:
    scenario = changed(anthropic, {"sampling.replicates": 4})
    one, two = (simulate.drivers(scenario, paths=1 << 10, threads=threads) for threads in (1, 2))
    pd.testing.assert_frame_equal(index_table(one), index_table(two), check_exact=True)
    pd.testing.assert_frame_equal(effect_table(one), effect_table(two), check_exact=True)


def test_a_student_t_copula_leaves_single_inputs_no_share(anthropic: Scenario) -> None:
    scenario = changed(
        anthropic, {"copula": {"distribution": "student_t", "degrees_of_freedom": 4.0}}
    )
    found = simulate.drivers(scenario, [parse_outcome(MARGIN, scenario, "here")], paths=1 << 12)
    (explanation,) = found.explanations
    indices = by_name(explanation)
    assert {"demand shocks", JOINT} <= indices.keys()
    shares = [index.share.value for index in explanation.indices if index.share is not None]
    assert sum(shares) == pytest.approx(1.0)
    assert indices[EFFICIENCY].share is indices[EFFICIENCY].total_order is None
    assert indices[EFFICIENCY].first_order.value > 0.1
    assert indices[JOINT].first_order.value > indices[EFFICIENCY].first_order.value
    (note,) = correlation_notes(found.found)
    assert "single ones have neither share nor total-order index" in note
    assert "; of single inputs efficiency gain explains most by itself (" in what_moves(
        explanation, "it"
    )


def test_correlated_inputs_of_an_amount_have_the_indices_of_its_closed_form() -> None:
    """The margin rises with e - p, so that its rank is that of a Gaussian."""
    scenario, _ = two_correlated()
    margin = parse_outcome("gross margin 2027", scenario, "here")
    (explanation,) = simulate.drivers(scenario, [margin], paths=1 << 12).explanations
    _, correlation = difference_of_normals()
    # The correlation of two ranks whose scores have a correlation of r^2 (Pearson, 1907).
    alone = {key: 6.0 / math.pi * math.asin(r**2 / 2.0) for key, r in correlation.items()}
    found = by_name(explanation)
    for key, other in ((EFFICIENCY, EROSION), (EROSION, EFFICIENCY)):
        share, first, total = estimates(found[key])
        assert_near(first, alone[key])
        assert_near(total, 1.0 - alone[other])
        assert_near(share, (1.0 + alone[key] - alone[other]) / 2.0)


def test_a_certain_deviation_leaves_the_other_by_itself(anthropic: Scenario) -> None:
    scenario = changed(anthropic, {"inference.overrun": 0.1, "sampling.replicates": 4})
    found = list_drivers(scenario)
    names = [driver.name for driver in found.drivers]
    assert "inference.overrun" not in names
    assert (names.index("training.drift"),) in found.blocks
    drivers = simulate.drivers(scenario, [PeakFundingNeed()], paths=1 << 10)
    assert "training.drift" in by_name(drivers.explanations[0])


def test_inputs_that_are_correlated_through_others_are_one_block(anthropic: Scenario) -> None:
    """A chain of three, whose ends have no correlation of their own, and a pair apart."""
    a, b, c, d, e, alone = (driver.name for driver in list_drivers(anthropic).drivers[:6])
    pairs = {f"{a}, {e}": 0.4, f"{e}, {c}": 0.3, f"{b}, {d}": -0.5}
    found = list_drivers(changed(anthropic, {"correlations": pairs}))
    blocks = [{found.drivers[place].name for place in block} for block in found.blocks]
    assert {a, c, e} in blocks and {b, d} in blocks and {alone} in blocks


def test_drivers_stand_in_the_groups_that_correlations_make(anthropic: Scenario) -> None:
    found = list_drivers(anthropic)
    letters = group_letters(found)
    assert letters[EFFICIENCY] == letters[EROSION]
    assert letters["inference.overrun"] == letters["training.drift"] != letters[EROSION]
    assert "cash.opening" not in letters
    coordinates = [c for driver in found.drivers for c in driver.coordinates]
    assert len(coordinates) == len(set(coordinates))
    notes = " ".join(correlation_notes(found))
    assert f"{letters[EROSION]}  correlated: {EFFICIENCY}, {EROSION} 0.6." in notes
    assert "inference.overrun: only the part of each year" in notes


def test_no_correlation_needs_no_note(anthropic: Scenario) -> None:
    found = list_drivers(changed(anthropic, {"correlations": {}}))
    assert correlation_notes(found) == [] and found.groups == []


def test_an_outcome_that_never_comes_has_no_drivers(anthropic: Scenario) -> None:
    scenario = changed(anthropic, {"targets.gross_margin": 0.99, "sampling.replicates": 4})
    found = simulate.drivers(scenario, [parse_outcome(MARGIN, scenario, "here")], paths=1 << 10)
    (explanation,) = found.explanations
    assert explanation.indices == explanation.together == ()
    assert what_moves(explanation, "it") == "Nothing moves it: 0.0% in all paths"
    for draw in (plot_drivers, plot_tornado, plot_tenths):
        draw(found)


def test_two_replicates_suffice(anthropic: Scenario) -> None:
    few = changed(anthropic, {"sampling.replicates": 2})
    found = simulate.drivers(few, [parse_outcome(MARGIN, few, "here")], paths=100)
    assert found.paths == 128
    assert np.isfinite(found.explanations[0].indices[0].first_order.standard_error)


def test_progress_ends_where_it_said(anthropic: Scenario) -> None:
    seen: list[tuple[int, int]] = []
    few = changed(anthropic, {"sampling.replicates": 4})
    found = simulate.drivers(
        few,
        [PeakFundingNeed()],
        paths=1024,
        progress=lambda done, all_, _: seen.append((done, all_)),
    )
    done = [d for d, _ in seen]
    assert done == sorted(done)
    assert seen[-1] == (found.runs * found.paths + found.kept_paths,) * 2


def test_an_interruption_ends_the_work(anthropic: Scenario) -> None:
    done_of_all: list[float] = []

    def interrupt(done: int, total: int, _error: float) -> None:
        done_of_all.append(done / total)
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate.drivers(anthropic, [PeakFundingNeed()], paths=1024, threads=2, progress=interrupt)
    assert done_of_all[-1] < 0.55


def numbers(sentence: str) -> list[float]:
    return [float(text) for text in re.findall(r"(\d+(?:\.\d+)?)%", sentence)]


def test_sentences_say_what_the_numbers_say() -> None:
    found = anthropic_drivers()
    letters = group_letters(found.found)
    assert letters
    for explanation in found.explanations:
        outcome = explanation.outcome
        sentence = what_moves(explanation, "it")
        first = leaders(explanation.indices)
        largest = max(i.share.value for i in explanation.indices if i.share is not None)
        assert first[0].share is not None and first[0].share.value == largest
        for index, told in zip(first[:3], numbers(sentence), strict=True):
            assert index.share is not None
            assert told == pytest.approx(100.0 * index.share.value, abs=0.5)
            assert index.name.split(".")[-1].replace("_", " ") in sentence
        widest = telling(explanation.effects, 1)[0]
        assert abs(widest.change.value) == max(abs(e.change.value) for e in explanation.effects)
        if outcome.is_probability:
            told = numbers(how_far(outcome, widest))
            assert told == pytest.approx(
                [100.0 * widest.at_p10.value, 100.0 * widest.at_p90.value], abs=0.5
            )
            told = numbers(between_tenths(outcome, widest))
            ends = [100.0 * widest.deciles[place].value for place in (0, -1)]
            assert told == pytest.approx(ends, abs=0.5)


def test_shares_too_close_to_tell_apart_are_named_together() -> None:
    def index(name: str, share: float, error: float = 0.01) -> Index:
        estimate = centred(share, share + error * 4.0 * np.tile([-1.0, 1.0], 8))
        return Index(name, estimate, estimate, estimate)

    close = [index("segments.api.growth.initial", 0.31), index("demand shocks", 0.30)]
    rest = [index("cash.opening", 0.20)]
    assert leaders([*close, *rest]) == close
    event = anthropic_drivers().explanations[0]
    tie = Explanation(event.outcome, event.value, (*close, *rest), (), ())
    assert what_moves(tie, "it") == (
        "What moves it most: initial growth of api and demand shocks "
        "(31% and 30% of the variance, not told apart)"
    )
    four = Explanation(event.outcome, event.value, (*close, *close), (), ())
    assert "31%, 30% and 31% of the variance, not told apart from 1 more)" in what_moves(four, "it")
    clear = Explanation(event.outcome, event.value, (close[0], *rest), (), ())
    assert what_moves(clear, "it") == (
        "What moves it most: initial growth of api (31% of the variance)"
    )


def test_the_range_that_is_told_is_that_of_the_driver_that_is_named() -> None:
    """The input of the widest range is another, and has no sentence of its own."""
    event = anthropic_drivers().explanations[0]
    widest, other = telling(event.effects, 2)

    def explained(*shares: float) -> Explanation:
        estimates = [centred(share, share + 0.04 * np.tile([-1.0, 1.0], 8)) for share in shares]
        named = zip((other.key, widest.key, "demand shocks"), estimates, strict=True)
        largest_first = sorted(named, key=lambda pair: -pair[1].value)
        indices = tuple(Index(name, e, e, e) for name, e in largest_first)
        return replace(event, indices=indices)

    assert how_far_it_goes(explained(0.5, 0.3, 0.2)) == [how_far(event.outcome, other)]
    tied = [how_far(event.outcome, widest), how_far(event.outcome, other)]
    assert how_far_it_goes(explained(0.4, 0.41, 0.1)) == tied
    assert how_far_it_goes(explained(0.2, 0.3, 0.5)) == []


def test_what_chance_can_make_is_no_telling_effect() -> None:
    effect = anthropic_drivers().explanations[0].effects[-1]
    assert isinstance(effect, Effect)
    assert telling([effect], 9) == []


def test_pictures_state_the_finding() -> None:
    found = anthropic_drivers()
    outcomes = [explanation.outcome for explanation in found.explanations]
    widest = [explanation.effects[0] for explanation in found.explanations]
    for draw, findings in (
        (plot_drivers, [what_moves(e, e.outcome.asked) for e in found.explanations]),
        (plot_tornado, list(map(how_far, outcomes, widest))),
        (plot_tenths, list(map(between_tenths, outcomes, widest))),
    ):
        figure = draw(found)
        titles = [axes.get_title(loc="left").replace("\n", " ") for axes in figure.axes]
        told = [figure.get_label(), *filter(None, titles)]
        for title, finding in zip(told, findings, strict=True):
            assert title.lower().endswith(finding.lower())


def test_the_summary_holds_what_the_tables_hold() -> None:
    found = anthropic_drivers()
    told = json.loads(json.dumps(summary(found)))
    table = index_table(found).set_index(["outcome", "driver", "measure"])["value"]
    for explanation in found.explanations:
        name = explanation.outcome.asked
        for index in explanation.indices:
            for measure, estimate in told["outcomes"][name]["drivers"][index.name].items():
                assert table[name, index.name, measure] == estimate["value"]
    assert told["scenario"]["name"] == found.scenario.name
    effects = effect_table(found)
    assert set(effects["part"]) == {"p10", "p90", "change", *(f"d{k:02}" for k in range(1, 11))}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("margin", 'write it as "gross margin by 2027", "revenue 2027" or "peak funding need"'),
        ("P(gros margin by 2027)", 'did you mean "gross margin"?'),
        ("P(gross margin by 2050)", "outside the horizon"),
    ],
)
def test_an_outcome_that_is_none_is_explained(anthropic: Scenario, text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        parse_outcome(text, anthropic, "here")


def test_an_outcomes_name_is_read_back(anthropic: Scenario) -> None:
    for explanation in anthropic_drivers().explanations:
        assert parse_outcome(explanation.outcome.asked, anthropic, "here") == explanation.outcome
