"""Scenarios answered anew: on the same points, with known changes, and the part of each."""

from pathlib import Path

import numpy as np
import pytest

from simulate.analysis.shapley import shapley_parts
from simulate.analysis.watch import Answer, Change, Watch
from simulate.engine.run import run
from simulate.model.outcomes import projected_event
from simulate.scenario import Scenario, ScenarioError, load_scenario
from tests.scenarios import changed, from_quarter, without_uncertainty

PATHS, MORE = 8192, 20_000
OVERRUN = "inference.base_overrun"
DATA = """
name = "Mine"
extends = "anthropic.toml"

[inference.overrun]
distribution = "empirical"
file = "overruns.csv"
column = "overrun"
"""


def lottery(anthropic: Scenario, *cheap: float, costly: float) -> Scenario:
    """Return a lab that knows no chance but one: in so much of its weight inference is cheap."""
    costs = [f"segments.{segment.name}.inference_cost" for segment in anthropic.segments]
    weights = {"costly": costly} | {f"cheap_{place}": each for place, each in enumerate(cheap)}
    alternatives = [
        {"name": name, "weight": weight, **dict.fromkeys(costs, 1.9 if name == "costly" else 0.1)}
        for name, weight in weights.items()
    ]
    return without_uncertainty(anthropic, {"alternatives": alternatives})


def only(answer: Answer) -> Change:
    (change,) = answer.changes
    assert change is not None
    return change


def test_the_first_answer_is_that_of_a_run_and_no_change(anthropic: Scenario) -> None:
    answer = Watch(paths=PATHS).answer(anthropic)
    assert answer.changes == (None,)
    alone = run(anthropic, paths=PATHS)
    for name in alone.tally._fields:
        assert np.array_equal(getattr(answer.results[0].tally, name), getattr(alone.tally, name))


def test_a_change_of_known_size_is_found_with_its_key(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    watch.answer(lottery(anthropic, 14.0, costly=86.0))
    change = only(watch.answer(lottery(anthropic, 19.0, costly=81.0)))
    assert {each.name for each in change.differences} == {
        "alternatives.cheap_0.weight",
        "alternatives.costly.weight",
    }
    move = change.moves[0]
    assert move.event == projected_event(change.new)
    rounding = 16 / PATHS
    assert move.before.value == pytest.approx(0.14, abs=rounding)
    assert move.after.value == pytest.approx(0.19, abs=rounding)
    assert move.change.value == pytest.approx(0.05, abs=rounding)
    assert move.change.standard_error < rounding


def test_each_difference_has_its_part_of_the_change(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    watch.answer(lottery(anthropic, 10.0, 10.0, costly=80.0))
    change = only(watch.answer(lottery(anthropic, 20.0, 30.0, costly=80.0)))
    neither, first, second, both = 20 / 100, 30 / 110, 40 / 120, 50 / 130
    parts = [
        ((first - neither) + (both - second)) / 2,
        ((second - neither) + (both - first)) / 2,
    ]
    assert [each.name for each in change.differences] == [
        "alternatives.cheap_0.weight",
        "alternatives.cheap_1.weight",
    ]
    move = change.moves[0]
    assert [part.value for part in move.parts] == pytest.approx(parts, abs=16 / PATHS)
    assert sum(part.value for part in move.parts) == pytest.approx(move.change.value)


def test_the_parts_of_a_runway_are_those_of_the_textbook() -> None:
    """Three aircraft need runways of length 1, 2 and 3 (Littlechild and Owen, 1973)."""
    subsets = (frozenset(s) for s in ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)))
    needs = {planes: np.full(2, float(max(planes, default=-1) + 1)) for planes in subsets}
    found = [part.value for part in shapley_parts(needs)]
    assert found == pytest.approx([1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 1])


