"""The page of the model and the file of its equations name the same functions in the same order."""

import ast
import re
from pathlib import Path

import pytest

from simulate.scenario.own import STAGES
from simulate.scenario.quantities import (
    COMPUTE_QUANTITIES,
    QUANTITIES,
    RAISING_QUANTITIES,
    Stage,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
# What a quarter is, and after it the parts that a scenario may have beside.
SOURCE, *BESIDE = (
    (ROOT / "simulate" / "model" / f"{name}.py").read_text(encoding="utf-8")
    for name in ("quarter", "compute", "capital")
)
EVERY = "\n".join((SOURCE, *BESIDE))
# A section's heading, or a function before its equation.
ON_THE_PAGE = re.compile(r"(?m)^## (.+)$|^    ([a-z_]+) {2,}\S")
IN_THE_FILE = re.compile(r"(?m)^# (.+)$|^def ([a-z_]+)\(")
# An equation before the lines of a stage, with what only some scenarios have between them.
BEFORE_LINES = re.compile(
    r"(?m)^    ([a-z_]+)\([^\n]*\)\n(?:    if [^\n]*:\n {8}[^\n]*\n)*"
    r"    run_stage\(program, Stage\.([A-Z_]+)"
)


def equations(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """Return every function with its section."""
    section, found = "", []
    for heading, function in pattern.findall(text):
        section = heading or section
        if function:
            found.append((section, function))
    return found


def steps(source: str, function: str) -> list[str]:
    """Return the functions of the file that a function calls in turn, without what isn't always."""
    defined = {name for _, name in equations(IN_THE_FILE, source)}
    (body,) = [
        node.body
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    calls = [ast.unparse(node).partition("(")[0] for node in body if isinstance(node, ast.Expr)]
    return [name for name in calls if name in defined]


def test_the_page_has_every_equation_of_the_file_in_its_order() -> None:
    assert equations(ON_THE_PAGE, PAGE) == equations(IN_THE_FILE, EVERY)
    assert len(equations(IN_THE_FILE, EVERY)) > 30


@pytest.mark.parametrize("function", ["live_quarter", "live_base_quarter"])
def test_a_quarter_goes_through_the_equations_in_their_order(function: str) -> None:
    order = [name for _, name in equations(IN_THE_FILE, SOURCE)]
    taken = steps(SOURCE, function)
    first_of_the_base_year = [name for name in taken if "base" in name]
    others = [name for name in taken if "base" not in name]
    assert len(taken) > 6
    for names in (first_of_the_base_year, others):
        assert names == sorted(names, key=order.index)


@pytest.mark.parametrize("part", BESIDE)
def test_a_quarter_goes_through_what_a_part_adds_in_its_order(part: str) -> None:
    order = [name for _, name in equations(IN_THE_FILE, part)]
    called = re.findall(r"(?m)^ {8}([a-z_]+)\(", SOURCE.partition("def live_quarter")[2])
    taken = [name for name in called if name in order]
    assert len(taken) > 3
    assert taken == sorted(taken, key=order.index)


@pytest.mark.parametrize(("counts_in", "stage"), STAGES.items())
def test_the_page_says_where_lines_are_booked_and_what_they_may_name(
    counts_in: str, stage: Stage
) -> None:
    table = PAGE.partition("| a line counts in |")[2].partition("\n\n")[0]
    (row,) = re.findall(rf"(?m)^\| `{counts_in}` \|(.*)\|$", table)
    after, _, named = row.split("|")
    booked = {Stage[name]: function for function, name in BEFORE_LINES.findall(SOURCE)}
    assert after.strip() == f"`{booked[stage]}`"
    known = QUANTITIES | COMPUTE_QUANTITIES
    new = [name for name, quantity in known.items() if quantity.known == stage]
    assert sorted(re.findall(r"`(\w+)`", named)) == sorted(new)


def test_the_page_says_what_formulas_may_name_of_capital() -> None:
    told = PAGE.partition("Formulas of one's own may name")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", told)) - {"return"} == set(RAISING_QUANTITIES)


@pytest.mark.parametrize(
    ("there", "planted"),
    [
        ("    pay_tax  ", "    pay_taxes  "),
        ("    operate  ", "    operate and so on "),
        ("## 4. Other operating cost", "## 4. Overheads"),
        ("    earn_ebitda  ", "    pay_tax  tax\n    earn_ebitda  "),
    ],
)
def test_a_page_out_of_step_is_found(there: str, planted: str) -> None:
    assert PAGE.count(there) == 1
    page = PAGE.replace(there, planted)
    assert equations(ON_THE_PAGE, page) != equations(IN_THE_FILE, EVERY)


def test_two_equations_that_change_places_are_found() -> None:
    before = equations(ON_THE_PAGE, PAGE)
    page = PAGE.replace("    pay_tax ", "    flow_cash\0").replace("    flow_cash ", "    pay_tax ")
    after = equations(ON_THE_PAGE, page.replace("\0", " "))
    assert sorted(after) == sorted(before)
    assert after != equations(IN_THE_FILE, EVERY)
