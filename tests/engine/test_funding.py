"""Running out of cash is told with what it assumes, and not as a forecast."""

from pathlib import Path

import pytest

from simulate import Scenario, run
from simulate.output.report import render_report
from simulate.plots import PICTURES
from simulate.scenario.inputs import funding_assumption
from simulate.text.cash import funding_sentences
from tests.calling import call
from tests.drawn import faults

pytestmark = pytest.mark.usefixtures("january")

REACTS = ", and no budget or investor that reacts"


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({}, " after 2027Q2"),
        ({"funding.round_2027.quarter": "2029Q3"}, " after 2029Q3"),
        # A round that cannot come, or comes when all is over, is none.
        ({"funding.round_2027.chance": 0.0}, " after 2026Q3"),
        ({"funding.round_2027.quarter": "2036Q1"}, " after 2026Q3"),
        ({"funding": []}, ""),
    ],
)
def test_the_last_round_that_may_come_is_named(
    changes: dict[str, object], after: str, anthropic: Scenario
) -> None:
    scenario = anthropic.changed(changes)
    assert funding_assumption(scenario) == f"no funding round{after}{REACTS}"


def test_the_chance_of_no_cash_is_never_told_without_it(openai: Scenario) -> None:
    result = run(openai, paths=1024, threads=1)
    assumed = f"no funding round after 2027Q3{REACTS}"
    _, cash = funding_sentences(result)
    assert assumed in cash and "no forecast" in cash
    page = render_report(result, command="simulate", with_pictures=False)
    assert page.count(assumed) >= 2
    for name in ("fans", "funding_need"):
        foot = " ".join(" ".join(faults(PICTURES[name](result)).texts).split())
        assert f"Assumed: {assumed}" in foot


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("sweep", "anthropic", "--vary", "cash.opening.mode=12,13"), 1),
        (
            (
                "sweep",
                "anthropic",
                "--vary",
                "cash.opening.mode=12,13",
                "--of",
                "cumulative payback by 2030",
            ),
            0,
        ),
        (("stress", "anthropic"), 1),
        (("compare", "anthropic", "anthropic@bull"), 1),
        (("compare", "anthropic", "openai"), 2),
    ],
)
def test_comparisons_say_it_of_all_that_they_compare(
    words: tuple[str, ...],
    count: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, *words, "--paths", "64", "--no-pictures") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert told.count("Out of cash assumes no funding round after") == count
