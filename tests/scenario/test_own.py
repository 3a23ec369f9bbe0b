"""Lines, metrics and outcomes of a user's own: in files, judged, and citizens of a scenario."""

import math
import random
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from simulate.analysis.diff import differences
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.correlations import correlated_pairs
from simulate.scenario.expression import Apply, Name, Number, Previous, Trailing, names_in
from simulate.scenario.inputs import correlated_inputs, list_inputs, words_of_key
from simulate.scenario.load import decision_options, stress_tests, validated
from simulate.scenario.own import OwnLine
from simulate.scenario.quantities import QUANTITIES, Stage
from simulate.scenario.repair import repair
from simulate.scenario.setting import parse_variation
from simulate.text.diff import describe_difference
from tests.scenarios import changed

HEAD = 'name = "Anthropic, mine"\nextends = "packaged:anthropic.toml"\n'
LICENCES = """
[[lines]]
name = "content licences"
counts_in = "cost of revenue"
formula = "max(minimum, share * revenue)"
from = "2026Q3"
inputs.share = { distribution = "uniform", low = 0.01, high = 0.05, source = "assumption: mine" }
inputs.minimum = { value = "5 m", source = "assumption: mine" }
"""
METRIC = """
[metrics.growth]
formula = "revenue / previous(revenue, 4) - 1"
unit = "share"
"""
OUTCOME = """
[outcomes.ebitda_positive]
words = "EBITDA turns positive"
when = "ebitda > 0"
held = 4
"""
SHARE = "lines.content_licences.inputs.share"
MINIMUM = "lines.content_licences.inputs.minimum"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(text: str, **changes: Any) -> Scenario:
    Path("mine.toml").write_text(HEAD + text)
    return load_scenario("mine.toml", **changes)


def lines_of(text: str, **changes: Any) -> tuple[str, ...]:
    """Return what is wrong with a file."""
    with pytest.raises(ScenarioError) as caught:
        load(text, **changes)
    return caught.value.lines


def a_line(formula: str, counts_in: str = "operating cost", more: str = "", name: str = "a") -> str:
    return f'[[lines]]\nname = "{name}"\ncounts_in = "{counts_in}"\nformula = "{formula}"\n{more}\n'


def test_a_line_s_formula_knows_its_inputs_by_their_keys() -> None:
    (line,) = load(LICENCES).formulas.lines
    assert line.stage == Stage.COST_OF_REVENUE
    assert line.line.words == "content licences"
    assert line.formula.expression == Apply(
        "maximum", (Name(MINIMUM), Apply("multiply", (Name(SHARE), Name("revenue"))))
    )


def test_a_scenario_without_any_has_no_formulas() -> None:
    formulas = load("").formulas
    assert (formulas.lines, formulas.metrics, formulas.outcomes) == ((), {}, {})


def test_lines_come_by_stage_and_after_those_that_they_need() -> None:
    text = "".join(
        a_line(formula, counts_in, name=name)
        for name, counts_in, formula in (
            ("last", "financing", "0.1 * first"),
            ("third", "operating cost", "second + previous(third, 1)"),
            ("second", "operating cost", "first * 0.5"),
            ("first", "revenue", "0.1 * segment_revenue + previous(free_cash_flow, 2)"),
        )
    )
    found = load(text).formulas.lines
    assert [line.line.name for line in found] == ["first", "second", "third", "last"]


def test_metrics_come_after_those_that_they_need() -> None:
    text = (
        '[metrics.a]\nformula = "b * 2"\nunit = "share"\n'
        '[metrics.b]\nformula = "growth + 1"\nunit = "share"\n'
    )
    found = load(text + METRIC + LICENCES).formulas.metrics
    assert [*found] == ["growth", "b", "a"]


