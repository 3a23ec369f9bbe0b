"""Which scenarios a page may open, and what it is told of them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import simulate
from simulate.engine.run import Session
from simulate.explorer.others import Opened, find_opened, others_of
from simulate.explorer.pages import MOST_OTHERS, Explorer
from simulate.explorer.saved import toml_of
from simulate.explorer.work import Work
from simulate.scenario import ScenarioError, find_scenario
from simulate.text.run import headline
from tests.explorer.test_pages import CHANGED, Conversation

FILE = find_scenario("anthropic.toml")
FIRST = Opened(FILE)
PATHS = 4096
OWN = """
name = "Mine"
extends = "packaged:anthropic.toml"
[variants.dearer]
inference.efficiency_gain = 0.3
"""


@pytest.fixture(scope="module")
def explorer() -> Iterator[Explorer]:
    with Session() as session:
        yield Explorer(simulate.load_scenario(FILE), FILE, PATHS, session)


@pytest.fixture
def told(explorer: Explorer) -> Iterator[Conversation]:
    with Work() as work:
        yield Conversation(explorer, work)


def offered(first: Opened, name: str = "") -> dict[str, bool]:
    """Return what may be opened, and whether it keeps what is changed."""
    return {other["name"]: other["keeps"] for other in others_of(first, "Mine", name)}


def test_a_file_offers_its_variants_its_stress_tests_and_the_packaged_scenarios() -> None:
    found = offered(FIRST)
    assert found["variant bull"] and found["stress overrun_stays"]
    assert found["openai.toml"] is False
    assert "anthropic.toml" not in found
    assert "" not in found


def test_another_lab_offers_its_own_stress_tests_and_the_way_back() -> None:
    found = offered(FIRST, "openai.toml")
    assert found["openai.toml, stress share_to_microsoft"] is True
    assert found[""] is False
    assert "variant bull" not in found
    assert "openai.toml" not in found


def test_a_variant_that_the_command_opened_leads_to_the_file_without_it() -> None:
    first = Opened(FILE, variant="bull")
    assert offered(first)["plain"] is True
    assert find_opened(first, "plain") == FIRST


@pytest.mark.parametrize("first", [FIRST, Opened(FILE, stress="overrun_stays")])
def test_all_that_is_offered_can_be_opened_and_from_there_the_first(first: Opened) -> None:
    for name in offered(first):
        assert find_opened(first, name).load().name
        assert name == "" or "" in offered(first, name)


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "variant nothing",
        "/etc/passwd",
        "../configs/openai.toml",
        "openai",
        "base.toml",
        "openai.toml, variant bull",
        "anthropic.toml, variant bull, stress no_next_round",
        "packaged:openai.toml",
        "\n" * 100,
    ],
)
def test_what_is_not_offered_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(ScenarioError, match="nothing of that name") as error:
        find_opened(FIRST, name)
    assert "\n" not in str(error.value)


def test_a_packaged_file_that_was_named_by_its_place_is_offered_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(FILE.parent)
    found = offered(Opened(Path(FILE.name)))
    assert "anthropic.toml" not in found and found["variant bull"]


@pytest.mark.parametrize("text", [None, "nonsense", "variants = 3"])
def test_a_file_that_is_gone_or_broken_by_now_offers_what_others_do(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "mine.toml"
    if text is not None:
        file.write_text(text)
    assert {"plain", "anthropic.toml"} <= offered(Opened(file, "dearer")).keys()


def test_what_is_laid_over_a_file_is_named_as_on_a_command_line(tmp_path: Path) -> None:
    opened = Opened(FILE, "bull", None, ("cash.tax_rate=0.1",), (tmp_path,))
    words = ["anthropic.toml", "--variant", "bull", "--set", "cash.tax_rate=0.1"]
    assert opened.words == [*words, "--data", str(tmp_path)]
    assert opened.stem == "anthropic-bull"


def test_settings_hold_under_the_file_s_variants_and_not_elsewhere() -> None:
    first = Opened(FILE, settings=("cash.tax_rate=0.1",), paths=PATHS)
    assert find_opened(first, "variant bull").settings == first.settings
    assert find_opened(first, "openai.toml") == Opened(find_scenario("openai.toml"), paths=PATHS)


def test_an_own_file_offers_its_own_variants(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(OWN)
    assert {"variant dearer", "variant bull", "anthropic.toml"} <= offered(Opened(file)).keys()


@pytest.mark.parametrize("name", ["variant bull", "stress no_next_round", "openai.toml"])
def test_a_file_saved_from_another_gives_the_same_scenario(
    explorer: Explorer, tmp_path: Path, name: str
) -> None:
    other = explorer.named(name)
    file = tmp_path / "mine.toml"
    file.write_text(toml_of(other.explored, {}, other.file, date(2026, 7, 1)))
    saved = simulate.load_scenario(file)
    theirs = simulate.run(other.explored.scenario, paths=PATHS)
    mine = simulate.run(saved, paths=PATHS)
    assert (mine.tally.hits == theirs.tally.hits).all()


def test_an_opened_scenario_is_told_with_its_answer(told: Conversation) -> None:
    told.wait_for("base", is_final=True)
    told.open("variant bull")
    scene = told.wait_for("scene")
    assert scene["scenario"] == "variant bull" and scene["stem"] == "anthropic-bull"
    base = told.wait_for("base", is_final=True)
    alone = simulate.run(simulate.load_scenario(FILE, variant="bull"), paths=base["paths"])
    assert base["sentence"] == headline(alone)


def test_changes_are_asked_of_the_scenario_that_they_name(told: Conversation) -> None:
    told.ask(changes=CHANGED, rest=True)
    first = told.wait_for("answer", is_final=True)
    told.ask(changes=CHANGED, rest=True, scenario="variant bull")
    other = told.wait_for("answer", is_final=True)
    assert first["sentence"] != other["sentence"]


def test_what_is_not_offered_is_a_mistake_and_what_is_open_stays(told: Conversation) -> None:
    told.open("/etc/passwd")
    assert "nothing of that name" in told.wait_for("mistake")["text"]
    told.ask(changes=CHANGED, rest=True, scenario="/etc/passwd")
    assert "nothing of that name" in told.wait_for("mistake")["text"]
    assert told.wait_for("answer", number=told.ask(rest=True))


def test_no_more_than_the_latest_are_kept(explorer: Explorer) -> None:
    names = list(offered(FIRST))[: MOST_OTHERS + 2]
    kept = [explorer.named(name) for name in names]
    assert explorer.named(names[-1]) is kept[-1]
    assert explorer.named(names[0]) is not kept[0]
