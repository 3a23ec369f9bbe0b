"""Answers in a narrow terminal: lines break, and nothing is cut off."""

import io

import pytest
from rich.console import Console

from simulate.answer import console, print_inputs, table
from simulate.commands.update import _line
from simulate.scenario import Scenario
from simulate.scenario.load import list_changes

WIDTH = 60
ROWS = [
    ("gross margin, with free users, held by 2030", "13.74% ± 0.02", "over plan: inference 12%"),
    ("inference.efficiency_gain.p50", "-12.13 ± 0.03", "raises 22.3; first positive cash flow"),
    ("free cash flow positive, a held year by 2030", "no change", "a year of it (Q2)"),
]


@pytest.mark.parametrize("names_break", [False, True])
def test_a_table_keeps_every_letter_in_60_columns(names_break: bool) -> None:
    shown = table("Probability", "", "before the change", "what happens")
    shown.columns[0].no_wrap = not names_break
    for row in ROWS:
        shown.add_row(*row)
    printed = io.StringIO()
    Console(file=printed, width=WIDTH).print(shown)
    assert max(map(len, printed.getvalue().splitlines())) <= WIDTH
    assert sorted(_letters(printed.getvalue())) == sorted(
        _letters("Probability before the change what happens" + "".join(sum(ROWS, ())))
    )


def _letters(text: str) -> str:
    return "".join(text.replace("─", "").split())


def test_a_line_of_quantiles_stays_in_its_columns() -> None:
    cells = ["0.2001 ± 0.0002", "-13.12 ± 0.10", "71.48% ± 0.06"]
    for width in (WIDTH, 80):
        line = _line("before", cells, width)
        assert len(line) <= width
        assert line.split() == ["before", *" ".join(cells).split()]


def test_check_prints_chances_dates_and_targets_too(
    anthropic: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    print_inputs(anthropic, list_changes("anthropic.toml"), console())
    printed = capsys.readouterr().out
    for stated in ("horizon  2026Q1 to 2035Q4", "in 2026Q1, with a chance of 90%", "70%, held"):
        assert stated in printed
