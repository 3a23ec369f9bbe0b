"""Answers on a narrow terminal: lines break between words, and nothing is cut off."""

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from rich.console import Console

import simulate
from simulate import load_scenario, run
from simulate.analysis.backtest import backtest
from simulate.analysis.compare import compare
from simulate.analysis.converge import converge
from simulate.analysis.discover import discover
from simulate.analysis.goal import map_goal, seek_goal
from simulate.analysis.stress import stress
from simulate.analysis.sweep import sweep
from simulate.analysis.typical_paths import example_paths
from simulate.analysis.update import update
from simulate.analysis.watch import Watch
from simulate.model.goal import parse_target
from simulate.model.observation import read_observations
from simulate.model.outcomes import PeakFundingNeed, headline_events, projected_event
from simulate.scenario.load import list_changes
from simulate.scenario.setting import find_setting, parse_variation
from simulate.text.assumptions import print_inputs
from simulate.text.backtest import print_backtest
from simulate.text.compare import print_comparison
from simulate.text.converge import print_convergence
from simulate.text.decide import print_decision
from simulate.text.discover import print_discovery
from simulate.text.drivers import print_drivers
from simulate.text.fit import print_fits
from simulate.text.goal import print_goal
from simulate.text.hindcast import print_hindcast
from simulate.text.run import print_answer
from simulate.text.stress import print_stresses
from simulate.text.sweep import print_sweep
from simulate.text.tables import Row, Table, printed
from simulate.text.terminal import console
from simulate.text.typical_paths import print_story
from simulate.text.update import print_update
from simulate.text.watch import watched
from tests.calling import call

pytestmark = pytest.mark.usefixtures("january")

Printer = Callable[[Console], None]

WIDTHS = (40, 60, 80)
ROOMY = 400
PATHS = 4096
# Points that many runs of a search make fastest.
FAST = ("sampling.sampler=pseudo", "horizon.last_quarter=2028Q4")
GAIN, EROSION = "inference.efficiency_gain", "inference.price_erosion"
# A key may break before a dot.
PIECE = re.compile(r"\s+|(?<=\w)(?=\.[a-z])")


def answer() -> Printer:
    result = run(load_scenario("anthropic.toml"), paths=PATHS)
    return lambda out: print_answer(result, out)


def inputs() -> Printer:
    scenario, names = load_scenario("openai.toml"), list_changes("openai.toml")
    return lambda out: print_inputs(scenario, names, out)


def comparison() -> Printer:
    scenarios = [load_scenario(name) for name in ("anthropic.toml", "openai.toml")]
    found = compare(scenarios, paths=PATHS)
    return lambda out: print_comparison(found, out)


def convergence() -> Printer:
    found = converge(load_scenario("anthropic.toml"), paths=2 * PATHS)
    return lambda out: print_convergence(found, out)


def decision() -> Printer:
    found = simulate.decide(load_scenario("anthropic-tpu.toml"), paths=PATHS)
    return lambda out: print_decision(found, "To buy or to rent", out)


def discovery() -> Printer:
    scenario = load_scenario("anthropic.toml")
    event = projected_event(scenario)
    found = discover(scenario, event, paths=2 * PATHS)
    stories = example_paths(found.outcomes, event, found.scenario)

    def show(out: Console) -> None:
        print_discovery(found, out)
        for story in stories:
            assert story is not None
            print_story(story, "it happens", out)

    return show


def drivers() -> Printer:
    scenario = load_scenario("anthropic.toml")
    found = simulate.drivers(scenario, (*headline_events(scenario), PeakFundingNeed()), paths=256)
    return lambda out: print_drivers(found, out)


def fits() -> Printer:
    found = simulate.fit(np.random.default_rng(1).lognormal(size=200), resamples=9)
    return lambda out: print_fits(found, "inference.overrun", "data.csv: overrun", out)


def goal() -> Printer:
    scenario = load_scenario("anthropic.toml", settings=FAST)
    wanted = parse_target("P(gross margin 70% by 2027) >= 0.5", scenario)
    found = seek_goal(wanted, find_setting(wanted.scenario, GAIN), paths=PATHS)
    return lambda out: print_goal(found, out)


def goal_map() -> Printer:
    scenario = load_scenario("anthropic.toml", settings=FAST)
    wanted = parse_target("P(gross margin 70% by 2027) >= 0.5", scenario)
    gain, erosion = (find_setting(wanted.scenario, key) for key in (GAIN, EROSION))
    found = map_goal(wanted, (gain, erosion), paths=PATHS)
    return lambda out: print_goal(found, out)


def stresses() -> Printer:
    titles = list_changes("anthropic.toml").stresses
    tests = {name: load_scenario("anthropic.toml", stress=name) for name in titles}
    found = stress(load_scenario("anthropic.toml"), tests, titles, paths=PATHS)
    return lambda out: print_stresses(found, out)