def test_a_flow_in_an_outcome_is_one_of_twelve_months() -> None:
    revenue, licences = Name("revenue"), Name("content_licences")
    for when, left in {
        "revenue": Trailing(revenue, 4),
        "content_licences": Trailing(licences, 4),
        "quarterly_revenue": revenue,
        "quarterly_content_licences": licences,
        "run_rate": Name("run_rate"),
        "cash": Name("cash"),
        "previous(revenue, 4)": Previous(Trailing(revenue, 4), 4),
        "trailing(revenue, 8)": Trailing(revenue, 8),
        "trailing(previous(revenue, 4))": Trailing(Previous(revenue, 4), 4),
        "trailing(quarterly_revenue)": Trailing(revenue, 4),
    }.items():
        scenario = load(LICENCES + f'[outcomes.a]\nwhen = "{when} > 30"\n')
        found = scenario.formulas.outcomes["a"].expression
        assert found == Apply("greater", (left, Number(30.0))), when


def test_a_flow_in_a_metric_is_the_quarter_s() -> None:
    found = load(METRIC).formulas.metrics["growth"].expression
    of_the_quarter = Apply("divide", (Name("revenue"), Previous(Name("revenue"), 4)))
    assert found == Apply("subtract", (of_the_quarter, Number(1.0)))


WRITTEN: dict[str, tuple[str, float]] = {
    "0.05": ("share", 0.05),
    '"5%"': ("share", 0.05),
    '"1.5 times"': ("times", 1.5),
    '"1.5x"': ("times", 1.5),
    '"0.5 to 2 times"': ("times", 1.0),
    '{ distribution = "uniform", low = "0.5x", high = "1.5x" }': ("times", 1.0),
    '"5 m"': ("bn USD", 0.005),
    '"$5 bn"': ("bn USD", 5.0),
    '"5 bn USD"': ("bn USD", 5.0),
    '"900,000 k"': ("bn USD", 0.9),
    '"3 to 5 m"': ("bn USD", 0.0038729833),
    '{ value = "5 m" }': ("bn USD", 0.005),
    '{ distribution = "uniform", low = "2 m", high = "4 m" }': ("bn USD", 0.003),
    '{ distribution = "uniform", low = 0, high = "4 m" }': ("bn USD", 0.002),
    '{ distribution = "uniform", low = "2%", high = 0.04 }': ("share", 0.03),
    '{ distribution = "discrete", values = ["1 m", "2 m"], weights = [0.9, "10%"] }': (
        "bn USD",
        0.001,
    ),
    '{ distribution = "scipy.gamma", a = 1, scale = "5 m" }': ("bn USD", 0.005 * math.log(2.0)),
    '{ distribution = "shifted", of = "4 m", by = 0.001 }': ("bn USD", 0.005),
}


@pytest.mark.parametrize("given", WRITTEN)
def test_the_unit_of_an_input_is_how_it_is_written(given: str) -> None:
    unit, median = WRITTEN[given]
    formula = "x" if unit == "bn USD" else "x * revenue"
    scenario = load(a_line(formula, more=f"inputs.x = {given}"))
    found = next(each for each in list_inputs(scenario) if each.key == "lines.a.inputs.x")
    assert found.quantity.unit == unit
    assert found.distribution.quantile(0.5) == pytest.approx(median)
    assert found.quantity.title == "x of a"


def test_a_unit_may_stand_beside_numbers_that_have_none() -> None:
    of_logarithms = 'inputs.x = { distribution = "lognormal", mu = 1, sigma = 0.2 }\n'
    scenario = load(a_line("x", more=of_logarithms + 'units.x = "bn USD"'))
    assert scenario.lines[0].units == {"x": "bn USD"}


@pytest.mark.parametrize("ends", [("3", '"5 m"'), ("1", '"2 times"'), ('"50%"', '"2 times"')])
def test_numbers_of_an_input_have_a_unit_alike(ends: tuple[str, str]) -> None:
    low, high = ends
    wrong = f'inputs.x = {{ distribution = "uniform", low = {low}, high = {high} }}'
    (line,) = lines_of(a_line("x", more=wrong))
    assert line == (
        "mine.toml:7:8: lines.a.inputs.x: write all of its numbers with a unit, "
        'as "5 m" or "5%", or none of them'
    )


