"""The answer of a run, in tables of texts."""

from datetime import date

import pytest

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.output.report import view_report
from simulate.scenario import load_scenario
from simulate.scenario.figures import Figure
from simulate.text.run import definition_table, print_answer
from simulate.text.tables import Table
from simulate.text.terminal import console

PAYING = "paying users"


@pytest.fixture(scope="module")
def result() -> Result:
    return run(load_scenario("anthropic-2026-01.toml"), paths=4096)


def margin(value: float, known_on: str, **others: object) -> Figure:
    given = {
        "lab": "Anthropic",
        "quantity": "gross margin",
        "definition": PAYING,
        "period": "2025Q4",
        "value": value,
        "unit": "share",
        "kind": "level",
        "about": date(2025, 12, 31),
        "known_on": known_on,
    }
    return Figure.model_validate(given | others)


def newest_of(table: Table) -> tuple[str, ...]:
    return next(row.cells for row in table.rows if row.name == PAYING)[:2]


def test_margins_by_definition_are_those_of_the_readers_figures(result: Result) -> None:
    own = [margin(0.715, "2026-01-20", id="X1"), margin(0.9, "2026-03-01", id="X2")]
    assert newest_of(definition_table(result)) == ("40% in 2025 (A5)", "")
    assert newest_of(definition_table(result, own)) == ("71.5% in 2025Q4 (X1)", "met")
    assert newest_of(definition_table(result, [])) == ("", "")
    others = [margin(0.8, "2026-01-20", lab="OpenAI"), margin(0.8, "2026-01-20", kind="plan")]
    assert newest_of(definition_table(result, others)) == ("", "")


def test_a_figure_without_an_id_cites_none(result: Result) -> None:
    own = [margin(0.715, "2026-01-20")]
    assert newest_of(definition_table(result, own)) == ("71.5% in 2025Q4", "met")


def test_the_answer_and_the_page_show_the_readers_figures(
    result: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    own = [margin(0.715, "2026-01-20", id="X1")]
    print_answer(result, console(), figures=own)
    assert "71.5% in 2025Q4 (X1)" in capsys.readouterr().out
    (of_margins, *_) = view_report(result, "", figures=own).sections[0].tables
    assert newest_of(of_margins) == ("71.5% in 2025Q4 (X1)", "met")
