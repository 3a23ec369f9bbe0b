"""What is asked beside what every answer tells, of each analysis and of what came true."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulate
from simulate.analysis.asked import asked_of_each, truth_of
from simulate.analysis.compare import compare, side_by_side
from simulate.analysis.stress import stress
from simulate.analysis.watch import Watch
from simulate.engine.run import run
from simulate.model.asked import parse_asked
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.figures import Figure
from simulate.text.stress import print_stresses
from simulate.text.terminal import console
from simulate.text.watch import change_sentences
from tests.calling import call
from tests.figures import figure
from tests.scenarios import changed

PATHS = 4096
LARGE, LARGER = "P(revenue >= 60 by 2027)", "P(revenue >= 60 by 2028)"
LOW_CASH, POOR = "P10(cash 2028)", "P(cash < 5 by 2028)"
Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def dear(anthropic: Scenario) -> Scenario:
    return changed(anthropic, {"inference.base_overrun": 0.5})


def test_scenarios_side_by_side_have_what_is_asked_at_each_of_its_dates(
    anthropic: Scenario, dear: Scenario
) -> None:
    both = compare([anthropic, dear], of=[LARGE, LARGER, LOW_CASH], paths=PATHS)
    told = {beside.figure.short: beside for beside in side_by_side(both)}
    names = ["revenue >= 60 by 2027", "revenue >= 60 by 2028", "P10 of cash 2028, bn USD"]
    assert [name for name in told if name in names] == names
    assert not any("by 2030" in name for name in told if "revenue" in name)
    kept = run(anthropic, paths=PATHS, keep_outcomes=True, measures={"of_2027": _revenue_2027})
    last = kept.outcomes["of_2027"].to_numpy()
    assert told[names[0]].estimates[0].value == pytest.approx((last >= 60.0).mean(), abs=0.01)
    ends = [result.statistic(LOW_CASH).value for result in both.results]
    assert told[names[2]].changes[0].value == pytest.approx(ends[1] - ends[0])


def _revenue_2027(traces: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the greatest revenue of twelve months by the end of 2027."""
    return traces[:, 0, :8].max(axis=1)


def test_what_leads_anyway_is_not_told_twice(anthropic: Scenario, dear: Scenario) -> None:
    usual = compare([anthropic, dear], paths=PATHS)
    asked = ["out of cash by 2030", "peak funding need", "gross margin 70% by 2027"]
    again = compare([anthropic, dear], of=asked, paths=PATHS)
    assert [b.figure.short for b in side_by_side(again)] == [
        b.figure.short for b in side_by_side(usual)
    ]


@pytest.mark.parametrize(
    ("of", "message"),
    [
        ("gross margin 80% by 2027", 'ask "gross margin, paying users >= 80% by 2027"'),
        ("P(revenu >= 30 by 2027)", 'did you mean "revenue"'),
        ("revenue 2027Q3", "not by quarter"),
        ("mean(gross margin by 2027)", "no mean"),
    ],
)
def test_what_can_not_be_asked_is_told_what_can(
    of: str, message: str, anthropic: Scenario, dear: Scenario
) -> None:
    with pytest.raises(ScenarioError, match="--of") as refused:
        compare([anthropic, dear], of=of, paths=PATHS)
    assert message in str(refused.value)


def test_stress_tests_move_what_is_asked_whichever_way_is_worse(
    anthropic: Scenario, dear: Scenario, capsys: Printed
) -> None:
    found = stress(anthropic, {"dear": dear}, {"dear": "dear"}, of=[POOR, LARGE], paths=PATHS)
    poor, large = found.figures[-2:]
    assert (poor.short, poor.more_is_better) == ("cash < 5 by 2028", None)
    moved = found.tests[0].changes[-2]
    assert moved.low > 0.0 and found.worst(len(found.figures) - 2) is found.tests[0]
    assert large.short == "revenue >= 60 by 2027"
    print_stresses(found, console())
    told = capsys.readouterr().out
    head, listed = told.index("The test that moves most"), told.index("- P(cash is below 5 bn")
    assert told.index("The worst test for") < head < listed


