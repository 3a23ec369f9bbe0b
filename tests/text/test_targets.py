"""A number that somebody has set is written with the digits that it was given."""

import re

import pytest

from simulate.engine.run import run
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.load import list_changes
from simulate.text.assumptions import print_inputs
from simulate.text.run import print_answer
from simulate.text.terminal import console

PATHS = 2048
# Neither rounds to itself in whole percent.
TARGETS = {0.725: "72.5%", 0.73125: "73.125%"}


@pytest.mark.parametrize("target", TARGETS)
def test_every_sentence_and_table_of_an_answer_writes_the_target_in_full(
    anthropic: Scenario, capsys: pytest.CaptureFixture[str], target: float
) -> None:
    result = run(anthropic.changed({"targets.gross_margin": target}), paths=PATHS)
    print_answer(result, console())
    printed = " ".join(capsys.readouterr().out.split())
    for words in ("reaches", "Gross margin of", "gross margin reaches"):
        assert f"{words} {TARGETS[target]}" in printed
        assert not re.search(rf"{words} 7[23]%", printed)
    with pytest.raises(ScenarioError, match=f"how often {TARGETS[target]} is reached"):
        result.probability("gross margin 70% by 2027")


def test_chances_and_losses_are_listed_as_they_were_given(
    anthropic: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = [{"quarter": "2026Q4", "share": 0.025, "source": "assumption: a test"}]
    name, round_name = anthropic.segments[0].name, anthropic.funding[0].name
    changed = anthropic.changed(
        {
            f"segments.{name}.known_losses": lost,
            f"funding.{round_name}.chance": 0.125,
            "targets.gross_margin": 0.725,
        }
    )
    print_inputs(changed, list_changes("anthropic.toml"), console())
    printed = " ".join(capsys.readouterr().out.split())
    assert "loses 2.5% of its revenue in 2026Q4" in printed
    assert "with a chance of 12.5%" in printed
    assert "target of gross margin 72.5%, held for" in printed
