"""What a page is told when it opens, asks, asks again and sends what no page sends."""

import json
from collections.abc import Iterator
from queue import Queue
from typing import Any

import pytest

import simulate
from simulate.engine.run import Session
from simulate.explorer.guard import UnreadableError
from simulate.explorer.pages import Explorer, Page
from simulate.explorer.work import Message, Work
from simulate.scenario import Scenario, find_scenario

FILE = find_scenario("anthropic.toml")
PATHS = 16_384
PATIENCE = 60.0
KEY = "inference.efficiency_gain"
CHANGED = {KEY: {"distribution": "normal", "p10": 0.9, "p90": 1.5}}


class Conversation:
    """A page, and what it is told."""

    def __init__(self, explorer: Explorer, work: Work) -> None:
        self._told: Queue[Message] = Queue()
        self.page = Page(explorer, work, self._told.put)
        self._number = 0

    def ask(self, question: str = "ask", changes: dict[str, Any] | None = None, **more: Any) -> int:
        self._number += 1
        asked = {"type": question, "number": self._number, "changes": changes or {}, **more}
        self.page.take(json.dumps(asked))
        return self._number

    def open(self, name: str) -> None:
        self._number += 1
        self.page.take(json.dumps({"type": "open", "number": self._number, "name": name}))

    def wait_for(self, kind: str, **wanted: object) -> Message:
        """Return the next message of a kind, as it would be sent."""
        while True:
            message = json.loads(json.dumps(self._told.get(timeout=PATIENCE), allow_nan=False))
            if message["type"] == kind and wanted.items() <= message.items():
                return message

    def unheard(self) -> list[Message]:
        """Return what has been told and not waited for."""
        return [self._told.get() for _ in range(self._told.qsize())]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return simulate.load_scenario(FILE)


@pytest.fixture(scope="module")
def explorer(scenario: Scenario) -> Iterator[Explorer]:
    with Session() as session:
        yield Explorer(scenario, FILE, PATHS, session)


@pytest.fixture
def work() -> Iterator[Work]:
    with Work() as work:
        yield work


@pytest.fixture
def told(explorer: Explorer, work: Work) -> Conversation:
    return Conversation(explorer, work)


def test_an_opened_page_is_told_the_scene_the_answer_as_it_is_and_what_moves_it(
    told: Conversation, scenario: Scenario
) -> None:
    assert told.wait_for("scene")["name"] == scenario.name
    base = told.wait_for("base", is_final=True)
    assert base["paths"] == PATHS
    ranks = told.wait_for("ranks")["ranks"]
    assert sorted(ranks.values()) == list(range(1, len(ranks) + 1))


def test_a_moving_hand_gets_a_preview_and_one_at_rest_all_paths(told: Conversation) -> None:
    moving = told.ask(changes=CHANGED)
    assert not told.wait_for("answer", number=moving)["is_final"]
    resting = told.ask(changes=CHANGED, rest=True)
    assert told.wait_for("answer", number=resting, is_final=True)["paths"] == PATHS


def test_the_answer_at_rest_is_that_of_a_run_of_the_changed_scenario(
    told: Conversation, scenario: Scenario
) -> None:
    number = told.ask(changes=CHANGED, rest=True)
    answer = told.wait_for("answer", number=number, is_final=True)
    alone = simulate.run(scenario.changed(CHANGED), paths=PATHS)
    by_2027 = alone.probability_by_year("gross margin", 2027)
    year = alone.years.index(2027)
    assert answer["times"]["gross margin"]["by_year"][year][0] == pytest.approx(
        by_2027.value, rel=1e-4
    )


def test_an_answer_at_rest_is_followed_by_what_each_change_brings(told: Conversation) -> None:
    number = told.ask(changes=CHANGED, rest=True)
    shares = told.wait_for("shares", number=number)
    assert [part["key"] for part in shares["parts"]] == [KEY]


def test_changes_that_cannot_be_are_told_at_their_control_and_nothing_is_simulated(
    told: Conversation,
) -> None:
    number = told.ask(changes={KEY: {"distribution": "normal", "p10": 2.0, "p90": 1.0}})
    mistake = told.wait_for("mistake", number=number)
    assert mistake["key"] == KEY
    assert "\n" not in mistake["text"]