def test_a_statistic_is_told_before_and_after_what_was_seen(anthropic: Scenario) -> None:
    seen = "revenue 2026 = 15 bn ± 10%"
    found = simulate.update(anthropic, seen, of=[LOW_CASH, "mean(cash 2028)", LARGE], paths=PATHS)
    low, mean, large = found.asked
    kept = run(
        anthropic, paths=PATHS, keep_outcomes=True, measures={"cash": lambda t: t[:, 5, 11]}
    ).outcomes["cash"]
    quantile = np.quantile(kept, 0.1, method="inverted_cdf")
    assert low.before.value == pytest.approx(quantile, rel=1e-5)
    assert mean.before.value == pytest.approx(kept.mean(), rel=1e-5)
    assert large.before.value != large.after.value
    assert [belief.event.name for belief in found.beliefs][-1] == "out of cash by 2030"


def test_each_option_of_a_decision_tells_what_is_asked() -> None:
    scenario = load_scenario("anthropic-tpu.toml")
    found = simulate.decide(scenario, of=[LARGE, LOW_CASH], paths=PATHS)
    bought, rented = found.told
    assert bought[0].change_from(rented[0]).value == 0.0
    # The purchase is paid for at once.
    assert bought[1].change_from(rented[1]).high < 0.0
    assert not any(">=" in key for key in found.inputs)


def test_drivers_explain_a_mean_by_what_moves_its_values(anthropic: Scenario) -> None:
    mean, plain = (
        simulate.drivers(anthropic, of, paths=64).explanations[0]
        for of in ("mean(revenue 2027)", "revenue 2027")
    )
    assert mean.outcome == plain.outcome and mean.indices == plain.indices
    with pytest.raises(ScenarioError, match=r'"P\(cash < 5 bn in 2028\)"'):
        simulate.drivers(anthropic, LOW_CASH, paths=64)


# Twelve months to 2025Q1 are 14, to 2025Q2 18, to 2025Q3 22 and to 2025Q4 26.
REVENUE = (3, 3, 3, 4, 4, 7, 7, 8)


@pytest.fixture
def figures() -> list[Figure]:
    quarters = [f"{year}Q{quarter}" for year in (2024, 2025) for quarter in (1, 2, 3, 4)]
    told = [
        figure("revenue", period, value, lab="Anthropic")
        for period, value in zip(quarters, REVENUE, strict=True)
    ]
    margin = {"definition": "paying users", "unit": "share", "lab": "Anthropic"}
    return [*told, figure("gross margin", "2025", 0.4, **margin)]


@pytest.mark.parametrize(
    ("asked", "came_true"),
    [
        ("P(revenue >= 18 by 2025Q2)", True),
        ("P(revenue >= 18.5 by 2025Q2)", False),
        ("P(revenue >= 26 in 2025)", True),
        ("P(revenue > 26 by 2025)", False),
        ("P(quarterly revenue >= 8 by 2025Q3)", False),
        ("P(run rate >= 28 by 2025Q2)", True),
        ("P(revenue between 20 and 23 by 2025)", True),
        ("P(gross margin >= 40% in 2025)", True),
        # Of the year alone is known what it was.
        ("P(gross margin >= 50% by 2025)", None),
        ("P(gross margin >= 50% in 2025)", False),
        ("P(revenue >= 100 and cash < 5 by 2025)", False),
        ("P(revenue >= 18 and cash < 5 by 2025)", None),
        ("P(revenue >= 18 or cash < 5 by 2025Q2)", True),
        ("P(not revenue >= 14 by 2025)", False),
        ("P(revenue >= 30 by 2026Q2)", None),
        ("P(revenue >= 26 by 2027)", True),
        ("out of cash by 2025", None),
        ("P10(revenue 2025)", 26.0),
        ("revenue twelve months to 2025Q3", 22.0),
        ("gross margin 2025", 0.4),
        ("revenue 2026", None),
    ],
)
def test_what_came_true_is_what_reported_quarters_tell(
    asked: str, came_true: float | bool | None, figures: list[Figure]
) -> None:
    vintage = load_scenario("anthropic-as-of-2024.toml")
    (statistic,) = parse_asked(asked, vintage)
    assert truth_of(statistic.outcome, vintage, figures) == came_true


