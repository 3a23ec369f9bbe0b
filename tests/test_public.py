"""The package's names: one function a question, cheap to import, in the words of a command."""

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

import simulate
from simulate import Scenario, ScenarioError, cli, load_scenario

pytestmark = pytest.mark.usefixtures("january")

PATHS = 4096
NO_QUESTIONS = {"run", "load_scenario", "Estimate", "Result", "Scenario", "ScenarioError"}


def test_every_command_that_asks_is_a_function_and_every_function_is_a_command() -> None:
    commands = {command.__name__ for command in cli.COMMANDS}
    questions = set(simulate.__all__) - NO_QUESTIONS
    assert questions < commands
    # What is left reads, draws or writes files.
    others = {
        "run",
        "report",
        "check",
        "show",
        "diff",
        "explore",
        "schema",
        "init",
        "warmup",
        "watch",
    }
    assert commands - questions == others


@pytest.mark.parametrize("name", sorted(set(simulate.__all__) - NO_QUESTIONS))
def test_a_question_is_answered_by_the_module_of_its_name(name: str) -> None:
    assert getattr(simulate, name) is getattr(import_module(f"simulate.analysis.{name}"), name)


def test_what_is_no_name_of_the_package_is_told_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'simulate' has no attribute 'drivres'"):
        _ = simulate.drivres  # pyright: ignore[reportAttributeAccessIssue]
    assert set(simulate.__all__) <= set(dir(simulate))


def test_importing_the_package_loads_none_of_what_takes_seconds() -> None:
    code = (
        "import sys, simulate; print(*{'numba', 'scipy', 'pandas', 'pydantic'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_type_checkers_are_told_that_the_package_has_types() -> None:
    assert (files("simulate") / "py.typed").is_file()


def test_stress_tests_are_those_of_the_file(anthropic: Scenario) -> None:
    found = simulate.stress(anthropic, paths=PATHS)
    alone = load_scenario("anthropic.toml", stress="no_next_round")
    by_hand = simulate.stress(anthropic, {"none": alone}, paths=PATHS)
    test = next(test for test in found.tests if test.name == "no_next_round")
    assert test.title == "the next round does not come"
    assert [f.value for f in test.figures] == [f.value for f in by_hand.tests[0].figures]


def test_a_stress_test_is_laid_over_a_changed_scenario(anthropic: Scenario) -> None:
    richer = simulate.stress(anthropic.changed({"cash.opening": 200}), paths=PATHS)
    poorer = simulate.stress(anthropic, paths=PATHS)
    for one, other in zip(richer.tests, poorer.tests, strict=True):
        # The chance of running out of cash.
        assert 0.0 < one.figures[2].value < other.figures[2].value


@pytest.mark.parametrize("question", [simulate.stress, simulate.decide])
def test_a_scenario_without_what_is_asked_about_is_told_what_to_write(
    question: Callable[[Scenario], object], anthropic: Scenario
) -> None:
    bare = anthropic.model_copy(update={"provenance": type(anthropic.provenance)()})
    with pytest.raises(ScenarioError, match=r"has no (stress tests|\[decision\])"):
        question(bare)


def test_a_decision_weighs_its_options_as_loaded_one_by_one() -> None:
    scenario = load_scenario("anthropic-tpu.toml")
    options = {n: load_scenario("anthropic-tpu.toml", option=n) for n in ("buy", "rent")}
    one, other = (simulate.decide(scenario, given, paths=PATHS) for given in (None, options))
    np.testing.assert_array_equal(one.payoffs.paid, other.payoffs.paid)


def test_a_sweep_is_the_runs_of_its_values(anthropic: Scenario) -> None:
    found = simulate.sweep(anthropic, "cash.opening=8,16", "out of cash by 2030", paths=PATHS)
    openings = [anthropic.changed({"cash.opening": opening}) for opening in (8, 16)]
    results = simulate.compare([anthropic, *openings], paths=PATHS).results
    for cell, result in zip(found.cells, results[1:], strict=True):
        assert cell.figures[0].value == result.probability("out of cash by 2030").value


def test_a_sweep_and_drivers_are_asked_about_an_amount_as_a_run_is(anthropic: Scenario) -> None:
    median = simulate.run(anthropic, paths=PATHS).in_year("revenue", 2027)["p50"]
    found = simulate.sweep(anthropic, "cash.opening=8", of="revenue 2027", paths=PATHS)
    # What cash there is moves no revenue.
    assert found.cells[0].figures[0].value == found.base[0].value
    assert found.base[0].value == pytest.approx(median.value, rel=0.05)
    (explained,) = simulate.drivers(anthropic, "revenue 2027", paths=PATHS // 8).explanations
    assert explained.value.value == pytest.approx(median.value, rel=0.05)


def test_a_goal_is_met_where_it_says(anthropic: Scenario) -> None:
    target = "P(out of cash by 2028) <= 0.08"
    (crossing,) = simulate.goal(anthropic, target, "cash.opening=5:40", paths=PATHS).crossings
    there = anthropic.changed({"cash.opening": crossing.value.value})
    _, result = simulate.compare([anthropic, there], paths=PATHS).results
    reached = result.probability("out of cash by 2028")
    assert reached.value == pytest.approx(0.08, abs=0.002)


def test_another_seed_gives_other_paths(anthropic: Scenario) -> None:
    questions: list[Callable[[int], float]] = [
        lambda seed: simulate.discover(anthropic, paths=1 << 15, seed=seed).overall.value,
        lambda seed: (
            simulate.converge(anthropic, paths=PATHS, seed=seed).estimates["sobol"][0].value
        ),
        lambda seed: (
            simulate.update(anthropic, "revenue 2026 = 20 bn ± 20%", paths=PATHS, seed=seed)
            .beliefs[0]
            .before.value
        ),
        lambda seed: (
            simulate.backtest(anthropic, "revenue 2026 = 20 bn", paths=PATHS, seed=seed)
            .scores[0]
            .crps.value
        ),
    ]
    for ask in questions:
        assert ask(1) == ask(1) != ask(2)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: simulate.drivers(s, "P(gross margn by 2027)"), "did you mean"),
        (lambda s: simulate.drivers(s, "gross margin 60% by 2027"), "the scenario's target is 70%"),
        (lambda s: simulate.sweep(s, "cash.opening"), "write it as key="),
        (lambda s: simulate.sweep(s, []), "give at least one"),
        (lambda s: simulate.sweep(s, "cash.opening=8,12", "out of cash"), "not an outcome"),
        (lambda s: simulate.sweep(s, "cash.opening=8,12", "revenue 2027Q4"), "not by quarter"),
        (lambda s: simulate.goal(s, "P(out of cash by 2028)", "cash.opening"), "not a target"),
        (lambda s: simulate.discover(s, "out of cash"), "not an outcome and a date"),
        (lambda s: simulate.update(s, "revenue 2026Q1"), "not an observation"),
        (lambda s: simulate.update(s, []), "nothing is observed"),
        (lambda s: simulate.backtest(s, ["revenue 2050 = 3 bn"]), "outside the horizon"),
    ],
)
def test_what_can_not_be_asked_is_told(
    ask: Callable[[Any], object], words: str, anthropic: Scenario
) -> None:
    with pytest.raises(ScenarioError, match=words):
        ask(anthropic)