def test_a_bar_is_told_with_the_paths_behind_it(told: Conversation) -> None:
    number = told.ask("paths", CHANGED, time="gross margin", quarter=3)
    behind = told.wait_for("paths", number=number)
    assert behind["title"] == "Gross margin of 70%: in 2027Q1"
    assert len(behind["rows"][0]) == len(behind["head"])


def test_the_answer_by_input_is_told_even_if_a_newer_question_comes(told: Conversation) -> None:
    number = told.ask("tornado", CHANGED)
    told.ask(changes={}, rest=True)
    assert told.wait_for("tornado", number=number)["bars"]


def test_a_bar_that_is_none_is_a_mistake(told: Conversation) -> None:
    number = told.ask("paths", time="gross margin", quarter=1000)
    assert "no such bar" in told.wait_for("mistake", number=number)["text"]


def test_a_newer_question_takes_the_place_of_the_older_one(told: Conversation) -> None:
    told.wait_for("ranks")
    older = told.ask(changes=CHANGED, rest=True)
    newer = told.ask(changes={})
    told.wait_for("answer", number=newer)
    late = {"type": "answer", "number": older}
    assert told.page.is_stale(late)
    assert not told.page.is_stale(late | {"number": newer})
    assert not any(m["type"] == "answer" and m["is_final"] for m in told.unheard())


def test_the_same_changes_again_are_answered_at_once_with_all_paths(told: Conversation) -> None:
    first = told.ask(changes=CHANGED, rest=True)
    whole = told.wait_for("answer", number=first, is_final=True)
    again = told.wait_for("answer", number=told.ask(changes=CHANGED, rest=True))
    assert again | {"number": first} == whole


def test_a_saved_file_is_named_after_the_scenario(told: Conversation) -> None:
    told.ask("toml", CHANGED)
    saved = told.wait_for("toml")
    assert saved["name"] == "anthropic-mine.toml"
    assert KEY.partition(".")[0] in saved["text"]


def test_what_a_closed_page_asked_for_is_not_done(explorer: Explorer, work: Work) -> None:
    closed, other = Conversation(explorer, work), Conversation(explorer, work)
    closed.ask(changes=CHANGED, rest=True)
    closed.page.close()
    closed.unheard()
    other.wait_for("ranks")
    assert not any(message["type"] == "answer" for message in closed.unheard())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"ask"',
        '{"type": "ask"}',
        '{"type": "run", "number": 1, "changes": {}}',
        '{"type": "ask", "number": -1, "changes": {}}',
        '{"type": "ask", "number": 1e300, "changes": {}}',
        '{"type": "ask", "number": "1", "changes": {}}',
        '{"type": "ask", "number": 1, "changes": []}',
        '{"type": "ask", "number": 1, "changes": {}, "paths": 100000000}',
        '{"type": "ask", "number": 1, "changes": {}, "rest": "yes"}',
        '{"type": "limits", "number": 1, "changes": {}, "key": 3, "part": "p10"}',
        '{"type": "open", "number": 1, "name": null}',
        '{"type": "open", "number": 1, "name": "' + "x" * 1000 + '"}',
        '{"type": "ask", "number": 1, "changes": {}, "scenario": ["openai.toml"]}',
        '{"type": "ask", "number": 1, "changes": ' + "[" * 20_000 + "]" * 20_000 + "}",
        "\ud800",
    ],
)
def test_what_no_page_sends_is_not_understood(told: Conversation, text: str) -> None:
    with pytest.raises(UnreadableError) as error:
        told.page.take(text)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    "changes",
    [
        {"extends": "/etc/passwd"},
        {"sampling.paths": 10**9},
        {KEY: {"distribution": "empirical", "file": "/etc/passwd"}},
        {KEY: {"value": "x" * 10_000}},
        {KEY: None},
        {KEY: [1, 2, 3]},
        {"__class__": 1},
        {"": 1},
    ],
)
def test_nothing_without_a_control_can_be_changed(
    told: Conversation, changes: dict[str, Any]
) -> None:
    mistake = told.wait_for("mistake", number=told.ask(changes=changes))
    assert len(mistake["text"]) < 400
    assert "root:" not in mistake["text"]


@pytest.mark.parametrize("kind", ["limits", "kind"])
def test_a_control_that_is_none_is_told_so(told: Conversation, kind: str) -> None:
    more = {"part": "p10"} if kind == "limits" else {"kind": "normal"}
    told.ask(kind, {}, key="nothing", **more)
    assert "nothing" in told.wait_for("mistake")["text"]