# The file below its head, and the lines that tell what is wrong with it.
MISTAKES: dict[str, tuple[str, list[str]]] = {
    "a misspelt quantity": (
        a_line("0.1 * revenu"),
        ['6:18: lines.a.formula = "0.1 * revenu": there is no revenu; did you mean "revenue"?'],
    ),
    "units that don't go together": (
        a_line("revenue + year"),
        ["6:12: ", "revenue is in bn USD, and year has no unit; they can't be added"],
    ),
    "an input that must be money": (
        a_line("max(minimum, revenue)", more="inputs.minimum = 0.005"),
        ["6:12: ", 'if minimum is money, write it with its unit, as "5 m"'],
    ),
    "a line of no money": (
        a_line("revenue / run_rate"),
        ["the formula has no unit, and a line is money, in bn USD"],
    ),
    "a line that is a condition": (a_line("revenue > 1"), ["the formula is a condition, and a"]),
    "what is known later": (
        a_line("0.1 * free_cash_flow"),
        [
            "6:18: ",
            "free_cash_flow isn't known yet when operating costs are booked; "
            "write previous(free_cash_flow, 1)",
        ],
    ),
    "a line of a later stage": (
        a_line("0.1 * b", "revenue") + a_line("1", "financing", name="b"),
        ["b isn't known yet when revenue is booked; write previous(b, 1)"],
    ),
    "a line that needs itself": (
        a_line("total(a)"),
        ["a needs itself in the same quarter; write previous(a, 1)"],
    ),
    "a circle of two": (
        a_line("2 * b") + a_line("2 * a", name="b"),
        ["6:1: ", "lines a and b need each other in the same quarter: a → b → a; write previous(…"],
    ),
    "a circle of three": (
        a_line("b") + a_line("c", name="b") + a_line("a", name="c"),
        ["lines a, b and c need each other in the same quarter: a → b → c → a"],
    ),
    "a circle of metrics": (
        '[metrics.a]\nformula = "b"\nunit = "share"\n[metrics.b]\nformula = "a"\nunit = "share"',
        ["metrics a and b need each other in the same quarter: a → b → a"],
    ),
    "a quantity's name": (
        a_line("1", name="revenue"),
        ['"revenue" is a quantity of the model; ch'],
    ),
    "a name of the quarter's": (
        a_line("1", name="quarterly_ebitda"),
        ['"quarterly_ebitda" is a quantity of the model'],
    ),
    "a function's name": (a_line("1", name="max"), ['"max" is a word of formulas; choose another']),
    "a keyword": (a_line("1", name="not"), ['"not" is a word of formulas; choose another name']),
    "a name twice": (a_line("1") + a_line("2"), ['lines: the name "a" is used twice']),
    "an input called like a line": (
        a_line("b", more="inputs.b = 1") + a_line("2", name="b"),
        ['lines.a.inputs.b = 1: "b" is a line, too; choose another name'],
    ),
    "an input called like a quantity": (
        a_line("cash", more='inputs.cash = "5 m"'),
        ['"cash" is a quantity of the model; choose another name'],
    ),
    "an input called like a key": (
        a_line("1", more="[lines.inputs]\nvalue = 0.1"),
        ['"value" is a key of every table; choose another name'],
    ),
    "an input that nothing uses": (
        a_line("share * revenue", more="inputs.share = 0.1\ninputs.minimum = 3"),
        ["8:8: lines.a.inputs.minimum = 3: the formula doesn't use it"],
    ),
    "an input's name in words": (
        a_line("x", more='inputs."X y" = "5 m"'),
        ['lines.a.inputs."X y" = "5 m": a name is of small letters', 'did you mean "x_y"?'],
    ),
    "too many inputs": (
        a_line("1", more="\n".join(f"inputs.x{place} = 1" for place in range(21))),
        ["lines.a.inputs: has too many members; 20 are the most"],
    ),
    "the lab's revenue in a line of it": (
        a_line("0.1 * revenue", "revenue"),
        ["write segment_revenue, or previous(revenue, 1)"],
    ),
    "a metric called like a line": (
        a_line("1") + '[metrics.a]\nformula = "1"\nunit = "share"',
        ['metrics.a: "a" is a line, too; choose another name'],
    ),
    "an outcome called like a metric": (
        METRIC + '[outcomes.growth]\nwhen = "growth > 1"',
        ['outcomes.growth: "growth" is a metric, too; choose another name'],
    ),
    "a metric's name in words": (
        '[metrics."Rule of 40"]\nformula = "1"\nunit = "share"',
        ["a name is of small letters, digits and _, a letter first", '"rule_of_40"?'],
    ),
    "a metric of another unit": (
        '[metrics.a]\nformula = "revenue"\nunit = "share"',
        ['5:1: metrics.a.unit = "share": the formula is in bn USD; write "bn USD"'],
    ),
    "a metric of no unit that it can have": (
        '[metrics.a]\nformula = "revenue ** 2"\nunit = "share"',
        ['the formula is in (bn USD)^2; a metric is "share", "bn USD" or "times"'],
    ),
    "a metric without a unit": (
        '[metrics.a]\nformula = "1"',
        ['metrics.a.unit: missing; it has no default; write "share", "bn USD" or "times"'],
    ),
    "a ratio as money": (
        '[metrics.a]\nformula = "ebitda / revenue"\nunit = "bn USD"',
        ['metrics.a.unit = "bn USD": the formula has no unit; write "share" or "times"'],
    ),
    "a line that counts nowhere": (
        '[[lines]]\nname = "a"\nformula = "1"',
        ['lines.a.counts_in: missing; it has no default; write "revenue", "cost of revenue"'],
    ),
    "an outcome that is a number": (
        '[outcomes.a]\nwhen = "revenue"',
        ["is a number, not true or false; compare it"],
    ),
    "an outcome held for no quarter": (
        '[outcomes.a]\nwhen = "revenue > 1"\nheld = 0',
        ["outcomes.a.held = 0: must be greater than or equal to 1"],
    ),
    "partners' share of a cost": (
        a_line("1", more="through_partners = true"),
        ["partners have a share of revenue only; leave it out"],
    ),
    "an end before the start": (
        a_line("1", more='from = "2028Q1"\nuntil = "2027Q1"'),
        ['until must not come before from; write from = "2027Q1", until = "2028Q1"'],
    ),
    "an end before the horizon": (
        a_line("1", more='until = "2025Q1"'),
        ["2025Q1 lies before the horizon, which begins in 2026Q2"],
    ),
    "a stage that there isn't": (
        a_line("1", "operating costs"),
        ['must be "revenue", "cost of revenue", ', 'did you mean "operating cost"?'],
    ),
    "a misspelt key": (
        a_line("1", more='form = "2027Q1"'),
        ['lines.a.form = "2027Q1": unknown key; did you mean "from" or "formula"?'],
    ),
    "a unit of no input": (
        a_line("1", more='units.x = "bn USD"'),
        ["lines.a.units.x", "the line has no such input"],
    ),
    "a table in the place of members": ('[lines.a]\nformula = "1"', ["begin each member with [[l"]),
    "a formula that is a number": (
        a_line("1").replace('"1"', "1"),
        ['lines.a.formula = 1: must be a text, in quotes; write "1"'],
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_with_its_file_key_and_place(what: str) -> None:
    text, parts = MISTAKES[what]
    (line,) = lines_of(text)
    assert line.startswith("mine.toml:")
    for part in parts:
        assert part in line


def test_a_mistake_stands_at_its_column_in_texts_of_several_lines() -> None:
    text = a_line("").replace('""', '"""\nmax(0,\n    0.1 * revenu)"""')
    (line,) = lines_of(text)
    assert line.startswith("mine.toml:8:11: lines.a.formula")
    (line,) = lines_of(a_line("0.1\\t* revenu"))
    assert line.startswith("mine.toml:6:1: ")
    assert "at column 7: there is no revenu" in line


def test_what_may_be_wrong_with_lines_is_not_said_of_metrics_again() -> None:
    metric = '[metrics.m]\nformula = "2 * a"\nunit = "bn USD"\n'
    assert len(lines_of(a_line("0.1 * revenu") + metric)) == 1


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_quantity_is_known_from_its_stage_on(name: str) -> None:
    quantity = QUANTITIES[name]
    uses = f"where({name} == 1, 2, 3)"
    for counts_in, stage in (("revenue", 0), ("cost of revenue", 1), ("operating cost", 2)):
        if stage >= quantity.known:
            assert load(a_line(uses, counts_in)).formulas.lines[0].stage == stage
        else:
            (line,) = lines_of(a_line(uses, counts_in))
            assert line.endswith(f"previous({name}, 1)")
        assert load(a_line(f"where(previous({name}) == 1, 2, 3)", counts_in)).formulas.lines
    assert load(f'[outcomes.a]\nwhen = "{name} > 1"\n').formulas.outcomes


def test_what_must_be_before_the_horizon_is_a_flow_of_reported_quarters() -> None:
    late = {name for name, quantity in QUANTITIES.items() if quantity.from_start}
    assert late == {
        "opening_cash",
        "tax",
        "capital_spending",
        "working_capital",
        "cash",
        "cumulative_cash_flow",
        "funding_need",
    }


def test_mends_are_written_into_a_copy() -> None:
    text = (
        a_line("0.1 * free_cash_flow + ebitda")
        + '[metrics.a_metric]\nformula = "revenu"\nunit = "share"\n'
    )
    Path("mine.toml").write_text(HEAD + text)
    assert repair(Path("mine.toml")).left == []
    mended = Path("mine.toml").read_text()
    assert 'formula = "0.1 * previous(free_cash_flow, 1) + previous(ebitda, 1)"' in mended
    assert 'formula = "revenue"' in mended


# What a variant, a stress test or an option may say, and the share and the minimum then.
CHANGED: dict[str, tuple[float, float]] = {
    f'"{SHARE}" = 0.2': (0.2, 0.005),
    f'"{SHARE}.high" = 0.07': (0.04, 0.005),
    f'by = {{ "{SHARE}" = "1%" }}': (0.04, 0.005),
    f'times = {{ "{MINIMUM}" = 2 }}': (0.03, 0.01),
    f'by = {{ "{MINIMUM}" = "1 m" }}': (0.03, 0.006),
    f'"{MINIMUM}" = "7 m"': (0.03, 0.007),
    f'"{MINIMUM}" = 0.007': (0.03, 0.007),
    'lines = [{ name = "content licences", inputs.share = 0.3 }]': (0.3, 0.005),
}


@pytest.mark.parametrize("change", CHANGED)
def test_variants_and_stress_tests_change_an_own_input(change: str) -> None:
    named = f"[variants.x]\n{change}\n[stresses.x]\n{change}\n"
    stressed = load(LICENCES + named)
    for scenario in (load(LICENCES + named, variant="x"), stress_tests(stressed)["x"]):
        found = {each.key: each.distribution.quantile(0.5) for each in list_inputs(scenario)}
        assert (found[SHARE], found[MINIMUM]) == pytest.approx(CHANGED[change])


def test_an_option_changes_an_own_input() -> None:
    options = (
        '[decision]\ntitle = "which licence"\nyear = 2028\n'
        f'[decision.options.dear]\n"{SHARE}" = 0.2\n[decision.options.cheap]\n"{SHARE}" = 0.1\n'
    )
    found = decision_options(load(LICENCES + options))
    assert found["dear"].lines[0].inputs["share"].quantile(0.5) == 0.2


def test_an_alternative_changes_an_own_input() -> None:
    text = f'[[alternatives]]\nname = "dear"\n"{SHARE}" = 0.2\n'
    scenario = load(LICENCES + text)
    assert 0.2 in [each.quantile(0.5) for each in scenario.overridden[SHARE]]


SETTINGS: dict[str, tuple[float, float]] = {
    f"{SHARE}=0.2": (0.2, 0.005),
    f"{SHARE}=+1%": (0.04, 0.005),
    f"{MINIMUM}=10 m": (0.03, 0.01),
    f"{MINIMUM}=*3": (0.03, 0.015),
    # What was written in a unit has it still.
    f"{MINIMUM}=0.01": (0.03, 0.01),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_changes_an_own_input(setting: str) -> None:
    scenario = load(LICENCES, settings=[setting])
    found = {each.key: each.distribution.quantile(0.5) for each in list_inputs(scenario)}
    assert (found[SHARE], found[MINIMUM]) == pytest.approx(SETTINGS[setting])


def test_a_setting_changes_a_formula_and_may_leave_an_input_unused() -> None:
    scenario = load(LICENCES, settings=["lines.content_licences.formula=share * revenue"])
    assert scenario.formulas.lines[0].formula.text == "share * revenue"
    changed = scenario.changed({f"{SHARE}.high": 0.06})
    assert changed.formulas.lines[0].formula.text == "share * revenue"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("lines.content_licences.inputs.shar=0.3", "the formula doesn't use it; did you mean"),
        ("lines.content_license.formula=1", 'did you mean "content_licences"?'),
        ("content_licences.inputs.share=0.2", f"did you mean {SHARE}?"),
        ("lines.content_licences.formula=shar * revenue", "at column 1: there is no shar"),
        (f"{MINIMUM}=5%", '"5%" is a percentage; the unit here is bn USD'),
        ("metrics.grow.unit=share", 'formula is missing; did you mean "growth"?'),
        ("outcomes.ebitda_positiv.held=2", 'when is missing; did you mean "ebitda_positive"?'),
    ],
)
def test_a_wrong_setting_is_told(setting: str, words: str) -> None:
    (line,) = lines_of(LICENCES + METRIC + OUTCOME, settings=[setting])
    assert words in line


def test_an_own_input_is_varied_in_its_unit() -> None:
    scenario = load(LICENCES)
    setting, values = parse_variation(scenario, f"{MINIMUM}=1 m:10 m:4")
    assert values == pytest.approx([0.001, 0.004, 0.007, 0.01])
    found = [setting.at(value).lines[0].inputs["minimum"].quantile(0.5) for value in values]
    assert found == pytest.approx(values)
    assert setting.in_words == (
        f"{MINIMUM}: minimum of content licences set to the value, all else as stated "
        "(now 0.005 bn USD)"
    )
    setting, _ = parse_variation(scenario, f"{SHARE}=+1%,+2%")
    assert setting.at(0.01).lines[0].inputs["share"].quantile(0.5) == pytest.approx(0.04)


def test_an_own_input_is_drawn_after_all_others_and_correlated() -> None:
    pair = f'[correlations]\n"{SHARE}, inference.efficiency_gain" = 0.3\n'
    scenario = load(LICENCES + pair)
    path = [i.key for i in correlated_inputs(scenario) if i.quantity.drawn == "path"]
    assert path[-1] == SHARE
    assert correlated_pairs(scenario)[frozenset((SHARE, "inference.efficiency_gain"))] == 0.3
    (line,) = lines_of(LICENCES + pair.replace("share", "shar"))
    assert f'did you mean "{SHARE}"?' in line


def test_a_file_that_extends_changes_a_line_by_its_name() -> None:
    load(LICENCES + METRIC + OUTCOME)
    Path("other.toml").write_text(
        'name = "Anthropic, other"\nextends = "mine.toml"\n[[lines]]\nname = "content licences"\n'
        'inputs.share.high = 0.09\nuntil = "2030Q4"\n[outcomes.ebitda_positive]\nheld = 2\n'
    )
    mine, other = load_scenario("mine.toml"), load_scenario("other.toml")
    assert len(other.lines) == 1
    assert other.lines[0].inputs["share"].quantile(0.5) == pytest.approx(0.05)
    assert other.lines[0].formula == mine.lines[0].formula
    assert describe_difference(mine, other) == [
        "lines.content_licences.until: none becomes 2030Q4",
        "outcomes.ebitda_positive.held: 4 becomes 2",
        f"{SHARE}: 1.4% / 3% / 4.6% becomes 1.8% / 5% / 8.2% (higher, wider)",
    ]
    assert {each.name for each in differences(mine, other)} == {
        "lines.content_licences.until",
        SHARE,
        "outcomes.ebitda_positive.held",
    }


def test_a_file_that_extends_may_write_an_input_in_another_unit() -> None:
    load(a_line("x", more='inputs.x = "5 m"'))
    Path("other.toml").write_text(
        'name = "Anthropic, other"\nextends = "mine.toml"\n[[lines]]\nname = "a"\n'
        'formula = "x * revenue"\ninputs.x = "5%"\n'
    )
    assert load_scenario("other.toml").lines[0].units == {"x": "share"}


def test_a_scenario_is_told_apart_with_its_lines() -> None:
    told = describe_difference(load_scenario("packaged:anthropic.toml"), load(LICENCES + METRIC))
    assert told == [
        "lines.content_licences: new, from 2026Q3, counts_in cost of revenue, "
        "formula max(minimum, share * revenue)",
        "metrics.growth: new, formula revenue / previous(revenue, 4) - 1, unit share",
        f"{SHARE}: new, 1.4% / 3% / 4.6%",
        f"{MINIMUM}: new, 0.005 bn USD",
    ]


def test_what_was_judged_stays_what_it_is() -> None:
    scenario = load(LICENCES + METRIC + OUTCOME)
    assert validated(scenario) is scenario
    again = Scenario.model_validate(scenario.model_dump(mode="json", exclude_none=True))
    assert again == scenario
    assert again.formulas == scenario.formulas
    scenario.metrics.clear()
    assert validated(scenario) is not scenario


def test_an_own_input_has_words() -> None:
    assert words_of_key(SHARE) == "share of content licences"


def test_a_line_is_made_in_python_as_a_file_says_it() -> None:
    line = OwnLine.model_validate(
        {
            "name": "content licences",
            "counts_in": "cost of revenue",
            "formula": "share * revenue",
            "from": "2026Q3",
            "inputs": {"share": "5%"},
        }
    )
    assert line.name == "content_licences"
    assert line.from_quarter == 2026 * 4 + 2
    assert line.units == {"share": "share"}


SLIPS = [
    "",
    "0",
    '"',
    "=",
    "[",
    "]",
    "x",
    "share",
    "5 m",
    "{",
    "}",
    ".",
    "\n",
    "\\",
    "revenue",
    ",",
]


def test_slips_in_own_sections_make_no_traceback() -> None:
    whole, refused = LICENCES + METRIC + OUTCOME, 0
    for seed in range(100):
        chance = random.Random(seed)
        text = whole
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(SLIPS) + text[at + chance.choice([0, 1, 4]) :]
        Path("mine.toml").write_text(HEAD + text)
        try:
            load_scenario("mine.toml")
        except ScenarioError as error:
            refused += 1
            assert all(re.match(r"mine\.toml(:\d+:\d+)?: ", line) for line in error.lines)
    assert refused > 50


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"outcomes": {n: {"when": "ebitda > 0", "title": "same"} for n in ("a", "b")}},
            '"same" is what a is called, too; choose another title',
        ),
        (
            {"outcomes": {"a": {"when": "cash < 1", "title": "b"}, "b": {"when": "cash < 2"}}},
            '"b" is what a is called, too; choose another title',
        ),
        (
            {"outcomes": {"a": {"when": "cash < 1", "title": "Out of cash"}}},
            'answers call something else "Out of cash"; choose another title',
        ),
        (
            {"outcomes": {"replicate": {"when": "cash < 1"}}},
            '"replicate" is a column of kept paths, too; choose another name',
        ),
        (
            {
                "lines": [
                    {"name": name, "counts_in": "operating cost", "formula": "0.1 * revenue"}
                    for name in ("fee", "quarterly_fee")
                ]
            },
            '"quarterly_fee" is fee of one quarter, too; choose another name',
        ),
    ],
)
def test_two_things_are_not_called_the_same(
    anthropic: Scenario, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValidationError, match=re.escape(told)):
        changed(anthropic, changes)