def sweep_of_one() -> Printer:
    scenario = load_scenario("anthropic.toml")
    found = sweep(scenario, [parse_variation(scenario, f"{GAIN}=+0,+0.2")], paths=PATHS)
    return lambda out: print_sweep(found, out)


def sweep_of_two() -> Printer:
    scenario = load_scenario("anthropic.toml", settings=FAST)
    varied = (f"{GAIN}=-0.3:+0.3:7", f"{EROSION}=-0.1:+0.1:2")
    found = sweep(scenario, [parse_variation(scenario, text) for text in varied], paths=PATHS)
    return lambda out: print_sweep(found, out)


def sweep_of_three() -> Printer:
    scenario = load_scenario("anthropic.toml", settings=FAST)
    varied = (f"{GAIN}=-0.3:+0.3", f"{EROSION}=-0.1:+0.1", "cash.opening=*0.5:*2")
    found = sweep(scenario, varied, design="sobol", cells=4, paths=PATHS)
    return lambda out: print_sweep(found, out)


def belief() -> Printer:
    scenario = load_scenario("anthropic.toml")
    seen = read_observations(["revenue 2026Q1 = 3.0 bn ± 5%"], None, scenario)
    found = update(scenario, seen, paths=2 * PATHS)
    return lambda out: print_update(found, out)


def score() -> Printer:
    scenario = load_scenario("anthropic-as-of-2024.toml")
    seen = read_observations(["revenue 2025 = 4.5 bn", "gross margin 2025 = 40%"], None, scenario)
    found = backtest(scenario, seen, paths=PATHS)
    return lambda out: print_backtest(found, out)


def looked_back() -> Printer:
    scenario = load_scenario("anthropic.toml")
    found = simulate.hindcast([scenario], paths=PATHS)
    return lambda out: print_hindcast(found, out)


def saved() -> Printer:
    watch = Watch(paths=PATHS)
    openai = load_scenario("openai.toml")
    watch.answer(load_scenario("anthropic.toml"), openai)
    settings = ["cash.opening=20", "inference.overrun=*1.2"]
    found = watch.answer(load_scenario("anthropic.toml", settings=settings), openai)
    return lambda out: out.print(watched(found, is_first=False, with_bars=False))


EVERY_ANSWER = (
    answer,
    inputs,
    comparison,
    convergence,
    decision,
    discovery,
    drivers,
    fits,
    goal,
    goal_map,
    stresses,
    sweep_of_one,
    sweep_of_two,
    sweep_of_three,
    belief,
    score,
    looked_back,
    saved,
)


@pytest.mark.parametrize("make", EVERY_ANSWER, ids=lambda make: make.__name__)
def test_no_answer_breaks_a_word_or_a_number_or_leaves_one_out(
    make: Callable[[], Printer],
) -> None:
    show = make()
    roomy = _words(_printed(show, ROOMY))
    for width in WIDTHS:
        shown = _printed(show, width)
        # What is to be pasted is not broken at all.
        answer, _, _ = shown.partition("inference.overrun = ")
        assert max(map(len, answer.splitlines())) <= width
        assert _words(shown) == roomy


def test_a_number_stays_with_its_error_in_every_part_of_a_table() -> None:
    heads = (f"of the outcome {place}" for place in range(6))
    numbers = [f"{place}3.72% ± 0.01" for place in range(1, 7)]
    row = Row("2027", tuple(numbers))
    shown = printed(Table("Probability", ("year", *heads), (row,)))
    for width in WIDTHS:
        lines = _printed(lambda out: out.print(shown), width).splitlines()
        assert [number for line in lines for number in numbers if number in line] == numbers


def test_a_part_of_a_table_leaves_out_rows_that_say_nothing_there() -> None:
    rows = (
        Row("2026", ("13.72% ± 0.01", "")),
        Row("2027", ("32.48% ± 0.02", "positive free cash flow")),
    )
    shown = printed(Table("", ("year", "gross margin", "what happens"), rows))
    lines = _printed(lambda out: out.print(shown), 28).splitlines()
    assert [line.split()[0] for line in lines if line.strip().startswith("20")] == [
        "2026",
        "2027",
        "2027",
    ]


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("132", 132), ("", 80), ("wide", 80)])
def test_a_pipe_is_as_wide_as_columns_says_and_else_80(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console().width == width


def test_help_and_difference_fit_40_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for asked in (["--help"], ["goal", "--help"], ["diff", "anthropic.toml", "openai.toml"]):
        assert call(monkeypatch, *asked) == 0
        printed = capsys.readouterr().out
        assert max(map(len, printed.splitlines())) <= 40
        assert "..." not in printed.replace("[ARGS]...", "")


def _printed(show: Printer, width: int) -> str:
    file = io.StringIO()
    show(Console(file=file, width=width, highlight=False))
    return file.getvalue()


def _words(printed: str) -> set[str]:
    return {word for word in PIECE.split(printed.replace("─", " ")) if word}
