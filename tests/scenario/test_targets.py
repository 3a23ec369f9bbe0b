"""Targets of any quantity, as a list in a scenario's file."""

from pathlib import Path

import pytest

from simulate.engine.run import run
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.quarters import format_quarter

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
    assert "anthropic-mine.toml:3:3" in str(error.value)