def test_what_a_horizon_does_not_hold_is_not_asked_of_its_scenario(anthropic: Scenario) -> None:
    earlier = load_scenario("anthropic-as-of-2024.toml")
    of_earlier, of_later = asked_of_each("P(revenue >= 4 by 2025)", [earlier, anthropic])
    assert len(of_earlier) == 1 and not of_later
    with pytest.raises(ScenarioError, match="did you mean"):
        tuple(asked_of_each("P(revenu >= 4 by 2025)", [earlier, anthropic]))


def test_a_hindcast_tells_what_each_vintage_said_and_what_came_true() -> None:
    found = simulate.hindcast(labs=["OpenAI"], of="P(revenue >= 10 by 2026Q1)", paths=1024)
    answers = [answer for vintage in found.vintages for answer in vintage.answers]
    # Its revenue of 2025 was 13.07.
    assert len(answers) == len(found.vintages) and all(each.came_true for each in answers)
    assert answers[0].estimate.value < answers[-1].estimate.value


def test_a_targets_other_level_is_told_of_in_three_sentences(anthropic: Scenario) -> None:
    def wanted(level: int) -> Scenario:
        large = {"title": f"revenue >= {level}", "when": f"revenue >= {level}", "by": "2027Q4"}
        return changed(anthropic, {f"outcomes.large_{level}": large})

    watch = Watch(paths=PATHS)
    watch.answer(wanted(50))
    (change,) = watch.answer(wanted(60)).changes
    assert change is not None
    what, same, new = change_sentences(change)
    assert what == "Changed: revenue >= 50 left out and revenue >= 60 new"
    assert same.startswith("No change: P(margin 70% by 2027) ") and same.count("P(") == 3
    share = run(anthropic, paths=PATHS).probability("revenue >= 60 by 2027").value
    assert new == f"New: P(revenue >= 60 by 2027) {share:.1%}"


def test_a_run_and_the_report_of_it_tell_what_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Printed
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["--of", LARGE, "--of", LOW_CASH]
    few = ["--paths", "2048", "--no-pictures"]
    assert call(monkeypatch, "run", "anthropic-2026-01.toml", *few, *asked) == 0
    told = capsys.readouterr().out
    assert told.index("revenue >= 60 by 2027") < told.index("Gross margin of 70%, by definition")
    folder = Path("results/anthropic-2026-01")
    summary = json.loads((folder / "summary.json").read_text())
    assert list(summary["asked"]) == [LARGE, "P10 of cash 2028"]
    by_year = summary["hitting_times"]["revenue >= 60"]["by_end_of"]
    assert summary["asked"][LARGE] == by_year["2027"]
    assert call(monkeypatch, "report", str(folder), "--no-pictures", "--of", LARGER) == 0
    page = (folder / "anthropic-2026-01-report.html").read_text()
    places = [page.index(f"revenue &gt;= 60 by {year}") for year in (2027, 2028)]
    assert page.index("What else was asked?") < places[0] < places[1]


def test_a_precision_that_is_met_tells_the_value(anthropic: Scenario) -> None:
    text = "P(revenue >= 60 by 2027) ± 5%"
    result = run(anthropic, paths=PATHS, until=text)
    found = result.probability("revenue >= 60 by 2027")
    value, error = (100.0 * number for number in (found.value, found.standard_error))
    assert result.goal == f"Goal met: {text}: {value:.2f}% ± {error:.2f}."


def test_a_condition_on_what_a_part_of_a_scenario_adds_is_open_as_far_as_figures_go() -> None:
    raising = load_scenario("anthropic-capital.toml")
    (asked,) = parse_asked("P(debt > 1 by 2027)", raising)
    assert truth_of(asked.outcome, raising, []) is None
