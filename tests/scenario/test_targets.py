"""Targets of any quantity, as a list in a scenario's file."""

import re
from pathlib import Path

import pytest

from simulate.engine.run import run
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.quarters import format_quarter
from simulate.scenario.repair import mendable, repair

HEAD = 'extends = "anthropic-2026-01.toml"\n'


def load(folder: Path, text: str) -> Scenario:
    file = folder / "anthropic-mine.toml"
    file.write_text(HEAD + text)
    return load_scenario(file)


def test_a_target_is_an_outcome_with_a_date(tmp_path: Path) -> None:
    wanted = '[[targets]]\nof = "revenue"\nat_least = "30 bn"\nby = 2027\nheld = 2\nsource = "A2"\n'
    found = load(tmp_path, wanted)
    (outcome,) = found.outcomes.values()
    assert (outcome.when, outcome.held, outcome.source) == ("revenue >= 30", 2, "A2")
    assert outcome.by is not None and format_quarter(outcome.by) == "2027Q4"
    once = load(tmp_path, wanted.replace("held = 2\n", ""))
    result = run(once, paths=4096)
    assert result.hits("revenue >= 30 bn").sum() == result.paths
    assert result.probability("revenue >= 30 bn by 2027") == result.probability(
        "P(revenue >= 30 by 2027)"
    )


def test_the_target_of_gross_margin_is_that_of_all_answers(tmp_path: Path) -> None:
    text = (
        '[[targets]]\nof = "gross margin, with free users"\nat_least = "65%"\nheld = 6\nby = 2028\n'
    )
    found = load(tmp_path, text)
    targets = found.targets
    assert (targets.gross_margin, targets.hold_quarters) == (0.65, 6)
    assert targets.projected_margin == "with free users"
    # What the company projects by which year stays what it was.
    assert targets.projected_year == load(tmp_path, "").targets.projected_year
    (outcome,) = found.outcomes.values()
    assert outcome.when == "gross_margin_with_free_users >= 0.65"


def test_a_formula_may_be_a_target(tmp_path: Path) -> None:
    text = (
        '[[targets]]\nof = "trailing(ebitda) / trailing(revenue)"\nabove = 0.2\ntitle = "fifth"\n'
    )
    (outcome,) = load(tmp_path, text).outcomes.values()
    assert outcome.when == "(trailing(ebitda) / trailing(revenue)) > 0.2"
    assert (outcome.title, outcome.by) == ("fifth", None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('of = "revenue"\nat_leest = "30 bn"', 'unknown key "at_leest"; did you mean "at_least"'),
        ('of = "revenue"', "takes of, and one of at_least"),
        ('of = "revenue"\nat_least = "1 bn"\nbelow = 3', "takes of, and one of at_least"),
        ('of = "revenue"\nat_least = "30 bananas"', "bananas"),
        ('of = "revenue"\nat_least = true', "is no number"),
        ('of = "revnue"\nat_least = "30 bn"', 'did you mean "revenue"'),
        ('of = "gross margin"\nat_most = "70%"', "is to be at_least something"),
        ('of = "gross margin, of all"\nat_least = "70%"', 'no gross margin "of all"'),
        ('of = "revenue"\nat_least = "30 bn"\nby = 2050', "outside the horizon"),
        ('of = "revenue"\nat_least = "30 bn"\nby = "soon"', "not a quarter"),
    ],
)
def test_a_target_that_is_none_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told) as error:
        load(tmp_path, f"\n[[targets]]\n{text}\n")
    # In its table, which begins in line 3, or at a key of it.
    assert re.search(r"anthropic-mine\.toml:[3-6]:\d+: targets\.0", str(error.value))


WRONG = """
[[targets]]
of = "revenue"
at_least = "30 bn"
by = 2027

[[targets]]
of = "revnue"
at_least = "40 bn"
by = 2028

[[targets]]
of = "trailing(ebitda) - traling(revenue)"
below = "3 bn"

[[targets]]
of = "cash"
at_least = 2
title = 3
held = 90
"""
SAID = {
    "of": 'targets.1.of = "revnue": there is no revnue; did you mean "revenue"?',
    "function": 'targets.2.of = "trailing(ebitda) - traling(revenue)": there is no function',
    "title": 'targets.3.title = 3: must be a text, in quotes; write "3"',
    "held": "targets.3.held = 90: must be less than or equal to 40",
}


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        load(folder, text)
    return [line.partition("anthropic-mine.toml:")[2] for line in error.value.lines]


def test_a_mistake_in_a_target_is_told_by_what_the_file_says(tmp_path: Path) -> None:
    found = mistakes(tmp_path, WRONG)
    assert [line.partition(": ")[0] for line in found] == ["9:7", "14:26", "20:1", "21:1"]
    assert all(said in line for said, line in zip(SAID.values(), found, strict=True))


def test_what_a_target_says_is_mended_in_its_own_words(tmp_path: Path) -> None:
    mistakes(tmp_path, WRONG)
    file = tmp_path / "anthropic-mine.toml"
    made, left = repair(file)
    assert len(made) == 3 and [SAID["held"] in told.line for told in left] == [True]
    assert not any(mendable(told, file) for told in left)
    mended = file.read_text()
    assert 'of = "revenue"\nat_least = "40 bn"\nby = 2028' in mended
    assert 'of = "trailing(ebitda) - trailing(revenue)"' in mended and 'title = "3"' in mended


def test_all_that_is_no_target_is_told_at_once_and_keys_are_mended(tmp_path: Path) -> None:
    text = '[[targets]]\nof = "cash"\nat_leest = 2\n[[targets]]\nof = "cash"\n'
    slip, empty = mistakes(tmp_path, text)
    assert 'targets.0: unknown key "at_leest"; did you mean "at_least"' in slip
    assert "targets.1: takes of, and one of at_least" in empty
    file = tmp_path / "anthropic-mine.toml"
    made, _ = repair(file)
    assert len(made) == 1 and "at_least = 2" in file.read_text()


def test_one_level_by_two_dates_is_two_targets(tmp_path: Path) -> None:
    target = '[[targets]]\nof = "revenue"\nat_least = "100 bn"\nby = 2027\n'
    (told,) = mistakes(tmp_path, target + target.replace("2027", "2029"))
    assert 'targets.1.title = "revenue >= 100 bn"' in told and "choose another title" in told
    later = target.replace("2027", "2029") + 'title = "later"\n'
    scenario = load(tmp_path, target + later)
    assert [outcome.by for outcome in scenario.outcomes.values()] == [2027 * 4 + 3, 2029 * 4 + 3]
