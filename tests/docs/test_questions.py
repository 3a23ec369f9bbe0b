"""The page of questions: its commands can be asked, and its answers and pictures are theirs."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from docs.make_questions import PAGE, PICTURES, page_in
from docs.replay import DOCS, PARTS, unbroken
from simulate import cli, load_scenario
from simulate.scenario.load import check_all
from simulate.scenario.quarters import format_quarter
from tests.pages import first_difference

TEXT = PAGE.read_text(encoding="utf-8")
FOUND = list(PARTS.finditer(TEXT))
COMMANDS = [unbroken(found["command"]) for found in FOUND if found["command"]]
# What a clock says of a run.
SECONDS = re.compile(r", \d+\.\d s$", re.MULTILINE)
MAKE = "run python -m docs.make_questions"


class Asked(Exception):
    """A command is about to simulate."""


def test_every_question_has_its_command() -> None:
    asked = "drivers discover goal goal stress sweep decide update backtest"
    assert [command.split()[1] for command in COMMANDS] == asked.split()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_can_be_asked_as_it_is_printed(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: bool, **__: bool) -> None:
        raise Asked

    words = shlex.split(command)
    monkeypatch.setattr("simulate.commands.session.compile_kernels", stop)
    monkeypatch.setattr(sys, "argv", words)
    monkeypatch.chdir(page_in(tmp_path).folder)
    with pytest.raises(Asked):
        cli.main()


def test_the_page_shows_every_picture_and_no_other() -> None:
    names = [Path(found["about"]).name for found in FOUND if found["what"] == "picture"]
    shown = re.findall(rf"!\[.+?\]\({PICTURES.as_posix()}/(\S+)\)", TEXT)
    assert shown == names
    assert sorted(shown) == sorted(file.name for file in (DOCS / PICTURES).iterdir()), MAKE


def test_what_follows_a_marker_is_what_its_command_printed(tmp_path: Path) -> None:
    page = page_in(tmp_path)
    answer = "first\n\nmiddle: 1\nmiddle: 2\n\nlast"
    text = (
        "```\nsimulate schema \\\n    --nothing\n```\n"
        "<!-- answer until: middle -->\nold\n<!-- end -->\nby hand\n"
        "<!-- answer from: middle: 2 -->\n<!-- end -->\n<!-- answer -->\n<!-- end -->\n"
        "<!-- answer from: f | until: middle: 2 -->\n<!-- end -->\n"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("docs.replay.run_command", lambda *_: f"{answer}\n")
        written = page.written(text)
    assert written == (
        "```\nsimulate schema \\\n    --nothing\n```\n"
        "<!-- answer until: middle -->\n```\nfirst\n```\n<!-- end -->\nby hand\n"
        "<!-- answer from: middle: 2 -->\n```\nmiddle: 2\n\nlast\n```\n<!-- end -->\n"
        f"<!-- answer -->\n```\n{answer}\n```\n<!-- end -->\n"
        "<!-- answer from: f | until: middle: 2 -->\n```\nfirst\n\nmiddle: 1\n```\n<!-- end -->\n"
    )


def test_the_decision_on_the_page_of_questions_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (text,) = (
        toml for toml in re.findall(r"```toml\n(.*?)```", TEXT, re.S) if "[decision]" in toml
    )
    Path("raise.toml").write_text(text, encoding="utf-8")
    check_all("raise.toml")
    later = load_scenario("raise.toml", option="later")
    assert later.decision is not None
    assert later.decision.options["now"].cost == 1.0
    assert format_quarter(later.funding[0].quarter) == "2027Q1"


@pytest.mark.slow
def test_the_page_says_what_its_commands_say(tmp_path: Path) -> None:
    written = page_in(tmp_path).written(TEXT)
    difference = first_difference(SECONDS.sub("", written), SECONDS.sub("", TEXT))
    assert not difference, f"{MAKE}: {difference}"
