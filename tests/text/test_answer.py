"""What ``check`` prints beside the inputs."""

import tomllib
from pathlib import Path

import pytest

from simulate.scenario import Scenario, load_scenario
from simulate.scenario.load import list_changes
from simulate.text.assumptions import print_facts, print_inputs, source_sentences
from simulate.text.terminal import console

pytestmark = pytest.mark.usefixtures("january")

ROOT = Path(__file__).parents[2]


def test_check_prints_chances_dates_and_targets_too(
    anthropic: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    print_inputs(anthropic, list_changes("anthropic.toml"), console())
    printed = capsys.readouterr().out
    for stated in ("horizon  2026Q1 to 2035Q4", "in 2026Q1, with a chance of 90%", "70%, held"):
        assert stated in printed


def test_the_facts_that_a_scenario_cites_are_printed_with_their_origin(
    anthropic: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    print_facts(anthropic, console())
    printed = " ".join(capsys.readouterr().out.split())
    assert "A7: inference cost 2025 against the plan +23% (servers of Alphabet and" in printed
    assert "P14: amortised cost of training the largest models" in printed
    assert "O1:" not in printed


def test_inputs_without_a_source_and_facts_that_nobody_knows_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "packaged:openai.toml"\n[cash]\nopening = "20 bn"\n'
        'tax_rate = { value = 0.2, source = "A777, on an H100 in Q1; A7" }\n'
        '[targets]\nsource = "P99"\n'
    )
    for shown in (print_facts, lambda *given: print_inputs(given[0], list_changes(file), given[1])):
        shown(load_scenario(file), console())
        printed = " ".join(capsys.readouterr().out.split())
        assert "note: No source is given for cash.opening. note: Not among" in printed
        assert printed.endswith("P99 (targets), A777 (cash.tax_rate).")


def test_many_inputs_without_a_source_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    keys = ("opening", "tax_rate", "capital_spending", "working_capital", "interest_rate")
    lines = "\n".join(f"{key} = 0" for key in keys)
    file.write_text(
        f'extends = "packaged:openai.toml"\n[inference]\noverrun = 0\nprice_erosion = 0\n'
        f"[cash]\n{lines}\n"
    )
    (told,) = source_sentences(load_scenario(file))
    assert told.endswith(" and 2 more.")


def test_the_wheel_holds_the_facts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included["docs/facts.md"] == "simulate/facts.md"