def test_a_metric_may_begin_with_quarterly(anthropic: Scenario) -> None:
    growth = {"formula": "revenue / previous(revenue) - 1", "unit": "share"}
    when = "quarterly_growth > 0.1 and quarterly_revenue > 1"
    own = {"metrics": {"quarterly_growth": growth}, "outcomes": {"fast": {"when": when}}}
    found = names_in(changed(anthropic, own).formulas.outcomes["fast"].expression)
    assert found.now == {"quarterly_growth", "revenue"}


def test_a_title_stands_on_one_line(anthropic: Scenario) -> None:
    own = {"outcomes": {"a": {"when": "cash < 1", "title": " two\n  words "}}}
    assert changed(anthropic, own).outcomes["a"].title == "two words"


def test_one_wrong_line_hides_no_mistake_in_formulas() -> None:
    """What is wrong itself, and what names it, is judged when that is right."""
    text = (
        a_line("0.1 * revenu")
        + '[[lines]]\nname = "b"\ncounts_in = "opex"\nformula = "0.1 * revenu"\n'
        + '[[lines]]\nname = "c"\ncounts_in = "financing"\nformula = "b + ebitd"\n'
        + '[[lines]]\nname = "d"\ncounts_in = "financing"\nformula = "a + 1"\nuntil = 3\n'
        + '[metrics.m]\nformula = "ebitd / revenue"\nunit = "share"\n'
        + '[metrics.n]\nformula = "m + a / revenue"\nunit = "shares"\n'
        + '[outcomes.o]\nwhen = "m > 0 and cas > 0"\n'
        + '[outcomes.p]\nwhen = "quarterly_b > 0 or n > 0"\n'
    )
    told = [line.split(": ")[1].partition(" = ")[0] for line in lines_of(text)]
    assert told == [
        "lines.a.formula",
        "lines.b.counts_in",
        "lines.d.until",
        "metrics.m.formula",
        "metrics.n.unit",
        "outcomes.o.when",
    ]


@pytest.mark.parametrize("quantity", ["debt / revenue", "idle_compute / revenue"])
def test_a_wrong_line_makes_no_mistake_of_what_another_part_adds(
    quantity: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'name = "mine"\nextends = "packaged:anthropic-capital.toml"\n'
        '[[lines]]\nname = "b"\ncounts_in = "opex"\nformula = "0.1 * revenue"\n'
        f'[metrics.m]\nformula = "{quantity}"\nunit = "share"\n'
    )
    with pytest.raises(ScenarioError) as error:
        load_scenario(file)
    (told,) = error.value.lines
    assert "lines.b.counts_in" in told


def test_mistakes_in_lines_and_metrics_are_told_together() -> None:
    metric = '[metrics.m]\nformula = "2 * ebitd"\nunit = "bn USD"\n'
    first, second = lines_of(a_line("0.1 * revenu") + metric)
    assert "there is no revenu" in first and "there is no ebitd" in second