def test_many_differences_are_named_without_parts(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    watch.answer(lottery(anthropic, 10.0, 10.0, 10.0, costly=70.0))
    change = only(watch.answer(lottery(anthropic, 11.0, 12.0, 13.0, costly=64.0)))
    assert len(change.differences) == 4
    assert change.moves[0].parts == ()


def test_a_preview_comes_before_all_paths_and_each_is_compared_with_its_own(
    anthropic: Scenario,
) -> None:
    watch = Watch(paths=MORE)
    watch.answer(anthropic)
    first, second = watch.answers([changed(anthropic, {OVERRUN: 0.3})])
    assert (first.is_preview, second.is_preview) == (True, False)
    for answer in (first, second):
        before = only(answer).before
        assert before is not None
        assert before.paths == answer.results[0].paths
    assert first.results[0].paths < MORE <= second.results[0].paths


def test_what_draws_more_or_is_sampled_otherwise_changes_nothing_else(anthropic: Scenario) -> None:
    """Coordinates that are added, and a new seed, are there before the change as well."""
    watch = Watch(paths=PATHS)
    watch.answer(anthropic)
    opening = anthropic.cash.opening.quantile(0.5)
    watch.answer(changed(anthropic, {"cash.opening": {"value": opening}}))
    certain = changed(anthropic, {"cash.opening": {"value": opening}, "sampling.seed": 5})
    for scenario in (certain, changed(certain, {"cash.opening": anthropic.cash.opening})):
        margin, *_ = only(watch.answer(scenario)).moves
        assert margin.change.value == 0.0


class BrokenOffError(Exception):
    pass


def break_off_after_the_preview(watch: Watch, scenario: Scenario) -> Answer:
    def break_off(_done: int, wanted: int, _error: float) -> None:
        if wanted > MORE - 1:
            raise BrokenOffError

    answers = watch.answers([scenario], break_off)
    preview = next(answers)
    assert preview.is_preview
    with pytest.raises(BrokenOffError):
        next(answers)
    return preview


def test_a_change_is_from_the_last_save_even_if_only_its_preview_was_seen(
    anthropic: Scenario,
) -> None:
    watch = Watch(paths=MORE)
    first, second, third = (
        changed(anthropic, {OVERRUN: {"value": overrun}}) for overrun in (0.2, 0.5, 0.3)
    )
    break_off_after_the_preview(watch, first)
    break_off_after_the_preview(watch, second)
    change = only(watch.answer(third))
    (difference,) = change.differences
    assert (difference.before, difference.after) == ({"value": 0.5}, {"value": 0.3})
    assert change.before is not None
    assert change.before.paths >= MORE
    alone = run(second, paths=MORE)
    assert np.array_equal(change.before.tally.hits, alone.tally.hits)


def test_a_save_without_a_change_finishes_what_was_broken_off(anthropic: Scenario) -> None:
    watch = Watch(paths=MORE)
    watch.answer(anthropic)
    other = changed(anthropic, {OVERRUN: {"value": 0.5}})
    preview = break_off_after_the_preview(watch, other)
    change = only(watch.answer(changed(other, {"name": "Mine"})))
    assert change.differences == only(preview).differences
    assert change.moves[0].change.standard_error < only(preview).moves[0].change.standard_error
    assert watch.answer(other).changes == (None,)


def test_a_scenario_that_assumes_the_same_has_no_change(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    before = watch.answer(anthropic)
    after = watch.answer(changed(anthropic, {"name": "Mine"}))
    assert after.changes == (None,)
    assert after.results[0] is before.results[0]


def test_events_outside_of_a_former_horizon_have_no_change(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    watch.answer(changed(anthropic, {"horizon.last_quarter": "2028Q4"}))
    change = only(watch.answer(anthropic))
    assert [move.event.date for move in change.moves] == ["2027"]


def test_of_several_only_the_one_that_was_saved_has_changed(
    anthropic: Scenario, openai: Scenario
) -> None:
    watch = Watch(paths=PATHS)
    shorter = changed(openai, {"horizon.last_quarter": "2032Q4"})
    before = watch.answer(anthropic, shorter)
    # All end with the horizon that ends first.
    assert [result.years[-1] for result in before.results] == [2032, 2032]
    after = watch.answer(changed(anthropic, {OVERRUN: 0.5}), shorter)
    assert [change is None for change in after.changes] == [False, True]
    assert after.results[1] is before.results[1]


@pytest.mark.usefixtures("january")
def test_other_data_are_compared_with_what_the_former_gave(tmp_path: Path) -> None:
    def read(overrun: float, key: str = "") -> Scenario:
        rows = "\n".join(str(overrun + 0.01 * place) for place in range(9))
        (tmp_path / "overruns.csv").write_text(f"overrun\n{rows}\n")
        (tmp_path / "mine.toml").write_text(f"{key}\n{DATA}")
        return load_scenario(tmp_path / "mine.toml")

    watch = Watch(paths=PATHS)
    watch.answer(read(0.0))
    change = only(watch.answer(read(0.4)))
    (difference,) = change.differences
    assert difference.is_of_data
    assert change.moves[0].change.value < -0.02
    # A new seed asks for the former answer anew, whose data are no more.
    change = only(watch.answer(read(0.0, "sampling.seed = 5")))
    assert change.before is None
    assert change.moves == ()


def test_one_that_begins_later_is_compared_by_the_same_dates(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    watch.answer(changed(anthropic, {"funding": []}))
    answer = watch.answer(from_quarter(anthropic, "2026Q3"))
    change = only(answer)
    assert change.before is not None
    assert [move.event.date for move in change.moves] == ["2027", "2030", "2030"]
    for move in change.moves:
        time, year = move.event.time, int(move.event.date)
        for result, told in ((change.before, move.before), (answer.results[0], move.after)):
            assert result.probability_by_year(time, year) == told


def test_a_scenario_that_cannot_be_run_leaves_the_last_answer(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    watch.answer(anthropic)
    growth = {"training.growth.initial": 5.0, "training.growth.lasting": 5.0}
    boundless = growth | {"horizon.last_quarter": "2060Q4", "correlations": {}}
    with pytest.raises(ScenarioError, match=r"lower training\.growth"):
        watch.answer(changed(anthropic, boundless))
    assert watch.answer(anthropic).changes == (None,)


def test_what_is_asked_beside_moves_by_its_own_date_and_alone(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS, of="P(revenue >= 30 by 2027)")
    watch.answer(anthropic)
    smaller = {"distribution": "lognormal", "p10": 40.0, "p90": 80.0}
    changed = anthropic.changed({"segments.api.market": smaller})
    (change,) = watch.answer(changed).changes
    assert change is not None
    asked = [move for move in change.moves if "revenue" in move.event.name]
    assert [move.event.date for move in asked] == ["2027"]
    alone = run(changed, paths=PATHS).probability("revenue >= 30 by 2027")
    assert asked[0].after.value == alone.value


def test_what_is_no_event_is_not_asked_of_saves(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="P10 of cash 2028"):
        Watch(paths=PATHS, of="P10(cash 2028)").answer(anthropic)
