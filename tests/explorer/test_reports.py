"""A report of what a page shows: that of the command, one at a time, and how it is told."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue
from threading import Event

import pytest

import simulate
from simulate.explorer.reports import Asked, Reports, report_of
from simulate.explorer.work import Message, Work
from simulate.scenario import ScenarioError, find_scenario
from simulate.text.run import headline
from tests.explorer.test_others import explorer
from tests.explorer.test_pages import CHANGED, FILE, PATIENCE, Conversation

__all__ = ["explorer"]
PATHS = 2048


def asked(command: str = "simulate report") -> Asked:
    return Asked(simulate.load_scenario(FILE), PATHS, command, "report.html")


def failing(_: Asked) -> str:
    raise ScenarioError("/a/path/of/this/machine")


@pytest.fixture
def told() -> Queue[Message]:
    return Queue()


@pytest.fixture
def work() -> Iterator[Work]:
    with Work() as work:
        yield work


def finished(told: Queue[Message]) -> Message:
    """Return what is told last."""
    while (message := told.get(timeout=PATIENCE))["type"] == "reporting":
        assert message["seconds"] >= 0
    return message


def test_a_report_says_what_the_answer_says() -> None:
    alone = simulate.run(simulate.load_scenario(FILE), paths=PATHS)
    page = report_of(asked("simulate report anthropic.toml --paths 2048"))
    assert headline(alone).partition(",")[0] in page
    assert "simulate report anthropic.toml --paths 2048" in page


def test_a_report_of_changes_is_made_of_them(explorer, work: Work) -> None:
    page = Conversation(explorer, work)
    number = page.ask("report", CHANGED, scenario="stress no_next_round")
    with closing(explorer.reports):
        report = page.wait_for("report", number=number)
    assert report["name"] == "anthropic-no_next_round-mine-report.html"
    assert "simulate report anthropic-no_next_round-mine.toml --paths 4096" in report["text"]
    assert "set by hand in the explorer" in report["text"]
    assert len(re.findall("<svg|data:image", report["text"])) > 5


def test_one_report_is_made_at_a_time(told: Queue[Message]) -> None:
    may_end = Event()

    def slow(_: Asked) -> str:
        return "a page" if may_end.wait(PATIENCE) else ""

    with closing(Reports(slow)) as reports:
        reports.begin(asked(), told.put)
        with pytest.raises(ScenarioError, match="ask again"):
            reports.begin(asked(), told.put)
        may_end.set()
        assert finished(told) == {"type": "report", "name": "report.html", "text": "a page"}


def test_what_goes_wrong_is_told_without_a_path_and_another_can_be_made(
    told: Queue[Message],
) -> None:
    with closing(Reports(failing)) as reports:
        for _ in range(2):
            reports.begin(asked(), told.put)
            mistake = finished(told)
            assert mistake["type"] == "mistake" and "/" not in mistake["text"]


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
