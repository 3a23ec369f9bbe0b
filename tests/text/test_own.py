"""What a scenario adds, in the answer, on the page, and in the summary."""

import io
import json

import numpy as np
import pytest
from rich.console import Console

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.output.report import render_report
from simulate.scenario import Scenario
from simulate.scenario.load import Names
from simulate.text.assumptions import frame_table, print_inputs
from simulate.text.numbers import dollars
from simulate.text.own import no_value_sentences, own_tables
from simulate.text.tables import printed
from tests.additions import with_additions

PATHS = 4096


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(with_additions(anthropic), paths=PATHS)


def test_each_year_has_its_row_with_the_quantiles_of_paths(result: Result) -> None:
    outcomes, metrics = own_tables(result)
    assert [row.name for row in metrics.rows] == [str(year) for year in result.years]
    net_new = result.paths_of("revenue").diff(4, axis="columns")["2029Q4"]
    low, median, high = (result.in_year("net new revenue", 2029)[p].value for p in LEVELS)
    # Traced paths are fewer than those that are counted.
    np.testing.assert_allclose(np.quantile(net_new, 0.5), median, rtol=0.15)
    told = f"{dollars(median)} ({dollars(low)} to {dollars(high)})"
    assert metrics.rows[3].cells == (metrics.rows[3].cells[0], told, "no value")
    assert outcomes.columns[0] == "year" and outcomes.rows[-1].cells[-1].startswith("0% (<")


LEVELS = ("p10", "p50", "p90")


def test_a_formula_without_a_value_is_told_of_once(result: Result) -> None:
    assert no_value_sentences(result) == [
        "rule of 40, net new revenue and growing have a value from 2026Q4 on.",
        "nothing has no value in any quarter.",
    ]


@pytest.mark.parametrize("width", [60, 80])
def test_tables_of_what_is_added_keep_to_the_width(width: int, result: Result) -> None:
    out = Console(file=io.StringIO(), width=width)
    for table in own_tables(result):
        out.print(printed(table))
    assert isinstance(out.file, io.StringIO)
    lines = out.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width and "…" not in out.file.getvalue()


def test_the_summary_has_no_number_where_there_is_no_value(result: Result) -> None:
    def refuse(constant: str) -> float:
        raise AssertionError(constant)

    summary = json.loads(result.to_json(), parse_constant=refuse)
    assert summary["fiscal_years"]["nothing"]["2030"]["p50"]["value"] is None
    assert summary["without_value"]["nothing"]["first"] is None
    assert summary["without_value"]["rule of 40"] == {
        "first": "2026Q4",
        "worst": None,
        "share": 0.0,
    }
    assert "content licences" not in summary["without_value"]


def test_check_lists_what_is_added_with_its_formula_and_date(anthropic: Scenario) -> None:
    wanted = {"title": "a big lab", "when": "revenue >= 100", "held": 2, "by": "2028Q4"}
    scenario = with_additions(anthropic).changed({"outcomes.big": wanted})
    values = {row.name: row.cells[0] for row in frame_table(scenario).rows}
    assert values["metric: net new revenue"] == (
        "trailing(revenue) - trailing(previous(revenue, 4)), in bn USD"
    )
    assert values["outcome: EBITDA turns positive"] == "ebitda > 0, 4 quarters in a row"
    assert values["target: a big lab"] == "revenue >= 100, 2 quarters in a row, by 2028Q4"
    out = io.StringIO()
    print_inputs(scenario, Names({}, {}, {}), Console(file=out, width=200))
    assert "metric: net new revenue  trailing(revenue)" in out.getvalue()


def test_the_page_asks_what_the_scenario_adds(anthropic: Scenario, result: Result) -> None:
    question = "What does the scenario add to the model?"
    page = render_report(result, command="simulate", with_pictures=False)
    assert question in page and "nothing has no value in any quarter." in page
    plain = run(anthropic, paths=1024)
    assert question not in render_report(plain, command="simulate", with_pictures=False)
