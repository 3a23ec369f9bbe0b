"""discover, update and backtest as a user meets them."""

from pathlib import Path

import pytest

from tests.commands.test_command import call

pytestmark = pytest.mark.usefixtures("january", "blank_pictures")

SEEN = ["--observe", "revenue 2026Q1 = 3.0 bn ± 5%"]
CAME_TRUE = ["--observe", "revenue 2026 = 15 bn", "--observe", "out of cash by 2026 = no"]
COMMANDS = {
    "discover": ["--target", "gross_margin 60% by 2028"],
    "update": SEEN,
    "backtest": CAME_TRUE,
}
SMALL = ["--paths", "20000"]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_answer_reads_well_in_80_columns_and_a_picture_is_drawn_once(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, command, *COMMANDS[command], *SMALL) == 0
    answer = capsys.readouterr().out
    assert max(map(len, answer.splitlines())) <= 80
    assert "…" not in answer
    assert "20,480 paths" in answer and "no investment advice" in answer
    name = {"discover": "discovery"}.get(command, command)
    picture = Path(f"results/anthropic/anthropic-{name}.png")
    assert picture.read_bytes().startswith(b"\x89PNG")
    picture.write_text("mine")
    assert call(monkeypatch, command, *COMMANDS[command], *SMALL) == 2
    assert f"holds {picture.name}, which this command did not" in capsys.readouterr().err
    assert call(monkeypatch, command, *COMMANDS[command], *SMALL, "--force") == 0


def test_discovery_asks_for_the_companys_projection_by_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "discover", "openai", *SMALL) == 0
    answer = " ".join(capsys.readouterr().out.split())
    assert "Gross margin (with free users) reaches 70% by the end of 2029 in" in answer
    assert "A typical path in which it happens" in answer
    assert "A typical path in which it doesn't" in answer


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["discover", "--target", "gros margin by 2027"], 'did you mean "gross margin"?'),
        (["discover", "--target", "gross margin by 2050"], "2050 lies outside the horizon"),
        (["discover", "--target", "gross margin 170% by 2027"], "not between 0 and 100%"),
        (["update"], "nothing is observed"),
        (["update", "--observe", "revenue 2026Q1 = 3 bn"], "say how exactly it is known"),
        (["update", "--observe", "revenue 2026Q1 = 3 bn ± 0.001%", *SMALL], "200 are needed"),
        (["update", "--observations", "no.toml"], "no.toml: no such file"),
        (["backtest", "--observe", "revenue 2025 = 4.5 bn"], "2025 lies outside the horizon"),
        (["backtest", "--observe", "revenue 2026 = 4.5 bn", "--out", "x.doc"], "must end in .png"),
    ],
)
def test_a_mistake_is_explained_and_writes_nothing(
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, *arguments) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert list(Path().iterdir()) == []
