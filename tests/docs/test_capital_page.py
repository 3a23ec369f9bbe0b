"""The page for lenders: its commands can be asked, and its tables are of scenarios' variants."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from docs.make_capital import PAGE, PARTS, written
from docs.replay import PARTS as ANSWERS
from docs.replay import unbroken
from simulate import load_scenario
from simulate.model.asked import parse_asked
from simulate.scenario.load import list_changes
from tests.pages import first_difference

TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(unbroken(found["command"])) for found in ANSWERS.finditer(TEXT) if found["command"]
]
FILES = [found["file"] for found in PARTS.finditer(TEXT)]
MAKE = "run python -m docs.make_capital"


def test_each_lab_has_its_table() -> None:
    assert FILES == ["anthropic-capital.toml", "openai-capital.toml"]


@pytest.mark.parametrize("file", FILES)
def test_a_table_has_a_row_for_each_part_that_a_variant_leaves_out(file: str) -> None:
    inherited = list_changes(file.replace("-capital", "")).variants
    titles = [t for n, t in list_changes(file).variants.items() if n not in inherited]
    (table,) = (found[0] for found in PARTS.finditer(TEXT) if found["file"] == file)
    rows = [row.split(" | ")[0].removeprefix("| ") for row in table.splitlines() if row[:1] == "|"]
    assert rows[2:] == ["all of them", "none of them", *titles], MAKE


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_asks_what_its_scenario_can_tell(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for found in ANSWERS.finditer(TEXT):
        if found["file"]:
            Path(found["file"]).write_text(found["toml"], encoding="utf-8")
    scenario = load_scenario(command[2])
    asked = [text for flag, text in pairwise(command) if flag == "--of"]
    for text in asked:
        assert parse_asked([text], scenario)


def test_the_loss_over_all_paths_is_that_given_failure_times_the_chance_of_failure() -> None:
    number = r"\s+([\d.]+)%"
    failed, loss, given = (
        float(re.findall(rf"{name}{number}", TEXT)[0])
        for name in ("failed by 2030", "mean lender's loss 2030", "mean loss given failure 2030")
    )
    # The chance is printed in whole percents.
    assert loss == pytest.approx(failed * given / 100, rel=0.03)


@pytest.mark.slow
def test_the_page_says_what_its_commands_say(tmp_path: Path) -> None:
    difference = first_difference(written(TEXT, tmp_path), TEXT)
    assert not difference, f"{MAKE}: {difference}"
