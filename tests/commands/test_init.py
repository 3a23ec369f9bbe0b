"""``simulate init --bare``: a lab from nothing, in the fewest lines that run."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulate import run
from simulate.scenario import Scenario, ScenarioError, load_scenario, packaged_configs
from simulate.text.assumptions import given_and_absent
from simulate.text.diff import describe_difference
from simulate.text.run import print_answer, told_margins
from simulate.text.terminal import console
from tests.calling import call
from tests.scenarios import changed

BARE = packaged_configs() / "bare.toml"
LINES = BARE.read_text(encoding="utf-8").splitlines()
STATED = [line for line in LINES if line and not line.startswith("#")]
# What a lab says that has none of it, which the bare one leaves out.
NONE_OF_IT: dict[str, Any] = {
    "demand": {"persistence": 0.0, "volatility": 0.0},
    "free_users": dict.fromkeys(("users", "growth", "annual_cost", "usage_growth"), 0.0)
    | {"ceiling": 0.2},
    "funding": [],
    "hardware": [],
    "correlations": {},
}
# All of it certain, and nothing grows.
STILL = {
    "segments.all.growth.initial": 0.0,
    "segments.all.growth.lasting": 0.0,
    "segments.all.growth.half_life": 1.0,
    "inference.net_gain": 0.0,
    "inference.overrun": 0.0,
    "training.growth.initial": 0.0,
    "training.growth.lasting": 0.0,
}


@pytest.fixture(scope="module")
def bare() -> Scenario:
    return load_scenario(BARE)


def cash_flow(scenario: Scenario) -> pd.DataFrame:
    return run(scenario, paths=512).frame("free cash flow")


def test_it_is_written_with_its_schema_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, "init", "--bare", "mylab.toml") == 0
    assert Path("mylab.toml").read_text(encoding="utf-8") == BARE.read_text(encoding="utf-8")
    assert Path("scenario.schema.json").exists()
    Path("mylab.toml").write_text("mine")
    assert call(monkeypatch, "init", "--bare", "mylab.toml") == 2
    assert "mylab.toml: exists" in capsys.readouterr().err
    assert Path("mylab.toml").read_text() == "mine"
    assert call(monkeypatch, "init", "--bare", "mylab.toml", "--force") == 0
    assert Path("mylab.toml").read_text(encoding="utf-8").splitlines() == LINES


@pytest.mark.parametrize("line", STATED)
def test_no_line_of_it_can_be_left_out(line: str, bare: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "mylab.toml"
    file.write_text("\n".join(each for each in LINES if each != line), encoding="utf-8")
    try:
        shorter = load_scenario(file)
    except ScenarioError:
        return
    assert not cash_flow(shorter).equals(cash_flow(bare))


def test_each_of_its_numbers_is_an_assumption_that_says_so(bare: Scenario) -> None:
    given, _ = given_and_absent(bare)
    assert all(member.distribution.source.startswith("assumption: ") for member in given)
    assert bare.targets.source.startswith("assumption: ")
    assert not bare.lab


def test_a_section_that_is_left_out_is_one_of_nothing(bare: Scenario) -> None:
    assert cash_flow(bare).equals(cash_flow(changed(bare, NONE_OF_IT)))


def test_a_still_lab_burns_by_the_quarter_what_is_left_of_its_revenue(bare: Scenario) -> None:
    # Revenue 0.36; inference 55% of it; training 1/4; other costs 0.2/4 and 20% of revenue.
    burnt = 0.36 * (1.0 - 0.55 - 0.20) - 0.25 - 0.05
    found = run(changed(bare, STILL), paths=16)
    # Means are counted in steps of some millionths.
    assert found.frame("cash")["mean"].iloc[0] == pytest.approx(3.0 + burnt, rel=1e-5)
    # 3 bn last for 14 quarters of 0.21 bn; the horizon begins in 2026Q3.
    assert str(found.hitting_quarter("out of cash", 0.5)) == "2030Q1"


def test_it_is_told_without_what_it_leaves_out(
    bare: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told_margins(bare) == ("paying users",)
    _, absent = given_and_absent(bare)
    assert {"demand", "free_users", "cash.interest_rate", "inference.other_sales_cost"} <= {*absent}
    print_answer(run(bare, paths=512), console())
    answer = capsys.readouterr().out
    assert not [word for word in ("company", "free users", "partners") if word in answer]


def test_what_it_gains_is_new_and_not_changed_from_nothing(bare: Scenario) -> None:
    paid_in_stock = bare.changed({"other_costs.stock_pay": 0.2})
    assert describe_difference(bare, paid_in_stock) == ["other_costs.stock_pay: new, 20%"]
    assert describe_difference(paid_in_stock, bare) == ["other_costs.stock_pay: left out"]
    assert told_margins(bare.changed({"inference.other_sales_cost": 0.05})) == (
        "inference only",
        "paying users",
    )


def test_what_a_section_must_say_is_still_asked_for(bare: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"free_users\.annual_cost: missing"):
        bare.changed({"free_users": {"users": 0.1, "growth": 0.1, "ceiling": 1.0}})
