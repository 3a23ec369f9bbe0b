"""A decision weighed, and what it is worth to know, where it is known."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

import simulate
from simulate.analysis.decide import Weighed, payoff_of
from simulate.engine.run import run
from simulate.kernels.arrays import index
from simulate.model.rows import TRACED, Flow, Hit, Metric, traced
from simulate.plots.decide import plot_decision
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.frame import Horizon
from simulate.scenario.load import check_all, list_changes
from simulate.scenario.schema import Decision
from simulate.text.decide import finding, payoff, print_decision, rule
from simulate.text.terminal import console
from tests.calling import call
from tests.model.test_closed_forms import quiet
from tests.scenarios import changed

pytestmark = pytest.mark.usefixtures("january", "blank_pictures")

PATHS = 1 << 15
MEAN, DEVIATION, PRICE = 10.0, 2.0, 10.7
ROUND = {
    "name": "only",
    "quarter": "2026Q3",
    "amount": {"distribution": "normal", "mean": MEAN, "sd": DEVIATION, "truncate": [0, 100]},
}


def decision(options: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "what to do", "year": 2027, "options": dict(options)} | more


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def bought() -> Weighed:
    """Buy a round of uncertain size for a price, or leave it; nothing else is uncertain."""
    asked = decision({"take": {"cost": PRICE}, "leave": {}}, payoff="cash")
    base = changed(quiet(), {"cash.interest_rate": 0.0, "decision": asked})
    take = changed(base, {"funding": [ROUND]})
    return simulate.decide(
        base, {"take": take, "leave": changed(base, {"funding": []})}, paths=PATHS
    )


def test_the_options_differ_by_what_comes_less_what_it_costs(bought: Weighed) -> None:
    assert bought.best == "leave"
    behind = bought.payoffs.behind(0)
    assert abs(behind.value - (MEAN - PRICE)) < 4.0 * behind.standard_error


def test_knowing_the_size_is_worth_its_closed_form(bought: Weighed) -> None:
    """The size is all there is to know, and normal: it is worth s phi(m/s) - |m| Phi(-|m|/s)."""
    ratio = (PRICE - MEAN) / DEVIATION
    truth = DEVIATION * norm.pdf(ratio) - (PRICE - MEAN) * norm.cdf(-ratio)
    size = bought.inputs["funding.only.amount"].worth
    assert abs(bought.everything.value - truth) < 4.0 * bought.everything.standard_error
    # Within each of its 32 groups, the size is not known.
    assert abs(size.value - truth) < 4.0 * size.standard_error + 0.002


def test_the_rule_is_to_take_what_is_larger_than_its_price(bought: Weighed) -> None:
    turn = bought.inputs["funding.only.amount"].turn()
    assert turn is not None
    assert turn.limit == pytest.approx(PRICE, abs=0.15)
    assert rule(bought, "funding.only.amount") == f"take above {turn.limit:.3g} bn USD"


def test_the_words_name_the_option_and_the_worth(bought: Weighed) -> None:
    worth = bought.inputs["funding.only.amount"].worth.value
    assert list(bought.telling) == ["funding.only.amount"]
    assert finding(bought) == (
        f"Leave pays most; knowing funding.only.amount is worth {worth:.2g} bn, "
        f"knowing everything {bought.everything.value:.2g}"
    )
    labels = [text.get_text().strip() for text in plot_decision(bought).axes[0].texts]
    assert labels[0] != "" and any("take above" in label for label in labels)


def test_options_that_are_the_same_leave_nothing_to_know(anthropic: Scenario) -> None:
    same = changed(anthropic, {"decision": decision({"one": {}, "other": {}})})
    weighed = simulate.decide(same, {"one": same, "other": same}, paths=4096)
    assert weighed.everything.value == 0.0
    assert weighed.telling == {}
    assert all(known.worth.value == 0.0 for known in weighed.inputs.values())
    assert finding(weighed) == "One pays most, whatever there is to know"


def test_running_out_of_cash_costs_what_it_is_said_to(anthropic: Scenario) -> None:
    asked = decision({"free": {}, "dear": {}}, out_of_cash_cost=50.0)
    scenario = changed(anthropic, {"decision": asked})
    weighed = simulate.decide(scenario, {"free": scenario, "dear": scenario}, paths=4096)
    without = changed(anthropic, {"decision": asked | {"out_of_cash_cost": 0.0}})
    free = simulate.decide(without, {"free": without, "dear": without}, paths=4096)
    chance = run(anthropic, paths=4096).probability_by_year(Hit.OUT_OF_CASH, 2027).value
    fall = free.payoffs.expected(0).value - weighed.payoffs.expected(0).value
    assert fall == pytest.approx(50.0 * chance)


def test_undiscounted_a_path_pays_the_sum_of_its_years(anthropic: Scenario) -> None:
    asked = decision({"one": {}, "other": {}}, year=2029)
    scenario = changed(anthropic, {"decision": asked})
    weighed = simulate.decide(scenario, {"one": scenario, "other": scenario}, paths=4096)
    result = run(anthropic, paths=4096)
    means = [
        result.in_year(Metric.FREE_CASH_FLOW, year)["mean"].value for year in range(2026, 2030)
    ]
    # Means are kept to 2**-16 billion a path.
    assert weighed.payoffs.expected(0).value == pytest.approx(sum(means), abs=1e-3)


def test_flows_are_discounted_from_the_middle_of_their_year() -> None:
    horizon = Horizon.model_validate({"first_quarter": "2026Q1", "last_quarter": "2027Q4"})
    trace = np.zeros((1, TRACED, 8))
    trace[0, traced(Flow.FREE_CASH_FLOW), [0, 2, 4]] = 1.0, 2.0, 5.0
    trace[0, index(Metric.CASH), 7] = 7.0
    asked = Decision.model_validate(decision({"a": {}, "b": {}}, discount_rate=0.1))
    assert payoff_of(asked, horizon)(trace) == pytest.approx(3.0 / 1.1**0.5 + 5.0 / 1.1**1.5)
    cash = asked.model_copy(update={"payoff": "cash"})
    assert payoff_of(cash, horizon)(trace) == pytest.approx(7.0 / 1.1**2)
    assert payoff(cash) == "cash at the end of 2027, discounted by 10% a year; bn USD"


def test_what_was_before_the_horizon_is_neither_paid_nor_discounted() -> None:
    """From 2026Q3 the rest of 2026 has its middle a quarter of a year on, and 2027 one on."""
    horizon = Horizon.model_validate({"first_quarter": "2026Q3", "last_quarter": "2027Q4"})
    trace = np.zeros((1, TRACED, 6))
    trace[0, traced(Flow.FREE_CASH_FLOW)] = 1.0, 2.0, 0.0, 5.0, 0.0, 0.0
    trace[0, index(Metric.FREE_CASH_FLOW)] = 100.0
    trace[0, index(Metric.CASH), 5] = 7.0
    asked = Decision.model_validate(decision({"a": {}, "b": {}}, discount_rate=0.1))
    assert payoff_of(asked, horizon)(trace) == pytest.approx(3.0 / 1.1**0.25 + 5.0 / 1.1)
    cash = asked.model_copy(update={"payoff": "cash"})
    assert payoff_of(cash, horizon)(trace) == pytest.approx(7.0 / 1.1**1.5)


def test_the_packaged_decision_is_between_buying_and_renting() -> None:
    options = list_changes("anthropic-tpu.toml").options
    scenarios = {name: load_scenario("anthropic-tpu.toml", option=name) for name in options}
    assert list(scenarios) == ["buy", "rent"]
    assert [len(s.hardware) for s in scenarios.values()] == [1, 0]
    assert scenarios["rent"].name == "Anthropic with its TPU purchase; go on renting"
    check_all("anthropic-tpu.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "x"\nyear = 2050\noptions = { a = {}, b = {} }', "lies outside the horizon"),
        ('title = "x"\nyear = 2030\noptions = { a = {} }', "decision.options: "),
        ('title = "x"\nyear = 2030\npayoff = "fun"\noptions = { a = {}, b = {} }', "payoff"),
        (
            'title = "x"\nyear = 2030\noptions = { a = {}, b = { "cash.opning" = 1 } }',
            "option b: bad.toml",
        ),
    ],
)
def test_a_decision_that_can_not_be_is_explained(text: str, message: str) -> None:
    Path("bad.toml").write_text(f'extends = "anthropic.toml"\n[decision]\n{text}\n')
    with pytest.raises(ScenarioError, match=message):
        check_all("bad.toml")


def test_the_command_prints_in_80_columns_and_draws(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "decide", "anthropic-tpu", "--paths", "16384") == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    for part in ("Decision: buy the TPUs", "expected payoff", "everything", "pays most", "advice"):
        assert part in printed
    assert (
        Path("results/anthropic-tpu/anthropic-tpu-decision.png").read_bytes().startswith(b"\x89PNG")
    )


def test_a_question_keeps_its_mark_and_no_input_is_said_to_be_another(
    anthropic: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = decision({"one": {}, "other": {}}, title="Raise now?")
    same = changed(anthropic, {"decision": asked})
    print_decision(
        simulate.decide(same, {"one": same, "other": same}, paths=4096), "Mine", console()
    )
    printed = capsys.readouterr().out
    assert "Decision: Raise now?\n" in printed
    assert re.search(r"None of the \d+ inputs alone changes the choice\.", printed)


def test_a_scenario_without_a_decision_is_told_where_one_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "decide", "anthropic") == 2
    assert "has no [decision]; see the one of anthropic-tpu.toml" in capsys.readouterr().err
