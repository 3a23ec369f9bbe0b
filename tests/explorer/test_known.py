"""Known figures: the answer before and after is that of ``update``, and what can't be is told."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

import simulate
from simulate.analysis.update import Update
from simulate.engine.run import Session
from simulate.explorer.guard import UnreadableError
from simulate.explorer.known import MOST_INPUTS, PATHS, Known, known_of
from simulate.explorer.pages import Explorer
from simulate.explorer.work import Message, Work
from simulate.scenario.inputs import words_of_key
from tests.explorer.test_pages import CHANGED, FILE, Conversation

OBSERVED = ["revenue 2026Q3 = 25 bn ± 5%", "out of cash by 2027 = no"]
NUMBER = re.compile(r"[\d.,]+")


@pytest.fixture
def told() -> Iterator[Conversation]:
    scenario = simulate.load_scenario(FILE)
    with Session() as session, Work() as work:
        explorer = Explorer(scenario, FILE, 4096, session)
        with closing(explorer):
            yield Conversation(explorer, work)


@pytest.fixture(scope="module")
def update() -> Update:
    return simulate.update(simulate.load_scenario(FILE).changed(CHANGED), OBSERVED, paths=PATHS)


def numbers(text: str) -> list[float]:
    return [float(each.replace(",", "")) for each in NUMBER.findall(text)]


def test_a_page_is_told_what_update_finds_of_the_changed_scenario(
    told: Conversation, update: Update
) -> None:
    number = told.ask("known", CHANGED, observed=OBSERVED)
    found = told.wait_for("known", number=number)
    assert found == {**known_of(update), "number": number}


def test_probabilities_and_weights_stand_in_percent_before_and_after(update: Update) -> None:
    rows = known_of(update)["rows"]
    told = [*update.beliefs, *update.alternatives]
    assert len(rows) == len(told) + MOST_INPUTS
    for row, belief in zip(rows, told, strict=False):
        for text, estimate in ((row["before"], belief.before), (row["after"], belief.after)):
            assert numbers(text)[0] == pytest.approx(100 * estimate.value, abs=0.051)


def test_the_inputs_most_moved_stand_with_their_quantiles(update: Update) -> None:
    rows = known_of(update)["rows"][-MOST_INPUTS:]
    for row, spread in zip(rows, update.inputs, strict=False):
        assert words_of_key(spread.name).casefold() in row["title"].casefold()
        quantiles = [estimate.value for estimate in spread.after]
        assert numbers(row["after"])[:3] == pytest.approx(quantiles, rel=0.05, abs=0.051)


def test_it_says_how_the_first_probability_moves_and_how_many_paths_count(update: Update) -> None:
    found = known_of(update)
    belief = update.beliefs[0]
    before, after = (f"{100 * each.value:.0f}%" for each in (belief.before, belief.after))
    assert found["sentence"].endswith(f"from {before} to {after}.")
    kish = update.posterior.weight.sum() ** 2 / (update.posterior.weight**2).sum()
    assert numbers(found["effective"]) == [round(kish), PATHS]
    assert [text.partition(":")[0] for text in found["places"]] == OBSERVED


def test_figures_of_the_same_quarters_are_said_to_be() -> None:
    both = ["revenue 2026Q3 = 20 bn ± 20%", "revenue 2026 = 65 bn ± 20%"]
    found = simulate.update(simulate.load_scenario(FILE), both, paths=8192)
    assert "share quarters" in known_of(found)["places"][-1]


def of_known(*observed: str) -> Message:
    return Known(simulate.load_scenario(FILE), observed)()


@pytest.mark.parametrize(
    ("observed", "why"),
    [
        (["frogs 2026 = 3 bn ± 5%"], 'no metric "frogs"'),
        (["revenue 2099 = 3 bn ± 5%"], "outside the horizon"),
        (["revenue 2026Q3 = 12 bn"], "say how exactly it is known"),
        (["revenue"], "not an observation"),
        (["revenue 2026 = 60 bn ± 5%", "revenue 2026 = 61 bn ± 5%"], "would count twice"),
        (["revenue 2026Q3 = 1200 bn ± 5%"], "200 are needed; revenue 2026Q3 = 1200 bn ± 5%: above"),
    ],
)
def test_a_figure_that_can_not_be_is_told_in_one_line(observed: list[str], why: str) -> None:
    found = of_known(*observed)
    assert found["type"] == "mistake"
    assert why in found["text"]
    assert "\n" not in found["text"] and "--" not in found["text"]


def test_changes_that_can_not_be_are_told(told: Conversation) -> None:
    number = told.ask("known", {"nothing": 1}, observed=OBSERVED)
    assert "nothing" in told.wait_for("mistake", number=number)["text"]


@pytest.mark.parametrize("observed", [[], ["x"] * 9, ["x" * 201], [1], "revenue", None])
def test_more_or_longer_figures_than_a_page_sends_are_not_understood(
    told: Conversation, observed: Any
) -> None:
    with pytest.raises(UnreadableError):
        told.ask("known", observed=observed)
