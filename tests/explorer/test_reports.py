"""A report of what a page shows: that of the command, and of what it is made."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import simulate
from simulate.explorer.reports import Report
from simulate.explorer.work import Work
from simulate.scenario import find_scenario
from simulate.text.run import headline
from tests.explorer.test_others import explorer
from tests.explorer.test_pages import CHANGED, FILE, Conversation

__all__ = ["explorer"]

# How they are drawn is the page's (tests/output/test_page.py).
pytestmark = pytest.mark.usefixtures("blank_pictures")

PATHS = 2048


@pytest.fixture
def work() -> Iterator[Work]:
    with Work() as work:
        yield work


def test_a_report_says_what_the_answer_says() -> None:
    alone = simulate.run(simulate.load_scenario(FILE), paths=PATHS)
    command = "simulate report anthropic.toml --paths 2048"
    report = Report(simulate.load_scenario(FILE), PATHS, command, "report.html")()
    assert (report["type"], report["name"]) == ("report", "report.html")
    assert headline(alone).partition(",")[0] in report["text"]
    assert command in report["text"]


def test_a_report_of_changes_is_made_of_them(explorer, work: Work) -> None:
    page = Conversation(explorer, work)
    number = page.ask("report", CHANGED, scenario="stress no_next_round")
    with closing(explorer.reports):
        report = page.wait_for("report", number=number)
    assert report["name"] == "anthropic-no_next_round-mine-report.html"
    assert "simulate report anthropic-no_next_round-mine.toml --paths 4096" in report["text"]
    assert "set by hand in the explorer" in report["text"]
    assert len(re.findall("<svg|data:image", report["text"])) > 5


def test_changes_that_can_not_be_make_no_report(explorer, work: Work) -> None:
    page = Conversation(explorer, work)
    number = page.ask("report", {"nothing": 1})
    assert "nothing" in page.wait_for("mistake", number=number)["text"]


def test_a_report_of_what_is_unchanged_names_the_command_that_makes_it(explorer) -> None:
    assert explorer.report({}).command.startswith("simulate report anthropic.toml --paths")
    bull = explorer.named("variant bull").report({})
    assert bull.command.startswith("simulate report anthropic.toml --variant bull --paths")
    assert bull.name == "anthropic-bull-report.html"
    assert Path(find_scenario("anthropic.toml")).name in bull.command
